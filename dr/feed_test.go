package dr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

// news are the feed's lines that were not there before, newest first, less their times and levels.
func news(before, now *Estate) []string {
	var lines []string
	for _, c := range now.Feed[:len(now.Feed)-len(before.Feed)] {
		lines = append(lines, strings.TrimSpace(c.Region+" "+c.Subject+": "+c.Text))
	}
	return lines
}

func TestWhatChangedIsInTheFeedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		want   []string
	}{
		"nothing": {func(*scene) {}, nil},
		"a task that stopped": {func(s *scene) { s.services(0, func(all []aws.Service) { all[1].Running = 1 }) },
			[]string{"us-east-1 backend: 1 of 2 running"}},
		"a service scaled out": {func(s *scene) { s.services(0, func(all []aws.Service) { all[1].Desired, all[1].Running = 4, 4 }) },
			[]string{"us-east-1 backend: 4 tasks wanted, was 2"}},
		"a rollout that began": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[1].Rollout, all[1].TaskDefinition = "IN_PROGRESS", "dev-backend:8" })
		}, []string{"us-east-1 backend: deployment began: dev-backend:8"}},
		"a rollout that failed": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[1].Rollout, all[1].RolloutReason = "FAILED", "circuit breaker" })
		}, []string{"us-east-1 backend: deployment failed: circuit breaker"}},
		"another image": {func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1] = service("dr", "backend", 1, "88e0c4aa", noon) })
		}, []string{"us-west-2 backend: runs 88e0c4, was 91ab07"}},
		"a target": {func(s *scene) {
			g := targets("healthy", "unhealthy")
			g.Targets[1].Reason = "Target.Timeout"
			s.east.Targets["dev-backend"] = part(g, s.now)
		}, []string{"us-east-1 dev-backend: 1 of 2 targets healthy, was 2 of 2 (Target.Timeout)"}},
		"a database": {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "rebooting" }) },
			[]string{"us-east-1 dev-db: rebooting, was available", "us-west-2 replication: stalled, was streaming: nothing arrives: dev-db is rebooting"}},
		"a probe":                    {func(s *scene) { s.in.Edge.Pages = part(edge.Answer{Status: 502}, s.now) }, []string{"pages: probe 502, was 200"}},
		"a signal that falls silent": {func(s *scene) { s.mute(signalBalancer) }, []string{"us-east-1 balancer: does not answer: unreachable"}},
		"a session near its end": {func(s *scene) {
			s.east.Identity = part(aws.Identity{Name: "ops-read", Expires: s.now.Add(50 * time.Minute)}, s.now)
		}, []string{"us-east-1 session: ops-read ends 12:50:15"}},
		"a session that is over": {func(s *scene) { s.east.Identity = failed(s.east.Identity, fault.Expired, s.now) },
			[]string{"us-east-1 session: ask: credentials expired"}},
		"CloudFront's configuration": {func(s *scene) {
			d := wellDistribution()
			d.ETag, d.Status, d.Changed = "2", "InProgress", s.now.Add(-time.Second)
			s.in.Edge.Distribution = part(d, s.now)
		}, []string{"CloudFront: InProgress, was Deployed", "CloudFront: its configuration was changed"}},
		"a record": {func(s *scene) {
			z := s.in.Edge.Zone.Value
			z.Records = []edge.Record{{Name: "origin.example.com", Type: "CNAME", Content: "dr-alb.elb"}}
			s.in.Edge.Zone = part(z, s.now)
		}, []string{"DNS: origin.example.com leads to dr-alb.elb, was dev-alb.elb",
			"group-region: origin group pages: both members lead to us-west-2: there is no other region to fail over to"}},
		"a certificate that comes to its end": {func(s *scene) {
			s.east.Certificates = part([]aws.Certificate{{Domain: "example.com", Status: "ISSUED", NotAfter: s.now.Add(20 * 24 * time.Hour)}}, s.now)
		}, []string{"us-east-1 certificate: certificate of example.com: 20 d left"}},
		"a standby that is ready no more": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", answered(503, "us-west-2", s.now))
		},
			[]string{"us-west-2 region: not ready, was ready: its balancer answers: 503", "us-west-2 balancer: probe 503, was 200"}},
		"a service that could not be looked at": {func(s *scene) { s.east.Services = failed(s.east.Services, fault.Throttled, s.now) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			before := s.join()
			s.pass(fast)
			c.change(s)
			e := s.join()
			if got := news(before, e); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			s.pass(fast)
			if again := news(e, s.join()); len(again) > 0 {
				t.Errorf("said again: %q", again)
			}
		})
	}
}

func TestEventsOfTheCloudComeOnceWithTheirOwnTimes(t *testing.T) {
	s := well()
	event := func(ago time.Duration, message string) aws.Event {
		return aws.Event{At: noon.Add(-ago), Message: "(service dev-backend) " + message}
	}
	set := func(events ...aws.Event) { s.services(0, func(all []aws.Service) { all[1].Events = events }) }
	old, first := event(2*time.Hour, "has reached a steady state."), event(10*time.Minute, "has started 1 tasks: (task 4f1a).")
	set(first, old)
	e := s.join()
	if len(e.Feed) != 1 || e.Feed[0].Text != "started 1 tasks: (task 4f1a)" || !e.Feed[0].At.Equal(first.At) || e.Feed[0].Subject != "backend" {
		t.Fatalf("%+v; want the event of the last hour, with ECS's own time", e.Feed)
	}
	s.pass(fast)
	set(event(time.Minute, "registered 1 targets in (target-group arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/dev-backend/9a)"),
		event(2*time.Minute, "(deployment ecs-svc/1) deployment failed: tasks failed to start."), first, old)
	next := s.join()
	want := []string{"us-east-1 backend: registered 1 targets in (target-group dev-backend)", "us-east-1 backend: (deployment ecs-svc/1) deployment failed: tasks failed to start"}
	if got := news(e, next); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if next.Feed[1].Level != Warn || next.Feed[0].Level != Unknown {
		t.Errorf("levels %s and %s, want unknown and warn", next.Feed[0].Level, next.Feed[1].Level)
	}
}

func TestTheFeedIsNewestFirstAndEnds(t *testing.T) {
	s := well()
	s.join()
	for n := range 600 {
		s.pass(fast)
		s.services(0, func(all []aws.Service) { all[1].Running = n % 2 })
		s.join()
	}
	if n := len(s.prev.Feed); n != 500 {
		t.Errorf("%d lines, want 500", n)
	}
	for i := 1; i < len(s.prev.Feed); i++ {
		if s.prev.Feed[i].At.After(s.prev.Feed[i-1].At) {
			t.Fatalf("line %d is newer than the one above it", i)
		}
	}
}

func TestALagIsReportedAtItsThresholdsAndWhenItIsSmallAgain(t *testing.T) {
	s := well().withoutSQL()
	s.lag(0.8).join()
	var said []string
	for _, lag := range []float64{1.2, 2.9, 4.2, 2.6, 3.9, 1.9, 0.8, 0.9, 42, 40, 160, 155, 310, 90, 1} {
		before := s.prev
		s.pass(time.Minute).lag(0.5, lag)
		for _, line := range news(before, s.join()) {
			if strings.Contains(line, "replication") {
				said = append(said, strings.TrimPrefix(line, "us-west-2 replication: "))
			}
		}
	}
	want := []string{"lag 4.2 s", "lag back to 0.8 s from 4.2 s", "lag 42 s", "lag 2 min 40 s", "lag 5 min 10 s", "lag back to 1 s from 5 min 10 s"}
	if fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("got %q\nwant %q", said, want)
	}
}

func TestALagIsNotReportedFromTwoSources(t *testing.T) {
	s := well()
	p := primaryReading(noon)
	p.Earlier = []pg.Mark{{Time: noon.Add(-8 * time.Second), LSN: 900}}
	r := standbyReading(noon)
	r.LastReplay = noon.Add(-8 * time.Second)
	s.in.Regions[0].SQL, s.in.Regions[1].SQL = with(s.in.Regions[0].SQL, "dev-db", part(p, noon)), with(s.in.Regions[1].SQL, "dr-db", part(r, noon))
	before := s.join()
	if len(before.Feed) != 1 || before.Feed[0].Text != "lag 8 s" {
		t.Fatalf("%+v", before.Feed)
	}
	s.pass(fast)
	s.in.Regions[1].SQL = with(s.in.Regions[1].SQL, "dr-db", failed(s.in.Regions[1].SQL["dr-db"], fault.TimedOut, s.now))
	for _, line := range news(before, s.join()) {
		if strings.Contains(line, "lag back") {
			t.Errorf("%q: CloudWatch's older word is taken for a change", line)
		}
	}
}
