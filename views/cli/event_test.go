package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// story is what happens in a short run, with texts of the cloud's that no terminal should be sent.
func story() []runbook.Event {
	at := time.Date(2026, 11, 23, 3, 15, 2, 0, time.UTC)
	plan := runbook.Plan{
		Name: "failover", Title: opening, From: "us-east-1", To: "us-west-2", Mode: runbook.Unplanned,
		Steps: []runbook.PlannedStep{{ID: "promote", Title: "promote replica", Gate: "open", Calls: []runbook.Call{{Operation: "rds:PromoteReadReplica", Region: "us-west-2"}}}},
	}
	question := openingGate()
	question.Title, question.Step = opening, "promote"
	question.Notice = &runbook.Notice{
		What: []string{"promote dr-db"}, Data: "at most 98 s of writes lost", Time: "unknown: no run or drill yet", Never: []string{"the promotion"},
		Failing: []runbook.Failing{{ID: "receipt", Text: "no receipt", Override: "promote without a fence receipt"}},
	}
	answer := runbook.Answer{
		Choice: runbook.Pass, Phrase: opening, By: "arn:aws:sts::1:assumed-role/ops/ann",
		Overrides: []runbook.Override{{Phrase: "promote without a fence receipt", Reason: "it is dark"}},
	}
	entries := []runbook.Entry{
		{Kind: runbook.EntryPlan, Plan: &plan, By: "ann"},
		{Kind: runbook.EntryBegan, Step: "promote"},
		{Kind: runbook.EntryAsked, Step: "promote", Question: &question},
		{Kind: runbook.EntryAnswered, Step: "promote", Name: "gate open", Answer: &answer},
		{Kind: runbook.EntryIntent, Step: "promote", Try: 1, Waited: runbook.Wait(4 * time.Second)},
		{Kind: runbook.EntryPinned, Step: "promote", Name: "promoted.position", Value: "16/E8000000"},
		{Kind: runbook.EntryOutcome, Step: "promote", Try: 1, Result: runbook.OutcomeUnknown, Text: "timed out", Fault: "timed out"},
		{Kind: runbook.EntryFailed, Step: "promote", Text: "rds: \x1b[31mdenied\x1b[0m\n", Fault: "denied"},
		{Kind: runbook.EntrySkipped, Step: "fence", Answer: &runbook.Answer{Choice: runbook.Skip, By: "ann", Reason: "it is dark"}},
		{Kind: runbook.EntryNotDone, Step: "fence", Text: "no answer"},
		{Kind: runbook.EntryNote, Step: "promote", Text: "two tasks left"},
		{Kind: runbook.EntryMode, Mode: runbook.Unplanned, Reason: "it went dark", Answer: &runbook.Answer{By: "bob"}},
		{Kind: runbook.EntryResumed, By: "bob", Text: ""},
		{Kind: runbook.EntryDone, Step: "promote", Result: runbook.OutcomeDone, Text: "available, writer", Waited: runbook.Wait(4 * time.Second)},
		{Kind: runbook.EntryOpen},
		{Kind: runbook.EntryAnswered, Step: "edge", Name: "gate edge", Text: "withdrawn"},
		{Kind: runbook.EntryStopped, Text: "stopped"},
	}
	var out []runbook.Event
	for i, e := range entries {
		e.Seq, e.At = int64(i+1), at.Add(time.Duration(i)*10*time.Second)
		out = append(out, runbook.Event{N: e.Seq, At: e.At, Entry: &e, Step: e.Step, Text: e.Text})
	}
	return append(out, runbook.Event{N: 99, At: at.Add(time.Hour), Step: "promote", Text: "rebooting \u202e\x07"})
}

func told(asJSON bool) string {
	var out bytes.Buffer
	p := newPrinter(&out, asJSON, "20261123T031502.123Z-failover", true)
	p.now = func() time.Time { return time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC) }
	p.happened(story())
	p.print(p.sheet(p.now(), runbook.Sheet{Step: "promote", Title: "promote replica", Gate: opening, Commands: []string{"aws rds promote-read-replica"}}))
	p.say("a word of its own")
	p.finish(endDoc{Ending: "stopped", Exit: 4, Resumable: true, Taints: []string{"fence us-east-1 writers"}}, "its phrase was not given")
	return out.String()
}

func TestWhatHappensInARunIsPrintedForPeople(t *testing.T) {
	text := told(false)
	if strings.ContainsAny(text, "\x1b\x07\u202e") {
		t.Errorf("a terminal is sent what the cloud said: %q", text)
	}
	same(t, text)
}

func TestWhatHappensInARunIsPrintedAsJSON(t *testing.T) { same(t, told(true)) }

func TestEveryEventIsOneObjectOfTheSameVersionARunAndATime(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(told(true)), "\n") {
		var e struct {
			Version   int
			Type, Run string
			Time      time.Time
			Simulated bool
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Version != 1 || e.Type == "" || e.Run == "" || e.Time.IsZero() || !e.Simulated {
			t.Errorf("%v in %s", err, line)
		}
	}
}
