package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

const describeInstances = "rds:DescribeDBInstances"

// databases reads the estate's instances by a filter, not by identifier: one that does not exist is left out then, and
// spoils nothing.
func (l *look) databases(ctx context.Context) ([]Database, error) {
	ids, err := l.databaseNames(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return l.databasesOf(ctx, ids)
}

func (l *look) databasesOf(ctx context.Context, ids []string) ([]Database, error) {
	list, err := pages(ctx, l, describeInstances, "", rds.NewDescribeDBInstancesPaginator(
		l.api.rds, &rds.DescribeDBInstancesInput{Filters: byInstance(ids)}))
	if err != nil {
		return nil, err
	}
	var databases []Database
	for _, page := range list {
		for _, d := range page.DBInstances {
			databases = append(databases, databaseOf(d))
		}
	}
	inOrder(databases, ids, func(d Database) string { return d.ID })
	return databases, nil
}

func byInstance(ids []string) []types.Filter {
	return []types.Filter{{Name: awssdk.String("db-instance-id"), Values: ids}}
}

func databaseOf(d types.DBInstance) Database {
	v := Database{
		ID: awssdk.ToString(d.DBInstanceIdentifier), ARN: awssdk.ToString(d.DBInstanceArn), ResourceID: awssdk.ToString(d.DbiResourceId),
		Class: awssdk.ToString(d.DBInstanceClass), Status: awssdk.ToString(d.DBInstanceStatus),
		Engine: awssdk.ToString(d.Engine), Version: awssdk.ToString(d.EngineVersion),
		Source: awssdk.ToString(d.ReadReplicaSourceDBInstanceIdentifier), Replicas: d.ReadReplicaDBInstanceIdentifiers,
		MultiAZ: awssdk.ToBool(d.MultiAZ), Encrypted: awssdk.ToBool(d.StorageEncrypted), KMSKey: awssdk.ToString(d.KmsKeyId),
		RetentionDays: int(awssdk.ToInt32(d.BackupRetentionPeriod)), LatestRestorable: awssdk.ToTime(d.LatestRestorableTime),
		StorageGiB: int(awssdk.ToInt32(d.AllocatedStorage)), MaxStorageGiB: int(awssdk.ToInt32(d.MaxAllocatedStorage)),
		DeletionProtection: awssdk.ToBool(d.DeletionProtection), ManagedPassword: d.MasterUserSecret != nil,
		Created: awssdk.ToTime(d.InstanceCreateTime), StorageType: awssdk.ToString(d.StorageType), Tags: tagsOf(d.TagList),
		Upkeep: Upkeep{
			CopyTags: awssdk.ToBool(d.CopyTagsToSnapshot), AutoMinor: awssdk.ToBool(d.AutoMinorVersionUpgrade), Insights: awssdk.ToBool(d.PerformanceInsightsEnabled),
			InsightsKey: awssdk.ToString(d.PerformanceInsightsKMSKeyId), Logs: d.EnabledCloudwatchLogsExports,
		},
	}
	if d.DBSubnetGroup != nil {
		v.SubnetGroup = awssdk.ToString(d.DBSubnetGroup.DBSubnetGroupName)
	}
	if len(d.DBParameterGroups) > 0 {
		v.ParameterGroup = awssdk.ToString(d.DBParameterGroups[0].DBParameterGroupName)
	}
	v.User, v.Name = awssdk.ToString(d.MasterUsername), awssdk.ToString(d.DBName)
	if d.MasterUserSecret != nil {
		v.ManagedSecret = awssdk.ToString(d.MasterUserSecret.SecretArn)
	}
	if d.DBSubnetGroup != nil {
		for _, s := range d.DBSubnetGroup.Subnets {
			v.Subnets = append(v.Subnets, awssdk.ToString(s.SubnetIdentifier))
		}
	}
	if d.Endpoint != nil {
		v.Endpoint, v.Port = awssdk.ToString(d.Endpoint.Address), int(awssdk.ToInt32(d.Endpoint.Port))
	}
	for _, g := range d.VpcSecurityGroups {
		v.Groups = append(v.Groups, awssdk.ToString(g.VpcSecurityGroupId))
	}
	if p := d.PendingModifiedValues; p != nil {
		v.PendingRetention, v.PendingMultiAZ, v.PendingID = wholeOf(p.BackupRetentionPeriod), p.MultiAZ, awssdk.ToString(p.DBInstanceIdentifier)
	}
	for _, s := range d.StatusInfos {
		if awssdk.ToString(s.StatusType) == "read replication" {
			v.ReplicationState, v.ReplicationMessage = awssdk.ToString(s.Status), awssdk.ToString(s.Message)
		}
	}
	return v
}

// wholeOf is a number that may not be there.
func wholeOf(n *int32) *int {
	if n == nil {
		return nil
	}
	whole := int(*n)
	return &whole
}

func tagsOf(list []types.Tag) map[string]string {
	tags := map[string]string{}
	for _, t := range list {
		tags[awssdk.ToString(t.Key)] = awssdk.ToString(t.Value)
	}
	return tags
}
