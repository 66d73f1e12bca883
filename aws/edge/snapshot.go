// Package edge looks at where users are sent: CloudFront, Cloudflare's records, resolvers, and probes of each load
// balancer and of the public names, all from the operator's seat. It proves which region serves. Its Reader changes
// nothing; its Changer moves users.
package edge

import (
	"time"

	"lifeboat/aws"
)

// Snapshot is what was seen of the edge. It is immutable. Its halves are read on clocks of their own.
type Snapshot struct {
	Probes
	Control
}

// Probes is what is asked over the network on the fast clock.
type Probes struct {
	Balancers map[string]aws.Part[Answer] // by region name: each load balancer at its own address under the real Host
	Pages     aws.Part[Answer]            // the public page
	API       aws.Part[Answer]            // the public health path
	Write     aws.Part[Answer]            // the write probe; Err is fault.NotConfigured without one
	Resolvers []Resolution                // the public name, asked of each resolver, in the config's order
}

// Answer is one HTTP answer. Any status is an answer: a 5xx is sick, only silence is dark.
type Answer struct {
	Status      int
	Took        time.Duration
	Environment string // the field that names the site; "" where the body has none
	Region      string // the region that Environment stands for in lifeboat.yaml; "" if no region claims it
	Database    string // database.status of the health answer, "" where there is none
	Address     string // what was dialled
	Via         string // the CDN's own word: "Hit from cloudfront", ...; "" where it says none
	Server      string
}

// Healthy says whether the answer is a success (2xx or 3xx).
func (a Answer) Healthy() bool { return a.Status >= 200 && a.Status < 400 }

// Resolution is what one resolver answers for the public name, and what the public API path answers at that address.
type Resolution struct {
	Resolver string // host:port
	Names    aws.Part[Resolved]
	API      aws.Part[Answer]
}

// Resolved is an answer of DNS.
type Resolved struct {
	Chain     []string // CNAMEs, in order
	Addresses []string
	TTL       time.Duration // the smallest of the chain
}

// Control is what the edge's control planes say, read on the slow clock and on demand. Both lean on planes that may be
// down in an incident, so nothing of the verdict waits for them.
type Control struct {
	Distribution aws.Part[Distribution]
	Zone         aws.Part[Zone]
}

// Distribution is a CloudFront distribution's configuration and state.
type Distribution struct {
	ID, ARN, Domain string
	Status          string // Deployed, InProgress
	Enabled         bool
	Aliases         []string
	Origins         []Origin
	Groups          []OriginGroup
	Behaviors       []Behavior // in CloudFront's order of precedence, the default ("*") last
	ETag            string
	Changed         time.Time
	Certificate     string // ACM ARN
}

// Origin is where the CDN fetches from, by its id.
type Origin struct {
	ID, Domain      string
	Protocol        string // http-only, https-only, match-viewer
	ConnectAttempts int
	ConnectTimeout  time.Duration
	ReadTimeout     time.Duration
	Region          string // the region whose balancer (or name) Domain is, "" where it is not known
}

// OriginGroup is a pair of origins and the statuses on which the second is asked.
type OriginGroup struct {
	ID       string
	Members  []string // origin ids, the first is the primary
	Statuses []int
}

// Behavior is what the CDN does with a path.
type Behavior struct {
	Path    string
	Target  string // an origin's or an origin group's id
	Group   bool   // Target is an origin group: a GET that passes it proves nothing about who serves
	Methods []string
}

// BehaviorFor is the behaviour that CloudFront applies to path.
func (d Distribution) BehaviorFor(path string) (Behavior, bool) {
	for _, b := range d.Behaviors {
		if b.Path == "*" || matches(b.Path, path) {
			return b, true
		}
	}
	return Behavior{}, false
}

// Zone is the part of a Cloudflare zone that belongs to the estate.
type Zone struct {
	Name    string
	Records []Record
	Checks  aws.Part[[]HealthCheck] // fails alone: not every plan has them
	Pools   aws.Part[[]Pool]        // fails alone: a paid feature
}

// Record is a DNS record.
type Record struct {
	ID, Name, Type, Content string
	TTL                     time.Duration // 0: Cloudflare's automatic
	Proxied                 bool
	Ours                    bool   // Lifeboat made it
	Region                  string // the region that Content leads to; "" where it leads to the CDN or is not known
	End                     string // the last name that Content leads to through the zone, in lower case; its own where it leaves the zone
}

// HealthCheck is a Cloudflare health check. It watches a record and does not steer.
type HealthCheck struct {
	ID, Name, Address string
	Status            string // healthy, unhealthy, unknown, suspended
	Reason            string
	Ours              bool // Lifeboat made it
}

// Pool is a load-balancing pool of Cloudflare.
type Pool struct {
	ID, Name string
	Enabled  bool
	Healthy  *bool // nil where Cloudflare does not say
	Origins  []PoolOrigin
}

// PoolOrigin is a member of a pool.
type PoolOrigin struct {
	Name, Address string
	Enabled       bool
	Healthy       *bool
}
