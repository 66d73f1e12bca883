package dr

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// changesMade keeps the changing calls of a run, and calls then right before each.
type changesMade struct {
	mu   sync.Mutex
	list []aws.Asked
	then func(a aws.Asked)
}

func (c *changesMade) asked(_ context.Context, a aws.Asked) {
	if !a.Changes {
		return
	}
	c.mu.Lock()
	c.list = append(c.list, a)
	c.mu.Unlock()
	if c.then != nil {
		c.then(a)
	}
}

// in counts those that were made in a region.
func (c *changesMade) in(region string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.list {
		if a.Region == region {
			n++
		}
	}
	return n
}

// all counts all that were made.
func (c *changesMade) all() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list)
}

// stateOf is what a run changes in one region, as it is.
func (w *estateInTime) stateOf(region string) string {
	var out []string
	for _, line := range strings.Split(w.state(), "\n") {
		if strings.HasPrefix(line, region) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// deployments are those of the last hour in a state, which differ with the hour at which it is looked at.
var deployments = regexp.MustCompile(`, deployments [0-9]+`)

// whenDark says at which moment of a run its region goes dark.
type whenDark struct {
	name string
	at   func(a aws.Asked) bool // right before this call; nil: before the run, or after it has served
}

// overrideSend is what is typed to move users while the receipt cannot be read again.
const overrideSend = "send users without a fence receipt"

const (
	never        = "never"
	beforeTheRun = "before the run"
	afterTheRun  = "after users were moved"
)

var moments = []whenDark{
	{beforeTheRun, nil},
	{"at the fence's first change", func(a aws.Asked) bool {
		return a.Region == east && strings.HasPrefix(a.Operation, "application-autoscaling:")
	}},
	{"between the fence's changes", func(a aws.Asked) bool { return a.Region == east && a.Operation == "ecs:UpdateService" }},
	{"at the promotion", func(a aws.Asked) bool { return a.Operation == "rds:PromoteReadReplica" }},
	{"at the move of users", func(a aws.Asked) bool { return a.Operation == "cloudflare:BatchDNSRecords" }},
	{afterTheRun, nil},
}

// The region may go dark at any moment, and comes back hours later with its tasks running: the open run fences it, gets its receipt,
// shuts its database off and closes. The end is that of an undisturbed run, and nothing of the region that serves is touched any more.
func TestARegionThatGoesDarkAtAnyMomentIsFencedWhenItReturnsHoursLater(t *testing.T) {
	var want string
	for _, when := range slices.Concat([]whenDark{{name: never}}, moments) {
		t.Run(when.name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				got := when.happens(t, w)
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

// happens goes through it, and gives the end of it all.
func (when whenDark) happens(t *testing.T, w *estateInTime) string {
	w.lookSeldom()
	every := config.Duration(4 * time.Minute) // there are hours to go
	w.cfg.Refresh.Fast, w.cfg.Refresh.Edge, w.cfg.Refresh.Database, w.cfg.Refresh.Slow = every, every, every, 5*every
	dark := sync.OnceFunc(func() { w.direct("darken", east) })
	seen := &changesMade{then: func(a aws.Asked) {
		if when.at != nil && when.at(a) {
			dark()
		}
	}}
	if when.name == beforeTheRun {
		dark()
		time.Sleep(2 * time.Minute)
	}
	by := tryingAgain(nil, OverrideReceipt, overrideSend)
	run, err := w.runner(func(o *RunnerOptions) { o.Asked = seen.asked }).
		Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, Operator: by})
	if err != nil {
		t.Fatal(err)
	}
	v := waitFor(t, run, func(v runbook.View) bool {
		s, _ := v.Step(StepReport)
		return s.State.Over() || v.Ending != runbook.Running
	})
	if when.name == afterTheRun {
		dark()
	}
	if s, _ := v.Step(StepPublic); s.State != runbook.StateDone || len(by.tries) > 0 {
		t.Fatalf("users are not served: %s; asked about %q; %s", says(v, StepPublic), by.tries, v.Note)
	}
	time.Sleep(2 * time.Hour)
	if ending := run.View().Ending; when.name != afterTheRun && (ending == runbook.Running) != (when.name != never) {
		t.Errorf("before the return the run is %q", ending)
	}
	w.returns(run, seen)
	time.Sleep(10 * time.Minute)
	return deployments.ReplaceAllString(w.state(), "")
}

// returns lets the region come back, if it is dark, and follows the run to its end.
func (w *estateInTime) returns(run *runbook.Run, seen *changesMade) {
	w.t.Helper()
	serving, changed := w.stateOf(west), seen.in(west)
	isDark := false
	w.in(func(in *cloud.World) { isDark = in.Region(east).Dark })
	if isDark {
		w.direct("return", east)
	}
	v := waitFor(w.t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
	if r, _, void := ReceiptOf(v.Pins); v.Ending != runbook.Done || r == nil || void != "" {
		w.t.Errorf("after the return it ended %q, receipt %+v %q", v.Ending, r, void)
	}
	if now := w.stateOf(west); now != serving || seen.in(west) != changed {
		w.t.Errorf("us-west-2 was touched, %d times:\n%s\nwas\n%s", seen.in(west)-changed, now, serving)
	}
}
