package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
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
				w.homeIsLost(c.operation, c.region)
				atHome := len(w.rows.acks)
				time.Sleep(5 * time.Minute)

				by := typing(OverrideReceipt, overrideReplica)
				r := w.runner()
				run, err := r.Begin(t.Context(), onceMore(by))
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

// homeIsLost fails back, and has home go dark for good right before a call of that.
func (w *estateInTime) homeIsLost(operation, region string) {
	w.t.Helper()
	var once sync.Once
	r := w.runner(func(o *RunnerOptions) {
		o.Asked = func(_ context.Context, a aws.Asked) {
			if a.Operation == operation && (region == "" || a.Region == region) {
				once.Do(func() { w.direct("darken", east) })
			}
		}
	})
	defer r.Close()
	run := w.begun(r, Failback, typing())
	waitFor(w.t, run, func(v runbook.View) bool {
		return v.Ending != runbook.Running || strings.Contains(says(v, stepReplica), "could not look")
	})
	run.Stop("test", "home is dark")
	if v := run.Wait().View; v.Ending == runbook.Done || !promoted(v) {
		w.t.Fatalf("the failback ended %q\n%s", v.Ending, stepsOf(v))
	}
}

// onceMore orders a failover right after a run that was given up.
func onceMore(by runbook.Operator) Order {
	return Order{Run: runbook.NewRunID(time.Now(), string(Failover)), Kind: Failover, Operator: by,
		Overrides: []runbook.Override{{Phrase: "start within the cool-down", Reason: "home is dark again"}}}
}

// A process that ends right before the old name is given back, or right before the database is let be reached, is followed by one that comes to
// the same end.
func TestTakingUpWhatWasLeftMayCrashAtEitherOfItsChanges(t *testing.T) {
	for n := 1; n <= 2; n++ {
		t.Run(fmt.Sprintf("change %d", n), func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.stage(Failback)
				w.homeIsLost("rds:CreateDBInstanceReadReplica", west)
				ctx, crashes := context.WithCancelCause(t.Context())
				seen := 0
				r := w.runner(func(o *RunnerOptions) {
					o.Asked = func(_ context.Context, a aws.Asked) {
						if a.Operation == "rds:ModifyDBInstance" && a.Region == west {
							if seen++; seen == n {
								crashes(errCrash)
							}
						}
					}
				})
				var held runbook.Lease
				lease := r.state.lease
				r.state.lease = func() runbook.Lease { held = lease(); return held }
				order := onceMore(typing(OverrideReceipt, overrideReplica))
				run, err := r.Begin(ctx, order)
				if err != nil {
					t.Fatal(err)
				}
				run.Wait()
				if context.Cause(ctx) == nil {
					t.Fatal("nothing crashed")
				}
				_ = held.Release(t.Context(), runbook.Grant{})
				r.Close()

				next := w.runner()
				if run, err = next.Resume(t.Context(), order); err != nil {
					t.Fatal(err)
				}
				if v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running }); !v.Open {
					t.Fatalf("nobody is served: %q %s\n%s", v.Ending, v.Note, stepsOf(v))
				}
				w.in(func(in *cloud.World) {
					for _, db := range in.Region(west).Databases {
						if groups := in.Region(west).Database("davidshaevel-dr-db").Groups; db.ID != "davidshaevel-dr-db" || len(groups) == 0 || groups[0] == regionNamed(w.cfg, west).Databases[0].IsolationGroup {
							t.Errorf("%s is there, with %v", db.ID, groups)
						}
					}
				})
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
