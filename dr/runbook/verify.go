package runbook

import (
	"context"
	"fmt"
)

// Report is what Verify found. A journal that was cut at its end cannot be told from one that is still being written
// unless its run was closed: Closed says so, and Head is the hash by which two copies are compared.
type Report struct {
	Entries int
	Head    string // the hash of the last entry
	Closed  bool   // the last entry closes the run
	Torn    bool   // after the last entry there is the beginning of one, left by a crash: resume takes it away
}

// Break is where a journal stops being what was written, and what is wrong there.
type Break struct {
	Seq  int64
	What string
}

func (b *Break) Error() string { return fmt.Sprintf("journal entry %d: %s", b.Seq, b.What) }

// Verify reads a whole journal and holds every entry against its own hash and against the one before it. The error is
// a *Break where the journal was altered, cut inside or put in another order, and the store's own where it could not
// be read. The report holds for the entries before the break.
func Verify(ctx context.Context, s Store) (Report, error) {
	_, report, err := load(ctx, s)
	return report, err
}

// Entries reads and verifies a journal.
func Entries(ctx context.Context, s Store) ([]Entry, error) {
	entries, _, err := load(ctx, s)
	return entries, err
}

func load(ctx context.Context, s Store) ([]Entry, Report, error) {
	records, err := s.Read(ctx, 1)
	if err != nil {
		return nil, Report{}, fmt.Errorf("read the journal: %w", err)
	}
	c := chain{head: zeroHash}
	for i, r := range records {
		if r.Torn && i == len(records)-1 {
			if !tornStart(r.Data, c.next(), c.head) {
				return c.entries, c.report(), &Break{c.next(), "altered: what stands there is not the beginning of an entry that a crash cut off"}
			}
			c.torn = true
			break
		}
		if err := c.add(r, records[i:]); err != nil {
			return c.entries, c.report(), err
		}
	}
	return c.entries, c.report(), nil
}

// chain is a journal verified so far.
type chain struct {
	entries []Entry
	head    string
	torn    bool
}

func (c *chain) next() int64 { return int64(len(c.entries)) + 1 }

func (c *chain) report() Report {
	r := Report{Entries: len(c.entries), Head: c.head, Torn: c.torn}
	if n := len(c.entries); n > 0 {
		r.Closed = c.entries[n-1].Kind == EntryEnded
	}
	return r
}

// add takes the next record, or says how it breaks the chain. rest are the records from it on.
func (c *chain) add(r Record, rest []Record) error {
	seq := c.next()
	if r.Seq != seq {
		return &Break{seq, fmt.Sprintf("missing: the next one there is %d", r.Seq)}
	}
	e, err := unseal(r.Data)
	switch {
	case err != nil:
		return &Break{seq, "altered: " + err.Error()}
	case e.Seq > seq && holds(rest, seq):
		return &Break{seq, fmt.Sprintf("out of order: entry %d stands in its place", e.Seq)}
	case e.Seq > seq:
		return &Break{seq, fmt.Sprintf("missing: entry %d stands in its place", e.Seq)}
	case e.Seq < seq:
		return &Break{seq, fmt.Sprintf("out of order: entry %d stands in its place again", e.Seq)}
	case e.Prev != c.head:
		return &Break{seq, "it does not follow the entry before it: one of the two was replaced"}
	case seq > 1 && e.Run != c.entries[0].Run:
		return &Break{seq, fmt.Sprintf("it belongs to another run, %s", e.Run)}
	case seq == 1 && (e.Kind != EntryPlan || e.Plan == nil):
		return &Break{seq, "the first entry is not a plan"}
	}
	c.entries, c.head = append(c.entries, e), e.Hash
	return nil
}

// holds says whether an entry is still to come among records.
func holds(records []Record, seq int64) bool {
	for _, r := range records {
		if e, err := unseal(r.Data); err == nil && e.Seq == seq {
			return true
		}
	}
	return false
}
