package cloud

import (
	"fmt"
	"time"
)

// Postgres is what a database would say over SQL at one moment.
type Postgres struct {
	Silent   bool // the connection is not answered at all (region dark, zone gone)
	Starting bool // it answers, and refuses: the database system is starting up (SQLSTATE 57P03)

	Now      time.Time
	Version  string // 15.12
	Started  time.Time
	SystemID uint64 // the same for a writer and its replicas
	Timeline int
	Database string // the application's database
	User     string // the master user
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
