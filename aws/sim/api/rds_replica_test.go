package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"lifeboat/aws/sim/cloud"
)

// order is a replica of the standby's database in the primary region, as failback asks for it.
func (b *bubble) order(t *testing.T, id string) *rds.CreateDBInstanceReadReplicaInput {
	t.Helper()
	in := &rds.CreateDBInstanceReadReplicaInput{
		DBInstanceIdentifier: &id, SourceDBInstanceIdentifier: b.instance(t, west, standby).DBInstanceArn, SourceRegion: aws.String(west),
	}
	b.Locked(func(w *cloud.World) {
		r := w.Region(east)
		in.KmsKeyId, in.DBSubnetGroupName, in.VpcSecurityGroupIds = &r.Keys[0], &r.SubnetGroups[0], []string{r.SecurityGroups[0].ID}
	})
	return in
}

func TestDataIsBroughtHomeByANewReplicaUnderTheOldName(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.promote(t, rds.PromoteReadReplicaInput{BackupRetentionPeriod: aws.Int32(7)})
		b.until(t, west, standby, "available")
		endpoint := *b.instance(t, east, home).Endpoint.Address
		_, err := b.rds(east).CreateDBInstanceReadReplica(ctx, b.order(t, home))
		refused(t, err, "DBInstanceAlreadyExists")
		if err := b.modify(east, home, rds.ModifyDBInstanceInput{NewDBInstanceIdentifier: aws.String(home + "-old"), ApplyImmediately: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		b.until(t, east, home+"-old", "available")
		must[cloud.Row](t)(b.Insert(west, standby, "before"))

		made := must[*rds.CreateDBInstanceReadReplicaOutput](t)(b.rds(east).CreateDBInstanceReadReplica(ctx, b.order(t, home))).DBInstance
		expect(t, "status", *made.DBInstanceStatus, "creating")
		expect(t, "endpoint while it is made", made.Endpoint, nil)
		time.Sleep(5 * time.Minute)
		must[cloud.Row](t)(b.Insert(west, standby, "meanwhile"))
		took, seen := b.until(t, east, home, "available")
		took += 5 * time.Minute
		if took < 15*time.Minute || took > 30*time.Minute || fmt.Sprint(seen) != "[creating]" {
			t.Errorf("it took %s, by way of %v", took, seen)
		}
		expect(t, "endpoint", *b.instance(t, east, home).Endpoint.Address, endpoint)
		expect(t, "source", *b.instance(t, east, home).ReadReplicaSourceDBInstanceIdentifier, *b.instance(t, west, standby).DBInstanceArn)
		expect(t, "rows at first", len(must[[]cloud.Row](t)(b.Rows(east, home))), 1)
		behind := must[cloud.Postgres](t)(b.SQL(east, home))
		time.Sleep(6 * time.Minute)
		caught, source := must[cloud.Postgres](t)(b.SQL(east, home)), must[cloud.Postgres](t)(b.SQL(west, standby))
		if behind.Replayed >= caught.Replayed || caught.Replayed != source.LSN {
			t.Errorf("it replayed from %s to %s of %s", behind.Replayed, caught.Replayed, source.LSN)
		}
		expect(t, "rows when it has caught up", len(must[[]cloud.Row](t)(b.Rows(east, home))), 2)
		expect(t, "system", caught.SystemID, source.SystemID)
		expect(t, "the source's slots", len(source.Slots), 1)
		expect(t, "kept", b.status(t, east, home+"-old"), "available")
	})
}

func TestAReplicaThatCannotBeIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		create := func(change func(in *rds.CreateDBInstanceReadReplicaInput)) error {
			in := b.order(t, "new-db")
			change(in)
			_, err := b.rds(east).CreateDBInstanceReadReplica(ctx, in)
			return err
		}
		nothing := func(*rds.CreateDBInstanceReadReplicaInput) {}
		refused(t, create(nothing), "InvalidDBInstanceState") // the source is a replica itself
		b.promote(t, rds.PromoteReadReplicaInput{BackupRetentionPeriod: aws.Int32(0)})
		b.until(t, west, standby, "available")
		refused(t, create(nothing), "InvalidDBInstanceState") // no backups
		if err := b.modify(west, standby, rds.ModifyDBInstanceInput{BackupRetentionPeriod: aws.Int32(7), ApplyImmediately: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		refused(t, create(nothing), "InvalidDBInstanceState") // being modified
		b.until(t, west, standby, "available")
		for code, change := range map[string]func(in *rds.CreateDBInstanceReadReplicaInput){
			"DBInstanceNotFound":          func(in *rds.CreateDBInstanceReadReplicaInput) { in.SourceDBInstanceIdentifier = aws.String(standby) },
			"InvalidParameterCombination": func(in *rds.CreateDBInstanceReadReplicaInput) { in.KmsKeyId = nil },
			"KMSKeyNotAccessibleFault":    func(in *rds.CreateDBInstanceReadReplicaInput) { in.KmsKeyId = b.instance(t, west, standby).KmsKeyId },
			"DBSubnetGroupNotFoundFault":  func(in *rds.CreateDBInstanceReadReplicaInput) { in.DBSubnetGroupName = aws.String("nothing") },
			"DBParameterGroupNotFound":    func(in *rds.CreateDBInstanceReadReplicaInput) { in.DBParameterGroupName = aws.String("nothing") },
			"InvalidParameterValue":       func(in *rds.CreateDBInstanceReadReplicaInput) { in.VpcSecurityGroupIds = []string{"sg-nothing"} },
			"InvalidParameterValue ":      func(in *rds.CreateDBInstanceReadReplicaInput) { in.DBInstanceIdentifier = aws.String("no--no") },
			"DBInstanceAlreadyExists":     func(in *rds.CreateDBInstanceReadReplicaInput) { in.DBInstanceIdentifier = aws.String(home) },
		} {
			refused(t, create(change), strings.TrimSpace(code))
		}
		if err := create(nothing); err != nil {
			t.Fatal(err)
		}
		refused(t, b.modify(west, standby, rds.ModifyDBInstanceInput{BackupRetentionPeriod: aws.Int32(0)}), "InvalidParameterCombination")
		refused(t, b.modify(east, home, rds.ModifyDBInstanceInput{NewDBInstanceIdentifier: aws.String("new-db")}), "DBInstanceAlreadyExists")
	})
}

func (b *bubble) remove(region, id string, in rds.DeleteDBInstanceInput) error {
	in.DBInstanceIdentifier = &id
	_, err := b.rds(region).DeleteDBInstance(ctx, &in)
	return err
}

func (b *bubble) unprotect(t *testing.T, region, id string) {
	t.Helper()
	if err := b.modify(region, id, rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(false)}); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedSourceTerminatesItsReplica(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.unprotect(t, east, home)
		if err := b.remove(east, home, rds.DeleteDBInstanceInput{FinalDBSnapshotIdentifier: aws.String("last")}); err != nil {
			t.Fatal(err)
		}
		expect(t, "status", b.status(t, east, home), "deleting")
		refused(t, b.remove(east, home, rds.DeleteDBInstanceInput{SkipFinalSnapshot: aws.Bool(true)}), "InvalidDBInstanceState")
		if took, _ := b.until(t, east, home, "none"); took < 4*time.Minute || took > 9*time.Minute {
			t.Errorf("it took %s", took)
		}
		last := must[*rds.DescribeDBSnapshotsOutput](t)(b.rds(east).DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{DBSnapshotIdentifier: aws.String("last")}))
		expect(t, "the last snapshot", *last.DBSnapshots[0].Status, "available")
		replica := b.instance(t, west, standby)
		expect(t, "replication", *replica.StatusInfos[0].Status, "terminated")
		expect(t, "it is no writer", must[cloud.Postgres](t)(b.SQL(west, standby)).Recovery, true)
		b.promote(t, rds.PromoteReadReplicaInput{})
		b.until(t, west, standby, "available")
		expect(t, "promoted", must[cloud.Postgres](t)(b.SQL(west, standby)).Recovery, false)
	})
}

func TestADeletedReplicaFreesWhatItsSourceKeepsForIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.direct(t, "stall-replica")
		time.Sleep(26 * time.Hour)
		expect(t, "the source", b.status(t, east, home), "storage-full")
		b.unprotect(t, west, standby)
		refused(t, b.remove(west, standby, rds.DeleteDBInstanceInput{FinalDBSnapshotIdentifier: aws.String("last")}), "InvalidParameterCombination")
		if err := b.remove(west, standby, rds.DeleteDBInstanceInput{SkipFinalSnapshot: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		b.until(t, west, standby, "none")
		expect(t, "slots", len(must[cloud.Postgres](t)(b.SQL(east, home)).Slots), 0)
		time.Sleep(2 * time.Minute)
		expect(t, "the source afterwards", b.status(t, east, home), "available")
		expect(t, "a task that names it", b.asked("/api/health").Database, "disconnected")
		b.direct(t, "restore")
	})
}

func TestADeletionThatLosesSomethingUnaskedIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		skip := rds.DeleteDBInstanceInput{SkipFinalSnapshot: aws.Bool(true)}
		err := b.remove(east, home, skip)
		refused(t, err, "InvalidParameterCombination")
		if !strings.Contains(err.Error(), "Cannot delete protected DB Instance") {
			t.Error(err)
		}
		b.unprotect(t, east, home)
		refused(t, b.remove(east, home, rds.DeleteDBInstanceInput{}), "InvalidParameterCombination")
		both := skip
		both.FinalDBSnapshotIdentifier = aws.String("last")
		refused(t, b.remove(east, home, both), "InvalidParameterCombination")
		refused(t, b.remove(east, "nothing", skip), "DBInstanceNotFound")
		expect(t, "it is still there", b.status(t, east, home), "available")
	})
}
