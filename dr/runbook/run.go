package runbook

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Run is a procedure under way in this process.
type Run struct {
	proc     Procedure
	o        Options
	hard     context.Context // the process's: what is under way in the cloud ends only with it
	journal  *journal
	keeper   *keeper
	feed     *feed
	recalled int                   // how many questions were passed before this process
	skipped  map[string]*skipOrder // steps skipped before they began
	gates    map[string]turn       // one question a gate at a time
	deciding turn
	landed   chan *flight
	kept     chan *flight
	over     chan struct{}
	result   Result

	mu      sync.Mutex
	soft    context.Context // ends when the run is to stop: nothing new is begun
	cancel  context.CancelCauseFunc
	flights map[string]*flight
}

// Result is how this process's part of a run ended. Err says why, where it is not Done.
type Result struct {
	Ending Ending
	Err    error
	View   View
}

// halted is why a run is to stop.
type halted struct {
	ending Ending
	why    error
}

func (h *halted) Error() string { return "the run stops: " + h.why.Error() }
func (h *halted) Unwrap() error { return h.why }

func newRun(ctx context.Context, p Procedure, o Options) *Run {
	r := &Run{
		proc: p, o: o, hard: ctx,
		gates: map[string]turn{}, skipped: map[string]*skipOrder{}, flights: map[string]*flight{},
		deciding: newTurn(), landed: make(chan *flight), kept: make(chan *flight), over: make(chan struct{}),
	}
	r.soft, r.cancel = context.WithCancelCause(ctx)
	for _, s := range p.Steps {
		if s.Gate != nil && r.gates[s.Gate.ID] == nil {
			r.gates[s.Gate.ID] = newTurn()
		}
	}
	return r
}

// Done is closed when this process's part of the run is over.
func (r *Run) Done() <-chan struct{} { return r.over }

// Wait waits for the end of this process's part of the run.
func (r *Run) Wait() Result {
	<-r.over
	return r.result
}

// View is the run as it stands.
func (r *Run) View() View { return r.feed.now().clone() }

// Next returns the events numbered above n, oldest first, and waits until there is one; Next(ctx, 0) begins with the
// whole history. None and no error means that the run has ended. Any number of readers may follow a run, each at its
// own pace.
func (r *Run) Next(ctx context.Context, n int64) ([]Event, error) { return r.feed.next(ctx, n) }

// halt tells the run to begin nothing new and to end as soon as what is under way has ended. The first reason counts.
func (r *Run) halt(ending Ending, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel(&halted{ending, why})
}

// leaseLost stops the run and its journal: from now on both are another's.
func (r *Run) leaseLost(why error) {
	r.journal.lost.Store(true)
	r.halt(LeaseLost, why)
}

// going is the context of everything that may be broken off when the run is to stop.
func (r *Run) going() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.soft
}

func (r *Run) halting() bool { return r.going().Err() != nil }

// log makes an entry durable and shows it. Where the journal cannot be written the run stops: nothing may change
// that is not kept.
func (r *Run) log(e Entry) error {
	_, err := r.write(e)
	return err
}

// write is log, and gives the entry as it was kept.
func (r *Run) write(e Entry) (kept Entry, err error) {
	err = r.journal.append(r.hard, e, func(e Entry) { kept = e; r.feed.entry(e) })
	if err != nil {
		r.halt(LeaseLost, err)
	}
	return kept, err
}

// drive runs the procedure to its end.
func (r *Run) drive() {
	defer close(r.over)
	defer r.feed.end()
	keeping, stop := context.WithCancel(r.hard)
	renewed := make(chan struct{})
	go func() { defer close(renewed); r.keeper.keep(keeping) }()
	r.advance()
	ending, err := r.ending()
	switch ending {
	case Undone:
		ending, err = r.takeBack()
	case CalledOff:
		ending, err = r.calledOff(err)
	}
	ending, err = r.close(ending, err)
	stop()
	<-renewed
	if ending != Abandoned {
		r.keeper.release(r.hard)
	}
	r.result = Result{Ending: ending, Err: err, View: r.View()}
}

// advance goes through the steps, or on with an undoing that a resume found begun.
func (r *Run) advance() {
	if r.View().Undoing {
		r.halt(Undone, errors.New("it was being taken back"))
		return
	}
	if r.acceptAll() == nil {
		r.loop()
	}
}

// ending is how the run ends, and why.
func (r *Run) ending() (Ending, error) {
	var h *halted
	cause := context.Cause(r.going())
	switch {
	case r.hard.Err() != nil:
		return Abandoned, context.Cause(r.hard)
	case cause == nil:
		return Done, nil
	case errors.As(cause, &h):
		return h.ending, h.why
	}
	return Abandoned, cause
}

// close writes the last entry. An engine that lost its lease writes nothing: the journal may be another's by now.
func (r *Run) close(ending Ending, why error) (Ending, error) {
	var err error
	switch ending {
	case Done, Undone, CalledOff:
		err = r.log(Entry{Kind: EntryEnded, Result: Outcome(ending)})
	case Stopped:
		err = r.log(Entry{Kind: EntryStopped, Text: why.Error()})
	}
	if err != nil {
		return LeaseLost, err
	}
	return ending, why
}

// The desk of a run's tasks.

func (r *Run) mode() Mode              { return r.View().Mode }
func (r *Run) fence() int64            { return r.journal.stamp.Fence }
func (r *Run) pins() Pins              { return r.View().Pins.clone() }
func (r *Run) say(step, text string)   { r.feed.say(step, text) }
func (r *Run) state(step string) State { s, _ := r.View().Step(step); return s.State }

func (r *Run) note(_ context.Context, step, text string) error {
	return r.log(Entry{Kind: EntryNote, Step: step, Text: text})
}

func (r *Run) confirmed(gate string) bool {
	return slices.Contains(r.View().passed[r.recalled:], "gate "+gate)
}

func (r *Run) overridden(id string) bool { return slices.Contains(r.View().overridden, id) }

func (r *Run) decide(_ context.Context, step, name, value string) (string, error) {
	if err := r.deciding.take(r.hard); err != nil {
		return "", err
	}
	defer r.deciding.give()
	if have, ok := r.View().Pins[name]; ok {
		return have, nil
	}
	if err := r.log(Entry{Kind: EntryPinned, Step: step, Name: name, Value: value}); err != nil {
		return "", err
	}
	return value, nil
}
