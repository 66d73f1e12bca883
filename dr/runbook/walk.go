package runbook

import (
	"context"
	"errors"

	"lifeboat/aws/fault"
)

// skipOrder is the operator's word to go on without a step, wherever the step is.
type skipOrder struct{ answer Answer }

func (s *skipOrder) Error() string { return "skipped: " + s.answer.Reason }

// errMode breaks an attempt off because the run goes on in another mode, in which the step begins anew.
var errMode = errors.New("the run goes on in another mode")

// walk takes a step to its end: it says whether the steps after it may begin, and whether this one goes on being tried.
func (r *Run) walk(f *flight) (over, keep bool) {
	if r.log(Entry{Kind: EntryBegan, Step: f.step.ID}) != nil {
		return false, false
	}
	for {
		if r.leftOut(f.step) {
			return r.log(Entry{Kind: EntryLeftOut, Step: f.step.ID}) == nil, false
		}
		err := r.once(f)
		var skip *skipOrder
		switch {
		case err == nil:
			return true, false
		case errors.As(err, &skip):
			return r.log(Entry{Kind: EntrySkipped, Step: f.step.ID, Answer: &skip.answer}) == nil, false
		case r.halting():
			return false, false
		case errors.Is(err, errNotDone):
			return true, f.step.Keep > 0
		}
	}
}

func (r *Run) leftOut(s *Step) bool {
	return s.lint(r.proc.From, r.mode()).Verdict == LeftOut
}

// errNotDone is a step that the run goes on without.
var errNotDone = errors.New("not done")

// once makes one attempt and, where it fails, asks the operator. Nil is a step that is over; errMode and errRetry begin
// the next attempt.
func (r *Run) once(f *flight) error {
	defer r.arm(f)()
	if skip := r.skipped[f.step.ID]; skip != nil {
		return skip
	}
	err := r.acceptFor(f)
	if err == nil {
		err = r.attempt(f)
	}
	if err == nil {
		return nil
	}
	if why := context.Cause(f.look); why != nil {
		return why // skipped, another mode, or the run is to stop
	}
	var skip *skipOrder
	if errors.As(err, &skip) || errors.Is(err, errMode) {
		return err
	}
	if r.bestEffort(f.step) {
		e := Entry{Kind: EntryNotDone, Step: f.step.ID, Text: err.Error(), Fault: fault.KindOf(err)}
		return errors.Join(errNotDone, r.log(e))
	}
	return r.trouble(f, err)
}

// attempt makes a step so: look, ask, change, and watch until it is so and stays so.
func (r *Run) attempt(f *flight) error {
	s := f.step
	if r.o.DryRun {
		return r.rehearse(f)
	}
	b := r.budget(s)
	result := OutcomeDone
	var seen Seen
	if s.Check != nil {
		var err error
		if seen, err = r.watch(f, b, "look whether it is so", s.Check, answered); err != nil {
			return err
		}
		result = OutcomeAlready
	}
	if s.Do != nil && !seen.So {
		if err := r.pass(f); err != nil {
			return err
		}
		if err := r.act(f, b); err != nil {
			return err
		}
		result, seen = OutcomeDone, Seen{} // what was seen before is not so any more
	}
	for _, w := range s.watches(r.o.Timing) {
		var err error
		if seen, err = r.watch(f, b, w.what, w.look, w.enough); err != nil {
			return err
		}
	}
	return r.log(Entry{Kind: EntryDone, Step: s.ID, Result: result, Text: seen.Text, Waited: Wait(f.waited)})
}

// keepTrying goes on with a step that the run went on without, until it is done, skipped, or the run is to stop. The
// step's Before stands before every Do: it must say that the change is still wanted.
func (r *Run) keepTrying(f *flight) {
	for sleep(r.going(), f.step.Keep) {
		err := r.again(f)
		var skip *skipOrder
		switch {
		case err == nil:
			return
		case errors.As(err, &skip):
			_ = r.log(Entry{Kind: EntrySkipped, Step: f.step.ID, Answer: &skip.answer})
			return
		}
		r.say(f.step.ID, "still not done: "+err.Error())
	}
}

func (r *Run) again(f *flight) error {
	defer r.arm(f)()
	err := r.attempt(f)
	if why := context.Cause(f.look); err != nil && why != nil {
		return why
	}
	return err
}
