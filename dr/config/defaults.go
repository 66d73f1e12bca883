package config

import "time"

// Defaults fills in what the config leaves out:
//
//	field                                    default
//	regions.*.databases[].connection.port    5432
//	regions.*.databases[].connection.sslmode verify-full
//	edge.health_field                        environment
//	edge.cloudflare.token_env                CLOUDFLARE_API_TOKEN
//	edge.resolvers[], *.resolve              port 53
//	edge.write.method                        POST, where there is a write probe
//	refresh.fast                             15s
//	refresh.slow                             5m
//	refresh.edge                             15s
//	refresh.database                         15s
//	refresh.metrics                          1m
//	waits.call                               5s
//	waits.probe                              5s
//	waits.connect                            5s
//	waits.dark                               3
//	waits.poll, settle                       5s, 2s
//	waits.hold, fence, receipt               30s, 1m, 1m
//	waits.grace, step, cool_down             20m, 30m, 30m
//	waits.healthy, replica                   15m, 6h
//	operator.session                         1h, where there is a role
//	journal.region, prefix, lease            the standby's, lifeboat/, 30s, where there is a bucket
//	roles.bucket, key                        the journal's, and its prefix with roles.auto.tfvars.json
//
// Load and Parse have done it. Filling in twice changes nothing.
func (c *Config) Defaults() {
	for _, r := range []*Region{&c.Regions.Primary, &c.Regions.Standby} {
		for _, db := range r.Databases {
			if db.Connection != nil {
				fill(&db.Connection.Port, 5432)
				fill(&db.Connection.SSLMode, "verify-full")
			}
		}
		addPort(&r.Probe.Resolve)
	}
	c.Edge.defaults()
	fill(&c.Refresh.Fast, Duration(15*time.Second))
	fill(&c.Refresh.Slow, Duration(5*time.Minute))
	fill(&c.Refresh.Edge, Duration(15*time.Second))
	fill(&c.Refresh.Database, Duration(15*time.Second))
	fill(&c.Refresh.Metrics, Duration(time.Minute))
	fill(&c.Waits.Call, Duration(5*time.Second))
	fill(&c.Waits.Probe, Duration(5*time.Second))
	fill(&c.Waits.Connect, Duration(5*time.Second))
	fill(&c.Waits.Dark, 3)
	c.runDefaults()
}

// runDefaults are those of what changes things.
func (c *Config) runDefaults() {
	w := &c.Waits
	for _, d := range []struct {
		v  *Duration
		to time.Duration
	}{
		{&w.Poll, 5 * time.Second}, {&w.Hold, 30 * time.Second}, {&w.Settle, 2 * time.Second},
		{&w.Fence, time.Minute}, {&w.Receipt, time.Minute}, {&w.Grace, 20 * time.Minute},
		{&w.Step, 30 * time.Minute}, {&w.CoolDown, 30 * time.Minute},
		{&w.Healthy, 15 * time.Minute}, {&w.Replica, 6 * time.Hour},
	} {
		fill(d.v, Duration(d.to))
	}
	if c.Operator.RoleARN != "" {
		fill(&c.Operator.Session, Duration(time.Hour))
	}
	if c.Journal.Bucket != "" {
		fill(&c.Journal.Region, c.Regions.Standby.Name)
		fill(&c.Journal.Prefix, "lifeboat/")
		fill(&c.Journal.Lease, Duration(30*time.Second))
		fill(&c.Roles.Bucket, c.Journal.Bucket)
	}
	if c.Roles.Bucket != "" {
		fill(&c.Roles.Key, c.Journal.Prefix+"roles.auto.tfvars.json")
	}
}

func (e *Edge) defaults() {
	fill(&e.HealthField, "environment")
	if e.Cloudflare.Zone != "" {
		fill(&e.Cloudflare.TokenEnv, "CLOUDFLARE_API_TOKEN")
	}
	for i := range e.Resolvers {
		addPort(&e.Resolvers[i])
	}
	for _, p := range []*Probe{&e.Pages, &e.API, &e.Write} {
		addPort(&p.Resolve)
	}
	if e.Write.URL != "" {
		fill(&e.Write.Method, "POST")
	}
}

// addPort completes a resolver. What is complete is not written again: a config that was filled in once is only read.
func addPort(resolver *string) {
	if whole := withPort(*resolver, "53"); whole != *resolver {
		*resolver = whole
	}
}

// fill sets what is not set.
func fill[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
