package runbook_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

func TestAnUnplannedRunWaitsForNothingOfADarkRegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.mode = runbook.Unplanned
		b.w.darken(east, true)
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(time.Minute + critical) // the fence's deadline is on the path, its own time is not
		v := run.View()
		if fence, _ := v.Step("fence"); fence.State != runbook.StateNotDone || fence.Fault != fault.TimedOut {
			t.Errorf("the fence is %s, %s", fence.State, fence.Fault)
		}
		if !v.Open || !slices.Equal(v.Taints(), []string{"step fence"}) {
			t.Errorf("open %t, taints %v", v.Open, v.Taints())
		}
		if q := b.op.questions("gate promote"); len(q) != 1 || len(q[0].Notice.Failing) != 1 {
			t.Errorf("the promotion's gate: %+v", q)
		}
		run.Stop("ops", "for today")
		if res := run.Wait(); res.Ending != runbook.Stopped {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}

// The run stays open, keeps its lease, and fences the old side hours later; also when another process took it up.
func TestAStepThatIsKeptIsDoneWhenItsRegionReturns(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			b.mode = runbook.Unplanned
			b.w.darken(east, true)
			s := b.seat()
			run := b.start(t, s, s.failover())
			time.Sleep(3 * time.Hour)
			if g, held, err := runbook.NewObjectLease(b.bucket, "lease.json", time.Minute, 0).Held(t.Context()); !held || err != nil || g.Run != "run-1" {
				t.Fatalf("the lease is not held: %v", err)
			}
			if restart {
				run.Stop("ops", "a new laptop")
				run.Wait()
				var err error
				s = b.seat()
				if run, err = runbook.Resume(s.context(), s.failover(), b.options(s)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
			}
			asked := len(b.op.questions("gate open"))
			b.w.darken(east, false)
			res := run.Wait()
			if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) || len(res.View.Taints()) != 0 {
				t.Fatalf("restart %t: %s %v: %v", restart, res.Ending, res.Err, b.w.once())
			}
			if fence, _ := res.View.Step("fence"); !fence.Late {
				t.Error("the fence is not said to be late")
			}
			if n := len(b.op.questions("gate open")); n != asked {
				t.Error("the gate was asked again for a step that is kept being tried")
			}
		})
	}
}

func TestAStepThatIsKeptIsNotDoneOnceItIsNoLongerWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.mode = runbook.Unplanned
		b.w.darken(east, true)
		s := b.seat()
		p := s.failover()
		p.Steps[0].Before = func(context.Context, *runbook.Task) (runbook.Seen, error) {
			return runbook.Seen{Text: "us-east-1 is the writer of record again"}, nil
		}
		run := b.start(t, s, p)
		time.Sleep(time.Hour)
		b.w.darken(east, false)
		time.Sleep(time.Hour)
		if slices.Contains(b.w.asked(), "fence") {
			t.Error("it was fenced")
		}
		run.Stop("ops", "")
		run.Wait()
	})
}

// needing starts an unplanned failover whose fence needs a person.
func (b *bench) needing(t *testing.T, ready runbook.Act) *runbook.Run {
	b.mode = runbook.Unplanned
	s := b.seat()
	p := s.failover()
	p.Steps[0].Ready = ready
	return b.start(t, s, p)
}

func TestAPersonWhoIsNeededForAChangeIsNotHurriedByItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		result := newBench().needing(t, func(context.Context, *runbook.Task) error {
			time.Sleep(time.Hour)
			return nil
		}).Wait()
		if fence, _ := result.View.Step("fence"); result.Ending != runbook.Done || fence.State != runbook.StateDone || fence.Late || fence.Waited < time.Hour {
			t.Errorf("it ended %q; the fence is %s, late %t, after %s of people's time", result.Ending, fence.State, fence.Late, fence.Waited)
		}
	})
}

func TestAChangeForWhichAPersonWasNotReadyIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		run := b.needing(t, func(context.Context, *runbook.Task) error { return errors.New("nobody typed a code") })
		time.Sleep(time.Hour)
		if fence, _ := run.View().Step("fence"); slices.Contains(b.w.asked(), "fence") || !strings.Contains(fence.Text, "nobody typed a code") {
			t.Errorf("the fence says %q", fence.Text)
		}
		run.Stop("ops", "")
		run.Wait()
	})
}

func TestGoingUnplannedInTheMiddleLetsGoOfTheDarkRegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.w.darken(east, true)
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(5 * time.Minute)
		if fence, _ := run.View().Step("fence"); fence.State != runbook.StateLooking {
			t.Fatalf("a planned run waits for the fence: %s", fence.State)
		}
		if err := run.GoUnplanned(runbook.Answer{Phrase: "go unplaned", Reason: "dark"}); err == nil {
			t.Error("a wrong phrase went unplanned")
		}
		if err := run.GoUnplanned(runbook.Answer{Phrase: runbook.UnplannedPhrase, Reason: "dark"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute + critical)
		if v := run.View(); !v.Open || v.Mode != runbook.Unplanned {
			t.Errorf("open %t, %s", v.Open, v.Mode)
		}
		run.Stop("ops", "")
		run.Wait()
	})
}

func TestARunThatMovesNobodyNeverGoesUnplanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		o := b.options(s)
		o.Calm = []string{s.failover().Name}
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.GoUnplanned(runbook.Answer{Phrase: runbook.UnplannedPhrase, Reason: "dark"}); err == nil || !strings.Contains(err.Error(), "moves nobody") {
			t.Errorf("it went unplanned: %v", err)
		}
		run.Stop("ops", "")
		if run.Wait(); run.View().Mode != runbook.Planned {
			t.Error("it is unplanned")
		}
	})
}

func TestCallsOnADarkRegionAreTaggedBestEffortAndOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.mode = runbook.Unplanned
		s := b.seat()
		p := s.failover()
		tagged := map[string]bool{}
		for i := range p.Steps {
			st := &p.Steps[i]
			if do := st.Do; do != nil {
				st.Do = func(ctx context.Context, task *runbook.Task) error {
					s.mu.Lock()
					tagged[st.ID] = runbook.IsBestEffort(ctx)
					s.mu.Unlock()
					return do(ctx, task)
				}
			}
		}
		b.start(t, s, p).Wait()
		for id := range everything {
			if tagged[id] != (id == "fence") {
				t.Errorf("%s: tagged %t", id, tagged[id])
			}
		}
	})
}

func TestADryRunDoesEverythingButDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		o := b.options(s)
		o.DryRun, o.Lease = true, nil
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		res := run.Wait()
		if res.Ending != runbook.Done || len(b.w.asked()) != 0 || len(b.op.asked) != 0 {
			t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.asked())
		}
		promote, _ := res.View.Step("promote")
		for _, want := range []string{"ecs:promote", "promote us-west-2", "promote without a fence receipt"} {
			if promote.State != runbook.StateWouldDo || !strings.Contains(promote.Text, want) {
				t.Errorf("%s: %s", promote.State, promote.Text)
			}
		}
	})
}

func TestTheCoolDownRefusesARunRightAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := runbook.FileArchive{Dir: t.TempDir()}
		start := func(dry bool, over ...runbook.Override) error {
			b := newBench()
			s := b.seat()
			o := b.options(s)
			o.Archive, o.Run, o.Overrides, o.DryRun = archive, runbook.NewRunID(time.Now(), "failover"), over, dry
			o.Store, _ = archive.Store(o.Run)
			run, err := runbook.Start(s.context(), s.failover(), o)
			if err == nil {
				run.Wait()
			}
			return err
		}
		for _, step := range []struct {
			after time.Duration
			dry   bool
			over  []runbook.Override
			ok    bool
		}{
			{0, true, nil, true}, {time.Second, false, nil, true}, {29 * time.Minute, false, nil, false}, {0, true, nil, true},
			{0, false, []runbook.Override{{Phrase: runbook.PhraseCoolDown}}, false},
			{0, false, []runbook.Override{{Phrase: runbook.PhraseCoolDown, Reason: "it went wrong"}}, true},
			{31 * time.Minute, false, nil, true},
		} {
			time.Sleep(step.after)
			if err := start(step.dry, step.over...); (err == nil) != step.ok {
				t.Errorf("%+v: %v", step, err)
			}
		}
	})
}

func TestAnUnplannedPlanThatLeansOnTheDarkRegionIsRefusedOrAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.mode = runbook.Unplanned
		s := b.seat()
		p := s.failover()
		p.Steps[6].Calls = []runbook.Call{{Operation: "cloudfront:UpdateDistribution", Plane: runbook.Control}}
		_, err := runbook.Start(s.context(), p, b.options(s))
		var lint *runbook.LintError
		if !errors.As(err, &lint) || len(lint.Findings) != 1 || lint.Findings[0].Step != "edge" || len(b.store.lines) != 0 {
			t.Fatalf("%v", err)
		}
		p.Steps[6].NoAlternative = "there is no other lever"
		if res := b.start(t, s, p).Wait(); res.Ending != runbook.Done {
			t.Fatalf("%s %v", res.Ending, res.Err)
		}
		if b.op.asked[0].ID != "accept edge" || b.op.asked[0].Offers[0].Phrase != "accept that edge leans on us-east-1" {
			t.Errorf("asked first: %+v", b.op.asked[0])
		}
	})
}
