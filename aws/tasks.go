package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	tasksADescribe = 100       // AWS's bound
	stoppedKept    = time.Hour // for about so long ECS shows a stopped task
)

// taskMemory holds, by cluster, what is known of the tasks. A task's images do not change while it runs, so they are
// read once.
type taskMemory struct {
	mu       sync.Mutex
	clusters map[string]*clusterTasks
}

// clusterTasks is what is known of a cluster's tasks. It is immutable.
type clusterTasks struct {
	tasks   map[string]types.Task   // by ARN: those that ECS listed last
	service map[string][]types.Task // the same by service, sorted by ARN
	settled map[string]string       // the fingerprint of each service when its tasks were read and all were at rest
}

func newClusterTasks(tasks map[string]types.Task, services []types.Service) *clusterTasks {
	c := &clusterTasks{tasks: tasks, service: map[string][]types.Task{}}
	for _, arn := range slices.Sorted(maps.Keys(tasks)) {
		name := serviceName(tasks[arn])
		c.service[name] = append(c.service[name], tasks[arn])
	}
	c.settled = c.settle(services)
	return c
}

func (m *taskMemory) of(cluster string) *clusterTasks {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clusters[cluster]
}

func (m *taskMemory) keep(cluster string, t *clusterTasks) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clusters == nil {
		m.clusters = map[string]*clusterTasks{}
	}
	m.clusters[cluster] = t
}

// doubt has the tasks of every cluster listed again. Their images, once read, are kept.
func (m *taskMemory) doubt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, t := range m.clusters {
		m.clusters[name] = &clusterTasks{tasks: t.tasks, service: t.service}
	}
}

// clusterTasks gives the cluster's tasks: those that are known, where its services say that nothing has changed; else
// they are listed, and the ones that are new or on their way described. On an error the known ones stand beside it.
func (l *look) clusterTasks(
	ctx context.Context, cluster string, known *clusterTasks, services []types.Service, running func() ([]string, error),
) (*clusterTasks, error) {
	if known == nil {
		known = &clusterTasks{}
	}
	if known.current(services) {
		return known, nil
	}
	listed, err := l.listAll(ctx, cluster, services, running)
	if err != nil {
		return known, err
	}
	tasks, err := l.describeTasks(ctx, cluster, known, listed)
	if err != nil {
		return known, err
	}
	now := newClusterTasks(tasks, services)
	l.tasks.keep(cluster, now)
	return now, nil
}

// listAll lists the running tasks and, where one may have stopped within the time that ECS shows it, the stopped ones.
// Each ARN comes with the status that its task was asked to have.
func (l *look) listAll(ctx context.Context, cluster string, services []types.Service, running func() ([]string, error)) (map[string]string, error) {
	listed := map[string]string{}
	var errs [2]error
	var arns [2][]string
	together(
		func() { arns[0], errs[0] = running() },
		func() {
			if slices.ContainsFunc(services, l.restless) {
				arns[1], errs[1] = l.listTasks(ctx, &ecs.ListTasksInput{Cluster: &cluster, DesiredStatus: types.DesiredStatusStopped})
			}
		},
	)
	for i, status := range []string{"RUNNING", "STOPPED"} {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for _, arn := range arns[i] {
			listed[arn] = status
		}
	}
	return listed, nil
}

// restless says whether any of the service's tasks may have stopped lately.
func (l *look) restless(s types.Service) bool {
	since := l.spec.Now().Add(-stoppedKept)
	if s.RunningCount != s.DesiredCount || s.PendingCount > 0 || len(s.Deployments) > 1 {
		return true
	}
	return slices.ContainsFunc(s.Deployments, func(d types.Deployment) bool { return d.FailedTasks > 0 || awssdk.ToTime(d.UpdatedAt).After(since) }) ||
		slices.ContainsFunc(s.Events, func(e types.ServiceEvent) bool { return awssdk.ToTime(e.CreatedAt).After(since) })
}

func (l *look) listTasks(ctx context.Context, in *ecs.ListTasksInput) ([]string, error) {
	list, err := pages(ctx, l, "ecs:ListTasks", awssdk.ToString(in.Cluster), ecs.NewListTasksPaginator(l.api.ecs, in))
	var arns []string
	for _, page := range list {
		arns = append(arns, page.TaskArns...)
	}
	return arns, err
}

// describeTasks gives what is listed: from known, as far as that has come to rest in the status that it is listed with,
// else from ECS.
func (l *look) describeTasks(ctx context.Context, cluster string, known *clusterTasks, listed map[string]string) (map[string]types.Task, error) {
	tasks := map[string]types.Task{}
	var missing []string
	for arn, status := range listed {
		if t, ok := known.tasks[arn]; ok && awssdk.ToString(t.LastStatus) == status {
			tasks[arn] = t
		} else {
			missing = append(missing, arn)
		}
	}
	described, err := l.describeListed(ctx, cluster, missing)
	for _, t := range described {
		tasks[awssdk.ToString(t.TaskArn)] = thin(t)
	}
	return tasks, err
}

// describeListed asks ECS for tasks by ARN. One that it forgot since it was listed is left out.
func (l *look) describeListed(ctx context.Context, cluster string, arns []string) ([]types.Task, error) {
	slices.Sort(arns)
	batches := slices.Collect(slices.Chunk(arns, tasksADescribe))
	return gather(len(batches), func(i int) ([]types.Task, error) {
		out, err := ask(ctx, l, "ecs:DescribeTasks", cluster, l.api.ecs.DescribeTasks, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: batches[i]})
		if err != nil {
			return nil, err
		}
		return out.Tasks, nil // a failure here is a task that ended since it was listed
	})
}

// thin is the part of a task that is used.
func thin(t types.Task) types.Task {
	return types.Task{
		TaskArn: t.TaskArn, Group: t.Group, LastStatus: t.LastStatus, TaskDefinitionArn: t.TaskDefinitionArn,
		Containers: t.Containers, StoppedAt: t.StoppedAt, StoppingAt: t.StoppingAt, StoppedReason: t.StoppedReason,
	}
}

// current says whether the tasks are still those that were read: they were at rest then, and the services look the same.
func (c *clusterTasks) current(services []types.Service) bool {
	return !slices.ContainsFunc(services, func(s types.Service) bool {
		seen, ok := c.settled[awssdk.ToString(s.ServiceName)]
		return !ok || seen != fingerprint(s)
	})
}

// settle gives the fingerprints of the services whose tasks are all known and at rest.
func (c *clusterTasks) settle(services []types.Service) map[string]string {
	settled := map[string]string{}
	for _, s := range services {
		name, running, moving := awssdk.ToString(s.ServiceName), 0, int(s.PendingCount)
		for _, t := range c.service[name] {
			switch awssdk.ToString(t.LastStatus) {
			case "RUNNING":
				running++
			case "STOPPED":
			default:
				moving++
			}
		}
		if moving == 0 && running == int(s.RunningCount) {
			settled[name] = fingerprint(s)
		}
	}
	return settled
}

// fingerprint changes whenever a task of the service may have begun or ended: its counts, its deployments or the newest
// line of its log do.
func fingerprint(s types.Service) string {
	var b strings.Builder
	fmt.Fprint(&b, s.DesiredCount, s.RunningCount, s.PendingCount)
	for _, d := range s.Deployments {
		fmt.Fprint(&b, " ", awssdk.ToString(d.Id), d.RunningCount, d.PendingCount, d.FailedTasks, awssdk.ToTime(d.UpdatedAt).UnixNano())
	}
	if len(s.Events) > 0 {
		b.WriteString(" " + awssdk.ToString(s.Events[0].Id))
	}
	return b.String()
}

// serviceName is the service that a task belongs to; "" for a task that was run by itself.
func serviceName(t types.Task) string {
	name, ok := strings.CutPrefix(awssdk.ToString(t.Group), "service:")
	if !ok {
		return ""
	}
	return name
}
