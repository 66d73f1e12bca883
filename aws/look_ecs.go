package aws

import (
	"context"
	"maps"
	"slices"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ServiceState is a service with what a run needs to know of its deployments. Images and Stopped of Service are not read.
type ServiceState struct {
	Service
	ARN             string
	DefinitionARN   string        // of what the service is going to run
	Deployment      string        // id of the PRIMARY deployment; "" where ECS says none
	DeployedCreated time.Time     // when that was begun
	Failed          int           // tasks of it that failed to start
	Deployments     int           // under way or in force; 1: nothing of an older one is left
	Grace           time.Duration // health-check grace period
	TargetGroups    []string      // ARNs of the groups that its tasks register in
}

// Services reads services of a cluster by name, in that order. One that ECS does not know is left out; one that was
// deleted is INACTIVE for a while.
func (c *Changer) Services(ctx context.Context, cluster string, names []string) ([]ServiceState, error) {
	l := c.read.look(ctx)
	defer l.end()
	described, err := l.describeServices(ctx, ClusterSpec{Name: cluster, Services: names})
	states := make([]ServiceState, len(described))
	for i, s := range described {
		states[i] = stateOf(cluster, s)
	}
	return states, err
}

func stateOf(cluster string, s types.Service) ServiceState {
	v := ServiceState{
		Service: serviceOf(cluster, s), ARN: awssdk.ToString(s.ServiceArn), DefinitionARN: definitionOf(s), Deployments: len(s.Deployments),
		Grace: time.Duration(awssdk.ToInt32(s.HealthCheckGracePeriodSeconds)) * time.Second,
	}
	if d := primary(s); d != nil {
		v.Deployment, v.DeployedCreated, v.Failed = awssdk.ToString(d.Id), awssdk.ToTime(d.CreatedAt), int(d.FailedTasks)
	}
	for _, b := range s.LoadBalancers {
		if b.TargetGroupArn != nil {
			v.TargetGroups = append(v.TargetGroups, *b.TargetGroupArn)
		}
	}
	return v
}

// Tasks counts the tasks of a service that have not stopped yet, those that are told to stop and still live included. It
// fails as not found where there is no such service.
func (c *Changer) Tasks(ctx context.Context, cluster, service string) (int, error) {
	l := c.read.look(ctx)
	defer l.end()
	listed := map[string]bool{}
	// In this order: a task that is told to stop between the two is found by both, not by neither.
	for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		arns, err := l.listTasks(ctx, &ecs.ListTasksInput{Cluster: &cluster, ServiceName: &service, DesiredStatus: status})
		if err != nil {
			return 0, err
		}
		for _, arn := range arns {
			listed[arn] = true
		}
	}
	return l.countLiving(ctx, cluster, listed)
}

// countLiving counts the tasks that have not stopped, of those listed. One that ECS forgot meanwhile has.
func (l *look) countLiving(ctx context.Context, cluster string, listed map[string]bool) (int, error) {
	tasks, err := l.describeListed(ctx, cluster, slices.Collect(maps.Keys(listed)))
	living := 0
	for _, t := range tasks {
		if awssdk.ToString(t.LastStatus) != "STOPPED" {
			living++
		}
	}
	return living, err
}

// Scaling reads floors and ceilings of a cluster's services, in their order. A service without autoscaling is left out.
func (c *Changer) Scaling(ctx context.Context, cluster string, services []string) ([]ScalingTarget, error) {
	l := c.read.look(ctx)
	defer l.end()
	ids := mapped(services, func(s string) string { return resourceID(cluster, s) })
	targets, err := l.scalingOf(ctx, ids)
	inOrder(targets, services, func(t ScalingTarget) string { return t.Service })
	return targets, err
}
