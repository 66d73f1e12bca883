package cloud

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// World is the state of everything simulated. It is valid only inside Cloud.Locked.
type World struct {
	Estate        string
	Account       string // 12 digits, made from the estate's name
	Speed         float64
	Regions       []*Region // primary first, then the standby
	Distributions []*Distribution
	Zones         []*Zone
	Identity      Identity // whom an unknown access key stands for
	Roles         []*Role  // the estate's own
	MFADevice     string   // ARN of the operator's second factor
	Users         Users    // the background traffic

	now      time.Time
	rand     *rand.Rand // for what happens
	asked    *rand.Rand // for what is asked, so that looking changes nothing that happens
	seed     uint64
	queue    queue
	dirty    bool // something changed that others depend on; see settle
	faults   []*fault
	undos    []*undo             // what restore takes back, newest last
	sessions map[string]Identity // by access key; see AssumeRole
	code     string              // of the second factor, used last
	codeUsed time.Time
	offers   map[string][]string // what the control planes answer; see Offer
	flow     flow
	named    []DatabaseName // identifiers of instances that Cloud.EachDatabase has not told yet

	pieces       map[string]Piece  // what Terraform made, and what the model knows only by name; see Piece
	breakage     map[string]string // what the provider says of an address instead of making it
	unreplicated []string          // regions whose registry replicates to no other
}

// Region is one AWS region of the estate's account. Slices are in order of creation.
type Region struct {
	Name            string
	Environment     string // what the applications there say they are: "primary" or "dr"
	Clusters        []*Cluster
	TaskDefinitions []*TaskDefinition
	ScalableTargets []*ScalableTarget
	Balancers       []*Balancer
	TargetGroups    []*TargetGroup
	Databases       []*Database
	Snapshots       []*Snapshot
	Backups         []*AutomatedBackup
	Repositories    []*Repository
	Certificates    []*Certificate
	Secrets         []*Secret
	Quotas          []*Quota
	Buckets         []*Bucket
	Alarms          []*Alarm
	SecurityGroups  []*SecurityGroup
	SubnetGroups    []string                     // DB subnet groups
	ParameterGroups []string                     // DB parameter groups
	Parameters      map[string]map[string]string // what these set themselves, by group and name
	Keys            []string                     // ARNs of KMS keys

	Dark    bool   // nothing in it answers, and nothing in it works
	GoneAZ  string // the availability zone that is lost, if any
	account string
	network int // second byte of its private addresses
	metrics metrics
	rds     string   // what RDS puts into the names of its endpoints there
	waiting []func() // what fell due while it was dark
}

// Tag is one tag of a resource, kept in order.
type Tag struct{ Key, Value string }

func newWorld(o Options, start time.Time) *World {
	w := &World{
		Estate: o.Estate, Account: accountOf(o.Estate), Speed: o.Speed,
		now: start, seed: o.Seed, rand: rand.New(rand.NewPCG(o.Seed, 1)), asked: rand.New(rand.NewPCG(o.Seed, 2)),
		pieces: map[string]Piece{}, breakage: map[string]string{}, sessions: map[string]Identity{}, offers: map[string][]string{"cloudflare": nil}, // until its plane says more
	}
	for i, name := range o.Regions {
		r := &Region{Name: name, Environment: [...]string{"primary", "dr"}[i], account: w.Account, network: i, metrics: metrics{}}
		w.Regions = append(w.Regions, r)
	}
	w.Identity = Identity{
		ARN:    fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s-ops-read/operator", w.Account, o.Estate),
		UserID: "AROA" + strings.ToUpper(w.hex(17)) + ":operator",
	}
	return w
}

// accountOf makes a 12-digit account number from an estate's name, so that two estates never share one.
func accountOf(estate string) string {
	h := fnv.New64a()
	h.Write([]byte(estate))
	return fmt.Sprintf("%012d", 100_000_000_000+h.Sum64()%900_000_000_000)
}

// Now is the world's moment: the wall clock, or the moment of the event that is being run.
func (w *World) Now() time.Time { return w.now }

// Region finds a region by name; nil if the estate has none of that name.
func (w *World) Region(name string) *Region {
	for _, r := range w.Regions {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// other is the region that r is not.
func (w *World) other(r *Region) *Region {
	if w.Regions[0] == r {
		return w.Regions[1]
	}
	return w.Regions[0]
}

// hex draws n hexadecimal digits for something that happens.
func (w *World) hex(n int) string { return hexOf(w.rand, n) }

// askedHex draws n hexadecimal digits for an answer.
func (w *World) askedHex(n int) string { return hexOf(w.asked, n) }

func hexOf(r *rand.Rand, n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[r.IntN(16)]
	}
	return string(b)
}

// uuid draws an identifier in the form 8-4-4-4-12.
func (w *World) uuid() string {
	h := w.hex(32)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// arn writes a regional resource's ARN.
func (r *Region) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + r.Name + ":" + r.account + ":" + resource
}

// AZ names the region's n-th availability zone, counted from 0.
func (r *Region) AZ(n int) string { return r.Name + string(rune('a'+n%2)) }
