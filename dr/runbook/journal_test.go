package runbook_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// journaled is the journal of a whole run.
func journaled(t *testing.T) [][]byte {
	b := newBench()
	synctest.Test(t, func(t *testing.T) {
		s := b.seat()
		b.start(t, s, s.failover()).Wait()
	})
	return b.store.lines
}

func TestVerifyFindsWhatWasDoneToAJournalAndWhere(t *testing.T) {
	whole := journaled(t)
	n := len(whole)
	at := func(i int, line []byte) [][]byte {
		out := slices.Clone(whole)
		out[i] = line
		return out
	}
	swapped := slices.Clone(whole)
	swapped[9], swapped[10] = swapped[10], swapped[9]
	for name, c := range map[string]struct {
		lines [][]byte
		seq   int64
		what  string
	}{
		"whole":              {whole, 0, ""},
		"end cut off":        {whole[:n-3], 0, ""},
		"altered":            {at(9, bytes.Replace(whole[9], []byte(`"kind":"`), []byte(`"kind":"x`), 1)), 10, "altered"},
		"last altered":       {at(n-1, bytes.Replace(whole[n-1], []byte(`"done"`), []byte(`"dome"`), 1)), int64(n), "altered"},
		"emptied":            {at(9, nil), 10, "altered"},
		"missing":            {slices.Delete(slices.Clone(whole), 9, 10), 10, "missing"},
		"first missing":      {whole[1:], 1, "missing"},
		"reordered":          {swapped, 10, "out of order"},
		"doubled":            {slices.Insert(slices.Clone(whole), 9, whole[8]), 10, "out of order"},
		"replaced by forger": {at(9, forge(t, whole[9])), 11, "does not follow"},
	} {
		report, err := runbook.Verify(t.Context(), &memory{lines: c.lines})
		var broken *runbook.Break
		switch {
		case c.seq == 0 && (err != nil || report.Closed != (name == "whole")):
			t.Errorf("%s: %+v %v", name, report, err)
		case c.seq > 0 && (!errors.As(err, &broken) || broken.Seq != c.seq || !strings.Contains(broken.What, c.what)):
			t.Errorf("%s: want entry %d %s, found %v", name, c.seq, c.what, err)
		}
	}
}

// forge alters an entry and gives it a hash that fits.
func forge(t *testing.T, line []byte) []byte {
	line = bytes.Replace(line, []byte(`"host":"seat"`), []byte(`"host":"beat"`), 1)
	body := append(slices.Clone(line[:bytes.LastIndex(line, []byte(`,"hash":"`))]), '}')
	out := append(body[:len(body)-1:len(body)-1], `,"hash":"`+tag(body)+`"}`...)
	if bytes.Equal(out, line) {
		t.Fatal("nothing was forged")
	}
	return out
}

func TestATornLastLineIsTakenAwayOnResumeAndAnAlteredOneIsRefused(t *testing.T) {
	whole := journaled(t)
	for name, c := range map[string]struct {
		tail string
		ok   bool
	}{
		"two thirds":         {string(whole[20][:len(whole[20])*2/3]), true},
		"one byte":           {"{", true},
		"all but its end":    {string(whole[20]), true},
		"zeros":              {"\x00\x00\x00", true},
		"something else":     {`{"seq":21,"prev":"beef`, false},
		"another entry":      {string(whole[19]), false},
		"altered whole line": {strings.Replace(string(whole[20]), "seat", "beat", 1), false},
	} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run-1.jsonl")
			content := append(bytes.Join(whole[:20], []byte("\n")), "\n"+c.tail...)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			report, verr := runbook.Verify(t.Context(), runbook.NewFileStore(path))
			if (verr == nil && report.Torn) != c.ok {
				t.Errorf("%s: %+v %v", name, report, verr)
			}
			b := newBench()
			s := b.seat()
			o := b.options(s)
			o.Store = runbook.NewFileStore(path)
			run, err := runbook.Resume(s.context(), s.failover(), o)
			if (err == nil) != c.ok {
				t.Fatalf("%s: %v", name, err)
			}
			if !c.ok {
				if now, _ := os.ReadFile(path); !bytes.Equal(now, content) {
					t.Errorf("%s: a refused journal was changed", name)
				}
				return
			}
			res := run.Wait()
			report, err = runbook.Verify(t.Context(), runbook.NewFileStore(path))
			if res.Ending != runbook.Done || err != nil || !report.Closed || report.Torn {
				t.Errorf("%s: %s, %+v %v", name, res.Ending, report, err)
			}
		})
	}
}

// Every Do stands between its intent and its outcome: at the moment it is called the intent is kept.
func TestTheIntentIsDurableBeforeEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		var seen atomic.Int64
		s.trick = func(_ *seat, id string, _ int, when string) error {
			entries, err := runbook.Entries(t.Context(), b.store)
			if err != nil {
				t.Error(err)
			}
			v, _ := runbook.Replay(entries).Step(id)
			if !v.Begun || v.State != runbook.StateDoing {
				t.Errorf("%s was called and its intent is not kept: %s", id, v.State)
			}
			seen.Add(1)
			return nil
		}
		b.start(t, s, s.failover()).Wait()
		if seen.Load() != int64(2*len(everything)) {
			t.Errorf("%d looks", seen.Load())
		}
	})
}

func TestAWriteWhoseAnswerWasLostIsNotWrittenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		b.store.set(func(n int) (before, after error, tear bool) {
			if n%3 == 0 {
				return nil, errDown, false
			}
			return nil, nil, false
		})
		res := b.start(t, s, s.failover()).Wait()
		report, err := runbook.Verify(t.Context(), b.store)
		if res.Ending != runbook.Done || err != nil || !report.Closed {
			t.Errorf("%s %v, %+v %v", res.Ending, res.Err, report, err)
		}
	})
}

func TestAJournalThatCannotBeWrittenStopsTheRunBeforeItsNextChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(60 * time.Second)
		before := len(b.w.asked())
		b.store.set(func(int) (before, after error, tear bool) { return errDown, nil, false })
		res := run.Wait()
		if res.Ending != runbook.LeaseLost || !errors.Is(res.Err, errDown) || len(b.w.asked()) != before {
			t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.asked())
		}
	})
}

func TestADecisionIsMadeOnceAndOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		var got []string
		for _, value := range []string{"snap-1", "snap-2"} {
			s := b.seat()
			p := s.failover()
			look := p.Steps[1].Check
			p.Steps[1].Check = func(ctx context.Context, task *runbook.Task) (runbook.Seen, error) {
				v, err := task.Decide(ctx, "snapshot", value)
				got = append(got, v)
				if err != nil {
					return runbook.Seen{}, err
				}
				return look(ctx, task)
			}
			open := runbook.Start
			if len(b.store.lines) > 0 {
				open = runbook.Resume
			}
			run, err := open(s.context(), p, b.options(s))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			run.Stop("ops", "")
			if res := run.Wait(); res.View.Pins["snapshot"] != "snap-1" || res.View.Pins["token"] != "t-1" {
				t.Errorf("%v", res.View.Pins)
			}
		}
		if slices.Contains(got, "snap-2") || len(got) < 2 {
			t.Errorf("%v", got)
		}
	})
}

func TestAnotherPlanIsNotResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		run.Stop("ops", "")
		run.Wait()
		p := s.failover()
		p.Steps[2].ID = "ceilings"
		p.Steps[4].After[2] = "ceilings"
		_, err := runbook.Resume(s.context(), p, b.options(s))
		if err == nil || !strings.Contains(err.Error(), "no more: step floors") || !strings.Contains(err.Error(), "new: step ceilings") {
			t.Errorf("%v", err)
		}
	})
}

// What goes on looking when a run has ended, the guard of a fence, must not write after its last word.
func TestNothingIsWrittenAfterARunHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		var left *runbook.Task
		look := p.Steps[1].Check
		p.Steps[1].Check = func(ctx context.Context, task *runbook.Task) (runbook.Seen, error) {
			left = task
			return look(ctx, task)
		}
		if res := b.start(t, s, p).Wait(); res.Ending != runbook.Done {
			t.Fatal(res.Ending, res.Err)
		}
		if _, err := left.Decide(t.Context(), "receipt.1.void", "too late"); err == nil {
			t.Error("a decision was made after the end")
		}
		if report, err := runbook.Verify(t.Context(), b.store); err != nil || !report.Closed {
			t.Errorf("the journal is not closed any more: %+v, %v", report, err)
		}
	})
}
