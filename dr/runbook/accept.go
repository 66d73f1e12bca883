package runbook

import (
	"context"
	"slices"
)

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
		Offers: append([]Offer{{Choice: Pass, Phrase: finding.Phrase}}, r.offer(s, Skip, CallOff, Stop)...),
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
