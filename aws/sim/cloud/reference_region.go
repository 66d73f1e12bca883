package cloud

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// fillNetwork gives a region its cluster and its balancer.
func (b builder) fillNetwork(r *Region) {
	name := b.short(r) + "-cluster"
	r.Clusters = append(r.Clusters, &Cluster{Name: name, ARN: r.arn("ecs", "cluster/"+name), Tags: b.tags(r, name)})
	b.addBalancer(r, b.prefix(r)+"-alb")
}

// addBalancer makes a balancer whose HTTP listener redirects to its HTTPS listener, which has a default rule without a
// target group yet.
func (b builder) addBalancer(r *Region, name string) *Balancer {
	id := b.hex(16)
	lb := &Balancer{
		Name: name, ARN: r.arn("elasticloadbalancing", "loadbalancer/app/"+name+"/"+id),
		DNSName: fmt.Sprintf("%s-%d.%s.elb.amazonaws.com", name, 1_000_000_000+b.rand.Int64N(900_000_000), r.Name),
		ZoneID:  "Z35SXDOTRQ7X7K", VPC: b.vpc(r), AZs: []string{r.AZ(0), r.AZ(1)}, Created: b.born, Tags: b.tags(r, name), region: r,
	}
	http := lb.listener(r, b.hex(16), 80, "HTTP")
	http.Rules = []*Rule{{ARN: http.ruleARN(b.hex(16)), RedirectHTTPS: true}}
	https := lb.listener(r, b.hex(16), 443, "HTTPS")
	https.Certificate = r.Certificates[0].ARN
	https.Rules = []*Rule{{ARN: https.ruleARN(b.hex(16))}}
	lb.Listeners = []*Listener{http, https}
	r.Certificates[0].InUse = append(r.Certificates[0].InUse, lb.ARN)
	r.Balancers = append(r.Balancers, lb)
	return lb
}

func (b builder) vpc(r *Region) string { return fmt.Sprintf("vpc-%017x", hash(b.Account+r.Name)>>8) }

func (lb *Balancer) listener(r *Region, id string, port int, protocol string) *Listener {
	path := strings.TrimPrefix(resourceOf(lb.ARN), "app/")
	return &Listener{ARN: r.arn("elasticloadbalancing", "listener/app/"+path+"/"+id), Balancer: lb, Port: port, Protocol: protocol}
}

func (l *Listener) ruleARN(id string) string {
	return strings.Replace(l.ARN, ":listener/", ":listener-rule/", 1) + "/" + id
}

// sortRules puts the default rule, which has no priority, last.
func (l *Listener) sortRules() {
	slices.SortStableFunc(l.Rules, func(a, b *Rule) int {
		return cmp.Compare(uint(a.Priority-1), uint(b.Priority-1))
	})
}

func (b builder) addGroup(r *Region, lb *Balancer, p part) *TargetGroup {
	name := b.prefix(r) + "-" + p.name
	g := &TargetGroup{
		Name: name, ARN: r.arn("elasticloadbalancing", "targetgroup/"+name+"/"+b.hex(16)), Port: p.port, Path: p.path,
		Interval: 30 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 3, Delay: 30 * time.Second,
		VPC: b.vpc(r), Balancer: lb, Tags: b.tags(r, name), region: r,
	}
	r.TargetGroups = append(r.TargetGroups, g)
	return g
}

// fillServices gives a region the estate's four services, and its balancer the rules to reach them.
func (b builder) fillServices(r *Region, primary bool) {
	lb := r.Balancers[0]
	groups := map[string]*TargetGroup{}
	for _, p := range parts {
		if p.path != "" {
			groups[p.name] = b.addGroup(r, lb, p)
		}
		n := p.standby
		if primary {
			n = p.full
		}
		b.addService(r, p, n, groups[p.name])
	}
	https := lb.Listeners[1]
	https.Rules[0].TargetGroup = groups["frontend"]
	https.Rules = append(https.Rules,
		&Rule{ARN: https.ruleARN(b.hex(16)), Priority: 90, Host: "grafana.*", TargetGroup: groups["grafana"]},
		&Rule{ARN: https.ruleARN(b.hex(16)), Priority: 100, Path: "/api/*", TargetGroup: groups["backend"]})
	https.sortRules()
}

// addService makes a service whose n tasks have been running and healthy for a while.
func (b builder) addService(r *Region, p part, n int, g *TargetGroup) {
	cluster := r.Clusters[0]
	name := b.prefix(r) + "-" + p.name
	s := &Service{
		Name: name, ARN: r.arn("ecs", "service/"+cluster.Name+"/"+name), Cluster: cluster, Desired: n,
		TaskDefinition: b.define(r, p), TargetGroup: g, Container: p.name, Port: p.port, Grace: 60 * time.Second,
		MinHealthy: 100, MaxPercent: 200, CreatedAt: b.born, Tags: b.tags(r, name), region: r,
	}
	cluster.Services = append(cluster.Services, s)
	d := b.addDeployment(s)
	d.Rollout, d.RolloutReason = "COMPLETED", "ECS deployment "+d.ID+" completed."
	d.Created, d.UpdatedAt = b.now.Add(-50*time.Hour), b.now.Add(-50*time.Hour+4*time.Minute)
	for range n {
		b.place(s, d)
	}
	b.note(s, "has reached a steady state.")
	s.Events[0].At = d.UpdatedAt
	r.ScalableTargets = append(r.ScalableTargets, &ScalableTarget{
		ResourceID: "service/" + cluster.Name + "/" + name, Min: n, Max: max(4, 2*p.full), Created: b.born,
		Role: b.scalingRole(), service: s,
	})
}

// place puts a task where it would be after it has come up and turned healthy.
func (b builder) place(s *Service, d *Deployment) {
	t := b.newTask(s, d)
	t.Created, t.Started = d.Created, d.Created.Add(40*time.Second)
	t.setLast(Running)
	for i := range t.Containers {
		t.Containers[i].Digest = b.digest(t.Containers[i].Image)
	}
	if g := s.TargetGroup; g != nil {
		t.target = &Target{Task: t, IP: t.IP, Port: s.Port, AZ: t.AZ, group: g, seen: 200, State: TargetHealthy, Since: d.UpdatedAt}
		g.Targets = append(g.Targets, t.target)
	}
}

// define registers the first revision of a service's task definition. The database's password comes from the secret;
// its host is a value of each region's own definition.
func (b builder) define(r *Region, p part) *TaskDefinition {
	image := b.Estate + "/" + p.name + ":" + p.tag
	if p.tag == "" { // a plain service
		image = b.Estate + "/backend:" + parts[1].tag
	}
	c := ContainerDefinition{
		Name: p.name, Image: r.Registry() + "/" + image, Port: p.port,
		Environment: []Tag{{"ENVIRONMENT", r.Environment}, {"AWS_REGION", r.Name}},
	}
	if p.database {
		db := r.Databases[0]
		c.Environment = append(c.Environment, Tag{"DB_HOST", db.Host}, Tag{"DB_NAME", db.Name}, Tag{"DB_PORT", "5432"})
		c.Secrets = []Tag{{"DB_USER", r.Secrets[0].ARN + ":username::"}, {"DB_PASSWORD", r.Secrets[0].ARN + ":password::"}}
	}
	d := &TaskDefinition{
		Family: b.prefix(r) + "-" + p.name, CPU: p.cpu, Memory: p.memory, Containers: []ContainerDefinition{c}, Registered: b.born,
	}
	r.register(d)
	return d
}
