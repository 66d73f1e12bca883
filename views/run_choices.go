package views

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// chooses is what a key does that stands for a choice.
func chooses(c runbook.Choice) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		s, f := m.runAt()
		if s == nil || f == nil {
			return nil
		}
		m.toRun()
		if s.shown != nil && s.asks(c) {
			s.form = s.formFor(m, *s.shown, c)
			return nil
		}
		o, step := f.offer(c, s.index(f))
		s.form = s.uninvited(m, f, o, step)
		return nil
	}
}

// toRun takes away the sheets over a run's screen.
func (m *root) toRun() {
	for m.top().partial() {
		m.pop()
	}
}

// asks says whether the open question has a choice at all.
func (s *runScreen) asks(c runbook.Choice) bool {
	return s.shown != nil && slices.ContainsFunc(s.shown.Offers, func(o runbook.Offer) bool { return o.Choice == c })
}

// cannot is why a choice cannot be made now.
func cannot(c runbook.Choice) func(*root) string {
	return func(m *root) string {
		s, f := m.runAt()
		switch {
		case s == nil || f == nil:
			return "of a run only"
		case m.readOnly() != "":
			return m.readOnly()
		case closed(f.View):
			return "the run is over"
		case f.Dead != "" || f.View.Ending != runbook.Running:
			return "nobody runs it now: R takes it up again"
		case s.asks(c):
			return s.shown.Offers[slices.IndexFunc(s.shown.Offers, func(o runbook.Offer) bool { return o.Choice == c })].Disabled
		}
		o, _ := f.offer(c, s.index(f))
		return o.Disabled
	}
}

// offer is a word to a run that it has not asked for, of the step that one stands on where it is about one.
func (f *followed) offer(c runbook.Choice, at int) (runbook.Offer, runbook.StepView) {
	v := f.View
	o := runbook.Offer{Choice: c, Reason: true}
	switch c {
	case runbook.Skip:
		return f.skipOffer(at)
	case runbook.Undo:
		o.Phrase = runbook.UndoPhrase(v.Plan.Title)
		switch {
		case v.Committed:
			o.Disabled = "the run is past its commit point"
		case !slices.ContainsFunc(v.Steps, func(s runbook.StepView) bool { return s.Changed || s.Begun }):
			o.Disabled = "nothing was changed yet"
		}
	case runbook.GoUnplanned:
		o.Phrase = runbook.UnplannedPhrase
		if provisioning(v.Plan) {
			o.Disabled = "of runs that leave a region only"
		}
		if v.Mode == runbook.Unplanned {
			o.Disabled = "the run is unplanned already"
		}
	case runbook.Stop:
	case runbook.Retry:
		o.Disabled = "no step has failed"
	default:
		o.Disabled = "at a gate only"
	}
	return o, runbook.StepView{}
}

// skipOffer is going on without a step that is under way.
func (f *followed) skipOffer(at int) (runbook.Offer, runbook.StepView) {
	o := runbook.Offer{Choice: runbook.Skip, Reason: true}
	if at < 0 || at >= len(f.View.Steps) {
		o.Disabled = "there is no step"
		return o, runbook.StepView{}
	}
	s := f.View.Steps[at]
	if s.Safety {
		o.Phrase = runbook.SkipPhrase(s.ID)
	}
	if !underWay(s.State) && !(s.State == runbook.StateNotDone && f.View.Open) {
		o.Disabled = s.Title + " is not under way"
	}
	return o, s
}

func underWay(s runbook.State) bool {
	return slices.Contains([]runbook.State{runbook.StateLooking, runbook.StateDoing, runbook.StateWatched, runbook.StateGate, runbook.StateFailed}, s)
}

// formFor asks for what a choice of a question needs.
func (s *runScreen) formFor(m *root, q runbook.Question, c runbook.Choice) *form {
	i := slices.IndexFunc(q.Offers, func(o runbook.Offer) bool { return o.Choice == c })
	if i < 0 || q.Offers[i].Disabled != "" || m.readOnly() != "" {
		return nil
	}
	runs, id := m.o.Runs, s.id
	f := &form{title: choiceTitle(c, q.Title), choice: c, fields: fieldsFor(q, q.Offers[i]), asked: true, entry: q.Asked, judge: q.Judge}
	f.send = said(func(ctx context.Context, a runbook.Answer) error { return runs.Answer(ctx, id, q.ID, a) })
	return f
}

// uninvited asks for what a word needs that the run has not asked for.
func (s *runScreen) uninvited(m *root, f *followed, o runbook.Offer, step runbook.StepView) *form {
	runs, id := m.o.Runs, s.id
	q := runbook.Question{Step: step.ID, Offers: []runbook.Offer{o}}
	out := &form{title: choiceTitle(o.Choice, cmp.Or(step.Title, f.View.Plan.Title)), choice: o.Choice, fields: fieldsFor(q, o), judge: q.Judge}
	out.send = said(func(ctx context.Context, a runbook.Answer) error {
		switch o.Choice {
		case runbook.Skip:
			return runs.Skip(ctx, id, step.ID, a)
		case runbook.Undo:
			return runs.Undo(ctx, id, a)
		case runbook.GoUnplanned:
			return runs.GoUnplanned(ctx, id, a)
		}
		return runs.Stop(ctx, id, a.Reason)
	})
	return out
}

// said sends what a form asked for, and brings back what came of it.
func said(tell func(context.Context, runbook.Answer) error) func(*form, runbook.Answer) tea.Cmd {
	return func(f *form, a runbook.Answer) tea.Cmd {
		return order(askTime, func(ctx context.Context) tea.Msg { return saidMsg{form: f, err: tell(ctx, a)} })
	}
}

// choiceTitle is what is being done, as a heading.
func choiceTitle(c runbook.Choice, what string) string {
	switch c {
	case runbook.Pass:
		return what
	case runbook.Retry:
		return "try again: " + what
	case runbook.Skip:
		return "go on without: " + what
	case runbook.Undo:
		return "take back everything that this run did"
	case runbook.GoUnplanned:
		return "go on without what needs the region being left"
	case runbook.Stop:
		return "stop; the run can be resumed"
	case runbook.LookAgain:
		return "gather the figures anew, and ask again"
	case runbook.CallOff:
		return "call the run off: it has changed nothing, and nothing is left to resume"
	}
	return string(c)
}

// resume asks for the run to be taken up again.
func (m *root) resume() tea.Cmd {
	s, f := m.runAt()
	if s == nil || f == nil {
		return nil
	}
	m.toRun()
	s.form = s.resumeForm(m, nil)
	return nil
}

// resumeForm takes a run up; where another holds the lease only with the phrase that takes it over.
func (s *runScreen) resumeForm(m *root, why error) *form {
	runs, id := m.o.Runs, s.id
	f := &form{title: "take the run up where its journal ends; every step is looked at first"}
	f.fields = []field{{kind: askSure}}
	if phrase := takeOverPhrase(why); phrase != "" {
		f.title = "take the run over"
		f.fields = []field{phraseField(phrase, why.Error())}
	}
	f.send = func(f *form, a runbook.Answer) tea.Cmd {
		return order(beginTime, func(ctx context.Context) tea.Msg {
			return saidMsg{form: f, run: id, err: runs.Resume(ctx, id, a.Phrase)}
		})
	}
	return f
}

// takeOverPhrase is what takes the lease over that a run could not be resumed for; "" where that was not why. Out of
// another process an error comes in words alone.
func takeOverPhrase(why error) string {
	var held *runbook.HeldError
	switch {
	case why == nil:
		return ""
	case errors.As(why, &held):
		return runbook.TakeOverPhrase(held.By)
	}
	_, phrase, _ := strings.Cut(why.Error(), "by typing: ")
	if !strings.HasPrefix(phrase, "take over fence ") {
		return ""
	}
	phrase, _, _ = strings.Cut(phrase, "\n")
	return strings.TrimSpace(phrase)
}

func cannotResume(m *root) string {
	s, f := m.runAt()
	switch {
	case s == nil || f == nil:
		return "of a run only"
	case m.readOnly() != "":
		return m.readOnly()
	case closed(f.View):
		return "the run is over"
	case dr.Overtaken(f.View, m.runs.by):
		return "a newer run has promoted since: what this one still wants would undo that"
	case f.Here && f.Dead == "" && f.View.Ending == runbook.Running:
		return "it is being run here"
	}
	return ""
}

// heard takes what came of a form.
func (m *root) heard(msg saidMsg) tea.Cmd {
	for _, s := range m.stack {
		switch s := s.(type) {
		case *runScreen:
			if s.form == msg.form {
				return s.heard(m, msg)
			}
		case interface {
			launches(*form) bool
			heard(*root, saidMsg) tea.Cmd
		}:
			if s.launches(msg.form) {
				return s.heard(m, msg)
			}
		}
	}
	return nil
}

func (s *runScreen) heard(m *root, msg saidMsg) tea.Cmd {
	s.form.sent = false
	switch {
	case msg.run != "" && takeOverPhrase(msg.err) != "":
		s.form = s.resumeForm(m, msg.err)
	case msg.err != nil:
		s.form.note = msg.err.Error()
		s.form.refused()
	default:
		s.form = nil
		if msg.run != "" {
			m.followAnew()
		}
		return m.listRuns()
	}
	return nil
}
