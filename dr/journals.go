package dr

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws/edge"
	"lifeboat/dr/runbook"
)

const (
	runsRead    = 12 // how many of the newest runs are read; more only as far back as the newest promotion
	journalsRow = 4  // how many journals are read side by side
)

// journalReader reads what the estate's journals tell, on a clock of its own. It writes nothing. A run that came to its
// end, or that many have followed, is read once; of the others each entry is.
type journalReader struct {
	open OpenJournals
	now  func() time.Time

	from  *Journals // nil until they could be opened
	tails map[string]*runbook.Tail
	over  map[string]RunRead // by id: those that are not read again
	last  RecordInput
	edge  edgeMemory
}

func newJournalReader(open OpenJournals, now func() time.Time) *journalReader {
	return &journalReader{open: open, now: now, tails: map[string]*runbook.Tail{}, over: map[string]RunRead{}}
}

// read is one round. What fails keeps the last good reading beside the error.
func (r *journalReader) read(ctx context.Context) func(*Inputs) {
	if err := r.find(ctx); err != nil {
		r.last.Runs = r.last.Runs.Next(nil, judged(err), r.now())
		r.last.Lease = r.last.Lease.Next(HeldRead{}, judged(err), r.now())
	} else {
		held, err := r.held(ctx)
		r.last.Lease = r.last.Lease.Next(held, judged(err), r.now())
		delete(r.over, held.Grant.Run) // somebody may have taken it up again
		runs, err := r.runs(ctx)
		r.last.Runs = r.last.Runs.Next(runs, judged(err), r.now())
	}
	seen := r.last
	return func(in *Inputs) { in.Record = &seen }
}

func (r *journalReader) find(ctx context.Context) error {
	if r.from != nil {
		return nil
	}
	j, err := r.open(ctx)
	if err != nil {
		return err
	}
	r.from = &j
	r.last.Where, r.last.Shared, r.last.Region = j.Where, j.Shared, j.Region
	r.edge, _ = readEdgeMemory(j.Dir) // one that cannot be read is written anew
	return nil
}

// remember keeps what is newer of the edge, where journals are kept at all, and gives what is known of it.
func (r *journalReader) remember(seen edge.Snapshot) edgeMemory {
	if r.from != nil && r.from.Dir != "" && r.edge.learn(seen) {
		_ = writeJSON(filepath.Join(r.from.Dir, edgeMemoryFile), r.edge) // a plan says so where there is none
	}
	return r.edge
}

func (r *journalReader) held(ctx context.Context) (HeldRead, error) {
	l := r.from.Lease()
	g, held, err := l.Held(ctx)
	return HeldRead{Held: held, Grant: g, Scope: l.Scope()}, err
}

// runs reads the newest runs, and the older ones one by one until a promotion was found: the writer of record must not
// be forgotten because many runs changed nothing since.
func (r *journalReader) runs(ctx context.Context) ([]RunRead, error) {
	ids, err := r.from.Archive.Runs(ctx)
	if err != nil {
		return nil, err
	}
	old := max(0, len(ids)-runsRead)
	read, err := r.several(ctx, ids[old:], false)
	for err == nil && old > 0 && !slices.ContainsFunc(read, RunRead.promotes) {
		old--
		var one []RunRead
		if one, err = r.several(ctx, ids[old:old+1], true); err == nil {
			read = append(one, read...)
		}
	}
	return read, err
}

// promotes says whether the writer of record is told by this run, or cannot be told because of it.
func (r RunRead) promotes() bool { return r.Err != nil || promoted(r.View) }

// several reads on in the journals of some runs; once says that they are not read again.
func (r *journalReader) several(ctx context.Context, ids []string, once bool) ([]RunRead, error) {
	tails := make([]*runbook.Tail, len(ids))
	for i, id := range ids {
		if _, over := r.over[id]; over {
			continue
		}
		if r.tails[id] == nil {
			store, err := r.from.Archive.Store(id)
			if err != nil {
				return nil, err
			}
			r.tails[id] = runbook.NewTail(store)
		}
		tails[i] = r.tails[id]
	}
	out := make([]RunRead, len(ids))
	var group errgroup.Group
	group.SetLimit(journalsRow)
	for i, tail := range tails {
		if tail != nil {
			group.Go(func() (err error) {
				out[i], err = readTail(ctx, tail)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	r.keep(ids, out, once)
	return out, nil
}

// readTail reads on in one journal. One that was altered is no failure to read: it is read to where that is so.
func readTail(ctx context.Context, t *runbook.Tail) (RunRead, error) {
	err := t.Read(ctx)
	var broken *runbook.Break
	if err != nil && !errors.As(err, &broken) {
		return RunRead{}, err
	}
	return RunRead{View: t.View(), Err: err}, nil
}

// keep remembers those that are not read again, and gives those that were not.
func (r *journalReader) keep(ids []string, out []RunRead, once bool) {
	for i, id := range ids {
		if over, ok := r.over[id]; ok {
			out[i] = over
		} else if once || r.tails[id].Closed() && out[i].Err == nil {
			r.over[id] = out[i]
			delete(r.tails, id)
		}
	}
}
