package dr

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// cloudFrontRegion is where CloudFront's control plane and its certificates live.
const cloudFrontRegion = "us-east-1"

// openReaders makes the real readers of a config. None of them touches the network yet.
func openReaders(c *config.Config, opt Options, balancers func() map[string][]string) (r readers, err error) {
	for i, pair := range [2][2]*config.Region{{&c.Regions.Primary, &c.Regions.Standby}, {&c.Regions.Standby, &c.Regions.Primary}} {
		here, there := pair[0], pair[1]
		if r.regions[i], err = aws.NewReader(regionSpec(c, here, there, opt)); err != nil {
			return r, fmt.Errorf("region %s: %w", here.Name, err)
		}
		r.databases[i] = map[string]sqlReader{}
		for _, db := range here.Databases {
			if db.Connection != nil {
				r.databases[i][db.ID] = pg.NewReader(target(c, here, db, opt))
			}
		}
	}
	if r.edge, err = edge.NewReader(edgeSpec(c, opt, balancers)); err != nil {
		return r, fmt.Errorf("edge: %w", err)
	}
	return r, nil
}

// regionSpec is what the reader of a region is told. Replicated backups of the other region's databases are looked for
// here.
func regionSpec(c *config.Config, here, there *config.Region, opt Options) aws.Spec {
	s := accessSpec(here, opt)
	s.CallTimeout, s.MetricEvery = c.Waits.Call.D(), c.Refresh.Metrics.D()
	s.Secrets, s.Repositories = here.Secrets, repositories(c, here)
	s.Discover.Prefix = here.Discover.Prefix
	if t := here.Discover.Tag; t != nil {
		s.Discover.TagKey, s.Discover.TagValue = t.Key, t.Value
	}
	for _, cl := range here.Clusters {
		s.Clusters = append(s.Clusters, aws.ClusterSpec{Name: cl.Name, Services: slices.Sorted(maps.Values(cl.Services))})
	}
	for _, b := range here.Balancers {
		s.Balancers = append(s.Balancers, b.Name)
	}
	s.TargetGroups = targetGroups(here.Balancers)
	for _, db := range here.Databases {
		s.Databases = append(s.Databases, db.ID)
	}
	for _, db := range there.Databases {
		s.Replicates = append(s.Replicates, db.ID)
	}
	return s
}

// accessSpec is how a region is reached.
func accessSpec(r *config.Region, opt Options) aws.Spec {
	return aws.Spec{
		Region: r.Name, Profile: r.Profile, RoleARN: r.RoleARN, Endpoint: r.Endpoint, CAFile: r.CAFile,
		Now: opt.Now, Dial: opt.Dial,
	}
}

// repositories are those that the region names and those of the services: their images must be in both regions.
func repositories(c *config.Config, r *config.Region) []string {
	all := slices.Clone(r.Repositories)
	for _, s := range c.Services {
		if s.Repository != "" && !slices.Contains(all, s.Repository) {
			all = append(all, s.Repository)
		}
	}
	return all
}

// targetGroups are the named ones, where every balancer names its own: naming none means all of a balancer's.
func targetGroups(balancers []config.Balancer) []string {
	var all []string
	for _, b := range balancers {
		if len(b.TargetGroups) == 0 {
			return nil
		}
		all = append(all, b.TargetGroups...)
	}
	return all
}

func target(c *config.Config, r *config.Region, db config.Database, opt Options) pg.Target {
	n := db.Connection
	t := pg.Target{
		Region: r.Name, Name: db.ID, Host: n.Host, Port: n.Port, User: n.User, Database: n.Database,
		SSLMode: n.SSLMode, RootCA: n.RootCA, Heartbeat: n.Heartbeat, Dial: opt.Dial, Now: opt.Now,
		ConnectTimeout: c.Waits.Connect.D(), StatementTimeout: c.Waits.Connect.D(),
	}
	if n.PasswordEnv != "" {
		t.Password = func(context.Context) (string, error) { return opt.Env(n.PasswordEnv), nil }
	}
	return t
}

func edgeSpec(c *config.Config, opt Options, balancers func() map[string][]string) edge.Spec {
	c = answerable(c)
	p, s := &c.Regions.Primary, &c.Regions.Standby
	spec := edge.Spec{
		Regions: []string{p.Name, s.Name}, Environments: map[string]string{}, Field: c.Edge.HealthField,
		DistributionID: c.Edge.Distribution, CloudFront: cloudFrontSpec(c, opt),
		Zone: c.Edge.Cloudflare.Zone, Records: c.Edge.Cloudflare.Records, CloudflareURL: c.Edge.Cloudflare.Endpoint,
		BalancerNames: balancers, Balancers: map[string]edge.Probe{},
		Pages: question(c.Edge.Pages), API: question(c.Edge.API), Write: question(c.Edge.Write),
		Resolvers: c.Edge.Resolvers, Now: opt.Now, Dial: opt.Dial, Timeout: c.Waits.Probe.D(),
	}
	if token := c.Edge.Cloudflare.TokenEnv; token != "" {
		spec.CloudflareKey = func() string { return opt.Env(token) }
	}
	for _, r := range []*config.Region{p, s} {
		if r.Environment != "" {
			spec.Environments[r.Environment] = r.Name
		}
		if r.Probe.URL != "" {
			spec.Balancers[r.Name] = question(r.Probe)
		}
	}
	return spec
}

// cloudFrontSpec reaches CloudFront as the primary is reached, unless the edge has a profile of its own.
func cloudFrontSpec(c *config.Config, opt Options) aws.Spec {
	spec := accessSpec(&c.Regions.Primary, opt)
	spec.Region, spec.CallTimeout = cloudFrontRegion, c.Waits.Call.D()
	if c.Edge.Profile != "" {
		spec.Profile, spec.RoleARN = c.Edge.Profile, ""
	}
	return spec
}

func question(p config.Probe) edge.Probe {
	return edge.Probe{
		URL: p.URL, Dial: p.Dial, Host: p.Host, CAFile: p.CAFile, Method: p.Method, Body: p.Body, Header: p.Headers,
		Resolve: p.Resolve,
	}
}
