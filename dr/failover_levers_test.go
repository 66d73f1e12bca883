package dr

import (
	"context"
	"strings"
	"testing"

	"lifeboat/dr/runbook"
)

// leverless passes gates, and gives up a lever that cannot be pulled.
type leverless struct {
	*phrases
	gaveUp []string
	words  string
}

func (l *leverless) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind != runbook.AskTrouble {
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
