package runbook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lifeboat/aws/fault"
)

// lookGrace is the least time that is given to seeing what became of a change whose outcome is unknown.
const lookGrace = 30 * time.Second

// act calls a step's Do, and where its outcome is unknown looks before it repeats it.
func (r *Run) act(f *flight, b *budget) error {
	for try := 1; ; try++ {
		err := r.change(f, b, f.step.Do, try, false)
		if err == nil || f.look.Err() != nil || outcome(err) == OutcomeUnchanged && fault.KindOf(err) != fault.Throttled {
			return err
		}
		if !sleep(f.look, r.o.Timing.Settle<<(try-1)) {
			return err
		}
		seen, lookErr := r.lookAfter(f, b)
		switch {
		case lookErr != nil:
			return fmt.Errorf("%w; what became of it is not known: %w", err, lookErr)
		case seen.So:
			return r.log(Entry{Kind: EntryOutcome, Step: f.step.ID, Try: try, Result: OutcomeDone, Text: "found so after an unknown outcome"})
		case try == r.o.Timing.Repeats || !r.means(f, f.step.Gate):
			return err
		}
	}
}

// lookAfter sees whether a change took effect.
func (r *Run) lookAfter(f *flight, b *budget) (Seen, error) {
	if !r.bestEffort(f.step) {
		b.left = max(b.left, lookGrace)
	}
	return r.watch(f, b, "look whether it took effect", f.step.Check, answered)
}

// change makes one change: guarded, journaled before, made, journaled after.
func (r *Run) change(f *flight, b *budget, act Act, try int, undo bool) error {
	if err := r.person(f); err != nil {
		return unmade(err)
	}
	if f.step.Before != nil && !undo {
		if err := r.before(f, b); err != nil {
			return err
		}
	}
	if err := r.keeper.confirm(f.look); err != nil {
		return unmade(err)
	}
	if err := r.log(Entry{Kind: EntryIntent, Step: f.step.ID, Try: try, Undo: undo, Waited: Wait(f.waited)}); err != nil {
		return unmade(err)
	}
	err := unmade(r.mine(f))
	if err == nil {
		err = b.spend(f.do, func(ctx context.Context) error { return safeAct(ctx, act, f.task) })
	}
	e := Entry{Kind: EntryOutcome, Step: f.step.ID, Try: try, Undo: undo, Result: outcome(err), Fault: fault.KindOf(err)}
	if err != nil {
		e.Text = err.Error()
	}
	return errors.Join(err, r.log(e))
}

// person has the step be given what it needs of a person, who is not hurried by the step's budget.
func (r *Run) person(f *flight) error {
	if f.step.Ready == nil {
		return nil
	}
	defer f.wait()()
	return safeAct(f.look, f.step.Ready, f.task)
}

// mine is the last look before a change: writing its intent may have taken long enough for the lease to be lost.
func (r *Run) mine(f *flight) error {
	if why := r.brokenOff(f); why != nil {
		return why
	}
	return r.keeper.valid()
}

// before must be so, or nothing is changed.
func (r *Run) before(f *flight, b *budget) error {
	seen, err := r.watch(f, b, "look whether it may be changed", f.step.Before, answered)
	if err != nil {
		return unmade(fmt.Errorf("nothing was changed, since it could not be seen whether it may be: %w", err))
	}
	if !seen.So {
		return unmade(fmt.Errorf("nothing was changed: %s", wordsFor(seen, nil)))
	}
	return nil
}

// notMade marks an error before which nothing was changed.
type notMade struct{ error }

func (n *notMade) Unwrap() error { return n.error }

func unmade(err error) error {
	if err == nil {
		return nil
	}
	return &notMade{err}
}

// outcome judges what an error says of the change: the cloud refused it, or there is no telling.
func outcome(err error) Outcome {
	var n *notMade
	switch {
	case err == nil:
		return OutcomeDone
	case errors.As(err, &n):
		return OutcomeUnchanged
	}
	switch fault.KindOf(err) {
	case fault.Denied, fault.Expired, fault.NoCredentials, fault.Refused, fault.NotFound, fault.NotConfigured, fault.Throttled:
		return OutcomeUnchanged
	}
	return OutcomeUnknown
}
