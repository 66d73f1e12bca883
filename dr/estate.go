// Package dr is disaster recovery itself: what is known of an estate, what that means, and what can be done. It knows
// no terminal.
package dr

import (
	"fmt"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// What views are shown of the readers, under dr's own name: views import no reader.
type (
	Snapshot     = aws.Snapshot
	EdgeSnapshot = edge.Snapshot
	Answer       = edge.Answer
	AnswerPart   = aws.Part[edge.Answer]
	Reading      = pg.Reading
	Point        = aws.Point
)

// Level is how good or bad a thing is. The zero value is Unknown: nothing is good by default.
type Level int

const (
	Unknown Level = iota
	Good          // seen to be well just now
	Idle          // nothing expected of it, and nothing wrong: a standby's zero tasks
	Warn
	Bad
)

// Estate is everything that is known at one moment, joined and judged. It is immutable; a new reading of any part
// makes a new one with a higher Revision.
type Estate struct {
	Revision   uint64
	At         time.Time // when it was joined
	Name       string
	Strategy   config.Strategy
	Objectives config.Objectives
	Simulated  bool
	Complete   bool // every reader has finished its first round, well or not

	Regions     [2]Region // primary and standby as built; who serves is in Verdict
	Path        Path
	Replication Replication
	Risk        Risk
	Verdict     Verdict
	Feed        []Change // newest first, at most 500
	Edge        EdgeSnapshot

	Record Record  // what the journals of its runs tell
	Split  *Split  // a writer beside the writer of record; nil where none was seen
	Checks []Check // could users be taken to the region that stands by, in a failover of this minute?

	past     memory  // what the next join compares with
	joined   *join   // what it was made with; nil where no join has made it
	outdated [2]bool // a region's registry was read before an image was deployed that must be in it
}

// Seen says how far a figure may be trusted. Every figure on a screen comes with one.
type Seen struct {
	At     time.Time // when the value was read; zero: never, so there is no value
	Old    bool      // the newest attempt failed, or it is older than three periods: draw it as old, never as well
	Why    string    // why it is unknown or old, in words; "" where it is fresh
	Remedy string    // what to do about it; "" where there is nothing to do
}

// Known says whether there is a value at all.
func (s Seen) Known() bool { return !s.At.IsZero() }

// Role is what a region was built as, or is now.
type Role string

const (
	Primary Role = "primary"
	Standby Role = "standby"
)

// Condition is a region's state in one word.
type Condition string

const (
	CondUnknown  Condition = "unknown"         // not enough was seen yet
	CondServing  Condition = "serving"         // proven to answer users
	CondReady    Condition = "ready"           // stands by, and could take over
	CondNotReady Condition = "not ready"       // stands by, and could not take over now
	CondSick     Condition = "sick"            // answers, but not well
	CondDark     Condition = "dark"            // does not answer, by at least two independent silent signals for three periods
	CondVacant   Condition = "not provisioned" // nothing of the estate is in it yet
	CondSilent   Condition = "silent"          // does not answer, but not yet long or surely enough to be called dark
)

// Region is one half of the estate.
type Region struct {
	Name      string
	Built     Role
	Condition Condition
	Level     Level
	Since     time.Time // when Condition began, as far as this process saw
	Why       string    // the cause in words; "" where all is well
	Remedy    string    // the cheapest thing to do about it, first
	Blocking  []string  // what keeps a standby from being ready, gravest first; nil for a region that serves
	Signals   []Signal  // what the condition was made of

	Balancers []Balancer
	Services  []Service // in lifeboat.yaml's order
	Databases []Database
	Kept      []KeptDatabase // old databases that another took the place of, oldest first
	Newest    RecoveryPoint  // the newest point that this region could be restored to
	Session   Session
	Findings  []Finding // everything else worth a person's eye: certificates, quotas, secrets

	Seen Seen                            // of the region's API as a whole
	Raw  *Snapshot                       // for details; nil before the first reading
	SQL  map[string]aws.Part[pg.Reading] // by database identifier; absent where no connection is configured
}

// Signal is one independent sign of life.
type Signal struct {
	Name   string    // "AWS API", "balancer", "public API", "database"
	Silent bool      // design.md's sense: time-out, refused connection, AWS API 5xx
	Asked  bool      // false: not configured, or not tried yet: it counts for nothing
	Since  time.Time // first of the unbroken run of silence
	Text   string    // "timed out after 5 s", "answers 200 in 41 ms"

	tried time.Time // the reading that it is of
	runs  int       // silent readings in that run
}

// Balancer is a load balancer with its targets, traffic and direct probe.
type Balancer struct {
	Name         string
	Healthy, All int
	Level        Level
	Word         string // "4/4 healthy", "no target", "? was 4/4"
	Requests     Figure // a second
	Errors       Figure // per cent of requests that ended 5xx
	P95          Figure // seconds
	Probe        ProbeResult
	Groups       []TargetGroup
	Seen         Seen
}

// TargetGroup is one group behind a balancer.
type TargetGroup struct {
	aws.TargetGroup
	Level Level
	Seen  Seen
}

// Figure is a number that may be missing. Missing is not zero.
type Figure struct {
	Value float64
	Known bool
	At    time.Time // the source's own timestamp
}

// ProbeResult is one HTTP question and its answer.
type ProbeResult struct {
	Asked  bool // false: not configured
	Level  Level
	Word   string // "200", "503", "timed out", "?"
	Status int    // 0: no answer
	Took   time.Duration
	Region string // the region that answered, by the health field; "" where it does not say
	Says   string // the health field as given: "dr"
	Proof  bool   // this answer proves who serves: its path passes no origin group
	Via    string
	Seen   Seen
}

// Service is one ECS service of the estate in one region.
type Service struct {
	Name                      string // the estate's name
	ECS, Cluster              string // what AWS calls it
	Desired, Running, Pending int
	Full, Standby             int // from lifeboat.yaml
	Writes                    bool
	Level                     Level
	Word                      string // "", "starting", "0 of 2 running", "rollout failed", "absent"
	Absent                    bool   // ECS answered and has no such service
	Rollout                   string
	Image                     Image
	Min, Max                  Figure // autoscaling floor and ceiling
	LastEvent                 aws.Event
	Stopped                   []aws.StoppedTask
	Raw                       *aws.Service
	Seen                      Seen
}

// Parity compares a service's image with the serving region's, by digest.
type Parity string

const (
	ParityUnknown Parity = ""   // it could not be told
	ParityIs      Parity = "is" // this is the serving region: it is what the other is compared with
	ParitySame    Parity = "same"
	ParityBehind  Parity = "behind"  // the serving region runs a newer image
	ParityOther   Parity = "other"   // another image, and which is newer is not known
	ParityMissing Parity = "missing" // the serving region's image is not in this region's registry
)

// Image is what a service runs, shortly.
type Image struct {
	Short  string // "3f1c2d" of a digest, or the tag where it says more: "10.4.2"
	Tag    string
	Digest string
	Parity Parity
	Behind time.Duration // by how much it is behind, from the registry's push times; 0: not known
	Level  Level
	Why    string
}

// Database is one RDS instance of the estate.
type Database struct {
	ID          string
	Role        string // "writer", "replica", "?" ; "writer" twice is said in Verdict
	Status      string // as RDS says
	Level       Level
	Word        string // "available", "streaming", "rebooting", "replication error"
	Version     string // "pg 15.12"
	Source      string
	Connections Figure
	Retention   int
	MultiAZ     bool
	Restorable  time.Time
	FreeStorage Figure // bytes
	Absent      bool
	Raw         *aws.Database
	Seen        Seen
}

// KeptDatabase is an instance that was kept under another name when a standby took its own. It runs, costs money, and is the estate's no more.
type KeptDatabase struct {
	ID      string    // its name now
	Was     string    // the name that it had
	Since   time.Time // when it was kept
	Status  string    // as RDS says
	Monthly float64   // USD, by list prices
	Priced  bool      // Monthly is known
	Seen    Seen
}

// cost is what it costs, in words.
func (k KeptDatabase) cost() string {
	if !k.Priced {
		return "its cost goes on"
	}
	return fmt.Sprintf("about $%.0f a month", k.Monthly)
}

// RecoveryPoint is the newest point in time that data could be brought back to, by its ORIGINAL time.
type RecoveryPoint struct {
	At   time.Time
	From string // "automated backups", "snapshot dev-2026-11-23", "replicated backups"
	Seen Seen
}

// Session is who Lifeboat is in a region, and for how long.
type Session struct {
	Name, ARN, Account, Source string
	Expires                    time.Time // zero: does not expire, or does not say
	Level                      Level
	Seen                       Seen
}

// Finding is one more thing that a person should know.
type Finding struct {
	ID     string // "certificate", "quota", "secret", "slot", "origin-group", ...
	Level  Level
	Text   string
	Remedy string
	Seen   Seen
}

// Replication is how far the replica is behind, as three numbers: what AWS reports, what is true, and how old that is.
type Replication struct {
	Source, Replica      string // database identifiers
	SourceRegion         string
	ReplicaRegion        string
	State                string // "streaming", "stalled", "stopped", "creating", "none", "unknown"
	Level                Level
	Reported             Lag           // RDS's ReplicaLag
	Corrected            Lag           // over SQL; Known only where a connection is configured
	Idle                 bool          // Reported climbs because the primary is idle, not because the replica is behind
	Text                 string        // the idle climb, the stall, the break: in words
	Series               []Point       // ReplicaLag, seconds, oldest first; -1 left out
	LastContact          time.Time     // the last moment at which source and replica were both seen to be in touch
	SlotLag, FreeStorage Figure        // bytes, of the source
	UntilFull            time.Duration // until the source's disk is full at this pace; 0: not known or not growing
	Seen                 Seen

	safe time.Time // all that was committed before this is replayed, by SQL; zero: SQL does not tell
	sql  bool      // a connection to the replica is configured: its word is the one to report
	cut  bool      // nothing arrives because the source is gone or down, which is no fault of the replica's
}

// Lag is one measure of being behind.
type Lag struct {
	Known  bool
	Value  time.Duration
	AtMost bool      // Value is an upper bound
	At     time.Time // of the reading, by its source's clock
	Method string    // "CloudWatch", "wal", "heartbeat", "last replayed commit"
	Why    string    // why it is not known
}

// Risk is how much data would be lost if the serving region were gone now.
type Risk struct {
	Known  bool
	Value  time.Duration
	AtMost bool
	From   string // how it was derived: "lag 0.8 s at the last contact + 14 s since"
	Level  Level  // against the RPO
	Why    string // why it is not known

	Safe time.Time // all that was committed before this is safe in the other region; RiskAt reckons from it

	rpo   time.Duration
	basis string // what Safe was derived from: "lag 0.8 s at 03:15:02"
	eased bool   // the bound is of a figure that climbs because the primary is idle: it is not held against the RPO
}

// Path is the way that users take, and what was seen of it.
type Path struct {
	DNS       Stage  // "Cloudflare" or "DNS"
	CDN       Stage  // "CloudFront"; Asked false where the estate has none
	To        string // the region where the single-origin path leads; "" unknown
	Broken    bool   // To does not answer
	Bridge    string // the region that origin failover can send pages to; "" where there is no origin group
	Bridging  bool   // pages are being answered by Bridge while To's API is down
	Pages     ProbeResult
	API       ProbeResult
	Writes    ProbeResult
	Resolvers int // how many agree on the majority's API region
	Asked     int
	Per       []Resolver
	Findings  []Finding // lint of the distribution and records
}

// Stage is one step of the way.
type Stage struct {
	Asked bool
	Name  string
	ID    string
	Notes []string // "TTL 60", "not proxied", "deployed"
	Level Level
	Seen  Seen
}

// Resolver is what one resolver answered, and who answered there.
type Resolver struct {
	Name      string
	Addresses []string
	TTL       time.Duration
	API       ProbeResult
	Seen      Seen
}

// Verdict is what it all means, in plain words.
type Verdict struct {
	Level   Level
	Serving string // the region proven to serve; "" where that is not proven
	Writer  string // the region of the writer of record
	Lines   []Line // one to three sentences groups, the first read first
}

// Line is a sentence with its weight, for any kind of output.
type Line []Span

// Span is a run of words.
type Span struct {
	Text  string
	Bold  bool
	Muted bool
	Level Level // colour, where not Unknown
}

// String is the line without its weight.
func (l Line) String() string {
	s := ""
	for _, p := range l {
		s += p.Text
	}
	return s
}

// Change is one line of the feed: something that was seen to differ from the reading before.
type Change struct {
	At      time.Time // the cloud's own time where it gives one
	Region  string    // "" for the edge
	Subject string    // "backend", "database", "CloudFront"
	Text    string
	Level   Level
}
