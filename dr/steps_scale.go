package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// scaleStep starts the tasks. It waits for them to run and not to be healthy: the database reboots meanwhile, and for so long their
// health checks are given grace.
func (w *crew) scaleStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepScale, Title: "scale services to full", Why: "tasks take minutes to start, so they start while the database is being promoted", After: after, Gate: gate,
		Calls:   []runbook.Call{call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at)},
		Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), Paper: w.scalePaper,
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			short, err := w.short(ctx, t)
			return runbook.Seen{So: err == nil && len(short) == 0, Text: fmt.Sprintf("%s to go", several(len(short), "service"))}, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			short, err := w.short(ctx, t)
			if err == nil {
				err = keepGrace(ctx, t, short)
			}
			if err != nil {
				return err
			}
			return each(ctx, short, func(ctx context.Context, s serviceNow) error {
				var grace *time.Duration // only what stands behind a balancer has one
				if len(s.now.TargetGroups) > 0 {
					grace = &s.grace
				}
				return w.arriving().SetDesired(ctx, s.To.Cluster, s.To.ECS, max(s.Want, s.now.Desired), grace)
			})
		},
		Await: w.running,
		Undo:  w.unscale,
	}
}

// unscale gives the services back the counts and the grace that they had. The floors come first: autoscaling would start again what is
// below its floor.
func (w *crew) unscale(ctx context.Context, t *runbook.Task) error {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return err
	}
	return each(ctx, w.p.arriving(), func(ctx context.Context, s PinnedService) error {
		if s.To.Scaled {
			if err := w.arriving().SetScaling(ctx, s.To.Cluster, s.To.ECS, s.To.Min, s.To.Max); err != nil {
				return err
			}
		}
		var grace *time.Duration // only what stands behind a balancer has one
		if usual, known := usualGrace(t, s); known && len(now[s.Name].TargetGroups) > 0 {
			grace = &usual
		}
		return w.arriving().SetDesired(ctx, s.To.Cluster, s.To.ECS, s.To.Desired, grace)
	})
}

// serviceNow is a service of the plan as ECS has it now, and the grace that it shall have.
type serviceNow struct {
	PinnedService
	now   aws.ServiceState
	grace time.Duration
}

// short are the services that want fewer tasks than they shall, or have less grace; one that is not there is an error.
func (w *crew) short(ctx context.Context, t *runbook.Task) (short []serviceNow, err error) {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return nil, err
	}
	grace := w.c.Waits.Grace.D()
	if t.Pin(pinGraceBack) != "" {
		grace = 0
	}
	for _, s := range w.p.arriving() {
		v, ok := now[s.Name]
		switch {
		case !ok:
			return nil, runbook.Never(fmt.Errorf("%s has no service %s", w.p.to, s.To.ECS))
		case v.Desired < s.Want || len(v.TargetGroups) > 0 && v.Grace < grace:
			short = append(short, serviceNow{s, v, w.c.Waits.Grace.D()})
		}
	}
	return short, nil
}

func (w *crew) running(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return runbook.Seen{}, err
	}
	seen := runbook.Seen{So: true}
	var run, want int
	for _, s := range w.p.arriving() {
		v := now[s.Name]
		run, want = run+min(v.Running, s.Want), want+s.Want
		if v.Running < s.Want {
			seen.So = false
			seen.Text = s.Name + ": " + stuckWords(v)
		}
	}
	if seen.So {
		seen.Text = ""
	}
	seen.Text = strings.TrimSuffix(fmt.Sprintf("%d/%d running, %s", run, want, seen.Text), ", ")
	return seen, nil
}

// stuckWords is what ECS says last of a service that has not come up.
func stuckWords(v aws.ServiceState) string {
	if len(v.Events) > 0 {
		return eventWords(v.Events[0].Message)
	}
	return fmt.Sprintf("%d of %d", v.Running, v.Desired)
}

func (w *crew) scalePaper(runbook.Pins) []string {
	var out []string
	for _, s := range w.p.arriving() {
		out = append(out, fmt.Sprintf("aws ecs update-service --cluster %s --service %s --desired-count %d --health-check-grace-period-seconds %d --region %s",
			s.To.Cluster, s.To.ECS, s.Want, int(w.c.Waits.Grace.D()/time.Second), w.p.to))
	}
	return out
}
