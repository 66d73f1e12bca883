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

func (b *bubble) modify(region, id string, in rds.ModifyDBInstanceInput) error {
	in.DBInstanceIdentifier = &id
	_, err := b.rds(region).ModifyDBInstance(ctx, &in)
	return err
}

func TestChangesOfAnInstanceTakeTheirTime(t *testing.T) {
	for name, x := range map[string]struct {
		in          rds.ModifyDBInstanceInput
		least, most time.Duration
		is          func(w *cloud.World, db *cloud.Database) bool
	}{
		"retention": {rds.ModifyDBInstanceInput{BackupRetentionPeriod: aws.Int32(14)}, 30 * time.Second, 90 * time.Second,
			func(_ *cloud.World, db *cloud.Database) bool { return db.Retention == 14 }},
		"Multi-AZ": {rds.ModifyDBInstanceInput{MultiAZ: aws.Bool(true), ApplyImmediately: aws.Bool(true)}, 5 * time.Minute, 10 * time.Minute,
			func(_ *cloud.World, db *cloud.Database) bool { return db.MultiAZ }},
		"protection": {rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(false)}, 0, 0,
			func(_ *cloud.World, db *cloud.Database) bool { return !db.DeletionProtection }},
		"nothing": {rds.ModifyDBInstanceInput{BackupRetentionPeriod: aws.Int32(7), MultiAZ: aws.Bool(false), ApplyImmediately: aws.Bool(true)}, 0, 0,
			func(*cloud.World, *cloud.Database) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bubble) {
				if err := b.modify(east, home, x.in); err != nil {
					t.Fatal(err)
				}
				took, _ := b.until(t, east, home, "available")
				if took < x.least || took > x.most+time.Second {
					t.Errorf("it took %s, not %s to %s", took, x.least, x.most)
				}
				b.Locked(func(w *cloud.World) {
					expect(t, "it is as asked for", x.is(w, w.Region(east).Database(home)), true)
				})
			})
		})
	}
}

func TestAChangeWaitsForTheMaintenanceWindowUnlessItIsAppliedImmediately(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		if err := b.modify(east, home, rds.ModifyDBInstanceInput{MultiAZ: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		db := b.instance(t, east, home)
		expect(t, "status", *db.DBInstanceStatus, "available")
		expect(t, "pending", *db.PendingModifiedValues.MultiAZ, true)
		expect(t, "Multi-AZ", *db.MultiAZ, false)
		time.Sleep(25 * time.Hour)
		db = b.instance(t, east, home)
		expect(t, "Multi-AZ a day later", *db.MultiAZ, true)
		expect(t, "still pending", db.PendingModifiedValues.MultiAZ, nil)
	})
}

func TestARenamedInstanceIsFoundUnderItsNewNameOnlyAndLetsTheOldOneGo(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		before := b.instance(t, east, home)
		kept := home + "-20261123-0314"
		if err := b.modify(east, home, rds.ModifyDBInstanceInput{NewDBInstanceIdentifier: &kept, ApplyImmediately: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		expect(t, "status", b.status(t, east, home), "renaming")
		_, seen := b.until(t, east, kept, "available")
		expect(t, "on the way", fmt.Sprint(seen), "[none rebooting]")
		expect(t, "the old name", b.status(t, east, home), "none")
		after := b.instance(t, east, kept)
		expect(t, "resource", *after.DbiResourceId, *before.DbiResourceId)
		expect(t, "endpoint", *after.Endpoint.Address, strings.Replace(*before.Endpoint.Address, home, kept, 1))
		expect(t, "the replica's source", *b.instance(t, west, standby).ReadReplicaSourceDBInstanceIdentifier, *after.DBInstanceArn)
		var a cloud.Answer
		b.Locked(func(w *cloud.World) {
			a = w.Ask(w.Region(east).Balancers[0], cloud.Request{Port: 443, Host: "davidshaevel.com", Path: "/api/health"}, false)
		})
		expect(t, "tasks that name the old endpoint", a.Database, "disconnected")
	})
}

func TestAnIsolatedInstanceLetsNobodyIn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		var isolated string
		b.Locked(func(w *cloud.World) { isolated = w.Region(east).SecurityGroups[1].ID })
		if err := b.modify(east, home, rds.ModifyDBInstanceInput{VpcSecurityGroupIds: []string{isolated}}); err != nil {
			t.Fatal(err)
		}
		b.until(t, east, home, "available")
		expect(t, "group", *b.instance(t, east, home).VpcSecurityGroups[0].VpcSecurityGroupId, isolated)
		expect(t, "SQL is silent", must[cloud.Postgres](t)(b.SQL(east, home)).Silent, true)
		b.Locked(func(w *cloud.World) {
			expect(t, "connections", len(w.Connections(w.Region(east).Database(home))), 0)
		})
		refused(t, b.modify(east, home, rds.ModifyDBInstanceInput{VpcSecurityGroupIds: []string{"sg-nothing"}}), "InvalidParameterValue")
	})
}

func TestASnapshotOccupiesItsInstance(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		snapshot := func(id string) error {
			_, err := b.rds(east).CreateDBSnapshot(ctx, &rds.CreateDBSnapshotInput{DBInstanceIdentifier: aws.String(home), DBSnapshotIdentifier: &id})
			return err
		}
		if err := snapshot("before-failback"); err != nil {
			t.Fatal(err)
		}
		expect(t, "instance", b.status(t, east, home), "backing-up")
		refused(t, snapshot("another"), "InvalidDBInstanceState")
		refused(t, b.modify(east, home, rds.ModifyDBInstanceInput{MultiAZ: aws.Bool(true)}), "InvalidDBInstanceState")
		_, err := b.rds(east).RebootDBInstance(ctx, &rds.RebootDBInstanceInput{DBInstanceIdentifier: aws.String(home)})
		refused(t, err, "InvalidDBInstanceState")
		took, _ := b.until(t, east, home, "available")
		if took < 2*time.Minute || took > 5*time.Minute {
			t.Errorf("it took %s", took)
		}
		s := must[*rds.DescribeDBSnapshotsOutput](t)(b.rds(east).DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{DBSnapshotIdentifier: aws.String("before-failback")})).DBSnapshots[0]
		expect(t, "status", *s.Status, "available")
		expect(t, "type", *s.SnapshotType, "manual")
		refused(t, snapshot("before-failback"), "DBSnapshotAlreadyExists")
		refused(t, snapshot("rds:mine"), "InvalidParameterValue")
	})
}

func TestARebootEndsWhatIsConnected(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		must[*rds.RebootDBInstanceOutput](t)(b.rds(east).RebootDBInstance(ctx, &rds.RebootDBInstanceInput{DBInstanceIdentifier: aws.String(home)}))
		expect(t, "status", b.status(t, east, home), "rebooting")
		took, _ := b.until(t, east, home, "available")
		expect(t, "took", took.Truncate(time.Second), 75*time.Second)
		began := time.Now().Add(-took)
		b.Locked(func(w *cloud.World) {
			for _, c := range w.Connections(w.Region(east).Database(home)) {
				if c.Since.Before(began) {
					t.Errorf("a connection of %s survived", c.Since)
				}
			}
		})
		_, err := b.rds(east).RebootDBInstance(ctx, &rds.RebootDBInstanceInput{DBInstanceIdentifier: aws.String(home), ForceFailover: aws.Bool(true)})
		refused(t, err, "InvalidParameterCombination")
	})
}

func TestWrongChangesAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		for code, in := range map[string]rds.ModifyDBInstanceInput{
			"InvalidParameterValue":       {BackupRetentionPeriod: aws.Int32(36)},
			"InvalidParameterCombination": {BackupRetentionPeriod: aws.Int32(0)}, // it has a replica
			"InvalidParameterValue ":      {NewDBInstanceIdentifier: aws.String("1-no")},
			"InvalidParameterValue  ":     {DBInstanceClass: aws.String("db.r6g.large")}, // not simulated, and not passed over
		} {
			refused(t, b.modify(east, home, in), strings.TrimSpace(code))
		}
		refused(t, b.modify(west, home, rds.ModifyDBInstanceInput{}), "DBInstanceNotFound")
	})
}
