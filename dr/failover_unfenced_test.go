package dr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

func TestWithoutTheOverrideNothingIsChangedWhereTheRegionIsSilent(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		was := w.state()
		w.direct("darken", east)
		time.Sleep(2 * time.Minute)
		seen := &changesMade{}
		r := w.runner(func(o *RunnerOptions) { o.Asked = seen.asked })
		result := w.begun(r, Failover, typing()).Wait()
		if result.Ending != runbook.Stopped || !strings.Contains(result.Err.Error(), OverrideReceipt) {
			t.Errorf("it ended %q: %v", result.Ending, result.Err)
		}
		if seen.all() > 0 || w.state() != was {
			t.Errorf("these calls were made: %v", seen.list)
		}
		if _, held, err := r.State().Lease().Held(t.Context()); held || err != nil {
			t.Errorf("the lease is held: %t, %v", held, err)
		}
	})
}

// refusing has every change in a region be denied, for as long as it is on.
type refusing struct {
	*changesMade
	w  *estateInTime
	on func() bool
}

func refuseIn(w *estateInTime, region string, on func() bool) *refusing {
	r := &refusing{w: w, on: on}
	r.changesMade = &changesMade{then: func(a aws.Asked) {
		if a.Region != region || !on() {
			return
		}
		service, action := inDirectorsWords(a.Operation)
		if err := w.Cloud().Do("break-call", service, action, "AccessDenied", "1", region); err != nil {
			w.t.Error(err)
		}
		go func() { // the bubble's clock moves on once the call was answered
			time.Sleep(time.Millisecond)
			_ = w.Cloud().Do("restore")
		}()
	}}
	return r
}

// A region that answers and cannot be fenced is waited for no longer than a minute. Then the promotion's own gate asks for the override, and
// the run goes on, and stays open, and goes on fencing.
func TestARegionThatAnswersAndCannotBeFencedAsksForTheOverrideAtThePromotion(t *testing.T) {
	for name, obstacle := range map[string]func(w *estateInTime) (asked func(context.Context, aws.Asked), end func()){
		"somebody stays connected": func(w *estateInTime) (func(context.Context, aws.Asked), func()) {
			w.direct("stray-connection", east)
			return nil, func() { w.direct("restore") }
		},
		"its changes are denied": func(w *estateInTime) (func(context.Context, aws.Asked), func()) {
			over := make(chan struct{})
			r := refuseIn(w, east, func() bool {
				select {
				case <-over:
					return false
				default:
					return true
				}
			})
			return r.asked, func() { close(over) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.cfg.Refresh.Slow = config.Duration(10 * time.Minute)
				asked, end := obstacle(w)
				r := w.runner(func(o *RunnerOptions) { o.Asked = asked })
				by := typing(OverrideReceipt)
				began := time.Now()
				run := w.begun(r, Failover, by)
				waitFor(t, run, is(StepPromote, runbook.StateWatched))
				if waited := time.Since(began); waited > 2*time.Minute {
					t.Errorf("the promotion waited %s for the fence", waited)
				}
				v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
				want := []string{"fail over us-east-1 to us-west-2", "promote us-west-2", OverrideReceipt, "send users to us-west-2"}
				if !v.Open || !slices.Equal(by.asked, want) {
					t.Fatalf("open %t, %q: %s; asked for %q", v.Open, v.Ending, v.Note, by.asked)
				}
				if text := Unfenced(v); text != "old writer NOT fenced: there is no fence receipt" {
					t.Errorf("it says %q", text)
				}
				w.heldBy(run, r)
				end()
				v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if r, _, void := ReceiptOf(v.Pins); v.Ending != runbook.Done || r == nil || void != "" {
					t.Errorf("it ended %q, receipt %+v %q", v.Ending, r, void)
				}
			})
		})
	}
}

// heldBy says whether a run still holds the lease: nobody else gets it.
func (w *estateInTime) heldBy(run *runbook.Run, r *Runner) {
	w.t.Helper()
	_, err := r.State().Lease().Acquire(w.t.Context(), runbook.Claim{Holder: "arn:aws:sts::1:other", Host: "another", Run: "another"})
	if held, ok := errors.AsType[*runbook.HeldError](err); !ok || held.By.Run != run.View().Run {
		w.t.Errorf("who wants the lease gets %v", err)
	}
}

// A run without a receipt stays open for hours, keeps its lease and its session, also after a crash, and fences the region when it returns:
// with a session of its own, since the one of before the crash went with its process.
func TestARunWithoutAReceiptKeepsItsLeaseAndItsSessionForHours(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		every := config.Duration(4 * time.Minute)
		w.cfg.Refresh.Fast, w.cfg.Refresh.Edge, w.cfg.Refresh.Database = every, every, every
		w.cfg.Operator = config.Operator{RoleARN: w.Description().Roles[0].ARN, Session: config.Duration(15 * time.Minute)}
		ctx, die := context.WithCancelCause(t.Context())
		var first sessions
		r := w.runner(func(o *RunnerOptions) { o.Asked = first.asked })
		run := w.unfenced(ctx, r)
		time.Sleep(90 * time.Minute)
		w.heldBy(run, r)
		if left := time.Until(r.Session()); left <= 0 || first.assumed() < 4 {
			t.Errorf("the session ends in %s, after %d were begun", left, first.assumed())
		}
		die(errCrash)
		run.Wait()

		var second sessions
		later := w.runner(func(o *RunnerOptions) { o.Asked = second.asked })
		run, err := later.Resume(t.Context(), Order{Run: run.View().Run, Operator: typing(OverrideReceipt)})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Minute)
		w.heldBy(run, later)
		if v := run.View(); !v.Open || v.Fence != 2 {
			t.Errorf("it is open: %t, by the lock's number %d", v.Open, v.Fence)
		}
		w.direct("return", east)
		v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if receipt, _, void := ReceiptOf(v.Pins); v.Ending != runbook.Done || receipt == nil || void != "" {
			t.Errorf("it ended %q, receipt %+v %q", v.Ending, receipt, void)
		}
		if second.assumed() == 0 {
			t.Error("the region was fenced without a session of the operator's")
		}
	})
}

// sessions counts how often the operator's role was taken on.
type sessions struct {
	mu sync.Mutex
	n  int
}

func (s *sessions) asked(_ context.Context, a aws.Asked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Operation == "sts:AssumeRole" {
		s.n++
	}
}

func (s *sessions) assumed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}
