package cloud

import "time"

// Distribution is a CloudFront distribution as its control plane shows it. What answers may still be an older
// configuration: see Live.
type Distribution struct {
	ID, ARN string
	Domain  string // dXXXX.cloudfront.net
	Status  string // InProgress or Deployed
	ETag    string
	Changed time.Time
	Configuration
	Invalidations []*Invalidation // newest first
	Tags          []Tag

	live    *Configuration // what answers while a change is on its way; nil: Configuration
	changes int
}

// Configuration is what a distribution's owner decides.
type Configuration struct {
	Reference   string // CallerReference
	Aliases     []string
	Comment     string
	Enabled     bool
	Certificate string // ACM ARN in us-east-1
	Origins     []Origin
	Groups      []OriginGroup
	Default     Behavior
	Behaviors   []Behavior // in order; Default applies where none matches
}

// Invalidation takes paths out of a distribution's caches.
type Invalidation struct {
	ID        string
	Reference string // CallerReference
	Paths     []string
	Created   time.Time
	Status    string // InProgress or Completed
}

// Origin is one origin of a distribution.
type Origin struct {
	ID       string
	Domain   string
	Protocol string        // https-only
	Connect  time.Duration // time-out of one connection attempt
	Attempts int
	Read     time.Duration
}

// OriginGroup fails over from its first origin to its second on the listed answers and on time-outs.
type OriginGroup struct {
	ID       string
	Criteria []int // HTTP statuses
	Members  [2]string
}

// Behavior sends the paths that match Pattern to Target, an origin or an origin group, by id.
type Behavior struct {
	Pattern   string // empty in the default behaviour
	Target    string
	Methods   []string // allowed
	Cached    bool
	Protocol  string // viewer protocol policy
	CacheID   string // cache policy
	RequestID string // origin request policy
}

// Zone is a Cloudflare zone.
type Zone struct {
	ID, Name     string
	Account      string // Cloudflare account id
	Records      []*Record
	HealthChecks []*HealthCheck
	MostChecks   int     // how many health checks the plan has; 0: no limit, negative: none
	Pools        []*Pool // empty where the plan has no load balancing
}

// Record is a DNS record in Cloudflare.
type Record struct {
	ID       string
	Type     string // CNAME, A, ...
	Name     string // fully qualified, no trailing dot
	Content  string
	TTL      int // seconds; 1 is automatic
	Proxied  bool
	Comment  string
	Tags     []string // "team:web"
	Created  time.Time
	Modified time.Time
}

// HealthCheck is a Cloudflare standalone health check. What it sees is asked of the model: see World.CheckStatus.
type HealthCheck struct {
	ID, Name string
	Address  string
	Type     string // HTTPS
	Path     string
	Host     string
	Interval int // seconds
	Created  time.Time

	Description string
}

// Pool is a Cloudflare load-balancing pool.
type Pool struct {
	ID, Name string
	Enabled  bool
	Origins  []PoolOrigin
	Created  time.Time
}

// PoolOrigin is one origin of a pool.
type PoolOrigin struct {
	Name    string
	Address string
	Enabled bool
	Weight  float64
}

// Identity is who calls. Expires is zero for credentials that do not expire.
type Identity struct {
	ARN     string
	UserID  string
	Expires time.Time
}

// Users is the background traffic of the estate's public name. It goes where the edge sends it.
type Users struct {
	Pages  float64 // requests a second
	API    float64
	Writes float64 // the share of API requests that write
}
