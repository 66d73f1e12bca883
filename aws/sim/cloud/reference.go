package cloud

import (
	"fmt"
	"math"
	"time"
)

// past is how much history a reference estate begins with, so that its metrics, feeds and lag have something to show.
const past = 3 * time.Hour

// age is for how many days a reference estate has stood.
const age = 41

// Reference makes a cloud that holds the reference estate in its warm-standby form: a platform of four services with
// their database in the first region, a smaller copy with a replica in the second, one CDN and one DNS zone in front.
// With more Services than four, each region holds that many.
func Reference(o Options) *Cloud {
	o = o.withDefaults()
	now := o.Now()
	start := now.Add(-time.Duration(float64(past) / o.Speed))
	c := New(o, start)
	w := c.world
	b := builder{World: w, zone: o.Zone, born: now.AddDate(0, 0, -age)}
	switch o.Holds {
	case Nothing:
		b.fillNothing(o.Services)
	case PrimaryOnly:
		b.fillPrimary(o.Services)
	default:
		b.fill(o.Services)
	}
	w.Users = Users{Pages: 8, API: 4, Writes: 0.25}
	w.touch()
	w.settle()
	w.Every(heartbeat, w.beat)
	w.Every(24*time.Hour, w.nightly)
	w.Every(evaluation, w.autoscale)
	w.meter()
	w.advance(now)
	return c
}

// builder puts resources into a new world as if they had been there for weeks.
type builder struct {
	*World
	zone string
	born time.Time
}

func (b builder) fill(services int) {
	images := b.images()
	for i, r := range b.Regions {
		b.fillStores(r, images)
		b.fillNetwork(r)
		b.fillDatabases(r)
		b.fillServices(r, i == 0)
		b.fillMore(r, services)
		b.fillQuotas(r, services)
	}
	b.fillBackups()
	b.fillEdge()
	b.fillRoles()
}

// fillRoles makes the roles that an operator may take on for changes: one that asks for nothing more, one that asks for a
// second factor.
func (b builder) fillRoles() {
	for _, r := range []Role{{Name: "ops-change"}, {Name: "ops-change-mfa", MFA: true}} {
		r.Name = b.Estate + "-" + r.Name
		r.ARN = "arn:aws:iam::" + b.Account + ":role/" + r.Name
		b.Roles = append(b.Roles, &r)
	}
	b.MFADevice = "arn:aws:iam::" + b.Account + ":mfa/operator"
}

// prefix begins the names of a region's resources: davidshaevel-dev.
func (b builder) prefix(r *Region) string { return b.Estate + "-" + b.short(r) }

func (b builder) short(r *Region) string {
	if r == b.Regions[0] {
		return "dev"
	}
	return "dr"
}

func (b builder) tags(r *Region, name string) []Tag {
	return []Tag{{"Name", name}, {"Project", b.Estate}, {"Environment", b.short(r)}, {"ManagedBy", "terraform"}}
}

// part is one service of the reference estate.
type part struct {
	name          string
	cpu, memory   int
	port          int
	full, standby int
	tag           string // of its image
	database      bool   // it uses the database
	path          string // of its health check; "": no balancer
}

var parts = []part{
	{name: "frontend", cpu: 256, memory: 512, port: 3000, full: 2, standby: 1, tag: "1.8.2", path: "/"},
	{name: "backend", cpu: 256, memory: 512, port: 3001, full: 2, standby: 1, tag: "2.4.1", database: true, path: "/api/health"},
	{name: "prometheus", cpu: 512, memory: 1024, port: 9090, full: 1, tag: "v2.45.0"},
	{name: "grafana", cpu: 512, memory: 1024, port: 3000, full: 1, tag: "10.4.2", path: "/api/health"},
}

// Part is a service of the reference estate, as its owner would describe it.
type Part struct {
	Name          string
	Full, Standby int  // tasks
	Database      bool // it uses the database
}

// Parts are the services of the reference estate.
func Parts() (list []Part) {
	for _, p := range parts {
		list = append(list, Part{Name: p.name, Full: p.full, Standby: p.standby, Database: p.database})
	}
	return list
}

// images are the estate's own, the same digest in both regions' registries.
func (b builder) images() map[string]*Image {
	images := map[string]*Image{}
	for i, p := range parts {
		img := b.build(p.tag)
		img.Pushed = b.born.Add(time.Duration(i) * 26 * time.Hour)
		images[p.name] = img
	}
	return images
}

// fillStores gives a region its registries, its secret and its certificates.
func (b builder) fillStores(r *Region, images map[string]*Image) {
	for _, p := range parts {
		name := b.Estate + "/" + p.name
		img := *images[p.name]
		if r != b.Regions[0] {
			img.Pushed = img.Pushed.Add(3 * time.Minute)
		}
		r.Repositories = append(r.Repositories, &Repository{
			Name: name, ARN: r.arn("ecr", "repository/"+name), URI: r.Registry() + "/" + name, Created: b.born,
			Immutable: true, ScanOnPush: true, Images: []*Image{&img}, Tags: b.tags(r, name),
		})
	}
	r.Secrets = append(r.Secrets, b.secret(r))
	r.Buckets = append(r.Buckets, &Bucket{Name: b.prefix(r) + "-state-" + b.Account, Created: b.born})
	r.Certificates = append(r.Certificates, b.certificate(r, 171))
}

func (b builder) secret(r *Region) *Secret {
	name, home := b.Estate+"/dev/database", b.Regions[0]
	s := &Secret{
		Name: name, ARN: r.arn("secretsmanager", "secret:"+name+"-Kx8aQz"), Description: "user and password of the database",
		KMSKey: "alias/aws/secretsmanager", Created: b.born, Changed: b.born.Add(time.Hour), Primary: home.Name,
		Version: "6f1d2c1e-51c0-4f7e-9a01-7a7f6f2f0a11", Tags: b.tags(r, name), User: "platform", Password: FirstPassword,
	}
	if r == home {
		s.Replicas = []SecretReplica{{Region: b.Regions[1].Name, Status: "InSync"}}
	}
	return s
}

func (b builder) certificate(r *Region, days int) *Certificate {
	until := b.born.AddDate(0, 0, age+days)
	return &Certificate{
		ARN: r.arn("acm", "certificate/"+b.uuid()), Domain: b.zone, Names: []string{b.zone, "*." + b.zone}, Status: "ISSUED",
		NotBefore: until.AddDate(0, 0, -198), NotAfter: until, Tags: b.tags(r, b.zone),
	}
}

func (b builder) fillQuotas(r *Region, services int) {
	vcpu := math.Max(6, math.Ceil(float64(services)*0.75))
	r.Quotas = []*Quota{
		{Service: "fargate", Code: "L-3032A538", Name: "Fargate On-Demand vCPU resource count", Value: vcpu, Unit: "None"},
		{Service: "ecs", Code: "L-9EF96962", Name: "Services per cluster", Value: 5000, Unit: "None"},
		{Service: "rds", Code: "L-7B6409FD", Name: "DB instances", Value: 40, Unit: "None"},
		{Service: "elasticloadbalancing", Code: "L-53DA6B97", Name: "Application Load Balancers per Region", Value: 50, Unit: "None"},
	}
}

// fillMore adds plain services until the region has n. The first ones stand behind balancers of their own, the rest
// work without.
func (b builder) fillMore(r *Region, n int) {
	var lb *Balancer
	for i := len(parts); i < n; i++ {
		p := part{name: fmt.Sprintf("worker-%03d", i+1), cpu: 256, memory: 512, port: 8080, full: 1, standby: 1}
		var g *TargetGroup
		if i < len(parts)+moreGroups {
			if (i-len(parts))%rulesPerBalancer == 0 {
				lb = b.addBalancer(r, fmt.Sprintf("%s-more-%d", b.prefix(r), (i-len(parts))/rulesPerBalancer+1))
			}
			p.path = "/health"
			g = b.addGroup(r, lb, p)
			https := lb.Listeners[1]
			https.Rules = append(https.Rules, &Rule{
				ARN: https.ruleARN(b.hex(16)), Priority: 200 + i, Host: p.name + "." + b.zone, TargetGroup: g,
			})
			https.sortRules()
		}
		b.addService(r, p, 1, g)
	}
}

const (
	moreGroups       = 60 // target groups of plain services, a region
	rulesPerBalancer = 50
)
