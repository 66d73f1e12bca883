package runbook

import (
	"context"
	"errors"
	"slices"
	"time"
)

// pass asks a step's gate, unless it was passed already: by another step that shares it, or before a resume, where it
// goes on holding for a step whose Do had begun and for one that is kept being tried.
func (r *Run) pass(f *flight) error {
	g := f.step.Gate
	if g == nil {
		return nil
	}
	defer f.wait()()
	t := r.gates[g.ID]
	if err := t.take(f.look); err != nil {
		return err
	}
	defer t.give()
	if (r.passedHere(g) || r.stillHolds(f.step)) && r.means(f, g) {
		return nil
	}
	return r.askGate(f, g)
}

// means says whether what would be done now is what was shown when a gate was passed.
func (r *Run) means(f *flight, g *Gate) bool {
	return g == nil || g.Fingerprint == nil || r.View().prints[gateID(g)] == g.Fingerprint(f.task)
}

// wait counts the time until the returned function is called as people's.
func (f *flight) wait() func() {
	began := time.Now()
	return func() { f.waited += time.Since(began) }
}

// passedHere says whether a gate was passed in this process. r.gates guards what it reads.
func (r *Run) passedHere(g *Gate) bool { return r.confirmed(g.ID) }

func (r *Run) stillHolds(s *Step) bool {
	v := r.View()
	kept, _ := v.Step(s.ID)
	return slices.Contains(v.passed, gateID(s.Gate)) && (kept.Begun || s.Keep > 0)
}

func gateID(g *Gate) string { return "gate " + g.ID }

// askGate gathers what the gate shows and asks until as many people have passed it as it needs, or until it need not be
// asked any more, which may come while the question is open. Looking again gathers the figures anew; whoever passed it before is not asked again.
func (r *Run) askGate(f *flight, g *Gate) error {
	var passed []string
	for !r.unneeded(f, g) {
		a, err := r.askWhileNeeded(f, g, r.gateQuestion(f, g, passed))
		switch {
		case errors.Is(err, errUnneeded):
			continue
		case err != nil:
			return err
		case a.Choice == Skip:
			return &skipOrder{a}
		case a.Choice == LookAgain:
			continue
		case r.decided(a):
			if why := r.brokenOff(f); why != nil {
				return why
			}
			continue
		}
		if passed = append(passed, a.By); len(passed) < g.People {
			continue
		}
		if r.means(f, g) {
			return nil
		}
		passed = nil
	}
	return nil
}

// errUnneeded takes a gate's question back: what it guards against does not hold any more.
var errUnneeded = errors.New("the gate need not be asked any more")

// askWhileNeeded takes the question back as soon as the gate need not be asked: what was missing may come while somebody reads.
func (r *Run) askWhileNeeded(f *flight, g *Gate, q Question) (Answer, error) {
	if g.Unless == nil {
		return r.ask(f.look, q)
	}
	ctx, stop := context.WithCancelCause(f.look)
	defer stop(nil)
	go func() {
		for sleep(ctx, r.o.Timing.Poll) {
			if r.unneeded(f, g) {
				stop(errUnneeded)
			}
		}
	}()
	return r.ask(ctx, q)
}

// unneeded says whether what a gate guards against does not hold. A panic on the way counts as no.
func (r *Run) unneeded(f *flight, g *Gate) bool {
	if g.Unless == nil {
		return false
	}
	seen, err := safeLook(f.look, func(ctx context.Context, t *Task) (Seen, error) { return Seen{So: g.Unless(ctx, t)}, nil }, f.task)
	return err == nil && seen.So
}

func (r *Run) gateQuestion(f *flight, g *Gate, passed []string) Question {
	print := ""
	if g.Fingerprint != nil {
		print = g.Fingerprint(f.task) // before the figures: what changes while they are gathered is another
	}
	notice := r.figures(f, g)
	notice.Fingerprint = print
	q := Question{
		ID: gateID(g), Kind: AskGate, Step: f.step.ID, Title: g.Title, Notice: &notice, Passed: passed,
		Offers: append([]Offer{{Choice: Pass, Phrase: g.phrase(notice)}}, r.offer(f.step, LookAgain, Skip, Undo, GoUnplanned, CallOff, Stop)...),
	}
	if q.Title == "" {
		q.Title = f.step.Title
	}
	if g.People > 1 {
		q.People = g.People
	}
	if len(passed)+1 < g.People {
		q.ID += " " + ordinal(len(passed)+1)
	}
	return q
}

// phrase is what a gate asks for now.
func (g *Gate) phrase(n Notice) string {
	if n.Phrase != "" {
		return n.Phrase
	}
	return g.Phrase
}

func ordinal(n int) string { return [...]string{"zeroth", "first", "second", "third"}[min(n, 3)] }

// figures are what a gate shows. What could not be gathered in time is said, and passing without it is an override.
func (r *Run) figures(f *flight, g *Gate) Notice {
	if g.Show == nil {
		return Notice{}
	}
	ctx, cancel := context.WithTimeout(f.look, r.o.Timing.Figures)
	defer cancel()
	n, err := g.Show(ctx, f.task)
	if err != nil {
		n.Failing = append(n.Failing, Failing{
			ID: "figures of " + g.ID, Text: "the gate's figures could not be read: " + err.Error(), Override: "pass " + g.ID + " without its figures",
		})
	}
	return n
}
