package runbook

import (
	"context"
	"slices"
	"time"
)

// flight is one step under way. Its contexts are made anew for every attempt.
type flight struct {
	step   *Step
	task   *Task
	do     context.Context // for changes: ends with the process, or when the operator skips the step
	look   context.Context // for looks and questions: ends also when the run is to stop
	cancel context.CancelCauseFunc
	waited time.Duration // for people
	over   bool          // the steps after it may begin
	keep   bool          // it goes on being tried
}

// loop launches every step whose dependencies are over, side by side, until all are over or the run is to stop.
func (r *Run) loop() {
	launched, over := map[string]bool{}, map[string]bool{}
	flying, keeping := 0, 0
	for {
		for _, s := range r.ready(launched, over) {
			launched[s.ID] = true
			flying++
			go r.fly(s)
		}
		if flying == 0 && keeping == 0 {
			return
		}
		if flying == 0 && !r.halting() && !r.View().Open {
			_ = r.log(Entry{Kind: EntryOpen})
		}
		select {
		case f := <-r.landed:
			flying--
			over[f.step.ID] = f.over
			if f.keep {
				keeping++
			}
		case <-r.kept:
			keeping--
		}
	}
}

// ready lists the steps that can begin now; none once the run is to stop.
func (r *Run) ready(launched, over map[string]bool) []*Step {
	var out []*Step
	if r.halting() {
		return nil
	}
	for i := range r.proc.Steps {
		s := &r.proc.Steps[i]
		waits := slices.ContainsFunc(s.After, func(id string) bool { return !over[id] })
		if !launched[s.ID] && !waits {
			out = append(out, s)
		}
	}
	return out
}

// fly takes one step to its end, and goes on trying where it is to be kept being tried.
func (r *Run) fly(s *Step) {
	f := &flight{step: s, task: r.task(s)}
	f.over, f.keep = r.walk(f)
	r.landed <- f
	if f.keep {
		r.keepTrying(f)
		r.kept <- f
	}
}

// Task is what a step's functions are given, for what goes on beside the step: keeping an eye on what it has proven. nil where there is
// no such step.
func (r *Run) Task(step string) *Task {
	if s := r.proc.step(step); s != nil {
		return r.task(s)
	}
	return nil
}

func (r *Run) task(s *Step) *Task {
	return &Task{Run: r.o.Run, Step: s.ID, From: r.proc.From, To: r.proc.To, DryRun: r.o.DryRun, desk: r}
}

// arm gives a flight the contexts of its next attempt, and returns what lets go of them.
func (r *Run) arm(f *flight) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	base := r.hard
	if r.bestEffort(f.step) { // asked under the lock, so that no change of mode is missed
		base = WithBestEffort(base)
	}
	soft := r.soft
	f.do, f.cancel = context.WithCancelCause(base)
	look, stop := context.WithCancelCause(f.do)
	f.look = look
	unhook := context.AfterFunc(soft, func() { stop(context.Cause(soft)) })
	if soft.Err() != nil {
		stop(context.Cause(soft))
	}
	r.flights[f.step.ID] = f
	cancel := f.cancel
	return func() {
		unhook()
		stop(nil)
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.flights, f.step.ID)
	}
}

// brokenOff says why nothing more is to be begun in a flight: the run is to stop, or the operator said so of the step.
// The run is asked first, since its word reaches the flight's own context a moment later.
func (r *Run) brokenOff(f *flight) error {
	if why := context.Cause(r.going()); why != nil {
		return why
	}
	return context.Cause(f.look)
}

// bestEffort says whether nothing waits for a step beyond its deadline: it leans on the region being left, and the run
// is unplanned.
func (r *Run) bestEffort(s *Step) bool {
	return s.lint(r.proc.From, r.mode()).Verdict == BestEffort
}
