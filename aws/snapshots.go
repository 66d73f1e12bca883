package aws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// recoverable are the instances whose data can be brought back in this region: its own, and those of the other region
// whose snapshots and backups are copied here under the same identifier. Where Spec does not name the latter they are
// the sources of the region's replicas.
func (l *look) recoverable(ctx context.Context) ([]string, error) {
	own, err := l.databaseNames(ctx)
	if err != nil || len(l.spec.Replicates) > 0 {
		return slices.Concat(own, l.spec.Replicates), err
	}
	databases, err := l.databases(ctx)
	ids := slices.Clone(own)
	for _, d := range databases {
		if source := d.Source[strings.LastIndex(d.Source, ":")+1:]; source != "" && !slices.Contains(ids, source) {
			ids = append(ids, source)
		}
	}
	return ids, err
}

// snapshots reads the snapshots, the newest data first.
func (l *look) snapshots(ctx context.Context) ([]DBSnapshot, error) {
	ids, err := l.recovered()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return l.snapshotsOf(ctx, ids)
}

// snapshotsOf reads those of instances by name.
func (l *look) snapshotsOf(ctx context.Context, ids []string) ([]DBSnapshot, error) {
	list, err := pages(ctx, l, "rds:DescribeDBSnapshots", "", rds.NewDescribeDBSnapshotsPaginator(
		l.api.rds, &rds.DescribeDBSnapshotsInput{Filters: byInstance(ids)}))
	if err != nil {
		return nil, err
	}
	var snapshots []DBSnapshot
	for _, page := range list {
		for _, s := range page.DBSnapshots {
			snapshots = append(snapshots, l.snapshotOf(s))
		}
	}
	slices.SortStableFunc(snapshots, func(a, b DBSnapshot) int { return b.Original.Compare(a.Original) })
	return snapshots, nil
}

func (l *look) snapshotOf(s types.DBSnapshot) DBSnapshot {
	v := DBSnapshot{
		ID: awssdk.ToString(s.DBSnapshotIdentifier), Database: awssdk.ToString(s.DBInstanceIdentifier),
		Status: awssdk.ToString(s.Status), Type: awssdk.ToString(s.SnapshotType),
		Created: awssdk.ToTime(s.SnapshotCreateTime), Original: awssdk.ToTime(s.OriginalSnapshotCreateTime),
		SourceRegion: l.elsewhere(s.SourceRegion), Percent: int(awssdk.ToInt32(s.PercentProgress)),
	}
	if v.Original.IsZero() {
		v.Original = v.Created
	}
	return v
}

// elsewhere is a region other than this one, or "".
func (l *look) elsewhere(region *string) string {
	if r := awssdk.ToString(region); r != l.spec.Region {
		return r
	}
	return ""
}

// backups reads the automated backups, those replicated from the other region included, the newest restorable first.
func (l *look) backups(ctx context.Context) ([]Backup, error) {
	ids, err := l.recovered()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return l.backupsOf(ctx, ids)
}

// backupsOf reads those of instances by name.
func (l *look) backupsOf(ctx context.Context, ids []string) ([]Backup, error) {
	list, err := pages(ctx, l, "rds:DescribeDBInstanceAutomatedBackups", "", rds.NewDescribeDBInstanceAutomatedBackupsPaginator(
		l.api.rds, &rds.DescribeDBInstanceAutomatedBackupsInput{Filters: byInstance(ids)}))
	if err != nil {
		return nil, err
	}
	var backups []Backup
	for _, page := range list {
		for _, b := range page.DBInstanceAutomatedBackups {
			backups = append(backups, l.backupOf(b))
		}
	}
	slices.SortStableFunc(backups, func(a, b Backup) int {
		return cmp.Or(b.Latest.Compare(a.Latest), cmp.Compare(a.Database, b.Database))
	})
	return backups, nil
}

func (l *look) backupOf(b types.DBInstanceAutomatedBackup) Backup {
	var earliest, latest time.Time
	if w := b.RestoreWindow; w != nil {
		earliest, latest = awssdk.ToTime(w.EarliestTime), awssdk.ToTime(w.LatestTime)
	}
	return Backup{
		ARN: awssdk.ToString(b.DBInstanceAutomatedBackupsArn), Database: awssdk.ToString(b.DBInstanceIdentifier), SourceRegion: l.elsewhere(b.Region), Status: awssdk.ToString(b.Status),
		Earliest: earliest, Latest: latest, RetentionDays: int(awssdk.ToInt32(b.BackupRetentionPeriod)),
	}
}
