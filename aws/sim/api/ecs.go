package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var ecsOperations = map[string]operation{
	"ListClusters":           listClusters,
	"DescribeClusters":       describeClusters,
	"ListServices":           listServices,
	"DescribeServices":       describeServices,
	"ListTasks":              listTasks,
	"DescribeTasks":          describeTasks,
	"DescribeTaskDefinition": describeTaskDefinition,
	"UpdateService":          updateService,
	"RegisterTaskDefinition": registerTaskDefinition,
}

func ecsPages(most int) paging { return paging{"nextToken", "maxResults", most} }

// ecsTags are tags as ECS writes them.
func ecsTags(tags []cloud.Tag) wire.List { return tagList("member", "key", "value", tags) }

// failures are the names that were not found, as the batch calls report them.
func failures(arns []string) wire.List {
	return wire.Each("member", arns, func(arn string) wire.Struct {
		return wire.Struct{{"arn", arn}, {"reason", "MISSING"}}
	})
}

// pages of ARNs are what the List operations give.
func arnPage[T any](c *call, name string, most int, all []T, arn func(T) string) (wire.Struct, error) {
	page, next, err := cut(c.in, ecsPages(most), all)
	if err != nil {
		return nil, err
	}
	arns := make([]string, len(page))
	for i, v := range page {
		arns[i] = arn(v)
	}
	return wire.Struct{{name, wire.Members(arns)}, {"nextToken", next}}, nil
}

// cluster is the one that a request names; AWS's default name is "default".
func (c *call) cluster() (*cloud.Cluster, error) {
	name := c.in.String("cluster")
	if name == "" {
		name = "default"
	}
	if found := c.region.Cluster(name); found != nil {
		return found, nil
	}
	return nil, wire.Refuse("ClusterNotFoundException", "Cluster not found.")
}

func listClusters(c *call) (wire.Struct, error) {
	return arnPage(c, "clusterArns", 100, c.region.Clusters, func(x *cloud.Cluster) string { return x.ARN })
}

func describeClusters(c *call) (wire.Struct, error) {
	names := c.in.Strings("clusters")
	if len(names) == 0 {
		names = []string{"default"}
	}
	if len(names) > 100 {
		return nil, wire.Refuse("InvalidParameterException", "Clusters cannot have more than 100 elements")
	}
	var found []*cloud.Cluster
	var missing []string
	for _, name := range names {
		if x := c.region.Cluster(name); x != nil {
			found = append(found, x)
		} else {
			missing = append(missing, name)
		}
	}
	withTags := c.in.Lists("include", "TAGS")
	return wire.Struct{
		{"clusters", wire.Each("member", found, func(x *cloud.Cluster) wire.Struct { return clusterOf(x, withTags) })},
		{"failures", failures(missing)},
	}, nil
}

func clusterOf(x *cloud.Cluster, withTags bool) wire.Struct {
	running, pending := 0, 0
	for _, s := range x.Services {
		running, pending = running+s.Count(cloud.Running), pending+s.PendingCount()
	}
	s := wire.Struct{
		{"clusterArn", x.ARN}, {"clusterName", x.Name}, {"status", "ACTIVE"}, {"registeredContainerInstancesCount", 0},
		{"runningTasksCount", running}, {"pendingTasksCount", pending}, {"activeServicesCount", len(x.Services)},
		{"capacityProviders", wire.Members([]string{"FARGATE", "FARGATE_SPOT"})},
	}
	if withTags {
		s = append(s, wire.Field{"tags", ecsTags(x.Tags)})
	}
	return s
}

func listServices(c *call) (wire.Struct, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	if !c.in.Has("maxResults") {
		c.in["maxResults"] = "10" // ListServices alone gives ten unless asked for more
	}
	return arnPage(c, "serviceArns", 100, cluster.Services, func(x *cloud.Service) string { return x.ARN })
}

func describeServices(c *call) (wire.Struct, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	names := c.in.Strings("services")
	switch {
	case len(names) == 0:
		return nil, wire.Refuse("InvalidParameterException", "Services cannot be empty.")
	case len(names) > 10:
		return nil, wire.Refuse("InvalidParameterException", "Services cannot have more than 10 elements")
	}
	var found []*cloud.Service
	var missing []string
	for _, name := range names {
		if s := cluster.Service(name); s != nil {
			found = append(found, s)
		} else {
			missing = append(missing, name)
		}
	}
	withTags := c.in.Lists("include", "TAGS")
	return wire.Struct{
		{"services", wire.Each("member", found, func(s *cloud.Service) wire.Struct { return serviceOf(s, withTags) })},
		{"failures", failures(missing)},
	}, nil
}

func serviceOf(s *cloud.Service, withTags bool) wire.Struct {
	out := wire.Struct{
		{"serviceArn", s.ARN}, {"serviceName", s.Name}, {"clusterArn", s.Cluster.ARN}, {"loadBalancers", balancersOf(s)},
		{"status", "ACTIVE"}, {"desiredCount", s.Desired}, {"runningCount", s.Count(cloud.Running)},
		{"pendingCount", s.PendingCount()}, {"launchType", "FARGATE"}, {"platformVersion", "LATEST"}, {"platformFamily", "Linux"},
		{"taskDefinition", s.TaskDefinition.ARN},
		{"deploymentConfiguration", wire.Struct{{"maximumPercent", s.MaxPercent}, {"minimumHealthyPercent", s.MinHealthy}}},
		{"deployments", wire.Each("member", s.Deployments, func(d *cloud.Deployment) wire.Struct { return deploymentOf(s, d) })},
		{"events", wire.Each("member", s.Events, func(e cloud.Event) wire.Struct {
			return wire.Struct{{"id", e.ID}, {"createdAt", e.At}, {"message", e.Message}}
		})},
		{"createdAt", s.CreatedAt}, {"schedulingStrategy", "REPLICA"}, {"deploymentController", wire.Struct{{"type", "ECS"}}},
		{"healthCheckGracePeriodSeconds", int(s.Grace.Seconds())}, {"enableExecuteCommand", false},
	}
	if withTags {
		out = append(out, wire.Field{"tags", ecsTags(s.Tags)})
	}
	return out
}

func balancersOf(s *cloud.Service) wire.List {
	if s.TargetGroup == nil {
		return wire.Members[string](nil)
	}
	return wire.Members([]wire.Struct{
		{{"targetGroupArn", s.TargetGroup.ARN}, {"containerName", s.Container}, {"containerPort", s.Port}},
	})
}

func deploymentOf(s *cloud.Service, d *cloud.Deployment) wire.Struct {
	status := "ACTIVE"
	if s.Deployments[0] == d {
		status = "PRIMARY"
	}
	running, pending := d.Running(s)
	return wire.Struct{
		{"id", d.ID}, {"status", status}, {"taskDefinition", d.TaskDefinition.ARN}, {"desiredCount", d.Desired},
		{"runningCount", running}, {"pendingCount", pending}, {"failedTasks", d.Failed}, {"createdAt", d.Created},
		{"updatedAt", d.UpdatedAt}, {"launchType", "FARGATE"}, {"rolloutState", d.Rollout}, {"rolloutStateReason", d.RolloutReason},
	}
}
