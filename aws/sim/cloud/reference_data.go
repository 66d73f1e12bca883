package cloud

import (
	"fmt"
	"strings"
	"time"
)

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
