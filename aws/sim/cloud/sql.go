package cloud

import (
	"fmt"
	"time"
)

// Postgres is what a database would say over SQL at one moment.
type Postgres struct {
	Absent   bool // there is no such server: it is being made, or deleted
	Silent   bool // the connection is not answered at all (region dark, zone gone, no ingress)
	Starting bool // it answers, and refuses: the database system is starting up (SQLSTATE 57P03)

	Now      time.Time
	Version  string // 15.12
	Resource string // the instance's own identifier, whatever it is called
	Started  time.Time
	SystemID uint64 // the same for a writer and its replicas
	Timeline int
	Database string // the application's database
	User     string // the master user
	Password string // its own
	Recovery bool   // pg_is_in_recovery(): a replica

	LSN        LSN       // writer: pg_current_wal_lsn()
	Received   LSN       // replica: pg_last_wal_receive_lsn()
	Replayed   LSN       // replica: pg_last_wal_replay_lsn()
	ReplayedAt time.Time // replica: pg_last_xact_replay_timestamp()
	LastCommit time.Time // writer: when the newest transaction committed
	Receiver   string    // replica: pg_stat_wal_receiver.status, "" where there is no receiver

	Slots       []Slot       // writer: pg_replication_slots
	Connections []Connection // pg_stat_activity, without the caller's own
}

// Slot is a replication slot, and the sender behind it while Active.
type Slot struct {
	Name    string
	Replica string // instance identifier
	Client  string // address
	Active  bool
	Restart LSN
	Replay  LSN
}

// SQL is what the database would say now. The error is for a database that does not exist.
func (c *Cloud) SQL(region, id string) (pg Postgres, err error) {
	c.Locked(func(w *World) {
		var db *Database
		if db, err = w.database(region, id); err == nil {
			pg = w.postgres(db)
		}
	})
	return pg, err
}

// Insert commits a row on a writer. It fails as PostgreSQL does on a replica, and when the database is down.
func (c *Cloud) Insert(region, id, text string) (row Row, err error) {
	c.Locked(func(w *World) {
		var db *Database
		if db, err = w.database(region, id); err == nil {
			row, err = w.insert(db, text)
		}
	})
	return row, err
}

// Rows are the rows that are visible in a database now, oldest first.
func (c *Cloud) Rows(region, id string) (rows []Row, err error) {
	c.Locked(func(w *World) {
		var db *Database
		if db, err = w.database(region, id); err == nil {
			rows = append(rows, db.rows(w)...)
		}
	})
	return rows, err
}

func (w *World) database(region, id string) (*Database, error) {
	r := w.Region(region)
	if r == nil {
		return nil, w.noRegion(region)
	}
	if db := r.Database(id); db != nil {
		return db, nil
	}
	return nil, fmt.Errorf("no database %q in %s", id, region)
}

func (w *World) postgres(db *Database) Postgres {
	pg := Postgres{
		Absent: !db.Made(), Silent: !db.Reachable() || !db.ingress(), Starting: !db.Up(), Resource: db.ResourceID,
		Now: w.now, Version: db.Version, Started: db.Started, SystemID: db.system, Timeline: db.Timeline,
		Database: db.Name, User: db.User, Password: db.master().passwordAt(w.now), Recovery: db.Source != nil,
		Connections: w.Connections(db),
	}
	if db.Source == nil {
		pg.LSN, pg.LastCommit = db.wal.position(w.now), db.wal.lastCommit(w.now)
		pg.Slots = w.slots(db)
		return pg
	}
	log, at := db.Source.wal, db.replayed(w, w.now)
	pg.Received, pg.Replayed, pg.ReplayedAt = log.position(db.received(w, w.now)), log.position(at), log.lastCommit(at)
	if !db.replay.blocked() {
		pg.Receiver = "streaming"
	}
	return pg
}

// slots are the replication slots that a writer keeps for its replicas.
func (w *World) slots(db *Database) []Slot {
	var slots []Slot
	for _, r := range db.Replicas {
		slots = append(slots, Slot{
			Name: fmt.Sprintf("rds_%s_%s", r.region.Name, r.ResourceID), Replica: r.ID, Client: w.address(r.ID),
			Active:  !r.replay.blocked() && r.Up(),
			Restart: db.wal.position(r.received(w, w.now)), Replay: db.wal.position(r.replayed(w, w.now)),
		})
	}
	return slots
}

// systemID is the identifier that a new database cluster is made with; its physical replicas share it.
func (w *World) systemID(resource string) uint64 {
	return 7_000_000_000_000_000_000 + hash(w.Account+resource)%1_000_000_000_000_000_000
}

// address is a private address that stays the same for a name.
func (w *World) address(name string) string {
	h := hash(w.Account + name)
	return fmt.Sprintf("10.1.%d.%d", 21+h%2, 10+h/2%200)
}
