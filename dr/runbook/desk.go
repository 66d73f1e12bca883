package runbook

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Desk is an operator whose answers come from elsewhere: a socket, a screen. Questions lie on it until they are
// answered or withdrawn.
type Desk struct {
	mu      sync.Mutex
	open    []laid
	codes   int           // how many codes were asked for
	changed chan struct{} // closed and replaced whenever open changes; nil until somebody waits for it
}

type laid struct {
	q      Question
	answer chan Answer
}

// Ask lays a question on the desk and waits.
func (d *Desk) Ask(ctx context.Context, q Question) (Answer, error) {
	l := laid{q, make(chan Answer, 1)}
	d.mu.Lock()
	d.open = append(d.open, l)
	d.stir()
	d.mu.Unlock()
	defer d.clear(l)
	select {
	case a := <-l.answer:
		return a, nil
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	}
}

func (d *Desk) clear(l laid) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = slices.DeleteFunc(d.open, func(o laid) bool { return o.answer == l.answer })
	d.stir()
}

// stir tells those who wait that what is open has changed. d.mu is held.
func (d *Desk) stir() {
	if d.changed != nil {
		close(d.changed)
		d.changed = nil
	}
}

// Changed is closed at the next change of what is open. Take it before Open, so that no change falls between the two.
func (d *Desk) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.changed == nil {
		d.changed = make(chan struct{})
	}
	return d.changed
}

// Code asks for the six digits of the operator's second factor, and says why in words. It stands in no journal: what is
// typed is a secret, and goes to whoever called. ErrNoAnswer means that the operator chose to go without.
func (d *Desk) Code(ctx context.Context, why string) (string, error) {
	d.mu.Lock()
	d.codes++
	q := Question{
		ID: fmt.Sprintf("code %d", d.codes), Kind: AskCode, Title: "one-time code", Text: why, Attempt: 1,
		Offers: []Offer{{Choice: Pass}, {Choice: Stop}},
	}
	d.mu.Unlock()
	a, err := d.Ask(ctx, q)
	if err == nil && a.Choice != Pass {
		err = fmt.Errorf("%w: no code was given", ErrNoAnswer)
	}
	return typed(a.Phrase), err
}

// Open lists the questions that wait, the oldest first.
func (d *Desk) Open() []Question {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Question
	for _, l := range d.open {
		out = append(out, l.q)
	}
	return out
}

// Answer answers a question by its id. A wrong answer is an error at once, in words for the one who typed it, and the
// question goes on waiting.
func (d *Desk) Answer(id string, a Answer) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.open, func(l laid) bool { return l.q.ID == id })
	if i < 0 {
		return fmt.Errorf("the question %q is not open", id)
	}
	if err := d.open[i].q.Judge(a); err != nil {
		return err
	}
	d.open[i].answer <- a
	d.open = slices.Delete(d.open, i, i+1)
	d.stir()
	return nil
}
