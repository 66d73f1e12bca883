package runbook

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Event is one thing that happened in a run, numbered from 1 without gaps. Entry is the journal's, where it was
// journaled; else Step and Text are what a look just saw, which is shown and not kept.
type Event struct {
	N     int64     `json:"n"`
	At    time.Time `json:"at"`
	Entry *Entry    `json:"entry,omitempty"`
	Step  string    `json:"step,omitempty"`
	Text  string    `json:"text,omitempty"`
}

// feed is what screens see of a run in this process.
type feed struct {
	mu      sync.Mutex
	view    View
	events  []Event
	changed chan struct{} // closed and replaced at every event
	closed  bool
}

func newFeed(v View) *feed { return &feed{view: v, changed: make(chan struct{})} }

func (f *feed) entry(e Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.view = f.view.clone()
	f.view.apply(e)
	f.add(Event{At: e.At, Entry: &e, Step: e.Step, Text: e.Text})
}

// recall puts an entry of before this process into the history of events.
func (f *feed) recall(e Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add(Event{At: e.At, Entry: &e, Step: e.Step, Text: e.Text})
}

// say tells screens what was just seen. The same words twice in a row are one event.
func (f *feed) say(step, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.view.Step(step); ok && s.Text == text {
		return
	}
	f.view = f.view.clone()
	f.view.say(step, text)
	f.add(Event{At: time.Now().UTC(), Step: step, Text: text})
}

// copied takes the next event of another process's feed, whose first one this feed has begun with.
func (f *feed) copied(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.view = f.view.clone()
	if e.Entry != nil {
		f.view.apply(*e.Entry)
	} else {
		f.view.say(e.Step, e.Text)
	}
	f.events = append(f.events, e)
	f.stir()
}

func (f *feed) add(e Event) {
	e.N = int64(len(f.events)) + 1
	f.events = append(f.events, e)
	f.stir()
}

// stir wakes those who wait. f.mu is held.
func (f *feed) stir() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// wake wakes those who wait for what is not in the feed.
func (f *feed) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stir()
}

// upcoming is closed at the next change.
func (f *feed) upcoming() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

// end tells those who wait that no more events come.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.stir()
}

func (f *feed) now() View {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.view
}

// since returns the events after n.
func (f *feed) since(n int64) []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after(n)
}

func (f *feed) after(n int64) []Event {
	return slices.Clone(f.events[min(max(n, 0), int64(len(f.events))):])
}

// next returns the events after n, waiting until there is one; none and no error once the run has ended.
func (f *feed) next(ctx context.Context, n int64) ([]Event, error) {
	for {
		f.mu.Lock()
		news, closed, changed := f.after(n), f.closed, f.changed
		f.mu.Unlock()
		if len(news) > 0 || closed {
			return news, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
