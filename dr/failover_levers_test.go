package dr

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// leverless passes gates, and gives up a lever that cannot be pulled.
type leverless struct {
	*phrases
	gaveUp []string
	words  string
	most   int // so many levers are given up, and the run with the next; 0: all
}

func (l *leverless) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind != runbook.AskTrouble || l.most > 0 && len(l.gaveUp) == l.most {
		return l.phrases.Ask(ctx, q)
	}
	l.gaveUp, l.words = append(l.gaveUp, q.Step), q.Text
	return runbook.Answer{Choice: runbook.Skip, Phrase: runbook.SkipPhrase(q.Step), Reason: "its API is down", By: "arn:aws:sts::1:ops"}, nil
}

// Cloudflare's API is gone when users are to be moved. The step fails and says so; given up, the next lever is pulled.
func TestWithCloudflareDownUsersAreMovedByTheNextLever(t *testing.T) {
	for _, kind := range []Kind{Failover, Switchover} {
		t.Run(string(kind), func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				by := &leverless{phrases: typing(OverrideReceipt)}
				run := w.begun(w.runner(), kind, by)
				waitFor(t, run, is(StepPromote, runbook.StateWatched))
				w.direct("cloudflare-down")
				v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if v.Ending != runbook.Done || strings.Join(by.gaveUp, " ") != stepEdge {
					t.Fatalf("it ended %q: %s; given up: %q, %s", v.Ending, v.Note, by.gaveUp, by.words)
				}
				if !strings.Contains(by.words, "skip this step to have CloudFront's origins moved instead") {
					t.Errorf("the failed step says %q", by.words)
				}
				for _, id := range []string{stepCDN, StepPublic} {
					if s, _ := v.Step(id); s.State != runbook.StateDone {
						t.Errorf("%s is %s", id, says(v, id))
					}
				}
			})
		})
	}
}

// Users are sent only to the writer of record, and only where it answers: a step that would send them elsewhere fails, says why, and
// changes no record.
func TestUsersAreNotSentToWhatDoesNotAnswerOrIsNoWriterOfRecord(t *testing.T) {
	for name, c := range map[string]struct {
		spoil, mend func(w *estateInTime, r *Runner)
		says        string
	}{
		"its balancer answers errors": {
			func(w *estateInTime, _ *Runner) { w.direct("bad-deployment", west, "davidshaevel-dr-backend") },
			func(w *estateInTime, _ *Runner) { w.direct("restore") }, "its balancer answers 503",
		},
		"another run has made another region the writer": {
			func(w *estateInTime, r *Runner) { w.failedBack(r.State(), runbook.NewRunID(time.Now(), "failback")) },
			nil, "the writer of record is us-east-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				var moved atomic.Int64
				r := w.runner(func(o *RunnerOptions) {
					o.Asked = func(_ context.Context, a aws.Asked) {
						if a.Operation == "cloudflare:BatchDNSRecords" {
							moved.Add(1)
						}
					}
				})
				by := &careful{phrases: typing(OverrideReceipt)}
				by.before = func(q runbook.Question) {
					if q.ID == "gate edge" {
						c.spoil(w, r)
						time.Sleep(10 * time.Minute)
					}
				}
				by.troubled = func() {
					if c.mend == nil {
						return
					}
					if moved.Load() > 0 {
						t.Errorf("records were moved though %s", name)
					}
					c.mend(w, r)
				}
				run := w.begun(r, Failover, by)
				end := runbook.StateDone
				if c.mend == nil {
					end = runbook.StateFailed
				}
				v := waitFor(t, run, is(stepEdge, end))
				run.Stop("test", "it has seen enough")
				run.Wait()
				if !strings.Contains(strings.Join(by.failed, "; "), c.says) {
					t.Errorf("what failed said %q; %q, %s", by.failed, v.Ending, v.Note)
				}
				if n := moved.Load(); n != map[bool]int64{true: 0, false: 1}[c.mend == nil] {
					t.Errorf("records were moved %d times", n)
				}
			})
		})
	}
}
