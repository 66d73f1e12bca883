package edge

import (
	"context"
	"net"
	"time"

	"lifeboat/aws"
)

// Spec is what the edge's reader and its changer are told. It comes from lifeboat.yaml.
type Spec struct {
	Regions      []string          // the two regions' names, primary first
	Environments map[string]string // what the health field says -> region name
	Field        string            // the health answer's field that names the site, dotted path; "environment"

	DistributionID string   // "" for none
	CloudFront     aws.Spec // how CloudFront is reached: profile, role, endpoint; its own Asked is not told
	Zone           string   // Cloudflare zone name, "" for none
	Records        []string // names of the zone that belong to the estate; empty: every name that leads to the CDN or a balancer
	CloudflareURL  string   // endpoint override
	CloudflareKey  func() string
	By             *aws.Operator // who changes CloudFront; nil: who reads it
	// BalancerNames gives the balancers' DNS names as last read, by region, so that origins and records can be named
	// by the region they lead to.
	BalancerNames func() map[string][]string

	Balancers map[string]Probe // by region name
	Pages     Probe
	API       Probe
	Write     Probe
	Resolvers []string // host:port

	// Asked is told of every request to CloudFront and Cloudflare right before it is sent, with the context that it is sent
	// under. Probes and resolvers are none. nil: nobody is told.
	Asked func(ctx context.Context, a aws.Asked)

	Now     func() time.Time
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer
	Timeout time.Duration                                                     // one probe; default 5 s
}

// Probe is one question over HTTP. The zero value asks nothing.
type Probe struct {
	URL    string
	Dial   string // host:port to connect to in place of the URL's own; "" for the URL's
	Host   string // Host header and TLS name; "" for the URL's
	CAFile string // trusted beside the system's
	Method string // default GET
	Body   string
	Header map[string]string
	// Resolve makes the name of URL be looked up at this resolver; "" for the system's.
	Resolve string
}
