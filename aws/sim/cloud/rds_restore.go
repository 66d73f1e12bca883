package cloud

import (
	"slices"
	"strings"
	"time"
)

// restoreTime is how long an instance takes that is made of a snapshot or of backups, simulated.
var restoreTime = span{8 * time.Minute, 14 * time.Minute}

// RestoreOrder is what a restore is asked for, in the region that the instance is to be in: a snapshot, or automated backups
// and a moment.
type RestoreOrder struct {
	ID         string
	Snapshot   string    // name or ARN; "": Backups
	Backups    string    // ARN of automated backups that the region holds
	At         time.Time // of Backups; zero: the latest there is
	Class      string    // "": the source's
	KMSKey     string    // "": the backup's
	Subnets    string
	Parameters string
	Groups     []string
	Retention  int
	MultiAZ    bool
	MaxStorage int
	Protected  bool
	Tags       []Tag
	Upkeep
}

// Restore makes an instance that holds what its source held at a moment, the master password of that moment among it.
func (w *World) Restore(r *Region, o RestoreOrder) (*Database, error) {
	if err := r.free(o.ID); err != nil {
		return nil, err
	}
	if err := r.known(o.Groups); err != nil {
		return nil, err
	}
	source, at, key, err := w.pointOf(r, o)
	if err != nil {
		return nil, err
	}
	db := &Database{
		ID: o.ID, ARN: r.arn("rds", "db:"+o.ID), ResourceID: "db-" + strings.ToUpper(w.hex(26)), Class: o.Class, Version: source.Version,
		Host: r.endpoint(o.ID), Port: 5432, AZ: r.AZ(0), MultiAZ: o.MultiAZ, Storage: source.Storage, MaxStorage: o.MaxStorage, StorageType: source.StorageType,
		KMSKey: o.KMSKey, Retention: o.Retention, DeletionProtection: o.Protected, Name: source.Name, User: source.User, Subnets: o.Subnets, Parameters: o.Parameters,
		Created: w.now, Started: w.now, Groups: o.Groups, Timeline: source.Timeline + 1, Tags: o.Tags, region: r, down: w.now, system: source.system, Upkeep: o.Upkeep,
	}
	if db.KMSKey == "" {
		db.KMSKey = key
	}
	db.fill(r, source)
	db.setPassword(w.now, source.passwordAt(at))
	db.wal = source.history().upTo(at, w.now)
	r.Databases = append(r.Databases, db)
	w.born(db)
	w.work(db, creating, w.draw(restoreTime), func() { w.ready(db) })
	return db, nil
}

// pointOf is the instance and the moment that a restore is of, and the key of what it is made of.
func (w *World) pointOf(r *Region, o RestoreOrder) (source *Database, at time.Time, key string, err error) {
	if o.Snapshot != "" {
		s := r.snapshot(o.Snapshot)
		switch {
		case s == nil:
			return nil, at, "", absent("DBSnapshotNotFound", "DBSnapshot not found: %s", o.Snapshot)
		case s.Status != available:
			return nil, at, "", refuse("InvalidDBSnapshotState", "The DB snapshot %s is not available: it is %s.", s.ID, s.Status)
		}
		return s.of, s.Original, s.KMSKey, nil
	}
	i := slices.IndexFunc(r.Backups, func(b *AutomatedBackup) bool { return b.ARN == o.Backups })
	if i < 0 {
		return nil, at, "", absent("DBInstanceAutomatedBackupNotFound", "The automated backup %s was not found.", o.Backups)
	}
	b := r.Backups[i]
	earliest, latest := b.Window(w)
	at = o.At
	if at.IsZero() {
		at = latest
	}
	if at.Before(earliest.Truncate(time.Second)) || at.After(latest) {
		return nil, at, "", refuse("InvalidRestoreFault", "The specified time %s is outside of what the backup can be restored to: %s to %s.",
			at.UTC().Format(time.RFC3339), earliest.UTC().Format(time.RFC3339), latest.UTC().Format(time.RFC3339))
	}
	return b.Source, at, b.KMSKey, nil
}

func (r *Region) snapshot(ref string) *Snapshot {
	for _, s := range r.Snapshots {
		if s.ID == ref || s.ARN == ref {
			return s
		}
	}
	return nil
}

// credential is a master password and since when it is one.
type credential struct {
	since time.Time
	value string
}

// FirstPassword is the master password of every instance that nobody gave another, and what the secrets hold then.
const FirstPassword = "simulated"

// passwordAt is the master password at a moment.
func (db *Database) passwordAt(at time.Time) string {
	password := FirstPassword
	for _, c := range db.passwords {
		if !c.since.After(at) {
			password = c.value
		}
	}
	return password
}

// master is whose master password an instance has: a replica has its source's.
func (db *Database) master() *Database {
	if db.Source != nil {
		return db.Source
	}
	return db
}

// setPassword is a new master password from a moment on.
func (db *Database) setPassword(at time.Time, value string) {
	if value != "" && value != db.passwordAt(at) {
		db.passwords = append(db.passwords, credential{at, value})
	}
}

// lets says whether a task's credentials are the database's: they are what its secret held when it started. A task that has none from
// a secret has them from somewhere else.
func (db *Database) lets(w *World, t *Task) bool {
	return t.password == "" || t.password == db.master().passwordAt(w.now)
}

// passwordFor is what a task that starts now finds in the secret that its definition names; "" where it names none.
func (w *World) passwordFor(r *Region, d *TaskDefinition) string {
	for _, c := range d.Containers {
		for _, named := range c.Secrets {
			for _, s := range r.Secrets {
				if strings.HasSuffix(named.Value, ":password::") && strings.HasPrefix(named.Value, s.ARN) {
					return s.Password
				}
			}
		}
	}
	return ""
}
