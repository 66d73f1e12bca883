package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// stray is one connection more at the old writer, by its own word.
func (s *scene) stray(c pg.Connection) {
	r := s.in.Regions[0].SQL["dev-db"].Value
	r.Connections = []pg.Connection{c}
	s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", part(r, s.now))
}

// unfenced is a failover without a receipt, which stopped with its fence not done.
func unfenced() *diary {
	return begin(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)).write(runbook.Entry{Kind: runbook.EntryBegan, Step: StepFence}).
		later(time.Minute).write(runbook.Entry{Kind: runbook.EntryNotDone, Step: StepFence}).promotedAt().step(StepPromote, 4*time.Minute, 0).
		end(runbook.Stopped)
}

func TestAnOldWriterIsRedUnlessAReceiptHoldsNow(t *testing.T) {
	const fenced = "old writer dev-db in us-east-1 kept, fenced since 10:06:00"
	const not = "old writer dev-db in us-east-1 NOT fenced: "
	later := func(f func(s *scene)) func(*scene) {
		return func(s *scene) { s.join(); f(s.pass(fast)) }
	}
	for name, c := range map[string]struct {
		change func(*scene)
		level  Level
		text   string
	}{
		"kept and receipted": {func(*scene) {}, Warn, fenced},
		"no receipt":         {func(s *scene) { s.journals(unfenced()) }, Bad, not + "there is no receipt that nothing writes to it"},
		"no receipt, and its region is dark": {later(func(s *scene) { s.journals(unfenced()).darken(0) }), Bad,
			not + "there is no receipt that nothing writes to it"},
		"voided by the run itself": {func(s *scene) {
			s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)).pin(PinVoid(1), "2 connections at 11:00:00"))
		}, Bad, not + "2 connections at 11:00:00"},
		"fenced anew": {func(s *scene) {
			s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)).pin(PinVoid(1), "2 connections").receipt(2))
		}, Warn, "old writer dev-db in us-east-1 kept, fenced since 10:24:01"},
		"a connection": {func(s *scene) {
			s.stray(pg.Connection{User: "app", Application: "nightly-report", Client: "10.0.1.9", Count: 1})
		}, Bad,
			not + "1 connection to it (nightly-report, user app, 10.0.1.9) at 12:00:00"},
		"Lifeboat's own connection": {func(s *scene) { s.stray(pg.Connection{User: "l", Application: "lifeboat", Count: 2, Own: true}) }, Warn, fenced},
		"RDS's own connection":      {func(s *scene) { s.stray(pg.Connection{User: "rdsadmin", Count: 2}) }, Warn, fenced},
		"a connection that CloudWatch counted": {func(s *scene) { s.withoutSQL().connections(1) }, Bad,
			not + "1 connection to it at 11:59:00, by CloudWatch"},
		"CloudWatch counts what SQL tells better": {func(s *scene) { s.connections(1) }, Warn, fenced},
		"CloudWatch counts Lifeboat's, and SQL does not answer": {later(func(s *scene) {
			s.connections(1)
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.TimedOut, s.now))
		}), Warn, fenced},
		"a connection of before the receipt": {func(s *scene) {
			m := s.east.Metrics.Value.Databases["dev-db"]
			m.Connections = aws.Series{{At: noon.Add(-115 * time.Minute), Value: 9}}
			s.withoutSQL().east.Metrics = part(aws.Metrics{Databases: map[string]aws.DatabaseMetrics{"dev-db": m}}, noon)
		}, Warn, fenced},
		"a task of a service that writes": {func(s *scene) { s.services(0, func(all []aws.Service) { all[1].Running = 1 }) }, Bad,
			not + "backend runs 1 task in us-east-1 at 12:00:00"},
		"a task in the old region that names its endpoint": {func(s *scene) {
			all := definitions(s.east)
			all["dev-grafana:7"].Values["GF_DATABASE_HOST"] = "dev-db.rds:5432"
			s.in.Regions[0].Definitions = part(all, noon)
		}, Bad, not + "grafana in us-east-1 runs with GF_DATABASE_HOST, its endpoint"},
		"a task in the new region that names its endpoint": {func(s *scene) {
			all := definitions(s.west)
			all["dr-backend:7"].Values["DB_HOST"] = "dev-db.rds"
			s.in.Regions[1].Definitions = part(all, noon)
		}, Bad, not + "backend in us-west-2 runs with DB_HOST, its endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			s := failedOver()
			c.change(s)
			e := s.join()
			if v := e.Split; v == nil || v.Level != c.level || v.Text != c.text || (v.Level == Bad) != (v.Fix != "") {
				t.Fatalf("%+v\nwant %s: %s", v, c.level, c.text)
			}
			if (e.Verdict.Level == Bad) != (c.level == Bad) || !strings.HasPrefix(e.Verdict.Lines[1].String(), capital(c.text)) {
				t.Errorf("verdict %s: %v", e.Verdict.Level, e.Verdict.Lines)
			}
		})
	}
}

func TestAReceiptThatWasVoidedStaysSoUntilThereIsANewerOne(t *testing.T) {
	s := failedOver()
	s.join()
	s.pass(fast).stray(pg.Connection{User: "app", Count: 3})
	if s.join(); s.prev.Split.Level != Bad {
		t.Fatalf("%+v with three connections", s.prev.Split)
	}
	s.pass(fast).in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", part(pg.Reading{At: s.now, ServerTime: s.now}, s.now))
	if s.join(); s.prev.Split.Level != Bad || s.prev.Record.Voided == "" {
		t.Errorf("%+v when they are gone again: want it void still", s.prev.Split)
	}
	s.pass(fast).journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)).later(2 * time.Hour).receipt(2))
	if s.join(); s.prev.Split.Level != Warn || s.prev.Record.Voided != "" {
		t.Errorf("%+v after a newer receipt: want it kept, fenced", s.prev.Split)
	}
}

func TestAnOldWriterThatIsGoneSplitsNothing(t *testing.T) {
	for name, change := range map[string]func(*scene){
		"deleted": func(s *scene) { s.east.Databases = part([]aws.Database{}, noon) },
		"stopped": func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "stopped" }) },
		"a replica by now": func(s *scene) {
			s.database(0, func(db *aws.Database) { db.Source = "arn:aws:rds:us-west-2:1:db:dr-db" })
		},
		"fenced, and not met": func(s *scene) {
			s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour))).east.Databases = aws.Part[[]aws.Database]{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := failedOver().journals(unfenced())
			s.in.Regions[0].SQL = nil
			change(s)
			if v := s.join().Split; v != nil {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestTheFixOfASplitNamesTheRunThatFences(t *testing.T) {
	run := unfenced()
	id := run.entries[0].Run
	s := failedOver().journals(run)
	assertText(t, "stopped", s.join().Split.Fix, "fence it: lifeboat resume "+id)
	run.write(runbook.Entry{Kind: runbook.EntryResumed})
	s.journals(run)
	assertText(t, "died", s.join().Split.Fix, "fence it: lifeboat resume "+id)
	s.in.Record.Lease.Value = HeldRead{Held: true, Grant: runbook.Grant{Run: id}}
	assertText(t, "under way", s.join().Split.Fix, "run "+id+" goes on trying to fence it")
	s = failedOver()
	s.stray(pg.Connection{User: "app", Count: 1})
	assertText(t, "over", s.join().Split.Fix, "stop what writes to it, and scale its writing services to 0")
}

func TestWhichOfTwoWritersCountsIsNotGuessed(t *testing.T) {
	s := failedOver()
	s.in.Record = &RecordInput{Runs: failed(s.in.Record.Runs, fault.Denied, noon)}
	s.in.Record.Runs.Seen = time.Time{}
	e := s.join()
	if e.Split == nil || e.Split.Level != Bad || e.Risk.Known || e.Verdict.Writer != "" {
		t.Errorf("%+v, risk known %t, writer %q", e.Split, e.Risk.Known, e.Verdict.Writer)
	}
	assertText(t, "warning", e.Verdict.Lines[1].String(), "Both databases call themselves writers, and which is the writer of record cannot be told. "+
		"Move no traffic: the journals were not read: ask: denied.")
}
