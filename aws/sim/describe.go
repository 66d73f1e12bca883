package sim

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/cloudflare"
	"lifeboat/aws/sim/public"
)

// Description says how the estate was made and where it answers.
func (s *Server) Description() Description { return s.described }

// describe reads the estate as it was made, before anything befalls it.
func (s *Server) describe() Description {
	d := Description{
		Seed: s.options.Seed, Speed: s.options.Speed, CAFile: s.options.CAFile,
		Endpoint: "http://" + s.address, Cloudflare: "http://" + s.address + cloudflare.Prefix, Director: s.address,
	}
	s.cloud.Locked(func(w *cloud.World) {
		d.Estate = w.Estate
		d.Edge = s.describeEdge(w)
		d.Services = describeServices(w)
		holds := cloud.Holding(s.options.Scenario.Estate)
		d.Strategy = "warm-standby"
		if holds.Built() {
			d.Strategy = string(holds)
		}
		switch d.Stack = describeStack(w, holds); holds {
		case cloud.PrimaryOnly:
			d.Services = describeWished(w.Estate + "/")
		case cloud.Nothing:
			d.Services = describeWished("")
		}
		for _, r := range w.Roles {
			role := RoleDescription{ARN: r.ARN}
			if r.MFA {
				role.MFADevice = w.MFADevice
			}
			d.Roles = append(d.Roles, role)
		}
		for i, r := range w.Regions {
			var later *cloud.Database
			if name := s.restored(w); name.Region == r.Name && r.Database(name.ID) == nil {
				from := w.Regions[0].Databases[0]
				later = &cloud.Database{ID: name.ID, User: from.User, Name: from.Name}
			}
			d.Regions[i] = s.describeRegion(r, d.Edge, later)
			if later != nil && len(d.Regions[i].Clusters) == 0 { // the names under which the stack will make them
				d.Regions[i].Clusters = resting(w, d.Services)
				d.Regions[i].Balancers = []BalancerDescription{{Name: w.Estate + "-dr"}}
			}
		}
	})
	d.Refresh, d.Waits = s.refresh(), s.waits()
	return d
}

// describeRegion says what a region holds. Later is the database that will be restored in it; nil: none.
func (s *Server) describeRegion(r *cloud.Region, edge EdgeDescription, later *cloud.Database) RegionDescription {
	d := RegionDescription{Name: r.Name, Environment: r.Environment, Probe: edge.API}
	d.Probe.Dial, d.Probe.Resolve = s.public.Dial[public.Place(r.Name)], ""
	own := ownNames(r)
	for _, c := range r.Clusters {
		if len(c.Services) == 0 {
			continue // nothing of it is named yet
		}
		cluster := ClusterDescription{Name: c.Name, Services: map[string]string{}}
		for _, service := range c.Services {
			cluster.Services[own[service.Name]] = service.Name
		}
		d.Clusters = append(d.Clusters, cluster)
	}
	for _, b := range r.Balancers {
		balancer := BalancerDescription{Name: b.Name, DNSName: b.DNSName}
		for _, g := range r.TargetGroups {
			if g.Balancer == b {
				balancer.TargetGroups = append(balancer.TargetGroups, g.Name)
			}
		}
		d.Balancers = append(d.Balancers, balancer)
	}
	for _, db := range r.Databases {
		d.Databases = append(d.Databases, s.describeDatabase(r, db))
	}
	if later != nil {
		d.Databases = append(d.Databases, s.describeDatabase(r, later))
	}
	for _, repository := range r.Repositories {
		d.Repositories = append(d.Repositories, repository.Name)
	}
	for _, secret := range r.Secrets {
		if strings.HasSuffix(secret.Name, "/database") { // a stack's others are each region's own
			d.Secrets = append(d.Secrets, secret.Name)
		}
	}
	for _, b := range r.Buckets {
		d.Buckets = append(d.Buckets, b.Name)
	}
	return d
}

func (s *Server) describeDatabase(r *cloud.Region, db *cloud.Database) DatabaseDescription {
	d := DatabaseDescription{ID: db.ID, User: db.User, Database: db.Name, SSLMode: "require"}
	if s.options.CAFile != "" {
		d.SSLMode, d.RootCA = "verify-full", s.options.CAFile
	}
	for _, g := range r.SecurityGroups {
		if !g.Ingress {
			d.IsolationGroup = g.ID
		}
	}
	if tcp, ok := s.databases.address(r.Name, db.ID).(*net.TCPAddr); ok {
		d.Host, d.Port = tcp.IP.String(), tcp.Port
	}
	return d
}

// ownNames maps what ECS calls a region's services to the estate's own names: without the words that all begin with.
func ownNames(r *cloud.Region) map[string]string {
	var all []string
	for _, c := range r.Clusters {
		for _, service := range c.Services {
			all = append(all, service.Name)
		}
	}
	own := map[string]string{}
	for _, name := range all {
		own[name] = strings.TrimPrefix(name, commonWords(all))
	}
	return own
}

// commonWords is the longest beginning of all names that ends in a hyphen.
func commonWords(names []string) string {
	if len(names) == 0 {
		return ""
	}
	common := names[0]
	for _, name := range names {
		for !strings.HasPrefix(name, common) {
			common = common[:len(common)-1]
		}
	}
	return common[:strings.LastIndex(common, "-")+1]
}

// describeServices reads the primary's services; their standby counts are the other region's.
func describeServices(w *cloud.World) []ServiceDescription {
	primary, standby := w.Regions[0], w.Regions[1]
	own, standing := ownNames(primary), desired(standby)
	for _, p := range cloud.Parts() { // a standby that runs nothing would run these if it were a warm one
		if standing[p.Name] == 0 {
			standing[p.Name] = p.Standby
		}
	}
	var list []ServiceDescription
	for _, c := range primary.Clusters {
		for _, service := range c.Services {
			name := own[service.Name]
			d := ServiceDescription{Name: name, Full: service.Desired, Standby: standing[name], Container: service.Container}
			for _, container := range service.TaskDefinition.Containers {
				d.Writes = d.Writes || slices.ContainsFunc(container.Environment, func(t cloud.Tag) bool { return t.Key == "DB_HOST" || t.Key == "DATABASE_HOST" })
				if container.Name == service.Container {
					d.Repository = repository(primary, container.Image)
				}
			}
			list = append(list, d)
		}
	}
	return list
}

// desired counts a region's tasks by the estate's own name of their service.
func desired(r *cloud.Region) map[string]int {
	own, counts := ownNames(r), map[string]int{}
	for _, c := range r.Clusters {
		for _, service := range c.Services {
			counts[own[service.Name]] = service.Desired
		}
	}
	return counts
}

// repository is the registry's name for the repository that an image reference points into; "" where it is another
// registry's.
func repository(r *cloud.Region, image string) string {
	for _, repository := range r.Repositories {
		if strings.HasPrefix(image, repository.URI+":") || strings.HasPrefix(image, repository.URI+"@") {
			return repository.Name
		}
	}
	return ""
}

func (s *Server) describeEdge(w *cloud.World) EdgeDescription {
	d := EdgeDescription{Resolvers: s.public.Resolvers, Port: s.public.Port, HealthField: "environment"}
	for _, dist := range w.Distributions {
		d.Distribution, d.Domain = dist.ID, dist.Domain
	}
	for _, z := range w.Zones {
		d.Zone = z.Name
		for _, r := range z.Records {
			if r.Type == "CNAME" && !strings.HasPrefix(r.Name, "_") { // which prove certificates
				d.Records = append(d.Records, r.Name)
			}
		}
	}
	base := fmt.Sprintf("https://%s:%d", d.Zone, s.public.Port)
	probe := Probe{URL: base + "/", CAFile: s.options.CAFile, Resolve: s.public.Resolvers[0]}
	d.Pages, d.API, d.Write = probe, probe, probe
	d.API.URL = base + "/api/health"
	d.Write.URL, d.Write.Method = base+"/api/rows", "POST"
	d.Write.Body = `{"n": {n}, "text": "lifeboat {time}"}`
	d.Write.Headers = map[string]string{"Content-Type": "application/json"}
	return d
}

// refresh divides Lifeboat's defaults by the speed, down to what a person can still follow.
func (s *Server) refresh() Refresh {
	fast := s.shortened(15*time.Second, time.Second)
	return Refresh{
		Fast: fast, Edge: fast, Database: fast,
		Slow:    s.shortened(5*time.Minute, 5*time.Second),
		Metrics: s.cloud.Period(),
	}
}

// waits leave the CDN the time that it takes to give up an origin.
func (s *Server) waits() Waits {
	call := s.shortened(5*time.Second, 2*time.Second)
	return Waits{
		Call: call, Probe: max(call, public.Patience+time.Second), Connect: call, Dark: 3,
		Poll: s.shortened(5*time.Second, 500*time.Millisecond), Hold: s.shortened(30*time.Second, 2*time.Second),
		Settle: s.shortened(2*time.Second, 500*time.Millisecond), Fence: s.shortened(time.Minute, 4*call),
		Receipt: s.shortened(time.Minute, time.Second), CoolDown: s.shortened(30*time.Minute, 10*time.Second),
	}
}

func (s *Server) shortened(d, least time.Duration) time.Duration {
	return max(time.Duration(float64(d)/s.options.Speed).Round(100*time.Millisecond), least)
}
