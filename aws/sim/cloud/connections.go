package cloud

import (
	"slices"
	"time"
)

const poolSize = 5 // connections that one task keeps

// Connections are the sessions on a database: a pool of each task whose definition names its endpoint and that has not
// ended, and those that the director opened.
func (w *World) Connections(db *Database) []Connection {
	if !db.Open() {
		return nil
	}
	var all []Connection
	for _, r := range w.Regions {
		for _, c := range r.Clusters {
			for _, t := range c.Tasks {
				if t.connected() && t.TaskDefinition.databaseHost() == db.Host && db.lets(w, t) {
					all = append(all, t.pool(db)...)
				}
			}
		}
	}
	for _, s := range db.strays {
		all = append(all, s.on(db))
	}
	return all
}

// connected says whether a task's process lives. One that is told to stop keeps its connections while its balancer
// drains it, and until it has ended: no running task is not yet no connection.
func (t *Task) connected() bool {
	return t.Last == Running || t.Last == Deactivating || t.Last == Stopping
}

func (t *Task) pool(db *Database) []Connection {
	pool := make([]Connection, poolSize)
	for i := range pool {
		pool[i] = Connection{PID: 1000 + int(hash(t.ID)%20000) + i, User: db.User, Application: t.Service.Name, Client: t.IP, Since: t.Started, State: "idle"}.on(db)
	}
	pool[0].State = "active"
	return pool
}

// on is the connection as it stands: a reboot ended the one before it.
func (c Connection) on(db *Database) Connection {
	if db.Started.After(c.Since) {
		c.Since = db.Started
	}
	return c
}

// stray opens a connection of something that nobody thought of, which commits once a minute where it may.
func (w *World) stray(db *Database) (end func()) {
	c := &Connection{
		PID: 900 + len(db.strays), User: db.User, Application: "nightly-report", Client: w.address(db.ID + "cron"), Since: w.now, State: "idle",
	}
	db.strays = append(db.strays, c)
	var write func()
	write = func() {
		if !slices.Contains(db.strays, c) {
			return
		}
		if db.Source == nil && db.Open() {
			db.wal.commit(w.now)
		}
		w.After(time.Minute, write)
	}
	write()
	return func() {
		db.strays = slices.DeleteFunc(db.strays, func(o *Connection) bool { return o == c })
	}
}
