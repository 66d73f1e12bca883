package dr

import (
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// recovery is the newest point in time that a region's data could be brought back to, by the time of the data and not
// of the copy. What is still being made cannot be restored.
func (j *join) recovery(s *side) {
	s.r.Newest = j.newestPoint(s, func(string) bool { return true })
	for _, db := range s.raw.Databases.Value {
		s.r.Newest.later(db.LatestRestorable, "automated backups of "+plain(db.ID))
	}
}

// away is the newest point at which a region holds the data of another: not its own database's, which after a failover
// is an old one's.
func (j *join) away(s *side, of string) RecoveryPoint {
	return j.newestPoint(s, func(region string) bool { return region == of })
}

// newestPoint looks through the backups and snapshots that a region holds of those that count.
func (j *join) newestPoint(s *side, counts func(sourceRegion string) bool) RecoveryPoint {
	p := RecoveryPoint{Seen: both(both(seenOf(s.raw.Snapshots, j.p.slow, j.now), seenOf(s.raw.Backups, j.p.slow, j.now)),
		seenOf(s.raw.Databases, j.fast(s), j.now))}
	for _, b := range s.raw.Backups.Value {
		from := "automated backups of "
		if b.SourceRegion != "" && b.SourceRegion != s.cfg.Name {
			from = "replicated backups of "
		}
		if counts(b.SourceRegion) {
			p.later(b.Latest, from+plain(b.Database))
		}
	}
	for _, snap := range s.raw.Snapshots.Value {
		if snap.Status == "available" && counts(snap.SourceRegion) {
			p.later(original(snap), "snapshot "+plain(snap.ID))
		}
	}
	return p
}

// later takes a point that is newer than p's.
func (p *RecoveryPoint) later(t time.Time, from string) {
	if t.After(p.At) {
		p.At, p.From = t, from
	}
}

func original(s aws.DBSnapshot) time.Time {
	if s.Original.IsZero() {
		return s.Created
	}
	return s.Original
}

// restoredName is the identifier that a recovery point is restored under in the standby: lifeboat.yaml's, else the stack's own.
func restoredName(c *config.Config) string {
	return firstDatabase(&c.Regions.Standby, c.Estate+"-dr-db")
}
