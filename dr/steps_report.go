package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lifeboat/dr/runbook"
)

// reportStep says what came of it. It calls nothing: everything is in the journal and in what was read.
func (w *crew) reportStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: StepReport, Title: "report", Why: "what was lost and what is still open is said by whoever did it", After: after, Timeout: shortStep,
		Await: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.DryRun {
				return runbook.Seen{So: true, Text: "nothing was changed: each step says what it would have done"}, nil
			}
			return runbook.Seen{So: true, Text: w.report(t)}, nil
		},
	}
}

// report is the run's outcome in a few sentences. Whether the old writer is fenced is not among them: that may change while the run
// stays open, and Unfenced says it.
func (w *crew) report(t *runbook.Task) string {
	if words := w.agreementText(t); words != "" {
		return w.outcome(t) + ". " + words
	}
	return w.outcome(t)
}

// agreementText says whether Terraform agrees with what the run has left, or why it was not asked; "" where nothing says that there is
// any.
func (w *crew) agreementText(t *runbook.Task) string {
	list := Agreements(t.Pins())
	switch {
	case list != nil:
		return "Terraform: " + agreementWords(list)
	case w.build == nil && w.c.Terraform.Primary != "":
		return "Terraform was not asked whether it agrees: " + w.unbuilt
	}
	return ""
}

// outcome is who serves and writes, what was lost, and whether there is a standby.
func (w *crew) outcome(t *runbook.Task) string {
	if w.p.kind == Reprotect {
		return strings.TrimSuffix(w.standingWords(t)+". "+t.Pin(PinAccount), ". ")
	}
	if w.p.kind == Failback {
		return w.p.to + " serves and writes" + w.since(t) + ". " + w.lost(t) + ". " + w.standingWords(t)
	}
	return w.p.to + " serves and writes" + w.since(t) + ". " + w.lost(t)
}

// standingWords say whether there is a standby again, and what is kept.
func (w *crew) standingWords(t *runbook.Task) string {
	r := w.p.rebuild
	if r == nil {
		return fmt.Sprintf("%s does not rest yet: %s is there as it was left, and no copy of what %s writes is. lifeboat deactivate makes copies anew, and has it rest", w.p.from, w.p.source, w.p.to)
	}
	words := fmt.Sprintf("There is no standby: lifeboat reprotect makes one in %s", w.p.from)
	if at := stampTime(t.Pin(PinStanding)); !at.IsZero() {
		words = fmt.Sprintf("%s stands by again since %s: %s follows %s", w.p.from, moment(at), r.Name(), w.p.replica)
	}
	if r.Old == "" || t.State(stepRename) != runbook.StateDone {
		return words
	}
	words += ". Kept: " + r.Kept
	if dollars, ok := r.month(); ok {
		words += fmt.Sprintf(", about $%.0f a month, until somebody deletes it by that name", dollars)
	}
	return words
}

// Unfenced says that a run has promoted, and that nothing proves that the old writer has stopped; "" where that is not so.
func Unfenced(v runbook.View) string {
	promoted, _ := v.Step(StepPromote)
	if v.Plan.DryRun || !promoted.Changed && !promoted.Begun {
		return ""
	}
	switch r, _, void := ReceiptOf(v.Pins); {
	case r == nil:
		return "old writer NOT fenced: there is no fence receipt"
	case void != "":
		return "old writer NOT fenced: the fence receipt is void: " + void
	}
	return ""
}

// since is the moment from which users were served again, and how long after the last sign of the old writer that was.
func (w *crew) since(t *runbook.Task) string {
	at, err := time.Parse(time.RFC3339Nano, t.Pin(PinServed))
	if err != nil {
		return ""
	}
	words := " since " + at.UTC().Format("15:04:05 UTC")
	if contact := w.watch.Estate().Replication.LastContact; t.Mode() == runbook.Unplanned && at.After(contact) && !contact.IsZero() {
		words += ", " + span(at.Sub(contact)) + " after the last contact with the old writer"
	}
	return words
}

// lost is what the run lost, as far as it can be told now.
func (w *crew) lost(t *runbook.Task) string {
	pins := t.Pins()
	if token := pins[PinToken]; token != "" {
		return "Nothing was lost: " + token
	}
	if t.Mode() == runbook.Planned {
		return "Nothing was proven about what was lost: " + w.unproven(t)
	}
	return LossAfter(pins)
}

// LossAfter is what an unplanned run lost: everything that the old writer committed between the last commit that the replica had
// replayed and the moment from which on nothing of its region answered, or else the promotion. What the old writer holds beyond is known when its
// region is back.
func LossAfter(pins runbook.Pins) string {
	if pins[PinLeft] != "" {
		return lossOfLeft(pins)
	}
	last, err := time.Parse(time.RFC3339Nano, pins[PinCommit])
	called, calledErr := time.Parse(time.RFC3339Nano, pins[PinPromotedAt])
	switch {
	case err != nil && calledErr != nil:
		return "What was lost is not known: neither the replica's last commit nor the promotion's time was read"
	case err != nil:
		return "What was lost is not known: the replica could not be asked for its last commit; it was promoted at " + called.UTC().Format("15:04:05 UTC")
	}
	came := last.UTC().Format("15:04:05.000 UTC")
	if position := pins[PinPosition]; position != "" {
		came += " (position " + position + ")"
	}
	until, why := called, "the promotion"
	if silent, err := time.Parse(time.RFC3339Nano, pins[PinSilent]); err == nil && silent.After(last) && silent.Before(until) {
		until, why = silent, "from when on nothing of the old region answered"
	}
	if !until.After(last) {
		return "The last commit that came through is of " + came
	}
	return fmt.Sprintf("At most %s of writes are lost: what was committed after %s, the last commit that came through, and before %s, %s",
		atMost(until.Sub(last)), came, until.UTC().Format("15:04:05 UTC"), why)
}
