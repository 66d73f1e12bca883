package dr

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/tf"
)

// inputsOf are a phase's inputs by name.
func inputsOf(t *testing.T, c *config.Config, e *Estate, phase string) map[string]Input {
	t.Helper()
	list, err := ProvisionInputs(t.Context(), c, e, phase)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Input{}
	required := true
	for _, in := range list {
		if _, twice := out[in.Name]; twice || in.Required && !required {
			t.Errorf("%s: %s is there twice, or what must be told is not first", phase, in.Name)
		}
		out[in.Name], required = in, in.Required
	}
	return out
}

func TestWhatAPhaseIsToldIsFilledInWithWhatIsKnown(t *testing.T) {
	s := newStack(t)
	e := &Estate{}
	e.Regions[0].Name, e.Regions[1].Name = east, west
	e.Regions[0].Raw = &Snapshot{}
	e.Regions[0].Raw.Databases.Value = []aws.Database{
		{ID: "another", ARN: "arn:aws:rds:us-east-1:1:db:another"},
		{ID: "shop-db", ARN: "arn:aws:rds:us-east-1:1:db:shop-db", Version: "15.12", Class: "db.t3.micro", StorageGiB: 20, MultiAZ: true, RetentionDays: 7},
	}
	in := inputsOf(t, s.cfg, e, "data")
	for name, want := range map[string][2]string{
		"primary_vpc_id":       {"vpc-01", config.FileName},
		"repositories":         {"backend", config.FileName},
		"engine_version":       {"15.12", "the account"},
		"instance_class":       {"db.t3.micro", "the account"},
		"storage":              {`{"initial":20,"maximum":40}`, "the account"},
		"multi_az":             {"true", "the account"},
		"primary_database_arn": {"arn:aws:rds:us-east-1:1:db:shop-db", config.FileName},
		"backup_days":          {"7", "default"},
	} {
		if got := in[name]; got.Value != want[0] || got.From != want[1] {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, name := range []string{"region", "run", "capacity", "database_key_arn", "tags", "digests", "primary"} {
		if got, asked := in[name]; asked {
			t.Errorf("%s is asked for: %+v", name, got)
		}
	}
	if !in["primary_vpc_id"].Required || in["engine_version"].Required || len(in["replicate_images"].Choices) != 2 {
		t.Errorf("%+v", in["replicate_images"])
	}
	first := inputsOf(t, s.cfg, nil, "foundation")["primary"]
	if first.Value != "theirs" || !slices.Equal(first.Choices, []string{"theirs", "ours"}) || !first.Required {
		t.Errorf("whose the primary is: %+v", first)
	}
	if _, err := ProvisionInputs(t.Context(), s.cfg, nil, "everything"); err == nil {
		t.Error("there is no such phase")
	}
	ours := *s.cfg
	ours.Terraform.Primary = config.Ours
	if in, asked := inputsOf(t, &ours, nil, "data")["primary_vpc_id"]; asked {
		t.Errorf("what the stack's own primary gives is asked for: %+v", in)
	}
}

func TestAnInputIsCheckedByItsTextAlone(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       any
		wrong      string
	}{
		{"domains", "shop.example, grafana.shop.example", []any{"shop.example", "grafana.shop.example"}, ""},
		{"domains", "shop.example, Grafana", nil, `"Grafana" is not a name`},
		{"cidr", "10.1.0.0/16", "10.1.0.0/16", ""},
		{"cidr", "10.1.0.0/24", nil, "is no /16"},
		{"primary_cidrs", "10.0.0.1/16", nil, "is no network"},
		{"multi_az", "yes", nil, "write true or false"},
		{"log_days", "7", 7, ""},
		{"log_days", "a week", nil, "write a number"},
		{"web_ports", "3000, 3001", []any{3000, 3001}, ""},
		{"storage", `{"initial": 20, "maximum": 100}`, map[string]any{"initial": 20, "maximum": 100}, ""},
		{"storage", "20", nil, "write JSON for object"},
		{"alarm_emails", "ops@shop.example", []any{"ops@shop.example"}, ""},
		{"alarm_emails", "ops", nil, "is not an address"},
		{"database_password", "hunter2", nil, "it is a secret"},
		{"region", "us-west-2", nil, "it is set by Lifeboat"},
		{"nothing", "x", nil, "no root of the stack"},
		{"primary", "ours", "ours", ""},
		{"primary", "mine", nil, "theirs or ours"},
		{"origin_domain", "a\x1bb.example", nil, "control character"},
	} {
		got, err := parseInput(c.name, c.text)
		if c.wrong == "" && (err != nil || !reflect.DeepEqual(got, c.want)) || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s %q: %#v, %v", c.name, c.text, got, err)
		}
	}
}

func TestInputsAreWrittenTogetherOrNotAtAll(t *testing.T) {
	s := newStack(t)
	before, _ := os.ReadFile(s.cfg.Path)
	err := SetInputs(s.cfg, "data", map[string]string{"instance_class": "db.t3.small", "multi_az": "yes", "region": "x"})
	var wrong InputErrors
	if !errors.As(err, &wrong) || len(wrong) != 2 || !strings.HasPrefix(err.Error(), "multi_az: ") {
		t.Errorf("%v", err)
	}
	if after, _ := os.ReadFile(s.cfg.Path); string(after) != string(before) {
		t.Error("something was written")
	}
	err = SetInputs(s.cfg, "data", map[string]string{"instance_class": "db.t3.small", "multi_az": "true", "primary_vpc_id": "", "primary": "theirs"})
	if err != nil {
		t.Fatal(err)
	}
	s.reload(s.cfg.Path)
	in := s.cfg.Terraform.Inputs
	if in["instance_class"] != "db.t3.small" || in["multi_az"] != true || in["primary_vpc_id"] != nil || in["primary_database_arn"] == nil {
		t.Errorf("%v", in)
	}
	if after, _ := os.ReadFile(s.cfg.Path); !strings.Contains(string(after), "inputs: # what the owner says") {
		t.Errorf("%s", after)
	}
}

func TestEveryNameOfAPhaseIsAVariableOfTheStack(t *testing.T) {
	for _, name := range slices.Concat(setByLifeboat, technical) {
		if _, known := variableNamed(name); !known {
			t.Errorf("%s is no variable of any root", name)
		}
	}
	services, _ := variableNamed("services")
	for name, repository := range stackServices {
		if !strings.Contains(services.Default, name+" = { repository = \""+repository+"\"") {
			t.Errorf("the stack's own default has no service %s: %s", name, services.Default)
		}
	}
	for _, root := range tf.Roots {
		if whyRoot[root.Name] == "" {
			t.Errorf("why %s is there is not said", root.Name)
		}
	}
	for _, phase := range ProvisionPhases {
		if _, ok := pathPhases[phase]; !ok {
			t.Errorf("phase %s has no title", phase)
		}
	}
}
