package cloud

import "time"

// touch notes that something changed on which other things depend. They are brought up to date by settle, right after
// the present event or access.
func (w *World) touch() { w.dirty = true }

// settle brings up to date what depends on what changed: who is up, who follows whom, what health checks see, and where
// the users' traffic and writes go.
func (w *World) settle() {
	for range 3 { // what follows may itself change something; nothing goes deeper
		if !w.dirty {
			return
		}
		w.dirty = false
		w.settleDatabases()
		w.settleTargets()
		w.flow = w.follow()
		w.settleWrites()
	}
}

func (w *World) settleDatabases() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if up := db.Up(); up != db.down.IsZero() {
				db.down = time.Time{}
				if !up {
					db.down = w.now
				}
			}
			if db.Source != nil {
				h := db.replay.hold
				h.lost = !db.Source.Up() || !db.Up()
				w.setReplay(db, h)
			}
		}
	}
}

func (w *World) settleTargets() {
	for _, r := range w.Regions {
		for _, g := range r.TargetGroups {
			for _, t := range g.Targets {
				w.recheck(t)
			}
		}
	}
}

// settleWrites gives every writer the background commits that the users' traffic makes on it.
func (w *World) settleWrites() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.wal != nil {
				db.wal.setRate(w.now, w.flow.commits(w, db))
			}
		}
	}
}
