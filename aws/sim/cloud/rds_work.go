package cloud

import (
	"slices"
	"time"
)

// How long RDS's work takes, simulated; each is drawn from the seed between the two.
var (
	promoteTime  = span{time.Minute, 2 * time.Minute}       // until a replica that is promoted reboots
	bootTime     = span{2 * time.Minute, 4 * time.Minute}   // its reboot
	applyTime    = span{30 * time.Second, 90 * time.Second} // a change of settings
	multiAZTime  = span{5 * time.Minute, 10 * time.Minute}  // a second instance in another zone
	renameTime   = span{time.Minute, 2 * time.Minute}       // a new identifier, before the reboot
	snapshotTime = span{2 * time.Minute, 5 * time.Minute}   // a snapshot of a small instance
	replicaTime  = span{15 * time.Minute, 30 * time.Minute} // a replica in the other region, by snapshot
	deleteTime   = span{2 * time.Minute, 4 * time.Minute}   // an instance's end
	rebootTime   = 75 * time.Second                         // during which a database answers nobody
	maintenance  = 2 * time.Hour                            // from the nightly backup to the maintenance window
)

// span is a least and a most duration.
type span struct{ least, most time.Duration }

// draw is a duration of the span.
func (w *World) draw(s span) time.Duration {
	return s.least + time.Duration(w.rand.Int64N(int64(s.most-s.least)))
}

// in makes do happen in r, d of simulated time from now. While r is dark nothing happens there: what falls due then
// happens on its return.
func (w *World) in(r *Region, d time.Duration, do func()) {
	w.After(d, func() {
		if r.Dark {
			r.waiting = append(r.waiting, do)
			return
		}
		do()
	})
}

// light ends a region's darkness.
func (w *World) light(r *Region) {
	r.Dark = false
	due := r.waiting
	r.waiting = nil
	for _, do := range due {
		do()
	}
	w.touch()
}

// work shows a status on an instance for d, then does what follows, unless something else was begun on it meanwhile.
func (w *World) work(db *Database, status string, d time.Duration, then func()) {
	db.job++
	job := db.job
	db.Status = status
	w.touch()
	w.in(db.region, d, func() {
		if job == db.job {
			then()
			w.touch()
		}
	})
}

// boot has an instance take no connections for d, and be available then.
func (w *World) boot(db *Database, d time.Duration) {
	w.work(db, rebooting, d, func() { w.ready(db) })
}

// ready makes an instance available, its server freshly started.
func (w *World) ready(db *Database) { db.Status, db.Started = available, w.now }

// Reboot restarts an instance: it takes no connections for a while, and its replicas lose their source meanwhile.
func (w *World) Reboot(db *Database) error {
	if err := db.idle("rebooted"); err != nil {
		return err
	}
	w.boot(db, rebootTime)
	return nil
}

// idle refuses work on an instance that is not available.
func (db *Database) idle(what string) error {
	if db.Status != available {
		return refuse("InvalidDBInstanceState", "Instance %s is not available: it is %s, and cannot be %s.", db.ID, db.Status, what)
	}
	return nil
}

// take makes a snapshot in time. The instance is shown as backing up meanwhile, and no other work is done on it.
func (w *World) take(db *Database, s *Snapshot) {
	s.Status, s.Percent = creating, 0
	done := func() { s.Status, s.Percent = available, 100 }
	d := w.draw(snapshotTime)
	if db.Status != available {
		w.in(db.region, d, done)
		return
	}
	w.work(db, backingUp, d, func() { db.Status = available })
	w.in(db.region, d, done)
}

// Snapshot takes a manual snapshot, as CreateDBSnapshot does.
func (w *World) Snapshot(db *Database, id string, tags []Tag) (*Snapshot, error) {
	if err := db.idle("backed up"); err != nil {
		return nil, err
	}
	s, err := w.manual(db, id)
	if err != nil {
		return nil, err
	}
	s.Tags = tags
	w.take(db, s)
	return s, nil
}

// manual adds a snapshot that a person asked for to those of the instance's region.
func (w *World) manual(db *Database, id string) (*Snapshot, error) {
	r := db.region
	switch {
	case !identifier(id):
		return nil, refuse("InvalidParameterValue", "The parameter DBSnapshotIdentifier is not a valid identifier: %q. %s", id, identifierRule)
	case slices.ContainsFunc(r.Snapshots, func(s *Snapshot) bool { return s.ID == id }):
		return nil, refuse("DBSnapshotAlreadyExists", "Cannot create the snapshot because a snapshot with the identifier %s already exists.", id)
	}
	s := &Snapshot{
		ID: id, ARN: r.arn("rds", "snapshot:"+id), Database: db.ID, Type: "manual", Created: w.now, Original: w.now,
		Storage: db.Storage, Version: db.Version, KMSKey: db.KMSKey, of: db,
	}
	r.Snapshots = append(r.Snapshots, s)
	return s, nil
}
