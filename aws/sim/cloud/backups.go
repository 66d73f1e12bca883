package cloud

import (
	"fmt"
	"strings"
	"time"
)

const copyTime = 20 * time.Minute // of a snapshot to the other region

// fillDatabases gives the first region the writer, the second its replica.
func (b builder) fillDatabases(r *Region) {
	id := b.prefix(r) + "-db"
	db := &Database{
		ID: id, ARN: r.arn("rds", "db:"+id), ResourceID: "db-" + strings.ToUpper(b.hex(26)), Class: "db.t3.micro", Version: "15.12",
		Status: "available", Host: fmt.Sprintf("%s.c%s.%s.rds.amazonaws.com", id, b.hex(11), r.Name), Port: 5432, AZ: r.AZ(0),
		Storage: 20, MaxStorage: 100, StorageType: "gp3", KMSKey: r.arn("kms", "key/"+b.uuid()), Retention: 7, DeletionProtection: true,
		Name: "platform", User: "platform", Subnets: b.prefix(r) + "-db-subnets", Created: b.born, Started: b.born,
		Tags: b.tags(r, id), region: r,
	}
	r.Databases = append(r.Databases, db)
	if r == b.Regions[0] {
		db.wal = &wal{segments: []segment{{at: b.now, lsn: 0x16_4C000000, commit: b.now}}}
		return
	}
	db.Source, db.Retention = b.Regions[0].Databases[0], 0
	db.replay = &replay{since: b.now, from: b.now.Add(-b.Scaled(time.Second)), got: b.now}
	db.Source.Replicas = append(db.Source.Replicas, db)
}

// fillBackups gives the writer a week of snapshots, the newest copied to the second region, where its automated backups
// are replicated too.
func (b builder) fillBackups() {
	home, away := b.Regions[0], b.Regions[1]
	db := home.Databases[0]
	for day := db.Retention; day >= 1; day-- {
		at := b.now.AddDate(0, 0, -day).Add(-5 * time.Hour)
		s := b.automated(db, at)
		away.Snapshots = append(away.Snapshots, b.copied(s, away, at.Add(copyTime)))
	}
	away.Backups = append(away.Backups, &AutomatedBackup{
		ARN: away.arn("rds", "auto-backup:ab-"+b.hex(32)), Source: db, Status: "Replicating", Retention: 7,
		KMSKey: away.Databases[0].KMSKey, Created: b.born, behind: 5 * time.Minute,
	})
}

func (w *World) automated(db *Database, at time.Time) *Snapshot {
	id := "rds:" + db.ID + "-" + at.UTC().Format("2006-01-02-15-04")
	s := &Snapshot{
		ID: id, ARN: db.region.arn("rds", "snapshot:"+id), Database: db.ID, Status: "available", Type: "automated", Percent: 100,
		Created: at, Original: at, Storage: db.Storage, Version: db.Version, KMSKey: db.KMSKey, Tags: db.Tags,
	}
	db.region.Snapshots = append(db.region.Snapshots, s)
	return s
}

func (w *World) copied(s *Snapshot, to *Region, at time.Time) *Snapshot {
	c := *s
	c.ID = strings.Replace(s.ID, "rds:", "copy-of-", 1)
	c.ARN, c.Type, c.Created = to.arn("rds", "snapshot:"+c.ID), "manual", at
	c.SourceARN, c.SourceReg, c.KMSKey = s.ARN, strings.Split(s.ARN, ":")[3], to.Databases[0].KMSKey
	return &c
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
	s.Status, s.Percent = "creating", 0
	w.After(4*time.Minute, func() { s.Status, s.Percent = "available", 100 })
	away := w.other(r)
	w.After(5*time.Minute, func() {
		if r.Dark || away.Dark || len(away.Databases) == 0 {
			return
		}
		c := w.copied(s, away, w.now)
		c.Status, c.Percent = "creating", 0
		away.Snapshots = append(away.Snapshots, c)
		away.expireSnapshots(db)
		w.After(copyTime, func() { c.Status, c.Percent = "available", 100 })
	})
	r.expireSnapshots(db)
}

// expireSnapshots drops the oldest snapshots of a database that are more than its days of retention.
func (r *Region) expireSnapshots(db *Database) {
	surplus := -db.Retention
	for _, s := range r.Snapshots {
		if s.Database == db.ID {
			surplus++
		}
	}
	kept := r.Snapshots[:0:0]
	for _, s := range r.Snapshots {
		if s.Database == db.ID && surplus > 0 {
			surplus--
			continue
		}
		kept = append(kept, s)
	}
	r.Snapshots = kept
}
