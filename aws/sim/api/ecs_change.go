package api

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// only refuses members that an operation does not simulate, rather than to pass over them in silence.
func (c *call) only(operation string, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(c.in)) {
		if !slices.Contains(known, name) {
			return wire.Refuse("InvalidParameterValue", "the simulator does not simulate %s with %s", operation, name)
		}
	}
	return nil
}

// number is a member that may be left out.
func (c *call) number(name string) *int { return numberIn(c.in, name) }

func numberIn(in wire.In, name string) *int {
	if !in.Has(name) {
		return nil
	}
	n := in.Int(name, 0)
	return &n
}

// truth is a member that may be left out.
func (c *call) truth(name string) *bool {
	if !c.in.Has(name) {
		return nil
	}
	b := c.in.Bool(name, false)
	return &b
}

func updateService(c *call) (wire.Struct, error) {
	if err := c.only("UpdateService", "cluster", "service", "desiredCount", "taskDefinition", "forceNewDeployment",
		"healthCheckGracePeriodSeconds", "deploymentConfiguration"); err != nil {
		return nil, err
	}
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	s := cluster.Service(c.in.String("service"))
	if s == nil {
		return nil, wire.Refuse("ServiceNotFoundException", "Service not found.")
	}
	limits := c.in.In("deploymentConfiguration")
	change := cloud.ServiceChange{
		Desired: c.number("desiredCount"), Definition: c.in.String("taskDefinition"), Force: c.in.Bool("forceNewDeployment", false),
		MinHealthy: numberIn(limits, "minimumHealthyPercent"), MaxPercent: numberIn(limits, "maximumPercent"),
	}
	if n := c.number("healthCheckGracePeriodSeconds"); n != nil {
		grace := time.Duration(*n) * time.Second
		change.Grace = &grace
	}
	if err := c.UpdateService(s, change); err != nil {
		return nil, err
	}
	return wire.Struct{{"service", serviceOf(s, false)}}, nil
}

func registerTaskDefinition(c *call) (wire.Struct, error) {
	d := &cloud.TaskDefinition{
		Family: c.in.String("family"), CPU: c.in.Int("cpu", 0), Memory: c.in.Int("memory", 0),
		More: rest(c.in, "family", "cpu", "memory", "containerDefinitions", "tags"),
	}
	for _, in := range c.in.List("containerDefinitions") {
		d.Containers = append(d.Containers, containerIn(in))
	}
	for _, t := range c.in.List("tags") {
		d.Tags = append(d.Tags, cloud.Tag{Key: t.String("key"), Value: t.String("value")})
	}
	if err := c.Register(c.region, d); err != nil {
		return nil, err
	}
	return wire.Struct{{"taskDefinition", taskDefinitionOf(d)}, {"tags", ecsTags(d.Tags)}}, nil
}

func containerIn(in wire.In) cloud.ContainerDefinition {
	d := cloud.ContainerDefinition{
		Name: in.String("name"), Image: in.String("image"), More: rest(in, "name", "image", "environment", "secrets"),
	}
	for _, p := range in.List("portMappings") {
		d.Port = p.Int("containerPort", 0)
	}
	for _, e := range in.List("environment") {
		d.Environment = append(d.Environment, cloud.Tag{Key: e.String("name"), Value: e.String("value")})
	}
	for _, e := range in.List("secrets") {
		d.Secrets = append(d.Secrets, cloud.Tag{Key: e.String("name"), Value: e.String("valueFrom")})
	}
	return d
}

// rest are the members that the model does not know. They are kept as they came.
func rest(in wire.In, known ...string) map[string]any {
	more := maps.Clone(in)
	for _, name := range known {
		delete(more, name)
	}
	return more
}

// with adds what was kept as it came, in place of what is said of every definition.
func with(s wire.Struct, more map[string]any) wire.Struct {
	s = slices.DeleteFunc(s, func(f wire.Field) bool { return more[f[0].(string)] != nil })
	for _, name := range slices.Sorted(maps.Keys(more)) {
		s = append(s, wire.Field{name, more[name]})
	}
	return s
}

func taskDefinitionOf(d *cloud.TaskDefinition) wire.Struct {
	return with(wire.Struct{
		{"taskDefinitionArn", d.ARN}, {"family", d.Family}, {"revision", d.Revision}, {"status", "ACTIVE"},
		{"networkMode", "awsvpc"}, {"cpu", strconv.Itoa(d.CPU)}, {"memory", strconv.Itoa(d.Memory)},
		{"requiresCompatibilities", wire.Members([]string{"FARGATE"})}, {"registeredAt", d.Registered},
		{"containerDefinitions", wire.Each("member", d.Containers, containerDefinitionOf)},
	}, d.More)
}

func containerDefinitionOf(x cloud.ContainerDefinition) wire.Struct {
	return with(wire.Struct{
		{"name", x.Name}, {"image", x.Image}, {"essential", true},
		{"portMappings", wire.Members([]wire.Struct{{{"containerPort", x.Port}, {"hostPort", x.Port}, {"protocol", "tcp"}}})},
		{"environment", tagList("member", "name", "value", x.Environment)},
		{"secrets", tagList("member", "name", "valueFrom", x.Secrets)},
	}, x.More)
}
