package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// launch starts a run's process, which waits at its first gate. A refusal that a phrase overrides asks for that phrase.
type launch struct {
	order   RunOrder // what is started, and what it is started against
	form    *form    // what must be overridden before it can be started
	sent    *form    // it is being started with this; nil: it is not
	refused error    // why it was not started
}

// begin starts it.
func (l *launch) begin(m *root, o RunOrder) tea.Cmd {
	l.order, l.refused = o, nil
	return l.start(m, &form{})
}

// start starts it, with what was overridden so far; f asked for the last of it.
func (l *launch) start(m *root, f *form) tea.Cmd {
	runs, o := m.o.Runs, l.order
	l.sent = f
	return order(beginTime, func(ctx context.Context) tea.Msg {
		id, err := runs.Begin(ctx, o)
		return saidMsg{form: f, run: id, err: err}
	})
}

// launches says whether a form was sent from here.
func (l *launch) launches(f *form) bool { return l.sent != nil && l.sent == f }

// heard takes what came of starting it: the run, or why there is none, which some phrase may override.
func (l *launch) heard(m *root, msg saidMsg) tea.Cmd {
	l.sent = nil
	if msg.err == nil {
		return tea.Batch(m.openRun(msg.run), m.listRuns())
	}
	l.form, l.refused = l.overrideForm(m, msg.err), msg.err
	return nil
}

// overrideForm asks for what overrides a refusal to start; nil where nothing does.
func (l *launch) overrideForm(m *root, why error) *form {
	for _, phrase := range []string{runbook.PhraseCoolDown, runbook.PhraseNoLock} {
		if !strings.Contains(why.Error(), `"`+phrase+`"`) {
			continue
		}
		f := &form{title: "it was not started", fields: overrideFields(why.Error(), phrase)}
		f.send = func(f *form, answer runbook.Answer) tea.Cmd {
			l.order.Overrides = append(l.order.Overrides, answer.Overrides...)
			return l.start(m, f)
		}
		return f
	}
	return nil
}

// said is what goes on with starting it.
func (l *launch) said() ui.Line {
	switch {
	case l.sent != nil:
		return ui.T(ui.Accent, "· starting "+pick(l.order.DryRun, "a dry run", "it")+"; its gate comes before any change")
	case l.refused != nil:
		return ui.T(ui.Bad, "✗ it was not started")
	}
	return nil
}

// drawForm puts what must be overridden into the lower rows.
func (l *launch) drawForm(m *root, c *ui.Canvas) *tea.Cursor {
	if l.form == nil {
		return nil
	}
	lines, y, x := l.form.lines(max(m.w-2, 1))
	paper := m.sheetOf(c, ui.B(ui.Text, l.form.title), len(lines), m.hints(InQuestions))
	c.Put(paper, lines...)
	if y < 0 || y >= paper.H {
		return nil
	}
	return tea.NewCursor(paper.X+x, paper.Y+y)
}
