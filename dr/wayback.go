package dr

import "lifeboat/aws"

// WayBack is the procedure that comes next on the way back to how the estate was built: Reprotect while there is no standby, Failback
// while users are away from home. Why says why there is none.
func (e *Estate) WayBack() (k Kind, why string) {
	r := &e.Record
	switch {
	case r.Writer == "":
		return "", "who the writer of record is cannot be told: " + r.Why
	case r.Run == "":
		return "", "no run has taken users away from " + e.Regions[0].Name
	case e.Replication.Replica == "":
		return Reprotect, ""
	case r.Writer == e.Regions[0].Name:
		return "", "users are at home, and a standby is there"
	}
	return Failback, ""
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
