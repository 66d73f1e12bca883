package tf

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// readPlan reads a plan that `terraform show -json` printed, shortened to what a reader looks at.
func readPlan(t *testing.T, name string) *Plan {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var raw tfjson.Plan
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	return ReadPlan("data", &raw)
}

func TestAPlanIsCountedByResource(t *testing.T) {
	p := readPlan(t, "plan.json")
	if got := p.Counts(); got != (Counts{Add: 1, Change: 1, Replace: 1, Destroy: 1, Import: 1, Forget: 1}) {
		t.Errorf("%+v", got)
	}
	if got := p.Counts().Words(); got != "1 to add, 1 to change, 1 to replace, 1 to destroy, 1 to import, 1 to forget" {
		t.Error(got)
	}
	if got := (Counts{}).Words(); got != "no changes" {
		t.Error(got)
	}
	if p.Empty() || !(&Plan{}).Empty() || (&Plan{Outputs: []string{"x"}}).Empty() {
		t.Error("empty means that nothing changes, not even an output")
	}
	if len(p.Drift) != 1 || p.Drift[0].Action != Update || len(p.Outputs) != 1 || p.Outputs[0] != "database_host" {
		t.Errorf("drift %+v, outputs %v", p.Drift, p.Outputs)
	}
}

func change(t *testing.T, p *Plan, address string) Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Address == address {
			return c
		}
	}
	t.Fatalf("no %s in the plan", address)
	return Change{}
}

func TestAChangeShowsItsAttributesAndNoSecret(t *testing.T) {
	p := readPlan(t, "plan.json")
	group := change(t, p, "module.database[0].aws_db_parameter_group.this")
	want := []Field{
		{Path: "parameter[0].value", Before: `"5120"`, After: `"2048"`},
		{Path: "tags.Owner", After: `"ada"`},
	}
	if group.Module != "module.database[0]" || !reflect.DeepEqual(group.Fields, want) {
		t.Errorf("%+v", group)
	}
	db := change(t, p, "module.database[0].aws_db_instance.this")
	if db.Name != "shop-dr-db" || !reflect.DeepEqual(db.Because, []string{"kms_key_id", "restore_to_point_in_time[0].restore_time"}) {
		t.Errorf("%+v", db)
	}
	for _, f := range db.Fields {
		switch f.Path {
		case "password":
			if !f.Sensitive || f.Before != "" || f.After != "" {
				t.Errorf("a secret is shown: %+v", f)
			}
		case "address":
			if !f.Unknown || f.After != "" {
				t.Errorf("%+v", f)
			}
		}
	}
	text, _ := json.Marshal(p)
	if strings.Contains(string(text), "hunter2") {
		t.Error("a sensitive value is in the plan that was read")
	}
}

func TestAPlanThatWouldLoseDataIsRefusedUntilEachNameIsTyped(t *testing.T) {
	p := readPlan(t, "plan.json")
	found := p.Findings()
	if len(found) != 2 || found[0].What != "image repository" || found[0].Name != "backend" || found[1].What != "database" || found[1].Name != "shop-dr-db" {
		t.Fatalf("%+v", found)
	}
	err := p.Guard([]string{"backend"})
	if !errors.Is(err, ErrGuarded) || !strings.Contains(err.Error(), "replace the database shop-dr-db (module.database[0].aws_db_instance.this): kms_key_id") {
		t.Errorf("%v", err)
	}
	tainted := &Plan{Changes: []Change{{Address: "aws_db_instance.a", Type: "aws_db_instance", Name: "a", Action: Replace}}}
	if err := tainted.Guard(nil); !errors.Is(err, ErrGuarded) || !strings.Contains(err.Error(), "replace the database a (aws_db_instance.a): no attribute asks for it: its state has it marked as broken") {
		t.Errorf("why it is replaced is not said: %v", err)
	}
	if strings.Contains(err.Error(), "repository") {
		t.Errorf("what was named is refused too: %v", err)
	}
	if err := p.Guard([]string{"shop-dr-db", "backend"}); err != nil {
		t.Error(err)
	}
	if err := (&Plan{Changes: []Change{{Address: "aws_vpc.a", Type: "aws_vpc", Action: Destroy}}}).Guard(nil); err != nil {
		t.Errorf("a network can be made again: %v", err)
	}
}

// What a run itself has made anew is told with its reason, and is confirmed by the gate of its plan.
func TestWhatIsReplacedByRequestIsNoFinding(t *testing.T) {
	asked := Change{Address: "a.copies[0]", Type: "aws_db_instance_automated_backups_replication", Action: Replace, Asked: true}
	other := Change{Address: "a.copies[1]", Type: "aws_db_instance_automated_backups_replication", Action: Replace}
	p := &Plan{Changes: []Change{asked, other}}
	if found := p.Findings(); len(found) != 1 || found[0].Address != other.Address {
		t.Errorf("%+v", found)
	}
	if asked.Why() != "the run asks for it" || other.Why() == asked.Why() {
		t.Errorf("%q, %q", asked.Why(), other.Why())
	}
}

func TestEveryTypeThatCannotBeMadeGoodIsGuarded(t *testing.T) {
	for _, typ := range []string{"aws_db_instance", "aws_rds_cluster", "aws_ecr_repository", "aws_kms_key", "aws_s3_bucket", "aws_db_instance_automated_backups_replication"} {
		for _, action := range []Action{Destroy, Replace} {
			if len((&Plan{Changes: []Change{{Address: "x.y", Type: typ, Action: action}}}).Findings()) != 1 {
				t.Errorf("%s of %s is not found", action, typ)
			}
		}
		if got := (Change{Type: typ, Action: Update}).Risk(); got != "data" {
			t.Errorf("a change of %s is marked %q", typ, got)
		}
		if len((&Plan{Changes: []Change{{Address: "x.y", Type: typ, Action: Forget}}}).Findings()) != 0 {
			t.Errorf("forgetting %s loses nothing", typ)
		}
	}
}
