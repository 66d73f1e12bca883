package views

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

const pathAgain = time.Minute // how old what is known of the path becomes before it is asked for anew

// provisioned is what the cockpit knows of provisioning.
type provisioned struct {
	Provisioning
	made   madeLines // of the apply that is shown
	told   bool      // it was read once
	err    error     // why it could not be read last
	asked  time.Time
	asking bool
	old    bool // something was made since

	drafts   map[string]map[string]string // what was typed and is not written yet, by phase and input
	checked  map[[2]string]string         // what is wrong with an input's text, by its name and the text
	plans    map[string]*plansOf          // by run
	progress map[rootOf]dr.RootProgress
	news     int            // how often progress was told
	follow   func([]rootOf) // never waits
	wanted   []rootOf       // what was last given to follow
}

// rootOf is a root of the stack in a run.
type rootOf struct{ run, root string }

// plansOf are what a run has planned.
type plansOf struct {
	list   []dr.RootPlan
	err    error
	seq    int64 // the journal's entry that they were asked at
	asking bool
	docs   map[string]*planDoc // by root, as they are drawn
}

func newProvisioned() provisioned {
	return provisioned{drafts: map[string]map[string]string{}, checked: map[[2]string]string{}, plans: map[string]*plansOf{}, progress: map[rootOf]dr.RootProgress{}, follow: func([]rootOf) {}}
}

// What the door answered.
type (
	pathMsg struct {
		path Provisioning
		err  error
	}
	inputsMsg struct {
		phase string
		list  []dr.Input
		err   error
	}
	setMsg struct {
		phase string
		err   error
	}
	ownedMsg struct {
		phase string
		list  []dr.Owned
		err   error
	}
	plansMsg struct {
		run  string
		list []dr.RootPlan
		err  error
	}
	progressMsg struct {
		of  rootOf
		now dr.RootProgress
	}
)

// provisions is the door's part for provisioning; nil where nothing can be changed.
func (m *root) provisions() Provisioner {
	if m.o.Runs == nil {
		return nil
	}
	return m.o.Runs
}

// askPath asks how far the estate is provisioned, unless it is being asked for.
func (m *root) askPath() tea.Cmd {
	door := m.provisions()
	if door == nil || m.path.asking {
		return nil
	}
	m.path.asking, m.path.asked, m.path.old = true, m.now, false
	return order(beginTime, func(ctx context.Context) tea.Msg {
		p, err := door.Provisioning(ctx)
		return pathMsg{p, err}
	})
}

// keepPath asks anew while the path is shown and what is known of it is old.
func (m *root) keepPath() tea.Cmd {
	switch m.base().(type) {
	case *pathScreen, *phaseScreen, *strategyScreen, *runScreen:
		if _, f := m.runAt(); f != nil && (!provisioning(f.View.Plan) || !closed(f.View)) {
			return nil
		}
		if m.path.old || m.now.Sub(m.path.asked) > pathAgain {
			return m.askPath()
		}
	}
	return nil
}

func (m *root) pathTold(msg pathMsg) {
	m.path.asking, m.path.err = false, msg.err
	if msg.err == nil {
		m.path.Provisioning, m.path.told = msg.path, true
	}
}

// phase is a phase by name.
func (p *Provisioning) phase(name string) (dr.PhaseState, bool) {
	for _, x := range p.Phases {
		if x.Name == name {
			return x, true
		}
	}
	return dr.PhaseState{}, false
}

// next is the first phase that is still to be made; "" where all are there.
func (p *Provisioning) next() string {
	for _, x := range p.Phases {
		if x.State != dr.PhaseThere && x.State != dr.PhaseTheirs {
			return x.Name
		}
	}
	return ""
}

// after is the phase that follows one, among those that are to be made; "" after the last.
func (p *Provisioning) after(name string) string {
	at := slices.IndexFunc(p.Phases, func(x dr.PhaseState) bool { return x.Name == name })
	for _, x := range p.Phases[at+1:] {
		if x.State != dr.PhaseThere && x.State != dr.PhaseTheirs {
			return x.Name
		}
	}
	return ""
}

// lacking are the phases that must be there before one begins.
func (p *Provisioning) lacking(x dr.PhaseState) []string {
	var out []string
	for _, name := range x.Needs {
		if need, ok := p.phase(name); !ok || need.State != dr.PhaseThere && need.State != dr.PhaseTheirs {
			out = append(out, name)
		}
	}
	return out
}

// unprovisioned says whether a region is still to be made: whoever opens the cockpit then comes for that.
func unprovisioned(m *root) bool {
	return m.e != nil && slices.ContainsFunc(m.e.Regions[:], func(r dr.Region) bool { return r.Condition == dr.CondVacant })
}

// openPath shows the phases of provisioning.
func (m *root) openPath() tea.Cmd {
	m.push(&pathScreen{})
	return m.askPath()
}

// toPath takes away every screen above the path; where there is none, all but the cockpit.
func (m *root) toPath() {
	for i, s := range m.stack {
		if _, ok := s.(*pathScreen); ok {
			m.stack = m.stack[:i+1]
			return
		}
	}
	m.home()
}

// openPhase shows a phase; one whose run goes on is that run.
func (m *root) openPhase(name string) tea.Cmd {
	if x, ok := m.path.phase(name); ok && x.Open && x.Run != "" {
		m.push(&runScreen{id: x.Run})
		return nil
	}
	s := &phaseScreen{phase: name}
	m.push(s)
	return tea.Batch(s.ask(m), m.learn(dr.Provision))
}

// phaseOf is the phase that a run provisions; "" of any other run.
func phaseOf(p runbook.Plan) string {
	if p.Name != string(dr.Provision) {
		return ""
	}
	return p.Pins[pinPhase]
}

// provisioning says whether a run makes or ends things rather than takes users over.
func provisioning(p runbook.Plan) bool {
	return p.Name == string(dr.Provision) || p.Name == string(dr.Strategy) || resting(p)
}

// resting says whether a run has a region rest again.
func resting(p runbook.Plan) bool { return p.Name == string(dr.Deactivate) }

// pinPhase is the pin that names the phase of a run of dr.Provision.
const pinPhase = "phase"
