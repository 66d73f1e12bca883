package api

import (
	"strconv"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func listTasks(c *call) (wire.Struct, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	tasks := cluster.Tasks
	if name := c.in.String("serviceName"); name != "" {
		s := cluster.Service(name)
		if s == nil {
			return nil, wire.Refuse("ServiceNotFoundException", "Service not found.")
		}
		tasks = s.Tasks()
	}
	wanted, family := c.in.String("desiredStatus"), c.in.String("family")
	if wanted == "" {
		wanted = cloud.Running
	}
	var found []*cloud.Task
	for _, t := range tasks {
		if t.Wanted == wanted && (family == "" || t.TaskDefinition.Family == family) {
			found = append(found, t)
		}
	}
	return arnPage(c, "taskArns", 100, found, func(t *cloud.Task) string { return t.ARN })
}

func describeTasks(c *call) (wire.Struct, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	names := c.in.Strings("tasks")
	switch {
	case len(names) == 0:
		return nil, wire.Refuse("InvalidParameterException", "Tasks cannot be empty.")
	case len(names) > 100:
		return nil, wire.Refuse("InvalidParameterException", "Tasks cannot have more than 100 elements")
	}
	known := map[string]*cloud.Task{}
	for _, t := range cluster.Tasks {
		known[t.ID], known[t.ARN] = t, t
	}
	var found []*cloud.Task
	var missing []string
	for _, name := range names {
		if t := known[name]; t != nil {
			found = append(found, t)
		} else {
			missing = append(missing, name)
		}
	}
	return wire.Struct{
		{"tasks", wire.Each("member", found, func(t *cloud.Task) wire.Struct { return taskOf(t) })}, {"failures", failures(missing)},
	}, nil
}

func taskOf(t *cloud.Task) wire.Struct {
	return wire.Struct{
		{"taskArn", t.ARN}, {"clusterArn", t.Cluster.ARN}, {"taskDefinitionArn", t.TaskDefinition.ARN},
		{"group", "service:" + t.Service.Name}, {"startedBy", t.Deployment.ID}, {"lastStatus", t.Last}, {"desiredStatus", t.Wanted},
		{"healthStatus", t.Health}, {"launchType", "FARGATE"}, {"platformVersion", "1.4.0"}, {"availabilityZone", t.AZ},
		{"cpu", strconv.Itoa(t.TaskDefinition.CPU)}, {"memory", strconv.Itoa(t.TaskDefinition.Memory)},
		{"createdAt", t.Created}, {"startedAt", wire.At(t.Started)}, {"stoppingAt", wire.At(t.StoppingAt)},
		{"stoppedAt", wire.At(t.StoppedAt)}, {"stopCode", wire.When(t.StopCode)}, {"stoppedReason", wire.When(t.StoppedReason)},
		{"containers", wire.Each("member", t.Containers, func(x cloud.Container) wire.Struct { return containerOf(t, x) })},
		{"version", 1},
	}
}

func containerOf(t *cloud.Task, x cloud.Container) wire.Struct {
	s := wire.Struct{
		{"containerArn", t.ARN + "/" + x.Name}, {"taskArn", t.ARN}, {"name", x.Name}, {"image", x.Image},
		{"imageDigest", wire.When(x.Digest)}, {"lastStatus", x.Last}, {"healthStatus", t.Health}, {"reason", wire.When(x.Reason)},
		{"networkInterfaces", wire.Members([]wire.Struct{{{"privateIpv4Address", t.IP}}})},
	}
	if x.Exited {
		s = append(s, wire.Field{"exitCode", x.ExitCode})
	}
	return s
}

func describeTaskDefinition(c *call) (wire.Struct, error) {
	d := c.region.TaskDefinition(c.in.String("taskDefinition"))
	if d == nil {
		return nil, wire.Refuse("ClientException", "Unable to describe task definition.")
	}
	out := wire.Struct{{"taskDefinition", taskDefinitionOf(d)}}
	if c.in.Lists("include", "TAGS") {
		out = append(out, wire.Field{"tags", ecsTags(d.Tags)})
	}
	return out, nil
}
