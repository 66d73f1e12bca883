package runbook_test

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// crashed runs a failover whose process dies where plan says, resumes it, and says whether it died at all.
func crashed(t *testing.T, name string, plan func(b *bench, s *seat)) (died bool) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			s := b.seat()
			plan(b, s)
			run, err := runbook.Start(s.context(), s.failover(), b.options(s))
			if err == nil {
				if res := run.Wait(); s.isDead() && res.Ending == runbook.Done {
					t.Fatal("a dead process closed its run")
				}
			}
			died = s.isDead()
			s.die()
			b.store.set(nil)
			if !died {
				return
			}
			res := b.finish(t)
			if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
				t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.once())
			}
			report, err := runbook.Verify(t.Context(), b.store)
			if err != nil || !report.Closed {
				t.Fatalf("the journal: %+v %v", report, err)
			}
		})
	})
	return died
}

func TestACrashAtAnyJournalWriteEndsAsIfNothingHadHappened(t *testing.T) {
	for _, when := range []string{"before", "after", "torn"} {
		n := 1
		for crashed(t, fmt.Sprintf("%s write %d", when, n), func(b *bench, s *seat) {
			b.store.set(func(i int) (before, after error, tear bool) {
				if s.isDead() {
					return errDead, nil, false
				}
				if i != n {
					return nil, nil, false
				}
				s.die()
				switch when {
				case "before":
					return errDead, nil, false
				case "after":
					return nil, errDead, false
				}
				return errDead, nil, true
			})
		}) {
			n++
		}
		if n < 35 {
			t.Fatalf("only %d writes were crashed at", n-1)
		}
	}
}

func TestACrashAtAnyChangeEndsAsIfNothingHadHappened(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		n := 1
		for crashed(t, fmt.Sprintf("%s change %d", when, n), func(b *bench, s *seat) {
			b.store.set(func(int) (before, after error, tear bool) {
				if s.isDead() {
					return errDead, nil, false
				}
				return nil, nil, false
			})
			s.trick = func(s *seat, _ string, i int, w string) error {
				if i == n && w == when {
					s.die()
					return errDead
				}
				return nil
			}
		}) {
			n++
		}
		if n != len(everything)+1 {
			t.Fatalf("%d changes were crashed at, of %d", n-1, len(everything))
		}
	}
}

func TestAChangeAnsweredByTimeOutAfterItTookEffectIsNotRepeated(t *testing.T) {
	for step := range everything {
		for _, kind := range []fault.Kind{fault.TimedOut, fault.Unreachable, fault.Unavailable} {
			t.Run(step+" "+string(kind), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBench()
					s := b.seat()
					s.trick = func(_ *seat, id string, _ int, when string) error {
						if id == step && when == "after" {
							return fault.New(kind, "do", id, nil)
						}
						return nil
					}
					res := b.start(t, s, s.failover()).Wait()
					if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
						t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.once())
					}
				})
			})
		}
	}
}

// An unknown outcome that took no effect is repeated without a person; a refusal goes to the operator.
func TestAChangeThatTookNoEffectIsRepeated(t *testing.T) {
	for kind, asked := range map[fault.Kind]int{fault.TimedOut: 0, fault.Unavailable: 0, fault.Throttled: 0, fault.Denied: 1, fault.Expired: 1, fault.Refused: 1} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench()
				s := b.seat()
				failed := false
				s.trick = func(_ *seat, id string, _ int, when string) error {
					if id == "scale" && when == "before" && !failed {
						failed = true
						return fault.New(kind, "do", id, nil)
					}
					return nil
				}
				res := b.start(t, s, s.failover()).Wait()
				if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
					t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.once())
				}
				if n := len(b.op.questions("trouble scale")); n != asked {
					t.Errorf("the operator was asked %d times, not %d", n, asked)
				}
			})
		})
	}
}

func TestAPanicInAStepIsAFailureOfThatStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		panicked := false
		s.trick = func(_ *seat, id string, _ int, when string) error {
			if id == "deploy" && when == "after" && !panicked {
				panicked = true
				panic("a defect")
			}
			return nil
		}
		res := b.start(t, s, s.failover()).Wait()
		if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) || !panicked {
			t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.once())
		}
	})
}
