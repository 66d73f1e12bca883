package dr

import (
	"context"
	"fmt"

	"lifeboat/dr/runbook"
)

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
