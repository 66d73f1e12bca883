package aws

import (
	"context"
	"fmt"
	"time"

	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"lifeboat/aws/fault"
)

// Database reads one instance. It fails as not found where there is none.
func (c *Changer) Database(ctx context.Context, id string) (Database, error) {
	l := c.read.look(ctx)
	defer l.end()
	found, err := l.databasesOf(ctx, []string{id})
	switch {
	case err != nil:
		return Database{}, err
	case len(found) == 0:
		return Database{}, fault.New(fault.NotFound, describeInstances, l.on(id), fmt.Errorf("there is no instance of this name"))
	}
	return found[0], nil
}

// Databases reads instances by name, in that order. One that there is not is left out.
func (c *Changer) Databases(ctx context.Context, ids []string) ([]Database, error) {
	l := c.read.look(ctx)
	defer l.end()
	return l.databasesOf(ctx, ids)
}

// Snapshot reads one snapshot of an instance. It fails as not found where there is none.
func (c *Changer) Snapshot(ctx context.Context, id string) (DBSnapshot, error) {
	l := c.read.look(ctx)
	defer l.end()
	in := &rds.DescribeDBSnapshotsInput{DBSnapshotIdentifier: &id}
	out, err := ask(ctx, l, "rds:DescribeDBSnapshots", id, l.api.rds.DescribeDBSnapshots, in)
	switch {
	case err != nil:
		return DBSnapshot{}, err
	case len(out.DBSnapshots) == 0:
		return DBSnapshot{}, fault.New(fault.NotFound, "rds:DescribeDBSnapshots", l.on(id), fmt.Errorf("there is no snapshot of this name"))
	}
	return l.snapshotOf(out.DBSnapshots[0]), nil
}

// RecoveryPoints reads what there is in this region of an instance, whichever region it is in, that its data could be brought back from: the
// newest data first. What is still being made is among it.
func (c *Changer) RecoveryPoints(ctx context.Context, database string) ([]DBSnapshot, []Backup, error) {
	l := c.read.look(ctx)
	defer l.end()
	snapshots, err := l.snapshotsOf(ctx, []string{database})
	if err != nil {
		return nil, nil, err
	}
	backups, err := l.backupsOf(ctx, []string{database})
	return snapshots, backups, err
}

// Targets reads the health of target groups by ARN, in that order. Their balancers' names are not read.
func (c *Changer) Targets(ctx context.Context, groups []string) ([]TargetGroup, error) {
	l := c.read.look(ctx)
	defer l.end()
	return gather(len(groups), func(i int) ([]TargetGroup, error) {
		name := groupName(groups[i])
		g, err := l.targetGroup(ctx, elbtypes.TargetGroup{TargetGroupArn: &groups[i], TargetGroupName: &name})
		return []TargetGroup{g}, err
	})
}

// Metric reads a metric of an instance since then: every period's largest value (RDS publishes one a minute) under
// CloudWatch's own stamp, which is when the period began. The newest period may not be over.
func (c *Changer) Metric(ctx context.Context, name, database string, since time.Time) (Series, error) {
	l := c.read.look(ctx)
	defer l.end()
	var s Series
	err := l.fill(ctx, []query{{
		namespace: "AWS/RDS", metric: name, stat: "Maximum", dimension: "DBInstanceIdentifier", value: database, since: since, into: &s,
	}})
	return s, err
}

// Images reads the images of one repository, the newest first; none where there is no such repository.
func (c *Changer) Images(ctx context.Context, repository string) ([]Image, error) {
	l := c.read.look(ctx)
	defer l.end()
	return l.repository(ctx, repository)
}
