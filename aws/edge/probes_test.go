package edge

import (
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// shop is an estate in memory: two balancers, a CDN at 10.0.0.5 that leads to the first, and three resolvers.
func shop(serve map[string]func(net.Conn)) Spec {
	p := &pipes{serve: serve}
	health := Probe{URL: "http://shop.example/api/health"}
	at := func(address string) Probe {
		return Probe{URL: health.URL, Dial: address}
	}
	return Spec{
		Regions: []string{"us-east-1", "us-west-2"}, Environments: map[string]string{"primary": "us-east-1", "dr": "us-west-2"},
		Balancers: map[string]Probe{"us-east-1": at("10.0.0.2:80"), "us-west-2": at("10.0.0.3:80")},
		API:       Probe{URL: health.URL, Resolve: "10.0.0.51:53"}, Pages: Probe{URL: "http://shop.example/", Resolve: "10.0.0.51:53"},
		Resolvers: []string{"10.0.0.51:53", "10.0.0.52:53", "10.0.0.53:53"},
		Dial:      p.dial,
	}
}

func leads(address string) func(net.Conn) {
	return names(map[string][]string{"shop.example A": {"shop.example. 60 A " + address}})
}

func TestARegionThatNeverAnswersDoesNotDelayTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := reader(t, shop(map[string]func(net.Conn){
			"10.0.0.3:80": web(says(200, `{"environment":"dr","database":{"status":"up"}}`)), "10.0.0.5:80": hold,
			"10.0.0.51:53": leads("10.0.0.5"), "10.0.0.52:53": leads("10.0.0.3"),
		}))
		p := r.Probes(t.Context(), Probes{})
		west, east := p.Balancers["us-west-2"], p.Balancers["us-east-1"]
		if !west.Fresh() || west.Value.Region != "us-west-2" || west.Value.Database != "up" || !west.Seen.Equal(began) {
			t.Errorf("us-west-2 %+v, began %s", west, began)
		}
		kindIs(t, east.Err, fault.TimedOut)
		kindIs(t, p.API.Err, fault.TimedOut)
		kindIs(t, p.Write.Err, fault.NotConfigured)
		if p.Write.Known() || p.Write.Tried.IsZero() {
			t.Errorf("write %+v", p.Write)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("took %s: the questions waited for each other", took)
		}
	})
}

func TestEachResolverIsFollowedToTheRegionThatAnswersThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		east, west := web(says(200, `{"environment":"primary"}`)), web(says(200, `{"environment":"dr"}`))
		r := reader(t, shop(map[string]func(net.Conn){
			"10.0.0.2:80": east, "10.0.0.3:80": west,
			"10.0.0.51:53": leads("10.0.0.3"), "10.0.0.52:53": leads("10.0.0.2"), "10.0.0.53:53": names(nil),
		}))
		p := r.Probes(t.Context(), Probes{})
		var regions []string
		for _, each := range p.Resolvers {
			regions = append(regions, each.Resolver+" "+each.API.Value.Region)
		}
		if want := []string{"10.0.0.51:53 us-west-2", "10.0.0.52:53 us-east-1", "10.0.0.53:53 "}; !slices.Equal(regions, want) {
			t.Errorf("regions %v, want %v", regions, want)
		}
		if got := p.Resolvers[0].Names.Value; !slices.Equal(got.Addresses, []string{"10.0.0.3"}) || got.TTL != time.Minute {
			t.Errorf("names %+v", got)
		}
		kindIs(t, p.Resolvers[2].Names.Err, fault.NotFound)
		kindIs(t, p.Resolvers[2].API.Err, fault.NotFound)
	})
}

func TestPagesAloneAreFollowedByNameOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := shop(map[string]func(net.Conn){"10.0.0.51:53": leads("10.0.0.2")})
		spec.API, spec.Resolvers = Probe{}, spec.Resolvers[:1]
		p := reader(t, spec).Probes(t.Context(), Probes{})
		if !p.Resolvers[0].Names.Fresh() {
			t.Errorf("names %+v", p.Resolvers[0].Names)
		}
		kindIs(t, p.Resolvers[0].API.Err, fault.NotConfigured)
	})
}

func TestWhatFailsKeepsWhatWasLastSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		serve := map[string]func(net.Conn){
			"10.0.0.2:80":  web(says(200, `{"environment":"primary"}`)),
			"10.0.0.51:53": leads("10.0.0.2"), "10.0.0.52:53": leads("10.0.0.2"), "10.0.0.53:53": leads("10.0.0.2"),
		}
		r := reader(t, shop(serve))
		first := r.Probes(t.Context(), Probes{})
		time.Sleep(15 * time.Second)
		serve["10.0.0.2:80"], serve["10.0.0.52:53"] = hold, hold
		second := r.Probes(t.Context(), first)
		for name, pair := range map[string][2]aws.Part[Answer]{
			"API": {first.API, second.API}, "balancer": {first.Balancers["us-east-1"], second.Balancers["us-east-1"]},
			"resolver": {first.Resolvers[1].API, second.Resolvers[1].API},
		} {
			was, is := pair[0], pair[1]
			if !was.Fresh() || is.Fresh() || is.Value != was.Value || is.Seen != was.Seen || !is.Tried.After(was.Tried) {
				t.Errorf("%s: was %+v, is %+v", name, was, is)
			}
		}
		if is := second.Resolvers[1].Names; is.Err == nil || len(is.Value.Addresses) != 1 {
			t.Errorf("names %+v", is)
		}
	})
}

func TestWithoutAPublicNameNoResolverIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := shop(nil)
		spec.API, spec.Pages, spec.Balancers = Probe{}, Probe{}, nil
		p := reader(t, spec).Probes(t.Context(), Probes{})
		if len(p.Resolvers) != 0 {
			t.Errorf("resolvers %+v", p.Resolvers)
		}
		for _, region := range spec.Regions {
			kindIs(t, p.Balancers[region].Err, fault.NotConfigured)
		}
	})
}
