package runbook_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

var claim = runbook.Claim{Holder: "ops", Host: "h", Run: "r"}

func TestOfSixteenWritersOneGetsTheLeaseAndOneEachJournalEntry(t *testing.T) {
	for range 20 {
		b := newBucket()
		var leases, entries atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				var held *runbook.HeldError
				_, err := runbook.NewObjectLease(b, "lease", time.Minute, time.Second).Acquire(t.Context(), claim)
				if err == nil {
					leases.Add(1)
				} else if !errors.As(err, &held) || held.By.Fence != 1 {
					t.Error(err)
				}
				if s := objectStore(t, b); s.Append(t.Context(), 1, []byte(`{}`)) == nil {
					entries.Add(1)
				}
			})
		}
		all.Wait()
		if leases.Load() != 1 || entries.Load() != 1 {
			t.Fatalf("%d leases, %d entries", leases.Load(), entries.Load())
		}
	}
}

// Whatever anyone's clock says: a grant can be taken over once it has been expired for the grace, by the bucket's
// clock.
func TestTakingOverWaitsForExpiryAndTheLongestRequestByTheBucketsClock(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Hour, 0, 5 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			b := newBucket()
			b.skew = skew
			first := runbook.NewObjectLease(b, "lease", time.Minute, 30*time.Second)
			g, err := first.Acquire(t.Context(), claim)
			if err != nil {
				t.Fatal(err)
			}
			second := runbook.NewObjectLease(b, "lease", time.Minute, 30*time.Second)
			time.Sleep(89 * time.Second)
			if _, err := second.Acquire(t.Context(), claim); err == nil {
				t.Fatal("taken over while a request may be under way")
			}
			if by, held, _ := second.Held(t.Context()); !held || !by.Expired {
				t.Fatal("an expired lease is said to hold:", by, held)
			}
			if _, err := first.Renew(t.Context(), g); err != nil {
				t.Fatal("nobody has taken it:", err)
			}
			if by, held, _ := second.Held(t.Context()); !held || by.Expired {
				t.Fatal("a renewed lease is said to be expired:", by, held)
			}
			time.Sleep(92 * time.Second)
			taken, err := second.Acquire(t.Context(), claim)
			if err != nil || taken.Fence != 2 {
				t.Fatal(taken, err)
			}
			if _, err := first.Renew(t.Context(), g); !errors.Is(err, runbook.ErrLost) {
				t.Error(err)
			}
			if err := first.Release(t.Context(), g); err != nil {
				t.Error(err)
			}
			if now, held, _ := second.Held(t.Context()); !held || now.Fence != 2 {
				t.Error("the loser gave the winner's lease back")
			}
		})
	}
}

func TestALeaseIsTakenOverByItsPhraseAndNoOther(t *testing.T) {
	b := newBucket()
	lease := func() *runbook.ObjectLease { return runbook.NewObjectLease(b, "lease", time.Minute, time.Minute) }
	g, err := lease().Acquire(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	old := runbook.TakeOverPhrase(g)
	for _, c := range []struct {
		phrase string
		ok     bool
	}{{"take over", false}, {"take over fence 2 from ops", false}, {old, true}, {old, false}} {
		with := claim
		with.Phrase = c.phrase
		if _, err := lease().Acquire(t.Context(), with); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.phrase, err)
		}
	}
}

func TestALeaseWhoseAnswerWasLostIsHeld(t *testing.T) {
	b := newBucket()
	l := runbook.NewObjectLease(b, "lease", time.Minute, 0)
	b.set(func(b *bucket) { b.lose = 1 })
	g, err := l.Acquire(t.Context(), claim)
	if err != nil || g.Fence != 1 {
		t.Fatal(g, err)
	}
	b.set(func(b *bucket) { b.lose = 1 })
	if _, err := l.Renew(t.Context(), g); err == nil || errors.Is(err, runbook.ErrLost) {
		t.Errorf("a renewal without an answer neither holds nor is lost: %v", err)
	}
	if _, err := l.Renew(t.Context(), g); err != nil {
		t.Error(err)
	}
	b.set(func(b *bucket) { b.objects["lease"] = []byte("{") })
	if _, err := runbook.NewObjectLease(b, "lease", time.Minute, 0).Acquire(t.Context(), claim); err == nil {
		t.Error("a lease that cannot be read was taken")
	}
}

func TestAFileLeaseIsHeldByOneAndItsFenceGrows(t *testing.T) {
	dir := t.TempDir()
	for fence := int64(1); fence <= 3; fence++ {
		first, second := runbook.NewFileLease(dir), runbook.NewFileLease(dir)
		g, err := first.Acquire(t.Context(), claim)
		if err != nil || g.Fence != fence {
			t.Fatal(g, err)
		}
		var held *runbook.HeldError
		with := claim
		with.Phrase = runbook.TakeOverPhrase(g)
		if _, err := second.Acquire(t.Context(), with); !errors.As(err, &held) || held.By.Fence != fence {
			t.Fatal("a living process's lock was taken:", err)
		}
		if by, is, err := second.Held(t.Context()); !is || by.Fence != fence || err != nil {
			t.Error(by, is, err)
		}
		if _, err := first.Renew(t.Context(), g); err != nil {
			t.Error(err)
		}
		if err := first.Release(t.Context(), g); err != nil {
			t.Error(err)
		}
		if _, is, err := second.Held(t.Context()); is || err != nil {
			t.Error("given back and held", err)
		}
		if _, err := first.Renew(t.Context(), g); !errors.Is(err, runbook.ErrLost) {
			t.Error(err)
		}
	}
}

func TestAFileLeaseWhoseLockFileIsGoneIsLost(t *testing.T) {
	dir := t.TempDir()
	l := runbook.NewFileLease(dir)
	g, err := l.Acquire(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "estate.lock"))
	if _, err := l.Renew(t.Context(), g); !errors.Is(err, runbook.ErrLost) {
		t.Error(err)
	}
	other := runbook.NewFileLease(dir)
	if taken, err := other.Acquire(t.Context(), claim); err != nil || taken.Fence != g.Fence+1 {
		t.Error(taken, err)
	}
	os.Remove(filepath.Join(dir, "estate.lease.json")) // what the fence number would tell is gone too
	os.WriteFile(filepath.Join(dir, "estate.lease.json"), []byte(`{"fence":1}`), 0o600)
	if _, err := l.Renew(t.Context(), g); !errors.Is(err, runbook.ErrLost) {
		t.Error("the lock of another file holds:", err)
	}
}

func TestOfTwoEnginesAtOnceOneRunsAndOneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		results := make(chan error, 2)
		for i := range 2 {
			s := b.seat()
			o := b.options(s)
			o.Run = []string{"run-1", "run-2"}[i]
			if i == 1 {
				o.Store = &memory{}
			}
			go func() {
				run, err := runbook.Start(s.context(), s.failover(), o)
				if err == nil {
					run.Wait()
				}
				results <- err
			}()
		}
		var held *runbook.HeldError
		refusals := 0
		for range 2 {
			if err := <-results; errors.As(err, &held) {
				refusals++
			} else if err != nil {
				t.Error(err)
			}
		}
		if refusals != 1 || !maps.Equal(b.w.once(), everything) {
			t.Errorf("%d refusals, %v", refusals, b.w.once())
		}
	})
}

func TestALeaseTakenOverInTheMiddleStopsTheRunBeforeItsNextChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(103 * time.Second) // between two renewals: one at the same moment would be another's word
		g, _, _ := runbook.NewObjectLease(b.bucket, "lease.json", time.Minute, 0).Held(t.Context())
		s2 := b.seat()
		o := b.options(s2)
		o.TakeOver = runbook.TakeOverPhrase(g)
		second, err := runbook.Resume(s2.context(), s2.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		if res := run.Wait(); res.Ending != runbook.LeaseLost {
			t.Errorf("the first: %s %v", res.Ending, res.Err)
		}
		res := second.Wait()
		report, verr := runbook.Verify(t.Context(), b.store)
		if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) || verr != nil || !report.Closed {
			t.Errorf("the second: %s %v %v %v", res.Ending, res.Err, b.w.once(), verr)
		}
	})
}

// steal takes the lease and nothing else.
func (b *bench) steal(t *testing.T) {
	l := runbook.NewObjectLease(b.bucket, "lease.json", time.Minute, 0)
	g, _, err := l.Held(t.Context())
	if err == nil {
		_, err = l.Acquire(t.Context(), runbook.Claim{Holder: "other", Phrase: runbook.TakeOverPhrase(g)})
	}
	if err != nil {
		t.Error(err)
	}
}

func TestALeaseLostWhileAGateIsAnsweredMakesNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.ID == "gate edge" {
				b.steal(t)
			}
			return runbook.Answer{}, false
		}
		res := b.start(t, s, s.failover()).Wait()
		if res.Ending != runbook.LeaseLost || !errors.Is(res.Err, runbook.ErrLost) || b.w.once()["edge"] != 0 {
			t.Errorf("%s %v: %v", res.Ending, res.Err, b.w.once())
		}
	})
}

// The next entry belongs to whoever took over, so not even the outcome of a change under way is written.
func TestAnEngineThatLostItsLeaseWritesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		var entries atomic.Int64
		s.trick = func(_ *seat, id string, _ int, when string) error {
			if id == "edge" && when == "after" {
				b.steal(t)
				time.Sleep(25 * time.Second) // the renewal in the background finds out
				records, _ := b.store.Read(t.Context(), 1)
				entries.Store(int64(len(records)))
			}
			return nil
		}
		res := b.start(t, s, s.failover()).Wait()
		records, _ := b.store.Read(t.Context(), 1)
		if res.Ending != runbook.LeaseLost || int64(len(records)) != entries.Load() {
			t.Errorf("%s: %d entries, %d when the lease was lost", res.Ending, len(records), entries.Load())
		}
	})
}

func TestAnEntryOfAnotherEngineStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(100 * time.Second)
		records, _ := b.store.Read(t.Context(), 1)
		if err := b.store.Append(t.Context(), int64(len(records))+1, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		before := len(b.w.asked())
		if res := run.Wait(); res.Ending != runbook.LeaseLost || !errors.Is(res.Err, runbook.ErrTaken) || len(b.w.asked()) != before {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}

func TestALockThatCannotBeReachedMeansNoRunUnlessTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.bucket.down = true
		for _, c := range []struct {
			over runbook.Override
			ok   bool
		}{{runbook.Override{}, false}, {runbook.Override{Phrase: runbook.PhraseNoLock}, false}, {runbook.Override{Phrase: runbook.PhraseNoLock, Reason: "S3 is down"}, true}} {
			s := b.seat()
			o := b.options(s)
			o.Overrides = []runbook.Override{c.over}
			run, err := runbook.Start(s.context(), s.failover(), o)
			if (err == nil) != c.ok {
				t.Fatalf("%+v: %v", c.over, err)
			}
			if err == nil {
				run.Wait()
			}
		}
	})
}

func TestALockThatStopsAnsweringStopsTheRunOnceItsGrantRanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(30 * time.Second)
		b.bucket.set(func(b *bucket) { b.down = true })
		began := time.Now()
		res := run.Wait()
		if took := time.Since(began); res.Ending != runbook.LeaseLost || took > time.Minute {
			t.Errorf("%s after %s: %v", res.Ending, took, res.Err)
		}
		b.bucket.set(func(b *bucket) { b.down = false })
		if res := b.finish(t); res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
			t.Errorf("%s %v: %v", res.Ending, res.Err, b.w.once())
		}
	})
}

func TestAShortSilenceOfTheLockDisturbsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		for range 5 {
			time.Sleep(40 * time.Second)
			b.bucket.set(func(b *bucket) { b.down = true })
			time.Sleep(15 * time.Second)
			b.bucket.set(func(b *bucket) { b.down = false })
		}
		if res := run.Wait(); res.Ending != runbook.Done {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}
