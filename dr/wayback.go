package dr

import (
	"slices"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// WayBack is the procedure that comes next on the way back to how the estate was built: Reprotect while there is no standby, Failback
// while users are away from home, Deactivate while a cold standby or a pilot light still runs what it was activated with. Why says why
// there is none.
func (e *Estate) WayBack() (k Kind, why string) {
	r, home := &e.Record, &e.Regions[0]
	switch {
	case r.Writer == "":
		return "", "who the writer of record is cannot be told: " + r.Why
	case e.Strategy != config.WarmStandby && r.Writer == home.Name && e.lies():
		return Deactivate, ""
	case e.Strategy != config.WarmStandby && r.Writer == home.Name:
		return "", "users are at home, and " + e.Regions[1].Name + " rests"
	case r.Run == "":
		return "", "no run has taken users away from " + e.Regions[0].Name
	case e.Replication.Replica == "":
		return Reprotect, ""
	case r.Writer == e.Regions[0].Name:
		return "", "users are at home, and a standby is there"
	}
	return Failback, ""
}

// lies says whether the database is still there that the newest promotion has left in the region that stands by.
func (e *Estate) lies() bool {
	r := &e.Record
	return r.Run != "" && r.From == e.Regions[1].Name && slices.ContainsFunc(e.Regions[1].Databases, func(db Database) bool { return db.ID == r.Source && !db.Absent })
}

// kept finds the databases that are kept under another name. They cost money, and nobody but a person deletes them.
func (j *join) kept(i int) {
	s := &j.sides[i]
	seen := seenOf(s.raw.Kept, j.p.slow, j.now)
	for k := range s.raw.Kept.Value {
		db := &s.raw.Kept.Value[k]
		name, since, _ := aws.KeptOf(db.ID)
		v := KeptDatabase{ID: plain(db.ID), Was: plain(name), Since: since, Status: plain(db.Status), Seen: seen}
		v.Monthly, v.Priced = databaseMonth(*db)
		s.r.Kept = append(s.r.Kept, v)
		f := Finding{ID: "kept", Level: Warn, Seen: seen, Text: "old primary " + v.Was + " kept, fenced, as " + v.ID + ": " + v.cost(),
			Remedy: "delete it by that name when nobody needs what is in it; its snapshot of the same name stays"}
		if !db.DeletionProtection {
			f.Text += "; NOT protected from deletion"
		}
		s.find(f)
	}
}
