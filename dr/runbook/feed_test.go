package runbook_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

func TestEveryReaderOfARunGetsItsWholeHistoryNumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		counts := make(chan int64, 2)
		for _, late := range []time.Duration{0, 4 * time.Minute} {
			go func() {
				time.Sleep(late)
				var n int64
				for {
					news, err := run.Next(context.Background(), n)
					if err != nil {
						t.Error(err)
					}
					if len(news) == 0 {
						counts <- n
						return
					}
					for _, e := range news {
						if n++; e.N != n {
							t.Errorf("event %d is numbered %d", n, e.N)
						}
					}
				}
			}()
		}
		if a, b := <-counts, <-counts; a != b || a < 45 {
			t.Errorf("%d and %d events", a, b)
		}
		<-run.Done()
	})
}

func TestWaitingForNewsEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.op.delays = time.Hour
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(time.Minute)
		news, _ := run.Next(t.Context(), 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := run.Next(ctx, int64(len(news))); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		s.die()
		run.Wait()
	})
}

// A second machine that reads the journal sees what the first one's screen shows, open questions included.
func TestTheJournalAloneTellsTheWholeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.op.delays = 30 * time.Second
		s := b.seat()
		run := b.start(t, s, s.failover())
		for range 40 {
			time.Sleep(10 * time.Second)
			synctest.Wait()
			entries, err := runbook.Entries(t.Context(), b.store)
			if err != nil {
				t.Fatal(err)
			}
			here, there := run.View(), runbook.Replay(entries)
			for i := range here.Steps {
				here.Steps[i].Text, there.Steps[i].Text = "", "" // what is only said is not journaled
			}
			a, _ := json.Marshal(here)
			z, _ := json.Marshal(there)
			if string(a) != string(z) {
				t.Fatalf("here  %s\nthere %s", a, z)
			}
		}
		s.die()
		run.Wait()
	})
}

func TestAViewInHandDoesNotChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(10 * time.Second)
		v := run.View()
		before, _ := json.Marshal(v)
		run.Wait()
		if after, _ := json.Marshal(v); string(before) != string(after) {
			t.Error("it changed")
		}
	})
}
