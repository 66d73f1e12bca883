package api

import (
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var rdsOperations = map[string]operation{
	"DescribeDBInstances":                describeDBInstances,
	"DescribeDBSnapshots":                describeDBSnapshots,
	"DescribeDBInstanceAutomatedBackups": describeDBInstanceAutomatedBackups,
	"DescribeDBParameters":               describeDBParameters,
	"ListTagsForResource":                listRDSTags,
	"PromoteReadReplica":                 promoteReadReplica,
	"ModifyDBInstance":                   modifyDBInstance,
	"RebootDBInstance":                   rebootDBInstance,
	"CreateDBSnapshot":                   createDBSnapshot,
	"CreateDBInstanceReadReplica":        createDBInstanceReadReplica,
	"DeleteDBInstance":                   deleteDBInstance,
}

var rdsPages = paging{"Marker", "MaxRecords", 100}

// filter is the values that a request's filter of that name allows; nil if it has none of that name.
func (c *call) filter(name string) []string {
	for _, f := range c.in.List("Filters") {
		if f.String("Name") == name {
			return f.Strings("Values")
		}
	}
	return nil
}

func allows(values []string, v ...string) bool {
	return values == nil || slices.ContainsFunc(v, func(x string) bool { return slices.Contains(values, x) })
}

func describeDBInstances(c *call) (wire.Struct, error) {
	found := c.region.Databases
	if id := c.in.String("DBInstanceIdentifier"); id != "" {
		found = keep(found, func(db *cloud.Database) bool { return db.ID == id || db.ARN == id })
		if len(found) == 0 {
			return nil, notFound("DBInstanceNotFound", "DBInstance %s not found.", id)
		}
	}
	ids, engines, resources := c.filter("db-instance-id"), c.filter("engine"), c.filter("dbi-resource-id")
	found = keep(found, func(db *cloud.Database) bool {
		return allows(ids, db.ID, db.ARN) && allows(engines, "postgres") && allows(resources, db.ResourceID)
	})
	page, next, err := cut(c.in, rdsPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"DBInstances", wire.Each("DBInstance", page, func(db *cloud.Database) wire.Struct { return databaseOf(c.World, db) })},
		{"Marker", next},
	}, nil
}

func keep[T any](all []T, is func(T) bool) []T {
	var some []T
	for _, x := range all {
		if is(x) {
			some = append(some, x)
		}
	}
	return some
}

// notFound is how RDS refuses what does not exist (HTTP 404).
func notFound(code, format string, args ...any) *wire.Error {
	e := wire.Refuse(code, format, args...)
	e.Status = 404
	return e
}

// reference is how RDS writes one instance in another's description: by ARN across regions.
func reference(from, to *cloud.Database) string {
	if from.Region() == to.Region() {
		return to.ID
	}
	return to.ARN
}

func databaseOf(w *cloud.World, db *cloud.Database) wire.Struct {
	var source any
	if db.Source != nil {
		source = reference(db, db.Source)
	}
	var replicas []string
	for _, r := range db.Replicas {
		replicas = append(replicas, reference(db, r))
	}
	var endpoint any
	if db.Status != "creating" {
		endpoint = wire.Struct{{"Address", db.Host}, {"Port", db.Port}}
	}
	return wire.Struct{
		{"DBInstanceIdentifier", db.ID}, {"DBInstanceClass", db.Class}, {"Engine", "postgres"}, {"EngineVersion", db.Version},
		{"DBInstanceStatus", db.Status}, {"MasterUsername", db.User}, {"DBName", db.Name},
		{"Endpoint", endpoint},
		{"AllocatedStorage", db.Storage}, {"MaxAllocatedStorage", wire.When(db.MaxStorage)}, {"StorageType", db.StorageType},
		{"InstanceCreateTime", db.Created}, {"BackupRetentionPeriod", db.Retention}, {"PreferredBackupWindow", "22:00-22:30"},
		{"LatestRestorableTime", wire.At(db.LatestRestorable(w))}, {"AvailabilityZone", db.AZ}, {"MultiAZ", db.MultiAZ},
		{"DBSubnetGroup", wire.Struct{{"DBSubnetGroupName", db.Subnets}, {"SubnetGroupStatus", "Complete"}}},
		{"DBParameterGroups", wire.Each("DBParameterGroup", []string{db.Parameters}, func(name string) wire.Struct {
			return wire.Struct{{"DBParameterGroupName", name}, {"ParameterApplyStatus", "in-sync"}}
		})},
		{"VpcSecurityGroups", wire.Each("VpcSecurityGroupMembership", db.Groups, func(id string) wire.Struct {
			return wire.Struct{{"VpcSecurityGroupId", id}, {"Status", "active"}}
		})},
		{"PendingModifiedValues", pendingOf(db.Pending)},
		{"AutoMinorVersionUpgrade", db.AutoMinor}, {"CopyTagsToSnapshot", db.CopyTags}, {"PerformanceInsightsEnabled", db.Insights},
		{"PerformanceInsightsKMSKeyId", wire.When(db.InsightsKey)}, {"EnabledCloudwatchLogsExports", wire.Items("member", db.Logs)},
		{"ReadReplicaSourceDBInstanceIdentifier", source},
		{"ReadReplicaDBInstanceIdentifiers", wire.Items("ReadReplicaDBInstanceIdentifier", replicas)},
		{"StatusInfos", wire.Items("DBInstanceStatusInfo", statusInfosOf(w, db))},
		{"PubliclyAccessible", false}, {"StorageEncrypted", true}, {"KmsKeyId", db.KMSKey}, {"DbiResourceId", db.ResourceID},
		{"CACertificateIdentifier", "rds-ca-rsa2048-g1"}, {"DBInstanceArn", db.ARN}, {"IAMDatabaseAuthenticationEnabled", false},
		{"DeletionProtection", db.DeletionProtection}, {"MasterUserSecret", secretOf(db)}, {"TagList", rdsTags(db.Tags)},
	}
}

func pendingOf(p cloud.PendingChanges) wire.Struct {
	var out wire.Struct
	if p.Retention != nil {
		out = append(out, wire.Field{"BackupRetentionPeriod", *p.Retention})
	}
	if p.MultiAZ != nil {
		out = append(out, wire.Field{"MultiAZ", *p.MultiAZ})
	}
	return append(out, wire.Field{"DBInstanceIdentifier", wire.When(p.ID)})
}

func secretOf(db *cloud.Database) any {
	if !db.ManagedPassword {
		return nil
	}
	parts := strings.Split(db.ARN, ":") // arn:aws:rds:REGION:ACCOUNT:db:NAME
	return wire.Struct{
		{"SecretArn", "arn:aws:secretsmanager:" + parts[3] + ":" + parts[4] + ":secret:rds!" + db.ResourceID + "-Kx8aQz"},
		{"SecretStatus", "active"}, {"KmsKeyId", "alias/aws/secretsmanager"},
	}
}

func statusInfosOf(w *cloud.World, db *cloud.Database) []wire.Struct {
	if db.Source == nil {
		return nil
	}
	status, normal, message := db.Replication(w)
	if status == "" {
		return nil
	}
	return []wire.Struct{{
		{"StatusType", "read replication"}, {"Normal", normal}, {"Status", status}, {"Message", wire.When(message)},
	}}
}

func rdsTags(tags []cloud.Tag) wire.List { return tagList("Tag", "Key", "Value", tags) }

func listRDSTags(c *call) (wire.Struct, error) {
	arn := c.in.String("ResourceName")
	for _, db := range c.region.Databases {
		if db.ARN == arn {
			return wire.Struct{{"TagList", rdsTags(db.Tags)}}, nil
		}
	}
	for _, s := range c.region.Snapshots {
		if s.ARN == arn {
			return wire.Struct{{"TagList", rdsTags(s.Tags)}}, nil
		}
	}
	return nil, notFound("DBInstanceNotFound", "no database or snapshot has the ARN %s", arn)
}
