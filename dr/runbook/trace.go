package runbook

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Trace follows a run by its journal alone, on any machine that reads it: it calls each with the run as it stands, at
// once and again after every entry, until ctx ends, each fails or the journal cannot be read. A journal that is not what
// was written is a *Break.
func Trace(ctx context.Context, s Store, each func(View) error) error {
	entries, report, err := load(ctx, s)
	v := Replay(entries)
	if err != nil {
		return err
	}
	if err := each(v.clone()); err != nil {
		return err
	}
	c := chain{entries: entries, head: report.Head}
	return s.Follow(ctx, c.next(), func(r Record) error {
		if err := c.add(r, []Record{r}); err != nil {
			return err
		}
		v.apply(c.entries[len(c.entries)-1])
		return each(v.clone())
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
	out := make([]Kept, len(runs))
	var group errgroup.Group
	group.SetLimit(readers)
	for i, run := range runs {
		group.Go(func() error {
			out[len(runs)-1-i] = readKept(ctx, a, run)
			return nil
		})
	}
	return out, group.Wait()
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
