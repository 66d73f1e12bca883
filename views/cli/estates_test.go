package cli

import (
	"time"

	"lifeboat/aws"
	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// noon is when the tests' estates were seen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func fresh() dr.Seen { return dr.Seen{At: noon.Add(-2 * time.Second)} }

func figure(v float64) dr.Figure { return dr.Figure{Value: v, Known: true, At: noon.Add(-time.Minute)} }

func words(level dr.Level, lines ...string) dr.Verdict {
	v := dr.Verdict{Level: level}
	for _, l := range lines {
		v.Lines = append(v.Lines, dr.Line{{Text: l}})
	}
	return v
}

// wellEstate is the reference estate as it should be.
func wellEstate() *dr.Estate {
	e := &dr.Estate{
		Revision: 7, At: noon, Name: "davidshaevel", Strategy: config.WarmStandby, Complete: true,
		Objectives: config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)},
		Regions:    [2]dr.Region{wellPrimary(), wellStandby()},
		Path: dr.Path{
			DNS: dr.Stage{Asked: true, Name: "Cloudflare", Notes: []string{"TTL 60", "not proxied"}, Level: dr.Good, Seen: fresh()},
			CDN: dr.Stage{Asked: true, Name: "CloudFront", ID: "E2QX", Notes: []string{"deployed"}, Level: dr.Good, Seen: fresh()},
			To:  "us-east-1", Bridge: "us-west-2", Resolvers: 3, Asked: 3,
			Pages: answer("200", 200, 44, "us-east-1", false), API: answer("200", 200, 58, "us-east-1", true),
			Writes: answer("201", 201, 61, "us-east-1", true),
		},
		Replication: dr.Replication{
			Source: "prod-db", SourceRegion: "us-east-1", Replica: "dr-db", ReplicaRegion: "us-west-2", State: "streaming", Level: dr.Good, Seen: fresh(),
			Reported:  dr.Lag{Known: true, Value: 800 * time.Millisecond, At: noon.Add(-14 * time.Second), Method: "CloudWatch"},
			Corrected: dr.Lag{Known: true, Value: 1100 * time.Millisecond, At: noon.Add(-2 * time.Second), Method: "wal"},
		},
		Risk:    dr.Risk{Known: true, Value: 15 * time.Second, AtMost: true, From: "lag 0.8 s at the last contact + 14 s since", Level: dr.Good},
		Verdict: words(dr.Good, "us-east-1 serves. us-west-2 can take over now.", "At most 15 s of data at risk."),
	}
	e.Verdict.Serving, e.Verdict.Writer = "us-east-1", "us-east-1"
	e.Feed = []dr.Change{
		{At: noon.Add(-time.Minute), Region: "us-west-2", Subject: "backend", Text: "task started, target healthy", Level: dr.Good},
		{At: noon.Add(-2 * time.Minute), Region: "us-east-1", Subject: "backend", Text: "deployment finished: 2 of 2 on 91ab07", Level: dr.Good},
	}
	return e
}

func answer(word string, status int, ms int, region string, proof bool) dr.ProbeResult {
	return dr.ProbeResult{Asked: true, Level: dr.Good, Word: word, Status: status, Took: time.Duration(ms) * time.Millisecond,
		Region: region, Proof: proof, Seen: fresh()}
}

func wellPrimary() dr.Region {
	return dr.Region{
		Name: "us-east-1", Built: dr.Primary, Condition: dr.CondServing, Level: dr.Good, Seen: fresh(),
		Signals: []dr.Signal{{Name: "AWS API", Asked: true, Text: "answers"}},
		Balancers: []dr.Balancer{{Name: "prod-alb", Healthy: 4, All: 4, Level: dr.Good, Word: "4/4 healthy", Seen: fresh(),
			Requests: figure(12), Errors: figure(0.1), P95: figure(0.083), Probe: answer("200", 200, 41, "us-east-1", false)}},
		Services: []dr.Service{
			service("frontend", 2, 2, dr.Image{Short: "3f1c2d", Parity: dr.ParityIs}),
			service("backend", 2, 2, dr.Image{Short: "91ab07", Parity: dr.ParityIs}),
		},
		Databases: []dr.Database{{ID: "prod-db", Role: "writer", Status: "available", Word: "available", Level: dr.Good, Seen: fresh(),
			Connections: figure(12), Raw: &aws.Database{Engine: "postgres", Version: "15.12", RetentionDays: 7}}},
		Newest:  dr.RecoveryPoint{At: noon.Add(-2 * time.Minute), From: "automated backups", Seen: fresh()},
		Session: dr.Session{Name: "ops-read", Expires: noon.Add(5*time.Hour + 12*time.Minute), Level: dr.Good, Seen: fresh()},
	}
}

func service(name string, running, desired int, image dr.Image) dr.Service {
	return dr.Service{Name: name, Running: running, Desired: desired, Full: 2, Standby: 1, Level: dr.Good, Image: image,
		Raw: &aws.Service{TaskDefinition: name + ":7"}, Seen: fresh()}
}

func wellStandby() dr.Region {
	return dr.Region{
		Name: "us-west-2", Built: dr.Standby, Condition: dr.CondReady, Level: dr.Good, Seen: fresh(),
		Balancers: []dr.Balancer{{Name: "dr-alb", Healthy: 2, All: 2, Level: dr.Good, Word: "2/2 healthy", Seen: fresh(),
			Probe: answer("200", 200, 78, "us-west-2", false)}},
		Services: []dr.Service{
			service("frontend", 1, 1, dr.Image{Short: "3f1c2d", Parity: dr.ParitySame}),
			service("backend", 1, 1, dr.Image{Short: "88e0c4", Parity: dr.ParityBehind, Behind: 9 * time.Minute}),
		},
		Databases: []dr.Database{{ID: "dr-db", Role: "replica", Status: "available", Word: "streaming", Level: dr.Good, Seen: fresh(),
			Raw: &aws.Database{Engine: "postgres", Version: "15.12", RetentionDays: 1}}},
		Newest:  dr.RecoveryPoint{Seen: dr.Seen{At: noon.Add(-time.Minute), Why: "no backup is kept here"}},
		Session: dr.Session{Name: "ops-read", Level: dr.Good, Seen: fresh()},
	}
}

// darkEstate is wellEstate after its primary stopped answering.
func darkEstate() *dr.Estate {
	e := wellEstate()
	was := dr.Seen{At: noon.Add(-98 * time.Second), Old: true, Why: "timed out", Remedy: "check from another network"}
	r := &e.Regions[0]
	r.Condition, r.Level, r.Seen = dr.CondDark, dr.Bad, was
	r.Why = "AWS API and balancer are silent"
	r.Signals = []dr.Signal{{Name: "AWS API", Asked: true, Silent: true, Text: "timed out after 5 s"}}
	for i := range r.Services {
		r.Services[i].Level, r.Services[i].Word, r.Services[i].Seen = dr.Unknown, "? was 2/2", was
	}
	b := &r.Balancers[0]
	b.Level, b.Word, b.Seen, b.Requests, b.Errors, b.P95 = dr.Unknown, "? was 4/4", was, dr.Figure{}, dr.Figure{}, dr.Figure{}
	b.Probe = dr.ProbeResult{Asked: true, Level: dr.Bad, Word: "timed out", Seen: was}
	db := &r.Databases[0]
	db.Level, db.Word, db.Seen = dr.Unknown, "? was writer", was
	r.Newest.Seen = was
	r.Session.Level, r.Session.Seen = dr.Unknown, was
	e.Path.Broken, e.Path.Bridging = true, true
	e.Path.API = dr.ProbeResult{Asked: true, Level: dr.Bad, Word: "502", Status: 502, Took: 9 * time.Millisecond, Seen: fresh()}
	e.Risk = dr.Risk{Known: true, Value: 98 * time.Second, AtMost: true, From: "lag 0.8 s at the last contact + 98 s since", Level: dr.Warn}
	e.Verdict = words(dr.Bad, "us-east-1 does not answer since 11:58:22 (AWS API, balancer).", "us-west-2 can take over: at most 98 s of data lost.")
	e.Feed = append([]dr.Change{{At: noon.Add(-98 * time.Second), Region: "us-east-1", Subject: "region", Text: "stopped answering", Level: dr.Bad}}, e.Feed...)
	return e
}

// splitEstate was failed over without a fence receipt, and the run that did it has stopped.
func splitEstate() *dr.Estate {
	e := wellEstate()
	const id = "20261123T100000.000Z-failover"
	run := runbook.View{Run: id, Mode: runbook.Unplanned, Ending: runbook.Stopped, Started: noon.Add(-2 * time.Hour), Changed: noon.Add(-time.Hour),
		Plan: runbook.Plan{Name: "failover", Title: "fail over us-east-1 to us-west-2", From: "us-east-1", To: "us-west-2"}}
	last := run
	last.Run, last.Ending = "20261013T100000.000Z-failover", runbook.Done
	e.Record = dr.Record{
		Seen: fresh(), Where: "s3://runs/davidshaevel/", Shared: true, Region: "us-west-2", Writer: "us-west-2", Run: id, From: "us-east-1", Source: "prod-db",
		Promoted: noon.Add(-110 * time.Minute), Receipt: &dr.Receipt{At: noon.Add(-115 * time.Minute), By: "sql", Text: "0 connections"},
		Voided: "3 connections to it at 11:40:00", Open: []runbook.View{run}, Last: &last, Serve: 7 * time.Minute, ServeFrom: "failover, 41 days ago",
		Lease: dr.LeaseSeen{Held: true, Grant: runbook.Grant{Holder: "kim", Host: "desk", Run: id, Fence: 17}, Seen: fresh()},
	}
	e.Split = &dr.Split{Region: "us-east-1", Database: "prod-db", Level: dr.Bad, Text: "old writer prod-db in us-east-1 NOT fenced: 3 connections to it",
		Fix: "fence it: lifeboat resume " + id, Seen: fresh()}
	e.Checks = []dr.Check{
		{ID: "images", Title: "every running image is in us-west-2's registry", Verdict: dr.CheckPass, Text: "4 images", Seen: fresh()},
		{ID: "lag", Title: "lag against the RPO", Text: "reported unknown: CloudWatch has no datapoint", Seen: fresh(), Blocking: true, Override: "go on with an unknown lag"},
		{ID: "last-run", Title: "the last run or drill", Verdict: dr.CheckWarn, Text: "failover 41 days ago", Seen: fresh()},
		{ID: "split", Title: "one writer only", Verdict: dr.CheckFail, Text: e.Split.Text, Remedy: e.Split.Fix, Seen: fresh()},
	}
	e.Verdict = words(dr.Bad, "us-west-2 serves. There is no standby since 10:10:00.", "Old writer prod-db in us-east-1 NOT fenced: 3 connections to it.")
	e.Verdict.Serving, e.Verdict.Writer = "us-west-2", "us-west-2"
	return e
}

// blindEstate is an estate of which nothing could be read.
func blindEstate() *dr.Estate {
	why := dr.Seen{Why: "no credentials", Remedy: "set a profile in lifeboat.yaml"}
	e := &dr.Estate{At: noon, Name: "davidshaevel", Strategy: config.WarmStandby, Simulated: true,
		Verdict: words(dr.Unknown, "Nothing is known of either region: no credentials.")}
	for i, name := range []string{"us-east-1", "us-west-2"} {
		e.Regions[i] = dr.Region{Name: name, Built: []dr.Role{dr.Primary, dr.Standby}[i], Condition: dr.CondUnknown, Seen: why,
			Balancers: []dr.Balancer{{Name: "alb", Word: "?", Seen: why}},
			Services:  []dr.Service{{Name: "backend", Word: "?", Seen: why}},
			Databases: []dr.Database{{ID: "db", Role: "?", Word: "?", Seen: why}},
			Newest:    dr.RecoveryPoint{Seen: why}, Session: dr.Session{Seen: why}}
	}
	e.Replication = dr.Replication{State: "unknown", Seen: why, Reported: dr.Lag{Why: "no credentials"}, Corrected: dr.Lag{Why: "no connection is configured"}}
	e.Risk = dr.Risk{Why: "no lag is known"}
	return e
}
