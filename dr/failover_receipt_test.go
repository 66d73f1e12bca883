package dr

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// begun starts a procedure whose run the test follows itself.
func (w *estateInTime) begun(r *Runner, kind Kind, by runbook.Operator) *runbook.Run {
	w.t.Helper()
	run, err := r.Begin(w.t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(kind)), Kind: kind, Operator: by})
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// is says whether a step of a run is in a state.
func is(step string, state runbook.State) func(runbook.View) bool {
	return func(v runbook.View) bool {
		s, _ := v.Step(step)
		return s.State == state || v.Ending != runbook.Running
	}
}

// careful waits at a gate while something is failing, and looks again; it tries again what has failed, a few minutes later.
type careful struct {
	*phrases
	saw    []string                 // what was failing at gates, at each look
	failed []string                 // what failed steps said
	before func(q runbook.Question) // called before an answer

	troubled func() // called when something has failed, before it is tried again
}

func (c *careful) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	switch {
	case q.Kind == runbook.AskTrouble && len(c.failed) < 20:
		c.failed = append(c.failed, q.Step+": "+q.Text)
		if c.troubled != nil {
			c.troubled()
		}
		time.Sleep(3 * time.Minute)
		return runbook.Answer{Choice: runbook.Retry, By: "arn:aws:sts::1:ops"}, nil
	case q.Kind == runbook.AskGate && len(q.Notice.Failing) > 0 && len(c.saw) < 20:
		for _, f := range q.Notice.Failing {
			c.saw = append(c.saw, q.ID+": "+f.Text)
		}
		time.Sleep(time.Minute)
		return runbook.Answer{Choice: runbook.LookAgain, By: "arn:aws:sts::1:ops"}, nil
	}
	if c.before != nil {
		c.before(q)
	}
	return c.phrases.Ask(ctx, q)
}

// looks counts how often a run has asked what is left of the tasks that it stops, and does something at one of the times.
type looks struct {
	after func() bool
	at    int
	do    func()
	n     atomic.Int64
}

func (l *looks) asked(ctx context.Context, a aws.Asked) {
	if runbook.IsBestEffort(ctx) || a.Region != east || a.Operation != "ecs:ListTasks" || !l.after() {
		return
	}
	if int(l.n.Add(1)) == l.at {
		l.do()
	}
}

// A receipt is void at the first new connection, and is read again right before the promotion and before users are moved: the gate or the
// step says so, and once the stranger has gone another receipt is earned, and another proof, and the run goes on. One who came and went
// unseen has moved the old writer's position, and then the proof alone is earned anew. Whatever was acknowledged is there in the end.
func TestAReceiptIsVoidAtTheFirstNewConnection(t *testing.T) {
	void := "the fence receipt is void: 1 connection to davidshaevel-dev-db left: nightly-report, user platform"
	for _, c := range []struct {
		when   string
		look   int // which list of tasks after the proof: two are read by the gate, two by its step
		edge   bool
		leaves bool // the stranger is gone before anybody looks
		saw    string
		failed string
		tokens int
	}{
		{"before the promotion's gate", 1, false, false, "gate promote: " + void, "", 2},
		{"between the promotion's gate and its call", 3, false, false, "", "promote: nothing was changed: " + void, 2},
		{"after the gate before users are moved", 0, true, false, "", "edge: nothing was changed: " + void, 1},
		{"and is gone again before anybody looks", 3, false, true, "", "", 2},
	} {
		t.Run(c.when, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.writeRows(5 * time.Second)
				var begun atomic.Pointer[runbook.Run]
				stray := func() {
					w.direct("stray-connection", east, "2m")
					if c.leaves {
						w.direct("restore")
					}
				}
				look := &looks{at: c.look, do: stray, after: func() bool {
					run := begun.Load()
					return run != nil && run.View().Pins[pinTokens+"1"] != ""
				}}
				by := &careful{phrases: typing(), before: func(q runbook.Question) {
					if c.edge && q.ID == "gate edge" {
						stray()
					}
				}}
				run := w.begun(w.runner(func(o *RunnerOptions) { o.Asked = look.asked }), Switchover, by)
				begun.Store(run)
				v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if v.Ending != runbook.Done {
					t.Fatalf("it ended %q: %s", v.Ending, v.Note)
				}
				receipts := map[bool]int{false: 2, true: 1}[c.leaves]
				if r, n, void := ReceiptOf(v.Pins); n != receipts || void != "" || strings.Contains(v.Pins[PinVoid(1)], "nightly-report") == c.leaves {
					t.Errorf("receipt %d: %+v %q; the first was void: %q", n, r, void, v.Pins[PinVoid(1)])
				}
				if k, n := tokenOf(v.Pins); n != c.tokens || k.Receipt != min(n, receipts) || v.Pins[PinToken] != k.Text {
					t.Errorf("proof %d is %+v, and %q is said to be proven", n, k, v.Pins[PinToken])
				}
				by.said(t, c.saw, c.failed)
				time.Sleep(time.Minute)
				acks := w.stopRows()
				if gone := lostRows(acks, w.rowsOf(west)); len(gone) > 0 || len(acks) < 30 {
					t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
				}
			})
		})
	}
}

// said holds what gates and failed steps said first against what they should have; "" is nothing.
func (c *careful) said(t *testing.T, gate, step string) {
	t.Helper()
	for _, of := range []struct {
		what string
		said []string
		want string
	}{{"a gate", c.saw, gate}, {"a step", c.failed, step}} {
		if (of.want == "") != (len(of.said) == 0) || len(of.said) > 0 && !strings.HasPrefix(of.said[0], of.want) {
			t.Errorf("%s said %q, want %q", of.what, of.said, of.want)
		}
	}
}

// upTo gives no answer at one gate.
type upTo struct {
	*phrases
	gate string
}

func (u upTo) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.ID == u.gate {
		return runbook.Answer{}, errors.New("nobody is there")
	}
	return u.phrases.Ask(ctx, q)
}

// The process that takes a run up reads the receipt again before anything leans on it: it asks for no override where that holds, and
// whoever has connected in the hour between has voided it, though CloudWatch alone tells of one who has gone again.
func TestAReceiptIsReadAgainByWhoeverTakesTheRunUp(t *testing.T) {
	for _, c := range []struct {
		how    string
		blind  bool
		stray  string // for how long somebody connects in between; "": nobody does
		ending runbook.Ending
		void   string // how the first receipt ended
		again  bool   // another is earned
	}{
		{"by SQL", false, "", runbook.Done, "", false},
		{"by CloudWatch", true, "", runbook.Done, "", false},
		{"by SQL, while somebody is connected", false, "2h", runbook.Stopped, "1 connection to davidshaevel-dev-db left", false},
		{"by CloudWatch, after somebody was connected", true, "10m", runbook.Done, "somebody was connected to davidshaevel-dev-db since", true},
	} {
		t.Run(c.how, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				if c.blind {
					w.blind()
					w.cfg.Waits.Fence = config.Duration(10 * time.Minute)
				}
				r := w.runner()
				run := w.begun(r, Failover, upTo{typing("go on with an unproven lag"), "gate edge"})
				if res := run.Wait(); res.Ending != runbook.Stopped {
					t.Fatalf("it ended %q: %v", res.Ending, res.Err)
				}
				r.Close()
				if c.stray != "" {
					w.direct("stray-connection", east, c.stray)
				}
				time.Sleep(time.Hour)
				again, err := w.runner().Resume(t.Context(), Order{Run: run.View().Run, Operator: typing()})
				if err != nil {
					t.Fatal(err)
				}
				res := again.Wait()
				_, n, _ := ReceiptOf(res.View.Pins)
				void := res.View.Pins[PinVoid(1)]
				if res.Ending != c.ending || !strings.HasPrefix(void, c.void) || (void == "") != (c.void == "") || (n == 2) != c.again {
					t.Errorf("taken up, it ended %q (%v) with receipt %d, and the first is void by %q", res.Ending, res.Err, n, void)
				}
			})
		})
	}
}

// The same where the proof is AWS's figures: the promotion is refused at first, and while a person reads that somebody connects. Then the
// figures must say anew that the replica has everything, with their 6 to 10 minutes.
func TestAProofWithoutConnectionsIsEarnedAnewAfterAStranger(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		w.blind()
		w.writeRows(5 * time.Second)
		time.Sleep(time.Minute)
		w.direct("break-call", "rds", "PromoteReadReplica")
		came := sync.OnceFunc(func() {
			w.direct("restore")
			w.direct("stray-connection", east, "5m")
		})
		by := &careful{phrases: typing("go on with an unproven lag"), troubled: came}
		run := w.begun(w.runner(), Switchover, by)
		waitFor(t, run, is(stepToken, runbook.StateDone))
		proven := time.Now()
		v := waitFor(t, run, is(StepPromote, runbook.StateWatched))
		if waited := time.Since(proven); waited < 10*time.Minute {
			t.Errorf("it was promoted %s after the first proof", waited)
		}
		v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		k, n := tokenOf(v.Pins)
		if _, receipt, void := ReceiptOf(v.Pins); v.Ending != runbook.Done || receipt != 2 || void != "" || k.Receipt != 2 || n != 2 || v.Pins[PinToken] != k.Text {
			t.Errorf("it ended %q: %s; proof %d is %+v, receipt %d %q", v.Ending, v.Note, n, k, receipt, void)
		}
		time.Sleep(time.Minute)
		acks := w.stopRows()
		if gone := lostRows(acks, w.rowsOf(west)); len(gone) > 0 || len(acks) < 30 {
			t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
		}
	})
}

// A process that takes a run up waits for its guard's first look at the receipt, but not where the region has fallen silent: then nothing
// shows that the receipt still holds, and that is said at once.
func TestOnlyARegionThatAnswersIsWaitedForBeforeAReceiptIsSaidToHold(t *testing.T) {
	for _, dark := range []bool{false, true} {
		inTime(t, func(t *testing.T, w *estateInTime) {
			if dark {
				w.direct("darken", east)
			}
			r := w.runner()
			c, pins, err := r.plan(t.Context(), Order{Kind: Failover, Run: "later"})
			if err != nil {
				t.Fatal(err)
			}
			pins[PinReceipt(1)] = asJSON(Receipt{At: time.Now(), By: "sql", Text: "no task"})
			task := runbook.NewTask(c.procedure(), StepPromote, runbook.Unplanned, pins)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // the guard of this crew never looks
			defer cancel()
			began := time.Now()
			ok, words := c.(*crew).fence.holds(ctx, task)
			if waited := time.Since(began); ok || (waited > 0) == dark || !strings.Contains(words, "could not be read again") {
				t.Errorf("dark %t: after %s it holds %t: %s", dark, waited, ok, words)
			}
		})
	}
}
