package dr

import (
	"context"
	"fmt"

	"lifeboat/dr/runbook"
)

// floorsStep raises the floors before the counts: autoscaling would take away again what is above its ceiling.
func (w *crew) floorsStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepFloors, Title: "raise scaling floors", Why: "autoscaling must not scale in what has just been started", After: after, Gate: gate,
		Calls:   []runbook.Call{call("application-autoscaling:DescribeScalableTargets", runbook.Control, at), call("application-autoscaling:RegisterScalableTarget", runbook.Control, at)},
		Undoing: runbook.UndoSeconds, Timeout: shortStep, Paper: w.floorsPaper,
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			low, err := w.low(ctx)
			return allSo(serviceNames(low), "floors and ceilings are those of "+w.p.from, "below: "), err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			low, err := w.low(ctx)
			if err != nil {
				return err
			}
			return each(ctx, low, func(ctx context.Context, s PinnedService) error {
				c := s.capacity()
				return w.arriving().SetScaling(ctx, s.To.Cluster, s.To.ECS, c.Min, c.Max)
			})
		},
		Undo: func(ctx context.Context, _ *runbook.Task) error {
			return each(ctx, w.scaled(), func(ctx context.Context, s PinnedService) error {
				return w.arriving().SetScaling(ctx, s.To.Cluster, s.To.ECS, s.To.Min, s.To.Max)
			})
		},
	}
}

// scaled are the services of the region that takes over that have a scaling target.
func (w *crew) scaled() []PinnedService {
	var out []PinnedService
	for _, s := range w.p.arriving() {
		if s.To.Scaled {
			out = append(out, s)
		}
	}
	return out
}

// low are those whose floor or ceiling is below what they shall have.
func (w *crew) low(ctx context.Context) ([]PinnedService, error) {
	now, err := floors(ctx, w.arriving(), w.scaled(), atTo)
	if err != nil {
		return nil, err
	}
	var out []PinnedService
	for _, s := range w.scaled() {
		if want, is := s.capacity(), now[s.Name]; is.Min < want.Min || is.Max < want.Max {
			out = append(out, s)
		}
	}
	return out, nil
}

func (w *crew) floorsPaper(runbook.Pins) []string {
	var out []string
	for _, s := range w.scaled() {
		c := s.capacity()
		out = append(out, fmt.Sprintf("aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/%s/%s --min-capacity %d --max-capacity %d --region %s",
			s.To.Cluster, s.To.ECS, c.Min, c.Max, w.p.to))
	}
	return out
}
