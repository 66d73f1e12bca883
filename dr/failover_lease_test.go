package dr

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// shared keeps journal, lease and roles in the bucket of us-west-2.
func (w *estateInTime) shared() {
	w.cfg.Journal = config.Journal{Bucket: w.Description().Regions[1].Buckets[0]}
	w.cfg.Defaults()
}

// elsewhere is a runner on another machine: its own state directory, its own name.
func (w *estateInTime) elsewhere(host string, change ...func(*RunnerOptions)) *Runner {
	w.t.Helper()
	here := w.cfg
	defer func() { w.cfg = here }()
	there := *here
	there.Path = filepath.Join(filepath.Dir(here.Path), host, "lifeboat.yaml")
	w.cfg = &there
	return w.runner(append(change, func(o *RunnerOptions) { o.Host = host })...)
}

// leaseObject is the lease as it stands in the bucket.
func (w *estateInTime) leaseObject() (key string, body map[string]any) {
	w.t.Helper()
	w.in(func(in *cloud.World) {
		b, _ := in.Bucket(w.cfg.Journal.Bucket)
		for _, o := range b.Objects("", "") {
			if strings.HasSuffix(o.Key, "/lease.json") {
				key = o.Key
				if err := json.Unmarshal(o.Body, &body); err != nil {
					w.t.Error(err)
				}
			}
		}
	})
	return key, body
}

func TestTwoOperatorsWhoStartAtOnceAreOneRunAndOneRefusal(t *testing.T) {
	want, _, _ := withCrash(t, Switchover, crashAt{})
	for name, bucket := range map[string]bool{"on one machine": false, "on two machines": true} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				one, two := w.runner, w.runner
				if bucket {
					w.shared()
					one = func(...func(*RunnerOptions)) *Runner { return w.elsewhere("anna") }
					two = func(...func(*RunnerOptions)) *Runner { return w.elsewhere("ben") }
				}
				runners := []*Runner{one(), two()}
				var runs [2]*runbook.Run
				var errs [2]error
				var begun sync.WaitGroup
				for i, r := range runners {
					id := runbook.NewRunID(time.Now().Add(time.Duration(i)*time.Millisecond), "switchover")
					begun.Go(func() {
						runs[i], errs[i] = r.Begin(t.Context(), Order{Run: id, Kind: Switchover, Operator: typing()})
					})
				}
				begun.Wait()
				winner := 0
				if runs[0] == nil {
					winner = 1
				}
				held, refused := errors.AsType[*runbook.HeldError](errs[1-winner])
				if runs[winner] == nil || !refused || held.By.Run != runs[winner].View().Run {
					t.Fatalf("runs %v, errors %v", runs, errs)
				}
				if result := runs[winner].Wait(); result.Ending != runbook.Done {
					t.Errorf("it ended %q: %v", result.Ending, result.Err)
				}
				if kept, err := runners[0].State().Archive.Runs(t.Context()); err != nil || len(kept) != 1 {
					t.Errorf("the archive has %q, %v", kept, err)
				}
				if got := w.state(); got != want {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

// A run whose machine died is taken over by another one: not before the lease has expired by S3's own clock, whatever either machine's
// clock says, and then with a larger number.
func TestARunIsTakenOverFromAMachineThatDiedWhateverTheClocksSay(t *testing.T) {
	want, _, _ := withCrash(t, Switchover, crashAt{})
	for name, skew := range map[string]time.Duration{"the clocks agree": 0, "the other is an hour ahead": time.Hour, "the other is an hour behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.shared()
				ctx, die := context.WithCancelCause(t.Context())
				r := w.elsewhere("anna")
				id := runbook.NewRunID(time.Now(), "switchover")
				run, err := r.Begin(ctx, Order{Run: id, Kind: Switchover, Operator: typing()})
				if err != nil {
					t.Fatal(err)
				}
				waitFor(t, run, is(StepPromote, runbook.StateWatched))
				die(errCrash)
				if ending := run.Wait().Ending; ending != runbook.Abandoned {
					t.Fatalf("it ended %q", ending)
				}
				died := time.Now()

				other := w.elsewhere("ben", func(o *RunnerOptions) { o.Now = func() time.Time { return time.Now().Add(skew) } })
				var held *runbook.HeldError
				tries := 0
				for run, err = other.Resume(t.Context(), Order{Run: id, Operator: typing()}); errors.As(err, &held) && tries < 100; tries++ {
					time.Sleep(time.Second)
					run, err = other.Resume(t.Context(), Order{Run: id, Operator: typing()})
				}
				if err != nil || tries == 0 {
					t.Fatalf("after %d refusals: %v", tries, err)
				}
				least := w.cfg.Journal.Lease.D()
				if waited := time.Since(died); waited < least || waited > least+longestRequest(w.cfg)+10*time.Second {
					t.Errorf("it was taken over %s after the first died; a lease lasts %s", waited, least)
				}
				result := run.Wait()
				if result.Ending != runbook.Done || result.View.Fence <= held.By.Fence || result.View.Host != "ben" {
					t.Errorf("it ended %q on %s with number %d, after %d: %v", result.Ending, result.View.Host, result.View.Fence, held.By.Fence, result.Err)
				}
				if got := w.state(); got != want {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

// The lease is lost while a gate waits for its answer: whatever is answered then, the run stops before its next change.
func TestARunThatLosesItsLeaseStopsBeforeItsNextChange(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, w *estateInTime, run *runbook.Run){
		"its object is overwritten by somebody else": func(t *testing.T, w *estateInTime, _ *runbook.Run) {
			key, body := w.leaseObject()
			body["token"], body["holder"] = "another's", "arn:aws:sts::1:other"
			data, _ := json.Marshal(body)
			w.in(func(in *cloud.World) {
				b, _ := in.Bucket(w.cfg.Journal.Bucket)
				if _, err := in.Put(b, cloud.Object{Key: key, Body: data}, cloud.Condition{}); err != nil {
					t.Error(err)
				}
			})
		},
		"its object is gone": func(t *testing.T, w *estateInTime, _ *runbook.Run) {
			key, _ := w.leaseObject()
			w.in(func(in *cloud.World) {
				b, _ := in.Bucket(w.cfg.Journal.Bucket)
				if err := in.Remove(b, key, cloud.Condition{}); err != nil {
					t.Error(err)
				}
			})
		},
		"another takes it over by its phrase": func(t *testing.T, w *estateInTime, run *runbook.Run) {
			other := w.elsewhere("ben")
			_, err := other.Resume(t.Context(), Order{Run: run.View().Run, Operator: typing()})
			held, ok := errors.AsType[*runbook.HeldError](err)
			if !ok {
				t.Fatalf("without the phrase: %v", err)
			}
			taken, err := other.Resume(t.Context(), Order{Run: run.View().Run, TakeOver: runbook.TakeOverPhrase(held.By), Operator: waiting{}})
			if err != nil {
				t.Fatal(err)
			}
			if v := taken.View(); v.Fence <= held.By.Fence {
				t.Errorf("it was taken over with number %d, after %d", v.Fence, held.By.Fence)
			}
		},
		"its bucket does not answer any more": func(t *testing.T, w *estateInTime, _ *runbook.Run) {
			w.direct("break-call", "s3", "PutObject", "InternalError")
			w.direct("break-call", "s3", "GetObject", "InternalError")
			time.Sleep(w.cfg.Journal.Lease.D())
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.shared()
				seen := &changesMade{}
				var begun atomic.Pointer[runbook.Run]
				made, was := 0, ""
				by := &careful{phrases: typing(), before: func(q runbook.Question) {
					if q.ID == "gate edge" {
						lose(t, w, begun.Load())
						made, was = seen.all(), w.state()
					}
				}}
				run := w.begun(w.elsewhere("anna", func(o *RunnerOptions) { o.Asked = seen.asked }), Failover, by)
				begun.Store(run)
				result := run.Wait()
				if result.Ending != runbook.LeaseLost {
					t.Errorf("it ended %q: %v", result.Ending, result.Err)
				}
				time.Sleep(time.Minute)
				if now := w.state(); made == 0 || seen.all() != made || now != was {
					t.Errorf("%d changes before, %d after:\n%s\nwas\n%s", made, seen.all(), now, was)
				}
			})
		})
	}
}

// waiting answers nothing until its run ends.
type waiting struct{}

func (waiting) Ask(ctx context.Context, _ runbook.Question) (runbook.Answer, error) {
	<-ctx.Done()
	return runbook.Answer{}, context.Cause(ctx)
}
