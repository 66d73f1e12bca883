package dr

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// answering types what a run asks for, and keeps the questions. reply goes before it.
type answering struct {
	mu    sync.Mutex
	asked []runbook.Question
	reply func(q runbook.Question) (runbook.Answer, bool)
}

func (o *answering) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, q)
	if o.reply != nil {
		if a, ok := o.reply(q); ok {
			return a, nil
		}
	}
	want := runbook.Pass
	if q.Kind == runbook.AskTrouble {
		want = runbook.Retry
	}
	for _, offer := range q.Offers {
		if offer.Choice == want {
			return runbook.Answer{Choice: want, Phrase: offer.Phrase, Reason: "a test", By: "ada"}, nil
		}
	}
	return runbook.Answer{Choice: runbook.Stop}, nil
}

func (o *answering) ids() (out []string) {
	for _, q := range o.asked {
		out = append(out, q.ID)
	}
	return out
}

func (o *answering) question(id string) (found []runbook.Question) {
	for _, q := range o.asked {
		if q.ID == id {
			found = append(found, q)
		}
	}
	return found
}

// phase runs a phase to the end of this process's part of it.
func (s *stack) phase(phase string, o *answering, more func(*Order)) runbook.Result {
	s.t.Helper()
	order := Order{Run: runbook.NewRunID(time.Now(), string(Provision)), Kind: Provision, Phase: phase, Operator: o}
	if more != nil {
		more(&order)
	}
	run, err := s.runner().Begin(s.t.Context(), order)
	if err != nil {
		s.t.Fatal(err)
	}
	return run.Wait()
}

var dataMade = []string{"aws_cloudwatch_log_group.data", "aws_cloudwatch_log_group.source", "aws_vpc.data", "aws_vpc.source"}

func TestAPhaseIsPlannedConfirmedAppliedVerifiedAndNamed(t *testing.T) {
	s, o := newStack(t), &answering{}
	res := s.phase("data", o, nil)
	made := s.applied()
	slices.Sort(made)
	asked := o.ids()
	slices.Sort(asked)
	if res.Ending != runbook.Done || !slices.Equal(made, dataMade) || !slices.Equal(asked, []string{"gate apply-data", "gate apply-source"}) {
		t.Fatalf("%s %v, made %v, asked %v", res.Ending, res.Err, made, asked)
	}
	gate := o.question("gate apply-data")[0]
	if gate.Offers[0].Phrase != "apply data" || !strings.Contains(strings.Join(gate.Notice.What, "\n"), "2 to add") || gate.Notice.Fingerprint == "" {
		t.Errorf("the gate says %+v", gate)
	}
	s.reload(s.cfg.Path)
	text, _ := os.ReadFile(s.cfg.Path)
	if s.cfg.Regions.Primary.Databases[0].IsolationGroup != "sg-0123456789abcdef0" || !strings.Contains(string(text), "inputs: # what the owner says") {
		t.Errorf("lifeboat.yaml is\n%s", text)
	}
	dir := ProvisionDir(s.cfg, res.View.Run)
	plans, err := ReadRootPlans(dir)
	progress, progressErr := ReadProgress(dir, "data")
	if err != nil || progressErr != nil || len(plans) != 2 || !plans[0].Applied || progress.Done != 2 || !progress.Over {
		t.Errorf("plans %+v, %v; progress %+v, %v", plans, err, progress, progressErr)
	}
	again := s.phase("data", o, nil)
	if again.Ending != runbook.Done || len(o.asked) != 2 || len(s.applied()) != 4 {
		t.Errorf("a second run: %s, asked %v", again.Ending, o.ids())
	}
}

func TestPlanOnlyChangesNothing(t *testing.T) {
	s, o := newStack(t), &answering{}
	before, _ := os.ReadFile(s.cfg.Path)
	res := s.phase("data", o, func(o *Order) { o.DryRun = true })
	after, _ := os.ReadFile(s.cfg.Path)
	apply, _ := res.View.Step("apply-data")
	if res.Ending != runbook.Done || len(s.applied()) > 0 || len(o.asked) > 0 || string(before) != string(after) || !strings.Contains(apply.Text, `would ask for "apply data"`) {
		t.Errorf("%s %v, made %v, asked %v, %s", res.Ending, res.Err, s.applied(), o.ids(), apply.Text)
	}
	if plans, err := ReadRootPlans(ProvisionDir(s.cfg, res.View.Run)); err != nil || len(plans) != 2 || plans[1].Counts.Add != 2 {
		t.Errorf("%+v, %v", plans, err)
	}
}

func TestAPhaseWhoseRootsWaitForOthersIsPlannedAsFarAsItGoes(t *testing.T) {
	s := newStack(t)
	for _, root := range []string{"identity", "foundation"} {
		if err := os.Remove(filepath.Join(s.dir, root+".state")); err != nil {
			t.Fatal(err)
		}
	}
	res := s.phase("foundation", &answering{}, func(o *Order) { o.DryRun = true })
	plans, err := ReadRootPlans(ProvisionDir(s.cfg, res.View.Run))
	if err != nil || len(plans) != 3 || !plans[0].Empty || plans[1].Counts.Add != 2 || !plans[2].Waits || !strings.Contains(plans[2].Why, "identity") {
		t.Errorf("%s %+v, %v", res.Ending, plans, err)
	}
}

func TestAFailedApplyIsPlannedAndConfirmedAnew(t *testing.T) {
	s, o := newStack(t), &answering{}
	s.put("data.fails", "")
	res := s.phase("data", o, nil)
	gates := o.question("gate apply-data")
	if res.Ending != runbook.Done || len(gates) != 2 || len(o.question("trouble apply-data")) != 1 {
		t.Fatalf("%s %v, asked %v", res.Ending, res.Err, o.ids())
	}
	if what := strings.Join(gates[1].Notice.What, "\n"); !strings.Contains(what, "1 to add") || gates[0].Notice.Fingerprint == gates[1].Notice.Fingerprint {
		t.Errorf("the second gate shows %s", what)
	}
	if made := s.applied(); len(made) != 4 {
		t.Errorf("made %v", made)
	}
}

func TestWhatIsThereAlreadyIsImportedAtTheNextTry(t *testing.T) {
	s, o := newStack(t), &answering{}
	s.put("data.there", "aws_cloudwatch_log_group.data")
	res := s.phase("data", o, nil)
	gates, trouble := o.question("gate apply-data"), o.question("trouble apply-data")
	if res.Ending != runbook.Done || len(gates) != 2 || len(trouble) != 1 {
		t.Fatalf("%s %v, asked %v", res.Ending, res.Err, o.ids())
	}
	if !strings.Contains(trouble[0].Text, "there already: the next try imports") || !strings.Contains(strings.Join(gates[1].Notice.What, "\n"), "1 to import") {
		t.Errorf("%s\n%v", trouble[0].Text, gates[1].Notice.What)
	}
	if left, _ := filepath.Glob(filepath.Join(ProvisionDir(s.cfg, res.View.Run), "imports", "*")); len(left) > 0 {
		t.Errorf("%v would be imported again", left)
	}
}

func TestAReplacedDatabaseIsRefusedUntilItsNameIsTyped(t *testing.T) {
	s := newStack(t)
	f := fakeRun{s.dir, "data"}
	f.write("state", []fakeResource{{Address: "aws_db_instance.this", Type: "aws_db_instance", Name: "shop-dr-db"}})
	f.write("wanted", []fakeResource{{Address: "aws_db_instance.this", Type: "aws_db_instance", Name: "another"}})
	for _, typed := range []bool{false, true} {
		o := &answering{}
		o.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.ID != "gate apply-data" {
				return runbook.Answer{}, false
			}
			if q.Attempt > 1 {
				return runbook.Answer{Choice: runbook.Stop}, true
			}
			a := runbook.Answer{Choice: runbook.Pass, Phrase: "apply data", By: "ada"}
			if typed {
				a.Overrides = []runbook.Override{{Phrase: "shop-dr-db", Reason: "a test"}}
			}
			return a, true
		}
		res := s.phase("data", o, nil)
		gate := o.question("gate apply-data")[0].Notice
		if len(gate.Failing) != 1 || gate.Failing[0].Override != "shop-dr-db" || !strings.Contains(gate.Failing[0].Text, "kms_key_id cannot be changed in place") {
			t.Errorf("the gate says %+v", gate)
		}
		if replaced := slices.Contains(s.applied(), "aws_db_instance.this"); replaced != typed || (res.Ending == runbook.Done) != typed {
			t.Errorf("typed %t: %s %v, replaced %t", typed, res.Ending, res.Err, replaced)
		}
	}
}

func TestALockedStateIsShownAndFreedOnlyBehindItsGate(t *testing.T) {
	s, o := newStack(t), &answering{}
	s.put("data.lock", `{"ID":"lock-1","Operation":"OperationTypeApply","Who":"ada@host","Created":"2026-01-02T03:04:05Z","Path":"shop-state/x"}`)
	res := s.phase("data", o, nil)
	gates := o.question("gate unlock-data")
	if res.Ending != runbook.Done || len(gates) != 1 || len(o.question("gate unlock-source")) != 0 {
		t.Fatalf("%s %v, asked %v", res.Ending, res.Err, o.ids())
	}
	if what := strings.Join(gates[0].Notice.What, "\n"); gates[0].Offers[0].Phrase != "unlock data held by ada@host" || !strings.Contains(what, "apply") || !strings.Contains(what, " for ") {
		t.Errorf("%q: %s", gates[0].Offers[0].Phrase, what)
	}
}

func TestAFrozenEstateIsNotProvisioned(t *testing.T) {
	s := newStack(t)
	r := s.runner()
	if err := changeRoles(t.Context(), r.state.Roles, s.cfg, func(r *Roles) bool { r.Frozen = "20260101T000000.000Z-failover"; return true }); err != nil {
		t.Fatal(err)
	}
	for _, dry := range []bool{false, true} {
		_, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(Provision)), Kind: Provision, Phase: "data", DryRun: dry, Operator: &answering{}})
		if err == nil || !strings.Contains(err.Error(), "frozen by the run 20260101T000000.000Z-failover") || len(s.applied()) > 0 {
			t.Errorf("dry %t: %v", dry, err)
		}
	}
}

func TestAFreezeThatComesWhileAPlanIsReadStopsItsApply(t *testing.T) {
	s, o := newStack(t), &answering{}
	o.reply = func(q runbook.Question) (runbook.Answer, bool) {
		if q.ID == "gate apply-data" {
			state, _ := OpenState(t.Context(), s.cfg, Options{})
			_ = changeRoles(t.Context(), state.Roles, s.cfg, func(r *Roles) bool { r.Frozen = "another"; return true })
		}
		return runbook.Answer{Choice: runbook.Stop}, q.Kind == runbook.AskTrouble
	}
	if res := s.phase("data", o, nil); res.Ending != runbook.Stopped || slices.Contains(s.applied(), "aws_vpc.data") {
		t.Errorf("%s, made %v", res.Ending, s.applied())
	}
}

func TestWhatAPhaseMustBeToldIsSaidBeforeItBegins(t *testing.T) {
	s := newStack(t)
	for _, c := range []struct {
		was, is string
		phase   string
		want    string
	}{
		{"primary_cidrs: [10.0.0.0/16]", "multi_az: true", "foundation", "must be told primary_cidrs"},
		{"primary_vpc_id:", "primary_vpcid:", "data", "terraform.inputs.primary_vpcid: no root of the stack has such a variable; did you mean primary_vpc_id?"},
		{"primary_vpc_id: vpc-01", "region: us-east-1", "data", "Lifeboat sets it"},
		{"primary: theirs", "primary: ours", "data", ""},
		{"  primary: theirs\n", "", "data", "whose the primary is has not been said"},
		{"", "", "primary", "the primary is the owner's"},
		{"", "", "everything", "there is no phase"},
	} {
		text, _ := os.ReadFile(s.cfg.Path)
		changed := strings.Replace(string(text), c.was, c.is, 1)
		if c.want == "whose the primary is has not been said" {
			changed = strings.Replace(changed, "standby: {", "standby: {discover: {prefix: shop-}, ", 1)
		}
		if err := os.WriteFile(s.cfg.Path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		r := s.runner()
		_, _, err := r.plan(t.Context(), Order{Run: "x", Kind: Provision, Phase: c.phase})
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v", c, err)
		}
		if err := os.WriteFile(s.cfg.Path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoPasswordIsInAJournalALogOrAPlan(t *testing.T) {
	s := newStack(t)
	t.Setenv("TF_VAR_grafana_password", "correcthorsebatterystaple")
	f := fakeRun{s.dir, "data"}
	f.write("state", f.wanted())
	b := bareBuilder(s.cfg, s.runner().state, Options{}.withDefaults())
	b.dir = t.TempDir()
	given, err := b.secrets("compute")
	made, madeErr := b.secrets("primary")
	again, _ := b.secrets("primary")
	if err != nil || madeErr != nil || given["grafana_password"] != "correcthorsebatterystaple" || len(made["database_password"]) != 32 || made["database_password"] != again["database_password"] {
		t.Fatalf("%v, %v", err, madeErr)
	}
	if err := b.settle("primary"); err != nil {
		t.Fatal(err)
	}
	if later, _ := b.secrets("primary"); later["database_password"] == made["database_password"] {
		t.Error("a password is kept though its root was applied")
	}
	b.state, b.run, b.dir = s.runner().state, "run", ProvisionDir(s.cfg, "run")
	b.watch, b.program, b.outputs = s.runner().watch, program(t, s), map[string]map[string]any{"bootstrap": {"state_bucket": "shop-state"}}
	t.Setenv("TF_VAR_database_password", "correcthorsebatterystaple")
	spec, err := b.spec(t.Context(), "bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	spec.Root, spec.Secrets = "data", map[string]string{"database_password": "correcthorsebatterystaple"}
	f.write("state", nil)
	d, err := b.ready(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	each, end, err := b.follow(runbook.NewTask(runbook.Procedure{}, "apply-data", runbook.Planned, nil), "data", "apply")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Plan(t.Context(), tf.PlanOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), each); err != nil {
		t.Fatal(err)
	}
	end()
	err = filepath.WalkDir(b.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "correcthorse") {
			t.Errorf("%s holds the password:\n%s", path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func program(t *testing.T, s *stack) tf.Program {
	t.Helper()
	p, err := findTerraform(t.Context(), s.cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
