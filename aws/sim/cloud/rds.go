package cloud

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Database finds an instance of the region by its identifier; nil if there is none.
func (r *Region) Database(id string) *Database {
	for _, db := range r.Databases {
		if db.ID == id {
			return db
		}
	}
	return nil
}

// Region is the name of the region that the instance is in.
func (db *Database) Region() string { return db.region.Name }

// Statuses of an instance, as RDS names them.
const (
	available = "available"
	creating  = "creating"
	backingUp = "backing-up"
	modifying = "modifying"
	resetting = "resetting-master-credentials"
	renaming  = "renaming"
	rebooting = "rebooting"
	deleting  = "deleting"
	full      = "storage-full"
	deleted   = "deleted" // never shown: it is gone
)

// serving are the statuses in which an instance takes connections.
var serving = []string{available, backingUp, modifying, resetting, "storage-optimization", "configuring-enhanced-monitoring"}

// Reachable says whether packets get to the instance at all.
func (db *Database) Reachable() bool {
	return !db.region.Dark && (db.MultiAZ || db.region.GoneAZ != db.AZ)
}

// Up says whether the instance's server is there, for its replicas at least.
func (db *Database) Up() bool { return db.Reachable() && slices.Contains(serving, db.Status) }

// Open says whether the instance takes clients' connections: it is up, and a security group lets them in.
func (db *Database) Open() bool { return db.Up() && db.ingress() }

func (db *Database) ingress() bool {
	return slices.ContainsFunc(db.region.SecurityGroups, func(g *SecurityGroup) bool {
		return g.Ingress && slices.Contains(db.Groups, g.ID)
	})
}

// Made says whether an instance is there to be asked at all: its name resolves.
func (db *Database) Made() bool {
	return db.Status != creating && db.Status != deleting && db.Status != deleted
}

// endpoint is the name under which RDS serves an instance of that identifier: another instance that is given the same
// identifier later is served under the same name.
func (r *Region) endpoint(id string) string {
	return fmt.Sprintf("%s.c%s.%s.rds.amazonaws.com", id, r.rds, r.Name)
}

// history is the log that a database shows: its own, or as much of its source's as it has replayed.
func (db *Database) history() *wal {
	if db.Source != nil {
		return db.Source.wal
	}
	return db.wal
}

// visible is the moment of its history that a database shows at the present.
func (db *Database) visible(w *World) time.Time {
	if db.Source != nil {
		return db.replayed(w, w.now)
	}
	return w.now
}

func (db *Database) rows(w *World) []Row { return db.history().rows(db.visible(w)) }

// errReadOnly is what PostgreSQL says to a write on a replica (SQLSTATE 25006).
var errReadOnly = errors.New("cannot execute INSERT in a read-only transaction")

func (w *World) insert(db *Database, text string) (Row, error) {
	switch {
	case !db.Open():
		return Row{}, fmt.Errorf("database %s does not take connections: it is %s", db.ID, db.Status)
	case db.Source != nil:
		return Row{}, errReadOnly
	}
	row := Row{Number: int64(len(db.wal.written)) + 1, Text: text, At: w.now, LSN: db.wal.commit(w.now)}
	db.wal.written = append(db.wal.written, row)
	return row, nil
}

// beat is RDS's own commit on every writer that lives.
func (w *World) beat() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.Source == nil && db.Up() {
				db.wal.heartbeat(w.now)
			}
		}
	}
}

// LatestRestorable is up to when an instance can be restored to a point in time; zero without automated backups. It
// moves every five minutes while the instance is up.
func (db *Database) LatestRestorable(w *World) time.Time {
	if db.Retention == 0 {
		return time.Time{}
	}
	until := w.now
	if !db.down.IsZero() {
		until = db.down
	}
	return until.Add(-w.Scaled(time.Minute)).Truncate(w.Scaled(heartbeat))
}

// Window is the span of moments that a replicated backup can be restored to.
func (b *AutomatedBackup) Window(w *World) (earliest, latest time.Time) {
	latest = b.Source.LatestRestorable(w).Add(-w.Scaled(b.behind))
	earliest = latest.AddDate(0, 0, -b.Retention)
	if earliest.Before(b.Created) {
		earliest = b.Created
	}
	return earliest, latest
}
