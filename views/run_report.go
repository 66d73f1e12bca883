package views

import (
	"fmt"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// report is what a run has come to: what was lost, how long users were without an answer, what was gone against, what is
// still open, and how long each step took.
func (f *runFrame) report(w int) []ui.Line {
	b := f.summary(w)
	if provisioning(f.View.Plan) {
		return b.lines
	}
	f.reportOwner(b)
	b.section("Steps")
	for _, l := range ui.Steps(f.steps(w, -1), w, len(f.View.Steps), -1) {
		b.lines = append(b.lines, l.Line)
	}
	return b.lines
}

// summary is the report without its steps.
func (f *runFrame) summary(w int) *facts {
	b := f.facts(w)
	b.label = 12
	b.fact("came to", f.ending())
	if provisioning(f.View.Plan) {
		f.reportMade(b)
		f.reportWithout(b)
		f.reportAgainst(b)
		return b
	}
	f.reportLoss(b)
	f.reportTimes(b)
	f.reportTerraform(b)
	f.reportWithout(b)
	f.reportAgainst(b)
	return b
}

// ending is how the run ended, in words.
func (f *runFrame) ending() ui.Line {
	v := f.View
	switch v.Ending {
	case runbook.Running:
		return ui.Cat(ui.B(ui.Bad, "OPEN: "+orWords(f.unfenced(), "all is over but what is kept being tried")), ui.T(ui.Text, ". The run keeps its lease and goes on trying."))
	case runbook.Done:
		if provisioning(v.Plan) {
			return f.endingMade()
		}
		if v.Plan.DryRun {
			return ui.T(ui.Text, "a dry run: everything was looked at, nothing was changed")
		}
		if taints := v.Taints(); len(taints) > 0 {
			return ui.Cat(ui.B(ui.Warn, "! done, tainted: "), ui.T(ui.Text, v.Plan.To+" has taken over, without: "+words(taints)))
		}
		if v.Plan.Name == string(dr.Reprotect) {
			return ui.Cat(ui.B(ui.Text, "done: "), ui.T(ui.Text, v.Plan.From+" stands by again"))
		}
		return ui.Cat(ui.B(ui.Text, "done: "), ui.T(ui.Text, v.Plan.To+" has taken over from "+v.Plan.From))
	case runbook.Undone:
		return ui.T(ui.Text, "taken back: what it did was undone")
	case runbook.CalledOff:
		return ui.T(ui.Text, "called off: nothing was changed")
	}
	return ui.T(ui.Text, string(v.Ending))
}

func words(list []string) string {
	switch n := len(list); n {
	case 0:
		return ""
	case 1:
		return list[0]
	default:
		out := list[0]
		for _, w := range list[1 : n-1] {
			out += ", " + w
		}
		return out + " and " + list[n-1]
	}
}

// reportLoss says what was lost, and how that is known.
func (f *runFrame) reportLoss(b *facts) {
	v := f.View
	s, promotes := v.Step(dr.StepPromote)
	if v.Plan.DryRun || promotes && !s.Changed && !s.Begun {
		return
	}
	if s, ok := v.Step(dr.StepReport); ok && s.State == runbook.StateDone && s.Text != "" {
		b.say("report", s.Text)
	} else if promotes {
		b.fact("lost", f.lost())
	}
	if r, _, void := dr.ReceiptOf(v.Pins); r != nil {
		b.fact("receipt", ui.Cat(ui.T(ui.Text, fmt.Sprintf("%s, by %s: %s", ui.Clock(r.At, f.now), r.By, r.Text)), voided(void)))
	}
}

func voided(void string) ui.Line {
	if void == "" {
		return nil
	}
	return ui.T(ui.Bad, "  ✗ void: "+void)
}

// lost is what the run itself reported, else what its pins tell.
func (f *runFrame) lost() ui.Line {
	pins := f.View.Pins
	if token := pins[dr.PinToken]; token != "" {
		return ui.Cat(ui.B(ui.Text, "nothing"), ui.T(ui.Muted, ", proven: "+token))
	}
	if f.View.Mode == runbook.Planned {
		return ui.T(ui.Warn, "? nothing was proven: the proof was skipped")
	}
	return ui.T(ui.Text, dr.LossAfter(pins))
}

// reportTimes says how long users were without an answer, and how long the run took.
func (f *runFrame) reportTimes(b *facts) {
	v := f.View
	if v.Plan.DryRun {
		return
	}
	if t := f.served(); !t.IsZero() {
		since, why := f.unserved()
		role := pick(f.rto > 0 && t.Sub(since) > f.rto, ui.Bad, ui.Text)
		line := ui.Cat(ui.B(role, ui.Secs(t.Sub(since))), ui.T(ui.Muted, fmt.Sprintf(" from %s, when %s, to %s, when %s was seen to serve users; target %s",
			ui.Clock(since, f.now), why, ui.Clock(t, f.now), v.Plan.To, ui.Long(f.rto))))
		b.fact("outage", line)
	}
	b.fact("took", ui.Cat(ui.T(ui.Text, ui.Secs(v.Changed.Sub(v.Started))), ui.T(ui.Muted, waitedWords(waitedIn(v)))))
}

// unserved is when users were served no more, and by what that is known.
func (f *runFrame) unserved() (since time.Time, why string) {
	v := f.View
	if s, ok := v.Step(dr.StepFence); ok && v.Mode == runbook.Planned && !s.Began.IsZero() {
		return s.Began, v.Plan.From + " was fenced"
	}
	since, known := f.outage()
	return since, pick(known, v.Plan.From+" fell silent", "the run began")
}

func waitedWords(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return ", at least " + ui.Secs(d) + " of it waiting for people"
}

// reportTerraform says of the stack's roots whether they agree with what is now: those that do are counted.
func (f *runFrame) reportTerraform(b *facts) {
	list := dr.Agreements(f.View.Pins)
	words, same := dr.AgreementWords(list)
	for _, w := range words {
		b.fact("terraform", ui.T(ui.Warn, "! "+w))
	}
	if same > 0 {
		b.fact("terraform", ui.T(ui.Text, fmt.Sprintf("no changes in %d of %d roots", same, len(list))))
	}
}

// reportOwner is what the owner of a root does that Lifeboat does not run, to be copied.
func (f *runFrame) reportOwner(b *facts) {
	lines := dr.OwnerLines(f.View.Pins)
	if len(lines) == 0 {
		return
	}
	b.section("For the owner's Terraform")
	for _, line := range lines {
		b.text(ui.T(ui.Text, line))
	}
}

// reportWithout says what the run went on without.
func (f *runFrame) reportWithout(b *facts) {
	for _, s := range f.View.Steps {
		if s.State == runbook.StateNotDone || s.State == runbook.StateSkipped {
			b.fact("without", ui.Cat(ui.T(ui.Warn, "! "+s.Title+": "), f.stepWords(s)))
		}
	}
}

// reportAgainst lists what the operator went against, with the reasons.
func (f *runFrame) reportAgainst(b *facts) {
	for _, o := range f.View.Plan.Overrides {
		b.fact("overridden", overrideLine(o, o.By))
	}
	for _, a := range f.View.Answers {
		for _, o := range a.Overrides {
			b.fact("overridden", overrideLine(o, orWords(o.By, a.By)))
		}
	}
}

func overrideLine(o runbook.Override, by string) ui.Line {
	return ui.Cat(ui.T(ui.Warn, "! "+o.Phrase), ui.T(ui.Text, ": "+o.Reason), ui.T(ui.Muted, ", "+person(by)))
}
