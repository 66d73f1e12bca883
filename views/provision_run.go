package views

import (
	"slices"
	"strings"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// rootsOf are the roots that a run makes, in the order of its steps.
func rootsOf(v runbook.View) []string {
	var out []string
	for _, s := range v.Steps {
		if root := rootIn(s.ID); root != "" && !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
}

// rootSteps are the steps of one root.
func rootSteps(v runbook.View, root string) []runbook.StepView {
	return slices.DeleteFunc(slices.Clone(v.Steps), func(s runbook.StepView) bool { return rootIn(s.ID) != root })
}

// rootMark is how far a run is with a root: whether it is over, its glyph, and what goes on.
func (f *runFrame) rootMark(root string) (over bool, mark ui.Line, words string) {
	over = true
	for _, s := range rootSteps(f.View, root) {
		over = over && s.State.Over()
		role, glyph := stateMark(s.State)
		switch verb, _, _ := strings.Cut(s.ID, "-"); {
		case s.State == runbook.StateFailed:
			return false, ui.T(role, glyph), verb + " failed"
		case s.State == runbook.StateGate:
			return false, ui.T(role, glyph), "waits for you"
		case underWay(s.State):
			return false, ui.T(role, glyph), verb + f.countWords(root)
		}
	}
	if over {
		return true, ui.T(ui.Good, "✓"), ""
	}
	return false, ui.T(ui.Muted, "·"), ""
}

// countWords is how many resources of a root are done with: " 34 of 86".
func (f *runFrame) countWords(root string) string {
	p, ok := f.progress(root)
	if !ok || p.Total == 0 {
		return ""
	}
	return ui.F(ui.Text, " %d of %d", p.Done, p.Total).String()
}

// progress is what Terraform is doing with a root; false where nothing is known of it.
func (f *runFrame) progress(root string) (dr.RootProgress, bool) {
	p, ok := f.path.progress[rootOf{f.View.Run, root}]
	return p, ok && p.Op != ""
}

// headRoots is the line below the head of a run that makes things: its roots, how far each is.
func (f *runFrame) headRoots(w int) ui.Line {
	roots := rootsOf(f.View)
	done := 0
	if len(roots) == 0 {
		for _, s := range f.View.Steps {
			if s.State.Over() {
				done++
			}
		}
		return ui.Cat(ui.T(ui.Muted, "checks "), ui.F(ui.Text, "%d of %d made", done, len(f.View.Steps))).Cut(w)
	}
	for _, r := range roots {
		if over, _, _ := f.rootMark(r); over {
			done++
		}
	}
	parts := []ui.Part{ui.P(0, ui.Cat(ui.T(ui.Muted, "roots "), ui.F(ui.Text, "%d of %d done", done, len(roots))))}
	for _, r := range roots {
		over, mark, words := f.rootMark(r)
		drop := 1
		switch {
		case words == "":
			drop = pick(over, 3, 2)
		}
		parts = append(parts, ui.P(drop, ui.Join(1, mark, ui.T(pick(words == "", ui.Muted, ui.Text), r), ui.T(ui.Muted, words))))
	}
	return ui.Row(w, 3, parts...)
}

// phaseName is what a run provisions: "foundation in us-west-2"; or changes: "warm standby → pilot light"; or has rest: "us-west-2".
func phaseName(p runbook.Plan) string {
	switch phase := phaseOf(p); phase {
	case "":
		if resting(p) {
			return p.To
		}
		return orWords(strategyWay(p), p.Title)
	case "primary":
		return joined(" in ", phase, p.From)
	case "foundation", "data", "compute":
		return joined(" in ", phase, p.To)
	default:
		return phase
	}
}

// gatePlan is the plan that the open question is about; nil where it is about none.
func (s *runScreen) gatePlan(m *root) *planDoc {
	if s.shown == nil || s.shown.Kind != runbook.AskGate || s.at != "" {
		return nil
	}
	plans := m.path.plans[s.id]
	if !strings.HasPrefix(s.shown.Step, "apply-") || plans == nil {
		return nil
	}
	return plans.docs[rootIn(s.shown.Step)]
}

// asked is the open question; one that stands below its plan does not say what that says.
func (s *runScreen) asked(m *root) *runbook.Question {
	if s.gatePlan(m) == nil || s.shown.Notice == nil {
		return s.shown
	}
	q, n := *s.shown, *s.shown.Notice
	n.What, n.Never = n.What[:min(len(n.What), 1)], nil
	q.Notice = &n
	return &q
}

// drawGatePlan puts the plan above its gate, what could be lost first.
func (s *runScreen) drawGatePlan(c *ui.Canvas, d *planDoc, r ui.Rect) {
	if r.H <= 0 {
		return
	}
	s.planTop = max(0, min(s.planTop, len(d.shown)-1))
	lines, rows := d.window(r.W, s.planTop, r.H)
	last := s.planTop
	if len(rows) > 0 {
		last = rows[len(rows)-1]
	}
	if rest := len(d.shown) - last - 1; rest > 0 && r.H > 1 {
		lines = append(lines[:r.H-1:r.H-1], ui.F(ui.Muted, "↓ %s: PgDn, or Esc and v for the whole plan", moreWords(rest+1)))
	}
	c.Put(r, lines...)
}
