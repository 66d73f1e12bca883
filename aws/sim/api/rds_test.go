package api

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

func theDatabase(t *testing.T, s *sim, region string) types.DBInstance {
	out := must[*rds.DescribeDBInstancesOutput](t)(rds.NewFromConfig(s.config(region)).DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{}))
	expect(t, "instances", len(out.DBInstances), 1)
	return out.DBInstances[0]
}

func TestWriterAndReplicaNameEachOtherAcrossRegions(t *testing.T) {
	s := newSim(t, 0)
	writer, replica := theDatabase(t, s, east), theDatabase(t, s, west)
	expect(t, "source", *replica.ReadReplicaSourceDBInstanceIdentifier, *writer.DBInstanceArn)
	expect(t, "replica", writer.ReadReplicaDBInstanceIdentifiers[0], *replica.DBInstanceArn)
	expect(t, "writer has no source", writer.ReadReplicaSourceDBInstanceIdentifier, nil)
	expect(t, "status", *replica.StatusInfos[0].Status, "replicating")
	expect(t, "normal", *replica.StatusInfos[0].Normal, true)
	expect(t, "writer's infos", len(writer.StatusInfos), 0)
	for _, db := range []types.DBInstance{writer, replica} {
		expect(t, "version", *db.EngineVersion, "15.12")
		expect(t, "storage", *db.AllocatedStorage, 20)
		expect(t, "encrypted", *db.StorageEncrypted, true)
		expect(t, "protected", *db.DeletionProtection, true)
		expect(t, "port", *db.Endpoint.Port, 5432)
	}
	expect(t, "retention", *writer.BackupRetentionPeriod, 7)
	if age := s.now.Sub(*writer.LatestRestorableTime); age < 0 || age > 7*time.Minute {
		t.Errorf("latest restorable %s ago", age)
	}
	expect(t, "a replica without backups", replica.LatestRestorableTime, nil)
}

func TestDatabasesAreFoundByNameARNAndFilterOnlyInTheirRegion(t *testing.T) {
	s := newSim(t, 0)
	client := rds.NewFromConfig(s.config(west))
	arn := theDatabase(t, s, west).DBInstanceArn
	out := must[*rds.DescribeDBInstancesOutput](t)(client.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: arn}))
	expect(t, "by ARN", *out.DBInstances[0].DBInstanceIdentifier, "davidshaevel-dr-db")
	filter := func(id string) int {
		return len(must[*rds.DescribeDBInstancesOutput](t)(client.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{
			Filters: []types.Filter{{Name: aws.String("db-instance-id"), Values: []string{id, "another"}}},
		})).DBInstances)
	}
	expect(t, "by filter", filter("davidshaevel-dr-db"), 1)
	expect(t, "by filter, the other region's", filter("davidshaevel-dev-db"), 0)
	_, err := client.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: aws.String("davidshaevel-dev-db")})
	refused(t, err, "DBInstanceNotFound")
	tags := must[*rds.ListTagsForResourceOutput](t)(client.ListTagsForResource(ctx, &rds.ListTagsForResourceInput{ResourceName: arn}))
	expect(t, "tags", len(tags.TagList), 4)
}

func TestARebootShowsInTheStatus(t *testing.T) {
	s := newSim(t, 0)
	if err := s.Do("reboot-database", east); err != nil {
		t.Fatal(err)
	}
	expect(t, "during", *theDatabase(t, s, east).DBInstanceStatus, "rebooting")
	s.pass(2 * time.Minute)
	expect(t, "after", *theDatabase(t, s, east).DBInstanceStatus, "available")
}

func TestSnapshotCopiesKeepTheOriginalsTime(t *testing.T) {
	s := newSim(t, 0)
	at := map[string]bool{}
	out := must[*rds.DescribeDBSnapshotsOutput](t)(rds.NewFromConfig(s.config(east)).DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{SnapshotType: aws.String("automated")}))
	for _, snapshot := range out.DBSnapshots {
		at[snapshot.OriginalSnapshotCreateTime.String()] = true
	}
	client := rds.NewFromConfig(s.config(west))
	n := 0
	for p := rds.NewDescribeDBSnapshotsPaginator(client, &rds.DescribeDBSnapshotsInput{DBInstanceIdentifier: aws.String("davidshaevel-dev-db"), MaxRecords: aws.Int32(3)}); p.HasMorePages(); {
		for _, c := range must[*rds.DescribeDBSnapshotsOutput](t)(p.NextPage(ctx)).DBSnapshots {
			n++
			inRegion(t, c.DBSnapshotArn, west)
			expect(t, "source region", *c.SourceRegion, east)
			if !at[c.OriginalSnapshotCreateTime.String()] || !c.SnapshotCreateTime.After(*c.OriginalSnapshotCreateTime) {
				t.Errorf("copy of %s made at %s", c.OriginalSnapshotCreateTime, c.SnapshotCreateTime)
			}
		}
	}
	expect(t, "copies", n, 7)
	_, err := client.DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{DBSnapshotIdentifier: aws.String("nothing")})
	refused(t, err, "DBSnapshotNotFound")
}

func TestReplicatedBackupsStandInTheRegionThatReceivesThem(t *testing.T) {
	s := newSim(t, 0)
	backups := func(region string) []types.DBInstanceAutomatedBackup {
		return must[*rds.DescribeDBInstanceAutomatedBackupsOutput](t)(rds.NewFromConfig(s.config(region)).DescribeDBInstanceAutomatedBackups(ctx,
			&rds.DescribeDBInstanceAutomatedBackupsInput{DBInstanceIdentifier: aws.String("davidshaevel-dev-db")})).DBInstanceAutomatedBackups
	}
	here, there := backups(east), backups(west)
	expect(t, "own", *here[0].Status, "active")
	expect(t, "replicated", *there[0].Status, "Replicating")
	expect(t, "its region", *there[0].Region, east)
	inRegion(t, there[0].DBInstanceAutomatedBackupsArn, west)
	if !strings.HasPrefix(*there[0].DBInstanceArn, "arn:aws:rds:"+east) {
		t.Errorf("instance %s", *there[0].DBInstanceArn)
	}
	if !there[0].RestoreWindow.LatestTime.Before(*here[0].RestoreWindow.LatestTime) {
		t.Error("the copy is as new as the original")
	}
	if err := s.Do("darken", east); err != nil {
		t.Fatal(err)
	}
	last := *backups(west)[0].RestoreWindow.LatestTime
	s.pass(time.Hour)
	expect(t, "after an hour of darkness", *backups(west)[0].RestoreWindow.LatestTime, last)
}
