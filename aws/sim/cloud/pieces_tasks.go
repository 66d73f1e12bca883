package cloud

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func makeCluster(w *World, r *Region, p Piece, m *Making) error {
	name := text(p.Values, "name")
	c := r.Cluster(name)
	if c == nil {
		c = &Cluster{Name: name, ARN: r.arn("ecs", "cluster/"+name), Tags: p.tags(w)}
		r.Clusters = append(r.Clusters, c)
	}
	m.ID, m.Values["arn"] = c.ARN, c.ARN
	return nil
}

func endCluster(_ *World, r *Region, p Piece, _ *Making) error {
	r.Clusters = slices.DeleteFunc(slices.Clone(r.Clusters), func(c *Cluster) bool { return c.ARN == p.ID })
	return nil
}

func findCluster(_ *World, r *Region, p Piece) map[string]any {
	if c := r.Cluster(p.ID); c != nil {
		return map[string]any{"arn": c.ARN, "name": c.Name}
	}
	return nil
}

// makeDefinition registers a task definition of its container_definitions, as ECS does.
func makeDefinition(w *World, r *Region, p Piece, m *Making) error {
	var containers []struct {
		Name, Image  string
		Environment  []struct{ Name, Value string }
		Secrets      []struct{ Name, ValueFrom string }
		PortMappings []struct{ ContainerPort int }
	}
	if err := json.Unmarshal([]byte(text(p.Values, "container_definitions")), &containers); err != nil {
		return fmt.Errorf("ClientException: Invalid JSON in container_definitions: %w", err)
	}
	cpu, _ := strconv.Atoi(text(p.Values, "cpu"))
	memory, _ := strconv.Atoi(text(p.Values, "memory"))
	d := &TaskDefinition{Family: text(p.Values, "family"), CPU: cpu, Memory: memory, Tags: p.tags(w)}
	for _, c := range containers {
		made := ContainerDefinition{Name: c.Name, Image: c.Image}
		for _, e := range c.Environment {
			made.Environment = append(made.Environment, Tag{e.Name, e.Value})
		}
		for _, s := range c.Secrets {
			made.Secrets = append(made.Secrets, Tag{s.Name, s.ValueFrom})
		}
		for _, port := range c.PortMappings {
			made.Port = port.ContainerPort
		}
		d.Containers = append(d.Containers, made)
	}
	if err := w.Register(r, d); err != nil {
		return err
	}
	m.ID, m.Values["arn"], m.Values["revision"] = d.Family, d.ARN, d.Revision
	return nil
}

// makeService makes a service, whose tasks then start in their own time: the provider does not wait for them.
func makeService(w *World, r *Region, p Piece, m *Making) error {
	cluster, d := r.Cluster(p.needs("aws_ecs_cluster", "")), r.TaskDefinition(text(p.Values, "task_definition"))
	name := text(p.Values, "name")
	switch {
	case cluster == nil:
		return absent("ClusterNotFoundException", "Cluster not found.")
	case d == nil:
		return refuse("ClientException", "TaskDefinition not found.")
	case cluster.Service(name) != nil:
		return refuse("InvalidParameterException", "Creation of service was not idempotent.")
	}
	s := &Service{
		Name: name, ARN: r.arn("ecs", "service/"+cluster.Name+"/"+name), Cluster: cluster, Desired: number(p.Values, "desired_count"), TaskDefinition: d,
		Container: d.Containers[0].Name, Port: d.Containers[0].Port, Grace: time.Duration(number(p.Values, "health_check_grace_period_seconds")) * time.Second,
		MinHealthy: number(p.Values, "deployment_minimum_healthy_percent"), MaxPercent: number(p.Values, "deployment_maximum_percent"),
		CreatedAt: w.now, Tags: p.tags(w), region: r,
	}
	if _, balanced := p.Values["health_check_grace_period_seconds"]; balanced {
		s.TargetGroup = r.group(p.needs("aws_lb_target_group", p.key()))
	}
	cluster.Services = append(cluster.Services, s)
	w.addDeployment(s)
	w.reconcile(s)
	m.ID, m.Values["arn"], m.Values["cluster"] = s.ARN, s.ARN, cluster.ARN
	return nil
}

// serviceOf is a service by its ARN, or by what it is imported by: its cluster's name and its own.
func (r *Region) serviceOf(id string) *Service {
	for _, c := range r.Clusters {
		if s := c.Service(strings.TrimPrefix(id, c.Name+"/")); s != nil {
			return s
		}
	}
	return nil
}

func changeService(w *World, r *Region, p Piece, _ *Making) error {
	s := r.serviceOf(p.ID)
	if s == nil {
		return absent("ServiceNotFoundException", "Service not found.")
	}
	change := ServiceChange{Definition: text(p.Values, "task_definition")}
	if s.TargetGroup != nil {
		grace := time.Duration(number(p.Values, "health_check_grace_period_seconds")) * time.Second
		change.Grace = &grace
	}
	return w.UpdateService(s, change)
}

func endService(w *World, r *Region, p Piece, m *Making) error {
	s := r.serviceOf(p.ID)
	if s == nil {
		return nil
	}
	w.SetDesired(s, 0)
	s.Desired = 0
	m.until = func() (bool, error) {
		if s.Count(Running)+s.PendingCount() > 0 {
			return false, nil
		}
		s.Cluster.Services = slices.DeleteFunc(slices.Clone(s.Cluster.Services), func(o *Service) bool { return o == s })
		return true, nil
	}
	return nil
}

func findService(_ *World, r *Region, p Piece) map[string]any {
	if s := r.serviceOf(p.ID); s != nil {
		return map[string]any{"id": s.ARN, "arn": s.ARN, "name": s.Name}
	}
	return nil
}

// makeScaling sets a service's bounds.
func makeScaling(w *World, r *Region, p Piece, m *Making) error {
	least, most := number(p.Values, "min_capacity"), number(p.Values, "max_capacity")
	t, err := w.RegisterScalableTarget(r, text(p.Values, "resource_id"), ScalingChange{Min: &least, Max: &most})
	if err != nil {
		return err
	}
	m.ID, m.Values["arn"] = t.ResourceID, t.ARN(r)
	return nil
}

func endScaling(_ *World, r *Region, p Piece, _ *Making) error {
	r.ScalableTargets = slices.DeleteFunc(slices.Clone(r.ScalableTargets), func(t *ScalableTarget) bool { return t.ResourceID == p.ID })
	return nil
}

func findScaling(_ *World, r *Region, p Piece) map[string]any {
	for _, t := range r.ScalableTargets {
		if t.ResourceID == p.ID {
			return map[string]any{"min_capacity": t.Min, "max_capacity": t.Max, "resource_id": t.ResourceID}
		}
	}
	return nil
}

func makeAlarm(w *World, r *Region, p Piece, m *Making) error {
	dimensions, _ := p.Values["dimensions"].(map[string]any)
	a := Alarm{
		Name: text(p.Values, "alarm_name"), Text: text(p.Values, "alarm_description"), Statistic: text(p.Values, "statistic"), Comparison: text(p.Values, "comparison_operator"),
		Metric: Metric{Namespace: text(p.Values, "namespace"), Name: text(p.Values, "metric_name")}, Periods: number(p.Values, "evaluation_periods"),
		Enough: number(p.Values, "datapoints_to_alarm"), Missing: text(p.Values, "treat_missing_data"), Enabled: true,
		Period: time.Duration(max(1, number(p.Values, "period")/60)) * w.Period(),
	}
	a.Threshold, _ = p.Values["threshold"].(float64)
	for name, value := range dimensions {
		if s, ok := value.(string); ok {
			a.Dimensions = append(a.Dimensions, Tag{name, s})
		}
	}
	slices.SortFunc(a.Dimensions, func(x, y Tag) int { return cmp.Compare(x.Key, y.Key) })
	a.Metric.Dimensions = Dimensions(a.Dimensions...)
	if topic := p.needs("aws_sns_topic", ""); topic != "" {
		a.Actions = []string{topic}
	}
	if err := w.PutAlarm(r, a); err != nil {
		return err
	}
	m.ID, m.Values["arn"] = a.Name, r.arn("cloudwatch", "alarm:"+a.Name)
	return nil
}

func endAlarm(_ *World, r *Region, p Piece, _ *Making) error {
	r.Alarms = slices.DeleteFunc(slices.Clone(r.Alarms), func(a *Alarm) bool { return a.Name == p.ID })
	return nil
}

func findAlarm(_ *World, r *Region, p Piece) map[string]any {
	for _, a := range r.Alarms {
		if a.Name == p.ID {
			return map[string]any{"threshold": a.Threshold}
		}
	}
	return nil
}
