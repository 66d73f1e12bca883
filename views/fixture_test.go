package views

import (
	"fmt"
	"math"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// The fixtures are estates as dr would join them, made by hand, so that screens are tested without any judgement. All
// of them are of noon, a fixed one; readings are two seconds old.

var noon = time.Date(2026, 11, 23, 3, 14, 7, 0, time.UTC)

func at(clock string) time.Time {
	t, err := time.Parse("15:04:05", clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 23, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func testConfig(services ...string) *config.Config {
	c := &config.Config{Version: 1, Estate: "davidshaevel", Strategy: config.WarmStandby}
	c.Objectives = config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)}
	c.Regions.Primary = config.Region{Name: "us-east-1", Environment: "primary",
		Balancers: []config.Balancer{{Name: "prod-alb"}}, Databases: []config.Database{{ID: "prod-db"}}}
	c.Regions.Standby = config.Region{Name: "us-west-2", Environment: "dr",
		Balancers: []config.Balancer{{Name: "dr-alb"}}, Databases: []config.Database{{ID: "dr-db"}}}
	for i := range []int{0, 1} {
		r := []*config.Region{&c.Regions.Primary, &c.Regions.Standby}[i]
		r.Probe.URL = "https://davidshaevel.com/api/health"
	}
	if len(services) == 0 {
		services = []string{"frontend", "backend", "prometheus", "grafana"}
	}
	for _, s := range services {
		c.Services = append(c.Services, config.Service{Name: s, Full: 2, Standby: 1, Writes: s == "backend"})
	}
	c.Edge.Distribution, c.Edge.Cloudflare.Zone = "E2QX", "davidshaevel.com"
	c.Edge.Resolvers = []string{"1.1.1.1", "8.8.8.8", "9.9.9.9"}
	c.Edge.Pages.URL, c.Edge.API.URL, c.Edge.Write.URL = "https://davidshaevel.com/", "https://davidshaevel.com/api/health", "https://davidshaevel.com/api/canary"
	c.Refresh.Fast = config.Duration(15 * time.Second)
	return c
}

func fresh() dr.Seen { return dr.Seen{At: noon.Add(-2 * time.Second)} }

func oldSince(t time.Time, why, remedy string) dr.Seen {
	return dr.Seen{At: t, Old: true, Why: why, Remedy: remedy}
}

func fig(v float64) dr.Figure {
	return dr.Figure{Value: v, Known: true, At: noon.Add(-40 * time.Second)}
}

func say(parts ...dr.Span) dr.Line { return parts }

func b(s string) dr.Span { return dr.Span{Text: s, Bold: true} }
func t(s string) dr.Span { return dr.Span{Text: s} }
func m(s string) dr.Span { return dr.Span{Text: s, Muted: true} }

// healthy is the moment of the drawings: us-east-1 serves, us-west-2 can take over, one image is behind.
func healthy() *dr.Estate {
	e := &dr.Estate{
		Revision: 1, At: noon.Add(-2 * time.Second), Name: "davidshaevel", Strategy: config.WarmStandby, Complete: true,
		Objectives: testConfig().Objectives,
	}
	e.Verdict = dr.Verdict{Level: dr.Good, Serving: "us-east-1", Writer: "us-east-1", Lines: []dr.Line{
		say(b("us-east-1 serves."), t(" us-west-2 can take over now.")),
		say(m("At most "), b("15 s"), m(" of data at risk · time to serve again unknown: no run or drill yet · target 5 min / 60 min")),
	}}
	e.Regions[0], e.Regions[1] = east(), west()
	e.Path = path()
	e.Replication = replication()
	e.Risk = dr.Risk{Known: true, Value: 15 * time.Second, AtMost: true, Level: dr.Good, From: "lag 1.1 s at the last contact + 14 s since"}
	e.Feed = []dr.Change{
		{At: at("03:11:52"), Region: "us-west-2", Subject: "backend", Text: "task started, target healthy", Level: dr.Good},
		{At: at("03:09:14"), Region: "us-east-1", Subject: "backend", Text: "deployment finished: 2 of 2 on 91ab07", Level: dr.Good},
		{At: at("03:02:40"), Region: "us-west-2", Subject: "database", Text: "lag back to 0.8 s from 4.2 s", Level: dr.Good},
		{At: at("02:58:03"), Subject: "CloudFront", Text: "deployed", Level: dr.Good},
		{At: at("02:51:19"), Region: "us-west-2", Subject: "database", Text: "lag 4.2 s", Level: dr.Warn},
	}
	return e
}

func east() dr.Region {
	r := dr.Region{Name: "us-east-1", Built: dr.Primary, Condition: dr.CondServing, Level: dr.Good, Seen: fresh(), Since: at("01:00:00")}
	r.Signals = signals("answers in 84 ms", "answers 200 in 41 ms", "answers 200 in 58 ms", "12 connections")
	r.Balancers = []dr.Balancer{balancer("prod-alb", "primary", 4)}
	r.Services = []dr.Service{
		service("frontend", 2, 2, 2, "3f1c2d", dr.ParityIs), service("backend", 2, 2, 2, "91ab07", dr.ParityIs),
		service("prometheus", 1, 1, 1, "v2.45", dr.ParityIs), service("grafana", 1, 1, 1, "10.4.2", dr.ParityIs),
	}
	r.Databases = []dr.Database{{ID: "prod-db", Role: "writer", Status: "available", Level: dr.Good, Word: "available",
		Version: "pg 15.12", Connections: fig(12), Retention: 7, FreeStorage: fig(14.2 * (1 << 30)), Restorable: at("03:12:00"), Seen: fresh()}}
	r.Newest = dr.RecoveryPoint{At: at("03:12:00"), From: "automated backups", Seen: fresh()}
	r.Session = session()
	return r
}

func west() dr.Region {
	r := dr.Region{Name: "us-west-2", Built: dr.Standby, Condition: dr.CondReady, Level: dr.Good, Seen: fresh(), Since: at("01:00:00")}
	r.Signals = signals("answers in 91 ms", "answers 200 in 78 ms", "", "replica")
	r.Balancers = []dr.Balancer{balancer("dr-alb", "dr", 2)}
	r.Balancers[0].Requests, r.Balancers[0].Errors, r.Balancers[0].P95 = fig(0), dr.Figure{}, dr.Figure{}
	behind := service("backend", 1, 1, 2, "88e0c4", dr.ParityBehind)
	behind.Image.Behind, behind.Image.Level = 9*time.Minute, dr.Warn
	r.Services = []dr.Service{
		service("frontend", 1, 1, 2, "3f1c2d", dr.ParitySame), behind,
		service("prometheus", 0, 0, 1, "v2.45", dr.ParitySame), service("grafana", 0, 0, 1, "10.4.2", dr.ParitySame),
	}
	r.Databases = []dr.Database{{ID: "dr-db", Role: "replica", Status: "available", Level: dr.Good, Word: "streaming",
		Version: "pg 15.12", Source: "prod-db", FreeStorage: fig(14.1 * (1 << 30)), Seen: fresh()}}
	r.Newest = dr.RecoveryPoint{At: at("02:31:00"), From: "replicated backups", Seen: fresh()}
	r.Session = session()
	r.Findings = []dr.Finding{
		{ID: "image", Level: dr.Warn, Text: "backend image is 9 min behind in us-west-2", Remedy: "deploy 91ab07 there too, or wait for the pipeline", Seen: fresh()},
		{ID: "certificate", Level: dr.Good, Text: "certificate valid for 210 days", Seen: fresh()},
	}
	return r
}

func signals(api, lb, public, db string) []dr.Signal {
	return []dr.Signal{
		{Name: "AWS API", Asked: true, Text: api}, {Name: "balancer", Asked: true, Text: lb},
		{Name: "public API", Asked: public != "", Text: public}, {Name: "database", Asked: true, Text: db},
	}
}

func balancer(name, says string, targets int) dr.Balancer {
	lb := dr.Balancer{Name: name, Healthy: targets, All: targets, Level: dr.Good, Word: fmt.Sprintf("%d/%d healthy", targets, targets),
		Requests: fig(12), Errors: fig(0.1), P95: fig(0.083), Seen: fresh()}
	lb.Probe = probeOf("200", 41*time.Millisecond, says)
	for _, g := range []string{"frontend", "backend"} {
		lb.Groups = append(lb.Groups, group(name+"-"+g, targets/2, targets/2))
	}
	return lb
}

// grow makes room for n values of a type that belongs to a reader.
func grow[T any](s *[]T, n int) { *s = make([]T, n) }

func group(name string, healthy, all int) dr.TargetGroup {
	g := dr.TargetGroup{Level: dr.Good, Seen: fresh()}
	g.Name = name
	grow(&g.Targets, all)
	for i := range g.Targets {
		g.Targets[i].ID, g.Targets[i].Port, g.Targets[i].Zone = fmt.Sprintf("10.0.11.%d", 20+i), 3001, "us-east-1a"
		g.Targets[i].State = "healthy"
		if i >= healthy {
			g.Targets[i].State, g.Targets[i].Reason = "unhealthy", "Target.ResponseCodeMismatch"
			g.Level = dr.Bad
		}
	}
	return g
}

func probeOf(word string, took time.Duration, says string) dr.ProbeResult {
	p := dr.ProbeResult{Asked: true, Level: dr.Good, Word: word, Took: took, Says: says, Proof: true, Seen: fresh()}
	_, _ = fmt.Sscan(word, &p.Status)
	p.Region = map[string]string{"primary": "us-east-1", "dr": "us-west-2"}[says]
	return p
}

func service(name string, running, desired, full int, image string, parity dr.Parity) dr.Service {
	s := dr.Service{Name: name, ECS: "prod-" + name, Cluster: "prod-cluster", Running: running, Desired: desired, Full: full, Standby: 1,
		Level: dr.Good, Rollout: "COMPLETED", Seen: fresh(), Min: fig(float64(desired)), Max: fig(4)}
	if desired == 0 {
		s.Level = dr.Idle
	}
	s.Image = dr.Image{Short: image, Tag: "v1.8.3", Digest: "sha256:" + image + "a7d0c3", Parity: parity, Level: dr.Good}
	s.LastEvent.At, s.LastEvent.Message = at("02:44:10"), "(service "+name+") has reached a steady state."
	return s
}

func session() dr.Session {
	return dr.Session{Name: "ops-read", ARN: "arn:aws:sts::123456789012:assumed-role/ops-read/ana", Account: "123456789012", Source: "SSOProvider",
		Expires: noon.Add(5*time.Hour + 12*time.Minute + 30*time.Second), Level: dr.Good, Seen: fresh()}
}

func path() dr.Path {
	p := dr.Path{To: "us-east-1", Bridge: "us-west-2", Resolvers: 3, Asked: 3}
	p.DNS = dr.Stage{Asked: true, Name: "Cloudflare", Notes: []string{"TTL 60", "not proxied"}, Level: dr.Good, Seen: fresh()}
	p.CDN = dr.Stage{Asked: true, Name: "CloudFront", ID: "E2QX", Notes: []string{"deployed"}, Level: dr.Good, Seen: fresh()}
	p.Pages, p.API, p.Writes = probeOf("200", 44*time.Millisecond, "primary"), probeOf("200", 58*time.Millisecond, "primary"), probeOf("201", 61*time.Millisecond, "primary")
	p.Pages.Proof = false
	for _, r := range []string{"1.1.1.1", "8.8.8.8", "9.9.9.9"} {
		p.Per = append(p.Per, dr.Resolver{Name: r, Addresses: []string{"13.32.99.4"}, TTL: time.Minute, API: probeOf("200", 50*time.Millisecond, "primary"), Seen: fresh()})
	}
	return p
}

func replication() dr.Replication {
	rep := dr.Replication{Source: "prod-db", Replica: "dr-db", SourceRegion: "us-east-1", ReplicaRegion: "us-west-2", State: "streaming", Level: dr.Good, Seen: fresh()}
	rep.Reported = dr.Lag{Known: true, Value: 800 * time.Millisecond, At: noon.Add(-40 * time.Second), Method: "CloudWatch"}
	rep.Corrected = dr.Lag{Known: true, Value: 1100 * time.Millisecond, At: noon.Add(-14 * time.Second), Method: "wal"}
	rep.LastContact = noon.Add(-14 * time.Second)
	rep.SlotLag, rep.FreeStorage = fig(3<<20), fig(14.2*(1<<30))
	for i := range 60 {
		rep.Series = append(rep.Series, dr.Point{At: noon.Add(time.Duration(i-60) * time.Minute), Value: 0.8 + 14*math.Max(0, math.Sin(float64(i*i)/9)-0.8)*5})
	}
	return rep
}

// darkEast is 98 s after us-east-1 went silent: pages are bridged, the API is down.
func darkEast() *dr.Estate {
	e := healthy()
	gone := at("03:12:29")
	e.Verdict = dr.Verdict{Level: dr.Bad, Lines: []dr.Line{
		say(dr.Span{Text: "us-east-1 does not answer", Bold: true, Level: dr.Bad}, t(" since 03:12:29 "), m("(AWS API, balancer, database).")),
		say(t("us-west-2 can take over: at most "), b("98 s"), t(" of data lost, time to serve unknown: no run or drill yet.")),
		say(t("Pages are answered by us-west-2 through origin failover; "), dr.Span{Text: "the API is down.", Bold: true, Level: dr.Bad}),
	}}
	silence := oldSince(gone.Add(-time.Second), "ecs:DescribeServices: timed out", "check from another network; if other signals are silent too, the region may be dark")
	r := &e.Regions[0]
	r.Condition, r.Level, r.Since, r.Seen = dr.CondDark, dr.Bad, gone, silence
	r.Why, r.Remedy = "AWS API, balancer and database are silent", "fail over, or wait"
	for i := range r.Signals {
		r.Signals[i].Silent, r.Signals[i].Since, r.Signals[i].Text = true, gone, "timed out after 5 s"
	}
	age(r, silence)
	r.Balancers[0].Probe.Status, r.Balancers[0].Probe.Word, r.Balancers[0].Probe.Level = 0, "timed out", dr.Bad
	e.Path.Broken, e.Path.Bridging = true, true
	e.Path.Pages = probeOf("200", 90*time.Millisecond, "dr")
	e.Path.API = probeOf("502", 30*time.Millisecond, "")
	e.Path.API.Level = dr.Bad
	e.Path.Writes = e.Path.API
	e.Path.Resolvers = 0
	for i := range e.Path.Per {
		e.Path.Per[i].API = e.Path.API
	}
	e.Replication.Level, e.Replication.State = dr.Warn, "stopped"
	e.Replication.Seen = oldSince(gone, "rds:DescribeDBInstances: timed out", "")
	e.Replication.LastContact = gone
	e.Replication.Series = e.Replication.Series[:52]
	e.Regions[1].Databases[0].Word, e.Regions[1].Databases[0].Level = "last contact 1m38s ago", dr.Warn
	e.Risk = dr.Risk{Known: true, Value: 98 * time.Second, AtMost: true, Level: dr.Warn, From: "lag 1.1 s at the last contact + 97 s since"}
	e.Feed = append([]dr.Change{{At: gone, Region: "us-east-1", Subject: "region", Text: "every probe timed out (connect, 5 s)", Level: dr.Bad}}, e.Feed...)
	return e
}

// age makes everything of a region old.
func age(r *dr.Region, s dr.Seen) {
	for i := range r.Balancers {
		r.Balancers[i].Seen, r.Balancers[i].Probe.Seen = s, s
		for j := range r.Balancers[i].Groups {
			r.Balancers[i].Groups[j].Seen = s
		}
	}
	for i := range r.Services {
		r.Services[i].Seen = s
	}
	for i := range r.Databases {
		r.Databases[i].Seen = s
	}
	r.Newest.Seen, r.Session.Seen = s, s
	for i := range r.Findings {
		r.Findings[i].Seen = s
	}
}

// sick is a bad deployment: us-east-1 answers, and answers 503.
func sick() *dr.Estate {
	e := healthy()
	e.Verdict = dr.Verdict{Level: dr.Bad, Serving: "us-east-1", Lines: []dr.Line{
		say(dr.Span{Text: "us-east-1 is sick, not dark:", Bold: true, Level: dr.Bad}, t(" its API answers 503 since the deployment of backend at 03:12:40.")),
		say(t("Roll that deployment back first: us-west-2 would get the same image.")),
		say(m("At most "), b("15 s"), m(" of data at risk · target 5 min / 60 min")),
	}}
	r := &e.Regions[0]
	r.Condition, r.Level, r.Since = dr.CondSick, dr.Bad, at("03:12:40")
	r.Why, r.Remedy = "backend answers 503 since its deployment at 03:12:40", "roll back to the revision before"
	lb := &r.Balancers[0]
	lb.Healthy, lb.Level, lb.Word = 2, dr.Bad, "2/4 healthy"
	lb.Errors, lb.Groups[1] = fig(48), group("prod-alb-backend", 0, 2)
	lb.Probe = probeOf("503", 12*time.Millisecond, "primary")
	lb.Probe.Level = dr.Bad
	s := &r.Services[1]
	s.Level, s.Word, s.Rollout, s.Running, s.Pending = dr.Bad, "unhealthy, IN_PROGRESS", "IN_PROGRESS", 1, 1
	e.Path.API, e.Path.Writes = lb.Probe, lb.Probe
	e.Feed = append([]dr.Change{{At: at("03:12:40"), Region: "us-east-1", Subject: "backend", Text: "deployment of c0ffee began; targets answer 503", Level: dr.Bad}}, e.Feed...)
	return e
}

// notReady is a standby that could not take over: an image is missing, and the replica's figure climbs.
func notReady() *dr.Estate {
	e := healthy()
	e.Verdict = dr.Verdict{Level: dr.Warn, Serving: "us-east-1", Lines: []dr.Line{
		say(b("us-east-1 serves."), dr.Span{Text: " us-west-2 could not take over now:", Bold: true, Level: dr.Warn}, t(" backend's image is not there.")),
		say(m("At most "), b("4 min 12 s"), m(" of data at risk · target 5 min / 60 min")),
	}}
	r := &e.Regions[1]
	r.Condition, r.Level, r.Why = dr.CondNotReady, dr.Warn, "the image that backend runs (91ab07) is not in us-west-2's registry"
	r.Remedy = "replicate it, or push it there"
	im := &r.Services[1].Image
	im.Parity, im.Level, im.Why = dr.ParityMissing, dr.Bad, "sha256:91ab07… is not in repository backend"
	rep := &e.Replication
	rep.Idle, rep.State, rep.Level = true, "streaming", dr.Warn
	rep.Reported.Value, rep.Corrected = 252*time.Second, dr.Lag{Why: "no connection is configured"}
	rep.Text = "the reported lag climbs because the primary is idle: nothing is committed to replay"
	for i := range rep.Series {
		rep.Series[i].Value = float64(i%5) * 60
	}
	r.Findings[0] = dr.Finding{ID: "image", Level: dr.Bad, Text: "backend's image 91ab07 is missing in us-west-2", Remedy: "replicate it, or push it there", Seen: fresh()}
	e.Path.Findings = []dr.Finding{{ID: "origin-group", Level: dr.Warn, Text: "origin failover waits 30 s for a dead origin", Remedy: "lower connection attempts to 1 and the time-out to 3 s", Seen: fresh()}}
	return e
}

// stale is an estate of which nothing was read for four minutes.
func stale() *dr.Estate {
	e := healthy()
	e.At = noon.Add(-4 * time.Minute)
	then := dr.Seen{At: e.At.Add(-2 * time.Second)}
	for i := range e.Regions {
		e.Regions[i].Seen = then
		age(&e.Regions[i], then)
	}
	e.Replication.Seen = then
	for _, p := range []*dr.Seen{&e.Path.DNS.Seen, &e.Path.CDN.Seen, &e.Path.Pages.Seen, &e.Path.API.Seen, &e.Path.Writes.Seen} {
		*p = then
	}
	e.Feed = e.Feed[2:]
	return e
}

// expired has lost its credentials in us-east-1.
func expired() *dr.Estate {
	e := healthy()
	e.Verdict = dr.Verdict{Level: dr.Warn, Serving: "us-east-1", Lines: []dr.Line{
		say(b("us-east-1 serves,"), t(" but what runs there cannot be seen: the session has expired.")),
		say(t("Sign in again (aws sso login); Lifeboat picks it up by itself.")),
	}}
	s := oldSince(at("03:10:00"), "sts:GetCallerIdentity: credentials expired", "sign in again (aws sso login, or renew the session), Lifeboat picks it up by itself")
	r := &e.Regions[0]
	r.Seen, r.Level, r.Why, r.Remedy = s, dr.Warn, "its credentials have expired", s.Remedy
	probe := r.Balancers[0].Probe
	age(r, s)
	r.Balancers[0].Probe = probe
	r.Session = dr.Session{Name: "ops-read", Expires: at("03:10:00"), Level: dr.Bad, Seen: fresh()}
	return e
}

// many is an estate of n services, of which three are unwell.
func many(n int) (*dr.Estate, *config.Config) {
	e := healthy()
	var names []string
	e.Regions[0].Services, e.Regions[1].Services = nil, nil
	for i := range n {
		name := fmt.Sprintf("service-%03d", i)
		names = append(names, name)
		e.Regions[0].Services = append(e.Regions[0].Services, service(name, 2, 2, 2, "3f1c2d", dr.ParityIs))
		e.Regions[1].Services = append(e.Regions[1].Services, service(name, 1, 1, 2, "3f1c2d", dr.ParitySame))
	}
	bad := &e.Regions[0].Services[n*42/100]
	bad.Running, bad.Level, bad.Word = 0, dr.Bad, "0 of 2 running"
	starting := &e.Regions[1].Services[n*77/100]
	starting.Running, starting.Pending, starting.Level, starting.Word = 0, 1, dr.Warn, "starting"
	old := &e.Regions[0].Services[n*9/10]
	old.Seen = oldSince(at("03:11:00"), "ecs:DescribeServices: throttled", "")
	lbs := [2]*dr.Balancer{&e.Regions[0].Balancers[0], &e.Regions[1].Balancers[0]}
	for r, lb := range lbs {
		lb.Groups, lb.Healthy, lb.All = nil, 2*n, 2*n
		for _, name := range names {
			lb.Groups = append(lb.Groups, group(name, 2-r, 2-r))
		}
		lb.Word = fmt.Sprintf("%d/%d healthy", (2-r)*n, (2-r)*n)
	}
	return e, testConfig(names...)
}
