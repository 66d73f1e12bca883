package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// A replica that falls behind in the middle is waited for: what was acknowledged through the public name is there in the end, whether the
// proof is made over connections or of AWS's figures.
func TestASwitchoverWaitsForAReplicaThatLagsAndLosesNoAcknowledgedRow(t *testing.T) {
	for name, blind := range map[string]bool{"with connections": false, "without connections": true} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				if blind {
					w.blind()
				}
				w.writeRows(5 * time.Second)
				time.Sleep(time.Minute)
				r := w.runner()
				run := w.begun(r, Switchover, typing("go on with an unproven lag"))
				waitFor(t, run, is(stepScale, runbook.StateWatched))
				w.direct("stall-replica", "10m")
				stalled := time.Now()
				v := waitFor(t, run, is(StepPromote, runbook.StateWatched))
				if waited := time.Since(stalled); waited < 10*time.Minute {
					t.Errorf("it was promoted after %s, while the replica stood still", waited)
				}
				v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if v.Ending != runbook.Done || v.Pins[PinToken] == "" {
					t.Fatalf("it ended %q: %s; the proof is %q", v.Ending, v.Note, v.Pins[PinToken])
				}
				time.Sleep(time.Minute)
				acks := w.stopRows()
				if gone := lostRows(acks, w.rowsOf(west)); len(gone) > 0 || len(acks) < 30 {
					t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
				}
			})
		})
	}
}

// A switchover whose region goes dark in the middle goes on unplanned at a person's word. What the replica had is there; the run claims
// nothing that was not proven.
func TestASwitchoverThatGoesOnUnplannedServesAndClaimsNothingUnproven(t *testing.T) {
	for _, c := range []struct {
		when   string
		step   string
		state  runbook.State
		blind  bool
		fenced bool // so that no row may be lost
	}{
		{"after the fence, before the proof", StepFence, runbook.StateDone, true, true},
		{"in the middle of the fence", StepFence, runbook.StateWatched, false, false},
		{"before the fence", stepScale, runbook.StateWatched, false, false},
	} {
		t.Run(c.when, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				if c.blind {
					w.blind()
				}
				w.writeRows(time.Second)
				time.Sleep(time.Minute)
				by := tryingAgain(nil, "go on with an unproven lag", OverrideReceipt, overrideSend)
				run := w.begun(w.runner(), Switchover, by)
				waitFor(t, run, is(c.step, c.state))
				w.direct("darken", east)
				time.Sleep(time.Minute)
				if err := run.GoUnplanned(runbook.Answer{Phrase: runbook.UnplannedPhrase, Reason: "it is dark", By: "arn:aws:sts::1:ops"}); err != nil {
					t.Fatal(err)
				}
				v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
				if s, _ := v.Step(StepPublic); s.State != runbook.StateDone {
					t.Fatalf("users are not served: %s; %s", says(v, StepPublic), v.Note)
				}
				if s, _ := v.Step(stepToken); s.State != runbook.StateLeftOut || v.Pins[PinToken] != "" {
					t.Errorf("the proof is %s, and this is said to be proven: %q", s.State, v.Pins[PinToken])
				}
				if s, _ := v.Step(StepReport); strings.Contains(s.Text, "Nothing was lost") {
					t.Errorf("the report says %q", s.Text)
				}
				if fenced := !slices.Contains(by.asked, OverrideReceipt); fenced != c.fenced {
					t.Errorf("fenced %t; asked for %q", fenced, by.asked)
				}
				time.Sleep(time.Minute)
				acks := w.stopRows()
				gone := lostRows(acks, w.rowsOf(west))
				if len(gone) > 5 || c.fenced && len(gone) > 0 || len(acks) < 60 {
					t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
				}
				w.direct("return", east)
				v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if r, _, void := ReceiptOf(v.Pins); v.Ending != runbook.Done || r == nil || void != "" {
					t.Errorf("after the return it ended %q, receipt %+v %q", v.Ending, r, void)
				}
			})
		})
	}
}
