package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/views"
)

const (
	followedEvents = 500                    // that an update carries at most
	processLook    = 2 * time.Second        // between two looks for a process of this machine that takes the run up
	relinkPause    = 250 * time.Millisecond // before the next link, where one broke
)

// Follow implements views.Runs. It goes on over whatever way there is to the run: its process's socket, then its journal
// when that process is gone, then the next process's socket.
func (r *runs) Follow(ctx context.Context, id string, each func(views.RunUpdate)) error {
	s, err := r.state(ctx)
	if err != nil {
		return err
	}
	f := &followed{runs: r, state: s, id: id, each: each}
	for {
		over, err := f.once(ctx)
		var broken *runbook.Break
		switch {
		case over:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &broken):
			return err
		case err != nil:
			f.tell(func(u *views.RunUpdate) { u.Here, u.Note = false, "it could not be followed: "+err.Error() })
		}
		select {
		case <-time.After(relinkPause):
		case <-ctx.Done():
		}
	}
}

// followed is one run that the cockpit follows.
type followed struct {
	*runs
	state *dr.State
	id    string
	each  func(views.RunUpdate)
	last  views.RunUpdate
}

// tell changes the newest update and passes it on.
func (f *followed) tell(change func(u *views.RunUpdate)) {
	change(&f.last)
	u := f.last
	u.Events = slices.Clone(u.Events)
	f.each(u)
}

// once follows over one link, until the run is over, the link breaks, or there is a better one.
func (f *followed) once(ctx context.Context) (over bool, err error) {
	l, err := linkTo(ctx, f.state, f.id)
	if err != nil {
		return false, err
	}
	f.use(l)
	defer f.use(nil)
	defer l.Close()
	if err := heard(ctx, l); err != nil {
		return false, err
	}
	_, here := l.(*runbook.Line)
	clock := time.NewTicker(processLook)
	defer clock.Stop()
	f.last.Events, f.last.Dead = nil, f.dead(ctx, l, here)
	for seen := int64(0); ; {
		changed := l.Changed()
		ended := isDone(l)
		seen = f.update(l, here, seen)
		switch {
		case f.last.View.Ending.Closed():
			return true, nil
		case ended:
			return false, l.Err()
		}
		select {
		case <-changed:
		case <-l.Done():
		case <-clock.C:
			if !here && f.takenUpHere(ctx) {
				return false, nil
			}
			f.last.Dead = f.dead(ctx, l, here)
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// use has answers go over a link; nil: over one of their own.
func (f *followed) use(l link) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.links, f.id)
	if l != nil {
		f.links[f.id] = l
	}
}

func isDone(l link) bool {
	select {
	case <-l.Done():
		return true
	default:
		return false
	}
}

// update passes on what a link tells, and gives the number of the last event that it has told.
func (f *followed) update(l link, here bool, seen int64) int64 {
	news := l.Events(seen)
	f.tell(func(u *views.RunUpdate) {
		if n := len(news); n > 0 {
			seen = news[n-1].N
			u.Events = append(u.Events, news...)
			u.Events = newest(u.Events, followedEvents)
		}
		u.View, u.Words, u.Questions, u.Session = l.View(), l.Words(), l.Questions(), l.Session()
		u.Here, u.Note = here, ""
		if !here {
			u.Note = "by its journal in " + f.state.Where
		}
		if u.View.Ending != runbook.Running {
			u.Dead = ""
		}
	})
	return seen
}

// newest leaves n events at most, or as many as there are answers: the oldest live words go first, then the oldest entries of the
// journal. What people answered stays.
func newest(events []runbook.Event, n int) []runbook.Event {
	live := func(e runbook.Event) bool { return e.Entry == nil }
	for _, less := range []func(runbook.Event) bool{live, func(e runbook.Event) bool { return live(e) || e.Entry.Answer == nil }} {
		over := len(events) - n
		events = slices.DeleteFunc(events, func(e runbook.Event) bool {
			gone := over > 0 && less(e)
			if gone {
				over--
			}
			return gone
		})
	}
	return events
}

// dead says that nobody executes a run that has not ended; "" where somebody does, or where that cannot be told.
func (f *followed) dead(ctx context.Context, l link, here bool) string {
	if here || l.View().Ending != runbook.Running {
		return ""
	}
	_, dead := whoRuns(ctx, f.state, f.id)
	return dead
}

// takenUpHere says whether a process of this machine executes the run by now.
func (f *followed) takenUpHere(ctx context.Context) bool {
	if _, err := processOf(f.state, f.id); err != nil {
		return false
	}
	l, err := attach(ctx, f.state, f.id)
	if err != nil {
		return false
	}
	l.Close()
	return true
}
