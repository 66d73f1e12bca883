//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr"
)

// The journey of this test is from a warm standby to a pilot light and back, by the built program, with real terraform and the real AWS
// provider, against the emulator. Besides the inputs of the provisioner (images and ReplicaLag by boto3, a server that answers for both
// balancers) it needs none: the emulator has copies of automated backups, whose newest moment is that of the question.

// lasting are the types of which nothing may ever go by a change of strategy, but for the replica.
var lasting = []string{
	"aws_db_instance", "aws_db_snapshot", "aws_kms_key", "aws_kms_replica_key", "aws_s3_bucket", "aws_ecr_repository", "aws_backup_vault",
	"aws_db_instance_automated_backups_replication", "aws_secretsmanager_secret",
}

// journey is what the plans of several commands would do.
type journey struct {
	p      *provisioner
	counts []string // a line a plan that was applied
	gone   []string // what they destroyed of lasting types
}

// take takes in the plans of a command.
func (j *journey) take(what string, o outcome) {
	j.p.Helper()
	seen := map[string]bool{}
	for _, e := range o.events {
		plan := e.Planned
		if plan == nil || seen[plan.Root+plan.At.String()] {
			continue
		}
		seen[plan.Root+plan.At.String()] = true
		j.counts = append(j.counts, fmt.Sprintf("%-22s %-18s %s", what, e.Step, plan.Counts.Words()))
		for _, c := range plan.Changes {
			if (c.Action == dr.PlanDestroy || c.Action == dr.PlanReplace) && slices.Contains(lasting, c.Type) {
				j.gone = append(j.gone, fmt.Sprintf("%s %s %s", c.Action, c.Type, c.Name))
			}
		}
	}
}

// change changes the strategy to its end.
func (j *journey) change(to string, phrases ...string) outcome {
	j.p.Helper()
	begin := time.Now()
	o := j.p.do(append([]string{"strategy", to, "--reason", "a test"}, confirm(phrases...)...)...)
	j.take("to "+to, o)
	if o.code != 0 {
		j.p.Fatalf("to %s: %s", to, o)
	}
	j.p.Logf("to %s in %.0f s", to, time.Since(begin).Seconds())
	return o
}

func TestStrategiesChangeWithRealTerraformAndNothingThatLastsGoes(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("an estate is provisioned, made cheaper and dearer again with real terraform, the better part of an hour: LIFEBOAT_E2E=full runs it")
	}
	p := newProvisioner(t)
	p.made = nil
	var others sync.WaitGroup
	t.Cleanup(others.Wait)
	for _, do := range []func(){func() { p.push("us-east-1") }, func() { p.push("us-west-2") }, p.publish} {
		others.Go(do)
	}
	p.phase("primary", "apply bootstrap", "apply primary", "apply primary services")
	p.phase("foundation", "apply bootstrap", "apply identity", "apply foundation")
	p.phase("data", "apply source", "apply data")
	p.phase("compute", "apply compute")
	p.phase("failover", "set up 2 records in shop.example", "set up 1 record in shop.example", "apply failover", "apply identity")

	j := &journey{p: p}
	cheaper := []string{"change strategy from warm-standby to pilot-light", "apply data copies", "apply compute release", "apply data", "apply failover", "apply compute",
		"apply foundation", "apply source", "apply identity"}
	run := j.notWithoutItsName(cheaper)
	j.goesOn(run, append(cheaper, "give up the replica shop-dr-db", "shop-dr-db"))
	p.unchanged("foundation", "data", "compute")
	p.unchanged("primary", "failover")
	j.change("warm-standby", "change strategy from pilot-light to warm-standby", "apply foundation", "apply data", "apply compute", "apply source", "apply failover", "apply identity")
	p.unchanged("foundation", "data", "compute")
	p.unchanged("primary", "failover")
	t.Logf("the journey's plans:\n%s", strings.Join(j.counts, "\n"))
	slices.Sort(j.gone)
	if gone := slices.Compact(j.gone); !slices.Equal(gone, []string{"destroy aws_db_instance shop-dr-db"}) {
		t.Errorf("the journey destroyed %v", gone)
	}
	p.noSecretIsKept()
}

// notWithoutItsName stops at the replica's gate, where its phrase was not given: nothing of it was changed.
func (j *journey) notWithoutItsName(phrases []string) (run string) {
	j.p.Helper()
	o := j.p.do(append([]string{"strategy", "pilot-light"}, confirm(phrases...)...)...)
	j.take("to the gate", o)
	asked := ""
	for _, e := range o.events {
		run = e.Run
		if e.Question != nil && e.Question.ID == "gate give-up" {
			asked = e.Question.Offers[0].Phrase + "\n" + strings.Join(e.Question.Notice.What, "\n")
		}
	}
	for _, want := range []string{"give up the replica shop-dr-db", "recovery point: replicated backups of shop-db", "last copy: shop-dr-db-kept-", "available"} {
		if o.code != 4 || !strings.Contains(asked, want) {
			j.p.Fatalf("the replica's gate does not say %q but %q: %s", want, asked, o)
		}
	}
	j.p.asBoto3(`
db = at("rds", "us-west-2").describe_db_instances(DBInstanceIdentifier="shop-dr-db")["DBInstances"][0]
assert db["DeletionProtection"] and db["ReadReplicaSourceDBInstanceIdentifier"], db`)
	return run
}

// goesOn resumes the run that stopped at the gate.
func (j *journey) goesOn(run string, phrases []string) {
	j.p.Helper()
	o := j.p.do(append([]string{"resume", run, "--reason", "a test"}, confirm(phrases...)...)...)
	j.take("to pilot-light", o)
	if o.code != 0 {
		j.p.Fatalf("resumed: %s", o)
	}
	j.p.asBoto3(`
assert not [d for d in at("rds", "us-west-2").describe_db_instances()["DBInstances"] if d["DBInstanceIdentifier"] == "shop-dr-db"]
assert [s for s in at("rds", "us-west-2").describe_db_snapshots()["DBSnapshots"] if s["DBSnapshotIdentifier"].startswith("shop-dr-db-kept-")]
assert [d for d in at("rds", "us-east-1").describe_db_instances()["DBInstances"] if d["DBInstanceIdentifier"] == "shop-db"]`)
}
