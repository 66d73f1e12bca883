package views

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// The runs of these tests are journals written by hand and folded as dr/runbook folds them. They end five seconds before
// noon.

const testRun = "20261123T030907-failover-3f1c"

// tale tells a run that begins at a time.
type tale func(start time.Time) *story

// told is a tale that ends five seconds before noon.
func (t tale) told() *story {
	took := t(noon).now.Sub(noon)
	return t(noon.Add(-5*time.Second - took))
}

func call(operation string, plane runbook.Plane, region string, effort bool) runbook.Call {
	return runbook.Call{Operation: operation, Plane: plane, Region: region, BestEffort: effort}
}

// testPlan is a failover as dr plans it, shortly.
func testPlan() runbook.Plan {
	const east, west = "us-east-1", "us-west-2"
	step := func(id, title, why, after string, undo runbook.UndoCost, calls ...runbook.Call) runbook.PlannedStep {
		return runbook.PlannedStep{ID: id, Title: title, Why: why, After: strings.Fields(after), Undoing: undo, Calls: calls}
	}
	p := runbook.Plan{Name: "failover", Title: "fail over us-east-1 to us-west-2", From: east, To: west, Mode: runbook.Unplanned, Steps: []runbook.PlannedStep{
		step("freeze", "hold Terraform", "an apply in the middle of the run would move users and tasks back", "", runbook.UndoSeconds, call("s3:PutObject", runbook.Data, west, false)),
		step("fence", "fence us-east-1 writers", "two regions that both take writes end in two truths; the receipt proves that one has stopped", "freeze", runbook.UndoSeconds,
			call("application-autoscaling:RegisterScalableTarget", runbook.Control, east, true), call("ecs:UpdateService", runbook.Control, east, true), call("ecs:ListTasks", runbook.Control, east, true)),
		step("floors", "raise scaling floors", "autoscaling must not scale in what has just been started", "freeze", runbook.UndoSeconds, call("application-autoscaling:RegisterScalableTarget", runbook.Control, west, false)),
		step("scale", "scale services to full", "tasks take minutes to start, so they start while the database is being promoted", "floors", runbook.UndoSeconds,
			call("ecs:DescribeServices", runbook.Control, west, false), call("ecs:UpdateService", runbook.Control, west, false)),
		step("promote", "promote replica", "us-west-2 must take writes", "fence", runbook.UndoNever,
			call("rds:DescribeDBInstances", runbook.Control, west, false), call("rds:PromoteReadReplica", runbook.Control, west, false)),
		step("deploy", "deploy onto the new writer", "tasks that started on the replica may hold on to read-only connections", "promote scale", runbook.UndoSeconds, call("ecs:UpdateService", runbook.Control, west, false)),
		step("targets", "wait for healthy targets", "a task that runs is not one that answers", "deploy", "", call("elasticloadbalancing:DescribeTargetHealth", runbook.Control, west, false)),
		step("verify", "verify on the balancer", "users are sent only to what answers", "targets", "", call("https:GET", runbook.Data, west, false)),
		step("edge", "send users: Cloudflare 2 records", "one batch of records moves pages and API, with no AWS control plane", "verify", runbook.UndoSeconds, call("cloudflare:BatchDNSRecords", runbook.Data, "", false)),
		step("public", "verify publicly", "what counts is what users get, through their own resolvers", "edge", "", call("https:GET", runbook.Data, "", false)),
		step("isolate", "shut off the old database", "what comes back with the region must find no database to write to", "promote", runbook.UndoSeconds, call("rds:ModifyDBInstance", runbook.Control, east, true)),
		step("protect", "protect the new primary", "a promoted replica keeps one day of backups in one zone, and nobody is called when its disk fills", "public", runbook.UndoSeconds,
			call("rds:ModifyDBInstance", runbook.Control, west, false), call("cloudwatch:PutMetricAlarm", runbook.Control, west, false)),
		step("roles", "write down the roles", "Terraform must plan to what is now, not to what was", "public", runbook.UndoSeconds, call("s3:PutObject", runbook.Data, west, false)),
		step("report", "report", "what was lost and what is still open is said by whoever did it", "protect roles", ""),
	}}
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Safety = slices.Contains([]string{"fence", "verify", "public"}, s.ID)
		s.Commit = s.ID == "promote"
		if s.ID == "freeze" {
			s.Gate = "open"
		}
		if s.ID == "edge" {
			s.Gate = "edge"
		}
	}
	p.Pins = runbook.Pins{dr.PinKind: "failover", dr.PinReplica: "dr-db", dr.PinSource: "prod-db"}
	return p
}

func testFindings() []runbook.Finding {
	return []runbook.Finding{
		{Step: "fence", Verdict: runbook.BestEffort, Why: "leans on us-east-1; tried for 1m0s, and the run goes on"},
		{Step: "isolate", Verdict: runbook.BestEffort, Why: "leans on us-east-1; tried for 1m0s, and the run goes on"},
	}
}

func testEstimates() runbook.Estimates {
	past := runbook.Estimates{}
	for id, s := range map[string]int{"freeze": 1, "fence": 60, "floors": 2, "scale": 110, "promote": 190, "deploy": 40, "targets": 35, "verify": 34,
		"edge": 2, "public": 45, "isolate": 20, "protect": 15, "roles": 1, "report": 1} {
		past[id] = time.Duration(s) * time.Second
	}
	return past
}

// story writes a journal.
type story struct {
	now     time.Time
	entries []runbook.Entry
	events  []runbook.Event
	words   map[string]string
	asked   []runbook.Question
	run     string // "": testRun
}

func newStory(start time.Time, change func(*runbook.Plan)) *story {
	p := testPlan()
	if change != nil {
		change(&p)
	}
	s := &story{now: start, words: map[string]string{}}
	s.write(runbook.Entry{Kind: runbook.EntryPlan, Plan: &p})
	return s
}

// after lets time pass.
func (s *story) after(seconds int) *story {
	s.now = s.now.Add(time.Duration(seconds) * time.Second)
	return s
}

// clock is a time as pins hold it, some seconds from now.
func (s *story) clock(seconds int) string {
	return s.now.Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)
}

func (s *story) write(e runbook.Entry) *story {
	e.Seq, e.At, e.Run, e.Fence, e.By, e.Host = int64(len(s.entries)+1), s.now, orWords(s.run, testRun), 17, "arn:aws:sts::123456789012:assumed-role/ops/ana", "bastion"
	s.entries = append(s.entries, e)
	s.events = append(s.events, runbook.Event{N: int64(len(s.events) + 1), At: s.now, Entry: &e, Step: e.Step, Text: e.Text})
	return s
}

// say is what a look saw.
func (s *story) say(step, text string) *story {
	s.words[step] = text
	s.events = append(s.events, runbook.Event{N: int64(len(s.events) + 1), At: s.now, Step: step, Text: text})
	return s
}

func (s *story) began(step string) *story {
	return s.write(runbook.Entry{Kind: runbook.EntryBegan, Step: step})
}

func (s *story) does(step string) *story {
	s.write(runbook.Entry{Kind: runbook.EntryIntent, Step: step, Try: 1})
	return s.write(runbook.Entry{Kind: runbook.EntryOutcome, Step: step, Try: 1, Result: runbook.OutcomeDone})
}

func (s *story) done(step, text string) *story {
	delete(s.words, step)
	return s.write(runbook.Entry{Kind: runbook.EntryDone, Step: step, Result: runbook.OutcomeDone, Text: text})
}

func (s *story) pin(name, value string) *story {
	return s.write(runbook.Entry{Kind: runbook.EntryPinned, Name: name, Value: value, Step: "promote"})
}

// reports is what dr's report step says.
func (s *story) reports() string {
	return "us-west-2 serves and writes since " + s.now.Add(-10*time.Second).Format("15:04:05 UTC") + ", 5 min 33 s after the last contact with the old writer. " +
		"The last commit that came through is of " + s.now.Add(-5*time.Minute).Format("15:04:05.000 UTC") + " (position 0/9A01F8); what was committed after it is lost: at most 38 s"
}

func (s *story) asks(q runbook.Question) *story {
	s.asked = append(s.asked, q)
	return s.write(runbook.Entry{Kind: runbook.EntryAsked, Step: q.Step, Question: &q})
}

func (s *story) passes(q runbook.Question, over ...runbook.Override) *story {
	s.asked = slices.DeleteFunc(s.asked, func(o runbook.Question) bool { return o.ID == q.ID })
	return s.write(runbook.Entry{Kind: runbook.EntryAnswered, Step: q.Step, Name: q.ID,
		Answer: &runbook.Answer{Choice: runbook.Pass, By: "arn:aws:sts::123456789012:assumed-role/ops/ana", Overrides: over}})
}

// update is the run as it stands.
func (s *story) update() RunUpdate {
	return RunUpdate{View: runbook.Replay(s.entries), Words: s.words, Questions: slices.Clone(s.asked), Events: slices.Clone(s.events), Here: true,
		Session: noon.Add(4*time.Hour + 58*time.Minute + 20*time.Second)}
}

func openingGate() runbook.Question {
	return runbook.Question{ID: "gate open", Kind: runbook.AskGate, Step: "freeze", Title: "fail over us-east-1 to us-west-2", Attempt: 1,
		Notice: &runbook.Notice{
			What: []string{"fence us-east-1: backend to 0 tasks", "promote dr-db in us-west-2", "scale us-west-2 to full: frontend 2, backend 2, prometheus 1, grafana 1",
				"then, behind a gate of its own: move 2 records to dr-alb-123.us-west-2.elb.amazonaws.com"},
			Data: "at most 98 s of writes lost (lag 1.1 s at the last contact, and everything since)", Time: "about 7 min (failover, 41 days ago)",
			Money: "$ 96 a month more than now, while it runs there", Never: []string{"the promotion of dr-db: the way back is failback, with the data brought home"},
			Failing: []runbook.Failing{{ID: "receipt", Override: "promote without a fence receipt",
				Text: "us-east-1 does not answer, so nothing can prove that its writers have stopped; fencing goes on being tried"}},
		},
		Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "fail over us-east-1 to us-west-2"}, {Choice: runbook.LookAgain}, {Choice: runbook.Skip, Reason: true},
			{Choice: runbook.Undo, Phrase: "undo fail over us-east-1 to us-west-2", Reason: true, Disabled: "nothing was changed yet"},
			{Choice: runbook.GoUnplanned, Phrase: runbook.UnplannedPhrase, Reason: true, Disabled: "the run is unplanned already"}, {Choice: runbook.CallOff}, {Choice: runbook.Stop}}}
}

func edgeGate() runbook.Question {
	return runbook.Question{ID: "gate edge", Kind: runbook.AskGate, Step: "edge", Title: "send users to us-west-2", Attempt: 1,
		Notice: &runbook.Notice{
			What: []string{"2 Cloudflare records: origin.davidshaevel.com and grafana.davidshaevel.com", "from prod-alb-456.us-east-1.elb.amazonaws.com",
				"to   dr-alb-123.us-west-2.elb.amazonaws.com   TTL 60 s, kept"},
			Data: "at most 98 s of writes lost, already so: us-west-2 writes since 03:13:07", Money: "nothing more than now ($ 96 a month over standby)",
			Never:   []string{"sending them back to us-east-1: the way back is failback"},
			Failing: []runbook.Failing{{ID: "receipt", Text: "us-east-1 has no fence receipt: no answer, still trying", Override: "send users without a fence receipt"}},
		},
		Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "send users to us-west-2"}, {Choice: runbook.LookAgain}, {Choice: runbook.Skip, Reason: true},
			{Choice: runbook.Undo, Phrase: "undo fail over us-east-1 to us-west-2", Reason: true, Disabled: "the run is past its commit point"},
			{Choice: runbook.GoUnplanned, Phrase: runbook.UnplannedPhrase, Reason: true, Disabled: "the run is unplanned already"},
			{Choice: runbook.CallOff, Disabled: "things were changed already: take them back, or stop"}, {Choice: runbook.Stop}}}
}

func promoteTrouble() runbook.Question {
	return runbook.Question{ID: "trouble promote", Kind: runbook.AskTrouble, Step: "promote", Title: "promote replica", Attempt: 1,
		Text: "rds:PromoteReadReplica: denied (User ops/ana is not authorized to perform rds:PromoteReadReplica on dr-db)",
		Offers: []runbook.Offer{{Choice: runbook.Retry}, {Choice: runbook.Skip, Reason: true}, {Choice: runbook.Undo, Phrase: "undo fail over us-east-1 to us-west-2", Reason: true},
			{Choice: runbook.GoUnplanned, Phrase: runbook.UnplannedPhrase, Reason: true, Disabled: "the run is unplanned already"}, {Choice: runbook.Stop}}}
}

func codeQuestion() runbook.Question {
	return runbook.Question{ID: "code 1", Kind: runbook.AskCode, Title: "one-time code", Text: "the operator role asks for a code of arn:aws:iam::123456789012:mfa/ana", Attempt: 1,
		Offers: []runbook.Offer{{Choice: runbook.Pass}, {Choice: runbook.Stop}}}
}

var overrideReceipt = runbook.Override{Phrase: "promote without a fence receipt", Reason: "us-east-1 is gone, the status page says so"}

// atOpeningGate waits for its first answer.
func atOpeningGate(start time.Time) *story {
	return newStory(start, nil).after(1).began("freeze").asks(openingGate())
}

// opened has passed its first gate.
func opened(start time.Time) *story {
	q := openingGate()
	return newStory(start, nil).after(1).began("freeze").asks(q).after(52).passes(q, overrideReceipt).does("freeze").after(1).done("freeze", "held: fence 17")
}

// midway promotes and scales side by side; the fence was not done.
func midway(start time.Time) *story {
	s := opened(start).began("fence").began("floors").does("floors").after(2).done("floors", "").began("scale").does("scale")
	s.after(3).say("scale", "0/6 running").after(57)
	s.write(runbook.Entry{Kind: runbook.EntryNotDone, Step: "fence", Text: "ecs:UpdateService: timed out", Fault: fault.TimedOut})
	s.began("promote").pin(dr.PinPromotedAt, s.clock(0)).pin(dr.PinCommit, s.clock(-82)).pin(dr.PinPosition, "0/9A01F8").does("promote")
	return s.after(40).say("scale", "4/6 running").after(15).done("scale", "6/6 running").after(60).say("promote", "rebooting")
}

// atEdgeGate has promoted and deployed, and asks whether to send users over.
func atEdgeGate(start time.Time) *story {
	s := midway(start).after(15).done("promote", "available, writer").began("isolate").began("deploy").does("deploy").after(15).done("deploy", "2/2 on new tasks")
	s.began("targets").after(6).done("targets", "6/6 healthy").began("verify").after(4).done("verify", "200 by dr, database writes")
	return s.began("edge").asks(edgeGate())
}

// troubled could not promote.
func troubled(start time.Time) *story {
	s := opened(start).began("fence").began("floors").does("floors").after(2).done("floors", "").began("scale").does("scale").after(60)
	s.write(runbook.Entry{Kind: runbook.EntryNotDone, Step: "fence", Text: "ecs:UpdateService: timed out", Fault: fault.TimedOut})
	s.began("promote").write(runbook.Entry{Kind: runbook.EntryIntent, Step: "promote", Try: 1})
	s.write(runbook.Entry{Kind: runbook.EntryOutcome, Step: "promote", Try: 1, Result: runbook.OutcomeUnchanged, Text: "denied", Fault: fault.Denied})
	s.write(runbook.Entry{Kind: runbook.EntryFailed, Step: "promote", Text: promoteTrouble().Text, Fault: fault.Denied})
	return s.say("scale", "4/6 running").asks(promoteTrouble())
}

// wantsCode asks for the operator's second factor.
func wantsCode(start time.Time) *story {
	q := openingGate()
	s := newStory(start, nil).after(1).began("freeze").asks(q).after(52).passes(q, overrideReceipt)
	s.asked = append(s.asked, codeQuestion())
	return s
}

// sentOver has sent users over, and verified it.
func sentOver(start time.Time) *story {
	q := edgeGate()
	s := atEdgeGate(start).after(20).passes(q, runbook.Override{Phrase: "send users without a fence receipt", Reason: "us-east-1 is dark"}).does("edge").after(2).done("edge", "2 of 2 records")
	s.began("public").after(40).done("public", "200 by us-west-2, 12 in a row").began("protect").does("protect").after(9).done("protect", "backups 7 d, Multi-AZ, 3 alarms")
	s.began("roles").does("roles").after(1).done("roles", "version 4")
	return s.began("report").done("report", s.reports())
}

// stayedOpen serves, and the old writer is not fenced.
func stayedOpen(start time.Time) *story {
	return sentOver(start).write(runbook.Entry{Kind: runbook.EntryOpen}).say("fence", "still not done: ecs:UpdateService: timed out")
}

// finished has a receipt, and everything is done.
func finished(start time.Time) *story {
	s := sentOver(start).after(600)
	s.write(runbook.Entry{Kind: runbook.EntryPinned, Name: dr.PinReceipt(1), Step: "fence",
		Value: fmt.Sprintf(`{"at":%q,"by":"cloudwatch","text":"no task of backend, 0 connections over 2 periods"}`, s.clock(-12))})
	s.done("fence", "receipt 1")
	s.write(runbook.Entry{Kind: runbook.EntryDone, Step: "isolate", Result: runbook.OutcomeDone, Text: "in dr-quarantine"})
	return s.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)})
}

// tainted went on without verifying publicly.
func tainted(start time.Time) *story {
	q := edgeGate()
	s := atEdgeGate(start).after(20).passes(q).does("edge").after(2).done("edge", "2 of 2 records").began("public").after(90)
	s.write(runbook.Entry{Kind: runbook.EntrySkipped, Step: "public",
		Answer: &runbook.Answer{Choice: runbook.Skip, Phrase: "skip public", Reason: "our own resolver is down; checked by phone", By: "arn:aws:sts::123456789012:assumed-role/ops/bo"}})
	s.began("protect").does("protect").after(9).done("protect", "backups 7 d, Multi-AZ, 3 alarms").began("roles").does("roles").done("roles", "version 4")
	s.began("report").done("report", s.reports()).done("fence", "").write(runbook.Entry{Kind: runbook.EntryDone, Step: "isolate", Result: runbook.OutcomeDone})
	return s.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)})
}

// fakeRuns is a door behind which one run stands. It judges answers as the engine does, and keeps what it took.
type fakeRuns struct {
	mu      sync.Mutex
	now     RunUpdate
	lines   []RunLine
	plan    RunPlan
	past    runbook.Estimates
	begun   []RunOrder
	refuse  []error // what Begin and Resume answer, in turn
	taken   []runbook.Answer
	wrong   int
	said    []string
	made    fakeProvision
	changed chan struct{} // made by the first who waits for it: a bubble's channels are its own
}

func newFakeRuns(t tale) *fakeRuns {
	f := &fakeRuns{plan: RunPlan{Plan: testPlan(), Findings: testFindings(), Paper: testPaper(), Where: "this machine only: another cannot take the run over"},
		past: testEstimates()}
	if t != nil {
		f.now = t.told().update()
		f.lines = []RunLine{{View: f.now.View, Here: true}}
	}
	return f
}

func testPaper() []runbook.Sheet {
	return []runbook.Sheet{
		{Step: "promote", Title: "promote replica", Why: "us-west-2 must take writes", State: runbook.StateWaiting, Gate: "fail over us-east-1 to us-west-2", Commands: []string{
			"aws rds promote-read-replica --region us-west-2 --db-instance-identifier dr-db --backup-retention-period 7",
			"aws rds wait db-instance-available --region us-west-2 --db-instance-identifier dr-db"}},
		{Step: "verify", Title: "verify on the balancer", Why: "users are sent only to what answers", State: runbook.StateWaiting},
	}
}

func (f *fakeRuns) set(u RunUpdate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = u
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

func (f *fakeRuns) Plan(_ context.Context, kind dr.Kind) (RunPlan, error) {
	p := f.plan
	p.Plan.Name, p.Plan.Title = string(kind), kind.Phrase(p.Plan.From, p.Plan.To)
	if kind == dr.Switchover {
		p.Plan.Mode, p.Findings = runbook.Planned, nil
	}
	return p, nil
}

func (f *fakeRuns) Begin(_ context.Context, o RunOrder) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun = append(f.begun, o)
	if err := f.refusal(); err != nil {
		return "", err
	}
	if o.Kind == dr.Provision {
		return makeRun, nil
	}
	return testRun, nil
}

func (f *fakeRuns) refusal() error {
	if len(f.refuse) == 0 {
		return nil
	}
	err := f.refuse[0]
	f.refuse = f.refuse[1:]
	return err
}

func (f *fakeRuns) Resume(_ context.Context, id, takeOver string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprintf("resume %s %q", id, takeOver))
	return f.refusal()
}

func (f *fakeRuns) List(context.Context) ([]RunLine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lines), nil
}

func (f *fakeRuns) Follow(ctx context.Context, id string, each func(RunUpdate)) error {
	for {
		f.mu.Lock()
		if f.changed == nil {
			f.changed = make(chan struct{})
		}
		now, changed := f.now, f.changed
		f.mu.Unlock()
		if now.View.Run != id {
			return errors.New("there is no run " + id)
		}
		each(now)
		if now.View.Ending != runbook.Running {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fakeRuns) Answer(_ context.Context, _, question string, a runbook.Answer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.now.Questions, func(q runbook.Question) bool { return q.ID == question })
	if i < 0 {
		return fmt.Errorf("the question %q is not open", question)
	}
	if err := f.now.Questions[i].Judge(a); err != nil {
		f.wrong++
		return err
	}
	f.taken = append(f.taken, a)
	return nil
}

func (f *fakeRuns) say(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprintf(format, args...))
	return nil
}

func (f *fakeRuns) Stop(_ context.Context, _, reason string) error { return f.say("stop: %s", reason) }
func (f *fakeRuns) Skip(_ context.Context, _, step string, a runbook.Answer) error {
	return f.say("skip %s: %s %s", step, a.Phrase, a.Reason)
}
func (f *fakeRuns) GoUnplanned(_ context.Context, _ string, a runbook.Answer) error {
	return f.say("go unplanned: %s", a.Reason)
}
func (f *fakeRuns) Undo(_ context.Context, _ string, a runbook.Answer) error {
	return f.say("undo: %s", a.Reason)
}
func (f *fakeRuns) Paper(context.Context, string) ([]runbook.Sheet, error) { return testPaper(), nil }
func (f *fakeRuns) Estimates(context.Context, dr.Kind) (runbook.Estimates, error) {
	return f.past, nil
}

// testChecks are a few readiness checks as dr makes them.
func testChecks(failing bool) []dr.Check {
	list := []dr.Check{
		{ID: "replica", Title: "replica streams", Verdict: dr.CheckPass, Text: "dr-db streams from prod-db, read 14 s ago", Seen: fresh()},
		{ID: "lag", Title: "lag against the RPO", Verdict: dr.CheckPass, Text: "1.1 s of 5 min", Seen: fresh()},
		{ID: "images", Title: "images in us-west-2", Verdict: dr.CheckPass, Text: "4 of 4 running images are there", Seen: fresh()},
		{ID: "certificate", Title: "certificate", Verdict: dr.CheckPass, Text: "valid for 210 days", Seen: fresh()},
		{ID: "secrets", Title: "secrets", Verdict: dr.CheckPass, Text: "2 of 2 in sync", Seen: fresh()},
		{ID: "drill", Title: "last drill", Verdict: dr.CheckWarn, Text: "41 days ago", Remedy: "drill once a month", Seen: fresh()},
	}
	if failing {
		list[2] = dr.Check{ID: "images", Title: "images in us-west-2", Verdict: dr.CheckFail, Text: "the image that backend runs (91ab07) is not in us-west-2's registry",
			Remedy: "replicate it, or push it there", Blocking: true, Override: "go on without backend's image", Seen: fresh()}
		list[4] = dr.Check{ID: "secrets", Title: "secrets", Verdict: dr.CheckUnknown, Text: "secretsmanager:DescribeSecret: denied", Remedy: "give the permission"}
	}
	return list
}
