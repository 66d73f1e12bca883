package views

import (
	"reflect"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// runScreen shows one run: its steps, what it asks, what it does, and when it is over its report.
type runScreen struct {
	id  string
	at  string // the step that one stands on; "" is the one that goes on
	top int    // of the lower part

	planTop int // of the plan above a gate
	shown   *runbook.Question
	quiet   quiet
	form    *form // nil: keys are commands
	lines   int   // how much the lower part holds
	room    int   // how much of it is in view
}

func (s *runScreen) scope() Scope {
	if s.form != nil {
		return InQuestions
	}
	return OnRun
}

func (*runScreen) partial() bool { return false }

// swallows says whether what is typed now was meant for something else.
func (s *runScreen) swallows(m *root) bool { return s.quiet.swallows(m.o.Now()) }

// move goes from step to step; in a question, and in a report, it scrolls.
func (s *runScreen) move(m *root, n int) {
	f := m.runs.run(s.id)
	if s.form != nil && s.lines <= s.room && s.gatePlan(m) != nil { // all that is asked is in view
		s.planTop = max(0, s.planTop+n)
		return
	}
	if s.form != nil || f == nil || reported(f) {
		s.scroll(n)
		return
	}
	if len(f.View.Steps) == 0 {
		return
	}
	i := max(0, min(s.index(f)+n, len(f.View.Steps)-1))
	s.at = f.View.Steps[i].ID
	if s.shown == nil {
		s.top = 0
	}
}

func (s *runScreen) page(m *root, n int) {
	if s.gatePlan(m) != nil {
		s.planTop = max(0, s.planTop+n*max(m.h/4, 1))
		return
	}
	s.scroll(n * max(s.room-1, 1))
}

func (s *runScreen) scroll(n int) { s.top = max(0, min(s.top+n, s.lines-s.room)) }

// index is the step that one stands on: the chosen one, else the one that goes on.
func (s *runScreen) index(f *followed) int {
	if i := slices.IndexFunc(f.View.Steps, func(x runbook.StepView) bool { return x.ID == s.at }); i >= 0 {
		return i
	}
	return current(f.View)
}

// current is the step that wants a look: one that failed, else one that waits for an answer, else one under way, else
// the next.
func current(v runbook.View) int {
	for _, states := range [][]runbook.State{
		{runbook.StateFailed}, {runbook.StateGate}, {runbook.StateDoing, runbook.StateWatched}, {runbook.StateLooking}, {runbook.StateWaiting},
	} {
		if i := slices.IndexFunc(v.Steps, func(x runbook.StepView) bool { return slices.Contains(states, x.State) }); i >= 0 {
			return i
		}
	}
	return len(v.Steps) - 1
}

// open is Enter: the next field, the question's first field, or all there is to say of the step.
func (s *runScreen) open(m *root) tea.Cmd {
	if s.form != nil {
		return s.form.enter()
	}
	if s.shown != nil && offers(*s.shown, runbook.Pass) {
		s.form = s.formFor(m, *s.shown, runbook.Pass)
		return nil
	}
	return m.openStep()
}

// back leaves the fields, then the screen; the run goes on.
func (s *runScreen) back(m *root) {
	if s.form != nil {
		s.form.forget()
		if !s.form.sent {
			s.form = nil
		}
		return
	}
	m.pop()
}

func (s *runScreen) typed(_ *root, msg tea.Msg) {
	if s.form != nil {
		s.form.typed(msg)
	}
}

// attend brings up a question that is new, and puts away one that is not open any more.
func (s *runScreen) attend(m *root) tea.Cmd {
	f := m.runs.run(s.id)
	if f == nil {
		return nil
	}
	cmd := m.learn(dr.Kind(f.View.Plan.Name))
	q := s.pick(f)
	switch {
	case q == nil && s.shown == nil:
	case s.form != nil && !s.form.asked: // words that the run has not asked for are finished first
	case q == nil:
		s.shown, s.form, s.top = nil, nil, 0
	case s.shown == nil || !sameQuestion(*q, *s.shown):
		s.shown, s.form, s.top, s.planTop = q, nil, 0, 0
		if q.Kind == runbook.AskGate && provisioning(f.View.Plan) {
			s.at = "" // its plan takes the place of the steps
		}
		if q.Kind != runbook.AskTrouble {
			s.form = s.formFor(m, *q, runbook.Pass)
		}
		return tea.Batch(cmd, s.quiet.begin(m.o.Now()))
	default:
		s.shown = q
	}
	return cmd
}

// pick is the question to show: the one that is shown while it is open, else the oldest.
func (s *runScreen) pick(f *followed) *runbook.Question {
	if f.Dead != "" || f.View.Ending != runbook.Running {
		return nil
	}
	for i := range f.Questions {
		if s.shown != nil && f.Questions[i].ID == s.shown.ID {
			return &f.Questions[i]
		}
	}
	if len(f.Questions) > 0 {
		return &f.Questions[0]
	}
	return nil
}

// sameQuestion says whether one question shows what the other showed; how often it was answered wrongly is no matter.
func sameQuestion(a, b runbook.Question) bool {
	return a.ID == b.ID && a.Asked == b.Asked && a.Text == b.Text && slices.Equal(a.Passed, b.Passed) && reflect.DeepEqual(a.Notice, b.Notice)
}

func offers(q runbook.Question, c runbook.Choice) bool {
	return slices.ContainsFunc(q.Offers, func(o runbook.Offer) bool { return o.Choice == c && o.Disabled == "" })
}

// runAt is the run screen beneath sheets, with what is known of its run; nil where there is none.
func (m *root) runAt() (*runScreen, *followed) {
	s, ok := m.base().(*runScreen)
	if !ok {
		return nil, nil
	}
	return s, m.runs.run(s.id)
}

// openRun shows a run.
func (m *root) openRun(id string) tea.Cmd {
	m.toPath()
	m.push(&runScreen{id: id})
	return nil
}
