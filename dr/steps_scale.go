package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lifeboat/aws"
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
func (w *crew) unscale(ctx context.Context, _ *runbook.Task) error {
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
		if len(now[s.Name].TargetGroups) > 0 {
			grace = &s.To.Grace
		}
		return w.arriving().SetDesired(ctx, s.To.Cluster, s.To.ECS, s.To.Desired, grace)
	})
}

// pinGraceBack keeps that the run has begun to give health checks their grace back: from then on nobody takes it again.
const pinGraceBack = "grace.back"

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

// deployStep starts the writers anew: their pools still hold connections of before the promotion, to a database that took no writes.
func (w *crew) deployStep(after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepDeploy, Title: "deploy onto the new writer", Why: "tasks that started on the replica may hold on to read-only connections", After: after,
		Calls:   []runbook.Call{call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at)},
		Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), Paper: w.deployPaper,
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			old, err := w.notDeployed(ctx, t)
			return allSo(serviceNames(old), "deployed since the promotion", "not yet: "), err
		},
		Do:    w.deploy,
		Await: w.deployed,
	}
}

// newWriters are the services that write, in the region that takes over.
func (w *crew) newWriters() []PinnedService {
	var out []PinnedService
	for _, s := range w.p.arriving() {
		if s.Writes {
			out = append(out, s)
		}
	}
	return out
}

// pinDeployment keeps which deployment a service had before it was deployed anew.
func pinDeployment(service string) string { return "deployment." + service }

// notDeployed are the writers whose deployment is still the one of before.
func (w *crew) notDeployed(ctx context.Context, t *runbook.Task) ([]PinnedService, error) {
	now, err := states(ctx, w.arriving(), w.newWriters(), atTo)
	if err != nil {
		return nil, err
	}
	var out []PinnedService
	for _, s := range w.newWriters() {
		if was := t.Pin(pinDeployment(s.Name)); was == "" || now[s.Name].Deployment == was {
			out = append(out, s)
		}
	}
	return out, nil
}

func (w *crew) deploy(ctx context.Context, t *runbook.Task) error {
	now, err := states(ctx, w.arriving(), w.newWriters(), atTo)
	if err != nil {
		return err
	}
	return each(ctx, w.newWriters(), func(ctx context.Context, s PinnedService) error {
		was, err := t.Decide(ctx, pinDeployment(s.Name), now[s.Name].Deployment)
		if err != nil || was != now[s.Name].Deployment {
			return err
		}
		return w.arriving().Deploy(ctx, s.To.Cluster, s.To.ECS)
	})
}

func (w *crew) deployed(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	now, err := states(ctx, w.arriving(), w.newWriters(), atTo)
	if err != nil {
		return runbook.Seen{}, err
	}
	for _, s := range w.newWriters() {
		v := now[s.Name]
		switch {
		case v.Rollout == "FAILED":
			return runbook.Seen{}, runbook.Never(fmt.Errorf("the deployment of %s failed: %s", s.Name, plain(v.RolloutReason)))
		case v.Rollout != "COMPLETED" && v.Rollout != "" || v.Deployments > 1 || v.Running < s.Want:
			return runbook.Seen{Text: fmt.Sprintf("%s: %d/%d, %s", s.Name, v.Running, s.Want, stuckWords(v))}, nil
		}
	}
	return runbook.Seen{So: true, Text: among(serviceNames(w.newWriters())) + " deployed"}, nil
}

func (w *crew) deployPaper(runbook.Pins) []string {
	var out []string
	for _, s := range w.newWriters() {
		out = append(out, fmt.Sprintf("aws ecs update-service --cluster %s --service %s --force-new-deployment --region %s", s.To.Cluster, s.To.ECS, w.p.to))
	}
	return out
}

// targetsStep waits for what the balancer says of the tasks, until it stays so.
func (w *crew) targetsStep(after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepTargets, Title: "wait for healthy targets", Why: "a task that runs is not one that answers", After: after,
		Calls:   []runbook.Call{call("ecs:DescribeServices", runbook.Control, at), call("elasticloadbalancing:DescribeTargetHealth", runbook.Control, at)},
		Timeout: w.c.Waits.Step.D(), Await: w.healthy,
	}
}

func (w *crew) healthy(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil {
		return runbook.Seen{}, err
	}
	var well, want int
	for _, s := range w.p.arriving() {
		v := now[s.Name]
		if len(v.TargetGroups) == 0 {
			continue
		}
		groups, err := w.arriving().Targets(ctx, v.TargetGroups)
		if err != nil {
			return runbook.Seen{}, err
		}
		want += s.Want * len(groups)
		for _, g := range groups {
			healthy, _ := g.Healthy()
			well += min(healthy, s.Want)
		}
	}
	return runbook.Seen{So: well >= want, Text: fmt.Sprintf("%d/%d healthy", well, want)}, nil
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
