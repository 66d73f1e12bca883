package views

import (
	"testing"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
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

// A run that was left half-way keeps nobody from a failover in the dark, unless it is on that way itself; one that a newer run has overtaken
// is not offered to be taken up.
func TestARunThatWasLeftDoesNotStandInTheWayOfAFailover(t *testing.T) {
	left := func(kind dr.Kind, from, to string) runbook.View {
		return runbook.View{Run: "20261124T020000.000Z-" + string(kind), Seq: 9, Ending: runbook.Stopped, Mode: runbook.Planned,
			Plan: runbook.Plan{Name: string(kind), Title: kind.Phrase(from, to), From: from, To: to}}
	}
	dark := darkEast()
	dark.Record.Writer = "us-east-1"
	lit := healthy()
	lit.Record.Writer = "us-east-1"
	promoting := left(dr.Failover, "us-west-2", "us-east-1")
	promoting.Run, promoting.Ending = "20261124T030000.000Z-failover", runbook.Done
	promoting.Steps = []runbook.StepView{{PlannedStep: runbook.PlannedStep{ID: dr.StepPromote}, Begun: true}}
	for name, c := range map[string]struct {
		e     *dr.Estate
		lines []runbook.View
		may   bool
	}{
		"provisioning, dark":                   {dark, []runbook.View{left(dr.Provision, "us-east-1", "us-west-2")}, true},
		"a change of strategy, dark":           {dark, []runbook.View{left(dr.Strategy, "us-east-1", "us-west-2")}, true},
		"a way to what is dark":                {dark, []runbook.View{left(dr.Reprotect, "us-west-2", "us-east-1")}, true},
		"a failover from what is dark":         {dark, []runbook.View{left(dr.Failover, "us-east-1", "us-west-2")}, false},
		"provisioning, nothing is dark":        {lit, []runbook.View{left(dr.Provision, "us-east-1", "us-west-2")}, false},
		"a reprotection that was overtaken":    {lit, []runbook.View{promoting, left(dr.Reprotect, "us-east-1", "us-west-2")}, true},
		"provisioning, which is not overtaken": {lit, []runbook.View{promoting, left(dr.Provision, "us-east-1", "us-west-2")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			runs := newFakeRuns(nil)
			for _, v := range c.lines {
				runs.lines = append(runs.lines, RunLine{View: v, Here: true})
			}
			m := runModel(c.e, runs, 120, 40)
			m.types("f")
			if _, ok := m.top().(*assess); ok != c.may {
				t.Errorf("a failover may be prepared: %t, want %t; open: %+v", ok, c.may, m.runs.open())
			}
			if c.may {
				if why := cannotBegin(m); why != "" {
					t.Errorf("it cannot be begun: %s", why)
				}
			}
		})
	}
}
