package edge_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

const east, west = "us-east-1", "us-west-2"

// mover is the simulated estate and a changer of it.
type mover struct {
	estate
	by    *edge.Changer
	spec  edge.Spec
	asked *log
}

// log is what Spec.Asked was told.
type log struct {
	mu    sync.Mutex
	asked []aws.Asked
	hook  func(aws.Asked) // called first; may be nil
}

func (l *log) tell(_ context.Context, a aws.Asked) {
	if l.hook != nil {
		l.hook(a)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, a)
}

// take gives the operations since the last time, in order; with changes, the changing ones alone.
func (l *log) take(changes bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, a := range l.asked {
		if a.Changes || !changes {
			all = append(all, a.Operation)
		}
	}
	l.asked = nil
	return strings.Join(all, " ")
}

// moving runs f in the simulated estate.
func moving(t *testing.T, f func(t *testing.T, m mover)) {
	t.Helper()
	simulated(t, func(t *testing.T, e estate) {
		m := mover{estate: e, spec: specOf(e.Description(), e.network), asked: &log{}}
		m.spec.Asked = m.asked.tell
		m.by = m.changer(t, m.spec)
		f(t, m)
	})
}

func (m mover) changer(t *testing.T, spec edge.Spec) *edge.Changer {
	t.Helper()
	c, err := edge.NewChanger(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// balancer is the DNS name of a region's balancer.
func (m mover) balancer(region string) string {
	return m.spec.BalancerNames()[region][0]
}

// distribution is read afresh, and must be had.
func (m mover) distribution(t *testing.T) edge.Distribution {
	t.Helper()
	return have[edge.Distribution](t)(m.by.Distribution(t.Context()))
}

// plan is what takes users from one region to the other by DNS.
func (m mover) plan(t *testing.T, from, to string) []edge.RecordChange {
	t.Helper()
	records := have[[]edge.Record](t)(m.by.Records(t.Context()))
	return edge.PlanRecords(records, m.distribution(t), from, to, m.balancer(to))
}

// switches makes the changes, which must work, and checks that they hold.
func (m mover) switches(t *testing.T, changes []edge.RecordChange) {
	t.Helper()
	if err := m.by.SwitchRecords(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	m.holds(t, changes, len(changes))
}

// holds fails unless so many of the changes hold, and nobody else had a hand in them.
func (m mover) holds(t *testing.T, changes []edge.RecordChange, want int) {
	t.Helper()
	done, foreign, err := m.by.Switched(t.Context(), changes)
	if err != nil || done != want || len(foreign) > 0 {
		t.Errorf("%d of %d changes hold, foreign are %v, %v; want %d", done, len(changes), foreign, err, want)
	}
}

// served fails unless users who ask anew reach region, reads and writes: whether its database takes them is not asked.
func (m mover) served(t *testing.T, region string) {
	t.Helper()
	p := m.by.Public(t.Context())
	follow(t, p, region)
	if !p.API.Fresh() || p.API.Value.Region != region || p.Write.Value.Region != region {
		t.Errorf("API %+v, write %+v, want %s", p.API, p.Write, region)
	}
}

// records are the zone's in the simulator, by the first part of their names.
func (m mover) records() map[string]cloud.Record {
	all := map[string]cloud.Record{}
	m.Cloud().Locked(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			all[strings.TrimSuffix(strings.TrimSuffix(r.Name, w.Zones[0].Name), ".")] = *r
		}
	})
	return all
}

// have is a value that must be had.
func have[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// is fails where err is of another kind, or does not say all of the words.
func is(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("error %v is %q, want %q", err, fault.KindOf(err), kind)
	}
	missing := slices.DeleteFunc(words, func(w string) bool { return err != nil && strings.Contains(err.Error(), w) })
	if len(missing) > 0 {
		t.Errorf("error %v does not say %q", err, missing)
	}
}

// names are what changes are of.
func names(changes []edge.RecordChange) string {
	var all []string
	for _, c := range changes {
		first, _, _ := strings.Cut(c.Name, ".")
		all = append(all, first)
	}
	return strings.Join(all, " ")
}

// afterTTL lets resolvers forget what they knew.
func afterTTL() { time.Sleep(2 * time.Minute) }
