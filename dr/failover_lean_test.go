package dr

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// calls keeps what a run asked for that it may have waited for: every request that is not tagged as best effort.
type calls struct {
	mu   sync.Mutex
	list []aws.Asked
}

func (c *calls) keep(ctx context.Context, a aws.Asked) {
	if runbook.IsBestEffort(ctx) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, a)
}

// leaning are the calls that lean on a region, or on a control plane that lives in us-east-1.
func (c *calls) leaning(region string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, a := range c.list {
		service, _, _ := strings.Cut(a.Operation, ":")
		if a.Region == region || slices.Contains([]string{"cloudfront", "route53", "iam", "organizations"}, service) {
			out = append(out, fmt.Sprintf("%s in %s (%s)", a.Operation, a.Region, a.Target))
		}
	}
	return out
}

// The unplanned path waits for nothing of the region that it leaves: dark, and while that region still answers.
func TestNoUntaggedCallOfAnUnplannedRunLeansOnTheRegionBeingLeft(t *testing.T) {
	for _, dark := range []bool{true, false} {
		inTime(t, func(t *testing.T, w *estateInTime) {
			if dark {
				w.direct("darken", east)
				time.Sleep(time.Minute)
			}
			var seen calls
			r := w.runner(func(o *RunnerOptions) { o.Asked = seen.keep })
			v := w.failOver(r)
			if bad := seen.leaning(east); len(bad) > 0 {
				t.Errorf("dark %t: untagged calls: %s", dark, strings.Join(bad, "; "))
			}
			if len(seen.list) < 20 {
				t.Errorf("dark %t: only %d calls were seen: the hook is not where the calls are", dark, len(seen.list))
			}
			if s, _ := v.Step(StepPublic); s.State != runbook.StateDone {
				t.Errorf("dark %t: users are not served: %s", dark, says(v, StepPublic))
			}
		})
	}
}

// failOver begins an unplanned run, with every override, and follows it until users are served and the report is written.
func (w *estateInTime) failOver(r *Runner) runbook.View {
	w.t.Helper()
	run, err := r.Begin(w.t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, Operator: typing(OverrideReceipt)})
	if err != nil {
		w.t.Fatal(err)
	}
	v := waitFor(w.t, run, func(v runbook.View) bool {
		s, _ := v.Step(StepReport)
		return s.State.Over() || v.Ending != runbook.Running
	})
	run.Stop("test", "it has seen enough")
	run.Wait()
	return v
}

// blackhole lets requests that nothing waits for vanish: no refusal, no answer, until they give up.
type blackhole struct {
	open atomic.Bool
	next func(ctx context.Context, network, addr string) (net.Conn, error)
}

func (b *blackhole) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if b.open.Load() && runbook.IsBestEffort(ctx) {
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Minute): // net/http lets a dial outlive its request; an operating system gives up too
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ETIMEDOUT}
	}
	return b.next(ctx, network, addr)
}

// What nothing waits for makes no difference: the same steps come to the same end, and not later, when every tagged request vanishes.
func TestAnUnplannedRunComesToTheSameEndWhenEveryTaggedRequestVanishes(t *testing.T) {
	took := map[bool]time.Duration{}
	states := map[bool]map[string]runbook.State{}
	for _, vanish := range []bool{false, true} {
		inTime(t, func(t *testing.T, w *estateInTime) {
			w.direct("darken", east)
			time.Sleep(time.Minute)
			hole := &blackhole{next: w.network.DialContext}
			r := w.runner(func(o *RunnerOptions) { o.Dial = hole.dial })
			by := typing(OverrideReceipt)
			run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, Operator: by})
			if err != nil {
				t.Fatal(err)
			}
			hole.open.Store(vanish)
			began := time.Now()
			v := waitFor(t, run, func(v runbook.View) bool {
				s, _ := v.Step(StepReport)
				return s.State.Over() || v.Ending != runbook.Running
			})
			took[vanish], states[vanish] = time.Since(began), map[string]runbook.State{}
			for _, s := range v.Steps {
				if s.State == runbook.StateDone {
					states[vanish][s.ID] = s.State
				}
			}
			run.Stop("test", "it has seen enough")
			run.Wait()
		})
	}
	for id := range states[false] {
		if states[true][id] != runbook.StateDone {
			t.Errorf("%s was done, and is not where tagged requests vanish", id)
		}
	}
	if took[true] > took[false]*105/100 {
		t.Errorf("it took %s, and %s where tagged requests vanish", took[false], took[true])
	}
}

func TestTheLintFindsNothingThatAnUnplannedRunWaitsFor(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		r := w.runner()
		c, _, err := r.plan(t.Context(), Order{Kind: Failover, Run: "lint"})
		if err != nil {
			t.Fatal(err)
		}
		p := c.procedure()
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		tried := map[string]bool{StepFence: true, stepIsolate: true, stepCDN: true, stepInvalidate: true}
		for _, f := range runbook.Lint(p, east, runbook.Unplanned) {
			if want := tried[f.Step]; (f.Verdict == runbook.BestEffort) != want || !want && f.Verdict != runbook.Clear {
				t.Errorf("%s: %s %s", f.Step, f.Verdict, f.Why)
			}
		}
	})
}
