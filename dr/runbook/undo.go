package runbook

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lifeboat/aws/fault"
)

// toUndo lists the steps that this run changed the cloud in, or may have, the last one first.
func (v View) toUndo() []StepView {
	var out []StepView
	for _, s := range v.Steps {
		if s.Changed || s.Begun {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b StepView) int { return b.Began.Compare(a.Began) })
	return out
}

// takeBack undoes what the run did, the last first, one after the other. A commit point's Do that was under way when
// it was asked for, and has begun since, forbids it.
func (r *Run) takeBack() (Ending, error) {
	why := context.Cause(r.going())
	if r.View().Committed {
		return Stopped, errors.New("not taken back: the run is past its commit point")
	}
	r.mu.Lock()
	r.soft, r.cancel = context.WithCancelCause(r.hard)
	r.mu.Unlock()
	if r.log(Entry{Kind: EntryUndoing, Text: why.Error()}) == nil {
		for _, s := range r.View().toUndo() {
			if !r.undoStep(r.proc.step(s.ID)) {
				break
			}
		}
	}
	ending, err := r.ending()
	if ending == Done {
		return Undone, why
	}
	return ending, err
}

// calledOff is how a run that was called off ends. What was begun before the word came is under way nevertheless, and
// then there is something to resume or to take back.
func (r *Run) calledOff(why error) (Ending, error) {
	if changed := r.View().toUndo(); len(changed) > 0 {
		return Stopped, fmt.Errorf("not called off: %q was under way already", changed[0].Title)
	}
	return CalledOff, why
}

// undoStep takes one step back; false where the run is to stop.
func (r *Run) undoStep(s *Step) bool {
	f := &flight{step: s, task: r.task(s)}
	for {
		err := r.undoOnce(f)
		var skip *skipOrder
		switch {
		case errors.As(err, &skip):
			return r.log(Entry{Kind: EntrySkipped, Step: s.ID, Answer: &skip.answer}) == nil
		case r.halting():
			return false
		case err == nil:
			return r.log(Entry{Kind: EntryUndone, Step: s.ID}) == nil
		}
	}
}

// undoOnce looks whether the step is so at all, and takes it back if it is.
func (r *Run) undoOnce(f *flight) error {
	defer r.arm(f)()
	b := &budget{left: f.step.Timeout, all: f.step.Timeout}
	seen, err := r.watch(f, b, "look whether it is so", f.step.Check, answered)
	if err == nil && !seen.So {
		return nil
	}
	if err == nil && f.step.Undo == nil {
		err = fmt.Errorf("it is so, and there is nothing that takes it back (cost of undo: %s)", f.step.Undoing)
	}
	if err == nil {
		err = r.change(f, b, f.step.Undo, 1, true)
	}
	if err == nil {
		_, err = r.watch(f, b, "wait until it is taken back", f.step.Check, func(s Seen) bool { return !s.So })
	}
	if err == nil {
		return nil
	}
	if why := context.Cause(f.look); why != nil {
		return why
	}
	return r.undoTrouble(f, err)
}

func (r *Run) undoTrouble(f *flight, failure error) error {
	e := Entry{Kind: EntryFailed, Step: f.step.ID, Undo: true, Text: failure.Error(), Fault: fault.KindOf(failure)}
	if err := r.log(e); err != nil {
		return err
	}
	a, err := r.ask(f.look, Question{
		ID: "undo " + f.step.ID, Kind: AskTrouble, Step: f.step.ID, Title: "take back: " + f.step.Title, Text: failure.Error(),
		Offers: r.offer(f.step, Retry, Skip, Stop),
	})
	switch {
	case err != nil:
		return err
	case a.Choice == Skip:
		return &skipOrder{a}
	case r.decided(a):
		return context.Cause(r.going())
	}
	return errRetry
}
