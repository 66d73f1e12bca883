package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lifeboat/dr/runbook"
)

// distant is a run that another machine executes, by its journal: what it shows is a few seconds old. Its questions can be
// answered, by what is laid beside the journal; the rest can be said only where it is executed.
type distant struct {
	store   runbook.Store
	answers *runbook.Answers // nil: this archive keeps none
	stop    context.CancelFunc
	done    chan struct{}

	mu      sync.Mutex
	view    runbook.View
	events  []runbook.Event
	changed chan struct{}
	err     error
}

// distantly follows a run of an archive from now on.
func distantly(ctx context.Context, a runbook.Archive, run string) (*distant, error) {
	store, err := a.Store(run)
	if err != nil {
		return nil, err
	}
	d := &distant{store: store, done: make(chan struct{}), changed: make(chan struct{})}
	if box, ok := a.(runbook.Mailbox); ok {
		if d.answers, err = box.Answers(run); err != nil {
			return nil, err
		}
	}
	ctx, d.stop = context.WithCancel(ctx)
	go d.trace(ctx)
	return d, nil
}

// errOver ends the following of a journal to which nothing is added any more.
var errOver = errors.New("the run is over")

func (d *distant) trace(ctx context.Context) {
	defer close(d.done)
	err := runbook.Trace(ctx, d.store, func(v runbook.View, news []runbook.Entry) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.view = v
		for _, e := range news {
			d.events = append(d.events, runbook.Event{N: e.Seq, At: e.At, Entry: &e, Step: e.Step, Text: e.Text})
		}
		d.stir()
		if v.Ending.Closed() {
			return errOver
		}
		return nil
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != errOver {
		d.err = err
	}
	d.stir()
}

func (d *distant) stir() {
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *distant) Done() <-chan struct{} { return d.done }

func (d *distant) Close() error {
	d.stop()
	<-d.done
	return nil
}

func (d *distant) View() runbook.View {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.view
}

func (d *distant) Events(n int64) []runbook.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events[min(max(n, 0), int64(len(d.events))):])
}

func (d *distant) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

func (d *distant) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *distant) Words() map[string]string      { return nil }
func (d *distant) Session() time.Time            { return time.Time{} }
func (d *distant) Questions() []runbook.Question { return d.View().Questions }

// Over is the journal's word. What stopped is followed on nevertheless: somebody may take it up.
func (d *distant) Over() (runbook.Over, bool) {
	v := d.View()
	return runbook.Over{Ending: v.Ending, Error: v.Note}, v.Ending != runbook.Running
}

// answerPatience is how long an answer may take to be taken by the machine that executes the run.
const answerPatience = 20 * time.Second

// Answer lays the answer beside the journal, and waits until the journal says that it was taken.
func (d *distant) Answer(ctx context.Context, question string, a runbook.Answer) error {
	open := d.Questions()
	i := slices.IndexFunc(open, func(q runbook.Question) bool { return q.ID == question })
	if i < 0 {
		return fmt.Errorf("the question %q is not open", question)
	}
	if d.answers == nil {
		return errors.New("this run can be answered only on the machine that executes it")
	}
	if err := d.answers.Give(ctx, open[i], a); err != nil {
		return err
	}
	return d.taken(ctx, open[i], a)
}

func (d *distant) taken(ctx context.Context, q runbook.Question, a runbook.Answer) error {
	late := time.NewTimer(answerPatience)
	defer late.Stop()
	for {
		changed := d.Changed()
		if by, answered := d.answered(q); answered {
			if by != nil && by.By == a.By && by.Choice == a.Choice {
				return nil
			}
			return fmt.Errorf("the question %q was answered by another meanwhile, or withdrawn", q.ID)
		}
		select {
		case <-changed:
		case <-d.done:
			return cmpError(d.Err(), errOver)
		case <-late.C:
			return fmt.Errorf("the answer lies beside the journal, and %s has not taken it within %s: it may be dead", d.View().Host, answerPatience)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func cmpError(err, or error) error {
	if err != nil {
		return err
	}
	return or
}

// answered says whether a question is open no more, and what answered it.
func (d *distant) answered(q runbook.Question) (*runbook.Answer, bool) {
	for _, e := range d.Events(q.Asked) {
		if e.Entry.Kind == runbook.EntryAnswered && e.Entry.Name == q.ID {
			return e.Entry.Answer, true
		}
	}
	return nil, false
}

// elsewhere is why a word cannot be said from here.
func (d *distant) elsewhere(what string) error {
	v := d.View()
	return fmt.Errorf("the run is executed on %s, and only there it can be %s; its questions can be answered from here", v.Host, what)
}

func (d *distant) Stop(context.Context, string, string) error { return d.elsewhere("stopped") }

func (d *distant) Skip(context.Context, string, runbook.Answer) error {
	return d.elsewhere("told to skip a step")
}

func (d *distant) GoUnplanned(context.Context, runbook.Answer) error {
	return d.elsewhere("turned into an unplanned one")
}

func (d *distant) Undo(context.Context, runbook.Answer) error { return d.elsewhere("taken back") }

var _ link = (*distant)(nil)
