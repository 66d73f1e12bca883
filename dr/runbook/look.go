package runbook

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"lifeboat/aws/fault"
)

// budget is the time that one attempt has left, people's time apart.
type budget struct {
	left time.Duration
	all  time.Duration
}

// budget is a step's time-out, or its deadline where the run does not wait for it longer.
func (r *Run) budget(s *Step) *budget {
	d := s.Timeout
	if r.bestEffort(s) {
		d = min(d, s.Deadline)
	}
	return &budget{left: d, all: d}
}

// spend does something within what is left.
func (b *budget) spend(ctx context.Context, do func(context.Context) error) error {
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, b.left, errOver)
	defer cancel()
	err := do(ctx)
	b.left -= time.Since(began)
	return err
}

// errOver is an attempt whose time is over.
var errOver = errors.New("its time is over")

// watched is one look that must become enough.
type watched struct {
	what   string
	look   Look
	enough func(Seen) bool
}

// watches are what stands between a change and a step that is over.
func (s *Step) watches(t Timing) []watched {
	var out []watched
	if s.Await != nil {
		out = append(out, watched{"wait until it is so", s.Await, isSo})
	}
	if s.Verify != nil {
		hold := s.Hold
		if hold == 0 {
			hold = t.Hold
		}
		out = append(out, watched{fmt.Sprintf("see it stay so for %s", hold), s.Verify, staysSo(hold)})
	}
	return out
}

func answered(Seen) bool  { return true }
func isSo(seen Seen) bool { return seen.So }

// staysSo is enough once it has been so at every look for a time. A look that failed counts as a break: unknown is not
// well.
func staysSo(hold time.Duration) func(Seen) bool {
	var since time.Time
	return func(seen Seen) bool {
		if !seen.So {
			since = time.Time{}
			return false
		}
		if since.IsZero() {
			since = time.Now()
		}
		return time.Since(since) >= hold
	}
}

// watch looks again and again until it is enough. A look that could not be made is made again, unless waiting cannot
// help; both count against the budget.
func (r *Run) watch(f *flight, b *budget, what string, look Look, enough func(Seen) bool) (seen Seen, err error) {
	err = b.spend(f.look, func(ctx context.Context) error {
		for {
			seen, err = safeLook(ctx, look, f.task)
			if err != nil {
				seen.So = false
			}
			met := enough(seen)
			switch {
			case err == nil && met:
				return nil
			case err != nil && final(err):
				return err
			case ctx.Err() == nil:
				r.say(f.step.ID, wordsFor(seen, err))
			}
			if !sleep(ctx, r.pause(f.step)) {
				return cut(ctx, f.step, b, what, seen, err)
			}
		}
	})
	return seen, err
}

func (r *Run) pause(s *Step) time.Duration {
	if s.Poll > 0 {
		return s.Poll
	}
	return r.o.Timing.Poll
}

// cut is the error of a watch that was broken off.
func cut(ctx context.Context, s *Step, b *budget, what string, seen Seen, err error) error {
	why := context.Cause(ctx)
	if !errors.Is(why, errOver) {
		return why
	}
	return fault.New(fault.TimedOut, s.ID, what, fmt.Errorf("not within %s; last seen: %s", b.all, wordsFor(seen, err)))
}

func wordsFor(seen Seen, err error) string {
	switch {
	case err != nil:
		return "could not look: " + err.Error()
	case seen.Text != "":
		return seen.Text
	case seen.So:
		return "so"
	}
	return "not yet"
}

// Never marks an error after which waiting cannot help: a status that nothing leads out of.
func Never(err error) error { return &never{err} }

type never struct{ error }

func (n *never) Unwrap() error { return n.error }

// final says whether looking again cannot help without a person.
func final(err error) bool {
	var n *never
	switch fault.KindOf(err) {
	case fault.Denied, fault.Expired, fault.NoCredentials, fault.Refused, fault.NotConfigured:
		return true
	}
	return errors.As(err, &n)
}

// safeLook turns a panic in a step's function into an error: one broken look must not leave a run half-way.
func safeLook(ctx context.Context, look Look, t *Task) (seen Seen, err error) {
	defer func() {
		if p := recover(); p != nil {
			seen, err = Seen{}, Never(fmt.Errorf("a defect in Lifeboat: %v\n%s", p, debug.Stack()))
		}
	}()
	return look(ctx, t)
}

func safeAct(ctx context.Context, act Act, t *Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Never(fmt.Errorf("a defect in Lifeboat: %v\n%s", p, debug.Stack()))
		}
	}()
	return act(ctx, t)
}
