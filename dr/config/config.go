// Package config reads, checks and writes lifeboat.yaml: what an estate is made of and where to look for it. It holds
// no secret: tokens and passwords come from the environment or the usual credential chains.
package config

import "time"

// Config is lifeboat.yaml.
type Config struct {
	Version    int        `yaml:"version"` // 1
	Estate     string     `yaml:"estate"`  // its name on screens, in journals and in paths
	Strategy   Strategy   `yaml:"strategy"`
	Objectives Objectives `yaml:"objectives"`
	Regions    Regions    `yaml:"regions"`
	Services   []Service  `yaml:"services"`
	Edge       Edge       `yaml:"edge"`
	Operator   Operator   `yaml:"operator,omitempty"`
	Journal    Journal    `yaml:"journal,omitempty"`
	Roles      Roles      `yaml:"roles,omitempty"`
	Gates      Gates      `yaml:"gates,omitempty"`
	Refresh    Refresh    `yaml:"refresh,omitempty"`
	Waits      Waits      `yaml:"waits,omitempty"`
	Terraform  Terraform  `yaml:"terraform,omitempty"`
	// Simulated is set only in configs that the simulator writes. It labels every screen.
	Simulated *Simulated `yaml:"simulated,omitempty"`

	// Path is the file that this was read from; not part of the file.
	Path string `yaml:"-"`
}

// Strategy is how the standby stands by.
type Strategy string

const (
	WarmStandby Strategy = "warm-standby"
	ColdStandby Strategy = "cold-standby"
	PilotLight  Strategy = "pilot-light"
)

// Words is the strategy as a person says it: "warm standby".
func (s Strategy) Words() string {
	switch s {
	case WarmStandby:
		return "warm standby"
	case ColdStandby:
		return "cold standby"
	case PilotLight:
		return "pilot light"
	}
	return string(s)
}

// Objectives are what the estate promises.
type Objectives struct {
	RPO Duration `yaml:"rpo"` // how much data may be lost; 5m
	RTO Duration `yaml:"rto"` // how long users may wait; 1h
}

// Regions are the two regions as they were built. Who serves and who writes is read, not written here.
type Regions struct {
	Primary Region `yaml:"primary"`
	Standby Region `yaml:"standby"`
}

// Region is where one half of the estate runs and what it is called there.
type Region struct {
	Name     string `yaml:"name"` // us-east-1
	Profile  string `yaml:"profile,omitempty"`
	RoleARN  string `yaml:"role_arn,omitempty"`
	Endpoint string `yaml:"endpoint,omitempty"` // overrides AWS's own, for emulators
	CAFile   string `yaml:"ca_file,omitempty"`

	// Environment is what this region's health answer says it is: "primary", "dr".
	Environment string `yaml:"environment"`

	Discover     Discover   `yaml:"discover,omitempty"`
	Clusters     []Cluster  `yaml:"clusters,omitempty"`
	Balancers    []Balancer `yaml:"balancers,omitempty"`
	Databases    []Database `yaml:"databases,omitempty"`
	Repositories []string   `yaml:"repositories,omitempty"`
	Secrets      []string   `yaml:"secrets,omitempty"`

	// Probe asks this region's load balancer directly, at its own address under the real Host.
	Probe Probe `yaml:"probe,omitempty"`
}

// Discover finds at start what is not named: by tag, or by name prefix.
type Discover struct {
	Tag    *Tag   `yaml:"tag,omitempty"`
	Prefix string `yaml:"prefix,omitempty"`
}

// Tag is an AWS tag.
type Tag struct {
	Key   string `yaml:"key"`
	Value string `yaml:"value"`
}

// Cluster is an ECS cluster.
type Cluster struct {
	Name string `yaml:"name"`
	// Services maps the estate's own service name to what ECS calls it here: {backend: prod-backend}. Empty: those
	// that discovery finds, under their own names less the prefix.
	Services map[string]string `yaml:"services,omitempty"`
}

// Balancer is an application load balancer.
type Balancer struct {
	Name         string   `yaml:"name"`
	TargetGroups []string `yaml:"target_groups,omitempty"` // empty: all of its groups
}

// Database is an RDS instance and, if wanted, how to ask it itself.
type Database struct {
	ID         string      `yaml:"id"`
	Connection *Connection `yaml:"connection,omitempty"`
	// IsolationGroup is a security group that lets nobody in, made beforehand: an old writer is moved to it.
	IsolationGroup string `yaml:"isolation_group,omitempty"`
}

// Connection is how to reach a database over SQL. Its password comes from the environment variable named here, or
// from PostgreSQL's own password file.
type Connection struct {
	Host        string `yaml:"host"`
	Port        int    `yaml:"port,omitempty"` // 5432
	User        string `yaml:"user"`
	Database    string `yaml:"database"`
	SSLMode     string `yaml:"sslmode,omitempty"` // verify-full
	RootCA      string `yaml:"root_ca,omitempty"`
	PasswordEnv string `yaml:"password_env,omitempty"`
	// Heartbeat is a table (schema.name) with a column `at timestamptz` that something on the primary keeps current.
	Heartbeat string `yaml:"heartbeat,omitempty"`
}

// Service is one thing that the estate runs, in both regions.
type Service struct {
	Name       string `yaml:"name"`
	Full       int    `yaml:"full"`                 // tasks when its region serves
	Standby    int    `yaml:"standby"`              // tasks when it stands by warm
	Writes     bool   `yaml:"writes,omitempty"`     // it writes to the database: a fence stops it
	Repository string `yaml:"repository,omitempty"` // ECR; its image must be in both regions
	Container  string `yaml:"container,omitempty"`  // whose image is compared; default: the first
}

// StandsBy is how many tasks of a service stand by: those of a warm standby, as the file says. The others run none until they are needed.
func (c *Config) StandsBy(s Service) int {
	if c.Strategy == ColdStandby || c.Strategy == PilotLight {
		return 0
	}
	return s.Standby
}

// Edge is where users are sent.
type Edge struct {
	Distribution string     `yaml:"distribution,omitempty"` // CloudFront id
	Profile      string     `yaml:"profile,omitempty"`      // for CloudFront; default the primary's
	Cloudflare   Cloudflare `yaml:"cloudflare,omitempty"`
	Resolvers    []string   `yaml:"resolvers,omitempty"`    // host or host:port
	HealthField  string     `yaml:"health_field,omitempty"` // dotted path in the health answer; "environment"
	Pages        Probe      `yaml:"pages,omitempty"`
	API          Probe      `yaml:"api,omitempty"`
	Write        Probe      `yaml:"write,omitempty"`
}

// Cloudflare is the zone; its token comes from CLOUDFLARE_API_TOKEN.
type Cloudflare struct {
	Zone     string   `yaml:"zone,omitempty"`
	Records  []string `yaml:"records,omitempty"`
	Endpoint string   `yaml:"endpoint,omitempty"`
	TokenEnv string   `yaml:"token_env,omitempty"` // default CLOUDFLARE_API_TOKEN
}

// Probe is a question over HTTP; empty means it is not asked.
type Probe struct {
	URL     string            `yaml:"url,omitempty"`
	Dial    string            `yaml:"dial,omitempty"` // host:port to connect to instead
	Host    string            `yaml:"host,omitempty"`
	CAFile  string            `yaml:"ca_file,omitempty"`
	Method  string            `yaml:"method,omitempty"`
	Body    string            `yaml:"body,omitempty"` // {n} and {time} are filled in
	Headers map[string]string `yaml:"headers,omitempty"`
	Resolve string            `yaml:"resolve,omitempty"` // resolver to look the URL's name up at; default the system's
}

// Operator is who changes things. Without it changes are made as reading is; with it the role is assumed after a gate
// was passed, by the STS of the region that takes over, and used in both regions.
type Operator struct {
	RoleARN   string   `yaml:"role_arn,omitempty"`
	Profile   string   `yaml:"profile,omitempty"`    // what the role is assumed with; default the region's
	MFASerial string   `yaml:"mfa_serial,omitempty"` // ARN of the second factor that the role asks for
	Session   Duration `yaml:"session,omitempty"`    // how long a session lasts; 1h
}

// Journal is where runs are kept, and the lease that lets one run at a time change the estate. Without a bucket both are
// files of this machine, which no other machine sees.
type Journal struct {
	Bucket string   `yaml:"bucket,omitempty"`
	Region string   `yaml:"region,omitempty"` // the bucket's, one of the estate's; default the standby's
	Prefix string   `yaml:"prefix,omitempty"` // "lifeboat/"; ends in a slash
	Lease  Duration `yaml:"lease,omitempty"`  // how long a lease outlives its last renewal; 30s
}

// Roles is the file that says who writes and how many tasks run where, which Terraform reads: an object of a bucket in
// the journal's region, or a file of this machine.
type Roles struct {
	Bucket string `yaml:"bucket,omitempty"` // default the journal's
	Key    string `yaml:"key,omitempty"`    // default the journal's prefix and roles.auto.tfvars.json
}

// Gates says which gates two people must pass, with two identities, which needs a journal in a bucket.
type Gates struct {
	TwoPeople []string `yaml:"two_people,omitempty"` // open, promote, edge
}

// GateNames are the gates that can be set to need two people.
var GateNames = []string{"open", "promote", "edge"}

// Refresh is how often things are read.
type Refresh struct {
	Fast     Duration `yaml:"fast,omitempty"`     // 15s
	Slow     Duration `yaml:"slow,omitempty"`     // 5m
	Edge     Duration `yaml:"edge,omitempty"`     // 15s
	Database Duration `yaml:"database,omitempty"` // 15s
	Metrics  Duration `yaml:"metrics,omitempty"`  // CloudWatch period, 1m
}

// Waits are Lifeboat's own waits and deadlines.
type Waits struct {
	Call    Duration `yaml:"call,omitempty"`    // one AWS call, 5s
	Probe   Duration `yaml:"probe,omitempty"`   // one probe, 5s
	Connect Duration `yaml:"connect,omitempty"` // a database connection, 5s
	Dark    int      `yaml:"dark,omitempty"`    // refresh periods of silence before a region is called dark, 3

	Poll     Duration `yaml:"poll,omitempty"`      // between two looks of a run, 5s
	Hold     Duration `yaml:"hold,omitempty"`      // how long it must stay well before a run calls it done, 30s
	Settle   Duration `yaml:"settle,omitempty"`    // before a change without an answer is looked at, 2s
	Fence    Duration `yaml:"fence,omitempty"`     // how long an unplanned run waits for the region that it leaves, 1m
	Receipt  Duration `yaml:"receipt,omitempty"`   // margin on clocks that prove that nothing is lost, 1m
	Grace    Duration `yaml:"grace,omitempty"`     // for tasks to turn healthy while the database reboots, 20m
	Step     Duration `yaml:"step,omitempty"`      // the longest that a promotion or a deployment may take, 30m
	CoolDown Duration `yaml:"cool_down,omitempty"` // between two runs, 30m
	Healthy  Duration `yaml:"healthy,omitempty"`   // how long a region that comes back must stay well before it is built on, 15m
	Replica  Duration `yaml:"replica,omitempty"`   // the longest that a snapshot, a new replica or its catching up may take, 6h
}

// Simulated says that this estate is a simulator's.
type Simulated struct {
	Director string `yaml:"director"` // host:port of the director's HTTP interface
}

// Duration is a time as a person writes it: 15s, 5m, 1h30m.
type Duration time.Duration

// D is the duration.
func (d Duration) D() time.Duration { return time.Duration(d) }
