package runbook_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

func TestOnlyTheExactPhrasePassesAGate(t *testing.T) {
	q := runbook.Question{Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "fail over us-east-1 to us-west-2"}}}
	for phrase, ok := range map[string]bool{
		"fail over us-east-1 to us-west-2":      true,
		"fail over us-east-1 to us-west-2\r\n":  true, // pasted
		"  \tfail over us-east-1 to us-west-2 ": true,
		"":                                      false,
		" ":                                     false,
		"\n":                                    false,
		"y":                                     false,
		"yes":                                   false,
		"fail over us-west-2 to us-east-1":      false,
		"fail over us-east-1 to us-west-1":      false,
		"fail over us-east-1 to us-west-":       false,
		"fail over us-east-1 to us-west-22":     false,
		"Fail over us-east-1 to us-west-2":      false,
		"fail over us-east-1  to us-west-2":     false,
		"fail over us-east-1 to us-west-2\nfail ove": false,
	} {
		if err := q.Judge(runbook.Answer{Choice: runbook.Pass, Phrase: phrase}); (err == nil) != ok {
			t.Errorf("%q: %v", phrase, err)
		}
	}
}

func TestAWrongPhraseLeavesTheGateWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if q.Attempt > 3 {
				return runbook.Answer{}, false
			}
			return runbook.Answer{Choice: runbook.Pass, Phrase: "fail over us-east-1 to us-west-"}, true
		}
		s := b.seat()
		res := b.start(t, s, s.failover()).Wait()
		asked := b.op.questions("gate open")
		if res.Ending != runbook.Done || len(asked) != 4 || asked[3].Wrong == "" || asked[0].Wrong != "" {
			t.Errorf("%s, asked %+v", res.Ending, asked)
		}
	})
}

func TestAFailingCheckNeedsItsOwnPhraseAndAReason(t *testing.T) {
	q := runbook.Question{Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "promote"}}, Notice: &runbook.Notice{
		Failing: []runbook.Failing{{ID: "receipt", Text: "no receipt", Override: "promote without a fence receipt"}},
	}}
	for name, c := range map[string]struct {
		over []runbook.Override
		ok   bool
	}{
		"none":           {nil, false},
		"another phrase": {[]runbook.Override{{Phrase: "promote", Reason: "dark"}}, false},
		"no reason":      {[]runbook.Override{{Phrase: "promote without a fence receipt", Reason: "  "}}, false},
		"both":           {[]runbook.Override{{Phrase: "promote without a fence receipt", Reason: "dark"}}, true},
	} {
		if err := q.Judge(runbook.Answer{Choice: runbook.Pass, Phrase: "promote", Overrides: c.over}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAGateForTwoNeedsTwoIdentities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		p.Steps[0].Gate.People = 2
		who := []string{"ann", "ann", "bob"}
		b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
			if !strings.HasPrefix(q.ID, "gate open") {
				return runbook.Answer{}, false
			}
			a := right(q)
			a.By, who = who[0], who[1:]
			return a, true
		}
		if res := b.start(t, s, p).Wait(); res.Ending != runbook.Done || len(who) != 0 {
			t.Errorf("%s, not asked for: %v", res.Ending, who)
		}
	})
}

func TestAnUnansweredGateStopsTheRunResumable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		o := b.options(s)
		o.Operator = silent{b.op, "gate edge"}
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		res := run.Wait()
		entries, err := runbook.Entries(t.Context(), b.store)
		if err != nil || runbook.Replay(entries).Ending != runbook.Stopped {
			t.Errorf("the journal does not say that it stopped: %v", err)
		}
		if res.Ending != runbook.Stopped || slices.Contains(b.w.asked(), "edge") || len(res.View.Questions) != 0 {
			t.Fatalf("%s %v", res.Ending, res.Err)
		}
		if res := b.finish(t); res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
			t.Errorf("%s: %v", res.Ending, b.w.once())
		}
		if n := len(b.op.questions("gate promote")); n != 1 {
			t.Errorf("the gate of a change that is made was asked again: %d", n)
		}
	})
}

func TestStoppingAtAGateAsksNothingMore(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			b := newBench()
			s := b.seat()
			b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
				return choose(q, runbook.Stop), q.ID == "gate promote"
			}
			res := b.start(t, s, s.failover()).Wait()
			if n := len(b.op.questions("gate promote")); res.Ending != runbook.Stopped || n != 1 || b.w.once()["promote"] != 0 {
				t.Errorf("%s, asked %d times", res.Ending, n)
			}
		})
	}
}

// The figures that a gate showed are old after a resume: it is asked again where its change was not begun.
func TestAGateIsAskedAgainAfterAResumeWhereItsChangeWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		failing(b, s, "edge", runbook.Stop)
		b.start(t, s, s.failover()).Wait()
		b.op.reply = nil
		res := b.finish(t)
		if n := len(b.op.questions("gate edge")); res.Ending != runbook.Done || n != 2 {
			t.Errorf("%s, asked %d times", res.Ending, n)
		}
	})
}

// silent answers everything but one question.
type silent struct {
	*typist
	but string
}

func (o silent) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.ID == o.but {
		return runbook.Answer{}, runbook.ErrNoAnswer
	}
	return o.typist.Ask(ctx, q)
}

func TestAGateWhoseFiguresCannotBeReadNeedsAnOverride(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		p := s.failover()
		p.Steps[6].Gate.Show = func(ctx context.Context, _ *runbook.Task) (runbook.Notice, error) {
			<-ctx.Done()
			return runbook.Notice{}, ctx.Err()
		}
		res := b.start(t, s, p).Wait()
		q := b.op.questions("gate edge")
		if res.Ending != runbook.Done || len(q) != 1 || len(q[0].Notice.Failing) != 1 || q[0].Notice.Failing[0].Override != "pass edge without its figures" {
			t.Errorf("%s %+v", res.Ending, q)
		}
	})
}

// Ten thousand random inputs at every question of a run: no change is made whose gate was not passed by its phrase.
func TestRandomInputsNeverMakeAChangeWithoutItsPhrase(t *testing.T) {
	const inputs = 10_000
	words := []string{"", " ", "\n", "y", "yes", "fail over us-west-2 to us-east-1", "fail over us-east-1 to us-west-2x", "promote us-west-1", "promote", "send users to", "skip fence", "undo", "go unplanned"}
	reasons := []string{"", " ", "because"}
	for _, dry := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 2))
			given := 0
			b := newBench()
			s := b.seat()
			b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
				if given++; given >= inputs {
					s.die()
				}
				choices := []runbook.Choice{runbook.Pass, runbook.Retry, runbook.GoUnplanned, runbook.Undo, "", "anything"}
				return runbook.Answer{
					Choice: choices[rng.IntN(len(choices))], Phrase: words[rng.IntN(len(words))], Reason: reasons[rng.IntN(len(reasons))],
					Overrides: []runbook.Override{{Phrase: words[rng.IntN(len(words))], Reason: reasons[rng.IntN(len(reasons))]}},
				}, true
			}
			o := b.options(s)
			o.DryRun = dry
			run, err := runbook.Start(s.context(), s.failover(), o)
			if err != nil {
				t.Fatal(err)
			}
			run.Wait()
			if calls := b.w.asked(); len(calls) != 0 || !dry && given != inputs {
				t.Errorf("dry run %t: %d inputs made %v", dry, given, calls)
			}
		})
	}
}

// The same inputs with right phrases among them: what is changed is what was passed.
func TestRandomInputsWithRightPhrasesAmongThemChangeOnlyWhatWasPassed(t *testing.T) {
	gates := map[string]string{"fence": "gate open", "scale": "gate open", "floors": "gate open", "deploy": "gate open", "protect": "gate open", "promote": "gate promote", "edge": "gate edge"}
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(&locked{src: rand.NewPCG(seed, 1)})
			b := newBench()
			s := b.seat()
			s.trick = func(_ *seat, id string, n int, when string) error {
				if when == "before" && rng.IntN(3) == 0 {
					return fault.New(fault.Denied, "do", id, nil)
				}
				return nil
			}
			var mu sync.Mutex
			passed := map[string]bool{}
			b.op.reply = func(q runbook.Question) (runbook.Answer, bool) {
				a := runbook.Answer{Choice: runbook.Pass, Phrase: "no"}
				if rng.IntN(4) == 0 {
					a = choose(q, q.Offers[rng.IntN(len(q.Offers))].Choice)
				}
				if a.Choice == runbook.Pass && q.Judge(a) == nil {
					mu.Lock()
					passed[q.ID] = true
					mu.Unlock()
				}
				return a, true
			}
			run := b.start(t, s, s.failover())
			time.AfterFunc(2*time.Hour, func() { run.Stop("ops", "enough") })
			run.Wait()
			for id := range b.w.once() {
				if !passed[gates[id]] {
					t.Errorf("seed %d: %s was changed without its gate", seed, id)
				}
			}
		})
	}
}

// locked is a source of random numbers for several goroutines.
type locked struct {
	mu  sync.Mutex
	src rand.Source
}

func (l *locked) Uint64() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.src.Uint64()
}

func TestADeskRefusesAWrongAnswerAtOnceAndTakesTheRightOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		d := &runbook.Desk{}
		o := b.options(s)
		o.Operator = d
		run, err := runbook.Start(s.context(), s.failover(), o)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := d.Answer("gate open", runbook.Answer{Choice: runbook.Pass, Phrase: "fail over"}); err == nil {
			t.Error("a wrong phrase passed")
		}
		if err := d.Answer("gate shut", runbook.Answer{}); err == nil {
			t.Error("a question that is not open was answered")
		}
		for range 1000 {
			for _, q := range d.Open() {
				if err := d.Answer(q.ID, right(q)); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
		}
		if res := run.Wait(); res.Ending != runbook.Done {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}
