package config

import (
	"fmt"
	"maps"
	"slices"
)

func (d *document) regions() {
	r := &d.config.Regions
	d.region("regions.primary", &r.Primary, true)
	d.region("regions.standby", &r.Standby, d.config.Strategy == WarmStandby)
	if r.Primary.Name != "" && r.Primary.Name == r.Standby.Name {
		d.bad("regions.standby.name", quote(r.Standby.Name)+" is the primary's region too", "name the other region")
	}
	d.environments(r)
}

// environments: the health answer tells the regions apart by this word, so it is there for both or for none.
func (d *document) environments(r *Regions) {
	const p, s = "regions.primary.environment", "regions.standby.environment"
	one, two := r.Primary.Environment, r.Standby.Environment
	switch {
	case one == "" && two == "":
		if d.config.Edge.API.URL != "" {
			d.doubt(p, "is missing, for both regions: no health answer can prove which region serves",
				"write what each region's health answer says in its "+or(d.config.Edge.HealthField, "environment")+" field")
		}
	case one == two:
		d.bad(s, quote(two)+" is the primary's too", "each region's health answer must say a word of its own, like primary and dr")
	default:
		d.required(p, one, environment)
		d.required(s, two, environment)
	}
}

// region checks one region; full says whether it must hold the whole estate at all times.
func (d *document) region(field string, r *Region, full bool) {
	d.required(field+".name", r.Name, regionName)
	d.optional(field+".profile", r.Profile, profileName)
	d.optional(field+".role_arn", r.RoleARN, roleARN)
	d.httpURL(field+".endpoint", r.Endpoint)
	d.discover(field+".discover", r.Discover)
	for i, c := range r.Clusters {
		d.cluster(fmt.Sprintf("%s.clusters[%d]", field, i), c, r.Discover)
	}
	d.placed(field, r)
	for i, b := range r.Balancers {
		d.balancer(fmt.Sprintf("%s.balancers[%d]", field, i), b)
	}
	for i, db := range r.Databases {
		d.database(fmt.Sprintf("%s.databases[%d]", field, i), db)
	}
	d.unique(field, r)
	each(d, field+".repositories", r.Repositories, func(f, v string) { d.required(f, v, repository) })
	each(d, field+".secrets", r.Secrets, func(f, v string) { d.required(f, v, secretName) })
	d.probe(field+".probe", r.Probe, reading...)
	if r.Probe.URL == "" {
		d.doubt(field+".probe", "is missing: this region's balancer is never asked directly, which is one sign of life less",
			"write url (the public health URL) and dial (the balancer's own address and port)")
	}
	if full {
		d.named(field, r)
	}
}

func (d *document) discover(field string, v Discover) {
	d.optional(field+".prefix", v.Prefix, prefix)
	if v.Tag == nil {
		return
	}
	if v.Tag.Key == "" || len(v.Tag.Key) > 128 {
		d.bad(field+".tag.key", "is missing or too long", "write the tag's key, like Estate")
	}
	if v.Tag.Value == "" || len(v.Tag.Value) > 256 {
		d.bad(field+".tag.value", "is missing or too long", "write the tag's value, like prod")
	}
}

// named: what a region must hold is named, or there is a way to find it, or it is still to be provisioned: each phase writes its names.
func (d *document) named(field string, r *Region) {
	theirs := d.config.Terraform.Primary != Ours && r == &d.config.Regions.Primary
	if r.Discover.any() || d.config.Terraform.Primary != "" && !theirs {
		return
	}
	maker := Theirs
	if r == &d.config.Regions.Primary {
		maker = Ours
	}
	for _, k := range []struct {
		field string
		n     int
		what  string
	}{
		{"clusters", len(r.Clusters), "ECS clusters"},
		{"balancers", len(r.Balancers), "load balancers"},
		{"databases", len(r.Databases), "databases"},
	} {
		if k.n == 0 {
			d.bad(field+"."+k.field, "is missing", "name the "+k.what+", or write discover with a tag or a prefix to find them by; or terraform: {primary: "+string(maker)+"} where Lifeboat is to make them")
		}
	}
}

func (v Discover) any() bool { return v.Tag != nil || v.Prefix != "" }

func (d *document) cluster(field string, c Cluster, found Discover) {
	d.required(field+".name", c.Name, ecsName)
	if len(c.Services) == 0 && !found.any() {
		d.bad(field+".services", "is missing", "write what each service is called here, like {backend: prod-backend}, or write discover")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		at := join(field+".services", name)
		if !d.config.hasService(name) {
			d.bad(at, quote(name)+" is none of services", d.serviceNames(name))
			continue
		}
		d.required(at, c.Services[name], ecsName)
	}
}

func (c *Config) hasService(name string) bool {
	return slices.ContainsFunc(c.Services, func(s Service) bool { return s.Name == name })
}

func (d *document) serviceNames(wrong string) string {
	var known []string
	for _, s := range d.config.Services {
		known = append(known, s.Name)
	}
	if near := nearest(wrong, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "add it to services with its numbers of tasks, or leave it out here"
}

// placed: a service runs in one cluster of the region; one that no cluster names may be forgotten.
func (d *document) placed(field string, r *Region) {
	in := map[string]string{}
	for i, c := range r.Clusters {
		for _, name := range slices.Sorted(maps.Keys(c.Services)) {
			at := fmt.Sprintf("%s.clusters[%d].services.%s", field, i, name)
			if other, twice := in[name]; twice {
				d.bad(at, quote(name)+" is in cluster "+quote(other)+" already", "a service runs in one cluster of a region")
			}
			in[name] = c.Name
		}
	}
	if len(in) == 0 || r.Discover.any() {
		return
	}
	for i, s := range d.config.Services {
		if _, ok := in[s.Name]; !ok {
			d.doubt(fmt.Sprintf("services[%d].name", i), quote(s.Name)+" is in no cluster of "+field+": it will show as unknown there",
				"add it to a cluster's services, or write discover")
		}
	}
}

func (d *document) balancer(field string, b Balancer) {
	d.required(field+".name", b.Name, balancerName)
	each(d, field+".target_groups", b.TargetGroups, func(f, v string) { d.required(f, v, balancerName) })
}

// unique: nothing of a region is named twice.
func (d *document) unique(field string, r *Region) {
	once(d, field+".clusters[%d].name", r.Clusters, func(c Cluster) string { return c.Name })
	once(d, field+".balancers[%d].name", r.Balancers, func(b Balancer) string { return b.Name })
	once(d, field+".databases[%d].id", r.Databases, func(db Database) string { return db.ID })
}

// once notes the items of list that share a name.
func once[T any](d *document, format string, list []T, name func(T) string) {
	seen := map[string]int{}
	for i, v := range list {
		n := name(v)
		if first, twice := seen[n]; twice && n != "" {
			d.bad(fmt.Sprintf(format, i), quote(n)+" is there already", fmt.Sprintf("%s has this name too; leave one out", fmt.Sprintf(format, first)))
			continue
		}
		seen[n] = i
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
