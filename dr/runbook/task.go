package runbook

import (
	"context"
	"fmt"
	"sync"
)

// Task is what a step's functions are given: the run that they are part of, and its decisions.
type Task struct {
	Run      string
	Step     string
	From, To string
	DryRun   bool
	desk     desk
}

// desk is the run behind a task.
type desk interface {
	mode() Mode
	fence() int64
	pins() Pins
	decide(ctx context.Context, step, name, value string) (string, error)
	note(ctx context.Context, step, text string) error
	say(step, text string)
	overridden(id string) bool
	confirmed(gate string) bool
	going() context.Context
	state(step string) State
}

// NewTask is a task outside a run, for trying out a step's functions by themselves: decisions stay in memory, nothing
// is journaled, no gate was overridden.
func NewTask(p Procedure, step string, mode Mode, pins Pins) *Task {
	return &Task{Step: step, From: p.From, To: p.To, desk: &bare{m: mode, p: pins.clone()}}
}

// Mode is the run's mode now.
func (t *Task) Mode() Mode { return t.desk.mode() }

// Fence is the lease's number; 0 where the run has no lease.
func (t *Task) Fence() int64 { return t.desk.fence() }

// Pins are the decisions made so far.
func (t *Task) Pins() Pins { return t.desk.pins() }

// Pin is one decision, "" where it was not made.
func (t *Task) Pin(name string) string { return t.desk.pins()[name] }

// Decide makes a decision durable before it is acted on, unless it was made already: the first value stands, in this
// process and every later one, and is returned.
func (t *Task) Decide(ctx context.Context, name, value string) (string, error) {
	return t.desk.decide(ctx, t.Step, name, value)
}

// Note journals a sentence: a receipt's figures, the last position of the old writer.
func (t *Task) Note(ctx context.Context, format string, args ...any) error {
	return t.desk.note(ctx, t.Step, fmt.Sprintf(format, args...))
}

// Say tells the screens of this process what goes on; it is not journaled.
func (t *Task) Say(format string, args ...any) { t.desk.say(t.Step, fmt.Sprintf(format, args...)) }

// Overridden says whether the operator overrode a gate's failing check in this run, by the check's id.
func (t *Task) Overridden(id string) bool { return t.desk.overridden(id) }

// Confirmed says whether a gate was passed since this process has the run: what was passed before a resume was passed over older
// figures.
func (t *Task) Confirmed(gate string) bool { return t.desk.confirmed(gate) }

// Going ends when the run is to stop. What a Do does is not broken off then; one that takes long and can be broken off cleanly, so that
// a later look tells what is left, ends itself when this does.
func (t *Task) Going() context.Context { return t.desk.going() }

// State is where another step of the run stands.
func (t *Task) State(step string) State { return t.desk.state(step) }

// bare is the desk of a task outside a run.
type bare struct {
	mu sync.Mutex
	m  Mode
	p  Pins
}

func (b *bare) mode() Mode                                 { return b.m }
func (b *bare) fence() int64                               { return 0 }
func (b *bare) note(context.Context, string, string) error { return nil }
func (b *bare) say(string, string)                         {}
func (b *bare) overridden(string) bool                     { return false }
func (b *bare) confirmed(string) bool                      { return false }
func (b *bare) going() context.Context                     { return context.Background() }
func (b *bare) state(string) State                         { return StateWaiting }

func (b *bare) pins() Pins {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.p.clone()
}

func (b *bare) decide(_ context.Context, _, name, value string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have, ok := b.p[name]; ok {
		return have, nil
	}
	b.p[name] = value
	return value, nil
}

type effortKey struct{}

// WithBestEffort tags a request that nothing waits for. The engine tags whatever a step does at best effort; what else
// goes on trying (the collector) tags its own.
func WithBestEffort(ctx context.Context) context.Context {
	return context.WithValue(ctx, effortKey{}, true)
}

// IsBestEffort says whether a request is tagged.
func IsBestEffort(ctx context.Context) bool {
	tagged, _ := ctx.Value(effortKey{}).(bool)
	return tagged
}
