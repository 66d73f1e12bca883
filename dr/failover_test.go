package dr

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

func TestAnUnplannedFailoverTakesUsersOverAndSaysWhatWasLost(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.writeRows(500 * time.Millisecond)
		time.Sleep(time.Minute)
		w.direct("darken", east)
		dark := time.Now()
		time.Sleep(time.Minute)
		by := typing(OverrideReceipt)
		r := w.runner()
		run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, Silent: dark, Operator: by})
		if err != nil {
			t.Fatal(err)
		}
		v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
		if !v.Open {
			t.Fatalf("the run without a receipt is not open: %q, %s", v.Ending, v.Note)
		}
		for _, id := range []string{StepPromote, stepScale, stepDeploy, stepTargets, stepVerify, stepEdge, StepPublic, stepProtect, stepRoles, StepReport} {
			if s, _ := v.Step(id); s.State != runbook.StateDone {
				t.Errorf("%s is %s", id, says(v, id))
			}
		}
		if want := []string{"fail over us-east-1 to us-west-2", OverrideReceipt, "send users to us-west-2"}; !slices.Equal(by.asked, want) {
			t.Errorf("asked for %q, want %q", by.asked, want)
		}
		if data := by.notice["gate open"].Data; !strings.HasPrefix(data, "at most ") {
			t.Errorf("the opening gate says of the loss: %q", data)
		}
		if s, _ := v.Step(StepReport); !strings.Contains(s.Text, " of writes are lost: what was committed after ") ||
			!strings.Contains(s.Text, "and before "+dark.UTC().Format("15:04:05 UTC")+", from when on nothing of the old region answered") ||
			Unfenced(v) != "old writer NOT fenced: there is no fence receipt" {
			t.Errorf("the report says: %s; %s", s.Text, Unfenced(v))
		}
		time.Sleep(30 * time.Second)
		acks := w.stopRows()
		shown := w.rowsOf(west)
		if gone := lostRows(acks, shown); len(gone) > 10 {
			t.Errorf("%d of %d acknowledged rows are lost", len(gone), len(acks))
		}
		if acks[len(acks)-1] != shown[len(shown)-1] {
			t.Errorf("the newest acknowledged row is %d, us-west-2 shows up to %d", acks[len(acks)-1], shown[len(shown)-1])
		}
		w.direct("return", east)
		v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if r, _, void := ReceiptOf(v.Pins); r == nil || void != "" || v.Ending != runbook.Done {
			t.Errorf("after the region's return: %q, receipt %+v %q", v.Ending, r, void)
		}
		if s, _ := v.Step(StepReport); strings.Contains(strings.ToLower(s.Text), "fence") || Unfenced(v) != "" {
			t.Errorf("the report of the run that has fenced after all says: %s; %s", s.Text, Unfenced(v))
		}
		if s, _ := v.Step(stepIsolate); s.State != runbook.StateDone {
			t.Errorf("the old database is not shut off: %s", says(v, stepIsolate))
		}
	})
}

// waitFor follows a run until it is as wanted; an hour of the bubble's time is too long.
func waitFor(t *testing.T, run *runbook.Run, ok func(runbook.View) bool) runbook.View {
	t.Helper()
	for range 3600 {
		if v := run.View(); ok(v) {
			return v
		}
		time.Sleep(time.Second)
	}
	v := run.View()
	var lines []string
	for _, s := range v.Steps {
		lines = append(lines, s.ID+": "+says(v, s.ID))
	}
	t.Fatalf("the run never came so far:\n%s", strings.Join(lines, "\n"))
	return v
}

func TestASwitchoverLosesNoAcknowledgedRow(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.writeRows(time.Second)
		time.Sleep(time.Minute)
		by := typing()
		result := w.run(w.runner(), Switchover, by)
		if result.Ending != runbook.Done {
			t.Fatalf("%q: %v", result.Ending, result.Err)
		}
		time.Sleep(time.Minute)
		acks := w.stopRows()
		shown := w.rowsOf(west)
		if gone := lostRows(acks, shown); len(gone) > 0 {
			t.Errorf("acknowledged and lost: %v", gone)
		}
		if len(acks) < 100 {
			t.Errorf("only %d rows were acknowledged", len(acks))
		}
		if token := result.View.Pins[PinToken]; !strings.Contains(token, "has replayed") {
			t.Errorf("the token says %q", token)
		}
		if want := []string{"switch over us-east-1 to us-west-2", "send users to us-west-2"}; !slices.Equal(by.asked, want) {
			t.Errorf("asked for %q, want %q", by.asked, want)
		}
	})
}

// Without a connection to the databases the proof is AWS's figures alone. It takes longer, and loses as little.
func TestASwitchoverWithoutConnectionsProvesItByDatapointsAndLosesNoAcknowledgedRow(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.blind()
		w.writeRows(2 * time.Second)
		time.Sleep(time.Minute)
		by := typing("go on with an unproven lag")
		result := w.run(w.runner(), Switchover, by)
		if result.Ending != runbook.Done {
			t.Fatalf("%q: %v", result.Ending, result.Err)
		}
		if words := by.notice["gate open"].Time; !strings.Contains(words, "6 to 10 min") {
			t.Errorf("the gate does not say how long the proof takes: %q", words)
		}
		time.Sleep(time.Minute)
		acks := w.stopRows()
		if gone := lostRows(acks, w.rowsOf(west)); len(gone) > 0 {
			t.Errorf("acknowledged and lost: %v", gone)
		}
		if r, _, _ := ReceiptOf(result.View.Pins); r == nil || r.By != "cloudwatch" {
			t.Errorf("the receipt is %+v", r)
		}
		if token := result.View.Pins[PinToken]; !strings.HasPrefix(token, "ReplicaLag ") {
			t.Errorf("the token says %q", token)
		}
	})
}

// What was typed before a process died was typed over older figures: taken up days later, no run promotes by it.
func TestARunThatIsTakenUpAsksAgainBeforeItPromotes(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.direct("darken", east)
		time.Sleep(time.Minute)
		ctx, die := context.WithCancelCause(t.Context())
		r := w.runner()
		var held runbook.Lease
		lease := r.state.lease
		r.state.lease = func() runbook.Lease { held = lease(); return held }
		w.direct("break-call", "rds", "PromoteReadReplica", "InternalFailure")
		id := runbook.NewRunID(time.Now(), "failover")
		run, err := r.Begin(ctx, Order{Run: id, Kind: Failover, Operator: typing(OverrideReceipt)})
		if err != nil {
			t.Fatal(err)
		}
		waitFor(t, run, func(v runbook.View) bool { s, _ := v.Step(StepPromote); return s.Tries > 0 })
		die(errCrash)
		run.Wait()
		_ = held.Release(t.Context(), runbook.Grant{})
		w.direct("restore")
		r.Close()
		time.Sleep(2 * time.Hour)
		by := typing(OverrideReceipt, "go on with an unknown lag")
		again, err := w.runner().Resume(t.Context(), Order{Run: id, Operator: by})
		if err != nil {
			t.Fatal(err)
		}
		waitFor(t, again, func(v runbook.View) bool {
			s, _ := v.Step(StepPromote)
			return s.State.Over() || v.Ending != runbook.Running
		})
		if !slices.Contains(by.asked, PromotePhrase(west)) {
			t.Errorf("it promoted after asking for %q only: %s", by.asked, says(again.View(), StepPromote))
		}
		again.Stop("test", "seen enough")
		again.Wait()
	})
}
