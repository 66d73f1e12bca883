package views

import (
	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

func (s *runScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	f := m.runs.run(s.id)
	if f == nil || f.View.Run == "" || f.View.Plan.Name == "" {
		return s.drawNothing(m, c, f)
	}
	r := m.runFrame(f)
	if reported(f) && s.form == nil {
		lines := r.report(max(m.w-2, 1))
		s.room, s.lines = m.drawRunPage(c, r, ui.B(ui.Text, "Report"), lines, &s.top, OnRun), len(lines)
		return nil
	}
	return s.drawRun(m, c, r)
}

// drawNothing stands until the run is read.
func (s *runScreen) drawNothing(m *root, c *ui.Canvas, f *followed) *tea.Cursor {
	said := ui.T(ui.Muted, "· reading run "+s.id)
	if f != nil && f.err != nil {
		said = ui.T(ui.Warn, "! run "+s.id+" cannot be read: "+f.err.Error())
	}
	m.drawPage(c, ui.B(ui.Text, "Run"), said.Wrap(max(m.paper().W, 1), 0), nil)
	return nil
}

// lower is what stands below the steps: lines that stay, lines that scroll, and what is answered; y and x are where the
// cursor stands in that, y < 0 where there is none.
type lower struct {
	fixed, body, asking []ui.Line
	y, x                int
}

func (s *runScreen) drawRun(m *root, c *ui.Canvas, f *runFrame) *tea.Cursor {
	rows, plan := len(f.View.Steps), s.gatePlan(m)
	p := runLayout(m.w, m.h, rows, 0, 0)
	l := s.lower(m, f, max(p.lower.W, 1))
	want, least := len(l.fixed)+len(l.body)+len(l.asking), max(m.h/8, 1)
	if plan != nil && p.side.H == 0 {
		rows, least = len(plan.shown)+4, max(m.h/4, 3)
	}
	if want++; len(l.asking) == 0 {
		want, least = want+3, m.h/4 // some of the log
	}
	p = runLayout(m.w, m.h, rows, least, want)
	p.draw(m, c, f, s.scope())
	switch {
	case plan == nil:
		s.drawSteps(c, f, p)
		c.Put(p.side, f.tail(p.side.W, p.side.H)...)
	case p.side.H > 0:
		s.drawSteps(c, f, p)
		s.drawGatePlan(c, plan, p.side)
	default:
		s.drawGatePlan(c, plan, p.steps)
	}
	return s.drawLower(c, f, p, l)
}

func (s *runScreen) lower(m *root, f *runFrame, w int) lower {
	l := lower{y: -1}
	switch {
	case s.form != nil && !(s.form.asked && s.form.choice == runbook.Pass):
		l.fixed = []ui.Line{ui.B(ui.Text, s.form.title).Cut(w)}
		l.asking, l.y, l.x = s.form.lines(w)
	case s.shown != nil:
		l.fixed = []ui.Line{f.questionHead(s.shown, w)}
		l.asking, l.y, l.x = s.asking(m, w)
	}
	if hush := s.hushed(); hush != nil {
		l.asking, l.y = append(l.asking, hush.Cut(w)), -1
	}
	if s.form == nil && s.shown == nil && len(f.View.Steps) > 0 {
		if fixed, body, ok := f.making(f.View.Steps[s.index(f.followed)], w); ok {
			l.fixed, l.body = fixed, body
			return l
		}
	}
	switch {
	case s.shown != nil:
		l.body = f.questionBody(s.asked(m), s.form != nil && s.form.overriding(), w)
	case s.form != nil || len(f.View.Steps) == 0:
	case f.View.Open && s.at == "":
		l.body = f.summary(w).lines
	default:
		l.body = f.detail(f.View.Steps[s.index(f.followed)], w)
	}
	return l
}

// drawLower puts what is asked right below what must be known for it, and the newest of the log where there is room
// left.
func (s *runScreen) drawLower(c *ui.Canvas, f *runFrame, p runParts, l lower) *tea.Cursor {
	fixed, rest := p.lower.Top(len(l.fixed))
	c.Put(fixed, l.fixed...)
	body, rest := rest.Top(min(len(l.body), max(rest.H-len(l.asking), 0)))
	s.lines, s.room = len(l.body), body.H
	s.top = max(0, min(s.top, s.lines-s.room))
	c.Put(body, window(l.body, s.top, body)...)
	if rest.H > len(l.asking) {
		_, rest = rest.Top(1)
	}
	asking, rest := rest.Top(len(l.asking))
	c.Put(asking, l.asking...)
	if p.side.H == 0 && rest.H > 1 {
		if len(l.asking) > 0 {
			_, rest = rest.Top(1)
		}
		c.Put(rest, f.tail(rest.W, rest.H)...)
	}
	if l.y < 0 || l.y >= asking.H {
		return nil
	}
	return tea.NewCursor(asking.X+l.x, asking.Y+l.y)
}

// window is the lines in view; where there are more its last line says how many.
func window(lines []ui.Line, top int, r ui.Rect) []ui.Line {
	out := ui.Window(lines, top, r.H)
	if rest := len(lines) - top - r.H; rest > 0 && r.H > 0 {
		out = append(out[:r.H-1:r.H-1], ui.F(ui.Muted, "↓ %s", moreWords(rest+1)))
	}
	return out
}

// drawSteps draws the list, with the mark beside the step that one went to.
func (s *runScreen) drawSteps(c *ui.Canvas, f *runFrame, p runParts) {
	at := s.index(f.followed)
	for y, l := range ui.Steps(f.steps(p.steps.W, at), p.steps.W, p.steps.H, at) {
		c.Put(ui.Rect{X: p.steps.X, Y: p.steps.Y + y, W: p.steps.W, H: 1}, l.Line)
		if s.at != "" && l.Holds(at) {
			c.Put(ui.Rect{X: p.steps.X - 1, Y: p.steps.Y + y, W: 1, H: 1}, ui.B(ui.Accent, "›"))
		}
	}
}
