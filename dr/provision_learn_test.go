package dr

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// anAccount shows the primary's database and a copy of its secret in the other region.
func anAccount() *Estate {
	e := &Estate{}
	e.Regions[0].Name, e.Regions[1].Name = east, west
	e.Regions[0].Raw, e.Regions[1].Raw = &Snapshot{}, &Snapshot{}
	e.Regions[0].Raw.Databases.Value = []aws.Database{
		{ID: "shop-db", ARN: "arn:aws:rds:us-east-1:1:db:shop-db", Version: "16.4", Class: "db.m7g.large", StorageGiB: 200, MaxStorageGiB: 1000, MultiAZ: true, RetentionDays: 14},
	}
	e.Regions[1].Raw.Secrets.Value = []aws.Secret{{Name: "shop/database", ARN: "arn:aws:secretsmanager:us-west-2:1:secret:shop/database-AbCdEf", PrimaryRegion: east}}
	return e
}

// told are the pins of a phase that an account has told, and the builder of another process that takes the run up.
func (s *stack) told(phase string, e *Estate) (runbook.Pins, *builder, error) {
	s.t.Helper()
	r := s.runner()
	pins := runbook.Pins{PinKind: string(Provision), PinPhase: phase, pinPrimary: string(config.Theirs)}
	b, err := r.newBuilder(s.t.Context(), pins, "20260101T000000.000Z-provision-0001")
	if err != nil {
		s.t.Fatal(err)
	}
	if err := b.learnInputs(s.t.Context(), e, pins); err != nil {
		s.t.Fatal(err)
	}
	wrong := b.told(e)
	later, err := r.newBuilder(s.t.Context(), pins, "20260101T000000.000Z-provision-0001")
	if err != nil {
		s.t.Fatal(err)
	}
	return pins, later, wrong
}

// untell takes inputs out of lifeboat.yaml.
func (s *stack) untell(names ...string) {
	s.t.Helper()
	for _, name := range names {
		if err := config.Edit(s.path, config.Setting{Field: []string{"terraform", "inputs", name}}); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestWhatTheAccountShowsInOneWayAloneIsTakenPinnedAndWrittenDown(t *testing.T) {
	s := newStack(t)
	s.untell("primary_database_arn")
	pins, b, err := s.told("data", anAccount())
	if err != nil {
		t.Fatalf("it must still be told: %v", err)
	}
	if text := pins["input.primary_database_arn"]; !strings.Contains(text, "arn:aws:rds:us-east-1:1:db:shop-db") || !strings.Contains(text, "the database shop-db in us-east-1") {
		t.Errorf("pinned: %s", text)
	}
	vars := b.inputs()
	for name, want := range map[string]any{"primary_database_arn": "arn:aws:rds:us-east-1:1:db:shop-db", "engine_version": "16.4", "instance_class": "db.m7g.large", "multi_az": true} {
		if !reflect.DeepEqual(vars[name], want) {
			t.Errorf("a standby like the primary has %s %v, not %v", name, want, vars[name])
		}
	}
	list := b.learnedBy("data")
	var words []string
	for _, l := range list {
		words = append(words, l.Words())
	}
	if got := strings.Join(words, "\n"); !strings.Contains(got, "taken from the account: primary_database_arn = arn:aws:rds:us-east-1:1:db:shop-db (the database shop-db in us-east-1)") {
		t.Error(got)
	}
	settings, err := b.names("data")
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Edit(s.path, settings...); err != nil {
		t.Fatal(err)
	}
	s.reload(s.path)
	if in := s.cfg.Terraform.Inputs; in["primary_database_arn"] != "arn:aws:rds:us-east-1:1:db:shop-db" || in["storage"] == nil || in["database_secret_name"] != "shop/database" {
		t.Errorf("lifeboat.yaml says %v", in)
	}
}

func TestWhatCanBeMeantInTwoWaysIsAskedFor(t *testing.T) {
	s := newStack(t)
	s.untell("database_secret_name")
	if err := config.Edit(s.path, config.Setting{Field: []string{"terraform", "inputs", "domains"}, Value: []string{"shop.example"}}, config.Setting{Field: []string{"terraform", "inputs", "origin_domain"}, Value: "origin.shop.example"}); err != nil {
		t.Fatal(err)
	}
	e := anAccount()
	other := e.Regions[1].Raw.Secrets.Value[0]
	other.Name, other.ARN = "shop/other", other.ARN+"X"
	e.Regions[1].Raw.Secrets.Value = append(e.Regions[1].Raw.Secrets.Value, other)
	pins, _, err := s.told("compute", e)
	var refused *Refusal
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "must be told database_secret_arn") {
		t.Fatalf("%v", err)
	}
	for _, words := range []string{"the copy of the secret shop/database in us-west-2", "the copy of the secret shop/other in us-west-2"} {
		if !strings.Contains(refused.Remedy, words) {
			t.Errorf("the remedy does not say %q: %s", words, refused.Remedy)
		}
	}
	for name := range pins {
		if strings.HasPrefix(name, pinInput) {
			t.Errorf("%s is pinned", name)
		}
	}
}

func TestWhatIsMadeAlreadyIsNotMadeLikeAnotherPrimary(t *testing.T) {
	s := newStack(t)
	f := fakeRun{s.dir, "data"}
	f.write("state", f.wanted())
	_, b, err := s.told("data", anAccount())
	if err != nil {
		t.Fatal(err)
	}
	if v, told := b.inputs()["engine_version"]; told {
		t.Errorf("a standby that is there is changed to %v", v)
	}
}
