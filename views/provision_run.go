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

// phaseName is what a run provisions: "foundation in us-west-2".
func phaseName(p runbook.Plan) string {
	switch phase := phaseOf(p); phase {
	case "":
		return p.Title
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

// reportMade says what a run has made, by root.
func (f *runFrame) reportMade(b *facts) {
	b.fact("took", ui.Cat(ui.T(ui.Text, ui.Secs(f.View.Changed.Sub(f.View.Started))), ui.T(ui.Muted, waitedWords(waitedIn(f.View)))))
	var money []dr.MoneyLine
	if len(rootsOf(f.View)) > 0 {
		b.lines = append(b.lines, nil)
	}
	for _, root := range rootsOf(f.View) {
		var plan dr.RootPlan
		for _, p := range f.plansOf() {
			if p.Root == root {
				plan, money = p, append(money, p.Money...)
			}
		}
		f.reportRoot(b, root, plan)
	}
	if words := moneyWords(money); words != "" && !inParts(f.View) {
		b.section("Money")
		b.say(pick(f.View.Plan.DryRun, "would cost", "costs"), words)
	}
	f.reportOthers(b)
}

// reportOthers are the steps that belong to no root: images, checks.
func (f *runFrame) reportOthers(b *facts) {
	first := true
	for _, s := range f.View.Steps {
		if rootIn(s.ID) != "" {
			continue
		}
		if first {
			b.section(pick(len(rootsOf(f.View)) == 0, "Checks", "Besides"))
			first = false
		}
		role, mark := stateMark(s.State)
		words, drill, _ := strings.Cut(f.stepWords(s).String(), ". A drill would add: ")
		b.hang(2, ui.Cat(ui.T(role, mark+" "), ui.T(ui.Text, s.Title+"  "), ui.T(pick(role == ui.Good, ui.Muted, role), words)))
		if drill != "" {
			b.hang(4, ui.Cat(ui.Space(2), ui.T(ui.Accent, "a drill would add "), ui.T(ui.Text, drill)))
		}
	}
}

// inParts says whether a root was applied more than once: its newest plan is not all that was made.
func inParts(v runbook.View) bool {
	return slices.ContainsFunc(v.Steps, func(s runbook.StepView) bool {
		return strings.HasPrefix(s.ID, "apply-") && s.ID != "apply-"+rootIn(s.ID)
	})
}

// makesWords are the words of a step of a root: of an apply how far it is, and afterwards how much it was.
func (f *runFrame) makesWords(s runbook.StepView, words string) string {
	switch {
	case strings.HasPrefix(s.ID, "images-"):
		words, _, _ = strings.Cut(words, "; push it: ")
	case !strings.HasPrefix(s.ID, "apply-"):
	case s.State == runbook.StateDoing || s.State == runbook.StateWatched:
		return orWords(strings.TrimSpace(f.countWords(rootIn(s.ID))), words)
	case s.State == runbook.StateDone:
		words, _, _ = strings.Cut(words, ";")
		if _, all, ok := strings.Cut(words, " of "); ok { // what was said last of it, a moment before its end
			return all
		}
	}
	return words
}

// pushes are the commands that bring images into a registry, of the words of a step that waits for them; the first is what
// is missing.
func pushes(s runbook.StepView, words string) []string {
	missing, commands, ok := strings.Cut(words, "; push it: ")
	if !ok || !strings.HasPrefix(s.ID, "images-") || s.State.Over() {
		return nil
	}
	return append([]string{missing}, strings.Split(commands, "; ")...)
}

// commandsBelow is what is missing, and the commands that bring it, as they can be copied.
func commandsBelow(commands []string, w int) []ui.Line {
	out := ui.T(ui.Warn, "! "+commands[0]+"; push them:").Wrap(w, 2)
	for _, c := range commands[1:] {
		out = append(out, commandLines(c, w)...)
	}
	return out
}

// reportRoot is what a run did with one root: what was planned or made, how it was verified, and what went wrong.
func (f *runFrame) reportRoot(b *facts, root string, plan dr.RootPlan) {
	over, mark, _ := f.rootMark(root)
	if !over {
		mark = ui.T(ui.Muted, "·")
	}
	var made, more []ui.Line
	for _, s := range rootSteps(f.View, root) {
		verb, _, _ := strings.Cut(s.ID, "-")
		switch {
		case verb == "apply" && s.State == runbook.StateDone && s.Already:
			made = append(made, ui.T(ui.Text, orWords(s.Text, "nothing to be made")))
		case verb == "apply" && s.State == runbook.StateDone:
			made = append(made, ui.Cat(ui.T(ui.Text, orWords(f.makesWords(s, s.Text), "made")), ui.T(ui.Muted, " in "+ui.Stopwatch(s.Ended.Sub(s.Began)-s.Waited))))
		case verb == "verify" && s.State == runbook.StateDone:
			more = append(more, ui.T(ui.Muted, s.Text))
		case s.State == runbook.StateSkipped || s.State == runbook.StateNotDone || s.State == runbook.StateFailed:
			more = append(more, ui.Cat(ui.T(ui.Warn, "! "+s.Title+": "), f.stepWords(s)))
		}
	}
	switch {
	case plan.Why != "":
		made = []ui.Line{ui.T(ui.Muted, pick(plan.Waits, "planned once another root is there", "not planned"))}
		more = append(more, ui.T(pick(plan.Waits, ui.Muted, ui.Warn), pick(plan.Waits, "", "! ")+plan.Why))
	case f.View.Plan.DryRun && plan.Root != "":
		made = []ui.Line{countsLine(plan.Counts)}
	case made == nil:
		made = []ui.Line{ui.T(ui.Muted, "not made")}
	}
	b.fact(root, ui.Cat(mark, ui.Space(1), ui.Join(2, made...)))
	for _, l := range more {
		b.fact("", ui.Cat(ui.Space(2), l))
	}
}

func (f *runFrame) plansOf() []dr.RootPlan {
	if p := f.path.plans[f.View.Run]; p != nil {
		return p.list
	}
	return nil
}

func waitedIn(v runbook.View) time.Duration {
	waited := time.Duration(0)
	for _, s := range v.Steps {
		waited = max(waited, s.Waited)
	}
	return waited
}

// endingMade is how a run that makes things ended.
func (f *runFrame) endingMade() ui.Line {
	v := f.View
	if v.Plan.DryRun {
		return ui.Cat(ui.T(ui.Text, "only planned: nothing was made.  "), ui.B(ui.Accent, "Enter"), ui.T(ui.Text, " opens the phase again"))
	}
	name := orWords(phaseOf(v.Plan), "the phase")
	if taints := v.Taints(); len(taints) > 0 {
		return ui.Cat(ui.B(ui.Warn, "! done, tainted: "), ui.T(ui.Text, name+" went on without: "+words(taints)))
	}
	line := ui.Cat(ui.B(ui.Good, "✓ "), ui.B(ui.Text, "phase done: "), ui.T(ui.Text, name+" is there"))
	next := f.path.after(phaseOf(v.Plan))
	switch {
	case !f.path.told:
	case next == "" && f.path.next() == "":
		line = ui.Cat(line, ui.T(ui.Text, ", and so is every phase"))
	case next != "":
		line = ui.Cat(line, ui.T(ui.Text, ".  "), ui.B(ui.Accent, "Enter"), ui.T(ui.Text, " opens the next: "+next))
	}
	return line
}

// noNextPhase is why there is no phase to go on to.
func noNextPhase(m *root) string {
	s, f := m.runAt()
	switch {
	case s == nil || f == nil || !provisioning(f.View.Plan):
		return "of a run that provisions only"
	case f.View.Ending != runbook.Done:
		return "the phase is not done"
	case m.pathFrom(f) == "":
		return "there is no other phase to be made"
	}
	return ""
}

// pathFrom is the phase to go on with after a run: the next one, or where it only planned, the same.
func (m *root) pathFrom(f *followed) string {
	if f.View.Plan.DryRun {
		return phaseOf(f.View.Plan)
	}
	return m.path.after(phaseOf(f.View.Plan))
}

// nextPhase opens the phase to go on with after the run.
func (m *root) nextPhase() tea.Cmd {
	_, f := m.runAt()
	next := m.pathFrom(f)
	m.toPath()
	var cmd tea.Cmd
	p, ok := m.top().(*pathScreen)
	if !ok {
		cmd = m.openPath()
		p = m.top().(*pathScreen)
	}
	p.at = next
	return tea.Batch(cmd, m.openPhase(next))
}
