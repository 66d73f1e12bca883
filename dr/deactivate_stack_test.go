package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// deactivate has the standby rest again, to the end of this process's part of it.
func (s *stack) deactivate(o runbook.Operator, more ...func(*Order)) (runbook.Result, error) {
	s.t.Helper()
	order := Order{Run: runbook.NewRunID(time.Now(), string(Deactivate)), Kind: Deactivate, Operator: o}
	for _, f := range more {
		f(&order)
	}
	run, err := s.runner().Begin(s.t.Context(), order)
	if err != nil {
		return runbook.Result{}, err
	}
	return run.Wait(), nil
}

func TestARestoredDatabaseGoesOnlyAfterNewCopiesASnapshotAndItsOwnGate(t *testing.T) {
	s, o := newRestoredStack(t), &answering{reply: naming}
	res, err := s.deactivate(o)
	if err != nil || res.Ending != runbook.Done {
		t.Fatalf("%v %s %v, asked %v\n%s", err, res.Ending, res.Err, o.ids(), allSteps(res.View))
	}
	at := s.order("-"+copiesOfBackups, copiesOfBackups, "-aws_db_instance.this", "-aws_lb.this", "-aws_nat_gateway.this")
	if !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("in this order: %v of %v", at, s.applied())
	}
	if taken := s.taken(); len(taken) != 1 || !strings.HasPrefix(taken[0], "shop-dr-db-kept-") {
		t.Errorf("snapshots %v", taken)
	}
	for _, gate := range []string{"gate open", "gate apply-data-copies", "gate give-up", "gate apply-data", "gate apply-compute", "gate apply-foundation"} {
		if !slices.Contains(o.ids(), gate) {
			t.Errorf("%s was not asked: %v", gate, o.ids())
		}
	}
	if has := s.has(); strings.Contains(has, `"shop-dr-db"`) || strings.Count(has, "aws_kms_key.") != 5 || strings.Count(has, "aws_ecr_repository.") != 5 || strings.Count(has, "aws_s3_bucket.") != 5 {
		t.Errorf("it leaves %s", has)
	}
	if r := s.roles(); r.Frozen != "" || r.Capacity["us-west-2"]["backend"].Max != 0 {
		t.Errorf("roles %+v", r)
	}
	if strings.Contains(s.text(), "restore:") {
		t.Error("lifeboat.yaml still names a recovery point")
	}
}

func TestNothingIsPutToRestBeforeUsersAreHomeAndItsProofsHold(t *testing.T) {
	for name, c := range map[string]struct {
		was  func(s *stack)
		says string
	}{
		"the roles say that it serves": {func(s *stack) { s.roled(func(r *Roles) { r.Serving = "us-west-2" }) }, "us-west-2 serves"},
		"another run has frozen":       {func(s *stack) { s.roled(func(r *Roles) { r.Frozen = "20260101T000000.000Z-failover" }) }, "frozen"},
		"a warm standby":               {func(s *stack) { s.written("strategy: pilot-light", "strategy: warm-standby") }, "stands by running"},
		"nothing was restored": {func(s *stack) {
			s.written("    restore: {snapshot: of-spring}\n", "")
			s.roled(func(r *Roles) { r.Capacity["us-west-2"] = nil })
			s.unmadeDatabase()
		}, "rests"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRestoredStack(t)
			c.was(s)
			before := s.has()
			if _, err := s.deactivate(&answering{reply: naming}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
			if s.has() != before {
				t.Error("something was changed")
			}
		})
	}
}

// unmadeDatabase takes the database out of the state, as an earlier run would have left it.
func (s *stack) unmadeDatabase() {
	f := fakeRun{s.dir, "data"}
	f.write("state", slices.DeleteFunc(f.state(), func(r fakeResource) bool { return r.Type == "aws_db_instance" }))
}

func TestADryRunOfADeactivationPlansEveryRootAndChangesNothing(t *testing.T) {
	s := newRestoredStack(t)
	before, text := s.has(), s.text()
	res, err := s.deactivate(&answering{reply: naming}, func(o *Order) { o.DryRun = true })
	if err != nil || res.Ending != runbook.Done {
		t.Fatalf("%v %s\n%s", err, res.Ending, allSteps(res.View))
	}
	if s.has() != before || s.text() != text || len(s.taken()) > 0 {
		t.Error("it has changed something")
	}
	for step, want := range map[string]string{"plan-data-copies": "1 to replace", "plan-data": "1 to destroy", "plan-compute": "1 to destroy", "plan-foundation": "1 to destroy"} {
		if got := says(res.View, step); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
}

func TestADeactivationThatCrashesAtAnyWriteOfItsJournalComesToTheSameEnd(t *testing.T) {
	want := crashesAnywhere(t, newRestoredStack, Order{Kind: Deactivate}, 70)
	if strings.Contains(want, "restore:") || strings.Contains(want, `"shop-dr-db"`) || !strings.Contains(want, "1 snapshots") {
		t.Error(want)
	}
}
