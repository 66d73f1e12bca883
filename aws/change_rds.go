package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// Promote makes a writer of a replica. It cannot be undone. Without backups for retentionDays days RDS would keep them
// for one.
func (c *Changer) Promote(ctx context.Context, id string, retentionDays int) error {
	l := c.change.look(ctx)
	return change(ctx, l, "rds:PromoteReadReplica", id, l.api.rds.PromoteReadReplica, &rds.PromoteReadReplicaInput{
		DBInstanceIdentifier: &id, BackupRetentionPeriod: awssdk.Int32(int32(retentionDays)),
	})
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
