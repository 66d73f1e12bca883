package cloud

import (
	"strings"
	"time"
)

const copyTime = 20 * time.Minute // of a snapshot to the other region

func (w *World) automated(db *Database, at time.Time) *Snapshot {
	id := "rds:" + db.ID + "-" + at.UTC().Format("2006-01-02-15-04")
	s := &Snapshot{
		ID: id, ARN: db.region.arn("rds", "snapshot:"+id), Database: db.ID, Status: "available", Type: "automated", Percent: 100,
		Created: at, Original: at, Storage: db.Storage, Version: db.Version, KMSKey: db.KMSKey, Tags: db.Tags, of: db,
	}
	db.region.Snapshots = append(db.region.Snapshots, s)
	return s
}

func (w *World) copied(s *Snapshot, to *Region, at time.Time) *Snapshot {
	c := *s
	c.ID = strings.Replace(s.ID, "rds:", "copy-of-", 1)
	c.ARN, c.Type, c.Created = to.arn("rds", "snapshot:"+c.ID), "manual", at
	c.SourceARN, c.SourceReg, c.KMSKey = s.ARN, strings.Split(s.ARN, ":")[3], to.Keys[0]
	return &c
}

// nightly is what RDS does once a day: snapshots, and the changes that waited for the maintenance window.
func (w *World) nightly() {
	w.backUp()
	w.After(maintenance, w.maintain)
}

// backUp is the daily snapshot of every writer with automated backups, and its copy to the other region. Those older
// than the retention go.
func (w *World) backUp() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.Source == nil && db.Retention > 0 && db.Up() {
				w.backUpOne(r, db)
			}
		}
	}
}

func (w *World) backUpOne(r *Region, db *Database) {
	s := w.automated(db, w.now)
	w.take(db, s)
	away := w.other(r)
	w.After(5*time.Minute, func() {
		if r.Dark || away.Dark || len(away.Keys) == 0 {
			return
		}
		c := w.copied(s, away, w.now)
		c.Status, c.Percent = creating, 0
		away.Snapshots = append(away.Snapshots, c)
		away.expireSnapshots(db)
		w.After(copyTime, func() { c.Status, c.Percent = "available", 100 })
	})
	r.expireSnapshots(db)
}

// expireSnapshots drops the oldest snapshots of a database that are more than its days of retention.
func (r *Region) expireSnapshots(db *Database) {
	expires := func(s *Snapshot) bool { return s.Database == db.ID && (s.Type == "automated" || s.SourceARN != "") }
	surplus := -db.Retention
	for _, s := range r.Snapshots {
		if expires(s) {
			surplus++
		}
	}
	kept := r.Snapshots[:0:0]
	for _, s := range r.Snapshots {
		if expires(s) && surplus > 0 {
			surplus--
			continue
		}
		kept = append(kept, s)
	}
	r.Snapshots = kept
}
