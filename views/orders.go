package views

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

const (
	askTime   = 20 * time.Second // how long a run may take to answer
	beginTime = 90 * time.Second // how long its process may take to start: it reads both regions first
	listAgain = 15 * time.Second // how old the list of runs becomes before it is asked for anew
	listLate  = 5 * time.Minute  // the same where the estate's record tells of new runs
)

// What the door to runs answered.
type (
	runMsg struct {
		id     string
		update *RunUpdate // nil: nothing new
		err    error      // following broke off
		over   bool
	}
	runsMsg struct {
		lines []RunLine
		err   error
	}
	planMsg struct {
		kind dr.Kind
		plan RunPlan
		err  error
	}
	pastMsg struct {
		kind dr.Kind
		past runbook.Estimates
		err  error
	}
	paperMsg struct {
		run    string
		sheets []runbook.Sheet
		err    error
	}
	saidMsg struct { // a form was sent
		form *form
		run  string // what came of it: the run that was begun or resumed; "" for an answer
		err  error
	}
)

// order is a command that asks the door for something, within a time.
func order(within time.Duration, ask func(ctx context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		return ask(ctx)
	}
}

// listRuns asks for the list of runs, unless it is being asked for.
func (m *root) listRuns() tea.Cmd {
	if m.o.Runs == nil || m.runs.asking {
		return nil
	}
	m.runs.asking, m.runs.listed, m.runs.told = true, m.now, recordTells(&m.e.Record)
	runs := m.o.Runs
	return order(askTime, func(ctx context.Context) tea.Msg {
		lines, err := runs.List(ctx)
		return runsMsg{lines, err}
	})
}

// keepListed asks for the list anew now and then: another machine may have begun a run.
func (m *root) keepListed() tea.Cmd {
	old := m.now.Sub(m.runs.listed)
	same := m.e.Record.Where != "" && recordTells(&m.e.Record) == m.runs.told
	if old < listAgain || same && old < listLate {
		return nil
	}
	return m.listRuns()
}

// recordTells is what an estate's record tells of runs, to be compared.
func recordTells(r *dr.Record) string {
	told := r.Run
	for i := range r.Open {
		told += " " + r.Open[i].Run + string(r.Open[i].Ending)
	}
	if r.Last != nil {
		told += " " + r.Last.Run
	}
	return told
}

// listed takes the list. The first time a run that waits for an answer is shown at once, unless somebody is at work.
func (m *root) listed(msg runsMsg) tea.Cmd {
	m.runs.asking, m.runs.err = false, msg.err
	if msg.err != nil {
		return nil
	}
	m.runs.take(msg.lines)
	open := m.runs.open()
	if !m.runs.first && open != nil && len(open.Questions) > 0 && len(m.stack) == 1 && !m.touched {
		m.push(&runScreen{id: open.View.Run})
	}
	m.runs.first = true
	return nil
}

// hear takes what was said of a run. After its end the list is another.
func (m *root) hear(msg runMsg) tea.Cmd {
	var cmd tea.Cmd
	if m.runs.hear(msg) {
		cmd, m.path.old = m.listRuns(), true
	}
	if p, ok := m.top().(*paper); ok {
		return tea.Batch(cmd, p.renew(m))
	}
	return cmd
}

// learn asks how long a procedure's steps took before, once.
func (m *root) learn(kind dr.Kind) tea.Cmd {
	if m.o.Runs == nil || kind == "" || m.runs.past[kind] != nil {
		return nil
	}
	m.runs.past[kind] = &past{asking: true}
	runs := m.o.Runs
	return order(askTime, func(ctx context.Context) tea.Msg {
		past, err := runs.Estimates(ctx, kind)
		return pastMsg{kind, past, err}
	})
}

func (m *root) learned(msg pastMsg) {
	m.runs.past[msg.kind] = &past{Estimates: msg.past, err: msg.err}
}

// attend has the right runs followed, and what is new on the screen seen to. It is called after every message.
func (m *root) attend() tea.Cmd {
	if m.o.Runs == nil {
		return nil
	}
	m.followRuns()
	m.followProgress()
	if s := m.shownRun(); s != nil {
		return tea.Batch(m.askPlans(s.id), m.attendTop())
	}
	return m.attendTop()
}

// attendTop sees to what is new for the topmost screen.
func (m *root) attendTop() tea.Cmd {
	if s, ok := m.top().(*runScreen); ok {
		return tea.Batch(s.attend(m), m.keepPath())
	}
	return m.keepPath()
}

// followRuns follows the run that is open and the one that is shown.
func (m *root) followRuns() {
	var ids []string
	if open := m.runs.open(); open != nil {
		ids = append(ids, open.View.Run)
	}
	if s := m.shownRun(); s != nil && (len(ids) == 0 || ids[0] != s.id) {
		ids = append(ids, s.id)
	}
	if !slices.Equal(ids, m.runs.wanted) {
		m.runs.wanted = ids
		m.runs.follow(ids)
	}
}

// followAnew follows what is followed from the beginning: a run that was resumed goes on in another process.
func (m *root) followAnew() {
	m.runs.follow(nil)
	m.runs.wanted = nil
}

// shownRun is the run screen that is on the stack; nil where there is none.
func (m *root) shownRun() *runScreen {
	for _, s := range m.stack {
		if r, ok := s.(*runScreen); ok {
			return r
		}
	}
	return nil
}
