package runbook

import (
	"context"
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
	if r.passedHere(g) || r.stillHolds(f.step) {
		return nil
	}
	return r.askGate(f, g)
}

// wait counts the time until the returned function is called as people's.
func (f *flight) wait() func() {
	began := time.Now()
	return func() { f.waited += time.Since(began) }
}

// passedHere says whether a gate was passed in this process. r.gates guards what it reads.
func (r *Run) passedHere(g *Gate) bool {
	return slices.Contains(r.View().passed[r.recalled:], gateID(g))
}

func (r *Run) stillHolds(s *Step) bool {
	v := r.View()
	kept, _ := v.Step(s.ID)
	return slices.Contains(v.passed, gateID(s.Gate)) && (kept.Begun || s.Keep > 0)
}

func gateID(g *Gate) string { return "gate " + g.ID }

// askGate gathers what the gate shows and asks until as many people have passed it as it needs.
func (r *Run) askGate(f *flight, g *Gate) error {
	var passed []string
	for {
		notice := r.figures(f, g)
		q := Question{
			ID: gateID(g), Kind: AskGate, Step: f.step.ID, Title: g.Title, Notice: &notice, Passed: passed,
			Offers: append([]Offer{{Choice: Pass, Phrase: g.Phrase}}, r.offer(f.step, Skip, Undo, GoUnplanned, Stop)...),
		}
		if q.Title == "" {
			q.Title = f.step.Title
		}
		if len(passed)+1 < g.People {
			q.ID += " " + ordinal(len(passed)+1)
		}
		a, err := r.ask(f.look, q)
		switch {
		case err != nil:
			return err
		case a.Choice == Skip:
			return &skipOrder{a}
		case r.decided(a):
			if why := r.brokenOff(f); why != nil {
				return why
			}
			continue
		}
		if passed = append(passed, a.By); len(passed) >= g.People {
			return nil
		}
	}
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

// accept asks, once a run, for the phrase that accepts a step which leans on the region being left and has no
// alternative.
func (r *Run) accept(ctx context.Context, s *Step) error {
	finding := s.lint(r.proc.From, r.mode())
	id := "accept " + s.ID
	if finding.Verdict != Accept || r.o.DryRun || slices.Contains(r.View().passed, id) {
		return nil
	}
	a, err := r.ask(ctx, Question{
		ID: id, Kind: AskAccept, Step: s.ID, Title: s.Title, Text: finding.Why,
		Offers: append([]Offer{{Choice: Pass, Phrase: finding.Phrase}}, r.offer(s, Skip, Stop)...),
	})
	switch {
	case err != nil:
		return err
	case a.Choice == Skip:
		return &skipOrder{a}
	case r.decided(a):
		return context.Cause(r.going())
	}
	return nil
}

func (r *Run) acceptFor(f *flight) error {
	defer f.wait()()
	return r.accept(f.look, f.step)
}

// acceptAll asks for every acceptance that the plan needs before anything is begun. A step that is skipped here is
// over as soon as its turn comes.
func (r *Run) acceptAll() error {
	for i := range r.proc.Steps {
		s := &r.proc.Steps[i]
		err := r.accept(r.going(), s)
		if skip, ok := err.(*skipOrder); ok {
			r.skipped[s.ID] = skip
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}
