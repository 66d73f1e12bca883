package dr

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// How many tasks stand by, before and after.
const (
	stepSizes = "sizes"
	stepRest  = "rest"
	stepStand = "stand"
)

// setSizes writes into the roles what the standby's services may run: nothing but in a warm standby, whose services may grow as far as
// the primary's.
func (s *strategist) setSizes(r *Roles) {
	home, away := s.c.Regions.Primary.Name, s.away().Name
	sizes := map[string]Capacity{}
	for name := range r.Capacity[away] {
		sizes[name] = Capacity{}
	}
	for _, v := range s.c.Services {
		sizes[v.Name] = Capacity{}
		if s.to == config.WarmStandby {
			most := r.Capacity[home][v.Name].Max
			if most == 0 {
				most = ceiling(v.Full)
			}
			sizes[v.Name] = Capacity{Min: v.Standby, Max: max(most, v.Standby)}
		}
	}
	r.Capacity = maps.Clone(r.Capacity)
	if r.Capacity == nil {
		r.Capacity = map[string]map[string]Capacity{}
	}
	r.Capacity[away] = sizes
}

func (s *strategist) sizesStep(gate *runbook.Gate) runbook.Step {
	return runbook.Step{
		ID: stepSizes, Title: "write down how many tasks stand by", Why: "the stack takes from the roles file whether anything runs in " + s.away().Name, Gate: gate,
		Calls: s.rolesCalls(), Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("# in %s: the capacities of %s, and roles_version + 1", rolesFile, s.away().Name)}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			r, mark, err := s.roles(ctx)
			if err != nil {
				return runbook.Seen{}, err
			}
			before := asJSON(r)
			s.setSizes(&r)
			return runbook.Seen{So: mark != "" && asJSON(r) == before, Text: fmt.Sprintf("roles version %d", r.Version)}, nil
		},
		Do: func(ctx context.Context, _ *runbook.Task) error { return s.changeRoles(ctx, s.setSizes) },
	}
}

// standing are the standby's services by the estate's name, as ECS has them; none where the stack has made none.
func (s *strategist) standing(ctx context.Context) (map[string]aws.ServiceState, *aws.Changer, error) {
	if err := s.learn(ctx, []string{"compute"}); err != nil {
		return nil, nil, err
	}
	named, _ := s.outputsOf("compute")["service_names"].(map[string]any)
	c, err := s.changer(s.away())
	if err != nil || len(named) == 0 {
		return nil, c, err
	}
	own := map[string]string{}
	for name, v := range named {
		if ecs, ok := v.(string); ok {
			own[ecs] = name
		}
	}
	list, err := c.Services(ctx, s.clusterOf("compute"), slices.Sorted(maps.Keys(own)))
	out := map[string]aws.ServiceState{}
	for _, v := range list {
		out[own[v.Name]] = v
	}
	return out, c, err
}

// restStep ends the standby's tasks: without their database they would only be ended and started again.
func (s *strategist) restStep(gate *runbook.Gate) runbook.Step {
	at := s.away().Name
	return runbook.Step{
		ID: stepRest, Title: "end the tasks that stand by", Why: "a " + s.to.Words() + " runs none", Gate: gate,
		Calls:   append(scalingCalls(at), call("ecs:DescribeServices", runbook.Control, at)),
		Undoing: runbook.UndoSeconds, Timeout: s.c.Waits.Step.D(), Paper: s.restPaper,
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			now, _, err := s.standing(ctx)
			var left []string
			for name, v := range now {
				if v.Desired > 0 {
					left = append(left, name)
				}
			}
			slices.Sort(left)
			return allSo(left, "none is wanted", "wanted: "), err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			return s.rest(ctx)
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			now, _, err := s.standing(ctx)
			run := 0
			for _, v := range now {
				run += v.Running
			}
			return runbook.Seen{So: err == nil && run == 0, Text: several(run, "task") + " run"}, err
		},
	}
}

func scalingCalls(region string) []runbook.Call {
	return []runbook.Call{call("application-autoscaling:RegisterScalableTarget", runbook.Control, region), call("ecs:UpdateService", runbook.Control, region)}
}

func (s *strategist) restPaper(runbook.Pins) []string {
	cluster := s.clusterOf("compute")
	return []string{
		fmt.Sprintf("# for each service of %s: minimum and maximum 0", cluster),
		fmt.Sprintf("aws ecs update-service --cluster %s --service SERVICE --desired-count 0 --region %s", cluster, s.away().Name),
	}
}

// rest ends the tasks of every service of the standby. The bounds come first: autoscaling would start again what is below its floor.
func (s *strategist) rest(ctx context.Context) error {
	now, c, err := s.standing(ctx)
	if err != nil {
		return err
	}
	cluster := s.clusterOf("compute")
	return each(ctx, slices.Sorted(maps.Keys(now)), func(ctx context.Context, name string) error {
		if err := c.SetScaling(ctx, cluster, now[name].Name, 0, 0); err != nil {
			return err
		}
		return c.SetDesired(ctx, cluster, now[name].Name, 0, nil)
	})
}

// stands is how many tasks of a service a warm standby runs.
func (s *strategist) stands(name string) int {
	for _, v := range s.c.Services {
		if v.Name == name {
			return v.Standby
		}
	}
	return 0
}

// standStep starts the tasks that stand by: Terraform gives services their bounds, and never a count that they have already.
func (s *strategist) standStep(gate *runbook.Gate) runbook.Step {
	at := s.away().Name
	return runbook.Step{
		ID: stepStand, Title: "start the tasks that stand by", Why: "a warm standby runs them, so that a takeover waits for none of them", Gate: gate,
		Calls: []runbook.Call{
			call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at), call("elasticloadbalancing:DescribeTargetHealth", runbook.Control, at),
		},
		Undoing: runbook.UndoSeconds, Timeout: s.c.Waits.Step.D(),
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("aws ecs update-service --cluster %s --service SERVICE --desired-count N --region %s   # as lifeboat.yaml's standby says", s.clusterOf("compute"), at)}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			short, _, err := s.short(ctx)
			return allSo(slices.Sorted(maps.Keys(short)), "as many are wanted as stand by", "too few: "), err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			short, c, err := s.short(ctx)
			if err != nil {
				return err
			}
			cluster := s.clusterOf("compute")
			return each(ctx, slices.Sorted(maps.Keys(short)), func(ctx context.Context, name string) error {
				return c.SetDesired(ctx, cluster, short[name].Name, s.stands(name), nil)
			})
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			return s.builder.running(ctx, "compute", "service_names")
		},
	}
}

// short are the services that want fewer tasks than stand by.
func (s *strategist) short(ctx context.Context) (map[string]aws.ServiceState, *aws.Changer, error) {
	now, c, err := s.standing(ctx)
	maps.DeleteFunc(now, func(name string, v aws.ServiceState) bool {
		return v.Desired >= s.stands(name)
	})
	return now, c, err
}
