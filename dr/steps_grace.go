package dr

import (
	"context"

	"lifeboat/dr/runbook"
)

// pinGraceBack keeps that the run has begun to give health checks their grace back: from then on nobody takes it again.
const pinGraceBack = "grace.back"

// graceStep gives health checks their usual grace back.
func (w *crew) graceStep(after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepGrace, Title: "give health checks their grace back", Why: "with so long a grace a task that is ill would be kept", After: after,
		Calls:   []runbook.Call{call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at)},
		Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# set --health-check-grace-period-seconds of the services in " + w.p.to + " back to what it was"}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			long, err := w.gracious(ctx)
			return allSo(serviceNames(long), "as before the run", "still long: "), err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			long, err := w.gracious(ctx)
			if err != nil {
				return err
			}
			if _, err := t.Decide(ctx, pinGraceBack, t.Run); err != nil {
				return err
			}
			return each(ctx, long, func(ctx context.Context, s PinnedService) error {
				return w.arriving().SetGrace(ctx, s.To.Cluster, s.To.ECS, s.To.Grace)
			})
		},
	}
}

// gracious are the services whose health checks still have the run's grace and had another before.
func (w *crew) gracious(ctx context.Context) ([]PinnedService, error) {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return nil, err
	}
	var out []PinnedService
	for _, s := range w.p.arriving() {
		if v, ok := now[s.Name]; ok && len(v.TargetGroups) > 0 && s.To.Known && v.Grace != s.To.Grace {
			out = append(out, s)
		}
	}
	return out, nil
}
