package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

func TestTheVerdictAfterAFailoverIsOfTheNewRoles(t *testing.T) {
	back := func(s *scene) *scene { s.join(); return s.pass(fast) }
	for name, c := range map[string]struct {
		change func(*scene)
		want   []string
		level  Level
	}{
		"the old region is back, its writer kept and fenced": {func(*scene) {}, []string{
			"us-west-2 serves. There is no standby since 10:06:00.",
			"Old writer dev-db in us-east-1 kept, fenced since 10:06:00.",
			"At most 114 min of data at risk: it is in one region only",
		}, Warn},
		"the old region is dark": {func(s *scene) { back(s).lose(0).join(); s.pass(fast).join() }, []string{
			"us-west-2 serves. There is no standby since 10:06:00.",
			"Old writer dev-db in us-east-1 kept, fenced since 10:06:00.",
			"At most 115 min of data at risk: it is in one region only",
		}, Warn},
		"the old region was never met": {func(s *scene) {
			silentAPI(s.east, noon)
			s.east.Databases, s.in.Regions[0].SQL = aws.Part[[]aws.Database]{}, nil
		}, []string{
			"us-west-2 serves. There is no standby since 10:06:00.",
			"At most 114 min of data at risk: it is in one region only",
		}, Warn},
		"not fenced": {func(s *scene) { s.journals(unfenced()) }, []string{
			"us-west-2 serves. There is no standby since 10:01:00.",
			"Old writer dev-db in us-east-1 NOT fenced: there is no receipt that nothing writes to it. Fence it: lifeboat resume 20261123T100000.000Z-failover.",
			"At most 119 min of data at risk: it is in one region only",
		}, Bad},
		"its backups reach the old region": {func(s *scene) {
			s.east.Backups = part([]aws.Backup{{Database: "dr-db", SourceRegion: "us-west-2", Latest: noon.Add(-4 * time.Minute)}}, noon)
		}, []string{
			"us-west-2 serves. There is no standby since 10:06:00.",
			"Old writer dev-db in us-east-1 kept, fenced since 10:06:00.",
			"At most 4 min of data at risk: it is in one region only",
		}, Warn},
		"its standby is being made, under the old writer's name": {func(s *scene) {
			s.database(0, func(db *aws.Database) {
				db.Source, db.Status = "arn:aws:rds:us-west-2:1:db:dr-db", making
			})
			s.east.Metrics = part(aws.Metrics{Databases: with(s.east.Metrics.Value.Databases, "dev-db",
				aws.DatabaseMetrics{Period: time.Minute, ReplicaLag: lagSeries(noon.Add(-3*time.Hour), 0.9, 1.1)})}, noon)
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.Unreachable, noon))
			s.east.Kept = part([]aws.Database{{ID: "dev-db-kept-20261123-101500", Status: "available"}}, noon)
			s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)),
				begin(Reprotect, "us-east-1", "us-west-2", noon.Add(-time.Hour)).pin(PinKept, "dev-db-kept-20261123-101500").end(runbook.Stopped))
		}, []string{
			"us-west-2 serves. There is no standby since 10:06:00, one is being made.",
			"At most 114 min of data at risk: it is in one region only",
		}, Warn},
		"there is a standby again": {func(s *scene) {
			s.database(0, func(db *aws.Database) {
				db.Source, db.ReplicationState = "arn:aws:rds:us-west-2:1:db:dr-db", "replicating"
			})
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", part(standbyReading(noon), noon))
		}, []string{
			"us-west-2 serves. us-east-1 cannot take over now: backend runs 0 of 1.",
			"At most 1.2 s of data at risk · serving in ~7 min (failover, 2 h ago)",
		}, Warn},
		"the new region is dark, and nothing stands by": {func(s *scene) {
			back(s).lose(1).silencePublic()
			s.join()
			for range 4 {
				s.pass(fast).join()
			}
		}, []string{
			"us-west-2 does not answer since 12:00:15 (AWS API, balancer, database).",
			"Old writer dev-db in us-east-1 kept, fenced since 10:06:00.",
			"There is no standby since 10:06:00.",
		}, Bad},
		"promoted, and users not sent there yet": {func(s *scene) {
			s.api(answered(503, "", noon))
			s.in.Edge.Write, s.in.Edge.Resolvers = answered(503, "", noon), nil
		}, []string{
			"Who serves is not proven: the public API answers 503.",
			"Old writer dev-db in us-east-1 kept, fenced since 10:06:00.",
			"There is no standby since 10:06:00.",
		}, Warn},
	} {
		t.Run(name, func(t *testing.T) {
			s := failedOver()
			c.change(s)
			e := s.join()
			assertLines(t, e, c.want)
			if e.Verdict.Level != c.level {
				t.Errorf("level %s, want %s", e.Verdict.Level, c.level)
			}
		})
	}
}

func assertLines(t *testing.T, e *Estate, want []string) {
	t.Helper()
	for i := range max(len(want), len(e.Verdict.Lines)) {
		got, wanted := "", ""
		if i < len(e.Verdict.Lines) {
			got = e.Verdict.Lines[i].String()
		}
		if i < len(want) {
			wanted = want[i]
		}
		if got != wanted {
			t.Errorf("line %d:\n got %s\nwant %s", i, got, wanted)
		}
	}
}

func TestWhatARunHasStoppedOnPurposeIsFencedAndNotMissed(t *testing.T) {
	e := failedOver().join()
	for _, v := range e.Regions[0].Services {
		if want := map[string]string{"backend": "fenced"}[v.Name]; v.Word != want || v.Level == Bad {
			t.Errorf("%s in us-east-1: %q, %s; want %q", v.Name, v.Word, v.Level, want)
		}
	}
	s := well().journals(begin(Switchover, "us-east-1", "us-west-2", noon.Add(-time.Minute)).asked(StepFence))
	s.services(0, func(all []aws.Service) { all[1].Desired, all[1].Running = 0, 0 })
	s.api(answered(503, "us-east-1", noon))
	r := s.join().Regions[0]
	assertText(t, "while it is being left", r.Why, "its API answers 503: a run has stopped its writers, to take users to us-west-2")
	assertText(t, "remedy", r.Remedy, "let the run go on, or take it back")
}

func TestTheRegionOfTheWriterOfRecordIsReadyForItsUsers(t *testing.T) {
	s := failedOver()
	s.api(answered(200, "us-east-1", noon))
	resolvers := append(s.in.Edge.Resolvers[:0:0], s.in.Edge.Resolvers...)
	for k := range resolvers {
		resolvers[k].API = answered(200, "us-east-1", noon)
	}
	s.in.Edge.Resolvers = resolvers
	e := s.join()
	if r := e.Regions[1]; r.Condition != CondReady {
		t.Errorf("us-west-2 is %s: %s", r.Condition, r.Why)
	}
	assertText(t, "writes go on", e.Verdict.Lines[1].String(), "Writes are answered by us-west-2, the API by us-east-1.")
	s.in.Edge.Write = answered(503, "us-east-1", noon)
	assertText(t, "no writes", s.join().Verdict.Lines[1].String(), "us-east-1 serves, but the writer of record is us-west-2.")
	s.in.Edge.Write = answered(201, "us-east-1", noon)
	e = s.join()
	assertText(t, "writes astray", e.Verdict.Lines[1].String(), "Writes are answered by us-east-1, but the writer of record is us-west-2.")
	if e.Verdict.Level != Bad {
		t.Errorf("writes that reach a region without the writer of record make the verdict %s: %v", e.Verdict.Level, e.Verdict.Lines)
	}
}

func TestTheVerdictSaysHowLongServingAgainTakesAndUntilWhenItCanBegin(t *testing.T) {
	past := whole(Switchover, "us-west-2", "us-east-1", noon.Add(-42*24*time.Hour))
	s := well().journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-43*24*time.Hour)), past)
	assertLines(t, s.join(), []string{"us-east-1 serves. us-west-2 can take over now.",
		"At most 1.1 s of data at risk · serving in ~7 min (failover, 43 days ago)"})
	s.pass(fast).darken(0).join()
	assertLines(t, s.periods(4), []string{"us-east-1 does not answer since 12:00:15 (AWS API, balancer, database).",
		"us-west-2 can take over: at most 62 s of data lost, serving in about 7 min.",
		"Pages bridged by origin failover, API down. Latest safe start for the 60 min target: 12:53."})
	assertLines(t, s.periods(230), []string{"us-east-1 does not answer since 12:00:15 (AWS API, balancer, database).",
		"us-west-2 can take over: at most 59 min of data lost, serving in about 7 min.",
		"Pages bridged by origin failover, API down. The target of 60 min cannot be met any more: it takes about 7 min."})
	s = well()
	s.in.Record = &RecordInput{}
	assertText(t, "not read", s.join().Verdict.Lines[1].String(), "At most 1.1 s of data at risk · time unknown: the journals of past runs were not read")
}

// Where the first origin's name leads to the region that users were taken to, the group bridges nothing: that is to be mended at home, and
// to be waited for away from it.
func TestAnOriginGroupThatBridgesNothingIsBrokenAtHomeAlone(t *testing.T) {
	for name, c := range map[string]struct {
		s    *scene
		want Level
		says string
	}{
		"users are at home": {well(), Bad, "there is no other region to fail over to"},
		"users are away":    {failedOver(), Warn, "until users are home"},
	} {
		z := c.s.in.Edge.Zone.Value
		z.Records = []edge.Record{{Name: "origin.example.com", Type: "CNAME", Content: "dr-alb.elb"}}
		c.s.in.Edge.Zone = part(z, c.s.now)
		found := c.s.join().Path.Findings
		i := slices.IndexFunc(found, func(f Finding) bool { return f.ID == "group-region" })
		if i < 0 || found[i].Level != c.want || !strings.Contains(found[i].Text, c.says) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
