package dr

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// noon is the moment of every table here.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scene is an estate in which all is well, to be changed by a test and looked at through Join.
type scene struct {
	in   Inputs
	now  time.Time
	prev *Estate
	east *aws.Snapshot
	west *aws.Snapshot
}

func wellConfig() *config.Config {
	probe := func(dial string) config.Probe {
		return config.Probe{URL: "https://example.com/api/health", Dial: dial}
	}
	c := &config.Config{
		Version: 1, Estate: "example", Strategy: config.WarmStandby,
		Objectives: config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)},
		Regions: config.Regions{
			Primary: config.Region{
				Name: "us-east-1", Environment: "primary", Probe: probe("east:443"), Repositories: []string{"frontend", "backend"},
				Clusters:  []config.Cluster{{Name: "dev", Services: map[string]string{"frontend": "dev-frontend", "backend": "dev-backend", "grafana": "dev-grafana"}}},
				Balancers: []config.Balancer{{Name: "dev-alb"}},
				Databases: []config.Database{{ID: "dev-db", Connection: &config.Connection{Host: "dev-db", User: "l", Database: "d"}}},
			},
			Standby: config.Region{
				Name: "us-west-2", Environment: "dr", Probe: probe("west:443"), Repositories: []string{"frontend", "backend"},
				Clusters:  []config.Cluster{{Name: "dr", Services: map[string]string{"frontend": "dr-frontend", "backend": "dr-backend", "grafana": "dr-grafana"}}},
				Balancers: []config.Balancer{{Name: "dr-alb"}},
				Databases: []config.Database{{ID: "dr-db", Connection: &config.Connection{Host: "dr-db", User: "l", Database: "d"}}},
			},
		},
		Services: []config.Service{
			{Name: "frontend", Full: 2, Standby: 1, Repository: "frontend"},
			{Name: "backend", Full: 2, Standby: 1, Writes: true, Repository: "backend"},
			{Name: "grafana", Full: 1, Standby: 0},
		},
		Edge: config.Edge{
			Distribution: "E2QX", Cloudflare: config.Cloudflare{Zone: "example.com"}, Resolvers: []string{"1.1.1.1", "8.8.8.8", "9.9.9.9"},
			Pages: config.Probe{URL: "https://example.com/"},
			API:   config.Probe{URL: "https://example.com/api/health"},
			Write: config.Probe{URL: "https://example.com/api/canary"},
		},
	}
	c.Defaults()
	return c
}

func well() *scene {
	s := &scene{now: noon, east: eastSnapshot(noon), west: westSnapshot(noon)}
	s.in = Inputs{Config: wellConfig(), Complete: true, Edge: wellEdge(noon)}
	s.in.Regions[0] = RegionInput{Snapshot: s.east, SQL: map[string]aws.Part[pg.Reading]{"dev-db": part(primaryReading(noon), noon)},
		Definitions: part(definitions(s.east), noon)}
	s.in.Regions[1] = RegionInput{Snapshot: s.west, SQL: map[string]aws.Part[pg.Reading]{"dr-db": part(standbyReading(noon), noon)},
		Definitions: part(definitions(s.west), noon)}
	return s
}

// withoutSQL leaves AWS's word as the only one.
func (s *scene) withoutSQL() *scene {
	s.in.Config.Regions.Primary.Databases[0].Connection = nil
	s.in.Config.Regions.Standby.Databases[0].Connection = nil
	s.in.Regions[0].SQL, s.in.Regions[1].SQL = nil, nil
	return s
}

// withoutProbes leaves no question over HTTP.
func (s *scene) withoutProbes() *scene {
	c := s.in.Config
	c.Edge.API, c.Edge.Pages, c.Edge.Write, c.Edge.Resolvers = config.Probe{}, config.Probe{}, config.Probe{}, nil
	c.Regions.Primary.Probe, c.Regions.Standby.Probe = config.Probe{}, config.Probe{}
	s.in.Edge.Probes = edge.Probes{}
	return s
}

// join joins, and keeps the estate as the one before the next.
func (s *scene) join() *Estate {
	s.prev = Join(s.in, s.prev, s.now)
	return s.prev
}

// pass lets time go on, and everything be read again with the same result.
func (s *scene) pass(d time.Duration) *scene {
	s.now = s.now.Add(d)
	s.east, s.west = reread(s.east, s.now), reread(s.west, s.now)
	s.in.Regions[0].Snapshot, s.in.Regions[1].Snapshot = s.east, s.west
	s.in.Edge = rereadEdge(s.in.Edge, s.now)
	if s.in.Record != nil {
		in := *s.in.Record
		in.Runs, in.Lease = again(in.Runs, s.now), again(in.Lease, s.now)
		s.in.Record = &in
	}
	for i := range s.in.Regions {
		s.in.Regions[i].Definitions = again(s.in.Regions[i].Definitions, s.now)
		for id, p := range s.in.Regions[i].SQL {
			if p.Tried = s.now; p.Err == nil {
				p.Seen = s.now
				p.Value = shifted(p.Value, d, s.in.Regions[0].SQL["dev-db"].Err == nil)
			}
			s.in.Regions[i].SQL = with(s.in.Regions[i].SQL, id, p)
		}
	}
	return s
}

// darken makes a region silent from here: its API, its balancer, its database, and what leads to it.
func (s *scene) darken(i int) *scene {
	s.lose(i)
	if i == 0 {
		s.silencePublic()
	}
	return s
}

// lose makes a region silent to which no users are sent.
func (s *scene) lose(i int) *scene {
	silentAPI(s.in.Regions[i].Snapshot, s.now)
	region := [2]string{"us-east-1", "us-west-2"}[i]
	e := &s.in.Edge
	e.Balancers = with(e.Balancers, region, failed(e.Balancers[region], fault.TimedOut, s.now))
	for id, p := range s.in.Regions[i].SQL {
		s.in.Regions[i].SQL = with(s.in.Regions[i].SQL, id, failed(p, fault.TimedOut, s.now))
	}
	return s
}

func (s *scene) silencePublic() {
	e := &s.in.Edge
	e.API, e.Write = failed(e.API, fault.TimedOut, s.now), failed(e.Write, fault.TimedOut, s.now)
	resolvers := append([]edge.Resolution{}, e.Resolvers...)
	for k := range resolvers {
		resolvers[k].API = failed(resolvers[k].API, fault.TimedOut, s.now)
	}
	e.Resolvers = resolvers
}

func part[T any](v T, at time.Time) aws.Part[T] { return aws.Part[T]{}.Next(v, nil, at) }

func failed[T any](p aws.Part[T], kind fault.Kind, at time.Time) aws.Part[T] {
	var none T
	return p.Next(none, fault.New(kind, "ask", "it", nil), at)
}

// answered is a public answer.
func answered(status int, region string, at time.Time) aws.Part[edge.Answer] {
	says := map[string]string{"us-east-1": "primary", "us-west-2": "dr"}[region]
	return part(edge.Answer{Status: status, Took: 41 * time.Millisecond, Region: region, Environment: says, Via: "Miss from cloudfront"}, at)
}

func wellEdge(at time.Time) edge.Snapshot {
	e := edge.Snapshot{
		Probes: edge.Probes{
			Balancers: map[string]aws.Part[edge.Answer]{"us-east-1": answered(200, "us-east-1", at), "us-west-2": answered(200, "us-west-2", at)},
			Pages:     part(edge.Answer{Status: 200, Took: 44 * time.Millisecond, Via: "Miss from cloudfront"}, at),
			API:       answered(200, "us-east-1", at),
			Write:     answered(201, "us-east-1", at),
		},
		Control: edge.Control{
			Distribution: part(wellDistribution(), at),
			Zone: part(edge.Zone{Name: "example.com", Records: []edge.Record{
				{Name: "example.com", Type: "CNAME", Content: "d1.cloudfront.net", TTL: time.Minute},
				{Name: "origin.example.com", Type: "CNAME", Content: "dev-alb.elb", TTL: time.Minute},
			}}, at),
		},
	}
	for _, name := range []string{"1.1.1.1:53", "8.8.8.8:53", "9.9.9.9:53"} {
		e.Resolvers = append(e.Resolvers, edge.Resolution{
			Resolver: name, API: answered(200, "us-east-1", at),
			Names: part(edge.Resolved{Addresses: []string{"192.0.2.1"}, TTL: 50 * time.Second}, at),
		})
	}
	return e
}

func wellDistribution() edge.Distribution {
	return edge.Distribution{
		ID: "E2QX", Domain: "d1.cloudfront.net", Aliases: []string{"example.com"}, Status: "Deployed", Enabled: true, ETag: "1",
		Origins: []edge.Origin{
			{ID: "origin", Domain: "origin.example.com", ConnectAttempts: 1, ConnectTimeout: 5 * time.Second},
			{ID: "standby", Domain: "dr-alb.elb", ConnectAttempts: 1, ConnectTimeout: 5 * time.Second},
		},
		Groups: []edge.OriginGroup{{ID: "pages", Members: []string{"origin", "standby"}, Statuses: []int{500, 502, 503, 504}}},
		Behaviors: []edge.Behavior{
			{Path: "/api/*", Target: "origin", Methods: []string{"GET", "POST"}},
			{Path: "*", Target: "pages", Group: true, Methods: []string{"GET", "HEAD"}},
		},
	}
}

func assertText(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}
