package cloud

import "slices"

// Promote makes a writer of a replica, as PromoteReadReplica does: replication stops at once, the server reboots, and some
// minutes later it is a writer of its own with a history as far as it had replayed. What its source committed beyond is
// not in it. It cannot be undone.
func (w *World) Promote(db *Database, retention int) error {
	if db.Source == nil {
		return refuse("InvalidDBInstanceState", "DB Instance %s is not a read replica.", db.ID)
	}
	if err := db.idle("promoted"); err != nil {
		return err
	}
	if err := checkRetention(retention); err != nil {
		return err
	}
	h := db.replay.hold
	h.ended = true
	w.setReplay(db, h)
	w.work(db, modifying, w.draw(promoteTime), func() {
		w.work(db, rebooting, w.draw(bootTime), func() { w.promoted(db, retention) })
	})
	return nil
}

func (w *World) promoted(db *Database, retention int) {
	source := db.Source
	db.wal = source.wal.upTo(db.replay.from, w.now)
	db.passwords = slices.Clone(source.passwords)
	source.leave(db)
	db.Source, db.replay = nil, nil
	db.Timeline++
	db.Retention = retention
	w.ready(db)
}

// leave ends what a source keeps for a replica.
func (db *Database) leave(replica *Database) {
	db.Replicas = slices.DeleteFunc(db.Replicas, func(r *Database) bool { return r == replica })
}

func checkRetention(days int) error {
	if days < 0 || days > 35 {
		return refuse("InvalidParameterValue", "Invalid backup retention period: %d. Retention period must be between 0 and 35.", days)
	}
	return nil
}
