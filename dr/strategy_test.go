package dr

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// naming passes gates with all that they ask to be named, and stops at trouble.
func naming(q runbook.Question) (runbook.Answer, bool) {
	if q.Kind == runbook.AskTrouble {
		return runbook.Answer{Choice: runbook.Stop}, true
	}
	if q.Notice == nil || len(q.Notice.Failing) == 0 {
		return runbook.Answer{}, false
	}
	a := runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "ada"}
	for _, f := range q.Notice.Failing {
		a.Overrides = append(a.Overrides, runbook.Override{Phrase: f.Override, Reason: "a test"})
	}
	return a, true
}

// allSteps are the steps of a run, for a test that has failed.
func allSteps(v runbook.View) string {
	var b strings.Builder
	for _, s := range v.Steps {
		fmt.Fprintf(&b, "%-24s %-10s %s\n", s.ID, s.State, s.Text)
	}
	return b.String()
}

// order is where each of the things that a run has done stands among them; -1 where it was not done.
func (s *stack) order(what ...string) (at []int) {
	made := s.applied()
	for _, w := range what {
		at = append(at, slices.Index(made, w))
	}
	return at
}

func TestAReplicaGoesOnlyAfterCopiesASnapshotAndItsOwnGate(t *testing.T) {
	s, o := newWarmStack(t), &answering{reply: naming}
	began := time.Now()
	res, err := s.change(config.PilotLight, o)
	if err != nil || res.Ending != runbook.Done {
		t.Fatalf("%v, %s %v\n%s", err, res.Ending, res.Err, allSteps(res.View))
	}
	want := []string{"gate open", "gate apply-data-copies", "gate apply-compute-release", "gate give-up", "gate apply-data", "gate apply-failover", "gate apply-compute", "gate apply-foundation", "gate apply-source"}
	if got := o.ids(); !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
	if at := s.order("aws_db_instance_automated_backups_replication.this", "aws_db_instance.this", "-aws_db_instance.this", "-aws_lb.this", "-aws_nat_gateway.this"); !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("made %v", s.applied())
	}
	for _, made := range s.applied() {
		if strings.HasPrefix(made, "-") && strings.Contains(made, "_key.") || strings.Contains(made, "_repository.") || strings.Contains(made, "_bucket.") {
			t.Errorf("%s", made)
		}
	}
	gate := o.question("gate give-up")[0]
	what := strings.Join(gate.Notice.What, "\n")
	if gate.Offers[0].Phrase != "give up the replica shop-dr-db" || !strings.Contains(what, "recovery point: replicated backups of shop-db") || !strings.Contains(what, "last copy: "+s.taken()[0]+": available") {
		t.Errorf("the gate %q says %s", gate.Offers[0].Phrase, what)
	}
	if last := o.question("gate apply-data")[0].Notice; len(last.Failing) != 1 || last.Failing[0].Override != "shop-dr-db" {
		t.Errorf("the plan without it says %+v", last)
	}
	s.reload(s.cfg.Path)
	if s.cfg.Strategy != config.PilotLight || s.cfg.Terraform.Inputs["keep_backups"] != true || s.cfg.Terraform.Inputs["deletion_protection"] != nil {
		t.Errorf("lifeboat.yaml says %s, %v", s.cfg.Strategy, s.cfg.Terraform.Inputs)
	}
	text, _ := os.ReadFile(s.cfg.Path)
	if !strings.Contains(string(text), "inputs: # what the owner says") || !strings.HasPrefix(string(text), "# provisioned by a test\n") {
		t.Errorf("its comments are gone:\n%s", text)
	}
	if r := s.roles(); r.Frozen != "" || r.Capacity[west]["backend"] != (Capacity{}) || r.Capacity[east]["backend"].Min != 2 || r.Writer != east {
		t.Errorf("the roles say %+v", r)
	}
	if len(s.taken()) != 1 || !strings.HasPrefix(s.taken()[0], "shop-dr-db-kept-"+began.UTC().Format("20060102")) {
		t.Errorf("snapshots %v", s.taken())
	}
}

func TestWithoutANewerRecoveryPointNoReplicaIsGivenUp(t *testing.T) {
	for name, latest := range map[string]string{"none": "none", "an old one": time.Now().Add(-time.Minute).Format(time.RFC3339Nano)} {
		t.Run(name, func(t *testing.T) {
			s := newWarmStack(t)
			s.put("latest", latest)
			order := Order{Run: runbook.NewRunID(time.Now(), string(Strategy)), Kind: Strategy, Strategy: config.PilotLight, Operator: &answering{reply: naming}}
			run, err := s.runner().Begin(t.Context(), order)
			if err != nil {
				t.Fatal(err)
			}
			err = errors.New("it did not come so far")
			for deadline := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
				if p, _ := run.View().Step(stepPoint); !p.Began.IsZero() { // it waits there
					err = run.Skip(stepPoint, runbook.Answer{Choice: runbook.Skip, Phrase: "skip " + stepPoint, Reason: "we are in a hurry", By: "ada"})
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			res := run.Wait()
			if res.Ending != runbook.Stopped || slices.Contains(s.applied(), "-aws_db_instance.this") || slices.Contains(s.applied(), "aws_db_instance.this") {
				t.Errorf("%s %v, made %v\n%s", res.Ending, res.Err, s.applied(), allSteps(res.View))
			}
			step, _ := res.View.Step(stepGiveUp)
			if !strings.Contains(step.Text, "NOT PROVEN") {
				t.Errorf("the gate's step says %q", step.Text)
			}
			s.reload(s.cfg.Path)
			if s.cfg.Strategy != config.WarmStandby {
				t.Errorf("lifeboat.yaml says %s", s.cfg.Strategy)
			}
		})
	}
}

func TestARecoveryPointThatGrowsOldBeforeTheDeletionStopsIt(t *testing.T) {
	s := newWarmStack(t)
	o := &answering{reply: func(q runbook.Question) (runbook.Answer, bool) {
		if q.ID == "gate apply-data" {
			s.put("latest", "none") // the copies were ended meanwhile
		}
		return naming(q)
	}}
	res, err := s.change(config.ColdStandby, o)
	if err != nil || res.Ending != runbook.Stopped || slices.Contains(s.applied(), "-aws_db_instance.this") {
		t.Errorf("%v %s %v, made %v", err, res.Ending, res.Err, s.applied())
	}
}

func TestPlanOnlyShowsTheOtherStrategyAndChangesNothing(t *testing.T) {
	s, o := newWarmStack(t), &answering{}
	before, roles, has := s.text(), s.roles(), s.has()
	res, err := s.change(config.PilotLight, o, func(o *Order) { o.DryRun = true })
	if err != nil || res.Ending != runbook.Done || len(o.asked) > 0 {
		t.Fatalf("%v, %s %v, asked %v\n%s", err, res.Ending, res.Err, o.ids(), allSteps(res.View))
	}
	if s.text() != before || fmt.Sprint(s.roles()) != fmt.Sprint(roles) || s.has() != has || len(s.taken()) > 0 || len(s.applied()) > 0 {
		t.Errorf("something was changed: made %v, snapshots %v", s.applied(), s.taken())
	}
	for step, want := range map[string]string{
		"apply-data": `and for "shop-dr-db"`, "apply-data-copies": `would ask for "apply data copies"`, "apply-data-release": `would ask for "give up the replica shop-dr-db"`,
		"plan-compute": "1 to destroy", "plan-foundation": "1 to destroy", "plan-source": "1 to destroy", "plan-failover": "1 to destroy", "plan-identity": "no changes",
		"freeze": `would ask for "change strategy from warm-standby to pilot-light"`,
	} {
		if got := says(res.View, step); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", step, got, want)
		}
	}
}

func TestAChangeOfStrategyIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		to    config.Strategy
		spoil func(s *stack)
		want  string
	}{
		"to itself":             {config.WarmStandby, func(*stack) {}, "the strategy is warm-standby already"},
		"to none that there is": {"hot", func(*stack) {}, `there is no strategy "hot"`},
		"while it is frozen": {config.PilotLight, func(s *stack) {
			s.roled(func(r *Roles) { r.Frozen = "20260101T000000.000Z-failover" })
		}, "frozen by the run 20260101T000000.000Z-failover"},
		"while the standby serves": {config.PilotLight, func(s *stack) {
			s.roled(func(r *Roles) { r.Serving, r.Writer = west, west })
		}, "by the roles file us-west-2 writes and us-west-2 serves"},
		"of what was restored": {config.PilotLight, func(s *stack) {
			s.written("    primary_vpc_id: vpc-01", "    primary_vpc_id: vpc-01\n    restore: {snapshot: x}")
		}, "was restored from a recovery point"},
		"without a replica": {config.PilotLight, func(s *stack) {
			fakeRun{s.dir, "data"}.write("state", []fakeResource{{Address: "x", Type: "aws_vpc", Name: "x"}})
		}, "the root data has no replica"},
		"of no stack": {config.PilotLight, func(s *stack) {
			s.written("  primary: theirs\n", "")
			s.written("standby: {", "standby: {discover: {prefix: shop-}, ")
		}, "not Lifeboat's stack"},
		"of nothing made": {config.PilotLight, func(s *stack) { s.unmade() }, "nothing of the standby was provisioned yet"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newWarmStack(t)
			c.spoil(s)
			_, err := s.change(c.to, &answering{})
			var refusal *Refusal
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.want) || len(s.applied()) > 0 {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnOpenRunStandsBeforeAChangeOfStrategy(t *testing.T) {
	s := newWarmStack(t)
	stopping := &answering{reply: func(q runbook.Question) (runbook.Answer, bool) {
		return runbook.Answer{Choice: runbook.Stop}, q.ID == "gate give-up"
	}}
	first, err := s.change(config.PilotLight, stopping)
	if err != nil || first.Ending != runbook.Stopped {
		t.Fatal(err, first.Ending)
	}
	if _, err := s.change(config.ColdStandby, &answering{}); err == nil || !strings.Contains(err.Error(), "run "+first.View.Run) || !strings.Contains(err.Error(), "is not over") {
		t.Errorf("%v", err)
	}
}

func (s *stack) text() string {
	text, _ := os.ReadFile(s.cfg.Path)
	return string(text)
}

func (s *stack) written(was, is string) {
	s.t.Helper()
	if err := os.WriteFile(s.cfg.Path, []byte(strings.Replace(s.text(), was, is, 1)), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) roled(f func(*Roles)) {
	s.t.Helper()
	state, err := OpenState(s.t.Context(), s.cfg, Options{})
	if err == nil {
		err = changeRoles(s.t.Context(), state.Roles, s.cfg, func(r *Roles) bool { f(r); return true })
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) unmade() {
	for _, root := range []string{"identity", "foundation", "source", "data", "compute", "failover"} {
		_ = os.Remove(fakeRun{s.dir, root}.path("state"))
	}
}

// crashingChange changes what stands by in a process that ends at the n-th write of its journal, before or after it, and takes the run up in
// others.
func crashingChange(t *testing.T, made func(*testing.T) *stack, order Order, n int, before bool) (end string, writes int) {
	s := made(t)
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	c := &crash{at: n, end: stop, before: before}
	r := s.runner()
	r.state.Archive = crashingArchive{r.state.Archive, c}
	var held runbook.Lease
	lease := r.state.lease
	r.state.lease = func() runbook.Lease { held = lease(); return held }
	order.Run, order.Operator = runbook.NewRunID(time.Now(), string(order.Kind)), &answering{reply: naming}
	if run, err := r.Begin(ctx, order); err == nil {
		run.Wait()
	}
	if held != nil {
		_ = held.Release(context.Background(), runbook.Grant{}) // the kernel does it when a process ends
	}
	for range 3 {
		s.neverTooEarly()
		again := s.runner()
		run, err := again.Resume(t.Context(), order)
		if errors.Is(err, runbook.ErrEnded) {
			return s.left(), c.seen
		}
		if err != nil {
			run, err = again.Begin(t.Context(), order)
		}
		if err != nil {
			t.Fatalf("write %d, before %t: %v", n, before, err)
		}
		res := run.Wait()
		if res.Ending == runbook.Done {
			return s.left(), c.seen
		}
		t.Logf("write %d, before %t: %s %v\n%s", n, before, res.Ending, res.Err, allSteps(res.View))
	}
	t.Fatalf("write %d, before %t: it does not come to its end", n, before)
	return "", 0
}

// neverTooEarly: wherever a process has ended, the replica is there or both proofs are.
func (s *stack) neverTooEarly() {
	s.t.Helper()
	if slices.Contains(s.applied(), "-aws_db_instance.this") && (len(s.taken()) != 1 || !strings.Contains(s.has(), "automated_backups_replication")) {
		s.t.Errorf("the replica is gone, with snapshots %v", s.taken())
	}
}

// left is what a run leaves: what there is, what lifeboat.yaml says, what the roles say, and how many snapshots were taken.
func (s *stack) left() string {
	s.neverTooEarly()
	r := s.roles()
	r.Version = 0
	text := s.text()
	return fmt.Sprintf("%s\n%s\n%+v\n%d snapshots", s.has(), strings.ReplaceAll(text[:strings.Index(text, "regions:")]+text[strings.Index(text, "terraform:"):], s.path, ""), r, len(s.taken()))
}

func TestAChangeOfStrategyThatCrashesAtAnyWriteOfItsJournalComesToTheSameEnd(t *testing.T) {
	want := crashesAnywhere(t, newWarmStack, Order{Kind: Strategy, Strategy: config.PilotLight}, 60)
	if !strings.Contains(want, "strategy: pilot-light") || strings.Contains(want, `"shop-dr-db"`) {
		t.Error(want)
	}
}

// crashesAnywhere has a run crash at writes of its journal, at all of them with LIFEBOAT_E2E=full, and holds that it comes to the end that it
// gives.
func crashesAnywhere(t *testing.T, made func(*testing.T) *stack, order Order, step int) (want string) {
	t.Helper()
	want, writes := crashingChange(t, made, order, 0, false)
	if writes < 80 {
		t.Fatalf("%d writes, %s", writes, want)
	}
	if os.Getenv("LIFEBOAT_E2E") == "full" { // each takes some seconds
		step = 1
	}
	for n := 1; n <= writes; n += step {
		if got, _ := crashingChange(t, made, order, n, n/step%2 == 0); got != want {
			t.Errorf("at write %d: %s\nwant %s", n, got, want)
		}
	}
	t.Logf("%d writes", writes)
	return want
}
