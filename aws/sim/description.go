package sim

import "time"

// Description is a simulated estate in plain words: all that a lifeboat.yaml says of it. It is how the estate was made,
// whatever has befallen it since.
type Description struct {
	Estate   string  // its name
	Strategy string  // how its second region stands by
	Seed     uint64  // of everything random
	Speed    float64 // durations are divided by it
	Endpoint string  // base URL of every AWS service, in both regions
	// Cloudflare is the base URL of Cloudflare's API, with its /client/v4.
	Cloudflare string
	Director   string // host:port
	CAFile     string // trusted for every public name and database; "" where none was written

	Regions  [2]RegionDescription // primary, standby
	Services []ServiceDescription
	Edge     EdgeDescription
	Roles    []RoleDescription // that may be assumed for changes

	Refresh Refresh
	Waits   Waits

	Stack *StackDescription // of an estate that is to be provisioned; nil: it is whole
}

// RegionDescription is what one region holds of the estate.
type RegionDescription struct {
	Name         string // us-east-1
	Environment  string // what its health answer says: the value of EdgeDescription.HealthField
	Clusters     []ClusterDescription
	Balancers    []BalancerDescription
	Databases    []DatabaseDescription
	Repositories []string
	Secrets      []string // names
	Buckets      []string // S3, without versions, for state, journal and lease
	// Probe asks this region's balancer at its own address for the health answer, under the public name.
	Probe Probe
}

// ClusterDescription is an ECS cluster.
type ClusterDescription struct {
	Name     string
	Services map[string]string // the estate's own name of a service -> what ECS calls it here
}

// BalancerDescription is an application load balancer.
type BalancerDescription struct {
	Name         string
	DNSName      string
	TargetGroups []string // names
}

// DatabaseDescription is an RDS instance and where it answers SQL. The master user must give its password; others may give any.
type DatabaseDescription struct {
	ID       string
	Host     string // to connect to, in place of the instance's endpoint
	Port     int
	User     string
	Database string
	SSLMode  string // verify-full where there is a CA file, else require
	RootCA   string
	// IsolationGroup is a security group of the region that lets nobody in.
	IsolationGroup string
}

// RoleDescription is an IAM role.
type RoleDescription struct {
	ARN       string
	MFADevice string // the second factor that it asks for: any six digits but 000000, each once in 30 s; "" for none
}

// ServiceDescription is one thing that the estate runs in both regions.
type ServiceDescription struct {
	Name       string
	Full       int // tasks where it serves
	Standby    int // tasks where it stands by
	Writes     bool
	Repository string // in ECR; "" for an image from elsewhere
	Container  string // whose image is compared
}

// EdgeDescription is where users are sent.
type EdgeDescription struct {
	Distribution string // id
	Domain       string // of the distribution
	Zone         string
	Records      []string // every name of the zone that belongs to the estate
	Resolvers    []string // host:port
	Port         int      // at which the public names answer
	HealthField  string
	Pages        Probe
	API          Probe
	Write        Probe
}

// Probe is one question over HTTP.
type Probe struct {
	URL     string
	Dial    string // host:port to connect to; "" for the URL's own
	Host    string // "" for the URL's own
	CAFile  string
	Method  string // "" for GET
	Body    string // {n} and {time} are for the asker to fill in
	Headers map[string]string
	Resolve string // the resolver that knows the URL's name
}

// Refresh is how often it is worth looking, given the speed.
type Refresh struct {
	Fast, Slow, Edge, Database time.Duration
	Metrics                    time.Duration // the period of the simulated CloudWatch
}

// Waits are how long to wait for an answer, given the speed.
type Waits struct {
	Call, Probe, Connect time.Duration
	Dark                 int // refresh periods of silence

	// Of runs: between two looks, until well counts, before an unanswered change is looked at, for the region being left, on clocks
	// that prove something, and between two runs.
	Poll, Hold, Settle, Fence, Receipt, CoolDown time.Duration
}
