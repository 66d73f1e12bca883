package cloud

import (
	"strings"
	"time"
)

// CloudFront's managed policies.
const (
	cachingDisabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	allViewer        = "216adef6-5c7f-47e4-b989-5492eafa07d3"
)

var (
	readMethods = []string{"HEAD", "GET", "OPTIONS"}
	allMethods  = []string{"HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"}
)

// fillEdge makes the distribution and the zone. The distribution's first origin is a name of the zone, so that one
// record moves pages and API; pages go through an origin group, the API, which takes writes, to the one origin.
func (b builder) fillEdge() {
	home, away := b.Regions[0].Balancers[0], b.Regions[1].Balancers[0]
	d := b.distribution(away)
	b.Distributions = append(b.Distributions, d)
	z := &Zone{ID: b.hex(32), Name: b.zone, Account: b.hex(32)}
	for _, r := range []Record{
		{Name: b.zone, Content: d.Domain}, {Name: "www." + b.zone, Content: d.Domain},
		{Name: "grafana." + b.zone, Content: home.DNSName}, {Name: "origin." + b.zone, Content: home.DNSName},
	} {
		r.ID, r.Type, r.TTL, r.Created, r.Modified = b.hex(32), "CNAME", 60, b.born, b.born
		z.Records = append(z.Records, &r)
	}
	for _, h := range []HealthCheck{{Name: "primary-api", Address: home.DNSName}, {Name: "standby-api", Address: away.DNSName}} {
		h.ID, h.Type, h.Path, h.Host, h.Interval, h.Created = b.hex(32), "HTTPS", "/api/health", b.zone, 60, b.born
		z.HealthChecks = append(z.HealthChecks, &h)
	}
	b.Zones = append(b.Zones, z)
}

func (b builder) distribution(away *Balancer) *Distribution {
	id := "E" + strings.ToUpper(b.hex(13))
	cert := b.certificate(b.Regions[0], 171)
	b.Regions[0].Certificates = append(b.Regions[0].Certificates, cert)
	d := &Distribution{
		ID: id, ARN: "arn:aws:cloudfront::" + b.Account + ":distribution/" + id, Domain: "d" + b.hex(13) + ".cloudfront.net",
		Status: deployed, ETag: "E" + strings.ToUpper(b.hex(13)), Changed: b.born, Tags: b.tags(b.Regions[0], b.Estate+"-cdn"),
	}
	d.Configuration = Configuration{
		Aliases: []string{b.zone, "www." + b.zone}, Comment: b.Estate + " platform", Enabled: true,
		Reference: b.uuid(), Certificate: cert.ARN,
		Origins: []Origin{origin("origin", "origin."+b.zone), origin("standby", away.DNSName)},
		Groups:  []OriginGroup{{ID: "pages", Criteria: []int{500, 502, 503, 504}, Members: [2]string{"origin", "standby"}}},
		Default: Behavior{Target: "pages", Methods: readMethods, Cached: true, Protocol: "redirect-to-https", CacheID: cachingOptimized, RequestID: allViewer},
		Behaviors: []Behavior{
			{Pattern: "/api/*", Target: "origin", Methods: allMethods, Protocol: "redirect-to-https", CacheID: cachingDisabled, RequestID: allViewer},
		},
	}
	cert.InUse = []string{d.ARN}
	return d
}

func origin(id, domain string) Origin {
	return Origin{ID: id, Domain: domain, Protocol: "https-only", Connect: 10 * time.Second, Attempts: 3, Read: 30 * time.Second}
}
