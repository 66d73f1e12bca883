package views

import (
	"strings"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// banner is the run that is open, as the first line of the verdict; nil where there is none.
func (m *root) banner() ui.Line {
	f := m.runs.open()
	if f == nil {
		return nil
	}
	p := f.View.Plan
	name := ui.B(ui.Text, runTitle(p))
	role, says := f.bannerWords()
	return ui.Cat(ui.T(role, "▌ "), name, ui.T(role, " "+says+"."), ui.T(ui.Text, " "), ui.B(ui.Accent, "R"), ui.T(ui.Muted, " goes to it."))
}

// runTitle is a run as a sentence begins with it: "The failover to us-west-2".
func runTitle(p runbook.Plan) string {
	name := p.Name
	if p.DryRun {
		name = "dry run of a " + name
	}
	return "The " + strings.TrimSpace(name) + " to " + p.To
}

// bannerWords is how a run that is open stands.
func (f *followed) bannerWords() (ui.Role, string) {
	v := f.View
	switch {
	case f.Dead != "":
		return ui.Bad, "is left alone: " + f.Dead
	case v.Ending != runbook.Running:
		return ui.Warn, "is stopped, and can be resumed"
	}
	for _, q := range f.Questions {
		switch q.Kind {
		case runbook.AskTrouble:
			return ui.Bad, "waits for you: " + q.Title + " failed"
		case runbook.AskCode:
			return ui.Warn, "waits for a code"
		default:
			return ui.Warn, "waits at its gate: " + q.Title
		}
	}
	if v.Open {
		if open := f.unfenced(); open != "" {
			return ui.Bad, "is open: " + open
		}
		return ui.Warn, "is open: something is kept being tried"
	}
	if i := current(v); i >= 0 && i < len(v.Steps) {
		return ui.Accent, "is under way: " + v.Steps[i].Title
	}
	return ui.Accent, "is under way"
}

// unfenced says that a promotion was made and nothing proves that the old writer has stopped; "" where that is not so.
func (f *followed) unfenced() string {
	v := f.View
	promoted, _ := v.Step(dr.StepPromote)
	if r, _, void := dr.ReceiptOf(v.Pins); (promoted.Changed || promoted.Begun) && (r == nil || void != "") {
		return v.Plan.To + " serves, old writer NOT fenced"
	}
	return ""
}
