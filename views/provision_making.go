package views

import (
	"slices"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// making is what the lower part shows while Terraform plans or applies a root: how far it is, and a line each resource.
func (f *runFrame) making(s runbook.StepView, w int) (fixed, body []ui.Line, ok bool) {
	root := rootIn(s.ID)
	p, known := f.progress(root)
	verb, _, _ := strings.Cut(s.ID, "-")
	if !known || p.Op != verb || !terraforms(s) && s.State != runbook.StateFailed {
		return nil, nil, false
	}
	if p.Op == "plan" {
		fixed = []ui.Line{ui.Spread(w, ui.B(ui.Text, s.Title), ui.T(ui.Muted, "looks only")), ui.Cat(ui.F(ui.Text, "%s looked at", ui.Plural(p.Done, "resource")), f.since(p.Began))}
		return fixed, f.problems(p, w), true
	}
	fixed = []ui.Line{ui.Spread(w, ui.B(ui.Text, s.Title), f.left(s, p)), f.bar(p, w)}
	return fixed, f.resourceLines(p, w), true
}

func (f *runFrame) since(t time.Time) ui.Line {
	if t.IsZero() {
		return nil
	}
	return ui.T(ui.Muted, ", "+ui.Stopwatch(steady(f.now.Sub(t))))
}

// left is how long an apply has taken, and how long it took before.
func (f *runFrame) left(s runbook.StepView, p dr.RootProgress) ui.Line {
	began := p.Began
	if began.IsZero() {
		began = s.Began
	}
	line := ui.Cat(ui.T(ui.Muted, "elapsed "), ui.B(ui.Text, ui.Stopwatch(steady(f.now.Sub(began)))))
	past, known := f.past[s.ID]
	switch rest := past - f.now.Sub(began); {
	case !known:
		return ui.Cat(line, ui.T(ui.Muted, "   how long it takes is not known yet"))
	case rest > 0:
		return ui.Cat(line, ui.T(ui.Muted, "   about "+ui.Long(rest)+" more, by past runs"))
	default:
		return ui.Cat(line, ui.T(ui.Muted, "   longer than the "+ui.Long(past)+" of past runs"))
	}
}

// bar is how many resources are done with.
func (f *runFrame) bar(p dr.RootProgress, w int) ui.Line {
	words := ui.Cat(ui.B(ui.Text, ui.F(ui.Text, "%d", p.Done).String()), ui.F(ui.Muted, " of %d", p.Total))
	if p.Failed > 0 {
		words = ui.Cat(words, ui.F(ui.Bad, "  ✗ %d failed", p.Failed))
	}
	room := max(w-words.Width()-2, 4)
	n := 0
	if p.Total > 0 {
		n = min(room*p.Done/p.Total, room)
	}
	return ui.Cat(ui.T(ui.Accent, strings.Repeat("━", n)), ui.T(ui.Rule, strings.Repeat("─", room-n)), ui.Space(2), words)
}

// resourceLines are the resources of an apply, those that failed first with what is to be done about them.
func (f *runFrame) resourceLines(p dr.RootProgress, w int) []ui.Line {
	key := madeKey{rootOf{f.View.Run, p.Root}, w, f.now.Unix(), f.path.news}
	if f.path.made.key == key {
		return f.path.made.lines
	}
	var out []ui.Line
	names := 0
	for _, l := range p.Lines[:min(len(p.Lines), 200)] {
		names = max(names, ui.Width(shortAddress(l.Address)))
	}
	names = min(names, max(w-pick(w < 100, 22, 44), 16))
	for i := range p.Lines {
		out = append(out, f.resourceLine(&p.Lines[i], names, w)...)
	}
	f.path.made = madeLines{key, append(out, f.problems(p, w)...)}
	return f.path.made.lines
}

// madeLines are lines that were drawn of an apply, kept until something of it is another.
type madeLines struct {
	key   madeKey
	lines []ui.Line
}

type madeKey struct {
	of     rootOf
	w      int
	second int64
	news   int
}

func (f *runFrame) resourceLine(l *dr.ResourceLine, names, w int) []ui.Line {
	role, mark, word := ui.Muted, "·", "waits"
	took := l.Elapsed
	switch l.State {
	case dr.LineFailed:
		role, mark, word = ui.Bad, "✗", "failed"
	case dr.LineGoing:
		role, mark, word = ui.Accent, "▸", going(l.Action)
		if !l.Began.IsZero() {
			took = max(took, steady(f.now.Sub(l.Began)))
		}
	case dr.LineDone:
		role, mark, word = ui.Good, "✓", made(l.Action)
	}
	name := ui.T(pick(l.State == dr.LineWaiting || l.State == dr.LineDone, ui.Muted, ui.Text), shortAddress(l.Address)).Fit(names)
	var clock ui.Line
	if l.State != dr.LineWaiting {
		clock = ui.T(pick(l.State == dr.LineGoing, ui.Text, ui.Muted), ui.Stopwatch(took))
	}
	line := ui.Row(w, 2, ui.P(0, ui.Cat(ui.T(role, mark+" "), name)), ui.Part{Line: ui.T(pick(l.State == dr.LineFailed, ui.Bad, ui.Muted), word), Cols: 9},
		ui.P(0, clock.Right(7)), ui.P(1, ui.T(ui.Muted, l.ID)))
	out := []ui.Line{line}
	if l.Problem != "" {
		out = append(out, ui.Cat(ui.Space(2), ui.T(ui.Bad, l.Problem)).Wrap(w, 2)...)
	}
	return out
}

// shortAddress is a resource's address without the word that every part of it begins with.
func shortAddress(address string) string { return strings.ReplaceAll(address, "module.", "") }

func going(a dr.PlanAction) string {
	switch a {
	case dr.PlanUpdate:
		return "changing"
	case dr.PlanDestroy:
		return "removing"
	case dr.PlanReplace:
		return "replacing"
	case dr.PlanAdopt:
		return "importing"
	}
	return "making"
}

func made(a dr.PlanAction) string {
	switch a {
	case dr.PlanUpdate:
		return "changed"
	case dr.PlanDestroy:
		return "removed"
	case dr.PlanReplace:
		return "replaced"
	case dr.PlanAdopt:
		return "imported"
	case dr.PlanForget:
		return "let go"
	}
	return "made"
}

// problems are what Terraform said that belongs to no line.
func (f *runFrame) problems(p dr.RootProgress, w int) []ui.Line {
	var out []ui.Line
	for _, x := range p.Problems {
		if slices.ContainsFunc(p.Lines, func(l dr.ResourceLine) bool { return x.Address != "" && l.Address == x.Address && l.Problem != "" }) {
			continue
		}
		role := pick(x.Warning, ui.Warn, ui.Bad)
		out = append(out, ui.Cat(ui.T(role, pick(x.Warning, "! ", "✗ ")+joined(": ", x.Address, x.Words())), ui.T(ui.Muted, pick(x.File != "", "  "+x.File, ""))).Wrap(w, 2)...)
	}
	return out
}

// besides is what a failure says that does not stand beside a resource below it.
func (f *runFrame) besides(q *runbook.Question) string {
	p, ok := f.progress(rootIn(q.Step))
	if !ok || !provisioning(f.View.Plan) {
		return q.Text
	}
	rest := q.Text
	for _, x := range p.Problems {
		rest = strings.ReplaceAll(rest, x.Words(), "")
	}
	if rest == q.Text {
		return rest
	}
	rest = strings.Trim(rest, " :;")
	if rest == "terraform "+p.Op+" of "+p.Root {
		return ""
	}
	return rest
}

// failed are the resources of a root that could not be made, each with why.
func (f *runFrame) failed(step string, w int) []ui.Line {
	p, ok := f.progress(rootIn(step))
	if !ok {
		return nil
	}
	out := []ui.Line{}
	if p.Op == "apply" && p.Total > 0 {
		out = append(out, ui.F(ui.Text, "%d of %d were made, and stay; the next plan knows them", p.Done, p.Total))
	}
	for i := range p.Lines {
		if p.Lines[i].State == dr.LineFailed {
			out = append(out, f.resourceLine(&p.Lines[i], min(ui.Width(shortAddress(p.Lines[i].Address)), max(w-22, 10)), w)...)
		}
	}
	return append(out, f.problems(p, w)...)
}
