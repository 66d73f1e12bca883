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
		if strategyWay(v.Plan) != "" || resting(v.Plan) {
			return ui.T(ui.Text, "only planned: nothing was changed")
		}
		return ui.Cat(ui.T(ui.Text, "only planned: nothing was made.  "), ui.B(ui.Accent, "Enter"), ui.T(ui.Text, " opens the phase again"))
	}
	name := orWords(strategyWay(v.Plan), orWords(phaseOf(v.Plan), phaseName(v.Plan)))
	if taints := v.Taints(); len(taints) > 0 {
		return ui.Cat(ui.B(ui.Warn, "! done, tainted: "), ui.T(ui.Text, name+" went on without: "+words(taints)))
	}
	if way := strategyWay(v.Plan); way != "" {
		return ui.Cat(ui.B(ui.Good, "✓ "), ui.B(ui.Text, "strategy changed: "), ui.T(ui.Text, way))
	}
	if resting(v.Plan) {
		return ui.Cat(ui.B(ui.Good, "✓ "), ui.B(ui.Text, name+" rests"), ui.T(ui.Text, ": it stands by again as it did before the failover"))
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
	case s == nil || f == nil || phaseOf(f.View.Plan) == "":
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
