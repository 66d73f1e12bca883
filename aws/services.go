package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"lifeboat/aws/fault"
)

const (
	describeServices  = "ecs:DescribeServices"
	servicesADescribe = 10 // AWS's bound
	eventsKept        = 10
)

// services reads the services of every cluster, in Spec's order, and what their tasks run. One that ECS does not know is
// left out.
func (l *look) services(ctx context.Context) ([]Service, error) {
	clusters, err := l.clusterNames(ctx)
	if err != nil {
		return nil, err
	}
	return gather(len(clusters), func(i int) ([]Service, error) { return l.cluster(ctx, clusters[i]) })
}

// cluster reads the services of one cluster. Where nothing is known of its tasks yet they are listed meanwhile, which
// makes the chain of calls one shorter; later they are listed only when the services say that something changed.
func (l *look) cluster(ctx context.Context, c ClusterSpec) ([]Service, error) {
	if len(c.Services) == 0 {
		return nil, nil
	}
	running := shared(func() ([]string, error) {
		return l.listTasks(ctx, &ecs.ListTasksInput{Cluster: &c.Name, DesiredStatus: types.DesiredStatusRunning})
	})
	early := func() {}
	known := l.tasks.of(c.Name)
	if known == nil {
		early = func() { _, _ = running() }
	}
	var described []types.Service
	var err error
	together(early, func() { described, err = l.describeServices(ctx, c) })
	if err != nil {
		return nil, err
	}
	tasks, tasksErr := l.clusterTasks(ctx, c.Name, known, described, running)
	services := make([]Service, len(described))
	for i, d := range described {
		services[i] = serviceOf(c.Name, d)
		services[i].Images, services[i].Stopped, services[i].TasksErr = tasks.images(d), tasks.stopped(d), tasksErr
	}
	l.fillFromDefinitions(ctx, services, described)
	return services, nil
}

func (l *look) describeServices(ctx context.Context, c ClusterSpec) ([]types.Service, error) {
	batches := slices.Collect(slices.Chunk(c.Services, servicesADescribe))
	described, err := gather(len(batches), func(i int) ([]types.Service, error) {
		out, err := ask(ctx, l, describeServices, c.Name, l.api.ecs.DescribeServices, &ecs.DescribeServicesInput{
			Cluster: &c.Name, Services: batches[i],
		})
		if fault.KindOf(err) == fault.NotFound {
			return nil, nil // there is no such cluster, hence none of its services
		}
		if err != nil {
			return nil, err
		}
		for _, f := range out.Failures {
			if reason := awssdk.ToString(f.Reason); reason != "MISSING" {
				return nil, fault.New(fault.Refused, describeServices, l.spec.Region+" "+awssdk.ToString(f.Arn), errors.New(reason))
			}
		}
		if told := len(out.Services) + len(out.Failures); told < len(batches[i]) {
			err := fmt.Errorf("the answer tells of %d services, of %d", told, len(batches[i]))
			return nil, fault.New(fault.Unreadable, describeServices, l.spec.Region+" "+c.Name, err)
		}
		return out.Services, nil
	})
	inOrder(described, c.Services, func(s types.Service) string { return awssdk.ToString(s.ServiceName) })
	return described, err
}

// inOrder sorts what was read as it was named.
func inOrder[T any](list []T, names []string, name func(T) string) {
	at := make(map[string]int, len(names))
	for i, n := range names {
		at[n] = i
	}
	slices.SortStableFunc(list, func(a, b T) int { return at[name(a)] - at[name(b)] })
}

func serviceOf(cluster string, s types.Service) Service {
	v := Service{
		Cluster: cluster, Name: awssdk.ToString(s.ServiceName), Status: awssdk.ToString(s.Status),
		Desired: int(s.DesiredCount), Running: int(s.RunningCount), Pending: int(s.PendingCount),
		TaskDefinition: revisionOf(awssdk.ToString(s.TaskDefinition)),
	}
	if d := primary(s); d != nil {
		v.Rollout, v.RolloutReason = string(d.RolloutState), awssdk.ToString(d.RolloutStateReason)
		v.DeployedAt = awssdk.ToTime(d.UpdatedAt)
	}
	for _, e := range s.Events {
		v.Events = append(v.Events, Event{At: awssdk.ToTime(e.CreatedAt), Message: awssdk.ToString(e.Message)})
	}
	slices.SortStableFunc(v.Events, func(a, b Event) int { return b.At.Compare(a.At) })
	v.Events = slices.Clone(v.Events[:min(len(v.Events), eventsKept)]) // ECS gives 100: let go of the rest
	return v
}

// primary is the deployment that the service is going to; nil where ECS says none.
func primary(s types.Service) *types.Deployment {
	for i := range s.Deployments {
		if awssdk.ToString(s.Deployments[i].Status) == "PRIMARY" {
			return &s.Deployments[i]
		}
	}
	return nil
}

// definitionOf is the ARN of what the service is going to run.
func definitionOf(s types.Service) string {
	if d := primary(s); d != nil && d.TaskDefinition != nil {
		return *d.TaskDefinition
	}
	return awssdk.ToString(s.TaskDefinition)
}

// revisionOf is family:revision of a task definition's ARN.
func revisionOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// frontContainer is the container that the service's balancer talks to; "" where there is none.
func frontContainer(s types.Service) string {
	for _, b := range s.LoadBalancers {
		if name := awssdk.ToString(b.ContainerName); name != "" {
			return name
		}
	}
	return ""
}

// sortImages puts the container that the balancer talks to first, then the others by name.
func sortImages(images []ContainerImage, front string) {
	rank := func(i ContainerImage) int {
		if i.Container == front {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(images, func(a, b ContainerImage) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Container, b.Container))
	})
}
