//go:build unix

package tf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
)

// simulated is an empty account at the simulator, on which the tests' own program stands in for Terraform.
type simulated struct {
	*account
	sim *sim.Server
}

// atOnce is how fast the simulated cloud lives in these tests: a replica of a quarter of an hour takes under two seconds.
const atOnce = 600

func newSimulated(t *testing.T, scenario string) *simulated {
	t.Helper()
	unix(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	loaded, err := sim.LoadScenario(scenario)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sim.Start(t.Context(), sim.Options{Speed: atOnce, Seed: 7, Scenario: loaded})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, base: t.TempDir(), outputs: map[string]map[string]any{}, standIn: server.Description().Director}
	a.program = Program{Path: self, Version: "1.11.4"}
	a.inputs = testInputs()
	a.roles = rolesFileOf(t, 1, "us-east-1")
	return &simulated{account: a, sim: server}
}

// prove publishes at Cloudflare what proves certificates, as soon as they ask for it, and origin.<zone>, as Lifeboat does.
func (s *simulated) prove(ctx context.Context) {
	for ctx.Err() == nil {
		s.sim.Cloud().Locked(func(w *cloud.World) {
			for _, r := range w.Regions {
				for _, c := range r.Certificates {
					for _, p := range c.Proofs {
						publish(w, p.Record.Name, p.Record.Value)
					}
				}
			}
		})
		time.Sleep(20 * time.Millisecond)
	}
}

func publish(w *cloud.World, name, value string) {
	name, value = strings.TrimSuffix(name, "."), strings.TrimSuffix(value, ".")
	z := w.Zones[0]
	if !slices.ContainsFunc(z.Records, func(r *cloud.Record) bool { return r.Name == name }) {
		z.Records = append(z.Records, &cloud.Record{ID: name, Type: "CNAME", Name: name, Content: value, TTL: 60})
	}
}

func (s *simulated) push() {
	s.t.Helper()
	if err := s.sim.Cloud().Do("push", "all"); err != nil {
		s.t.Fatal(err)
	}
	digests := map[string]any{}
	s.sim.Cloud().Locked(func(w *cloud.World) {
		for _, repo := range w.Regions[0].Repositories {
			digests[repo.Name] = repo.Images[0].Digest
		}
	})
	s.inputs["digests"] = digests
}

func TestOnAnEmptySimulatedAccountEveryRootIsAppliedAndThenPlansToNoChanges(t *testing.T) {
	s := newSimulated(t, "empty")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.prove(ctx)
	delete(s.inputs, "digests")
	s.together(s.provision, "bootstrap")
	s.migrate()
	s.together(s.provision, "primary")
	s.push()
	s.together(s.provision, "primary", "identity")
	s.together(s.provision, "foundation", "source")
	s.together(s.provision, "data")
	s.push() // again: replication is not retroactive
	s.together(s.provision, "compute")
	s.together(s.provision, "failover")
	s.whole()
	s.promoted()
}

func TestOnTheStandInWhatAnOwnerHoldsIsTakenOver(t *testing.T) {
	s := newSimulated(t, "primary-only")
	s.owned()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.prove(ctx)
	s.together(s.provision, "bootstrap")
	s.migrate()
	s.together(s.provision, "identity")
	s.together(s.provision, "foundation", "source")
	s.together(s.provision, "data")
	s.push()
	s.together(s.provision, "compute")
	held := s.sim.Description().Stack.Adopt["distribution"]
	if err := s.provision("failover"); err == nil || !strings.Contains(err.Error(), "CNAMEAlreadyExists") {
		t.Fatalf("a second distribution is made for the same names: %v", err)
	}
	spec := s.spec("failover")
	spec.Override = fmt.Sprintf("import {\n  to = aws_cloudfront_distribution.this[0]\n  id = %q\n}\n", held)
	p, err := s.applied(s.dirOf(spec))
	if err != nil || !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.ID == held && c.Action == Update }) {
		t.Fatalf("%v, %+v", err, p)
	}
	s.sim.Cloud().Locked(func(w *cloud.World) {
		if d := w.Distributions; len(d) != 1 || d[0].ID != held || len(d[0].Groups) != 1 {
			t.Errorf("%d distributions, the first %+v", len(d), d[0].Configuration)
		}
	})
	s.outputs["failover"] = map[string]any{"distribution_id": held}
	for _, c := range [][3]string{{"data", "module.database[0].aws_db_instance.this", "shop-dr-db"}, {"source", "aws_ecr_replication_configuration.this[0]", "x"}, {"failover", "aws_cloudfront_distribution.this[0]", held}} {
		if err := s.adopt(c[0], c[1], c[2]); err != nil {
			t.Errorf("%s: %v", c[1], err)
		}
	}
}

// promoted fails over behind Terraform's back, as Lifeboat does, and keeps the next roles file: every plan is empty.
func (s *simulated) promoted() {
	s.t.Helper()
	s.roles = rolesFileOf(s.t, 2, "us-west-2")
	var roles struct {
		Capacity map[string]map[string]struct{ Min, Max int }
	}
	if err := json.Unmarshal(s.roles, &roles); err != nil {
		s.t.Fatal(err)
	}
	s.sim.Cloud().Locked(func(w *cloud.World) {
		if err := w.Promote(w.Regions[1].Databases[0], 7); err != nil {
			s.t.Error(err)
		}
		for _, r := range w.Regions {
			for service, bounds := range roles.Capacity[r.Name] {
				name := r.Clusters[0].Name
				if _, err := w.RegisterScalableTarget(r, fmt.Sprintf("service/%s/%s-%s", name, name, service), cloud.ScalingChange{Min: &bounds.Min, Max: &bounds.Max}); err != nil {
					s.t.Error(err)
				}
			}
		}
	})
	time.Sleep(2 * time.Second) // a reboot of some minutes
	s.keepRolesAt(s.roles)
	for _, root := range Roots {
		if err := s.unchanged(root.Name); err != nil {
			s.t.Errorf("after a failover %v", err)
		}
	}
}

// whole waits until every service runs what it is to run, and finds both regions as a reader would.
func (s *simulated) whole() {
	s.t.Helper()
	var left string
	for range 200 {
		s.sim.Cloud().Locked(func(w *cloud.World) { left = missing(w) })
		if left == "" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Error(left)
}

// missing says what of the estate is not there, or does not work; "" where all is well.
func missing(w *cloud.World) string {
	home, away := w.Regions[0], w.Regions[1]
	for _, r := range w.Regions {
		if len(r.Clusters) != 1 || len(r.Clusters[0].Services) != 4 || len(r.Balancers) != 1 || len(r.Databases) != 1 || len(r.Repositories) != 4 {
			return r.Name + " is not whole"
		}
		for _, svc := range r.Clusters[0].Services {
			if svc.Count(cloud.Running) != svc.Desired || svc.Deployments[0].Rollout != "COMPLETED" {
				return fmt.Sprintf("%s runs %d of %d", svc.Name, svc.Count(cloud.Running), svc.Desired)
			}
		}
	}
	if status, _, _ := away.Databases[0].Replication(w); status != "replicating" || away.Databases[0].Source != home.Databases[0] {
		return "the replica is " + status
	}
	if len(w.Distributions) != 1 || w.Distributions[0].Status != "Deployed" || len(w.Distributions[0].Groups) != 1 {
		return "the distribution is not deployed"
	}
	return ""
}

// dirOf prepares a root as it stands, and opens its state.
func (s *simulated) dirOf(spec Spec) *Dir {
	s.t.Helper()
	d, err := s.dir(spec, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *simulated) tell(order ...string) {
	s.t.Helper()
	if err := s.sim.Cloud().Do(order[0], order[1:]...); err != nil {
		s.t.Fatal(err)
	}
}

// applied plans and applies a root; what becomes of it is the test's to judge.
func (s *simulated) applied(d *Dir) (*Plan, error) {
	s.t.Helper()
	p, err := d.Plan(s.t.Context(), PlanOptions{}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return p, d.Apply(s.t.Context(), nil)
}

// foundations are what most tests need: a state bucket, and identity and foundation of a primary that is somebody else's.
func (s *simulated) foundations() {
	s.t.Helper()
	s.inputs["primary_cidrs"], s.inputs["database_secret_name"] = []string{"10.0.0.0/16"}, "shop/database"
	s.together(s.provision, "bootstrap")
	s.migrate()
	s.together(s.provision, "identity")
}

func TestTheStandInRefusesInTerraformsWords(t *testing.T) {
	s := newSimulated(t, "empty")
	s.foundations()
	without := s.spec("foundation")
	without.Roles = nil
	short := s.spec("foundation")
	delete(short.Vars, "primary_cidrs")
	old := s.spec("foundation")
	s.keepRolesAt(rolesFileOf(t, 2, "us-east-1"))
	for want, spec := range map[string]Spec{
		`No value for required variable: The root module input variable "capacity" is not set`:      without,
		`No value for required variable: The root module input variable "primary_cidrs" is not set`: short,
		"Module output value precondition failed: This roles file is version 1, s3://":              old,
	} {
		if _, err := s.dirOf(spec).Plan(t.Context(), PlanOptions{}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
	s.roles = rolesFileOf(t, 2, "us-east-1")
	s.keepRolesAt([]byte(strings.Replace(string(s.roles), `"frozen_by":""`, `"frozen_by":"run-7"`, 1)))
	if _, err := s.dirOf(s.spec("foundation")).Plan(t.Context(), PlanOptions{}, nil); err == nil || !strings.Contains(err.Error(), "Frozen by the run run-7") {
		t.Errorf("a frozen estate is planned: %v", err)
	}
	own := s.spec("foundation")
	own.Vars["run"] = "run-7"
	if _, err := s.dirOf(own).Plan(t.Context(), PlanOptions{}, nil); err != nil {
		t.Error(err)
	}
}

func (s *simulated) keepRolesAt(roles []byte) {
	s.sim.Cloud().Locked(func(w *cloud.World) {
		b, _ := w.Bucket(s.output("bootstrap", "state_bucket"))
		if _, err := w.Put(b, cloud.Object{Key: "lifeboat/roles.auto.tfvars.json", Body: roles, Type: "application/json"}, cloud.Condition{}); err != nil {
			s.t.Fatal(err)
		}
	})
}

func TestOnTheStandInAFailedResourceSaysWhyAndTheRestIsMade(t *testing.T) {
	s := newSimulated(t, "empty")
	s.foundations()
	s.tell("log-group", "us-west-2", "/aws/vpc/shop-dr")
	s.tell("terraform-fail", `module.network.aws_nat_gateway.this["us-west-2a"]`, "NatGatewayLimitExceeded: performing this operation would exceed the limit of 5 NAT gateways")
	d := s.dirOf(s.spec("foundation"))
	p, err := s.applied(d)
	var f *Failure
	if !errors.As(err, &f) || len(f.Problems) != 2 || !strings.Contains(err.Error(), "NatGatewayLimitExceeded") {
		t.Fatalf("%v", err)
	}
	if got := strings.Join(f.Existing(), " "); got != "module.network.aws_cloudwatch_log_group.flow" {
		t.Errorf("there already: %s", got)
	}
	s.tell("restore")
	s.tell("log-group", "us-west-2", "/aws/vpc/shop-dr")
	spec := s.spec("foundation")
	spec.Override = "import {\n  to = module.network.aws_cloudwatch_log_group.flow\n  id = \"/aws/vpc/shop-dr\"\n}\n"
	again, err := s.applied(s.dirOf(spec))
	if err != nil {
		t.Fatal(err)
	}
	if n := again.Counts(); n.Add == 0 || n.Add >= p.Counts().Add/2 || n.Import != 1 || n.Change > 1 || !slices.ContainsFunc(again.Changes, func(c Change) bool { return c.ID == "/aws/vpc/shop-dr" }) {
		t.Errorf("the second plan: %s", n.Words())
	}
	if err := s.unchanged("foundation"); err != nil {
		t.Error(err)
	}
}

func TestAStandInThatIsKilledLeavesItsLockAndWhatItMade(t *testing.T) {
	s := newSimulated(t, "empty")
	s.foundations()
	d := s.dirOf(s.spec("foundation"))
	if _, err := d.Plan(t.Context(), PlanOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	s.kill(d)
	_, err := d.Plan(t.Context(), PlanOptions{}, nil)
	lock := LockOf(err)
	if lock == nil || lock.Operation != "OperationTypeApply" || lock.Created.IsZero() || lock.Who == "" || lock.Path != s.output("bootstrap", "state_bucket")+"/terraform/foundation.tfstate" {
		t.Fatalf("no lock is told of: %v, %+v", err, lock)
	}
	if err := d.Unlock(t.Context(), "another"); err == nil {
		t.Error("a lock is taken by another id than its own")
	}
	if err := d.Unlock(t.Context(), lock.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.applied(d)
	var f *Failure
	if !errors.As(err, &f) || !slices.Contains(f.Existing(), "module.application_key.aws_kms_alias.this") {
		t.Errorf("what was made and not recorded is made again: %v", err)
	}
}

// kill ends an apply as soon as the flow log's group is made.
func (s *simulated) kill(d *Dir) {
	s.t.Helper()
	env, err := d.environment()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(s.program.Path, "apply", "-json", "-input=false", planFile)
	cmd.Dir = d.Path()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	f := &follower{log: func([]byte) {}, each: func(e Event) {
		if e.Kind == Done && e.Address == "module.network.aws_cloudwatch_log_group.flow" {
			_ = cmd.Process.Kill()
		}
	}}
	_, _ = io.Copy(f, out)
	_ = cmd.Wait()
}

func TestAnInterruptedStandInFinishesWhatItMakesAndKeepsIt(t *testing.T) {
	s := newSimulated(t, "empty")
	s.foundations()
	d := s.dirOf(s.spec("foundation"))
	if _, err := d.Plan(t.Context(), PlanOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	going := map[string]bool{}
	err := d.Apply(ctx, func(e Event) {
		switch e.Kind {
		case Started:
			going[e.Address] = true
		case Done:
			delete(going, e.Address)
		}
		if e.Address == "module.network.aws_vpc.this" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(going) > 0 {
		t.Fatalf("%v, left half-way: %v", err, going)
	}
	if err := s.provision("foundation"); err != nil {
		t.Errorf("it cannot go on: %v", err)
	}
}

// A cheaper strategy and back: no key, bucket, repository or writer goes, and the replica only as a finding of its own.
func TestOnTheStandInStrategiesChangeWithoutLosingWhatCannotBeMadeGood(t *testing.T) {
	s := newSimulated(t, "primary-only")
	s.owned()
	s.together(s.provision, "bootstrap")
	s.migrate()
	s.together(s.provision, "identity")
	s.together(s.provision, "foundation")
	s.together(s.provision, "data")
	for _, c := range []struct {
		strategy, root, want string
		findings             int
	}{
		{"pilot-light", "foundation", "6 to destroy", 0}, // the roles file still has room for tasks: the gateway stays
		{"pilot-light", "data", "1 to add, 4 to destroy", 1},
		{"cold-standby", "foundation", "6 to destroy", 0},
		{"cold-standby", "data", "1 to add, 4 to destroy", 1},
	} {
		spec := s.spec(c.root)
		spec.Vars["strategy"] = c.strategy
		p, err := s.dirOf(spec).Plan(t.Context(), PlanOptions{}, nil)
		if err != nil {
			t.Errorf("%s of %s: %v", c.strategy, c.root, err)
			continue
		}
		if p.Counts().Words() != c.want || len(p.Findings()) != c.findings {
			t.Errorf("%s of %s: %s, findings %v", c.strategy, c.root, p.Counts().Words(), p.Findings())
		}
	}
	for _, root := range []string{"foundation", "data"} {
		if err := s.unchanged(root); err != nil {
			t.Errorf("back again: %v", err)
		}
	}
	s.cheaperAndBack()
	other := s.spec("data")
	other.Vars["database_key_arn"] = other.Vars["application_key_arn"]
	p, err := s.dirOf(other).Plan(t.Context(), PlanOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Guard(nil); err == nil || !strings.Contains(err.Error(), "replace the database shop-dr-db") || !strings.Contains(err.Error(), "kms_key_id") {
		t.Errorf("another key would replace the database: %v", err)
	}
}

// cheaperAndBack really gives up the replica for copies of backups, and makes one again.
func (s *simulated) cheaperAndBack() {
	s.t.Helper()
	cheap := func(protected bool) Spec {
		spec := s.spec("data")
		spec.Vars["strategy"], spec.Vars["deletion_protection"], spec.Vars["skip_final_snapshot"] = "cold-standby", protected, !protected
		return spec
	}
	if _, err := s.applied(s.dirOf(cheap(true))); err == nil || !strings.Contains(err.Error(), "disable deletion protection") {
		s.t.Errorf("a protected replica goes: %v", err)
	}
	given := s.spec("data") // trap 21: what a replica's deletion may ask is applied before it
	given.Vars["deletion_protection"], given.Vars["skip_final_snapshot"] = false, true
	for _, spec := range []Spec{given, cheap(false)} {
		if _, err := s.applied(s.dirOf(spec)); err != nil {
			s.t.Error(err)
		}
	}
	s.sim.Cloud().Locked(func(w *cloud.World) {
		if r := w.Regions[1]; len(r.Databases) != 0 || len(r.Backups) != 1 {
			s.t.Errorf("%d databases and %d copied backups are left", len(r.Databases), len(r.Backups))
		}
	})
	if _, err := s.applied(s.dirOf(s.spec("data"))); err != nil {
		s.t.Error(err)
	}
	if err := s.unchanged("data"); err != nil {
		s.t.Error(err)
	}
}

// owned gives the inputs that an owner's primary answers.
func (s *simulated) owned() {
	stack := s.sim.Description().Stack
	maps.Copy(s.inputs, stack.Inputs)
	s.sim.Cloud().Locked(func(w *cloud.World) {
		home := w.Regions[0]
		s.inputs["primary_database_arn"], s.inputs["primary_database_identifier"] = home.Databases[0].ARN, home.Databases[0].ID
		s.inputs["database_secret_name"], s.inputs["database_secret_arn"] = home.Secrets[0].Name, w.Regions[1].Secrets[0].ARN
		var names []string
		for _, r := range home.Repositories {
			names = append(names, r.Name)
		}
		s.inputs["repositories"] = names
	})
}
