package dr

import (
	"errors"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

func TestTheWriterOfRecordIsWhatTheNewestPromotionNames(t *testing.T) {
	there := func(hours int) *diary {
		return whole(Failover, "us-east-1", "us-west-2", noon.Add(-time.Duration(hours)*time.Hour))
	}
	back := whole(Switchover, "us-west-2", "us-east-1", noon.Add(-2*time.Hour))
	asked := begin(Failover, "us-east-1", "us-west-2", noon.Add(-time.Minute)).step(StepFence, time.Second, 0).promotedAt().asked(StepPromote)
	refused := begin(Failover, "us-east-1", "us-west-2", noon.Add(-time.Minute)).asked(StepPromote).
		write(runbook.Entry{Kind: runbook.EntryOutcome, Step: StepPromote, Result: runbook.OutcomeUnchanged})
	dry := begin(Failover, "us-east-1", "us-west-2", noon.Add(-time.Hour))
	dry.entries[0].Plan.DryRun = true
	dry.asked(StepPromote)
	for name, c := range map[string]struct {
		runs   []*diary
		writer string
		since  time.Time
	}{
		"before there was any run":        {nil, "us-east-1", time.Time{}},
		"after a failover":                {[]*diary{there(9)}, "us-west-2", noon.Add(-9*time.Hour + 6*time.Minute)},
		"after the way back":              {[]*diary{there(9), back}, "us-east-1", noon.Add(-2*time.Hour + 6*time.Minute)},
		"as soon as it may be called for": {[]*diary{asked}, "us-west-2", noon.Add(-59 * time.Second)},
		"not where the cloud refused it":  {[]*diary{refused}, "us-east-1", time.Time{}},
		"not by a dry run":                {[]*diary{dry}, "us-east-1", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := well().journals(c.runs...)
			r := s.join().Record
			if r.Writer != c.writer || !r.Promoted.Equal(c.since) || s.prev.Verdict.Writer != c.writer {
				t.Errorf("%q since %s (%s), want %q since %s", r.Writer, r.Promoted, r.Why, c.writer, c.since)
			}
		})
	}
}

func TestWhereTheJournalsCannotBeReadTheWriterOfRecordIsUnknownOrAsTheySaidLast(t *testing.T) {
	s := well().journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)))
	s.in.Record.Runs = failed(s.in.Record.Runs, fault.Unreachable, noon)
	if r := s.join().Record; r.Writer != "us-west-2" || !r.Seen.Old || r.Seen.Why == "" {
		t.Errorf("%q, %+v; want what it was, as old", r.Writer, r.Seen)
	}
	s.in.Record = &RecordInput{Where: "s3://b/", Runs: failed(s.in.Record.Runs, fault.Denied, noon)}
	s.in.Record.Runs.Seen = time.Time{}
	if r := s.join().Record; r.Writer != "" || r.Why != "the journals were not read: ask: denied" {
		t.Errorf("%q (%s), want that it cannot be told", r.Writer, r.Why)
	}
	s = well().journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)))
	s.in.Record.Runs.Value[0].Err = errors.New("journal entry 7: altered")
	if r := s.join().Record; r.Writer != "" || r.Why == "" {
		t.Errorf("%q (%s): an altered journal is believed", r.Writer, r.Why)
	}
}

func TestOpenRunsAreThoseThatCanBeTakenUpAndHaveChangedSomething(t *testing.T) {
	at := func(m int) time.Time { return noon.Add(-time.Duration(m) * time.Minute) }
	provision := begin(Provision, "us-east-1", "us-west-2", at(420)).step("scale", time.Second, 0).end(runbook.Stopped)
	overtaken := begin(Reprotect, "us-west-2", "us-east-1", at(400)).step("scale", time.Second, 0).end(runbook.Stopped)
	over := whole(Failover, "us-east-1", "us-west-2", at(300))
	halfway := begin(Failover, "us-east-1", "us-west-2", at(200)).step(StepFence, time.Second, 0).end(runbook.Stopped)
	looked := begin(Switchover, "us-west-2", "us-east-1", at(100)).end(runbook.Stopped)
	running := begin(Switchover, "us-west-2", "us-east-1", at(1))
	s := well().journals(provision, overtaken, over, halfway, looked, running)
	s.in.Record.Lease.Value = HeldRead{Held: true, Grant: runbook.Grant{Run: running.entries[0].Run, Holder: "ops"}}
	r := s.join().Record
	if len(r.Open) != 3 || r.Open[0].Run != running.entries[0].Run || r.Open[1].Run != halfway.entries[0].Run || r.Open[2].Run != provision.entries[0].Run {
		t.Errorf("%d open; want the one under way, the one that stopped half-way, and provisioning, which no promotion overtakes", len(r.Open))
	}
	if r.Last == nil || r.Last.Run != over.entries[0].Run {
		t.Errorf("last: %+v", r.Last)
	}
}

func TestARegionThatRestsIsNotFenced(t *testing.T) {
	for name, c := range map[string]struct {
		databases []aws.Database
		fenced    bool
	}{
		"what users left is there":    {[]aws.Database{{ID: "dr-db", Status: "available"}}, true},
		"what users left is given up": {[]aws.Database{}, false},
	} {
		s := well()
		s.in.Config.Strategy = config.ColdStandby
		s.west.Databases = part(c.databases, noon)
		s.journals(whole(Failback, "us-west-2", "us-east-1", noon.Add(-time.Hour))).join()
		if got := s.prev.joined.sides[1].fenced; (got != "") != c.fenced {
			t.Errorf("%s: fenced by %q", name, got)
		}
	}
}

func TestTimeToServeIsTheCriticalPathOfPastRunsWithoutPeople(t *testing.T) {
	at := func(days int) time.Time { return noon.Add(-time.Duration(days) * 24 * time.Hour) }
	planned := whole(Switchover, "us-east-1", "us-west-2", at(3))
	gaveUp := begin(Failover, "us-east-1", "us-west-2", at(41)).write(runbook.Entry{Kind: runbook.EntryBegan, Step: StepFence}).later(time.Minute).
		write(runbook.Entry{Kind: runbook.EntryNotDone, Step: StepFence}).step(StepPromote, 4*time.Minute, 0).step("scale", time.Minute, 0).
		step("deploy", 90*time.Second, 0).step(StepPublic, 30*time.Second, time.Minute).end(runbook.Stopped)
	late := begin(Failover, "us-east-1", "us-west-2", at(41)).write(runbook.Entry{Kind: runbook.EntryBegan, Step: StepFence}).later(time.Minute).
		write(runbook.Entry{Kind: runbook.EntryNotDone, Step: StepFence}).step(StepPromote, 4*time.Minute, 0).step("scale", time.Minute, 0).
		step("deploy", 90*time.Second, 0).step(StepPublic, 30*time.Second, time.Minute).later(5 * time.Hour).
		write(runbook.Entry{Kind: runbook.EntryDone, Step: StepFence, Result: runbook.OutcomeDone}).end(runbook.Done)
	dry := whole(Failover, "us-east-1", "us-west-2", at(1))
	dry.entries[0].Plan.DryRun = true
	for name, c := range map[string]struct {
		runs []*diary
		took time.Duration
		from string
	}{
		"no run":                        {nil, 0, ""},
		"a run that never got there":    {[]*diary{begin(Failover, "us-east-1", "us-west-2", at(2)).step(StepFence, time.Minute, 0).end(runbook.Stopped)}, 0, ""},
		"a dry run":                     {[]*diary{dry}, 0, ""},
		"a failover":                    {[]*diary{whole(Failover, "us-east-1", "us-west-2", at(41))}, 7 * time.Minute, "failover, 41 days ago"},
		"a failover, not a switchover":  {[]*diary{whole(Failover, "us-east-1", "us-west-2", at(41)), planned}, 7 * time.Minute, "failover, 41 days ago"},
		"a switchover where that's all": {[]*diary{planned}, 7 * time.Minute, "switchover, 3 days ago"},
		"what was done hours later":     {[]*diary{late}, 7 * time.Minute, "failover, 41 days ago"},
		"what was given up took time":   {[]*diary{gaveUp}, 7 * time.Minute, "failover, 41 days ago"},
	} {
		t.Run(name, func(t *testing.T) {
			r := well().journals(c.runs...).join().Record
			if r.Serve != c.took || r.ServeFrom != c.from {
				t.Errorf("%s, %q; want %s, %q", r.Serve, r.ServeFrom, c.took, c.from)
			}
		})
	}
}
