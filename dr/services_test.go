package dr

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
)

func TestAServiceIsJudgedByWhatItsRegionShouldRun(t *testing.T) {
	set := func(desired, running, pending int) func(v *aws.Service) {
		return func(v *aws.Service) { v.Desired, v.Running, v.Pending = desired, running, pending }
	}
	stop := func(v *aws.Service) {
		v.Stopped = []aws.StoppedTask{{At: noon, Reason: "Task failed ELB health checks"}}
	}
	for name, c := range map[string]struct {
		change func(v *aws.Service)
		word   string
		level  Level
	}{
		"as it should be":                 {func(*aws.Service) {}, "", Good},
		"starting":                        {set(2, 1, 1), "starting", Warn},
		"all starting":                    {set(2, 0, 2), "starting", Warn},
		"one missing":                     {set(2, 1, 0), "1 of 2 running", Warn},
		"none":                            {set(2, 0, 0), "0 of 2 running", Bad},
		"none, and those that start stop": {func(v *aws.Service) { set(2, 0, 1)(v); stop(v) }, "0 of 2 running", Bad},
		"scaled to nothing":               {set(0, 0, 0), "stopped, 2 expected", Bad},
		"scaled down":                     {set(1, 1, 0), "1 wanted, 2 expected", Warn},
		"scaled out":                      {set(4, 4, 0), "", Good},
		"a rollout":                       {func(v *aws.Service) { v.Rollout = "IN_PROGRESS" }, "deploying", Good},
		"a rollout whose tasks stop":      {func(v *aws.Service) { v.Rollout = "IN_PROGRESS"; stop(v) }, "deploying, tasks stop", Warn},
		"a failed rollout":                {func(v *aws.Service) { v.Rollout = "FAILED" }, "rollout failed", Bad},
		"tasks that ECS scaled in": {func(v *aws.Service) {
			v.Rollout = "IN_PROGRESS"
			v.Stopped = []aws.StoppedTask{{At: noon, Reason: "Scaling activity initiated by (deployment ecs-svc/1)"}}
		}, "deploying", Good},
		"deleted": {func(v *aws.Service) { v.Status = "INACTIVE" }, "deleted", Bad},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.services(0, func(all []aws.Service) { c.change(&all[1]) })
			v := s.join().Regions[0].Services[1]
			if v.Word != c.word || v.Level != c.level {
				t.Errorf("%q, %s; want %q, %s", v.Word, v.Level, c.word, c.level)
			}
		})
	}
}

func TestCouldNotLookIsNeverAbsent(t *testing.T) {
	s := well()
	s.west.Services = failed(aws.Part[[]aws.Service]{}, fault.Denied, noon)
	s.west.Databases = failed(aws.Part[[]aws.Database]{}, fault.Denied, noon)
	s.west.Balancers = failed(aws.Part[[]aws.Balancer]{}, fault.Denied, noon)
	r := s.join().Regions[1]
	if v := r.Services[0]; v.Absent || v.Level != Unknown || v.Word != "?" || v.Seen.Why != "ask: denied" || v.Seen.Remedy == "" {
		t.Errorf("service %+v, want unknown, with why and remedy", v)
	}
	if db := r.Databases[0]; db.Absent || db.Level != Unknown || db.Word != "?" {
		t.Errorf("database %+v, want unknown", db)
	}
	if b := r.Balancers[0]; b.Level != Unknown || b.Word != "?" {
		t.Errorf("balancer %+v, want unknown", b)
	}
}

func TestWhatAnswersAndHasItNotIsAbsent(t *testing.T) {
	s := well()
	s.east.Services = part([]aws.Service{}, noon)
	s.east.Databases = part([]aws.Database{}, noon)
	s.east.Balancers = part([]aws.Balancer{}, noon)
	r := s.join().Regions[0]
	if v := r.Services[0]; !v.Absent || v.Level != Bad || v.Word != "absent" {
		t.Errorf("service %q, %s; want absent, bad", v.Word, v.Level)
	}
	if db := r.Databases[0]; !db.Absent || db.Level != Bad {
		t.Errorf("database %q, %s; want absent, bad", db.Word, db.Level)
	}
	if b := r.Balancers[0]; b.Word != "absent" || b.Level != Bad {
		t.Errorf("balancer %q, %s; want absent, bad", b.Word, b.Level)
	}
}

func TestOldValuesKeepTheirFiguresAndLoseTheirLevel(t *testing.T) {
	s := well()
	s.join()
	s.now = s.now.Add(46 * time.Second) // three periods and a second, and nothing newer came
	r := s.join().Regions[0]
	v := r.Services[0]
	if !v.Seen.Old || v.Level != Unknown || v.Word != "? was 2/2" || v.Running != 2 {
		t.Errorf("service %q, %s, old %t; want its last figures, old and of unknown level", v.Word, v.Level, v.Seen.Old)
	}
	if b := r.Balancers[0]; b.Word != "? was 4/4" || b.Level != Unknown {
		t.Errorf("balancer %q, %s", b.Word, b.Level)
	}
	if db := r.Databases[0]; db.Word != "? was writer" || db.Level != Unknown {
		t.Errorf("database %q, %s", db.Word, db.Level)
	}
}

func TestTheStandbysFiguresAreTheOnesExpectedOfWhoeverStandsBy(t *testing.T) {
	s := well()
	s.api(answered(200, "us-west-2", noon)) // after a failover
	s.in.Edge.Write = answered(201, "us-west-2", noon)
	e := s.join()
	if v := e.Regions[1].Services[0]; v.Word != "1 wanted, 2 expected" {
		t.Errorf("frontend in us-west-2, which serves: %q, want that full size is missing", v.Word)
	}
	if v := e.Regions[0].Services[0]; v.Level != Good {
		t.Errorf("frontend in us-east-1, which stands by: %q, %s; want good", v.Word, v.Level)
	}
	if p := e.Regions[0].Services[0].Image.Parity; p != ParitySame {
		t.Errorf("us-east-1's image is %q, want to be compared with us-west-2's", p)
	}
}

func TestServicesAreFoundByNamePrefixWhereTheyAreNotNamed(t *testing.T) {
	s := well()
	for _, r := range []*config.Region{&s.in.Config.Regions.Primary, &s.in.Config.Regions.Standby} {
		r.Discover.Prefix = r.Clusters[0].Name + "-"
		r.Clusters = nil
	}
	s.services(0, func(all []aws.Service) { all[2].Name = "dev-worker" })
	e := s.join()
	var names []string
	for _, v := range e.Regions[0].Services {
		names = append(names, v.Name+" "+v.ECS)
	}
	want := []string{"frontend dev-frontend", "backend dev-backend", "grafana ", "worker dev-worker"}
	for i := range want {
		if i >= len(names) || names[i] != want[i] {
			t.Fatalf("%q, want %q: those of lifeboat.yaml, then what else was found", names, want)
		}
	}
	if v := e.Regions[1].Services[3]; v.Name != "worker" || !v.Absent || v.Level != Idle {
		t.Errorf("in us-west-2 %q, absent %t, %s; want worker, absent, idle: nothing is promised of it", v.Name, v.Absent, v.Level)
	}
}
