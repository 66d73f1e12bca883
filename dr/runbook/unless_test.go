package runbook_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// promoteGate is the gate before the promotion.
func promoteGate(p *runbook.Procedure) *runbook.Gate { return p.Steps[3].Gate }

func TestAGateIsNotAskedWhileWhatItGuardsAgainstDoesNotHold(t *testing.T) {
	for _, dry := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			s := b.seat()
			p := s.failover()
			promoteGate(&p).Unless = func(_ context.Context, t *runbook.Task) bool { return t.Step == "promote" }
			o := b.options(s)
			o.DryRun = dry
			run, err := runbook.Start(s.context(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			res := run.Wait()
			if res.Ending != runbook.Done || len(b.op.questions("gate promote")) != 0 || !dry && !maps.Equal(b.w.once(), everything) {
				t.Errorf("dry %t: %s %v, asked %v", dry, res.Ending, res.Err, b.op.questions("gate promote"))
			}
			if promote, _ := res.View.Step("promote"); dry && strings.Contains(promote.Text, "would ask") {
				t.Errorf("a dry run says %q", promote.Text)
			}
		})
	}
}

func TestAGateWhoseConditionPanicsIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		promoteGate(&p).Unless = func(context.Context, *runbook.Task) bool { panic("a defect") }
		res := b.start(t, s, p).Wait()
		if n := len(b.op.questions("gate promote")); res.Ending != runbook.Done || n != 1 {
			t.Errorf("%s, asked %d times", res.Ending, n)
		}
	})
}

func TestLookingAgainGathersTheFiguresAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		looks := 0
		promoteGate(&p).Show = func(context.Context, *runbook.Task) (runbook.Notice, error) {
			looks++
			return runbook.Notice{Data: strings.Repeat("I", looks)}, nil
		}
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			return runbook.Answer{Choice: runbook.LookAgain, By: "ann"}, q.ID == "gate promote" && len(b.op.questions(q.ID)) < 3
		}
		res := b.start(t, s, p).Wait()
		asked := b.op.questions("gate promote")
		if res.Ending != runbook.Done || len(asked) != 3 || asked[0].Notice.Data != "I" || asked[2].Notice.Data != "III" {
			t.Fatalf("%s %v, asked %+v", res.Ending, res.Err, asked)
		}
		if asked[0].Asked == 0 || asked[0].Asked == asked[1].Asked {
			t.Errorf("asked by entries %d and %d", asked[0].Asked, asked[1].Asked)
		}
		kept := 0
		entries, _ := runbook.Entries(t.Context(), b.store)
		for _, e := range entries {
			if e.Kind == runbook.EntryAsked && e.Question.ID == "gate promote" {
				kept++
			}
		}
		if kept != 3 {
			t.Errorf("the journal keeps %d of 3 sets of figures", kept)
		}
	})
}

func TestLookingAgainFindsThatTheGateNeedNotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		var receipt atomic.Bool
		promoteGate(&p).Unless = func(context.Context, *runbook.Task) bool { return receipt.Load() }
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.ID == "gate promote" {
				receipt.Store(true)
			}
			return runbook.Answer{Choice: runbook.LookAgain}, q.ID == "gate promote"
		}
		res := b.start(t, s, p).Wait()
		if n := len(b.op.questions("gate promote")); res.Ending != runbook.Done || n != 1 || b.w.once()["promote"] != 1 {
			t.Errorf("%s, asked %d times, %v", res.Ending, n, b.w.once())
		}
	})
}

func TestARunIsCalledOffWhileNothingWasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) { return choose(q, runbook.CallOff), true }
		res := b.start(t, s, s.failover()).Wait()
		report, err := runbook.Verify(t.Context(), b.store)
		if res.Ending != runbook.CalledOff || len(b.w.asked()) != 0 || err != nil || !report.Closed {
			t.Fatalf("%s %v: %v, %+v %v", res.Ending, res.Err, b.w.asked(), report, err)
		}
		if _, err := runbook.Resume(s.context(), s.failover(), b.options(s)); !errors.Is(err, runbook.ErrEnded) || !errors.Is(err, runbook.ErrRefused) {
			t.Errorf("it was resumed: %v", err)
		}
		o := b.options(s)
		o.Store, o.Run = &memory{}, "run-2"
		b.op.reply = nil
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatalf("the lease was not given back: %v", err)
		}
		if res := run.Wait(); res.Ending != runbook.Done {
			t.Error(res.Ending)
		}
	})
}

func TestADryRunIsNotTakenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		o := b.options(s)
		o.DryRun = true
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		run.Stop("ops", "it takes too long")
		if res := run.Wait(); res.Ending != runbook.Stopped {
			t.Fatal(res.Ending)
		}
		if _, err := runbook.Resume(s.context(), s.failover(), b.options(s)); !errors.Is(err, runbook.ErrRefused) || len(b.w.asked()) != 0 {
			t.Errorf("%v, changed %v", err, b.w.asked())
		}
	})
}

func TestARunIsNotCalledOffOnceSomethingWasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			a := choose(q, runbook.CallOff)
			if q.ID == "gate promote" && q.Judge(a) != nil {
				a = choose(q, runbook.Stop)
			}
			return a, q.ID == "gate promote"
		}
		res := b.start(t, s, s.failover()).Wait()
		if o := offered(b.op.questions("gate promote")[0], runbook.CallOff); res.Ending != runbook.Stopped || o.Disabled == "" {
			t.Errorf("%s, offered %+v", res.Ending, o)
		}
	})
}

// The question was asked before anything was changed; when it is called off a change is under way.
func TestACallOffThatComesTooLateStopsTheRunResumable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		p.Steps[0].Gate = &runbook.Gate{ID: "fence", Phrase: "fence"} // two gates are asked side by side
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.ID == "gate open" {
				for len(b.op.questions("gate fence")) == 0 {
					time.Sleep(time.Second)
				}
			}
			if q.ID != "gate fence" {
				return runbook.Answer{}, false
			}
			for b.w.once()["scale"] == 0 {
				time.Sleep(time.Second)
			}
			return choose(q, runbook.CallOff), true
		}
		res := b.start(t, s, p).Wait()
		if res.Ending != runbook.Stopped || !strings.Contains(res.Err.Error(), "not called off") {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}

// silentAt answers as another operator does, but leaves one question unanswered.
type silentAt struct {
	runbook.Operator
	id string
}

func (o silentAt) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.ID != o.id {
		return o.Operator.Ask(ctx, q)
	}
	<-ctx.Done()
	return runbook.Answer{}, context.Cause(ctx)
}

// The receipt may come while somebody still reads the question that its lack has raised.
func TestAGateThatNeedNotBeAskedAnyMoreTakesItsQuestionBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		var receipt atomic.Bool
		promoteGate(&p).Unless = func(context.Context, *runbook.Task) bool { return receipt.Load() }
		o := b.options(s)
		o.Operator = silentAt{o.Operator, "gate promote"}
		run, err := runbook.Start(s.context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if open := run.View().Questions; len(open) != 1 || open[0].ID != "gate promote" || b.w.once()["promote"] != 0 {
			t.Fatalf("open: %+v, %v", open, b.w.once())
		}
		receipt.Store(true)
		res := run.Wait()
		if res.Ending != runbook.Done || len(res.View.Questions) != 0 || b.w.once()["promote"] != 1 {
			t.Errorf("%s %v, open %+v, %v", res.Ending, res.Err, res.View.Questions, b.w.once())
		}
	})
}

// Nothing of a run begins without its opening gate: the step that has it is skipped by nobody before.
func TestTheStepOfAnOpeningGateIsNotSkippedBeforeItWasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		promoteGate(&p).Opening = true
		o := b.options(s)
		o.Operator = silentAt{o.Operator, "gate promote"}
		run, err := runbook.Start(s.context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		open := run.View().Questions
		if len(open) != 1 {
			t.Fatalf("open: %+v", open)
		}
		for _, offer := range open[0].Offers {
			if offer.Choice == runbook.Skip && offer.Disabled == "" {
				t.Error("the opening gate offers to skip its step")
			}
		}
		if err := run.Skip("promote", runbook.Answer{Phrase: runbook.SkipPhrase("promote"), Reason: "in a hurry"}); err == nil {
			t.Error("the step of the opening gate was skipped")
		}
		run.Stop("ops", "seen enough")
		run.Wait()
		if b.w.once()["promote"] != 0 {
			t.Error("promoted without the gate")
		}
	})
}
