package dr

import (
	"context"

	"lifeboat/dr/runbook"
)

// PlanNow is a procedure as it would be run now: its plan, what the lint says of each step, and the same on paper. Nothing
// is started.
func (r *Runner) PlanNow(ctx context.Context, kind Kind) (runbook.Plan, []runbook.Finding, []runbook.Sheet, error) {
	w, pins, err := r.plan(ctx, kind, "plan")
	if err != nil {
		return runbook.Plan{}, nil, nil, err
	}
	p, mode := w.procedure(), modeOf(kind)
	return p.Plan(mode, pins), runbook.Lint(p, p.From, mode), runbook.Paper(p, runbook.View{Pins: pins, Mode: mode}), nil
}
