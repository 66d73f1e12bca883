package runbook_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// saved is a plan that a step applies: made when it is looked at, gone once it was tried.
type saved struct {
	print   string
	next    []string // the prints of the plans that are still to be made
	applied []string
	fails   int // how many applies fail
	done    bool
}

func (p *saved) procedure() runbook.Procedure {
	gate := &runbook.Gate{
		ID: "apply", Phrase: "apply data", Fingerprint: func(*runbook.Task) string { return p.print },
		Show: func(context.Context, *runbook.Task) (runbook.Notice, error) {
			return runbook.Notice{What: []string{p.print}, Phrase: "apply " + p.print}, nil
		},
	}
	return runbook.Procedure{Name: "provision", Title: "provision", From: east, To: west, Steps: []runbook.Step{{
		ID: "apply", Title: "apply", Gate: gate, Undoing: runbook.UndoHours, Timeout: time.Hour,
		Calls: []runbook.Call{{Operation: "terraform:aws_vpc.this", Plane: runbook.Control, Region: west}},
		Paper: func(runbook.Pins) []string { return []string{"terraform apply"} },
		Check: func(context.Context, *runbook.Task) (runbook.Seen, error) {
			if p.print == "" && len(p.next) > 0 {
				p.print, p.next = p.next[0], p.next[1:]
			}
			return runbook.Seen{So: p.done}, nil
		},
		Do: func(context.Context, *runbook.Task) error {
			p.applied, p.print = append(p.applied, p.print), ""
			if len(p.applied) <= p.fails {
				return errors.New("it broke off half-way")
			}
			p.done = true
			return nil
		},
	}}}
}

func TestAPassCountsOnlyForThePlanThatWasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		p := &saved{next: []string{"one", "two"}, fails: 1}
		res := b.start(t, b.seat(), p.procedure()).Wait()
		asked := b.op.questions("gate apply")
		if res.Ending != runbook.Done || len(asked) != 2 || len(p.applied) != 2 {
			t.Fatalf("%s %v, asked %d times, applied %v", res.Ending, res.Err, len(asked), p.applied)
		}
		for i, want := range []string{"one", "two"} {
			n := asked[i].Notice
			if n.What[0] != want || n.Fingerprint != want || p.applied[i] != want || asked[i].Offers[0].Phrase != "apply "+want {
				t.Errorf("shown %+v, applied %v", n, p.applied)
			}
		}
		if len(b.op.questions("trouble apply")) != 1 {
			t.Error("a failed apply was repeated, though what was confirmed is not what would be done")
		}
	})
}

func TestAPlanMadeAnewInAnotherProcessIsConfirmedAnew(t *testing.T) {
	for again, want := range map[string]int{"one": 1, "two": 2} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			p := &saved{next: []string{"one"}}
			s := b.seat()
			dying := p.procedure()
			do := dying.Steps[0].Do
			dying.Steps[0].Do = func(ctx context.Context, t *runbook.Task) error {
				s.die()
				return errors.Join(do(ctx, t), errDead)
			}
			b.start(t, s, dying).Wait()
			p.print, p.next, p.done = "", []string{again}, false
			time.Sleep(2 * time.Minute) // the lease runs out
			res, err := runbook.Resume(t.Context(), p.procedure(), b.options(b.seat()))
			if err != nil {
				t.Fatal(err)
			}
			if end := res.Wait(); end.Ending != runbook.Done || len(b.op.questions("gate apply")) != want || len(p.applied) != 2 {
				t.Errorf("%q again: %s %v, asked %d times, applied %v", again, end.Ending, end.Err, len(b.op.questions("gate apply")), p.applied)
			}
		})
	}
}

func TestAPlanThatChangesWhileItIsShownIsShownAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		p := &saved{next: []string{"one"}}
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.Notice != nil && q.Notice.Fingerprint == "one" {
				p.print = "two"
			}
			return runbook.Answer{}, false
		}
		res := b.start(t, b.seat(), p.procedure()).Wait()
		if res.Ending != runbook.Done || len(p.applied) != 1 || p.applied[0] != "two" || len(b.op.questions("gate apply")) != 2 {
			t.Errorf("%s, applied %v", res.Ending, p.applied)
		}
	})
}

func TestALongChangeHearsThatTheRunIsToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		p := &saved{next: []string{"one"}}
		proc := p.procedure()
		proc.Steps[0].Do = func(_ context.Context, t *runbook.Task) error {
			<-t.Going().Done()
			return errors.New("interrupted")
		}
		run := b.start(t, b.seat(), proc)
		time.AfterFunc(time.Minute, func() { run.Stop("ann", "enough") })
		if res := run.Wait(); res.Ending != runbook.Stopped {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}
