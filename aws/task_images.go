package aws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// oneByOne is for how many things a refresh makes a call of their own, where AWS has no call for many: the rest come
// with the next refreshes.
const oneByOne = 40

// images are what the service's running tasks run, each once: of the newest deployment first.
func (c *clusterTasks) images(s types.Service) []ContainerImage {
	var images []ContainerImage
	for _, t := range c.of(s, "RUNNING") {
		var own []ContainerImage
		for _, container := range t.Containers {
			i := imageOf(awssdk.ToString(container.Name), awssdk.ToString(container.Image))
			i.Digest, i.Running = cmp.Or(awssdk.ToString(container.ImageDigest), i.Digest), true
			own = append(own, i)
		}
		sortImages(own, frontContainer(s))
		for _, i := range own {
			if !slices.Contains(images, i) {
				images = append(images, i)
			}
		}
	}
	return images
}

// stopped are the service's ended and ending tasks, the last to end first.
func (c *clusterTasks) stopped(s types.Service) []StoppedTask {
	var stopped []StoppedTask
	for _, t := range c.of(s, "STOPPED", "DEACTIVATING", "STOPPING", "DEPROVISIONING") {
		v := StoppedTask{ID: revisionOf(awssdk.ToString(t.TaskArn)), At: awssdk.ToTime(t.StoppedAt), Reason: awssdk.ToString(t.StoppedReason)}
		if v.At.IsZero() {
			v.At = awssdk.ToTime(t.StoppingAt)
		}
		for _, container := range t.Containers {
			if container.ExitCode != nil {
				code := int(*container.ExitCode)
				v.ExitCode = &code
				break
			}
		}
		stopped = append(stopped, v)
	}
	slices.SortFunc(stopped, func(a, b StoppedTask) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return stopped
}

// of are the service's tasks in one of the states: those of what it is going to run first, then by ARN.
func (c *clusterTasks) of(s types.Service, states ...string) []types.Task {
	var next, others []types.Task
	for _, t := range c.service[awssdk.ToString(s.ServiceName)] {
		switch {
		case !slices.Contains(states, awssdk.ToString(t.LastStatus)):
		case awssdk.ToString(t.TaskDefinitionArn) == definitionOf(s):
			next = append(next, t)
		default:
			others = append(others, t)
		}
	}
	return append(next, others...)
}

// imageOf is a container's image by its reference, whose digest is known where the reference names one.
func imageOf(container, reference string) ContainerImage {
	i := ContainerImage{Container: container, Reference: reference}
	if _, digest, ok := strings.Cut(reference, "@"); ok {
		i.Digest = digest
	}
	return i
}

// definitionMemory holds the images of task definitions by ARN. A revision never changes.
type definitionMemory struct {
	mu     sync.Mutex
	images map[string][]ContainerImage
}

func (m *definitionMemory) of(arn string) ([]ContainerImage, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	images, ok := m.images[arn]
	return images, ok
}

func (m *definitionMemory) keep(arn string, images []ContainerImage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.images == nil {
		m.images = map[string][]ContainerImage{}
	}
	m.images[arn] = images
}

// fillFromDefinitions gives the services that run nothing the images of their task definitions.
func (l *look) fillFromDefinitions(ctx context.Context, services []Service, described []types.Service) {
	var unread []int
	for i := range services {
		if services[i].Images != nil {
			continue
		}
		if _, ok := l.definitions.of(definitionOf(described[i])); !ok {
			unread = append(unread, i)
		}
	}
	unread = unread[:min(len(unread), oneByOne)]
	_ = each(len(unread), func(n int) error {
		i := unread[n]
		err := l.readDefinition(ctx, definitionOf(described[i]), frontContainer(described[i]))
		if err != nil {
			services[i].TasksErr = err
		}
		return err
	})
	for i := range services {
		if services[i].Images == nil {
			services[i].Images, _ = l.definitions.of(definitionOf(described[i]))
		}
	}
}

func (l *look) readDefinition(ctx context.Context, arn, front string) error {
	read, err := l.taskDefinition(ctx, arn)
	if err != nil {
		return err
	}
	images := []ContainerImage{}
	for _, c := range read.ContainerDefinitions {
		images = append(images, imageOf(awssdk.ToString(c.Name), awssdk.ToString(c.Image)))
	}
	sortImages(images, front)
	l.definitions.keep(arn, images)
	return nil
}
