package dr

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// shelf is an archive that counts how often each journal is read, and can be out of reach.
type shelf struct {
	runbook.FileArchive

	mu    sync.Mutex
	reads map[string]int
	away  error
}

func (s *shelf) Runs(ctx context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, s.away
	}
	return s.FileArchive.Runs(ctx)
}

func (s *shelf) reach(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

func (s *shelf) read(run string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[run]
}

func (s *shelf) Store(run string) (runbook.Store, error) {
	store, err := s.FileArchive.Store(run)
	return &counted{Store: store, run: run, on: s}, err
}

// counted is a journal on a shelf.
type counted struct {
	runbook.Store
	run string
	on  *shelf
}

func (c *counted) Read(ctx context.Context, from int64) ([]runbook.Record, error) {
	c.on.mu.Lock()
	c.on.reads[c.run]++
	c.on.mu.Unlock()
	return c.Store.Read(ctx, from)
}

// play runs a procedure of one step through the engine: a promotion that changes nothing, or is called off at its gate.
func play(t *testing.T, s *shelf, dir, from, to string, gives error) string {
	t.Helper()
	id := runbook.NewRunID(time.Now(), string(Failover))
	store, err := s.FileArchive.Store(id)
	if err != nil {
		t.Fatal(err)
	}
	did := false
	p := runbook.Procedure{Name: string(Failover), Title: Failover.Phrase(from, to), From: from, To: to, Steps: []runbook.Step{{
		ID: StepPromote, Title: "promote", Timeout: time.Minute, Undoing: runbook.UndoNever, Commit: true,
		Gate:  &runbook.Gate{ID: "open", Phrase: Failover.Phrase(from, to)},
		Paper: func(runbook.Pins) []string { return nil },
		Calls: []runbook.Call{{Operation: "rds:PromoteReadReplica", Plane: runbook.Control, Region: to}},
		Check: func(context.Context, *runbook.Task) (runbook.Seen, error) { return runbook.Seen{So: did}, nil },
		Do:    func(context.Context, *runbook.Task) error { did = true; return nil },
	}}}
	run, err := runbook.Start(t.Context(), p, runbook.Options{
		Run: id, Mode: runbook.Unplanned, By: "ops", Host: "desk", Store: store, Lease: runbook.NewFileLease(dir), Operator: gateTyper{gives},
	})
	if err != nil {
		t.Fatal(err)
	}
	run.Wait()
	return id
}

// gateTyper answers every gate with its phrase, or not at all.
type gateTyper struct{ err error }

func (o gateTyper) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "ops"}, o.err
}

// onShelf is a Watch of fakes that reads journals in a directory.
func onShelf(t *testing.T, run func(t *testing.T, w *Watch, s *shelf, dir string)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{FileArchive: runbook.FileArchive{Dir: dir + "/runs"}, reads: map[string]int{}}
		opened := 0
		open := func(context.Context) (Journals, error) {
			if opened++; opened == 1 {
				return Journals{}, errors.New("the account is not known yet")
			}
			return Journals{Archive: s, Where: "this machine only", Lease: func() runbook.Lease { return runbook.NewFileLease(dir) }}, nil
		}
		w := newWatch(wellConfig(), Options{Journals: open}.withDefaults())
		w.collectJournals(open)
		ctx, cancel := context.WithCancel(t.Context())
		w.Start(ctx)
		run(t, w, s, dir)
		cancel()
		w.Wait()
	})
}

func TestAWatchFollowsTheEstatesJournals(t *testing.T) {
	onShelf(t, func(t *testing.T, w *Watch, s *shelf, dir string) {
		record := func(after time.Duration) Record {
			time.Sleep(after)
			synctest.Wait()
			return w.Estate().Record
		}
		if r := record(0); r.Writer != "" || r.Seen.Known() || r.Seen.Why == "" {
			t.Fatalf("%+v before they could be opened", r)
		}
		if r := record(fast); r.Writer != "us-east-1" || !r.Seen.Known() || r.Where != "this machine only" {
			t.Fatalf("%+v of no run", r)
		}
		there := play(t, s, dir, "us-east-1", "us-west-2", nil)
		if r := record(fast); r.Writer != "us-west-2" || r.Run != there || r.Last == nil || r.Last.Run != there {
			t.Fatalf("%q by %q, want us-west-2 by %q", r.Writer, r.Run, there)
		}
		s.reach(errors.New("no answer"))
		if r := record(fast); r.Writer != "us-west-2" || !r.Seen.Old || r.Seen.Why == "" {
			t.Errorf("%q, %+v while they cannot be read; want what they said last, as old", r.Writer, r.Seen)
		}
		s.reach(nil)
		back := play(t, s, dir, "us-west-2", "us-east-1", nil)
		if r := record(fast); r.Writer != "us-east-1" || r.Run != back || r.Seen.Old {
			t.Errorf("%q by %q, want us-east-1 by %q", r.Writer, r.Run, back)
		}
		if n := s.read(there); n != 1 {
			t.Errorf("a run that has ended was read %d times", n)
		}
	})
}

func TestAPromotionIsNotForgottenForTheRunsAfterIt(t *testing.T) {
	onShelf(t, func(t *testing.T, w *Watch, s *shelf, dir string) {
		first := play(t, s, dir, "us-east-1", "us-west-2", nil)
		for range runsRead + 2 {
			time.Sleep(time.Hour)
			play(t, s, dir, "us-west-2", "us-east-1", runbook.ErrNoAnswer)
		}
		time.Sleep(2 * fast)
		synctest.Wait()
		if r := w.Estate().Record; r.Writer != "us-west-2" || r.Run != first || len(r.Open) != 0 {
			t.Errorf("%q by %q, %d open; want us-west-2 by %q", r.Writer, r.Run, len(r.Open), first)
		}
	})
}

func TestTheLeaseIsSeenWithItsHolder(t *testing.T) {
	onShelf(t, func(t *testing.T, w *Watch, s *shelf, dir string) {
		lease := runbook.NewFileLease(dir)
		g, err := lease.Acquire(t.Context(), runbook.Claim{Holder: "ops", Host: "desk", Run: "r1"})
		if err != nil {
			t.Fatal(err)
		}
		seen := func() LeaseSeen {
			time.Sleep(2 * fast)
			synctest.Wait()
			return w.Estate().Record.Lease
		}
		if l := seen(); !l.Held || l.Grant.Run != "r1" || l.Scope != "this machine only" {
			t.Errorf("%+v while it is held", l)
		}
		if err := lease.Release(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		if l := seen(); l.Held || !l.Seen.fresh() {
			t.Errorf("%+v when it is free", l)
		}
	})
}

func Example_ago() {
	for _, d := range []time.Duration{30 * time.Second, 3 * time.Hour, 41*24*time.Hour + time.Hour} {
		fmt.Println(ago(d))
	}
	// Output:
	// 30 s ago
	// 3 h ago
	// 41 days ago
}
