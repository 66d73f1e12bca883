package edge_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
)

// estate is the simulator's reference estate, and the edge's reader of it.
type estate struct {
	*sim.Server
	*edge.Reader
	network *sim.Memory
}

// simulated runs f in a bubble of time with a simulator on a network in memory.
func simulated(t *testing.T, f func(t *testing.T, e estate)) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIALIFEBOATSIMULATE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "simulated")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_PROFILE", "")
	synctest.Test(t, func(t *testing.T) {
		memory := sim.NewMemory()
		s, err := sim.Start(t.Context(), sim.Options{Network: memory, Seed: 7, CAFile: filepath.Join(t.TempDir(), "ca.pem")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		r, err := edge.NewReader(specOf(s.Description(), memory))
		if err != nil {
			t.Fatal(err)
		}
		f(t, estate{s, r, memory})
	})
}

// specOf is what a lifeboat.yaml of that estate comes to; network is nil for the operating system's.
func specOf(d sim.Description, network *sim.Memory) edge.Spec {
	probe := func(p sim.Probe) edge.Probe {
		return edge.Probe{URL: p.URL, Dial: p.Dial, Host: p.Host, CAFile: p.CAFile, Method: p.Method, Body: p.Body, Header: p.Headers, Resolve: p.Resolve}
	}
	s := edge.Spec{
		Environments: map[string]string{}, Field: d.Edge.HealthField, DistributionID: d.Edge.Distribution,
		Zone: d.Edge.Zone, CloudflareURL: d.Cloudflare, CloudflareKey: func() string { return "simulated" },
		Balancers: map[string]edge.Probe{}, Pages: probe(d.Edge.Pages), API: probe(d.Edge.API), Write: probe(d.Edge.Write),
		Resolvers: d.Edge.Resolvers, Timeout: d.Waits.Probe,
	}
	if network != nil {
		s.Dial = network.DialContext
	}
	s.CloudFront.Endpoint = d.Endpoint
	names := map[string][]string{}
	for _, r := range d.Regions {
		s.Regions = append(s.Regions, r.Name)
		s.Environments[r.Environment] = r.Name
		s.Balancers[r.Name] = probe(r.Probe)
		for _, b := range r.Balancers {
			names[r.Name] = append(names[r.Name], b.DNSName)
		}
	}
	s.BalancerNames = func() map[string][]string { return names }
	return s
}

// direct orders the director.
func (e estate) direct(t *testing.T, name string, args ...string) {
	t.Helper()
	if err := e.Cloud().Do(name, args...); err != nil {
		t.Fatal(err)
	}
}

// point makes a record of the zone lead elsewhere.
func (e estate) point(t *testing.T, name, to string) {
	t.Helper()
	e.Cloud().Locked(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			if r.Name == name {
				r.Content = to
				return
			}
		}
		t.Errorf("the zone has no record %s", name)
	})
}

// follow fails unless every resolver leads to an API that region answers.
func follow(t *testing.T, p edge.Probes, region string) {
	t.Helper()
	if len(p.Resolvers) != 3 {
		t.Errorf("%d resolvers", len(p.Resolvers))
	}
	for _, r := range p.Resolvers {
		if !r.Names.Fresh() || !r.API.Fresh() || r.API.Value.Region != region || r.Names.Value.TTL <= 0 {
			t.Errorf("resolver %+v, want %q", r, region)
		}
	}
}

func TestAtRestEveryProbeNamesItsRegion(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		p := e.Probes(t.Context(), edge.Probes{})
		for _, region := range []string{"us-east-1", "us-west-2"} {
			if b := p.Balancers[region]; !b.Fresh() || b.Value.Status != 200 || b.Value.Region != region || b.Value.Database == "" {
				t.Errorf("%s: %+v", region, b)
			}
		}
		if !p.Pages.Fresh() || p.Pages.Value.Status != 200 || p.Pages.Value.Via != "Miss from cloudfront" {
			t.Errorf("pages %+v", p.Pages)
		}
		if !p.API.Fresh() || p.API.Value.Region != "us-east-1" {
			t.Errorf("API %+v", p.API)
		}
		if !p.Write.Fresh() || !p.Write.Value.Writes() || p.Write.Value.Region != "us-east-1" {
			t.Errorf("write %+v", p.Write)
		}
		follow(t, p, "us-east-1")
	})
}

func TestOverTheOperatingSystemsNetworkItIsTheSame(t *testing.T) {
	s, err := sim.Start(t.Context(), sim.Options{Seed: 7, CAFile: filepath.Join(t.TempDir(), "ca.pem")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	spec := specOf(s.Description(), nil)
	r, err := edge.NewReader(spec)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Probes(t.Context(), edge.Probes{})
	follow(t, p, "us-east-1")
	if !p.Pages.Fresh() || !p.API.Fresh() || p.API.Value.Region != "us-east-1" || p.Balancers["us-west-2"].Value.Region != "us-west-2" {
		t.Errorf("%+v", p)
	}
}

func TestWithTheFirstRegionDarkPagesAreBridgedAndTheAPIIsDown(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		first := e.Probes(t.Context(), edge.Probes{})
		e.direct(t, "darken", "us-east-1")
		began := time.Now()
		p := e.Probes(t.Context(), first)
		if p.Pages.Err != nil || p.Pages.Value.Status != 200 {
			t.Errorf("pages %+v", p.Pages)
		}
		for name, part := range map[string]edge.Answer{"API": p.API.Value, "write": p.Write.Value} {
			if part.Status < 500 || part.Region != "" || part.Writes() {
				t.Errorf("%s %+v", name, part)
			}
		}
		if east := p.Balancers["us-east-1"]; fault.KindOf(east.Err) != fault.TimedOut || east.Value.Region != "us-east-1" {
			t.Errorf("us-east-1: %+v", east)
		}
		if west := p.Balancers["us-west-2"]; !west.Fresh() || west.Seen.Sub(began) > time.Second {
			t.Errorf("us-west-2: %+v, began %s", west, began)
		}
		for _, r := range p.Resolvers {
			if !r.Names.Fresh() || r.API.Value.Status < 500 {
				t.Errorf("resolver %+v", r)
			}
		}
	})
}

func TestOneRecordMovesTheAPIBehindAnUnchangedCDN(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		d := e.Description()
		e.direct(t, "darken", "us-east-1")
		e.point(t, "origin."+d.Edge.Zone, d.Regions[1].Balancers[0].DNSName)
		time.Sleep(2 * time.Minute) // the record's TTL
		p := e.Probes(t.Context(), edge.Probes{})
		follow(t, p, "us-west-2")
		if !p.API.Fresh() || p.API.Value.Region != "us-west-2" {
			t.Errorf("API %+v", p.API)
		}
	})
}

func TestTheControlPlanesSayWhereOriginsAndRecordsLead(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		c := e.Control(t.Context(), edge.Control{})
		d := e.Description()
		if !c.Distribution.Fresh() || !c.Zone.Fresh() {
			t.Fatalf("%+v", c)
		}
		if got := c.Distribution.Value; got.ID != d.Edge.Distribution || got.Domain != d.Edge.Domain || got.Status != "Deployed" || !got.Enabled || got.ETag == "" {
			t.Errorf("distribution %+v", got)
		}
		if o := c.Distribution.Value.Origins; len(o) != 2 || o[0].Region != "us-east-1" || o[1].Region != "us-west-2" || o[0].Domain != "origin."+d.Edge.Zone {
			t.Errorf("origins %+v", o)
		}
		if !edge.ProvesServing(c.Distribution, "/api/health") || edge.ProvesServing(c.Distribution, "/") {
			t.Error("the paths prove the wrong things")
		}
		for _, f := range edge.Lint(c.Distribution.Value, "/api/health", "/api/rows") {
			if f.Broken {
				t.Errorf("the reference estate is broken: %+v", f)
			}
		}
		regions := map[string]string{}
		for _, r := range c.Zone.Value.Records {
			regions[r.Name] = r.Region
		}
		zone := d.Edge.Zone
		want := map[string]string{zone: "", "www." + zone: "", "grafana." + zone: "us-east-1", "origin." + zone: "us-east-1"}
		if !maps.Equal(regions, want) {
			t.Errorf("records lead to %v, want %v", regions, want)
		}
		if checks := c.Zone.Value.Checks; !checks.Fresh() || len(checks.Value) != 2 || checks.Value[0].Status != "healthy" {
			t.Errorf("checks %+v", checks)
		}
		if pools := c.Zone.Value.Pools; fault.KindOf(pools.Err) != fault.NotFound {
			t.Errorf("pools %+v", pools)
		}
	})
}

func TestAControlPlaneThatIsDownFailsAlone(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		first := e.Control(t.Context(), edge.Control{})
		e.direct(t, "break-call", "cloudfront", "GetDistribution", "Throttling")
		e.direct(t, "break-call", "cloudflare", "ListHealthchecks", "ServiceUnavailable")
		second := e.Control(t.Context(), first)
		if fault.KindOf(second.Distribution.Err) != fault.Throttled || second.Distribution.Value.ID == "" {
			t.Errorf("distribution %+v", second.Distribution)
		}
		if !second.Zone.Fresh() || second.Zone.Value.Checks.Err == nil || len(second.Zone.Value.Checks.Value) != 2 {
			t.Errorf("zone %+v", second.Zone)
		}
		e.direct(t, "restore")
		e.direct(t, "break-call", "cloudflare", "ListRecords", "ServiceUnavailable")
		third := e.Control(t.Context(), second)
		if !third.Distribution.Fresh() || third.Zone.Err == nil || len(third.Zone.Value.Records) != 4 {
			t.Errorf("%+v", third)
		}
	})
}

func TestARebootingDatabaseIsAnAnswerAndNoSilence(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		e.direct(t, "reboot-database", "us-east-1")
		time.Sleep(15 * time.Second)
		p := e.Probes(t.Context(), edge.Probes{})
		if b := p.Balancers["us-east-1"]; b.Err != nil || b.Value.Status != 503 {
			t.Errorf("us-east-1: %+v", b)
		}
		if p.API.Err != nil || p.API.Value.Status != 503 {
			t.Errorf("API %+v", p.API)
		}
	})
}

func TestARecordThatLeadsPastTheCDNIsSeenByItsResolvers(t *testing.T) {
	simulated(t, func(t *testing.T, e estate) {
		d := e.Description()
		first := e.Probes(t.Context(), edge.Probes{})
		e.point(t, d.Edge.Zone, d.Regions[1].Balancers[0].DNSName)
		soon := e.Probes(t.Context(), first) // resolvers still hold the old answer
		follow(t, soon, "us-east-1")
		time.Sleep(2 * time.Minute)
		late := e.Probes(t.Context(), soon)
		follow(t, late, "us-west-2")
		if late.API.Value.Via != "" {
			t.Errorf("API %+v came through the CDN", late.API)
		}
	})
}
