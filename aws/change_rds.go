package aws

import (
	"context"
	"maps"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// ReplicaOrder is a replica as it shall be made, of a writer of any region. What is empty takes RDS's own: the source's, or the region's.
type ReplicaOrder struct {
	ID             string
	Source         string // ARN of the writer that it replicates from
	Class          string
	KMSKey         string // of the replica's own region; "" where the source is not encrypted
	SubnetGroup    string
	ParameterGroup string
	Groups         []string // ids of security groups
	MaxStorageGiB  int      // 0: no storage autoscaling
	StorageType    string
	Port           int
	MultiAZ        bool
	Tags           map[string]string
	Upkeep
}

// CreateReplica makes a replica, under deletion protection. RDS refuses where an instance has its identifier: one that exists is never
// replaced. A replica takes no retention with its making; its promotion gives it.
func (c *Changer) CreateReplica(ctx context.Context, o ReplicaOrder) error {
	in := &rds.CreateDBInstanceReadReplicaInput{
		DBInstanceIdentifier: &o.ID, SourceDBInstanceIdentifier: &o.Source, DBInstanceClass: given(o.Class), KmsKeyId: given(o.KMSKey),
		DBSubnetGroupName: given(o.SubnetGroup), DBParameterGroupName: given(o.ParameterGroup), VpcSecurityGroupIds: o.Groups,
		StorageType: given(o.StorageType), MultiAZ: &o.MultiAZ, DeletionProtection: awssdk.Bool(true), CopyTagsToSnapshot: awssdk.Bool(true),
		AutoMinorVersionUpgrade: &o.AutoMinor, EnableCloudwatchLogsExports: o.Logs,
		PubliclyAccessible: awssdk.Bool(false), Tags: rdsTags(o.Tags),
	}
	if region := regionOf(o.Source); region != c.read.spec.Region {
		in.SourceRegion = given(region) // the SDK signs the order for that region, too
	}
	if o.MaxStorageGiB > 0 {
		in.MaxAllocatedStorage = awssdk.Int32(int32(o.MaxStorageGiB))
	}
	if o.Insights {
		in.EnablePerformanceInsights, in.PerformanceInsightsKMSKeyId = &o.Insights, given(o.InsightsKey)
	}
	if o.Port > 0 {
		in.Port = awssdk.Int32(int32(o.Port))
	}
	l := c.change.look(ctx)
	return change(ctx, l, "rds:CreateDBInstanceReadReplica", o.ID, l.api.rds.CreateDBInstanceReadReplica, in)
}

// regionOf is the region of an ARN; "" of what is none.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 5 {
		return parts[3]
	}
	return ""
}

// rdsTags leaves out what AWS has put there itself: nobody else may set such a tag.
func rdsTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if value := tags[key]; !strings.HasPrefix(key, "aws:") {
			out = append(out, types.Tag{Key: &key, Value: &value})
		}
	}
	return out
}

// TakeSnapshot makes a manual snapshot of an instance, which nothing but a person takes away.
func (c *Changer) TakeSnapshot(ctx context.Context, database, id string, tags map[string]string) error {
	l := c.change.look(ctx)
	return change(ctx, l, "rds:CreateDBSnapshot", id, l.api.rds.CreateDBSnapshot, &rds.CreateDBSnapshotInput{
		DBInstanceIdentifier: &database, DBSnapshotIdentifier: &id, Tags: rdsTags(tags),
	})
}

// Rename gives an instance another identifier, at once, and with it another endpoint. It reboots.
func (c *Changer) Rename(ctx context.Context, id, to string) error {
	return c.modifyInstance(ctx, id, &rds.ModifyDBInstanceInput{NewDBInstanceIdentifier: &to})
}

// ProtectFromDeletion has an instance refuse its deletion.
func (c *Changer) ProtectFromDeletion(ctx context.Context, id string) error {
	return c.modifyInstance(ctx, id, &rds.ModifyDBInstanceInput{DeletionProtection: awssdk.Bool(true)})
}

// Promote makes a writer of a replica. It cannot be undone. Without backups for retentionDays days RDS would keep them
// for one.
func (c *Changer) Promote(ctx context.Context, id string, retentionDays int) error {
	l := c.change.look(ctx)
	return change(ctx, l, "rds:PromoteReadReplica", id, l.api.rds.PromoteReadReplica, &rds.PromoteReadReplicaInput{
		DBInstanceIdentifier: &id, BackupRetentionPeriod: awssdk.Int32(int32(retentionDays)),
	})
}

// SetMasterPassword gives an instance's master user a password. It is in no word of what this says or tells.
func (c *Changer) SetMasterPassword(ctx context.Context, id, password string) error {
	return c.modifyInstance(ctx, id, &rds.ModifyDBInstanceInput{MasterUserPassword: &password})
}

// SetGroups puts an instance into these security groups and no others, at once.
func (c *Changer) SetGroups(ctx context.Context, id string, groups []string) error {
	return c.modifyInstance(ctx, id, &rds.ModifyDBInstanceInput{VpcSecurityGroupIds: groups})
}

// Protect sets for how many days an instance's backups are kept and whether it has a second one in another zone, at once;
// nil leaves as it is.
func (c *Changer) Protect(ctx context.Context, id string, retention *int, multiAZ *bool) error {
	in := &rds.ModifyDBInstanceInput{MultiAZ: multiAZ}
	if retention != nil {
		in.BackupRetentionPeriod = awssdk.Int32(int32(*retention))
	}
	return c.modifyInstance(ctx, id, in)
}

func (c *Changer) modifyInstance(ctx context.Context, id string, in *rds.ModifyDBInstanceInput) error {
	in.DBInstanceIdentifier, in.ApplyImmediately = &id, awssdk.Bool(true)
	l := c.change.look(ctx)
	return change(ctx, l, "rds:ModifyDBInstance", id, l.api.rds.ModifyDBInstance, in)
}
