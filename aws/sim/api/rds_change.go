package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// instance is the one that a request names, if it has no members but the known ones.
func (c *call) instance(operation string, known ...string) (*cloud.Database, error) {
	if err := c.only(operation, append(known, "DBInstanceIdentifier")...); err != nil {
		return nil, err
	}
	id := c.in.String("DBInstanceIdentifier")
	if db := c.region.Database(id); db != nil {
		return db, nil
	}
	return nil, notFound("DBInstanceNotFound", "DBInstance %s not found.", id)
}

// changed answers with the instance as it stands after a change, if there was no error.
func (c *call) changed(db *cloud.Database, err error) (wire.Struct, error) {
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"DBInstance", databaseOf(c.World, db)}}, nil
}

func (c *call) rdsTagsIn() []cloud.Tag {
	var tags []cloud.Tag
	for _, t := range c.in.List("Tags") {
		tags = append(tags, cloud.Tag{Key: t.String("Key"), Value: t.String("Value")})
	}
	return tags
}

func promoteReadReplica(c *call) (wire.Struct, error) {
	db, err := c.instance("PromoteReadReplica", "BackupRetentionPeriod", "PreferredBackupWindow")
	if err != nil {
		return nil, err
	}
	return c.changed(db, c.Promote(db, c.in.Int("BackupRetentionPeriod", 1)))
}

func modifyDBInstance(c *call) (wire.Struct, error) {
	db, err := c.instance("ModifyDBInstance", "ApplyImmediately", "BackupRetentionPeriod", "MultiAZ", "NewDBInstanceIdentifier",
		"DeletionProtection", "VpcSecurityGroupIds", "MasterUserPassword")
	if err != nil {
		return nil, err
	}
	return c.changed(db, c.Modify(db, cloud.DatabaseChange{
		PendingChanges: cloud.PendingChanges{
			Retention: c.number("BackupRetentionPeriod"), MultiAZ: c.truth("MultiAZ"), ID: c.in.String("NewDBInstanceIdentifier"),
		},
		DeletionProtection: c.truth("DeletionProtection"), Groups: c.in.Strings("VpcSecurityGroupIds"), Password: c.in.String("MasterUserPassword"),
		Now: c.in.Bool("ApplyImmediately", false),
	}))
}

func rebootDBInstance(c *call) (wire.Struct, error) {
	db, err := c.instance("RebootDBInstance", "ForceFailover")
	if err != nil {
		return nil, err
	}
	if c.in.Bool("ForceFailover", false) && !db.MultiAZ {
		return nil, wire.Refuse("InvalidParameterCombination", "Cannot force failover since the instance is not deployed in multiple availability zones.")
	}
	return c.changed(db, c.Reboot(db))
}

func createDBSnapshot(c *call) (wire.Struct, error) {
	db, err := c.instance("CreateDBSnapshot", "DBSnapshotIdentifier", "Tags")
	if err != nil {
		return nil, err
	}
	s, err := c.Snapshot(db, c.in.String("DBSnapshotIdentifier"), c.rdsTagsIn())
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"DBSnapshot", snapshotOf(s)}}, nil
}

// createDBInstanceReadReplica takes the signed address that clients make of SourceRegion, and what every instance of the model has alike,
// and has no use for them.
func createDBInstanceReadReplica(c *call) (wire.Struct, error) {
	if err := c.only("CreateDBInstanceReadReplica", "DBInstanceIdentifier", "SourceDBInstanceIdentifier", "DBInstanceClass", "KmsKeyId",
		"DBSubnetGroupName", "DBParameterGroupName", "VpcSecurityGroupIds", "MultiAZ", "DeletionProtection", "MaxAllocatedStorage", "Tags",
		"PreSignedUrl", "SourceRegion", "DestinationRegion", "CopyTagsToSnapshot", "PubliclyAccessible", "AutoMinorVersionUpgrade", "StorageType", "Port",
		"EnablePerformanceInsights", "PerformanceInsightsKMSKeyId", "EnableCloudwatchLogsExports"); err != nil {
		return nil, err
	}
	db, err := c.CreateReplica(c.region, cloud.ReplicaOrder{
		ID: c.in.String("DBInstanceIdentifier"), Source: c.in.String("SourceDBInstanceIdentifier"), Class: c.in.String("DBInstanceClass"),
		KMSKey: c.in.String("KmsKeyId"), Subnets: c.in.String("DBSubnetGroupName"), Parameters: c.in.String("DBParameterGroupName"), Groups: c.in.Strings("VpcSecurityGroupIds"),
		MultiAZ: c.in.Bool("MultiAZ", false), DeletionProtection: c.in.Bool("DeletionProtection", false),
		MaxStorage: c.in.Int("MaxAllocatedStorage", 0), Tags: c.rdsTagsIn(),
		Upkeep: cloud.Upkeep{
			CopyTags: c.in.Bool("CopyTagsToSnapshot", false), AutoMinor: c.in.Bool("AutoMinorVersionUpgrade", true), Insights: c.in.Bool("EnablePerformanceInsights", false),
			InsightsKey: c.in.String("PerformanceInsightsKMSKeyId"), Logs: c.in.Strings("EnableCloudwatchLogsExports"),
		},
	})
	return c.changed(db, err)
}

func deleteDBInstance(c *call) (wire.Struct, error) {
	db, err := c.instance("DeleteDBInstance", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier", "DeleteAutomatedBackups")
	if err != nil {
		return nil, err
	}
	return c.changed(db, c.Delete(db, c.in.Bool("SkipFinalSnapshot", false), c.in.String("FinalDBSnapshotIdentifier")))
}
