package cloud

import (
	"fmt"
	"strings"
	"time"
)

// fillDatabases gives the first region the writer, the second its replica.
func (b builder) fillDatabases(r *Region) {
	id, resource := b.prefix(r)+"-db", "db-"+strings.ToUpper(b.hex(26))
	r.rds = b.hex(11)
	r.Keys = []string{r.arn("kms", "key/"+b.uuid())}
	r.SubnetGroups = []string{b.prefix(r) + "-db-subnets"}
	r.ParameterGroups = []string{"default.postgres15", b.prefix(r) + "-db-parameters"}
	r.SecurityGroups = []*SecurityGroup{
		{ID: b.groupID(r, "db"), Name: b.prefix(r) + "-db", Ingress: true},
		{ID: b.groupID(r, "db-isolated"), Name: b.prefix(r) + "-db-isolated"},
	}
	db := &Database{
		ID: id, ARN: r.arn("rds", "db:"+id), ResourceID: resource, Class: "db.t3.micro", Version: "15.12",
		Status: available, Host: r.endpoint(id), Port: 5432, AZ: r.AZ(0),
		Storage: 20, MaxStorage: 100, StorageType: "gp3", KMSKey: r.Keys[0], Retention: 7, DeletionProtection: true,
		Name: "platform", User: "platform", Subnets: r.SubnetGroups[0], Parameters: r.ParameterGroups[1], Created: b.born, Started: b.born,
		Groups: []string{r.SecurityGroups[0].ID}, Upkeep: Upkeep{CopyTags: true, AutoMinor: true}, Timeline: 1, Tags: b.tags(r, id), region: r,
	}
	db.system = b.systemID(resource)
	r.Databases = append(r.Databases, db)
	b.World.born(db)
	if r == b.Regions[0] {
		db.wal = &wal{segments: []segment{{at: b.now, lsn: 0x16_4C000000, commit: b.now}}}
		return
	}
	db.Source, db.Retention = b.Regions[0].Databases[0], 0
	db.system = db.Source.system
	db.replay = &replay{since: b.now, from: b.now.Add(-b.Scaled(time.Second)), got: b.now}
	db.Source.Replicas = append(db.Source.Replicas, db)
}

func (b builder) groupID(r *Region, name string) string {
	return fmt.Sprintf("sg-%017x", hash(b.Account+r.Name+name))
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
		KMSKey: away.Keys[0], Created: b.born, behind: 5 * time.Minute,
	})
}
