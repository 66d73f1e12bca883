//go:build unix

package cli_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/miekg/dns"

	model "lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/cloudflare"
)

// zoned makes a zone with one record that is none of the estate's, and gives the address of Cloudflare's API.
func (p *provisioner) zoned() string {
	p.zone.Locked(func(w *model.World) {
		blog := &model.Record{ID: fmt.Sprintf("%032x", 1), Type: "CNAME", Name: "blog.shop.example", Content: "blogs.example.net", TTL: 300, Created: time.Now(), Modified: time.Now()}
		w.Zones = append(w.Zones, &model.Zone{ID: strings.Repeat("e", 32), Name: "shop.example", Account: strings.Repeat("a", 32), Records: []*model.Record{blog}})
	})
	s := httptest.NewServer(cloudflare.Handler(p.zone))
	p.Cleanup(s.Close)
	return s.URL + cloudflare.Prefix
}

// resolving begins a resolver that follows the zone's records, and gives its address: AWS's own names are the test's server.
func (p *provisioner) resolving() string {
	p.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		p.Fatal(err)
	}
	s := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(p.resolve)}
	go func() { _ = s.ActivateAndServe() }()
	p.Cleanup(func() { _ = s.Shutdown() })
	return conn.LocalAddr().String()
}

func (p *provisioner) resolve(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg).SetReply(q)
	name, records := strings.TrimSuffix(q.Question[0].Name, "."), p.records()
	for next := records[name]; next != ""; name, next = next, records[next] {
		m.Answer = append(m.Answer, &dns.CNAME{Hdr: head(name, dns.TypeCNAME), Target: dns.Fqdn(next)})
	}
	switch {
	case !strings.HasSuffix(name, ".cloudfront.net") && !strings.HasSuffix(name, ".amazonaws.com"):
		m.Rcode = dns.RcodeNameError
	case q.Question[0].Qtype == dns.TypeA:
		m.Answer = append(m.Answer, &dns.A{Hdr: head(name, dns.TypeA), A: net.IPv4(127, 0, 0, 1)})
	}
	_ = w.WriteMsg(m)
}

func head(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: dns.Fqdn(name), Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
}

// answering begins the server that answers for both load balancers, each as itself, and for the distribution as the one that its
// origin leads to. It gives its port.
func (p *provisioner) answering() string {
	p.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		environment := "primary"
		if q.URL.RawQuery == "us-west-2" || q.URL.RawQuery == "" && strings.Contains(p.records()["origin.shop.example"], "us-west-2") {
			environment = "dr"
		}
		p.answers(w, q, environment)
	}))
	p.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		p.Fatal(err)
	}
	return port
}

// recordsAreMade: the zone leads users by the distribution to the primary, certificates are proven, both balancers are watched, and
// what is not the estate's is as it was.
func (p *provisioner) recordsAreMade() {
	p.Helper()
	records, proofs := p.records(), 0
	for name := range records {
		if strings.HasPrefix(name, "_") {
			proofs++
		}
	}
	if proofs == 0 {
		p.Errorf("no certificate was proven in Cloudflare: %v", records)
	}
	for name, end := range map[string]string{
		"shop.example": ".cloudfront.net", "origin.shop.example": ".us-east-1.elb.amazonaws.com", "grafana.shop.example": ".us-east-1.elb.amazonaws.com",
		"blog.shop.example": "blogs.example.net",
	} {
		if !strings.HasSuffix(records[name], end) {
			p.Errorf("%s leads to %q, not to one that ends in %s", name, records[name], end)
		}
	}
	p.zone.Locked(func(w *model.World) {
		if n := len(w.Zones[0].HealthChecks); n != 2 {
			p.Errorf("%d health checks, not one of each balancer", n)
		}
	})
}
