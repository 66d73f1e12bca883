package dr

import (
	"context"
	"time"

	"lifeboat/dr/runbook"
)

// pinGraceBack keeps that the run has begun to give health checks their grace back: from then on nobody takes it again.
const pinGraceBack = "grace.back"

// pinGraceOf keeps the grace of a service that was made in the middle of the run, as it was before the run gave it a longer one.
func pinGraceOf(service string) string { return "grace.of." + service }

// usualGrace is what the health checks of a service had before the run; false where that is not known.
func usualGrace(t *runbook.Task, s PinnedService) (time.Duration, bool) {
	if s.To.Known {
		return s.To.Grace, true
	}
	d, err := time.ParseDuration(t.Pin(pinGraceOf(s.Name)))
	return d, err == nil
}

// keepGrace takes down the grace of the services that were not there when the run was planned.
func keepGrace(ctx context.Context, t *runbook.Task, services []serviceNow) error {
	for _, s := range services {
		if s.To.Known || len(s.now.TargetGroups) == 0 {
			continue
		}
		if _, err := t.Decide(ctx, pinGraceOf(s.Name), s.now.Grace.String()); err != nil {
			return err
		}
	}
	return nil
}

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
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			long, err := w.gracious(ctx, t)
			return allSo(serviceNames(long), "as before the run", "still long: "), err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			long, err := w.gracious(ctx, t)
			if err != nil {
				return err
			}
			if _, err := t.Decide(ctx, pinGraceBack, t.Run); err != nil {
				return err
			}
			return each(ctx, long, func(ctx context.Context, s PinnedService) error {
				usual, _ := usualGrace(t, s)
				return w.arriving().SetGrace(ctx, s.To.Cluster, s.To.ECS, usual)
			})
		},
	}
}

// gracious are the services whose health checks still have the run's grace and had another before.
func (w *crew) gracious(ctx context.Context, t *runbook.Task) ([]PinnedService, error) {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return nil, err
	}
	var out []PinnedService
	for _, s := range w.p.arriving() {
		usual, known := usualGrace(t, s)
		if v, ok := now[s.Name]; ok && len(v.TargetGroups) > 0 && known && v.Grace != usual {
			out = append(out, s)
		}
	}
	return out, nil
}
