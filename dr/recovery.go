package dr

import (
	"time"

	"lifeboat/aws"
)

// recovery is the newest point in time that a region's data could be brought back to, by the time of the data and not
// of the copy. What is still being made cannot be restored.
func (j *join) recovery(s *side) {
	p := &s.r.Newest
	slow := j.p.slow
	p.Seen = both(both(seenOf(s.raw.Snapshots, slow, j.now), seenOf(s.raw.Backups, slow, j.now)),
		seenOf(s.raw.Databases, j.p.fast, j.now))
	newest := func(t time.Time, from string) {
		if t.After(p.At) {
			p.At, p.From = t, from
		}
	}
	for _, db := range s.raw.Databases.Value {
		newest(db.LatestRestorable, "automated backups of "+plain(db.ID))
	}
	for _, b := range s.raw.Backups.Value {
		from := "automated backups of "
		if b.SourceRegion != "" && b.SourceRegion != s.cfg.Name {
			from = "replicated backups of "
		}
		newest(b.Latest, from+plain(b.Database))
	}
	for _, snap := range s.raw.Snapshots.Value {
		if snap.Status == "available" {
			newest(original(snap), "snapshot "+plain(snap.ID))
		}
	}
}

func original(s aws.DBSnapshot) time.Time {
	if s.Original.IsZero() {
		return s.Created
	}
	return s.Original
}
