package dr

import (
	"fmt"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func targets(states ...string) aws.TargetGroup {
	g := aws.TargetGroup{}
	for _, s := range states {
		g.Targets = append(g.Targets, aws.Target{State: s})
	}
	return g
}

func TestABalancerIsAsGoodAsItsTargets(t *testing.T) {
	for name, c := range map[string]struct {
		frontend, backend aws.TargetGroup
		word              string
		level             Level
	}{
		"all":                  {targets("healthy", "healthy"), targets("healthy"), "3/3 healthy", Good},
		"draining ones":        {targets("healthy", "draining"), targets("healthy"), "2/2 healthy", Good},
		"one unhealthy":        {targets("healthy", "unhealthy"), targets("healthy"), "2/3 healthy", Warn},
		"one group down":       {targets("unhealthy"), targets("healthy"), "1/2 healthy", Bad},
		"a group of nothing":   {targets(), targets("healthy"), "1/1 healthy", Good},
		"no target anywhere":   {targets(), targets(), "no target", Bad},
		"all still being made": {targets("initial"), targets("initial"), "0/2 healthy", Bad},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.east.Targets = map[string]aws.Part[aws.TargetGroup]{"dev-frontend": part(c.frontend, noon), "dev-backend": part(c.backend, noon)}
			b := s.join().Regions[0].Balancers[0]
			if b.Word != c.word || b.Level != c.level {
				t.Errorf("%q, %s; want %q, %s", b.Word, b.Level, c.word, c.level)
			}
		})
	}
}

func TestAStandbyWithoutTargetsIsIdle(t *testing.T) {
	s := well()
	s.west.Targets = map[string]aws.Part[aws.TargetGroup]{"dr-frontend": part(targets(), noon), "dr-backend": part(targets(), noon)}
	if b := s.join().Regions[1].Balancers[0]; b.Word != "no target" || b.Level != Idle {
		t.Errorf("%q, %s; want no target, idle", b.Word, b.Level)
	}
}

func TestOneGroupThatCouldNotBeReadMakesTheCountOld(t *testing.T) {
	s := well()
	s.east.Targets["dev-backend"] = failed(s.east.Targets["dev-backend"], fault.Throttled, noon)
	b := s.join().Regions[0].Balancers[0]
	if b.Word != "? was 4/4" || b.Level != Unknown || b.Seen.Why != "ask: throttled" {
		t.Errorf("%q, %s: %s", b.Word, b.Level, b.Seen.Why)
	}
	if g := b.Groups[0]; g.Level != Good {
		t.Errorf("the group that was read is %s, want good", g.Level)
	}
}

func TestManyGroupsReadInRotationAreNotOldForIt(t *testing.T) {
	s := well()
	lb := s.east.Balancers.Value[0]
	for i := range 100 {
		name := fmt.Sprintf("g%03d", i)
		lb.TargetGroups = append(lb.TargetGroups, name)
		s.east.Targets[name] = part(targets("healthy"), noon.Add(-2*time.Minute))
	}
	s.east.Balancers = part([]aws.Balancer{lb}, noon)
	if b := s.join().Regions[0].Balancers[0]; b.Seen.Old || b.Level != Good {
		t.Errorf("old %t, %s: a hundred groups take three turns, two minutes are within three of these", b.Seen.Old, b.Level)
	}
}

func TestTrafficThatWasNotCountedIsNotZero(t *testing.T) {
	s := well()
	b := s.join().Regions[0].Balancers[0]
	if !b.Requests.Known || b.Requests.Value != 12 || !b.Errors.Known || b.Errors.Value != 0 {
		t.Errorf("requests %+v, errors %+v; want 12 a second, and none of them failed", b.Requests, b.Errors)
	}
	if b := s.prev.Regions[1].Balancers[0]; b.Requests.Known || b.Errors.Known || b.P95.Known {
		t.Errorf("no datapoint came: %+v %+v %+v, want unknown", b.Requests, b.Errors, b.P95)
	}
	at := noon.Add(-time.Minute)
	s.east.Metrics.Value.Balancers["dev-alb"] = aws.BalancerMetrics{Period: time.Minute,
		Requests: aws.Series{{At: at, Value: 600}}, Errors5xx: aws.Series{{At: at.Add(-time.Minute), Value: 300}, {At: at, Value: 6}}}
	if b := s.join().Regions[0].Balancers[0]; b.Errors.Value != 1 {
		t.Errorf("errors %v per cent, want 1: of the same period as the requests", b.Errors.Value)
	}
	s.east.Metrics.Value.Balancers["dev-alb"] = aws.BalancerMetrics{Period: time.Minute,
		Requests: aws.Series{{At: at, Value: 12}}, Errors5xx: aws.Series{{At: at, Value: 144}}}
	if b := s.join().Regions[0].Balancers[0]; b.Errors.Value != 100 {
		t.Errorf("errors %v per cent, want 100: more were refused than were let in", b.Errors.Value)
	}
	s.now = s.now.Add(5 * time.Minute)
	if b := s.join().Regions[0].Balancers[0]; b.Requests.Known {
		t.Error("a figure of five minutes ago is shown as of now")
	}
}

func TestALargeRegionIsNotOldBecauseOneRoundTakesLong(t *testing.T) {
	s := well()
	s.west.Took = 4 * s.in.Config.Refresh.Fast.D()
	s.now = s.now.Add(5 * s.in.Config.Refresh.Fast.D())
	e := s.join()
	if r := e.Regions[1]; r.Services[0].Seen.Old || r.Balancers[0].Seen.Old || r.Databases[0].Seen.Old {
		t.Errorf("old after one and a quarter rounds: %+v", r.Services[0].Seen)
	}
	if !e.Regions[0].Services[0].Seen.Old {
		t.Error("the other region, whose rounds are short, was last read five periods ago and is not old")
	}
}
