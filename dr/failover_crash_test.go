package dr

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// crash ends a process in the middle: its context is cancelled, and of what it holds only the kernel's part is given back.
type crash struct {
	mu     sync.Mutex
	at     int // which occasion; 0 none
	seen   int
	end    context.CancelCauseFunc
	before bool // a journal write is lost; else it is made first
}

var errCrash = errors.New("the process crashed")

// now counts an occasion, and says whether it is the one.
func (c *crash) now() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	return c.seen == c.at
}

// crashingArchive crashes at the N-th write of a journal, before or after it is durable.
type crashingArchive struct {
	runbook.Archive
	*crash
}

func (a crashingArchive) Store(run string) (runbook.Store, error) {
	s, err := a.Archive.Store(run)
	return crashingStore{s, a.crash}, err
}

type crashingStore struct {
	runbook.Store
	*crash
}

func (s crashingStore) Append(ctx context.Context, seq int64, entry []byte) error {
	if !s.now() {
		return s.Store.Append(ctx, seq, entry)
	}
	if !s.before {
		if err := s.Store.Append(ctx, seq, entry); err != nil {
			return err
		}
	}
	s.end(errCrash)
	return errCrash
}

// crashAt says where a process ends: at a journal write, or right before a changing call is sent.
type crashAt struct {
	what string // "before write", "after write", "call"
	n    int
}

func (c crashAt) String() string { return fmt.Sprintf("%s %d", c.what, c.n) }

// withCrash runs a procedure that crashes and is resumed by another process, or one that is not disturbed where at is zero. It
// gives the end of it all, and on how many occasions it could have crashed.
func withCrash(t *testing.T, kind Kind, at crashAt) (end string, writes, calls int) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		w.stage(kind)
		ctx, stop := context.WithCancelCause(t.Context())
		journal, call := &crash{end: stop, before: at.what == "before write"}, &crash{end: stop}
		switch at.what {
		case "before write", "after write":
			journal.at = at.n
		case "call":
			call.at = at.n
		}
		asked := func(_ context.Context, a aws.Asked) {
			if a.Changes && call.now() {
				stop(errCrash)
			}
		}
		r := w.runner(func(o *RunnerOptions) { o.Asked = asked })
		id := runbook.NewRunID(time.Now(), string(kind))
		var held runbook.Lease
		r.state.Archive = crashingArchive{r.state.Archive, journal}
		lease := r.state.lease
		r.state.lease = func() runbook.Lease { held = lease(); return held }
		run, err := r.Begin(ctx, Order{Run: id, Kind: kind, Operator: typing(OverrideReceipt)})
		if err == nil {
			run.Wait()
		}
		writes, calls = journal.seen, call.seen
		if at.n > 0 {
			if context.Cause(ctx) == nil {
				t.Fatalf("%s: nothing crashed", at)
			}
			if held != nil {
				_ = held.Release(t.Context(), runbook.Grant{}) // the kernel does it when a process ends
			}
			w.goOn(id, kind)
		}
		end = w.state()
	})
	return end, writes, calls
}

// goOn takes a run up in another process; one that never got a journal is begun anew.
func (w *estateInTime) goOn(id string, kind Kind) {
	w.t.Helper()
	r := w.runner()
	order := Order{Run: id, Kind: kind, Operator: typing(OverrideReceipt)}
	run, err := r.Resume(w.t.Context(), order)
	if errors.Is(err, runbook.ErrEnded) {
		return
	}
	if v, viewErr := r.view(w.t.Context(), id); err != nil && viewErr != nil && v.Run == "" {
		run, err = r.Begin(w.t.Context(), order)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if result := run.Wait(); result.Ending != runbook.Done {
		w.t.Errorf("resumed, it ended %q: %v", result.Ending, result.Err)
	}
}

// state is everything that a run changes, as it is: what it came to, and how often it was changed where that shows.
func (w *estateInTime) state() string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	w.in(func(in *cloud.World) {
		for _, r := range in.Regions {
			for _, s := range r.Clusters[0].Services {
				say("%s %s: desired %d, grace %s, deployments %d", r.Name, s.Name, s.Desired, s.Grace, deploymentsOf(r.Clusters[0], s))
			}
			for _, target := range r.ScalableTargets {
				say("%s %s: %d to %d", r.Name, target.ResourceID, target.Min, target.Max)
			}
			for _, db := range r.Databases {
				say("%s %s: %s, timeline %d, replica %t, retention %d, groups %v", r.Name, db.ID, db.Status, db.Timeline, db.Source != nil, db.Retention, db.Groups)
			}
		}
		for _, r := range in.Regions {
			for _, s := range r.Snapshots {
				if _, _, kept := aws.KeptOf(s.ID); kept {
					say("%s snapshot %s: %s", r.Name, s.ID, s.Status)
				}
			}
			for _, a := range r.Alarms {
				say("%s alarm %s", r.Name, a.Name)
			}
		}
		for _, record := range in.Zones[0].Records {
			say("%s -> %s", record.Name, record.Content)
		}
	})
	return strings.Join(out, "\n")
}

// deploymentsOf counts the deployments that a service had in the last hour.
func deploymentsOf(c *cloud.Cluster, s *cloud.Service) int {
	var ids []string
	for _, t := range c.Tasks {
		if t.Service == s && t.Deployment != nil && !slices.Contains(ids, t.Deployment.ID) {
			ids = append(ids, t.Deployment.ID)
		}
	}
	return len(ids)
}

// A crash at every write of the journal, before and after it is durable, and before every changing call: resumed by another process the
// run comes to the end of one that was never disturbed, and nothing is done twice.
func TestARunThatCrashesAnywhereComesToTheSameEnd(t *testing.T) {
	crashAnywhere(t, Failover, Switchover)
}

// crashAnywhere has runs of these kinds crash everywhere.
func crashAnywhere(t *testing.T, kinds ...Kind) {
	for _, kind := range kinds {
		want, writes, calls := withCrash(t, kind, crashAt{})
		t.Logf("%s: %d journal writes, %d changing calls", kind, writes, calls)
		if writes < 40 || calls < 8 {
			t.Fatalf("%s: only %d writes and %d changing calls: the test does not see them", kind, writes, calls)
		}
		for _, at := range occasions(kind, writes, calls) {
			t.Run(fmt.Sprintf("%s, %s", kind, at), func(t *testing.T) {
				t.Parallel()
				if got, _, _ := withCrash(t, kind, at); sameEnd(kind, got) != sameEnd(kind, want) {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// occasions are all of them: of a failover always, of a switchover with LIFEBOAT_E2E=full, else every second or third, of the way back, whose runs are
// long, with LIFEBOAT_E2E=full, else a few. A few where the test must be short.
func occasions(kind Kind, writes, calls int) []crashAt {
	step := 1
	switch {
	case testing.Short():
		step = 17
	case kind == Switchover && os.Getenv("LIFEBOAT_E2E") == "":
		step = 3
	case kind.rebuilds() && os.Getenv("LIFEBOAT_E2E") == "":
		step = 41
	case kind.rebuilds() && os.Getenv("LIFEBOAT_E2E") != "full":
		step = 17
	case kind == Switchover && os.Getenv("LIFEBOAT_E2E") != "full":
		step = 2
	}
	var out []crashAt
	for n := 1; n <= writes; n += step {
		out = append(out, crashAt{"before write", n}, crashAt{"after write", n})
	}
	if kind.rebuilds() && !testing.Short() {
		step = max(1, step/3)
	}
	for n := 1; n <= calls; n += step {
		out = append(out, crashAt{"call", n})
	}
	return out
}
