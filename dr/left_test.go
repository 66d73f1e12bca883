package dr

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// overrideReplica is what is typed to fail over where nothing replicates.
const overrideReplica = "go on without a replica that follows"

// Home goes dark again after a failback has promoted there, before users have moved or after: nothing replicates, and what was left in
// us-west-2 is the one copy. It is taken up again behind its override, and what home took meanwhile is said to be lost, no more and no less.
func TestAHomeThatGoesDarkAfterAFailbackHasPromotedIsLeftForTheDatabaseThatWasLeft(t *testing.T) {
	for _, c := range []struct {
		name, operation, region string
		shut                    bool // the database was shut off already
	}{
		{"before users have moved", "cloudflare:BatchDNSRecords", "", false},
		{"at the snapshot of what was left", "rds:CreateDBSnapshot", west, true},
		{"once it has another name", "rds:CreateDBInstanceReadReplica", west, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.stage(Failback)
				w.writeRows(20 * time.Second)
				var once sync.Once
				r := w.runner(func(o *RunnerOptions) {
					o.Asked = func(_ context.Context, a aws.Asked) {
						if a.Operation == c.operation && (c.region == "" || a.Region == c.region) {
							once.Do(func() { w.direct("darken", east) })
						}
					}
				})
				run := w.begun(r, Failback, typing())
				waitFor(t, run, func(v runbook.View) bool {
					return v.Ending != runbook.Running || strings.Contains(says(v, stepReplica), "could not look")
				})
				run.Stop("test", "home is dark")
				broken := run.Wait().View
				r.Close()
				if broken.Ending == runbook.Done || !promoted(broken) {
					t.Fatalf("the failback ended %q\n%s", broken.Ending, stepsOf(broken))
				}
				atHome := len(w.rows.acks)
				time.Sleep(5 * time.Minute)

				by := typing(OverrideReceipt, overrideReplica)
				r = w.runner()
				run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(Failover)), Kind: Failover, Operator: by,
					Overrides: []runbook.Override{{Phrase: "start within the cool-down", Reason: "home is dark again"}}})
				if err != nil {
					t.Fatal(err)
				}
				waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
				if v := run.View(); !v.Open {
					t.Fatalf("nobody is served: %q %s\n%s", v.Ending, v.Note, stepsOf(v))
				}
				if want := []string{"fail over us-east-1 to us-west-2", overrideReplica, OverrideReceipt, "send users to us-west-2"}; !slices.Equal(by.asked, want) {
					t.Errorf("it asked for %q, want %q", by.asked, want)
				}
				if open := by.notice["gate open"]; !strings.Contains(strings.Join(open.What, "\n"), "take up davidshaevel-dr-db in us-west-2 again, which was left at ") || !strings.HasPrefix(open.Data, "at most ") {
					t.Errorf("the gate says %+v", open)
				}
				w.direct("return", east)
				v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if text := says(v, StepReport); v.Ending != runbook.Done || !strings.Contains(text, "What us-east-1 wrote since ") {
					t.Errorf("it ended %q, and says %s", v.Ending, text)
				}
				time.Sleep(10 * time.Minute)
				acks, shown := w.stopRows(), w.rowsOf(west)
				gone := lostRows(acks, shown)
				t.Logf("%d rows were acknowledged, %d before home went dark again; lost: %v", len(acks), atHome, gone)
				if !c.shut && len(gone) > 0 {
					t.Errorf("users had not moved, and %v are lost", gone)
				}
				if last := acks[len(acks)-1]; !slices.Contains(shown, last) || len(acks) < atHome+20 {
					t.Errorf("nothing is written in us-west-2: %d rows, the last of them %d", len(acks), last)
				}
				r.Close()

				if built := w.through(Reprotect, typing()); built.Ending != runbook.Done {
					t.Fatalf("the reprotection ended %q: %v\n%s", built.Ending, built.Err, stepsOf(built.View))
				}
			})
		})
	}
}

// While the writer's region answers, a standby is made of it: what was left behind is no way out.
func TestWhatWasLeftBehindIsNotTakenUpWhileTheWritersRegionAnswers(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.stage(Reprotect)
		w.refused(t, Failover, "us-east-1 has no replica that could be promoted")
	})
}
