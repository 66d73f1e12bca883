package dr

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// homeGoesAt are the stages of a failback, by the changing call before which home goes dark; that of "" is a wait.
var homeGoesAt = []struct {
	name, operation, region string
}{
	{"once it has promoted, before users have moved", "cloudflare:BatchDNSRecords", ""},
	{"after the fence, right before it promotes", "rds:PromoteReadReplica", east},
	{"while it is watched whether it stays well", "", ""},
	{"at the first change of the fence", "ecs:UpdateService", west},
	{"once users have moved, at the snapshot of what was left", "rds:CreateDBSnapshot", west},
	{"as the standby's replica is made anew", "rds:CreateDBInstanceReadReplica", west},
}

// Home goes dark again in the middle of a failback, at any stage of it, and is back within the hour: the run waits, asks, and comes to the end
// of one that was not disturbed. No acknowledged row is lost.
func TestAHomeThatGoesDarkInTheMiddleOfAFailbackAndReturnsIsWaitedFor(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("six failbacks whose home goes dark and returns take seconds each: LIFEBOAT_E2E=full runs them")
	}
	want, _, _ := withCrash(t, Failback, crashAt{})
	for _, stage := range homeGoesAt {
		t.Run(stage.name, func(t *testing.T) {
			t.Parallel()
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.stage(Failback)
				w.writeRows(20 * time.Second)
				var once sync.Once
				dark := false
				goes := func() {
					once.Do(func() {
						dark = true
						w.direct("darken", east)
						time.AfterFunc(time.Hour, func() { _ = w.Cloud().Do("return", east) })
					})
				}
				r := w.runner(func(o *RunnerOptions) {
					o.Asked = func(_ context.Context, a aws.Asked) {
						if a.Changes && a.Operation == stage.operation && (stage.region == "" || a.Region == stage.region) {
							goes()
						}
					}
				})
				if stage.operation == "" {
					time.AfterFunc(20*time.Second, goes)
				}
				by := tryingAgain(nil)
				result := w.run(r, Failback, by)
				if result.Ending != runbook.Done || !dark {
					t.Fatalf("it ended %q: %v; dark %t\n%s", result.Ending, result.Err, dark, stepsOf(result.View))
				}
				time.Sleep(5 * time.Minute)
				acks, shown := w.stopRows(), w.rowsOf(east)
				if gone := lostRows(acks, shown); len(gone) > 0 || len(acks) < 20 {
					t.Errorf("of %d rows %v are lost", len(acks), gone)
				}
				if got := w.state(); sameEnd(Failback, got) != sameEnd(Failback, want) {
					t.Errorf("the end is another:\n%s", other(sameEnd(Failback, got), sameEnd(Failback, want)))
				}
				if text := says(result.View, StepReport); !strings.Contains(text, "us-west-2 stands by again since ") {
					t.Errorf("the report says %s", text)
				}
				t.Logf("%d rows were acknowledged; these steps asked a person: %q", len(acks), by.tries)
			})
		})
	}
}
