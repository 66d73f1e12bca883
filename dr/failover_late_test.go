package dr

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// failedBack has another run make us-east-1 the writer of record: all that it does is to be journaled as a promotion.
func (w *estateInTime) failedBack(s *State, id string) {
	w.t.Helper()
	store, err := s.Archive.Store(id)
	if err != nil {
		w.t.Fatal(err)
	}
	did := false
	p := runbook.Procedure{Name: "failback", Title: "fail back " + west + " to " + east, From: west, To: east, Steps: []runbook.Step{{
		ID: StepPromote, Title: "promote", Timeout: time.Minute, Undoing: runbook.UndoNever, Commit: true,
		Calls: []runbook.Call{call("rds:PromoteReadReplica", runbook.Control, east)},
		Paper: func(runbook.Pins) []string { return nil },
		Check: func(context.Context, *runbook.Task) (runbook.Seen, error) { return runbook.Seen{So: did}, nil },
		Do:    func(context.Context, *runbook.Task) error { did = true; return nil },
	}}}
	run, err := runbook.Start(w.t.Context(), p, runbook.Options{
		Run: id, Mode: runbook.Planned, By: "ops", Host: "another", Store: store, Lease: runbook.NewFileLease(w.t.TempDir()), Operator: typing(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if result := run.Wait(); result.Ending != runbook.Done {
		w.t.Fatalf("the failback ended %q: %v", result.Ending, result.Err)
	}
}

// unfenced begins a failover from a dark region and follows it until it is open for want of a receipt.
func (w *estateInTime) unfenced(ctx context.Context, r *Runner) *runbook.Run {
	w.t.Helper()
	w.direct("darken", east)
	time.Sleep(2 * time.Minute)
	order := Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, Operator: typing(OverrideReceipt)}
	run, err := r.Begin(ctx, order)
	if err != nil {
		w.t.Fatal(err)
	}
	if v := waitFor(w.t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running }); !v.Open {
		w.t.Fatalf("the run is not open: %q, %s", v.Ending, v.Note)
	}
	return run
}

// A run that was open when its process died must not be taken up once us-east-1 has become the writer of record again: its fence would
// stop the region that serves.
func TestARunIsNotTakenUpAfterAFailback(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		ctx, die := context.WithCancelCause(t.Context())
		seen := &changesMade{}
		r := w.runner(func(o *RunnerOptions) { o.Asked = seen.asked })
		run := w.unfenced(ctx, r)
		id := run.View().Run
		die(errCrash)
		run.Wait()
		w.failedBack(r.State(), runbook.NewRunID(time.Now(), "failback"))
		w.direct("return", east)
		time.Sleep(5 * time.Minute)
		was, made := w.stateOf(east), seen.in(east)

		late := w.runner(func(o *RunnerOptions) { o.Asked = seen.asked })
		_, err := late.Resume(t.Context(), Order{Run: id, Operator: typing(OverrideReceipt)})
		refused, ok := errors.AsType[*Refusal](err)
		if !ok || !strings.Contains(refused.Why, "writer of record") {
			t.Errorf("resuming it gives %v", err)
		}
		time.Sleep(5 * time.Minute)
		if now := w.stateOf(east); now != was || seen.in(east) != made {
			t.Errorf("us-east-1 was touched:\n%s\nwas\n%s", now, was)
		}
	})
}

// The same in one process: the run keeps trying to fence, and the journal of a failback appears beside it before the region returns.
func TestALateFenceNeverStopsARegionThatHasBecomeTheWriterAgain(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		seen := &changesMade{}
		r := w.runner(func(o *RunnerOptions) { o.Asked = seen.asked })
		run := w.unfenced(t.Context(), r)
		time.Sleep(10 * time.Minute)
		w.failedBack(r.State(), runbook.NewRunID(time.Now(), "failback"))
		was, made := w.stateOf(east), seen.in(east)
		w.direct("return", east)
		time.Sleep(20 * time.Minute)
		if now := w.stateOf(east); now != was || seen.in(east) != made {
			t.Errorf("us-east-1 was touched, %d times:\n%s\nwas\n%s", seen.in(east)-made, now, was)
		}
		v := run.View()
		if s, _ := v.Step(StepFence); !strings.Contains(s.Text, "has made us-east-1 the writer of record since") {
			t.Errorf("the fence says %q", s.Text)
		}
		run.Stop("test", "it has seen enough")
		run.Wait()
	})
}

// Which of two promotions came last is told by the ids of their runs. A machine whose clock is behind makes one that sorts after all the
// same.
func TestARunOfAMachineWhoseClockIsBehindIsTheLaterOneAllTheSame(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		ctx, die := context.WithCancelCause(t.Context())
		r := w.runner()
		run := w.unfenced(ctx, r)
		id := run.View().Run
		die(errCrash)
		run.Wait()
		behind := time.Now().Add(-time.Hour)
		runs, err := r.State().Archive.Runs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.failedBack(r.State(), runbook.NextRunID(behind, "failback", runs))
		_, err = w.runner().Resume(t.Context(), Order{Run: id, Operator: typing()})
		if _, ok := errors.AsType[*Refusal](err); !ok {
			t.Errorf("the run of before the failback can be taken up: %v", err)
		}
	})
}
