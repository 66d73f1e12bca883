package api

import (
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func describeDBSnapshots(c *call) (wire.Struct, error) {
	id, database, kind := c.in.String("DBSnapshotIdentifier"), c.in.String("DBInstanceIdentifier"), c.in.String("SnapshotType")
	ids, databases, kinds := c.filter("db-snapshot-id"), c.filter("db-instance-id"), c.filter("snapshot-type")
	found := keep(c.region.Snapshots, func(s *cloud.Snapshot) bool {
		return (id == "" || s.ID == id || s.ARN == id) && (database == "" || s.Database == database) && (kind == "" || s.Type == kind) &&
			allows(ids, s.ID) && allows(databases, s.Database) && allows(kinds, s.Type)
	})
	if id != "" && len(found) == 0 {
		return nil, notFound("DBSnapshotNotFound", "DBSnapshot %s not found.", id)
	}
	page, next, err := cut(c.in, rdsPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"DBSnapshots", wire.Each("DBSnapshot", page, snapshotOf)}, {"Marker", next}}, nil
}

func snapshotOf(s *cloud.Snapshot) wire.Struct {
	return wire.Struct{
		{"DBSnapshotIdentifier", s.ID}, {"DBInstanceIdentifier", s.Database}, {"SnapshotCreateTime", s.Created},
		{"OriginalSnapshotCreateTime", s.Original}, {"Engine", "postgres"}, {"EngineVersion", s.Version},
		{"AllocatedStorage", s.Storage}, {"Status", s.Status}, {"SnapshotType", s.Type}, {"PercentProgress", s.Percent},
		{"SourceRegion", wire.When(s.SourceReg)}, {"SourceDBSnapshotIdentifier", wire.When(s.SourceARN)}, {"Encrypted", true},
		{"KmsKeyId", s.KMSKey}, {"DBSnapshotArn", s.ARN}, {"TagList", rdsTags(s.Tags)},
	}
}

// backup is an instance's automated backups as one region holds them.
type backup struct {
	db               *cloud.Database
	arn, status, key string
	retention        int
	earliest, latest time.Time
}

// backups are the region's own and those replicated to it.
func (c *call) backups() []backup {
	var all []backup
	for _, db := range c.region.Databases {
		if latest := db.LatestRestorable(c.World); !latest.IsZero() {
			all = append(all, backup{db: db, status: "active", key: db.KMSKey, retention: db.Retention,
				earliest: latest.AddDate(0, 0, -db.Retention), latest: latest,
				arn: "arn:aws:rds:" + c.region.Name + ":" + c.Account + ":auto-backup:ab-" + db.ResourceID})
		}
	}
	for _, b := range c.region.Backups {
		earliest, latest := b.Window(c.World)
		all = append(all, backup{db: b.Source, arn: b.ARN, status: b.Status, key: b.KMSKey, retention: b.Retention, earliest: earliest, latest: latest})
	}
	return all
}

func describeDBInstanceAutomatedBackups(c *call) (wire.Struct, error) {
	id, resource, arn := c.in.String("DBInstanceIdentifier"), c.in.String("DbiResourceId"), c.in.String("DBInstanceAutomatedBackupsArn")
	ids, statuses := c.filter("db-instance-id"), c.filter("status")
	found := keep(c.backups(), func(b backup) bool {
		return (id == "" || b.db.ID == id) && (resource == "" || b.db.ResourceID == resource) && (arn == "" || b.arn == arn) &&
			allows(ids, b.db.ID, b.db.ARN) && allows(statuses, b.status)
	})
	if arn != "" && len(found) == 0 {
		return nil, notFound("DBInstanceAutomatedBackupNotFound", "no automated backup has the ARN %s", arn)
	}
	page, next, err := cut(c.in, rdsPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"DBInstanceAutomatedBackups", wire.Each("DBInstanceAutomatedBackup", page, backupOf)}, {"Marker", next}}, nil
}

func backupOf(b backup) wire.Struct {
	return wire.Struct{
		{"DBInstanceArn", b.db.ARN}, {"DbiResourceId", b.db.ResourceID}, {"Region", b.db.Region()}, {"DBInstanceIdentifier", b.db.ID},
		{"RestoreWindow", wire.Struct{{"EarliestTime", b.earliest}, {"LatestTime", b.latest}}},
		{"AllocatedStorage", b.db.Storage}, {"Status", b.status}, {"InstanceCreateTime", b.db.Created},
		{"MasterUsername", b.db.User}, {"Engine", "postgres"}, {"EngineVersion", b.db.Version}, {"Encrypted", true},
		{"StorageType", b.db.StorageType}, {"KmsKeyId", b.key}, {"BackupRetentionPeriod", b.retention},
		{"DBInstanceAutomatedBackupsArn", b.arn},
	}
}
