package cloud

import "time"

// Balancer is an Application Load Balancer.
type Balancer struct {
	Name, ARN string
	DNSName   string // NAME-digits.REGION.elb.amazonaws.com; the public data plane answers under it
	ZoneID    string
	VPC       string
	AZs       []string
	Created   time.Time
	Listeners []*Listener
	Tags      []Tag

	region *Region
	counts counts // what the present metric period has seen
}

// Listener is one port of a balancer. Rules are in order of priority; the last one is the default.
type Listener struct {
	ARN         string
	Balancer    *Balancer
	Port        int
	Protocol    string // HTTP or HTTPS
	Certificate string // ARN, for HTTPS
	Rules       []*Rule
}

// Rule sends the requests that it matches to a target group, or to the same address over HTTPS, or, having neither,
// answers 503 itself. An empty condition matches everything; * is any run of characters.
type Rule struct {
	ARN           string
	Priority      int // 0: the default rule
	Host, Path    string
	TargetGroup   *TargetGroup
	RedirectHTTPS bool // answer 301 to https://#{host}:443/#{path}
}

// TargetGroup is a group of tasks behind a balancer, with its health check.
type TargetGroup struct {
	Name, ARN string
	Port      int
	Path      string // of the health check
	Interval  time.Duration
	Timeout   time.Duration
	Healthy   int // checks in a row to turn healthy
	Unhealthy int // checks in a row to turn unhealthy
	Delay     time.Duration
	VPC       string
	Balancer  *Balancer
	Targets   []*Target
	Tags      []Tag

	region *Region
	turn   int // round robin
	counts counts
}

// Target states, as ELB names them.
const (
	TargetInitial   = "initial"
	TargetHealthy   = "healthy"
	TargetUnhealthy = "unhealthy"
	TargetDraining  = "draining"
)

// Target is one task in a target group.
type Target struct {
	Task        *Task
	IP          string
	Port        int
	AZ          string
	State       string
	Reason      string // e.g. Target.ResponseCodeMismatch; empty when healthy
	Description string
	Since       time.Time // when State began

	group   *TargetGroup
	seen    int // what its health check sees: an HTTP status, 0 for no answer
	pending int // counts verdicts asked for, so that an overtaken one is dropped
}
