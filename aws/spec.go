package aws

import (
	"context"
	"net"
	"time"
)

// Spec is what a Reader is told of its region: where to look and for what. It comes from lifeboat.yaml.
type Spec struct {
	Region   string
	Profile  string // shared-config profile; "" for the ambient credentials
	RoleARN  string // assumed for reading, through regional STS; "" for none
	Endpoint string // overrides every service's endpoint; "" for AWS's own
	CAFile   string // trusted beside the system's, for an endpoint override

	Clusters     []ClusterSpec
	Balancers    []string // names
	TargetGroups []string // names; empty: all groups of Balancers
	Databases    []string // instance identifiers
	Repositories []string
	Secrets      []string // names or ARNs
	Discover     Discover // finds what is not named
	Replicates   []string // instance identifiers of the OTHER region whose replicated backups are looked for here

	// Asked is told of every request right before it is sent, with the request's own ctx, by whatever client LoadConfig's
	// configuration makes. It may be called from many goroutines at once, and must not wait.
	Asked func(ctx context.Context, a Asked)

	Now         func() time.Time
	Dial        func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer
	CallTimeout time.Duration                                                     // one request, retries included; default 5 s
	MetricEvery time.Duration                                                     // CloudWatch period; default 60 s
	LagWindow   time.Duration                                                     // how far back the lag series goes; default 1 h
}

// ClusterSpec is an ECS cluster and the services of it that belong to the estate; none named: those that Discover
// finds in it.
type ClusterSpec struct {
	Name     string
	Services []string
}

// Discover finds resources by tag or by name prefix where they are not named. The zero value finds nothing.
type Discover struct {
	TagKey, TagValue string
	Prefix           string
}
