package runbook

import (
	"context"
	"fmt"
)

// Tail is one run's journal for somebody who looks at it now and then: each look reads and verifies what is new, and folds
// it into the view. It is used from one goroutine.
type Tail struct {
	store Store
	chain chain
	view  View
}

// NewTail is the tail of a journal of which nothing was read yet.
func NewTail(s Store) *Tail { return &Tail{store: s, chain: chain{head: zeroHash}} }

// Read takes up what was written since the last time. The error is a *Break where the journal was altered, cut inside or
// put in another order, and the store's own where it could not be read; the view stays as it was before it. The beginning
// of an entry that a crash cut off is left for whoever resumes the run.
func (t *Tail) Read(ctx context.Context) error {
	records, err := t.store.Read(ctx, t.chain.next())
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	for i, r := range records {
		if r.Torn && i == len(records)-1 {
			return nil
		}
		if err := t.add(r, records[i:]); err != nil {
			return err
		}
	}
	return nil
}

// add takes up the next record; rest are those from it on.
func (t *Tail) add(r Record, rest []Record) error {
	if err := t.chain.add(r, rest); err != nil {
		return err
	}
	t.view.apply(t.chain.entries[len(t.chain.entries)-1])
	return nil
}

// View is the run as far as it was read.
func (t *Tail) View() View { return t.view.clone() }

// Closed says whether nothing can follow: the last entry closes the run.
func (t *Tail) Closed() bool { return t.chain.report().Closed }
