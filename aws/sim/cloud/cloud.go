// Package cloud is the simulator's model: two AWS regions, the CDN and the Cloudflare zone in front of them, and how they
// behave in time and under faults. It knows no network and no wire protocol.
//
// Everything hangs from a World, which is reached under one lock through Cloud.Locked. The model has no goroutine and no
// ticker: what is to happen later waits in a queue, and every locked access first runs what has fallen due, in order, each
// at its own moment. So the same seed and the same clock give the same world, and it works inside testing/synctest.
//
// Speed divides durations (how long a task takes to start, a health check's interval, the database's heartbeat, a metric's
// period, replication lag), never timestamps, which are the wall clock of Options.Now.
package cloud

import (
	"sync"
	"time"
)

// Options says how a cloud is made. The zero value is usable.
type Options struct {
	Now      func() time.Time // the clock; nil means time.Now
	Seed     uint64           // everything random is drawn from it
	Speed    float64          // divides durations; 0 means 1
	Estate   string           // the estate's name, first part of its resources' names; "" means "davidshaevel"
	Zone     string           // the public zone; "" means "davidshaevel.com"
	Regions  [2]string        // primary and standby; "" means us-east-1 and us-west-2
	Holds    Holding          // what of the reference estate is there at first
	Services int              // services a region; less than 4 means the reference's 4
}

// Holding is what of the reference estate a cloud begins with.
type Holding string

// The holdings.
const (
	Everything  Holding = ""             // both regions, warm standby
	PrimaryOnly Holding = "primary-only" // the first region, in its owner's hands: no standby, one origin
	Nothing     Holding = "empty"        // an account and a zone

	// The other strategies, as the stack makes them: no replica, copies of backups. They are made by it, from Nothing.
	ColdStandby Holding = "cold-standby"
	PilotLight  Holding = "pilot-light"
)

// Holdings are those that have a name.
var Holdings = []Holding{PrimaryOnly, Nothing, ColdStandby, PilotLight}

// Built says whether an estate is made by the stack.
func (h Holding) Built() bool { return h == ColdStandby || h == PilotLight }

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Estate == "" {
		o.Estate = "davidshaevel"
	}
	if o.Zone == "" {
		o.Zone = "davidshaevel.com"
	}
	if o.Regions[0] == "" {
		o.Regions[0] = "us-east-1"
	}
	if o.Regions[1] == "" {
		o.Regions[1] = "us-west-2"
	}
	o.Services = max(o.Services, 4)
	return o
}

// Cloud is the simulated cloud. All its methods may be called from any goroutine.
type Cloud struct {
	mu    sync.Mutex
	now   func() time.Time
	world *World
	serve func(DatabaseName)
}

// New makes a cloud with two empty regions, whose clock begins at start (no later than now).
func New(o Options, start time.Time) *Cloud {
	o = o.withDefaults()
	return &Cloud{now: o.Now, world: newWorld(o, start)}
}

// Locked runs everything that has fallen due, then f, alone, at the present moment. f reads and changes the world; no
// pointer into it may be kept afterwards. f must not call the Cloud's own methods, which take the same lock.
func (c *Cloud) Locked(f func(w *World)) {
	serve, names := c.locked(f)
	for _, n := range names {
		serve(n)
	}
}

func (c *Cloud) locked(f func(w *World)) (serve func(DatabaseName), names []DatabaseName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.world.advance(c.now())
	f(c.world)
	c.world.settle()
	if c.serve != nil {
		names, c.world.named = c.world.named, nil
	}
	return c.serve, names
}

// DatabaseName is an identifier that an instance was given.
type DatabaseName struct {
	Region, ID string
	Host       string // of its endpoint
}

// EachDatabase calls serve for every identifier that an instance has or had, and from then on for each that one is given,
// before the call that shows it returns. An identifier may be named again when another instance is given it.
func (c *Cloud) EachDatabase(serve func(DatabaseName)) {
	c.Locked(func(*World) { c.serve = serve })
}

// Named is an identifier of the region as an instance would have it.
func (r *Region) Named(id string) DatabaseName { return DatabaseName{r.Name, id, r.endpoint(id)} }

// born notes that an instance has an identifier of its own from now on.
func (w *World) born(db *Database) {
	w.named = append(w.named, DatabaseName{db.region.Name, db.ID, db.Host})
}
