package dr

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// defined is a region whose task definitions can be read, two at a time.
type defined struct {
	*fakeRegion
	mu     sync.Mutex
	asked  [][]string // what was missing at each call
	denied bool
}

func (d *defined) Definitions(_ context.Context, refs []string, prev aws.Part[aws.Definitions]) aws.Part[aws.Definitions] {
	d.mu.Lock()
	defer d.mu.Unlock()
	missing := prev.Value.Missing(refs)
	d.asked = append(d.asked, missing)
	if d.denied {
		return failed(prev, fault.Denied, time.Now())
	}
	next := aws.Definitions{}
	for _, ref := range refs {
		if _, known := prev.Value[ref]; known || slices.Contains(missing[:min(2, len(missing))], ref) {
			next[ref] = aws.Definition{VCPU: 0.25}
		}
	}
	return prev.Next(next, nil, time.Now())
}

func (d *defined) calls() [][]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asked)
}

// onDefined runs a Watch of regions whose definitions can be read; set changes us-west-2 before it starts.
func onDefined(t *testing.T, set func(d *defined), run func(t *testing.T, w *Watch, d *defined)) {
	synctest.Test(t, func(t *testing.T) {
		d := &defined{fakeRegion: &fakeRegion{snap: westSnapshot}}
		set(d)
		w := newWatch(wellConfig(), Options{}.withDefaults())
		w.collect(readers{regions: [2]regionReader{&fakeRegion{snap: eastSnapshot}, d}, edge: &fakeEdge{names: w.balancerNames}})
		ctx, cancel := context.WithCancel(t.Context())
		w.Start(ctx)
		run(t, w, d)
		cancel()
		w.Wait()
	})
}

func TestDefinitionsAreReadWhenServicesAreKnownAndAgainWhenTheyChange(t *testing.T) {
	changed := make(chan struct{})
	onDefined(t, func(d *defined) {
		d.took = time.Second
		d.snap = func(at time.Time) *aws.Snapshot {
			s := westSnapshot(at)
			select {
			case <-changed:
				s.Services.Value[1].TaskDefinition = "dr-backend:8"
			default:
			}
			return s
		}
	}, func(t *testing.T, w *Watch, d *defined) {
		if e, err := w.Settled(t.Context()); err != nil || checkOf(t, e.Checks, "quota").Verdict != CheckPass {
			t.Errorf("%v: when all was read the quota is %+v", err, checkOf(t, e.Checks, "quota"))
		}
		if calls := d.calls(); len(calls) != 2 || len(calls[0]) != 3 || len(calls[1]) != 1 {
			t.Errorf("asked for %v; want all three, then the one that was left", calls)
		}
		close(changed)
		time.Sleep(2 * fast)
		synctest.Wait()
		if calls := d.calls(); len(calls) != 3 || !slices.Equal(calls[2], []string{"dr-backend:8"}) {
			t.Errorf("asked for %v after a deployment", calls)
		}
	})
}

func TestDefinitionsThatMayNotBeReadAreAskedForOnTheSlowClock(t *testing.T) {
	onDefined(t, func(d *defined) { d.denied = true }, func(t *testing.T, w *Watch, d *defined) {
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		if n := len(d.calls()); n != 3 {
			t.Errorf("%d calls in eleven minutes, want 3", n)
		}
		if c := checkOf(t, w.Estate().Checks, "definitions"); c.Verdict != CheckUnknown || c.Text != "what the task definitions of us-west-2 say is not known: ask: denied" {
			t.Errorf("%s: %s", c.Verdict, c.Text)
		}
	})
}
