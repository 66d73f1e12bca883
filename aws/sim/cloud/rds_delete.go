package cloud

import "slices"

// Delete ends an instance, as DeleteDBInstance does. final is the identifier of a last snapshot, "" with skip. Replicas in
// another region end as terminated, not promoted.
func (w *World) Delete(db *Database, skip bool, final string) error {
	switch {
	case db.Status == deleting:
		return refuse("InvalidDBInstanceState", "Instance %s is already being deleted.", db.ID)
	case db.Status == creating:
		return refuse("InvalidDBInstanceState", "Instance %s is currently creating, and cannot be deleted.", db.ID)
	case db.DeletionProtection:
		return refuse("InvalidParameterCombination", "Cannot delete protected DB Instance, please disable deletion protection and try again.")
	case db.Source != nil && final != "":
		return refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance")
	case skip && final != "":
		return refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.")
	case !skip && final == "":
		return refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
	}
	d := w.draw(deleteTime)
	if final != "" {
		s, err := w.manual(db, final)
		if err != nil {
			return err
		}
		d += w.draw(snapshotTime)
		s.Status, s.Percent = creating, 0
		w.in(db.region, d/2, func() { s.Status, s.Percent = available, 100 })
	}
	w.work(db, deleting, d, func() { w.gone(db) })
	return nil
}

// gone takes an instance out of its region, with its automated backups.
func (w *World) gone(db *Database) {
	r := db.region
	db.Status = deleted
	r.Databases = slices.DeleteFunc(slices.Clone(r.Databases), func(o *Database) bool { return o == db })
	r.Snapshots = slices.DeleteFunc(slices.Clone(r.Snapshots), func(s *Snapshot) bool { return s.Database == db.ID && s.Type == "automated" })
	for _, b := range slices.Concat(w.Regions[0].Backups, w.Regions[1].Backups) {
		if b.Source == db {
			b.Status = "Retained"
		}
	}
	if db.Source != nil {
		db.Source.leave(db)
	}
	for _, replica := range db.Replicas {
		h := replica.replay.hold
		h.ended = true
		w.setReplay(replica, h)
	}
}
