package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// reader is a page of text about a run.
type reader struct {
	of   func(m *root) *followed // the run; nil while it is not known
	end  bool                    // it stays at its end until one goes up
	top  int
	room int
	n    int
	text func(f *runFrame, w int) (title ui.Line, lines []ui.Line)
}

func (*reader) scope() Scope         { return InPages }
func (*reader) partial() bool        { return false }
func (*reader) typed(*root, tea.Msg) {}
func (*reader) open(*root) tea.Cmd   { return nil }
func (*reader) back(m *root)         { m.pop() }
func (r *reader) page(m *root, n int) {
	r.move(m, n*max(r.room-1, 1))
}

func (r *reader) move(_ *root, n int) {
	r.top = max(0, min(r.top+n, r.n-r.room))
	r.end = r.end && n > 0 || r.top >= r.n-r.room && n > 0
}

func (r *reader) draw(m *root, c *ui.Canvas) *tea.Cursor {
	f := r.of(m)
	if f == nil {
		return nil
	}
	frame := m.runFrame(f)
	title, lines := r.text(frame, max(m.w-2, 1))
	if r.n = len(lines); r.end {
		r.top = r.n
	}
	r.room = m.drawRunPage(c, frame, title, lines, &r.top, InPages)
	return nil
}

// theRun is a run by its id, for a page of it.
func theRun(id string) func(*root) *followed {
	return func(m *root) *followed { return m.runs.run(id) }
}

// openStep shows all there is to say of the step that one stands on.
func (m *root) openStep() tea.Cmd {
	s, f := m.runAt()
	if f == nil || len(f.View.Steps) == 0 {
		return nil
	}
	m.toRun()
	id := f.View.Steps[s.index(f)].ID
	m.push(&reader{of: theRun(s.id), text: func(f *runFrame, w int) (ui.Line, []ui.Line) {
		step, _ := f.View.Step(id)
		return ui.Join(2, ui.B(ui.Text, step.Title), ui.T(ui.Muted, "step "+id)), f.stepPage(step, w)
	}})
	return nil
}

// stepPage is all there is to say of a step.
func (f *runFrame) stepPage(s runbook.StepView, w int) []ui.Line {
	b := f.facts(w)
	b.label = 12
	b.say("why", s.Why)
	role, mark := stateMark(s.State)
	b.fact("state", ui.Cat(ui.T(role, mark+" "+string(s.State)+"  "), f.stepWords(s)))
	b.say("waits for", f.titles(s.After, func(runbook.StepView) bool { return true }))
	b.say("undo", strings.TrimPrefix(f.undoWords(s.Undoing), "undo: "))
	b.say("", pick(s.Commit, "from here on the run cannot be taken back", ""))
	b.say("", pick(s.Safety, "going on without it taints the run", ""))
	if !s.Began.IsZero() {
		b.say("began", ui.Clock(s.Began, f.now)+" UTC")
	}
	if !s.Ended.IsZero() && s.State.Over() {
		b.say("ended", ui.Clock(s.Ended, f.now)+" UTC, after "+ui.Secs(s.Ended.Sub(s.Began)))
	}
	if s.Waited > 0 {
		b.say("of that", ui.Secs(s.Waited)+" waiting for people")
	}
	if d, ok := f.past[s.ID]; ok {
		b.say("before", "about "+ui.Secs(d)+", by past runs")
	}
	b.section("Calls")
	b.lines = append(b.lines, callLines(s.Calls, w)...)
	b.section("Events")
	for _, e := range f.Events {
		if words := f.eventWords(e); e.Step == s.ID && len(words) > 0 {
			b.hang(10, ui.Cat(ui.T(ui.Muted, ui.Clock(e.At, f.now)), ui.Space(2), words))
		}
	}
	return b.lines
}

// openLog shows everything that happened in the run.
func (m *root) openLog() tea.Cmd {
	s, _ := m.runAt()
	if s == nil {
		return nil
	}
	m.toRun()
	m.push(&reader{of: theRun(s.id), end: true, text: func(f *runFrame, w int) (ui.Line, []ui.Line) {
		return ui.Join(2, ui.B(ui.Text, "Events"), ui.T(ui.Muted, "of run "+f.View.Run)), f.log(w)
	}})
	return nil
}

// paper is what is left of a run, or a plan, as commands that a person can type.
type paper struct {
	reader
	run    string // "" of a plan
	seq    int64  // the entry that it was asked at
	asking bool
	sheets []runbook.Sheet
	err    error
}

// newPaper makes an empty paper.
func newPaper(of func(*root) *followed) *paper {
	p := &paper{reader: reader{of: of}}
	p.text = func(f *runFrame, w int) (ui.Line, []ui.Line) { return paperTitle(f.View.Plan), p.commands(w) }
	return p
}

func paperTitle(plan runbook.Plan) ui.Line {
	return ui.Join(2, ui.B(ui.Text, "Paper"), ui.T(ui.Muted, plan.Title+" by hand, in this order"))
}

// openPaper writes what is left as commands: of a run, or of a plan.
func (m *root) openPaper() tea.Cmd {
	if a, ok := m.base().(*assess); ok {
		p := newPaper(func(m *root) *followed { return a.followed(m.e) })
		p.sheets, p.err = a.plan.Paper, a.err
		m.toRun()
		m.push(p)
		return nil
	}
	s, f := m.runAt()
	if s == nil || f == nil {
		return nil
	}
	m.toRun()
	p := newPaper(theRun(s.id))
	p.run = s.id
	m.push(p)
	return p.renew(m)
}

// renew asks anew when the run has gone on.
func (p *paper) renew(m *root) tea.Cmd {
	f, runs, id := p.of(m), m.o.Runs, p.run
	if f == nil || runs == nil || id == "" || p.asking || p.seq == f.View.Seq {
		return nil
	}
	p.asking, p.seq = true, f.View.Seq
	return order(askTime, func(ctx context.Context) tea.Msg {
		sheets, err := runs.Paper(ctx, id)
		return paperMsg{id, sheets, err}
	})
}

func (m *root) papered(msg paperMsg) {
	for _, s := range m.stack {
		if p, ok := s.(*paper); ok && p.run == msg.run {
			p.asking, p.sheets, p.err = false, msg.sheets, msg.err
		}
	}
}

// commands are the sheets, in an order in which they can be typed one after the other.
func (p *paper) commands(w int) []ui.Line {
	switch {
	case p.err != nil:
		return ui.T(ui.Warn, "! "+p.err.Error()).Wrap(w, 2)
	case p.sheets == nil && p.asking:
		return []ui.Line{ui.T(ui.Muted, "· reading")}
	case len(p.sheets) == 0:
		return []ui.Line{ui.T(ui.Muted, "nothing is left to be done")}
	}
	var out []ui.Line
	for i, s := range p.sheets {
		if i > 0 {
			out = append(out, nil)
		}
		out = append(out, sheetLines(i+1, s, w)...)
	}
	return out
}

func sheetLines(n int, s runbook.Sheet, w int) []ui.Line {
	head := ui.Join(2, ui.F(ui.Muted, "%2d", n), ui.B(ui.Text, s.Title), ui.T(ui.Muted, pick(s.State == runbook.StateWaiting, "", string(s.State))))
	out := []ui.Line{head.Cut(w)}
	out = append(out, ui.Cat(ui.Space(4), ui.T(ui.Muted, s.Why)).Wrap(w, 4)...)
	if s.Gate != "" {
		out = append(out, ui.Cat(ui.Space(4), ui.T(ui.Warn, "Lifeboat would ask for: "+s.Gate)).Cut(w))
	}
	if len(s.Commands) == 0 {
		return append(out, ui.Cat(ui.Space(4), ui.T(ui.Muted, "nothing to type: look that it is so")))
	}
	for _, command := range s.Commands {
		for part := range strings.SplitSeq(command, "\n") {
			out = append(out, commandLines(part, w)...)
		}
	}
	return slices.Clip(out)
}

// commandLines is a command that can be copied as it stands: a line that goes on ends as a shell wants it.
func commandLines(command string, w int) []ui.Line {
	remark := strings.HasPrefix(command, "#")
	lines := ui.T(pick(remark, ui.Muted, ui.Text), command).Wrap(max(w-6, 1), pick(remark, 0, 4))
	for i, l := range lines {
		switch {
		case remark && i > 0:
			l = ui.Cat(ui.T(ui.Muted, "# "), l)
		case !remark && i < len(lines)-1:
			l = ui.Cat(l, ui.T(ui.Text, ` \`))
		}
		lines[i] = ui.Cat(ui.Space(4), l).Cut(w)
	}
	return lines
}
