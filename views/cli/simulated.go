package cli

import (
	"os"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/dr"
	"lifeboat/dr/config"
)

// simulated is the lifeboat.yaml of a simulated estate.
func simulated(d sim.Description) *config.Config {
	c := &config.Config{
		Version: 1, Estate: d.Estate, Strategy: config.Strategy(d.Strategy),
		Objectives: config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)},
		Regions: config.Regions{
			Primary: simulatedRegion(d.Regions[0], d.Endpoint),
			Standby: simulatedRegion(d.Regions[1], d.Endpoint),
		},
		Edge:      simulatedEdge(d),
		Refresh:   simulatedRefresh(d),
		Waits:     simulatedWaits(d.Waits),
		Simulated: &config.Simulated{Director: d.Director},
	}
	if s := d.Stack; s != nil {
		c.Terraform = config.Terraform{Primary: config.Ownership(s.Primary), Adopt: s.Adopt, OwnerState: s.Owner, Inputs: s.Inputs}
		if s.Bucket != "" {
			c.Terraform.State.Bucket = s.Bucket
			c.Roles = config.Roles{Bucket: s.Bucket, Key: dr.StackRolesKey}
		}
	}
	for _, s := range d.Services {
		c.Services = append(c.Services, config.Service{
			Name: s.Name, Full: s.Full, Standby: s.Standby, Writes: s.Writes, Repository: s.Repository, Container: s.Container,
		})
	}
	return c
}

func simulatedRegion(d sim.RegionDescription, endpoint string) config.Region {
	r := config.Region{
		Name: d.Name, Endpoint: endpoint, Environment: d.Environment,
		Repositories: d.Repositories, Secrets: d.Secrets, Probe: simulatedProbe(d.Probe),
	}
	for _, c := range d.Clusters {
		r.Clusters = append(r.Clusters, config.Cluster{Name: c.Name, Services: c.Services})
	}
	for _, b := range d.Balancers {
		r.Balancers = append(r.Balancers, config.Balancer{Name: b.Name, TargetGroups: b.TargetGroups})
	}
	for _, db := range d.Databases {
		r.Databases = append(r.Databases, config.Database{ID: db.ID, IsolationGroup: db.IsolationGroup, Connection: &config.Connection{
			Host: db.Host, Port: db.Port, User: db.User, Database: db.Database, SSLMode: db.SSLMode, RootCA: db.RootCA,
		}})
	}
	return r
}

func simulatedEdge(d sim.Description) config.Edge {
	return config.Edge{
		Distribution: d.Edge.Distribution,
		Cloudflare:   config.Cloudflare{Zone: d.Edge.Zone, Records: d.Edge.Records, Endpoint: d.Cloudflare},
		Resolvers:    d.Edge.Resolvers,
		HealthField:  d.Edge.HealthField,
		Pages:        simulatedProbe(d.Edge.Pages),
		API:          simulatedProbe(d.Edge.API),
		Write:        simulatedProbe(d.Edge.Write),
	}
}

func simulatedProbe(p sim.Probe) config.Probe {
	return config.Probe{
		URL: p.URL, Dial: p.Dial, Host: p.Host, CAFile: p.CAFile, Method: p.Method, Body: p.Body, Headers: p.Headers, Resolve: p.Resolve,
	}
}

func simulatedWaits(w sim.Waits) config.Waits {
	return config.Waits{
		Call: config.Duration(w.Call), Probe: config.Duration(w.Probe), Connect: config.Duration(w.Connect), Dark: w.Dark,
		Poll: config.Duration(w.Poll), Hold: config.Duration(w.Hold), Settle: config.Duration(w.Settle), Fence: config.Duration(w.Fence),
		Receipt: config.Duration(w.Receipt), CoolDown: config.Duration(w.CoolDown), Healthy: config.Duration(w.CoolDown / 2),
	}
}

// simulatedRefresh is how often to look: no clock is shorter than the wait for an answer on it, since what comes late
// would be old before it comes.
func simulatedRefresh(d sim.Description) config.Refresh {
	return config.Refresh{
		Fast:     config.Duration(max(d.Refresh.Fast, d.Waits.Call)),
		Slow:     config.Duration(d.Refresh.Slow),
		Edge:     config.Duration(max(d.Refresh.Edge, d.Waits.Probe)),
		Database: config.Duration(max(d.Refresh.Database, d.Waits.Connect)),
		Metrics:  config.Duration(askablePeriod(d.Refresh.Metrics)),
	}
}

// askablePeriod is the shortest period that CloudWatch takes (1, 5, 10, 20, 30 s or whole minutes) and that holds one
// datapoint of d at least.
func askablePeriod(d time.Duration) time.Duration {
	for _, p := range []time.Duration{1, 5, 10, 20, 30} {
		if p *= time.Second; d <= p {
			return p
		}
	}
	return (d + time.Minute - 1).Truncate(time.Minute)
}

// simulatedCredentials makes this process meet a simulator with credentials that are worth nothing: it needs some, and
// real ones must never be sent to it.
func simulatedCredentials() {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID":           "AKIALIFEBOATSIMULATE",
		"AWS_SECRET_ACCESS_KEY":       "simulated",
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED":   "true",
		"CLOUDFLARE_API_TOKEN":        "simulated",
		"PGPASSWORD":                  "simulated",
	} {
		os.Setenv(name, value)
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CA_BUNDLE"} {
		os.Unsetenv(name)
	}
}
