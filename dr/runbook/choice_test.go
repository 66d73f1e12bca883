package runbook_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// failing makes one step's changes fail for good, and answers the trouble with a choice.
func failing(b *bench, s *seat, step string, c runbook.Choice) {
	s.trick = func(_ *seat, id string, _ int, when string) error {
		if id == step && when == "before" {
			return fault.New(fault.Denied, "do", id, nil)
		}
		return nil
	}
	b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
		return choose(q, c), q.ID == "trouble "+step
	}
}

func offered(q runbook.Question, c runbook.Choice) runbook.Offer {
	i := slices.IndexFunc(q.Offers, func(o runbook.Offer) bool { return o.Choice == c })
	return q.Offers[i]
}

func TestSkippingASafetyStepTaintsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		failing(b, s, "fence", runbook.Skip)
		res := b.start(t, s, s.failover()).Wait()
		fence, _ := res.View.Step("fence")
		if res.Ending != runbook.Done || !slices.Equal(res.View.Taints(), []string{"step fence"}) || fence.Reason != "a reason" || fence.By != "ops" {
			t.Errorf("%s, taints %v, fence %+v", res.Ending, res.View.Taints(), fence)
		}
		q := b.op.questions("trouble fence")[0]
		if o := offered(q, runbook.Skip); o.Phrase != "skip fence" || !o.Reason {
			t.Errorf("%+v", o)
		}
		if err := q.Judge(runbook.Answer{Choice: runbook.Skip, Phrase: "skip fence"}); err == nil {
			t.Error("skipped without a reason")
		}
	})
}

func TestUndoTakesBackWhatWasDoneTheLastFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		failing(b, s, "promote", runbook.Undo)
		res := b.start(t, s, s.failover()).Wait()
		calls := b.w.asked()
		undone := calls[len(calls)-3:]
		slices.Sort(undone)
		if res.Ending != runbook.Undone || len(b.w.accepted) != 0 || !slices.Equal(undone, []string{"undo fence", "undo floors", "undo scale"}) {
			t.Fatalf("%s %v: %v left %v", res.Ending, res.Err, calls, b.w.accepted)
		}
		if _, err := runbook.Resume(s.context(), s.failover(), b.options(s)); err == nil || !strings.Contains(err.Error(), "ended") {
			t.Errorf("a run that was taken back was resumed: %v", err)
		}
	})
}

// An undoing that a crash broke off is gone on with, whatever was taken back already.
func TestACrashInAnUndoingGoesOnUndoing(t *testing.T) {
	for n := 1; n <= 10; n++ {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			s := b.seat()
			failing(b, s, "promote", runbook.Undo)
			run := b.start(t, s, s.failover())
			undoing := 0
			b.store.set(func(int) (before, after error, tear bool) {
				if run.View().Undoing {
					undoing++
				}
				if undoing == n {
					s.die()
				}
				if s.isDead() {
					return errDead, nil, false
				}
				return nil, nil, false
			})
			run.Wait()
			b.store.set(nil)
			s.die()
			if res := b.finish(t); res.Ending != runbook.Undone && res.Ending != runbook.Done || len(b.w.accepted) != 0 {
				t.Fatalf("crash %d: %s %v, left %v", n, res.Ending, res.Err, b.w.accepted)
			}
			calls := b.w.asked()
			if slices.Sort(calls); len(slices.Compact(slices.Clone(calls))) != len(calls) {
				t.Errorf("crash %d: taken back twice: %v", n, calls)
			}
		})
	}
}

func TestPastTheCommitPointNothingIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		failing(b, s, "deploy", runbook.Stop)
		run := b.start(t, s, s.failover())
		run.Wait()
		q := b.op.questions("trouble deploy")[0]
		if o := offered(q, runbook.Undo); o.Disabled == "" {
			t.Errorf("undo is offered past the commit point: %+v", o)
		}
		if err := run.Undo(choose(q, runbook.Undo)); err == nil {
			t.Error("it was taken back")
		}
		if !run.View().Committed || b.w.once()["promote"] != 1 {
			t.Error("the promotion is not known")
		}
	})
}

func TestACommitPointThatWasRefusedCommitsToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		failing(b, s, "promote", runbook.Stop)
		b.start(t, s, s.failover()).Wait()
		if o := offered(b.op.questions("trouble promote")[0], runbook.Undo); o.Disabled != "" {
			t.Errorf("nothing was promoted: %+v", o)
		}
	})
}

func TestAStepCanBeSkippedWhileItIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(30 * time.Second)
		if err := run.Skip("scale", runbook.Answer{By: "ops"}); err == nil {
			t.Error("skipped without a reason")
		}
		if err := run.Skip("edge", runbook.Answer{Reason: "r"}); err == nil {
			t.Error("skipped what is not under way")
		}
		if err := run.Skip("scale", runbook.Answer{By: "ops", Reason: "enough tasks run"}); err != nil {
			t.Fatal(err)
		}
		res := run.Wait()
		scale, _ := res.View.Step("scale")
		if res.Ending != runbook.Done || scale.State != runbook.StateSkipped || scale.Reason != "enough tasks run" {
			t.Errorf("%s %v, scale %+v", res.Ending, res.Err, scale)
		}
	})
}

func TestAStoppedRunBeginsNothingNewAndLetsWhatIsUnderWayAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		started := make(chan *runbook.Run, 1)
		s.trick = func(_ *seat, id string, _ int, when string) error {
			if id == "promote" && when == "before" {
				(<-started).Stop("ops", "lunch")
			}
			return nil
		}
		run := b.start(t, s, s.failover())
		started <- run
		res := run.Wait()
		promote, _ := res.View.Step("promote")
		if res.Ending != runbook.Stopped || b.w.once()["promote"] != 1 || promote.State != runbook.StateWatched || slices.Contains(b.w.asked(), "deploy") {
			t.Fatalf("%s, promote %s, calls %v", res.Ending, promote.State, b.w.asked())
		}
		if res := b.finish(t); res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
			t.Errorf("%s: %v", res.Ending, b.w.once())
		}
	})
}

func TestASuccessIsHealthThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		began := time.Now()
		p.Steps[7].Verify = flapping(40*time.Second, s)
		res := b.start(t, s, p).Wait()
		if took := time.Since(began); res.Ending != runbook.Done || took < critical+40*time.Second {
			t.Errorf("%s after %s: a break in what users see must start the hold time again", res.Ending, took)
		}
	})
}

// Paper mode in the middle of a run: what is left, in order, with the pinned values.
func TestPaperIsTheRestOfTheRunWithItsValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(60 * time.Second)
		var left, commands []string
		for _, sheet := range runbook.Paper(s.failover(), run.View()) {
			left = append(left, sheet.Step)
			commands = append(commands, sheet.Commands...)
			if sheet.Gate == "fail over us-east-1 to us-west-2" {
				t.Errorf("%s: a gate that was passed is asked for", sheet.Step)
			}
		}
		if want := []string{"scale", "promote", "deploy", "verify", "edge", "public", "protect"}; !slices.Equal(left, want) {
			t.Errorf("%v", left)
		}
		if !slices.Contains(commands, "aws ecs promote --token t-1") {
			t.Errorf("%v", commands)
		}
		run.Stop("ops", "")
		run.Wait()
	})
}

func TestPaperNamesEachGateOnceBeforeTheFirstStepBehindIt(t *testing.T) {
	var asked []string
	for _, sheet := range runbook.Paper(newBench().seat().failover(), runbook.View{Mode: runbook.Unplanned}) {
		if sheet.Gate != "" {
			asked = append(asked, sheet.Step+": "+sheet.Gate)
		}
	}
	if want := []string{"fence: fail over us-east-1 to us-west-2", "promote: promote us-west-2", "edge: send users to us-west-2"}; !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
}
