package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// assess is what one sees before a run: whether it would go well, what it would cost, and what it would do. Nothing is
// started from it but a process that waits at its first gate.
type assess struct {
	kind    dr.Kind
	plan    RunPlan
	err     error
	point   string // the recovery point that was chosen, by name; "": the newest
	asking  bool   // for the plan
	top     int
	room, n int
	launch
}

func (a *assess) scope() Scope {
	if a.form != nil {
		return InQuestions
	}
	return BeforeRun
}

func (*assess) partial() bool         { return false }
func (a *assess) page(m *root, n int) { a.move(m, n*max(a.room-1, 1)) }
func (a *assess) move(_ *root, n int) { a.top = max(0, min(a.top+n, a.n-a.room)) }
func (a *assess) followed(e *dr.Estate) *followed {
	return &followed{RunUpdate: RunUpdate{View: a.view(e)}}
}
func (a *assess) open(m *root) tea.Cmd {
	if a.form != nil {
		return a.form.enter()
	}
	return nil
}

func (a *assess) back(m *root) {
	if a.form != nil {
		if !a.form.sent {
			a.form = nil
		}
		return
	}
	m.pop()
}

func (a *assess) typed(_ *root, msg tea.Msg) {
	if a.form != nil {
		a.form.typed(msg)
	}
}

// prepare opens the assessment of a procedure.
func prepare(kind dr.Kind) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		a := &assess{kind: kind}
		m.push(a)
		return tea.Batch(a.ask(m), m.learn(kind))
	}
}

// ask asks for the plan as of now.
func (a *assess) ask(m *root) tea.Cmd {
	if a.asking || m.o.Runs == nil {
		return nil
	}
	a.asking = true
	runs, kind := m.o.Runs, a.kind
	return order(beginTime, func(ctx context.Context) tea.Msg {
		plan, err := runs.Plan(ctx, kind)
		return planMsg{kind, plan, err}
	})
}

// planned takes the plan.
func (m *root) planned(msg planMsg) {
	for _, s := range m.stack {
		if a, ok := s.(*assess); ok && a.kind == msg.kind {
			a.asking, a.err = false, msg.err
			if msg.err == nil {
				a.plan = msg.plan
			}
		}
	}
}

// view is the plan as a run that has not begun. Until there is one, it goes from the writer of record to the other region.
func (a *assess) view(e *dr.Estate) runbook.View {
	v := runbook.View{Plan: a.plan.Plan, Mode: a.plan.Plan.Mode, Pins: a.plan.Plan.Pins}
	if v.Plan.Name == "" {
		v.Plan.Name, v.Plan.From, v.Plan.To = string(a.kind), a.leaving(e), e.Regions[1].Name
		if v.Plan.From == v.Plan.To {
			v.Plan.To = e.Regions[0].Name
		}
	}
	for _, s := range a.plan.Plan.Steps {
		v.Steps = append(v.Steps, runbook.StepView{PlannedStep: s, State: runbook.StateWaiting})
	}
	return v
}

// begins starts the run's process.
func begins(dry bool) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		a, ok := m.base().(*assess)
		if !ok {
			return nil
		}
		m.toRun()
		return a.begin(m, RunOrder{Kind: a.kind, DryRun: dry, RecoveryPoint: a.point, Silent: a.quiet(m.e)})
	}
}

// cannotBegin is why it cannot be started now.
func cannotBegin(m *root) string {
	a, ok := m.base().(*assess)
	switch {
	case m.readOnly() != "":
		return m.readOnly()
	case !ok:
		return "before a run only"
	case a.sent != nil:
		return "it is being started"
	}
	return besides(m, a.kind)
}
