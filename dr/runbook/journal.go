package runbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ErrTaken is a run that another engine writes: its journal has an entry where this one's next belongs.
var ErrTaken = errors.New("another engine writes this run's journal")

// journal writes one run's entries, one after the other, each chained to the one before.
type journal struct {
	store Store
	turn  turn
	next  int64
	head  string
	stamp Entry       // run, fence, by and host, the same in every entry of this process
	lost  atomic.Bool // the lease is another's: its next entry stands where this one's would
	dead  error       // once a write failed for good nothing more is written
}

// How often a write that failed without a verdict is tried, and the pause before the next try.
const (
	appendTries = 6
	appendPause = 500 * time.Millisecond
)

// openJournal reads and verifies what there is, and takes away what a crash left of a last write. It says in words what
// it repaired, "" where nothing was.
func openJournal(ctx context.Context, s Store, stamp Entry) (j *journal, entries []Entry, repaired string, err error) {
	entries, report, err := load(ctx, s)
	if err != nil {
		return nil, nil, "", err
	}
	j = &journal{store: s, turn: newTurn(), next: int64(report.Entries) + 1, head: report.Head, stamp: stamp}
	if !report.Torn {
		return j, entries, "", nil
	}
	trimmer, ok := s.(Trimmer)
	if !ok {
		return nil, nil, "", fmt.Errorf("the journal's last entry is torn and this store cannot take it away")
	}
	if err := trimmer.Trim(ctx, j.next); err != nil {
		return nil, nil, "", fmt.Errorf("take away the torn last entry: %w", err)
	}
	return j, entries, fmt.Sprintf("entry %d was torn in the middle of its write by a crash and was taken away", j.next), nil
}

// append makes an entry durable, and calls then while no other entry can come between. It does not heed the end of
// ctx: an outcome is kept also when the run is being stopped.
func (j *journal) append(ctx context.Context, e Entry, then func(Entry)) error {
	ctx = context.WithoutCancel(ctx)
	if err := j.turn.take(ctx); err != nil {
		return err
	}
	defer j.turn.give()
	if j.lost.Load() {
		return ErrLost
	}
	if j.dead != nil {
		return j.dead
	}
	e.Seq, e.Prev, e.At = j.next, j.head, time.Now().UTC()
	e.Run, e.Fence, e.By, e.Host = j.stamp.Run, j.stamp.Fence, j.stamp.By, j.stamp.Host
	line, err := e.seal()
	if err != nil {
		return err
	}
	if err := j.keep(ctx, e.Seq, line); err != nil {
		j.dead = fmt.Errorf("write journal entry %d: %w", e.Seq, err)
		return j.dead
	}
	j.next, j.head = e.Seq+1, e.Hash
	if e.Kind == EntryEnded || e.Kind == EntryStopped {
		j.dead = errClosed
	}
	then(e)
	return nil
}

// errClosed is a journal whose last word was said: what still looks at the cloud then must not write after it.
var errClosed = errors.New("the run has ended: nothing more is written in its journal")

// keep appends a line, and looks before it repeats where it is not known whether it was kept.
func (j *journal) keep(ctx context.Context, seq int64, line []byte) error {
	var err error
	for try := range appendTries {
		if try > 0 {
			sleep(ctx, appendPause<<(try-1))
		}
		err = j.store.Append(ctx, seq, line)
		if err == nil {
			return nil
		}
		if errors.Is(err, ErrExists) {
			return j.mine(ctx, seq, line)
		}
	}
	return err
}

// mine tells an entry of our own, kept by a write whose answer was lost, from another engine's.
func (j *journal) mine(ctx context.Context, seq int64, line []byte) error {
	records, err := j.store.Read(ctx, seq)
	if err != nil {
		return err
	}
	if len(records) > 0 && records[0].Seq == seq && !records[0].Torn && bytes.Equal(records[0].Data, line) {
		return nil
	}
	return ErrTaken
}

// turn is a lock whose waiting ends with a context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t turn) give() { <-t }
