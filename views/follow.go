package views

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	followAgain = 2 * time.Second  // how long after a broken connection a run is followed anew
	followLater = 15 * time.Second // and after one stopped that can be resumed, here or elsewhere
)

// follower follows runs beside the program, each on goroutines of its own, and hands what they say to it. While the
// program is busy only the newest update of each run waits.
type follower struct {
	ctx  context.Context
	runs Runs
	send func(tea.Msg)

	mu    sync.Mutex
	going map[string]context.CancelFunc // by run
}

func newFollower(ctx context.Context, runs Runs, send func(tea.Msg)) *follower {
	return &follower{ctx: ctx, runs: runs, send: send, going: map[string]context.CancelFunc{}}
}

// follow makes these the runs that are followed. It never waits.
func (f *follower) follow(ids []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
		if f.going[id] == nil {
			ctx, cancel := context.WithCancel(f.ctx)
			f.going[id] = cancel
			go f.keepUp(ctx, id)
		}
	}
	for id, cancel := range f.going {
		if !wanted[id] {
			cancel()
			delete(f.going, id)
		}
	}
}

// keepUp follows one run until it is over for good, again and again where that breaks off.
func (f *follower) keepUp(ctx context.Context, id string) {
	for {
		over, err := f.once(ctx, id)
		if ctx.Err() != nil {
			return
		}
		f.send(runMsg{id: id, err: err, over: err == nil})
		if over && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pick(err == nil, followLater, followAgain)):
		}
	}
}

// once follows a run until that ends, and returns when everything that was said has been handed on: whether it is over
// for good, by the last of it.
func (f *follower) once(ctx context.Context, id string) (over bool, err error) {
	box := make(chan RunUpdate, 1)
	handed := make(chan struct{})
	go func() {
		defer close(handed)
		for u := range box {
			if ctx.Err() == nil {
				f.send(runMsg{id: id, update: &u})
			}
		}
	}()
	err = f.runs.Follow(ctx, id, func(u RunUpdate) { over = closed(u.View); putNewest(box, u) })
	close(box)
	<-handed
	return over, err
}

// putNewest leaves a value for whoever reads next, in the place of one that still lies there. One writer alone may use it.
func putNewest[T any](box chan T, v T) {
	select {
	case <-box:
	default:
	}
	box <- v
}
