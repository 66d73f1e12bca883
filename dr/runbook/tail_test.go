package runbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"lifeboat/dr/runbook"
)

// held is a journal of which only the first so many entries are there yet. It counts those that were read.
type held struct {
	memory
	all   [][]byte
	reads int
}

func (h *held) grow(to int) { h.lines = h.all[:to] }

func (h *held) Read(ctx context.Context, from int64) ([]runbook.Record, error) {
	out, err := h.memory.Read(ctx, from)
	h.reads += len(out)
	return out, err
}

func (h *held) told(t *testing.T) string {
	entries, err := runbook.Entries(t.Context(), &memory{lines: h.lines})
	if err != nil {
		t.Fatal(err)
	}
	view, _ := json.Marshal(runbook.Replay(entries))
	return string(view)
}

func TestATailReadsEveryEntryOnceAndShowsWhatAReplayShows(t *testing.T) {
	h := &held{all: journaled(t)}
	n := len(h.all)
	tail := runbook.NewTail(h)
	for upTo := 1; upTo <= n; upTo += min(3, max(1, n-upTo)) {
		h.grow(upTo)
		if err := tail.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(tail.View()); string(got) != h.told(t) {
			t.Fatalf("after %d entries\n%s\nwant\n%s", upTo, got, h.told(t))
		}
		if tail.Closed() != (upTo == n) {
			t.Errorf("closed %t after %d of %d entries", tail.Closed(), upTo, n)
		}
	}
	if h.reads != n {
		t.Errorf("%d entries were read, of %d", h.reads, n)
	}
}

func TestATailStopsAtABreakAndKeepsWhatWasBeforeIt(t *testing.T) {
	h := &held{all: journaled(t)}
	h.grow(9)
	before := h.told(t)
	h.grow(len(h.all))
	h.lines[9] = bytes.Replace(h.all[9], []byte(`"kind":"`), []byte(`"kind":"x`), 1)
	tail := runbook.NewTail(h)
	for range 2 {
		var broken *runbook.Break
		if err := tail.Read(t.Context()); !errors.As(err, &broken) || broken.Seq != 10 {
			t.Fatalf("%v, want a break at entry 10", err)
		}
		if got, _ := json.Marshal(tail.View()); string(got) != before {
			t.Errorf("\n%s\nwant\n%s", got, before)
		}
	}
}

func TestATailLeavesWhatACrashCutOffAndGoesOnBehindItsRepair(t *testing.T) {
	h := &held{all: journaled(t)}
	h.grow(5)
	h.torn = h.all[5][:20]
	tail := runbook.NewTail(h)
	if err := tail.Read(t.Context()); err != nil || tail.View().Seq != 5 {
		t.Fatalf("%v, entry %d; want the five that are whole", err, tail.View().Seq)
	}
	h.torn = nil
	h.grow(6)
	if err := tail.Read(t.Context()); err != nil || tail.View().Seq != 6 {
		t.Errorf("%v, entry %d; want the sixth", err, tail.View().Seq)
	}
}
