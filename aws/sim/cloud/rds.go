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

// serving are the statuses in which an instance takes connections.
var serving = []string{"available", "backing-up", "modifying", "storage-optimization", "configuring-enhanced-monitoring"}

// Reachable says whether packets get to the instance at all.
func (db *Database) Reachable() bool {
	return !db.region.Dark && (db.MultiAZ || db.region.GoneAZ != db.AZ)
}

// Up says whether the instance takes connections.
func (db *Database) Up() bool { return db.Reachable() && slices.Contains(serving, db.Status) }

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
	case !db.Up():
		return Row{}, fmt.Errorf("database %s does not take connections: it is %s", db.ID, db.Status)
	case db.Source != nil:
		return Row{}, errReadOnly
	}
	row := Row{Number: int64(len(db.wal.written)) + 1, Text: text, At: w.now, LSN: db.wal.commit(w.now)}
	db.wal.written = append(db.wal.written, row)
	return row, nil
}

// Reboot restarts an instance: it takes no connections for a while, and its replicas lose their source meanwhile.
func (w *World) Reboot(db *Database) error {
	if db.Status != "available" {
		return fmt.Errorf("instance %s is %s: only an available one can be rebooted", db.ID, db.Status)
	}
	db.Status = "rebooting"
	w.touch()
	w.After(rebootTime, func() {
		if db.Status == "rebooting" {
			db.Status, db.Started = "available", w.now
			w.touch()
		}
	})
	return nil
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

// Connections are the sessions on a database: a pool of each running task whose definition names its endpoint.
func (w *World) Connections(db *Database) []Connection {
	if !db.Up() {
		return nil
	}
	var all []Connection
	for _, r := range w.Regions {
		for _, c := range r.Clusters {
			for _, t := range c.Tasks {
				if t.Last == Running && t.TaskDefinition.databaseHost() == db.Host {
					all = append(all, t.pool(db)...)
				}
			}
		}
	}
	return all
}

const poolSize = 5 // connections that one task keeps

func (t *Task) pool(db *Database) []Connection {
	since := t.Started
	if db.Started.After(since) {
		since = db.Started
	}
	pool := make([]Connection, poolSize)
	for i := range pool {
		pool[i] = Connection{PID: 1000 + int(hash(t.ID)%20000) + i, User: db.User, Application: t.Service.Name, Client: t.IP, Since: since, State: "idle"}
	}
	pool[0].State = "active"
	return pool
}
