package runbook

import (
	"errors"
	"fmt"

	"lifeboat/aws/fault"
)

// errRetry begins another attempt at the operator's word.
var errRetry = errors.New("tried again")

// trouble asks the operator what to do about a failed attempt, and returns what the step does next.
func (r *Run) trouble(f *flight, failure error) error {
	defer f.wait()()
	s := f.step
	e := Entry{Kind: EntryFailed, Step: s.ID, Text: failure.Error(), Fault: fault.KindOf(failure)}
	if err := r.log(e); err != nil {
		return err
	}
	a, err := r.ask(f.look, Question{
		ID: "trouble " + s.ID, Kind: AskTrouble, Step: s.ID, Title: s.Title, Text: failure.Error(),
		Offers: r.offer(s, Retry, Skip, Undo, GoUnplanned, CallOff, Stop),
	})
	switch {
	case err != nil:
		return err
	case a.Choice == Skip:
		return &skipOrder{a}
	case r.decided(a):
		if why := r.brokenOff(f); why != nil {
			return why
		}
	}
	return errRetry
}

// because is why a run stops, in the operator's words.
func because(what string, a Answer) error {
	s := what
	if a.By != "" {
		s += " by " + a.By
	}
	if a.Reason != "" {
		s += ": " + a.Reason
	}
	return errors.New(s)
}

// goUnplanned goes on in unplanned mode. Steps that lean on the region being left begin anew, now at best effort and
// with a deadline, or are left out.
func (r *Run) goUnplanned(a Answer) {
	if r.log(Entry{Kind: EntryMode, Mode: Unplanned, Reason: a.Reason, Answer: &a}) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.flights {
		if f.step.lint(r.proc.From, Unplanned).Verdict != Clear {
			f.cancel(errMode)
		}
	}
}

// Stop stops the run as soon as what is under way in the cloud has answered; it can be resumed.
func (r *Run) Stop(by, reason string) {
	r.halt(Stopped, because("stopped", Answer{By: by, Reason: reason}))
}

// Skip goes on without a step that is under way. It needs a reason, and SkipPhrase for a safety step.
func (r *Run) Skip(step string, a Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.flights[step]
	if f == nil {
		return fmt.Errorf("step %q is not under way", step)
	}
	a.Choice = Skip
	if err := (Question{Offers: []Offer{r.skipOffer(f.step)}}).Judge(a); err != nil {
		return err
	}
	f.cancel(&skipOrder{a})
	return nil
}

// GoUnplanned goes on without what needs the region being left. It needs UnplannedPhrase and a reason.
func (r *Run) GoUnplanned(a Answer) error {
	a.Choice = GoUnplanned
	if err := (Question{Offers: []Offer{r.unplannedOffer()}}).Judge(a); err != nil {
		return err
	}
	r.goUnplanned(a)
	return nil
}

// Undo takes back everything that the run did. It needs UndoPhrase and a reason, and is refused past the commit point.
func (r *Run) Undo(a Answer) error {
	a.Choice = Undo
	if err := (Question{Offers: []Offer{r.undoOffer()}}).Judge(a); err != nil {
		return err
	}
	r.halt(Undone, because("taken back", a))
	return nil
}
