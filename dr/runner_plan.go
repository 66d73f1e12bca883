package dr

import (
	"context"

	"lifeboat/dr/runbook"
)

// PlanNow is a procedure as it would be run now: its plan, what the lint says of each step, and the same on paper. Nothing
// is started.
func (r *Runner) PlanNow(ctx context.Context, o Order) (runbook.Plan, []runbook.Finding, []runbook.Sheet, error) {
	o.Run = "plan"
	w, pins, err := r.plan(ctx, o)
	if err != nil {
		return runbook.Plan{}, nil, nil, err
	}
	p, mode := w.procedure(), modeOf(o.Kind)
	return p.Plan(mode, pins), runbook.Lint(p, p.From, mode), runbook.Paper(p, runbook.View{Pins: pins, Mode: mode}), nil
}

// Paper is a whole procedure as commands that a person would type, with the values as they are now.
func (r *Runner) Paper(ctx context.Context, o Order) ([]runbook.Sheet, error) {
	o.Run = "paper"
	w, pins, err := r.plan(ctx, o)
	if err != nil {
		return nil, err
	}
	return runbook.Paper(w.procedure(), runbook.View{Pins: pins, Mode: modeOf(o.Kind)}), nil
}

// PaperOf is what is left of a run as commands.
func (r *Runner) PaperOf(ctx context.Context, run string) ([]runbook.Sheet, error) {
	v, err := r.view(ctx, run)
	if err != nil {
		return nil, err
	}
	w, err := r.perform(ctx, v.Pins, run)
	if err != nil {
		return nil, err
	}
	return runbook.Paper(w.procedure(), v), nil
}
