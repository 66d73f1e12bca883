package dr

import (
	"context"
	"fmt"

	"lifeboat/dr/runbook"
)

// standingStep brings the services of the region to a standby's size, the writers among them: they read from the new replica.
func (w *crew) standingStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.from
	return runbook.Step{
		ID: stepStanding, Title: "services of " + at + " to standby size", Why: "they stand by: a few tasks that show that they could serve", After: after, Gate: gate,
		Calls: []runbook.Call{
			call("application-autoscaling:DescribeScalableTargets", runbook.Control, at), call("application-autoscaling:RegisterScalableTarget", runbook.Control, at),
			call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at),
		},
		Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), PlannedOnly: w.p.kind.Moves(), Paper: w.standingPaper, Before: w.fence.allowed,
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			left, err := w.notStanding(ctx)
			return allSo(serviceNames(left), "as a standby", "not yet: "), err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			left, err := w.notStanding(ctx)
			if err != nil {
				return err
			}
			scaled, err := floors(ctx, w.leaving(), left, atFrom)
			if err != nil {
				return err
			}
			// All limits before any count: one that fails beside others does not leave them at different changes at the next try.
			err = each(ctx, left, func(ctx context.Context, s PinnedService) error {
				if is, ok := scaled[s.Name]; !ok || is == s.standing() {
					return nil
				}
				return w.leaving().SetScaling(ctx, s.From.Cluster, s.From.ECS, s.standing().Min, s.standing().Max)
			})
			if err != nil {
				return err
			}
			return each(ctx, left, func(ctx context.Context, s PinnedService) error {
				return w.leaving().SetDesired(ctx, s.From.Cluster, s.From.ECS, s.Stand, nil)
			})
		},
		Await: w.stands,
	}
}

// standby are the services that the region has that shall stand by.
func (p *planned) standby() []PinnedService {
	var out []PinnedService
	for _, s := range p.services {
		if s.From.there() {
			out = append(out, s)
		}
	}
	return out
}

// standing is the floor and ceiling of a service that stands by: it may grow to what it has where it serves.
func (s PinnedService) standing() Capacity {
	return Capacity{Min: s.Stand, Max: max(s.From.Max, s.To.Max, ceiling(s.Want))}
}

// notStanding are the services whose count, floor or ceiling is not a standby's.
func (w *crew) notStanding(ctx context.Context) ([]PinnedService, error) {
	now, err := states(ctx, w.leaving(), w.p.standby(), atFrom)
	if err != nil {
		return nil, err
	}
	scaled, err := floors(ctx, w.leaving(), w.p.standby(), atFrom)
	if err != nil {
		return nil, err
	}
	var out []PinnedService
	for _, s := range w.p.standby() {
		limit, has := scaled[s.Name]
		if v, ok := now[s.Name]; ok && (v.Desired != s.Stand || has && limit != s.standing()) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (w *crew) stands(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	now, err := states(ctx, w.leaving(), w.p.standby(), atFrom)
	if err != nil {
		return runbook.Seen{}, err
	}
	run, want := 0, 0
	for _, s := range w.p.standby() {
		run, want = run+min(now[s.Name].Running, s.Stand), want+s.Stand
	}
	return runbook.Seen{So: run >= want, Text: fmt.Sprintf("%d/%d running", run, want)}, nil
}

func (w *crew) standingPaper(runbook.Pins) []string {
	var out []string
	for _, s := range w.p.standby() {
		at := " --region " + w.p.from
		if s.From.Scaled || !s.From.Known {
			out = append(out, fmt.Sprintf("aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/%s/%s --min-capacity %d --max-capacity %d%s",
				s.From.Cluster, s.From.ECS, s.standing().Min, s.standing().Max, at))
		}
		out = append(out, fmt.Sprintf("aws ecs update-service --cluster %s --service %s --desired-count %d%s", s.From.Cluster, s.From.ECS, s.Stand, at))
	}
	return out
}
