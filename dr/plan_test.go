package dr

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/config"
)

func TestAPlanTakesDownEverythingThatARunActsOn(t *testing.T) {
	s := well()
	s.in.Regions[0].Snapshot.Databases.Value[0].RetentionDays, s.in.Regions[0].Snapshot.Databases.Value[0].MultiAZ = 9, true
	pins, err := makePlan(s.in.Config, s.join(), Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPlan(pins)
	if err != nil {
		t.Fatal(err)
	}
	if p.from != "us-east-1" || p.to != "us-west-2" || p.replica != "dr-db" || p.source != "dev-db" || p.retention != 9 || !p.multiAZ || p.kind != Failover {
		t.Errorf("%+v", p)
	}
	if p.balancer == "" || len(p.records)+len(p.origins) == 0 || !p.loss.Known {
		t.Errorf("users: %q %v %v, loss %+v", p.balancer, p.records, p.origins, p.loss)
	}
	if names := serviceNames(p.writers()); !reflect.DeepEqual(names, []string{"backend"}) {
		t.Errorf("the writers are %v", names)
	}
	for _, v := range p.arriving() {
		if v.Name == "backend" && (v.Want != 2 || v.To.Cluster != "dr" || v.To.ECS != "dr-backend" || v.From.ECS != "dev-backend") {
			t.Errorf("%+v", v)
		}
	}
}

func TestALoadThatWasScaledOutForComesAlong(t *testing.T) {
	s := well()
	for i := range s.in.Regions[0].Snapshot.Services.Value {
		if v := &s.in.Regions[0].Snapshot.Services.Value[i]; v.Name == "dev-backend" {
			v.Desired, v.Running = 7, 7
		}
	}
	s.in.Regions[0].Snapshot.Scaling = part([]aws.ScalingTarget{{Cluster: "dev", Service: "dev-backend", Min: 3, Max: 9}}, noon)
	pins, err := makePlan(s.in.Config, s.join(), Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := readPlan(pins)
	i := slices.IndexFunc(p.services, func(v PinnedService) bool { return v.Name == "backend" })
	if v := p.services[i]; v.Want != 7 || v.capacity() != (Capacity{Min: 3, Max: 9}) {
		t.Errorf("want %d, capacity %+v", v.Want, v.capacity())
	}
}

// What must be known and is not, is a refusal: it is never guessed, and nothing is ever written from it.
func TestAPlanRefusesWhatItWouldHaveToGuess(t *testing.T) {
	for name, x := range map[string]struct {
		kind   Kind
		change func(*scene)
		want   string
	}{
		"nothing to restore": {Failover, func(s *scene) {
			s.in.Config.Strategy, s.west.Databases = config.PilotLight, part([]aws.Database{}, noon)
			s.west.Backups, s.west.Snapshots = part([]aws.Backup{}, noon), part([]aws.DBSnapshot{}, noon)
		}, "there is no recovery point"},
		"the region that takes over":   {Failover, func(s *scene) { s.darken(1) }, "us-west-2 cannot take over"},
		"a switchover from the dark":   {Switchover, func(s *scene) { s.darken(0) }, "a switchover needs both regions"},
		"no replica":                   {Failover, func(s *scene) { s.west.Databases.Value[0].Source = "" }, "no replica that could be promoted"},
		"two replicas":                 {Failover, twoReplicas, "which one shall be promoted is not known"},
		"no balancer":                  {Failover, func(s *scene) { s.west.Balancers.Value[0].DNSName = "" }, "no load balancer that works"},
		"a balancer being made":        {Failover, func(s *scene) { s.west.Balancers.Value[0].State = "provisioning" }, "no load balancer that works"},
		"records that were never read": {Failover, func(s *scene) { s.in.Edge.Zone = aws.Part[edge.Zone]{} }, "Cloudflare's records were never read"},
		"nothing that leads to it": {Failover, func(s *scene) {
			s.in.Edge.Zone.Value.Records, s.in.Edge.Distribution.Value.Behaviors = nil, nil
		}, "nothing is known that leads users to us-east-1"},
	} {
		s := well()
		s.join()
		s.pass(time.Second)
		x.change(s)
		_, err := makePlan(s.in.Config, s.join(), x.kind, "us-east-1", edgeMemory{}, past{}, "")
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
}

func twoReplicas(s *scene) {
	other := s.west.Databases.Value[0]
	other.ID = "dr-db-2"
	s.west.Databases.Value = append(s.west.Databases.Value, other)
	s.in.Config.Regions.Standby.Databases = append(s.in.Config.Regions.Standby.Databases, config.Database{ID: "dr-db-2"})
}

// The region being left may be dark from the first look: then lifeboat.yaml says what to fence.
func TestARegionThatWasNeverReadIsPlannedByLifeboatYaml(t *testing.T) {
	s := well()
	s.in.Regions[0].Snapshot = nil
	s.in.Regions[0].SQL = nil
	pins, err := makePlan(s.in.Config, s.join(), Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := readPlan(pins)
	w := p.writers()
	if len(w) != 1 || w[0].From.ECS != "dev-backend" || w[0].From.Cluster != "dev" || w[0].From.Known || w[0].Want != 2 || p.retention != leastRetention {
		t.Errorf("%+v, retention %d", w, p.retention)
	}
	w[0].To.Max = 1 // a standby's
	if c := w[0].capacity(); c != (Capacity{Min: 2, Max: 4}) {
		t.Errorf("a service whose ceiling is not known gets %+v: it could not grow", c)
	}
}

func TestAPlanThatCannotBeReadBackIsAnErrorThatNamesThePin(t *testing.T) {
	s := well()
	pins, err := makePlan(s.in.Config, s.join(), Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{PinServices: "[", pinRetention: "many", PinReplica: ""} {
		broken := maps.Clone(pins)
		broken[name] = bad
		if _, err := readPlan(broken); err == nil || !strings.Contains(err.Error(), "pin "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// CloudFront's control plane lives in us-east-1 and is gone with it; Cloudflare has its own bad days. Then a plan is made of what was
// read last.
func TestAPlanIsMadeOfWhatWasReadLastWhereTheEdgeDoesNotAnswer(t *testing.T) {
	s := well()
	var memory edgeMemory
	if !memory.learn(s.join().Edge) || memory.learn(s.prev.Edge) {
		t.Error("the memory does not take what is new, or takes it twice")
	}
	fresh, err := makePlan(s.in.Config, s.prev, Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	s.in.Edge.Zone, s.in.Edge.Distribution = aws.Part[edge.Zone]{}, aws.Part[edge.Distribution]{}
	s.pass(time.Hour)
	pins, err := makePlan(s.in.Config, s.join(), Failover, "us-east-1", memory, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if pins[PinRecords] != fresh[PinRecords] || pins[PinOrigins] != fresh[PinOrigins] || pins[pinEdgeSeen] != noon.Format(time.RFC3339Nano) {
		t.Errorf("%s %s, seen %s", pins[PinRecords], pins[PinOrigins], pins[pinEdgeSeen])
	}
}

func TestNothingOfARegionAnswersOnlyWhereEverySignIsSilent(t *testing.T) {
	s := well()
	if at := s.join().side("us-east-1").QuietSince(); !at.IsZero() {
		t.Errorf("well, it is quiet since %s", at)
	}
	s.pass(fast).lose(0)
	if e := s.join(); !e.side("us-east-1").QuietSince().IsZero() || e.side("us-east-1").silentSince().IsZero() {
		t.Error("all but its public path is silent: its users are served")
	}
	s.pass(fast).darken(0)
	e := s.join()
	if at := e.side("us-east-1").QuietSince(); at.IsZero() || at.After(s.now) {
		t.Errorf("dark, it is quiet since %s", at)
	}
	pins, err := makePlan(s.in.Config, e, Failover, "us-east-1", edgeMemory{}, past{}, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPlan(pins)
	if err != nil || !p.silent.Equal(e.side("us-east-1").QuietSince()) || p.pins()[PinSilent] != pins[PinSilent] {
		t.Errorf("%v: the plan has it quiet since %s", err, p.silent)
	}
}
