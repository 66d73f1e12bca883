package views

import (
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
	role, says := f.bannerWords()
	return ui.Cat(ui.T(role, "▌ "), ui.B(ui.Accent, "R"), ui.Space(2), ui.B(ui.Text, runTitle(f.View.Plan)+": "), ui.T(role, says))
}

// runTitle is what a run is called in a sentence: "failover to us-west-2".
func runTitle(p runbook.Plan) string {
	name := p.Name
	if p.DryRun {
		name = "dry run of a " + name
	}
	if way := strategyWay(p); way != "" {
		return pick(p.DryRun, "plan of a strategy: ", "strategy: ") + way
	}
	if resting(p) {
		return pick(p.DryRun, "plan of a deactivation: ", "deactivation: ") + phaseName(p)
	}
	if provisioning(p) {
		return pick(p.DryRun, "plan of ", "provisioning ") + phaseName(p)
	}
	return name + " to " + p.To
}

// bannerWords is how a run that is open stands.
func (f *followed) bannerWords() (ui.Role, string) {
	v := f.View
	switch {
	case f.Dead != "":
		return ui.Bad, f.Dead
	case v.Ending != runbook.Running:
		return ui.Warn, "stopped, can be resumed"
	}
	for _, q := range f.Questions {
		switch q.Kind {
		case runbook.AskTrouble:
			return ui.Bad, "waits for you: " + q.Title + " failed"
		case runbook.AskCode:
			return ui.Warn, "waits for a code"
		default:
			return ui.Warn, "waits at its gate, " + q.Title
		}
	}
	if v.Open {
		if open := f.unfenced(); open != "" {
			return ui.Bad, "OPEN, " + open
		}
		return ui.Warn, "open, something is kept being tried"
	}
	if i := current(v); i >= 0 && i < len(v.Steps) {
		return ui.Accent, "under way, " + v.Steps[i].Title
	}
	return ui.Accent, "under way"
}

// unfenced says that a promotion was made and nothing proves that the old writer has stopped; "" where that is not so.
func (f *followed) unfenced() string {
	if dr.Unfenced(f.View) == "" {
		return ""
	}
	return f.View.Plan.To + " serves, old writer NOT fenced"
}

// offer is the key that fails over, and until when that ends within the target: while the region of the writer is dark
// and no run is open.
func (m *root) offer() ui.Line {
	r := m.writerRegion()
	if cannotStart(m) != "" || r == nil || r.Condition != dr.CondDark {
		return nil
	}
	line := ui.Cat(ui.T(roleOf(r.Level), "▌ "), ui.T(ui.Text, "Press "), ui.B(ui.Accent, "f"), ui.T(ui.Text, " to fail over."))
	rto, serve := m.o.Config.Objectives.RTO.D(), m.e.Record.Serve
	if serve <= 0 || rto <= 0 || r.Since.IsZero() {
		return line
	}
	at := r.Since.Add(rto - serve)
	return ui.Cat(line, ui.T(ui.Text, " Latest safe start for the "+ui.Long(rto)+" target: "), ui.B(pick(at.Before(m.now), ui.Bad, ui.Text), at.UTC().Format("15:04")))
}

// writerRegion is the region of the writer of record; nil where that cannot be told.
func (m *root) writerRegion() *dr.Region {
	for i := range m.e.Regions {
		if r := &m.e.Regions[i]; r.Name == orWords(m.e.Verdict.Writer, m.e.Regions[0].Name) {
			return r
		}
	}
	return nil
}
