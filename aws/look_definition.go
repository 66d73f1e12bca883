package aws

import (
	"context"
	"errors"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"lifeboat/aws/fault"
)

// Definition is a revision of a task definition: what it says of where its tasks get things from.
type Definition struct {
	ARN, Family string
	Images      []string // references, in the order of its containers
	// Values are the plain environment of all containers by name. Where two give one name different values, the later one
	// stands under CONTAINER.NAME.
	Values  map[string]string
	Secrets []string // what valueFrom names: ARNs, or names of SSM parameters
	Roles   []string // ARNs of the roles that its tasks run and start with
	VCPU    float64  // that one task takes; 0: it does not say
	GiB     float64  // of memory, likewise
}

// Definition reads a task definition by ARN or as family:revision. ECS calls one that it does not know a bad request, so
// that is refused, not not found.
func (c *Changer) Definition(ctx context.Context, arn string) (Definition, error) {
	l := c.read.look(ctx)
	defer l.end()
	read, err := l.taskDefinition(ctx, arn)
	if err != nil {
		return Definition{}, err
	}
	return definitionFrom(read), nil
}

func definitionFrom(read types.TaskDefinition) Definition {
	d := Definition{
		ARN: awssdk.ToString(read.TaskDefinitionArn), Family: awssdk.ToString(read.Family), Values: map[string]string{},
		VCPU: size(awssdk.ToString(read.Cpu), "vCPU"), GiB: size(awssdk.ToString(read.Memory), "GB"),
	}
	for _, role := range []*string{read.TaskRoleArn, read.ExecutionRoleArn} {
		if role != nil {
			d.Roles = append(d.Roles, *role)
		}
	}
	for _, container := range read.ContainerDefinitions {
		d.add(container)
	}
	return d
}

func (d *Definition) add(c types.ContainerDefinition) {
	d.Images = append(d.Images, awssdk.ToString(c.Image))
	for _, e := range c.Environment {
		name, value := awssdk.ToString(e.Name), awssdk.ToString(e.Value)
		if before, given := d.Values[name]; given && before != value {
			name = awssdk.ToString(c.Name) + "." + name
		}
		d.Values[name] = value
	}
	for _, s := range c.Secrets {
		d.Secrets = append(d.Secrets, awssdk.ToString(s.ValueFrom))
	}
}

// taskDefinition reads a revision.
func (l *look) taskDefinition(ctx context.Context, arn string) (types.TaskDefinition, error) {
	const op = "ecs:DescribeTaskDefinition"
	out, err := ask(ctx, l, op, revisionOf(arn), l.api.ecs.DescribeTaskDefinition, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &arn})
	switch {
	case err != nil:
		return types.TaskDefinition{}, err
	case out.TaskDefinition == nil:
		return types.TaskDefinition{}, fault.New(fault.Unreadable, op, l.on(revisionOf(arn)), errors.New("there is none in the answer"))
	}
	return *out.TaskDefinition, nil
}
