// Package aws reads and changes one region of a two-region estate, and is the only code that calls AWS. A Reader gives
// immutable Snapshots; each part of one carries its own time and its own error, so that one failed call hides nothing
// else. A Changer makes the changes of a run, a request each, with the session of an Operator, and reads afresh what it
// must know for them; a Bucket keeps journals, leases and roles.
package aws

import "time"

// Part is one thing that was looked for: the last value that was seen, when, and why the newest attempt failed, if it
// did. A Part that was never seen has Seen zero and must be shown as unknown.
type Part[T any] struct {
	Value T
	Seen  time.Time // when Value was read; zero: never
	Tried time.Time // the newest attempt; zero: not tried yet
	Err   error     // why the newest attempt gave nothing (*fault.Error); nil: Value is of Tried
}

// Known says whether there is any value, of whatever age.
func (p Part[T]) Known() bool { return !p.Seen.IsZero() }

// Fresh says whether the newest attempt gave the value.
func (p Part[T]) Fresh() bool { return p.Known() && p.Err == nil }

// Age is how old the value is at now.
func (p Part[T]) Age(now time.Time) time.Duration { return now.Sub(p.Seen) }

// Next is the part after another attempt at now: a success replaces the value, a failure keeps the last one beside
// the error.
func (p Part[T]) Next(v T, err error, now time.Time) Part[T] {
	p.Tried, p.Err = now, err
	if err == nil {
		p.Value, p.Seen = v, now
	}
	return p
}

// Snapshot is what was seen of one region. It is immutable: a refresh makes a new one. Its two halves are read on
// clocks of their own and never wait for each other.
type Snapshot struct {
	Region string
	Fast
	Slow
}

// Fast is what is read on the fast clock (15 s by default).
type Fast struct {
	Identity  Part[Identity]
	Services  Part[[]Service]
	Scaling   Part[[]ScalingTarget]
	Balancers Part[[]Balancer]
	// Targets by target group name. Above 40 groups the unwell and changed ones are read at once and the rest in
	// rotation, so each has its own age.
	Targets   map[string]Part[TargetGroup]
	Databases Part[[]Database]
	Metrics   Part[Metrics]

	// API is the region's AWS API as a whole in the newest refresh. It is never an error itself.
	API Part[APIHealth]
	// Calls is how many requests the newest refresh sent, and Took how long it lasted.
	Calls int
	Took  time.Duration
}

// Slow is what is read on the slow clock (5 min by default) and on demand.
type Slow struct {
	Images       Part[[]Image]
	Listeners    Part[[]Listener]
	Certificates Part[[]Certificate]
	Snapshots    Part[[]DBSnapshot]
	Kept         Part[[]Database] // instances that were kept under another name when another took their place, oldest first
	Backups      Part[[]Backup]
	Secrets      Part[[]Secret]
	Quotas       Part[[]Quota]
}

// APIHealth is how the region's AWS API answered a refresh.
type APIHealth struct {
	Answered int           // calls that got any HTTP answer but a 5xx
	Silent   int           // calls that timed out, could not connect or got a 5xx
	Slowest  time.Duration // the slowest answered call
}

// Identity is who Lifeboat is in this region (sts:GetCallerIdentity) and how long that lasts.
type Identity struct {
	Account string
	ARN     string
	Name    string    // the last words of the ARN, for the screen: "ops-read"
	Source  string    // where the credentials come from, as the SDK names it: "SSOProvider"
	Expires time.Time // zero: they do not expire, or do not say
}

// Service is an ECS service (ecs:DescribeServices) with its tasks' images (ecs:DescribeTasks).
type Service struct {
	Cluster, Name             string
	Status                    string // ACTIVE, DRAINING, INACTIVE
	Desired, Running, Pending int
	TaskDefinition            string // family:revision
	Rollout                   string // IN_PROGRESS, COMPLETED, FAILED of the primary deployment; "" where ECS says none
	RolloutReason             string
	DeployedAt                time.Time // when the primary deployment was last updated
	Events                    []Event   // newest first, at most 10
	Stopped                   []StoppedTask
	Images                    []ContainerImage // of the running tasks; of the task definition where none runs; empty: not read yet
	TasksErr                  error            // why Images and Stopped are missing or old (*fault.Error); nil: they are not
}

// Event is a line of a service's own log.
type Event struct {
	At      time.Time
	Message string
}

// StoppedTask says why a task ended.
type StoppedTask struct {
	ID       string
	At       time.Time
	Reason   string // stoppedReason
	ExitCode *int   // of the first container that has one
}

// ContainerImage is what one container runs.
type ContainerImage struct {
	Container string
	Reference string // repository:tag or repository@digest as the task definition says
	Digest    string // "sha256:..."; "" while ECS does not say
	Running   bool   // false: read from the task definition, nothing runs
}

// ScalingTarget is an Application Auto Scaling target of a service: the floor and ceiling of its desired count.
type ScalingTarget struct {
	Cluster, Service string
	Min, Max         int
}

// Balancer is an application load balancer.
type Balancer struct {
	Name, ARN, DNSName string
	State              string // provisioning, active, active_impaired, failed
	StateReason        string
	TargetGroups       []string // names, in the order AWS gives them
}

// TargetGroup is the health of what a balancer sends to (elasticloadbalancing:DescribeTargetHealth).
type TargetGroup struct {
	Name, ARN, Balancer string
	Targets             []Target
}

// Healthy counts the targets that take traffic, and all but the draining ones.
func (g TargetGroup) Healthy() (healthy, all int) {
	for _, t := range g.Targets {
		switch t.State {
		case "healthy":
			healthy++
			all++
		case "draining", "unused":
		default:
			all++
		}
	}
	return healthy, all
}

// Target is one address behind a balancer.
type Target struct {
	ID, Zone    string
	Port        int
	State       string // initial, healthy, unhealthy, unused, draining, unavailable
	Reason      string // Target.ResponseCodeMismatch, ...
	Description string
}

// Database is an RDS instance (rds:DescribeDBInstances).
type Database struct {
	ID, ARN, ResourceID string
	Class               string
	Status              string // available, rebooting, modifying, ...
	Engine, Version     string
	Source              string   // the identifier or ARN it replicates from; "" for a writer
	Replicas            []string // identifiers or ARNs that replicate from it
	ReplicationState    string   // "replicating", "error", "terminated", ... of StatusInfos; "" where AWS gives none
	ReplicationMessage  string
	Endpoint            string
	Port                int
	MultiAZ             bool
	Encrypted           bool
	KMSKey              string
	RetentionDays       int
	LatestRestorable    time.Time // zero: none
	StorageGiB          int
	MaxStorageGiB       int // 0: no storage autoscaling
	DeletionProtection  bool
	ManagedPassword     bool   // Secrets Manager holds and rotates the master password
	ManagedSecret       string // its ARN; "" where there is none
	User, Name          string // master user, and the database that was made with it
	Subnets             []string
	Created             time.Time
	Groups              []string // ids of its security groups, those on their way in or out too
	PendingRetention    *int     // days that were ordered and are not in force yet; nil: none were
	PendingMultiAZ      *bool    // likewise
	PendingID           string   // the identifier that was ordered and is not in force yet; "" none was
	SubnetGroup         string   // DB subnet group
	ParameterGroup      string   // DB parameter group; the first where there are several
	StorageType         string
	Tags                map[string]string
	Upkeep
}

// Upkeep is how an instance is looked after. A replica takes none of it from its source.
type Upkeep struct {
	CopyTags    bool     `json:"copy_tags,omitempty"`    // of the instance to its snapshots
	AutoMinor   bool     `json:"auto_minor,omitempty"`   // minor versions are upgraded by themselves
	Insights    bool     `json:"insights,omitempty"`     // Performance Insights are on
	InsightsKey string   `json:"insights_key,omitempty"` // ARN of their key; "" where they are off
	Logs        []string `json:"logs,omitempty"`         // what goes to CloudWatch
}

// Writer says whether RDS calls it a writer: it replicates from nothing. After an unplanned promotion two do.
func (d Database) Writer() bool { return d.Source == "" }

// Metrics is one batched reading of CloudWatch (GetMetricData).
type Metrics struct {
	Balancers map[string]BalancerMetrics // by balancer name
	Databases map[string]DatabaseMetrics // by instance identifier
}

// Point is one datapoint with CloudWatch's own timestamp.
type Point struct {
	At    time.Time
	Value float64
}

// Series is a metric over time, oldest first. Empty means CloudWatch has no datapoint, which is not zero.
type Series []Point

// Last is the newest point.
func (s Series) Last() (Point, bool) {
	if len(s) == 0 {
		return Point{}, false
	}
	return s[len(s)-1], true
}

// BalancerMetrics are of AWS/ApplicationELB for one balancer.
type BalancerMetrics struct {
	Requests  Series // RequestCount, sum a period
	Errors5xx Series // HTTPCode_ELB_5XX_Count + HTTPCode_Target_5XX_Count, sum a period
	P95       Series // TargetResponseTime p95, seconds
	Period    time.Duration
}

// DatabaseMetrics are of AWS/RDS for one instance.
type DatabaseMetrics struct {
	ReplicaLag  Series // seconds; -1 is unknown, kept as AWS gave it
	SlotLag     Series // OldestReplicationSlotLag, bytes; -1: no slot
	WALDisk     Series // TransactionLogsDiskUsage, bytes
	FreeStorage Series // FreeStorageSpace, bytes
	Connections Series // DatabaseConnections
	Period      time.Duration
}

// Image is what a repository holds (ecr:DescribeImages).
type Image struct {
	Repository string
	Digest     string
	Tags       []string
	PushedAt   time.Time
	Bytes      int64
}

// Listener is a port of a balancer and its certificates.
type Listener struct {
	Balancer     string
	Port         int
	Protocol     string
	Certificates []string // ARNs
	Default      string   // what it does at the end: "redirect to HTTPS:443", "forward to NAME", "fixed 503"
}

// Certificate is an ACM certificate in this region that a listener uses.
type Certificate struct {
	ARN      string
	Domain   string
	Names    []string
	Status   string
	NotAfter time.Time
}

// DBSnapshot is a snapshot of a database, copied ones included.
type DBSnapshot struct {
	ID, Database string
	Status       string    // creating, available, ...
	Type         string    // manual, automated, awsbackup
	Created      time.Time // of this copy
	Original     time.Time // of the data: OriginalSnapshotCreateTime, else Created
	SourceRegion string    // "" where it was taken here
	Percent      int
}

// Backup is an automated backup, replicated ones included (rds:DescribeDBInstanceAutomatedBackups).
type Backup struct {
	ARN              string // what a restore names
	Database         string
	SourceRegion     string
	Status           string
	Earliest, Latest time.Time // the restore window
	RetentionDays    int
}

// Secret is a secret's metadata; its value is never read.
type Secret struct {
	Name, ARN     string
	Key, About    string    // KMS key ("" for AWS's own), description
	Rotates       time.Time // when it is rotated next; zero where it is not
	PrimaryRegion string    // "" where it is not a replica
	Changed       time.Time
	Replicas      []SecretReplica
}

// SecretReplica is the state of a secret's copy in another region.
type SecretReplica struct {
	Region, Status, Message string
	Key                     string // of that region; "" where AWS does not tell
}

// Quota is a service quota that full size needs.
type Quota struct {
	Service, Code, Name string
	Value               float64
}
