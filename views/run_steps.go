package views

import (
	"strings"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// steps are the run's steps as a list draws them.
func (f *runFrame) steps(w, at int) []ui.Step {
	out := make([]ui.Step, len(f.View.Steps))
	for i, s := range f.View.Steps {
		out[i] = f.step(s, w, i == at)
	}
	return out
}

func (f *runFrame) step(s runbook.StepView, w int, chosen bool) ui.Step {
	role, mark := stateMark(s.State)
	out := ui.Step{
		Mark: ui.T(role, mark), Name: ui.T(ui.Text, s.Title), Words: f.stepWords(s), Time: f.stepTime(s), Tag: f.stepTag(s, w >= 90),
		Fold: foldOf(s),
	}
	switch {
	case s.State == runbook.StateGate:
		out.Mark, out.Name = ui.B(role, mark), out.Name.Bold()
	case chosen:
		out.Name = out.Name.Bold()
	case s.State == runbook.StateWaiting || s.State == runbook.StateLeftOut:
		out.Name = out.Name.In(ui.Muted)
	}
	return out
}

// stateMark is the glyph of a step's state, which says the same without colour.
func stateMark(s runbook.State) (ui.Role, string) {
	switch s {
	case runbook.StateLooking, runbook.StateDoing, runbook.StateWatched:
		return ui.Accent, "▸"
	case runbook.StateGate:
		return ui.Accent, "◆"
	case runbook.StateFailed:
		return ui.Bad, "✗"
	case runbook.StateDone:
		return ui.Good, "✓"
	case runbook.StateSkipped, runbook.StateNotDone:
		return ui.Warn, "!"
	case runbook.StateWouldDo, runbook.StateUndone:
		return ui.Accent, "○"
	}
	return ui.Muted, "·"
}

// foldOf says what may stand together: what is ahead, and what is over and of which there is nothing to say.
func foldOf(s runbook.StepView) ui.Fold {
	switch s.State {
	case runbook.StateWaiting, runbook.StateLeftOut:
		return ui.FoldAhead
	case runbook.StateDone, runbook.StateUndone, runbook.StateWouldDo:
		return ui.FoldOver
	}
	return ui.FoldNever
}

// stepWords is what goes on in a step, or what came of it.
func (f *runFrame) stepWords(s runbook.StepView) ui.Line {
	words := essence(f.words(s))
	if provisioning(f.View.Plan) {
		words = f.makesWords(s, words)
	}
	switch s.State {
	case runbook.StateWaiting:
		return ui.T(ui.Muted, f.waitsFor(s))
	case runbook.StateLooking:
		return ui.T(ui.Text, orWords(words, "looks whether it is so"))
	case runbook.StateGate:
		if !f.running() {
			return ui.T(ui.Muted, "was at its gate")
		}
		return ui.Cat(ui.B(ui.Accent, "GATE"), ui.T(ui.Accent, "  waits for you"))
	case runbook.StateDoing:
		return ui.T(ui.Text, orWords(words, "called for"))
	case runbook.StateWatched:
		return ui.T(ui.Text, orWords(words, "called for; watched"))
	case runbook.StateFailed:
		return ui.T(ui.Bad, orWords(words, "failed"))
	case runbook.StateSkipped:
		return ui.T(ui.Warn, "skipped by "+person(s.By)+": "+s.Reason)
	case runbook.StateNotDone:
		return ui.T(ui.Warn, orWords(words, "not done")+pick(f.keeps(), ", still trying", ""))
	case runbook.StateLeftOut:
		return ui.T(ui.Muted, "left out: for planned runs")
	case runbook.StateUndone:
		return ui.T(ui.Muted, "taken back")
	}
	return ui.T(ui.Muted, words)
}

// essence is what was last seen, of an error that tells at length what was waited for.
func essence(words string) string {
	if _, last, ok := strings.Cut(words, "last seen: "); ok {
		words = strings.TrimSuffix(last, ")")
	}
	return strings.TrimPrefix(words, "could not look: ")
}

// keeps says whether what was not done goes on being tried.
func (f *runFrame) keeps() bool { return f.running() && !closed(f.View) }

func orWords(words, or string) string {
	if words == "" {
		return or
	}
	return words
}

// waitsFor names what must be over before a step begins.
func (f *runFrame) waitsFor(s runbook.StepView) string {
	names := f.titles(s.After, func(need runbook.StepView) bool { return !need.State.Over() })
	if names == "" {
		return ""
	}
	return "waits for " + strings.ReplaceAll(names, "wait for ", "")
}

// titles are what steps are called, of those that are wanted, without what a title goes on to say after a colon.
func (f *runFrame) titles(ids []string, wanted func(runbook.StepView) bool) string {
	var names []string
	for _, id := range ids {
		if s, ok := f.View.Step(id); ok && wanted(s) {
			name, _, _ := strings.Cut(s.Title, ":")
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// stepTime is how long a step took, or has taken so far.
func (f *runFrame) stepTime(s runbook.StepView) ui.Line {
	switch {
	case s.Began.IsZero() || s.State == runbook.StateWaiting || s.State == runbook.StateLeftOut:
		return nil
	case !s.Ended.IsZero() && s.State.Over():
		return ui.T(ui.Muted, ui.Stopwatch(s.Ended.Sub(s.Began)-s.Waited))
	case s.State == runbook.StateGate || s.State == runbook.StateFailed:
		return nil
	}
	until := f.now
	if !f.running() {
		until = f.View.Changed
	}
	return ui.T(ui.Text, ui.Stopwatch(steady(until.Sub(s.Began)-s.Waited)))
}

// stepTag is what a step still costs: how long it took before, and what it takes to undo it.
func (f *runFrame) stepTag(s runbook.StepView, roomy bool) ui.Line {
	if s.State.Over() || s.State == runbook.StateUndone {
		return nil
	}
	var past, undo ui.Line
	if d, ok := f.past[s.ID]; ok {
		past = ui.T(ui.Muted, "~"+ui.Stopwatch(max(d, time.Second)))
	}
	if roomy {
		past = past.Fit(6)
		if s.Undoing == runbook.UndoNever && !provisioning(f.View.Plan) {
			undo = ui.T(ui.Muted, "irreversible")
		}
	}
	return ui.Join(2, past, undo)
}
