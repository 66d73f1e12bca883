package cloud

import (
	"fmt"
	"slices"
	"time"
)

// ServiceChange is what UpdateService is asked for. What is nil or empty stays.
type ServiceChange struct {
	Desired    *int
	Definition string // of a task, as TaskDefinition finds it
	Force      bool   // a new deployment of what runs already
	Grace      *time.Duration
	MinHealthy *int // percent
	MaxPercent *int
}

// UpdateService changes a service as ECS does: a new count works at once, a task definition or force begins a deployment,
// and a grace period counts for tasks that run already too.
func (w *World) UpdateService(s *Service, change ServiceChange) error {
	d := s.TaskDefinition
	if change.Definition != "" {
		if d = s.region.TaskDefinition(change.Definition); d == nil {
			return refuse("ClientException", "TaskDefinition not found.")
		}
	}
	if err := change.check(s); err != nil {
		return err
	}
	for _, set := range []struct{ to, from *int }{
		{&s.Desired, change.Desired}, {&s.MinHealthy, change.MinHealthy}, {&s.MaxPercent, change.MaxPercent},
	} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if change.Grace != nil {
		s.Grace = *change.Grace
	}
	w.touch()
	if change.Force || d != s.TaskDefinition {
		w.Deploy(s, d)
		return nil
	}
	s.scaling = s.scaling || change.Desired != nil
	w.reconcile(s)
	return nil
}

func (change ServiceChange) check(s *Service) error {
	least, most := s.MinHealthy, s.MaxPercent
	if change.MinHealthy != nil {
		least = *change.MinHealthy
	}
	if change.MaxPercent != nil {
		most = *change.MaxPercent
	}
	switch {
	case change.Desired != nil && *change.Desired < 0:
		return refuse("InvalidParameterException", "The desired count must be greater than or equal to 0.")
	case change.Grace != nil && s.TargetGroup == nil:
		return refuse("InvalidParameterException", "Health check grace period is only valid for services configured to use load balancers")
	case change.Grace != nil && (*change.Grace < 0 || *change.Grace > 1<<31*time.Second):
		return refuse("InvalidParameterException", "Health check grace period must be between 0 and 2147483647 seconds.")
	case least < 0 || least >= most:
		return refuse("InvalidParameterException", "maximumPercent (%d) must be greater than minimumHealthyPercent (%d).", most, least)
	}
	return nil
}

// Register gives a task definition its family's next revision, as RegisterTaskDefinition does.
func (w *World) Register(r *Region, d *TaskDefinition) error {
	if d.Family == "" {
		return refuse("ClientException", "Family should not be null or empty.")
	}
	if len(d.Containers) == 0 {
		return refuse("ClientException", "Container list cannot be empty.")
	}
	for _, c := range d.Containers {
		if c.Name == "" || c.Image == "" {
			return refuse("ClientException", "Container.name and Container.image should not be null or empty.")
		}
	}
	if !fargate(d.CPU, d.Memory) {
		return refuse("ClientException", "No Fargate configuration exists for given values: %d CPU, %d memory.", d.CPU, d.Memory)
	}
	d.Registered = w.now
	r.register(d)
	return nil
}

// fargate says whether Fargate has tasks of that size (1/1024 vCPU and MiB).
func fargate(cpu, memory int) bool {
	sizes := map[int][2]int{512: {1024, 4096}, 1024: {2048, 8192}, 2048: {4096, 16384}, 4096: {8192, 30720}, 8192: {16384, 61440}, 16384: {32768, 122880}}
	if cpu == 256 {
		return slices.Contains([]int{512, 1024, 2048}, memory)
	}
	size, known := sizes[cpu]
	return known && memory >= size[0] && memory <= size[1] && memory%1024 == 0
}

// Suspended says which kinds of scaling are held for a target.
type Suspended struct{ In, Out, Scheduled bool }

// ScalingChange is what RegisterScalableTarget is asked for. What is nil stays.
type ScalingChange struct {
	Min, Max  *int
	Suspended *Suspended
}

// evaluation is how often autoscaling looks at its targets.
const evaluation = time.Minute

// RegisterScalableTarget sets the bounds of a service's count. A count outside them is pulled in when autoscaling looks
// next.
func (w *World) RegisterScalableTarget(r *Region, resource string, change ScalingChange) (*ScalableTarget, error) {
	s := r.scaled(resource)
	if s == nil {
		return nil, refuse("ValidationException", "ECS service doesn't exist: %s", resource)
	}
	i := slices.IndexFunc(r.ScalableTargets, func(t *ScalableTarget) bool { return t.ResourceID == resource })
	next := ScalableTarget{ResourceID: resource, service: s, Created: w.now, Role: w.scalingRole()}
	if i >= 0 {
		next = *r.ScalableTargets[i]
	} else if change.Min == nil || change.Max == nil {
		return nil, refuse("ValidationException", "MinCapacity and MaxCapacity must be specified when a scalable target is registered.")
	}
	if change.Min != nil {
		next.Min = *change.Min
	}
	if change.Max != nil {
		next.Max = *change.Max
	}
	if change.Suspended != nil {
		next.Suspended = *change.Suspended
	}
	switch {
	case next.Min < 0 || next.Max < 0:
		return nil, refuse("ValidationException", "Minimum and maximum capacity cannot be less than 0.")
	case next.Min > next.Max:
		return nil, refuse("ValidationException", "Maximum capacity cannot be less than minimum capacity")
	}
	if i >= 0 {
		*r.ScalableTargets[i] = next
		return r.ScalableTargets[i], nil
	}
	r.ScalableTargets = append(r.ScalableTargets, &next)
	return &next, nil
}

func (w *World) scalingRole() string {
	return "arn:aws:iam::" + w.Account + ":role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
}

// ARN is the scalable target's own name.
func (t *ScalableTarget) ARN(r *Region) string {
	return r.arn("application-autoscaling", fmt.Sprintf("scalable-target/%016x", hash(r.Name+t.ResourceID)))
}

// scaled is the service that an autoscaling resource names: service/CLUSTER/SERVICE; nil if there is none.
func (r *Region) scaled(resource string) *Service {
	for _, c := range r.Clusters {
		for _, s := range c.Services {
			if resource == "service/"+c.Name+"/"+s.Name {
				return s
			}
		}
	}
	return nil
}

// autoscale pulls every count into its target's bounds.
func (w *World) autoscale() {
	for _, r := range w.Regions {
		if r.Dark {
			continue
		}
		for _, t := range r.ScalableTargets {
			s := t.service
			switch {
			case s.Desired < t.Min && !t.Suspended.Out:
				w.SetDesired(s, t.Min)
			case s.Desired > t.Max && !t.Suspended.In:
				w.SetDesired(s, t.Max)
			}
		}
	}
}
