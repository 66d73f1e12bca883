package runbook

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Trace follows a run by its journal alone, on any machine that reads it: it calls each with the run as it stands and
// with what is new of its entries, at once and again after every entry, until ctx ends, each fails or the journal cannot
// be read. A journal that is not what was written is a *Break.
func Trace(ctx context.Context, s Store, each func(v View, news []Entry) error) error {
	t := NewTail(s)
	if err := t.Read(ctx); err != nil {
		return err
	}
	if err := each(t.View(), slices.Clone(t.chain.entries)); err != nil {
		return err
	}
	return s.Follow(ctx, t.chain.next(), func(r Record) error {
		if err := t.add(r, nil); err != nil {
			return err
		}
		return each(t.View(), t.chain.entries[len(t.chain.entries)-1:])
	})
}

// Kept is one run as an archive keeps it. Where its journal could not be read or is not what was written, Err says so,
// and View and Report hold for the entries before the break.
type Kept struct {
	Run    string
	View   View
	Report Report
	Err    error
}

// Journals reads the newest runs of an archive, the newest first; most 0 are all. An error means that they could not be
// listed; one run that cannot be read hides no other.
func Journals(ctx context.Context, a Archive, most int) ([]Kept, error) {
	runs, err := a.Runs(ctx)
	if err != nil {
		return nil, err
	}
	if most > 0 && len(runs) > most {
		runs = runs[len(runs)-most:]
	}
	slices.Reverse(runs)
	return ReadJournals(ctx, a, runs), nil
}

// ReadJournals reads some runs of an archive, in the order given.
func ReadJournals(ctx context.Context, a Archive, runs []string) []Kept {
	out := make([]Kept, len(runs))
	var group errgroup.Group
	group.SetLimit(readers)
	for i, run := range runs {
		group.Go(func() error {
			out[i] = readKept(ctx, a, run)
			return nil
		})
	}
	_ = group.Wait() // none fails
	return out
}

func readKept(ctx context.Context, a Archive, run string) Kept {
	k := Kept{Run: run}
	s, err := a.Store(run)
	if err != nil {
		k.Err = err
		return k
	}
	var entries []Entry
	entries, k.Report, k.Err = load(ctx, s)
	k.View = Replay(entries)
	return k
}
