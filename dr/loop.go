package dr

import (
	"context"
	"time"
)

// loop is one reader with a clock of its own. It never overlaps itself: a round that takes longer than the period puts
// the next one off, and ticks that pass meanwhile are dropped.
type loop struct {
	of    string // what it reads of: a region's name, ofEdge, ofJournals
	what  string // what of that: "fast", a database
	every time.Duration
	most  time.Duration // how long a round may take before it is broken off
	now   chan struct{} // holds one token where a round is asked for
	read  func(ctx context.Context) (keep func(in *Inputs))
	left  func(in *Inputs) bool // whether something was left for a next round that none has read yet; may be nil
	done  func()                // after each round; may be nil
	end   func()                // when the loop ends; may be nil
}

// kick asks for a round now. It never blocks; asking twice is asking once.
func (l *loop) kick() {
	select {
	case l.now <- struct{}{}:
	default:
	}
}

func (l *loop) run(ctx context.Context, w *Watch) {
	if l.end != nil {
		defer l.end()
	}
	clock := time.NewTicker(l.every)
	defer clock.Stop()
	for {
		l.round(ctx, w)
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		case <-l.now:
		}
	}
}

// round reads once and keeps the result, unless the Watch is ending: what was broken off says nothing of the cloud.
func (l *loop) round(ctx context.Context, w *Watch) {
	limited, cancel := context.WithTimeout(ctx, l.most)
	defer cancel()
	keep := l.read(limited)
	if ctx.Err() != nil {
		return
	}
	w.store(l, keep)
	if l.done != nil {
		l.done()
	}
}
