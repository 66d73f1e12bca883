package sim

import (
	"fmt"
	"net"
	"reflect"
	"testing"
	"time"

	"github.com/miekg/dns"

	"lifeboat/aws/sim/public"
)

func TestDNSFollowsTheZone(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		alb := d.Regions[0].Balancers[0].DNSName
		for name, want := range map[string]resolved{
			d.Edge.Zone:              {address: "127.0.0.2", ttl: 60}, // Cloudflare shows the end of the chain at the zone's own name
			"www." + d.Edge.Zone:     {chain: []string{d.Edge.Domain}, address: "127.0.0.2", ttl: 60},
			"GRAFANA." + d.Edge.Zone: {chain: []string{alb}, address: "127.0.0.3", ttl: 60},
			alb:                      {address: "127.0.0.3", ttl: 60},
			"nothing." + d.Edge.Zone: {ttl: 1 << 31},
		} {
			for i := range d.Edge.Resolvers {
				if got := w.resolve(t, i, name); !reflect.DeepEqual(got, want) {
					t.Errorf("resolver %d answers %+v for %s, want %+v", i, got, name, want)
				}
			}
		}
	})
}

func TestAResolverMayLagBehindAChangeByTheTTLAndNoLonger(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		name := "origin." + d.Edge.Zone
		w.resolve(t, 0, name)
		time.Sleep(20 * time.Second)
		w.point(t, name, d.Regions[1].Balancers[0].DNSName)
		if got := w.resolve(t, 0, name); got.address != "127.0.0.3" || got.ttl != 40 {
			t.Errorf("who was asked before answers %+v", got)
		}
		if got := w.resolve(t, 1, name); got.address != "127.0.0.4" || got.ttl != 60 {
			t.Errorf("who was not asked before answers %+v", got)
		}
		time.Sleep(41 * time.Second)
		if got := w.resolve(t, 0, name); got.address != "127.0.0.4" {
			t.Errorf("after the TTL it still answers %+v", got)
		}
	})
}

func TestOneListenerBringsEachNameToWhereItLastLed(t *testing.T) {
	inWorld(t, Options{Network: onlyFirst{NewMemory()}}, func(t *testing.T, w *world) {
		d := w.Description()
		shared := net.JoinHostPort("127.0.0.1", fmt.Sprint(d.Edge.Port))
		if got := w.resolve(t, 0, d.Edge.Zone).address; got != "127.0.0.1" {
			t.Fatalf("the CDN is at %s", got)
		}
		if page := w.mustAsk(t, "GET", d.Edge.Pages.URL, "", ""); page.header.Get("X-Cache") == "" {
			t.Errorf("the public name is not answered by the CDN: %v", page.header)
		}
		grafana := fmt.Sprintf("https://grafana.%s:%d/api/health", d.Edge.Zone, d.Edge.Port)
		if at := w.health(t, grafana, ""); at != "primary" {
			t.Errorf("grafana is answered by %s", at)
		}
		for _, r := range d.Regions {
			if r.Probe.Dial == shared {
				t.Errorf("the balancer of %s has no address of its own", r.Name)
			}
			if at := w.health(t, r.Probe.URL, r.Probe.Dial); at != r.Environment {
				t.Errorf("the balancer of %s at its own address says it is %s", r.Name, at)
			}
		}
		origin := fmt.Sprintf("https://origin.%s:%d/api/health", d.Edge.Zone, d.Edge.Port)
		w.resolve(t, 0, "origin."+d.Edge.Zone)
		w.point(t, "origin."+d.Edge.Zone, d.Regions[1].Balancers[0].DNSName)
		if at := w.health(t, origin, shared); at != "primary" {
			t.Errorf("who has not looked again is brought to %s", at)
		}
		w.resolve(t, 1, "origin."+d.Edge.Zone)
		if at := w.health(t, origin, shared); at != "dr" {
			t.Errorf("who has looked again is brought to %s", at)
		}
	})
}

func TestDNSAndTLSAnswerOnTheMachinesOwnLoopback(t *testing.T) {
	w := begin(t, Options{}, new(net.Dialer))
	defer w.end(t)
	d := w.Description()
	c := &dns.Client{Net: "udp"}
	m, _, err := c.Exchange(new(dns.Msg).SetQuestion(dns.Fqdn(d.Edge.Zone), dns.TypeA), d.Edge.Resolvers[2])
	if err != nil || len(m.Answer) != 1 {
		t.Fatalf("over datagrams: %v, %v", m, err)
	}
	if at := w.health(t, d.Edge.API.URL, ""); at != "primary" {
		t.Errorf("the API is served by %s", at)
	}
	for _, r := range d.Regions {
		if at := w.health(t, r.Probe.URL, r.Probe.Dial); at != r.Environment {
			t.Errorf("%s at %s says it is %s", r.Name, r.Probe.Dial, at)
		}
	}
}

// taken is a network on which the second address's port is always taken the first time.
type taken struct {
	*Memory
	times int
}

func (n *taken) Listen(network, addr string) (net.Listener, error) {
	if host, port, _ := net.SplitHostPort(addr); host == "127.0.0.3" && n.times > 0 {
		n.times--
		return nil, fmt.Errorf("port %s is taken", port)
	}
	return n.Memory.Listen(network, addr)
}

func TestAPortThatIsTakenOnOneAddressIsGivenUpOnAll(t *testing.T) {
	network := &taken{Memory: NewMemory(), times: 2}
	s, err := Start(t.Context(), Options{Network: network})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = s.Close()
		if left := len(network.listeners); left > 0 {
			t.Errorf("%d addresses are still taken after the end", left)
		}
	}()
	for _, place := range []public.Place{public.CDN, "us-east-1", "us-west-2"} {
		if _, port, _ := net.SplitHostPort(s.public.Dial[place]); port != fmt.Sprint(s.public.Port) {
			t.Errorf("%s is at %s, not at port %d", place, s.public.Dial[place], s.public.Port)
		}
	}
	if s.public.IP[public.CDN] != "127.0.0.2" {
		t.Errorf("the CDN is at %s", s.public.IP[public.CDN])
	}
}
