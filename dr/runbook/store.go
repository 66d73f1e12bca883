package runbook

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Record is one entry as it is kept: its place, and its bytes without a line end.
type Record struct {
	Seq  int64 // from 1
	Data []byte
	Torn bool // the last record, cut in the middle of its write by a crash
}

// Store keeps the entries of one run. An entry is durable when Append has returned nil, and is never changed after.
type Store interface {
	// Append keeps an entry at its place. It fails with ErrExists where that place is taken, and with anything else
	// where it could not tell: the entry may then be there or not.
	Append(ctx context.Context, seq int64, entry []byte) error
	// Read returns the entries from a place on, in order. A run that has none yet reads as none.
	Read(ctx context.Context, from int64) ([]Record, error)
	// Follow calls each for every entry from a place on, and goes on as they come until ctx ends or each fails.
	Follow(ctx context.Context, from int64, each func(Record) error) error
}

// Trimmer is a store that can hold a torn last record, and take it away.
type Trimmer interface {
	Trim(ctx context.Context, seq int64) error
}

// Archive keeps the journals of an estate's runs by run id.
type Archive interface {
	// Runs lists the ids of all runs, oldest first; ids are made by NewRunID or sort like it.
	Runs(ctx context.Context) ([]string, error)
	Store(run string) (Store, error)
}

// ErrExists is a place in a journal that is taken.
var ErrExists = errors.New("there already is an entry at this place of the journal")

// NewRunID makes the id of a run from the time it starts and its procedure: "20261123T031502.123Z-failover". Ids sort
// by time.
func NewRunID(at time.Time, procedure string) string {
	return at.UTC().Format(idTime) + "-" + procedure
}

const idTime = "20060102T150405.000Z"

// NextRunID is NewRunID where there may be runs of machines whose clocks are ahead: it sorts after all of these, since ids
// tell which of two runs came later.
func NextRunID(at time.Time, procedure string, runs []string) string {
	for _, run := range runs {
		began, _, _ := strings.Cut(run, "-")
		if t, err := time.Parse(idTime, began); err == nil && at.Before(t.Add(time.Millisecond)) {
			at = t.Add(time.Millisecond)
		}
	}
	return NewRunID(at, procedure)
}

// follow is Follow for a store that can only be read: it looks again after every pause. A look that fails ends it,
// since a reader that goes on as if nothing had come would show an old run as a current one.
func follow(ctx context.Context, s Store, from int64, pause time.Duration, each func(Record) error) error {
	for {
		records, err := s.Read(ctx, from)
		if err != nil {
			return err
		}
		for _, r := range records {
			if r.Torn {
				break
			}
			if err := each(r); err != nil {
				return err
			}
			from = r.Seq + 1
		}
		if !sleep(ctx, pause) {
			return context.Cause(ctx)
		}
	}
}

// sleep waits, and says whether it waited in full.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
