package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// ill makes the API and the balancer of us-east-1 answer 503.
func (s *scene) ill() *scene {
	s.api(answered(503, "us-east-1", s.now))
	s.in.Edge.Write = answered(503, "us-east-1", s.now)
	s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-east-1", answered(503, "us-east-1", s.now))
	return s
}

func (s *scene) services(i int, change func(all []aws.Service)) {
	snap := s.in.Regions[i].Snapshot
	all := append([]aws.Service{}, snap.Services.Value...)
	change(all)
	snap.Services = part(all, s.now)
}

func (s *scene) database(i int, change func(db *aws.Database)) {
	snap := s.in.Regions[i].Snapshot
	all := append([]aws.Database{}, snap.Databases.Value...)
	change(&all[0])
	snap.Databases = part(all, s.now)
}

func TestASicknessNamesItsCauseAndTheCheapestRemedyFirst(t *testing.T) {
	for name, c := range map[string]struct {
		change        func(*scene)
		cause, remedy string
	}{
		"a rebooting database": {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "rebooting" }) },
			"database dev-db is rebooting", "wait: a reboot ends by itself"},
		"a database that says itself that it starts up": {func(s *scene) {
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.Unavailable, s.now))
		}, "database dev-db is starting up", "wait: a reboot ends by itself"},
		"a full disk": {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "storage-full" }) },
			"database dev-db has no storage left", "grow its storage"},
		"a deployment whose tasks stop": {func(s *scene) {
			s.services(0, func(all []aws.Service) {
				all[1].DeployedAt, all[1].Running, all[1].Rollout = s.now.Add(-4*time.Minute), 0, "IN_PROGRESS"
				all[1].Stopped = []aws.StoppedTask{{At: s.now.Add(-time.Minute), Reason: "Essential container in task exited"}}
			})
		}, "deployment of backend 4 min ago; tasks stop: Essential container in task exited", "roll back backend: us-west-2 runs the same image"},
		"a deployment whose targets fail their checks": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[1].DeployedAt = s.now.Add(-4 * time.Minute) })
			g := s.east.Targets["dev-backend"].Value
			g.Targets = []aws.Target{{State: "unhealthy", Reason: "Target.ResponseCodeMismatch"}}
			s.east.Targets["dev-backend"] = part(g, s.now)
		}, "deployment of backend 4 min ago", "roll back backend"},
		"a failed rollout": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[0].Rollout = "FAILED" })
		}, "deployment of frontend", "roll back frontend"},
		"scaled to nothing": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[1].Desired, all[1].Running = 0, 0 })
		}, "backend: stopped, 2 expected", "scale backend up again"},
		"tasks that stopped long after the deployment": {func(s *scene) {
			s.services(0, func(all []aws.Service) {
				all[1].Running = 0
				all[1].Stopped = []aws.StoppedTask{{At: s.now, Reason: "OutOfMemoryError"}}
			})
		}, "backend: 0 of 2 running; OutOfMemoryError", "see why its tasks stop"},
		"no healthy target": {func(s *scene) {
			for name, p := range s.east.Targets {
				g := p.Value
				g.Targets = []aws.Target{{State: "unhealthy", Reason: "Target.Timeout"}}
				s.east.Targets[name] = part(g, s.now)
			}
		}, "dev-alb: 0/2 healthy (Target.Timeout)", "see what the health check of dev-frontend gets"},
		"nothing that is seen": {func(*scene) {}, "", "look at the service's events"},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.join()
			s.pass(fast).ill()
			c.change(s)
			r := s.join().Regions[0]
			if r.Condition != CondSick || r.Level != Bad {
				t.Errorf("%s, %s; want sick, bad", r.Condition, r.Level)
			}
			if !strings.HasPrefix(strings.TrimPrefix(strings.TrimPrefix(r.Why, "its API answers 503"), ": "), c.cause) {
				t.Errorf("why %q, want its API's 503 and %q", r.Why, c.cause)
			}
			if !strings.HasPrefix(r.Remedy, c.remedy) {
				t.Errorf("remedy %q, want %q", r.Remedy, c.remedy)
			}
			for n := 0; n < 8; n++ {
				if s.pass(fast).join(); s.prev.Regions[0].Condition != CondSick {
					t.Fatalf("after %d periods it is %s: an answer is no darkness, however long", n, s.prev.Regions[0].Condition)
				}
			}
		})
	}
}

func TestTheVerdictOfASicknessPutsTheRemedyBeforeAnyTakeover(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).ill()
	s.database(0, func(db *aws.Database) { db.Status = "rebooting" })
	e := s.join()
	want := []string{
		"us-east-1 answers, but is sick: its API answers 503.",
		"Database dev-db is rebooting.",
		"First wait: a reboot ends by itself, in minutes. us-west-2 could take over.",
	}
	for i, line := range e.Verdict.Lines {
		assertText(t, "line", line.String(), want[i])
	}
}

func TestTheImageInTheOtherRegionIsCalledTheSameOnlyWhereItIs(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).ill()
	s.services(0, func(all []aws.Service) {
		all[1] = service("dev", "backend", 2, "badbad00", s.now)
		all[1].DeployedAt, all[1].Running = s.now.Add(-time.Minute), 0
	})
	if r := s.join().Regions[0]; r.Remedy != "roll back backend: a bad image reaches us-west-2 too" {
		t.Errorf("remedy %q", r.Remedy)
	}
}
