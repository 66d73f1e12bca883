package views

import (
	"testing"

	"lifeboat/dr"
)

// The key prepares what comes next: a standby where there is none, the way home where there is one, and says why where neither is wanted.
func TestTheKeyOfTheWayBackPreparesWhatComesNext(t *testing.T) {
	away := func(replica string) *dr.Estate {
		e := takenOver()
		e.Record.Run, e.Record.Writer, e.Record.From = "20261124T031502.123Z-failover", "us-west-2", "us-east-1"
		e.Replication.Replica = replica
		return e
	}
	before := healthy()
	before.Record.Writer = "us-east-1"
	home := away("davidshaevel-dr-db")
	home.Record.Writer = "us-east-1"
	for name, c := range map[string]struct {
		e     *dr.Estate
		kind  dr.Kind
		shows []string
	}{
		"no standby":        {away(""), dr.Reprotect, []string{"REPROTECT", "nothing is lost by it: users stay where they are"}},
		"a standby at home": {away("davidshaevel-dev-db"), dr.Failback, []string{"FAIL BACK", "nothing is lost: writers are stopped"}},
		"no run yet":        {before, "", []string{"no run has taken users away from us-east-1"}},
		"at home again":     {home, "", []string{"users are at home"}},
	} {
		t.Run(name, func(t *testing.T) {
			runs := newFakeRuns(nil)
			m := runModel(c.e, runs, 120, 40)
			first := m.hints(OnCockpit)[0]
			if led := first.Key == "b" && first.Does == string(c.kind); led != (c.kind != "") {
				t.Errorf("the footer begins with %s %s", first.Key, first.Does)
			}
			m.types("b")
			a, ok := m.top().(*assess)
			if ok != (c.kind != "") || ok && a.kind != c.kind {
				t.Errorf("it prepares %+v, want %q", m.top(), c.kind)
			}
			m.shows(t, c.shows...)
		})
	}
}
