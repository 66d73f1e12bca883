package views

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

func (a *assess) draw(m *root, c *ui.Canvas) *tea.Cursor {
	f := m.runFrame(a.followed(m.e))
	p := runFrameLayout(m.w, m.h)
	lines := a.costs(m, f, max(p.lower.W, 1))
	plan := a.planLines(f.facts(max(p.side.W, p.lower.W, 1)), f)
	if p.side.H > 0 {
		c.Put(p.side, plan...)
	} else {
		lines = append(append(lines, nil), plan...)
	}
	a.n = len(lines)
	a.room = p.drawPage(m, c, f, ui.Join(2, ui.B(ui.Text, "Before it"), a.said()), lines, &a.top, BeforeRun)
	return a.drawForm(m, c)
}

// said is what goes on with starting it, or with its plan.
func (a *assess) said() ui.Line {
	if said := a.launch.said(); said != nil || !a.asking {
		return said
	}
	return ui.T(ui.Muted, "· planning")
}

// costs is what a run would cost, and what stands against it.
func (a *assess) costs(m *root, f *runFrame, w int) []ui.Line {
	b := f.facts(w)
	b.label = 8
	if a.refused != nil {
		b.fact("✗", ui.T(ui.Bad, a.refused.Error()))
		b.lines = append(b.lines, nil)
	}
	points := a.points(m.e)
	if at := a.chosen(points); at >= 0 {
		b.fact("data", a.pointCost(points[at], f))
	} else {
		b.fact("data", f.dataCost(a.kind))
	}
	b.fact("time", f.timeCost())
	b.say("kept", a.plan.Where)
	if len(points) > 0 {
		a.pointLines(b, f, points)
	}
	if a.kind.Moves() { // the checks are about taking users to another region
		b.readiness(m.checks(m.e, a.leaving(m.e), a.kind), m.h)
	}
	return b.lines
}

// leaving is the region that would be left: the plan's, else that of the writer of record.
func (a *assess) leaving(e *dr.Estate) string {
	if from := a.plan.Plan.From; from != "" {
		return from
	}
	return orWords(e.Verdict.Writer, e.Regions[0].Name)
}

// quiet is since when the region that would be left does not answer; zero where it does.
func (a *assess) quiet(e *dr.Estate) time.Time {
	for i := range e.Regions {
		if r := &e.Regions[i]; r.Name == a.leaving(e) {
			return r.QuietSince()
		}
	}
	return time.Time{}
}

// dataCost is what would be lost, with its source.
func (f *runFrame) dataCost(kind dr.Kind) ui.Line {
	if kind == dr.Reprotect {
		return ui.Cat(ui.B(ui.Text, "nothing"), ui.T(ui.Text, " is lost by it: users stay where they are; what the old database holds is kept"))
	}
	if kind == dr.Deactivate {
		return ui.Cat(ui.B(ui.Text, "nothing"), ui.T(ui.Text, " is lost by it: a snapshot of the database that is given up stays, and newer copies are proven first"))
	}
	if kind == dr.Switchover || kind == dr.Failback {
		return ui.Cat(ui.B(ui.Text, "nothing"), ui.T(ui.Text, " is lost: writers are stopped, and nothing is promoted before it is proven that all has arrived"))
	}
	r := f.e.RiskAt(f.now)
	if !r.Known || f.aged {
		return ui.T(ui.Warn, "? how much would be lost is not known: "+orWords(r.Why, "nothing was read lately"))
	}
	return ui.Cat(ui.T(ui.Text, pick(r.AtMost, "at most ", "")), ui.B(pick(unwell(r.Level), roleOf(r.Level), ui.Text), ui.Secs(r.Value)),
		ui.T(ui.Text, " would be lost"), ui.T(ui.Muted, " ("+r.From+")"))
}

// timeCost is how long it would take, by past runs alone.
func (f *runFrame) timeCost() ui.Line {
	target, moves := ui.T(ui.Muted, " · target "+ui.Long(f.rto)), dr.Kind(f.View.Plan.Name).Moves()
	if !moves { // users do not wait for it
		target = nil
	}
	if r := f.e.Record; r.Serve > 0 && moves {
		return ui.Cat(ui.T(ui.Text, "about "), ui.B(ui.Text, ui.Long(r.Serve)), ui.T(ui.Muted, " ("+r.ServeFrom+")"), target)
	}
	left := runbook.Project(f.View, f.past, f.now)
	switch {
	case len(f.past) == 0 || len(f.View.Steps) == 0:
		return ui.Cat(ui.T(ui.Text, "unknown: "+noneYet(f.View.Plan.Name)), target)
	case !left.Known():
		return ui.Cat(ui.T(ui.Text, "at least "+ui.Long(left.Left)), ui.T(ui.Muted, ": "+ui.Plural(len(left.Unknown), "step")+" never timed"), target)
	}
	return ui.Cat(ui.T(ui.Text, "about "), ui.B(ui.Text, ui.Long(left.Left)), ui.T(ui.Muted, " (past runs, step by step)"), target)
}

// planLines are the steps, each with what it takes to undo it and what it leans on.
func (a *assess) planLines(b *facts, f *runFrame) []ui.Line {
	b.section("Plan")
	switch {
	case a.err != nil:
		b.hang(2, ui.T(ui.Warn, "! it cannot be made: "+a.err.Error()))
		return b.lines
	case len(f.View.Steps) == 0:
		b.text(ui.T(ui.Muted, "· planning: both regions are read first"))
		return b.lines
	}
	b.lines[len(b.lines)-1] = ui.Join(2, b.lines[len(b.lines)-1], ui.T(ui.Muted, ui.Plural(len(f.View.Steps), "step")+"; what it needs stands beside each"))
	names := 0
	for _, s := range f.View.Steps {
		names = max(names, ui.Width(s.Title))
	}
	names = min(names, max(b.w*2/5, 12))
	for i, s := range f.View.Steps {
		b.planStep(i+1, s, names, a.finding(s.ID), f.past)
	}
	return b.lines
}

func (a *assess) finding(step string) runbook.Finding {
	for _, f := range a.plan.Findings {
		if f.Step == step {
			return f
		}
	}
	return runbook.Finding{}
}

// planStep is a step of the plan: its name, what it leans on, what undoing costs, how long it took before.
func (b *facts) planStep(n int, s runbook.StepView, names int, x runbook.Finding, past runbook.Estimates) {
	undo := pick(s.Undoing == "", "only looks", "undo "+string(s.Undoing))
	right := ui.T(pick(s.Undoing == runbook.UndoNever, ui.Warn, ui.Muted), undo).Fit(12)
	if d, ok := past[s.ID]; ok && b.w >= 90 {
		right = ui.Cat(ui.T(ui.Muted, "~"+ui.Stopwatch(d)).Right(7), ui.Space(3), right)
	}
	head := ui.Cat(ui.F(ui.Muted, "%2d  ", n), ui.T(ui.Text, s.Title).Fit(names), ui.Space(2))
	room := max(b.w-head.Width()-right.Width()-2, 0)
	b.lines = append(b.lines, ui.Cat(head, leansOn(s.Calls).Fit(room), ui.Space(2), right).Cut(b.w))
	if role := lintRole(x.Verdict); role != ui.Muted {
		b.hang(6, ui.Cat(ui.Space(4), ui.T(role, pick(role == ui.Bad, "✗ ", "! ")+x.Why)))
	}
}

// lintRole is how grave the lint's verdict on a step is.
func lintRole(v runbook.Verdict) ui.Role {
	switch v {
	case runbook.BestEffort, runbook.Accept:
		return ui.Warn
	case runbook.Refused:
		return ui.Bad
	}
	return ui.Muted
}

// leansOn is the planes and regions that a step's calls lean on, each once.
func leansOn(calls []runbook.Call) ui.Line {
	var seats []string
	for _, c := range calls {
		if seat := joined(" ", string(c.Plane), seatOf(c)); !slices.Contains(seats, seat) {
			seats = append(seats, seat)
		}
	}
	return ui.T(ui.Muted, strings.Join(seats, " · "))
}
