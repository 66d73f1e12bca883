package dr

import (
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// Join makes the estate of what was seen until now. It is a pure function: the same inputs, the estate before and the
// same moment give the same estate. prev is the estate of the join before, nil for the first; from it come the times at
// which conditions began, and the changes of the feed.
func Join(in Inputs, prev *Estate, now time.Time) *Estate {
	c := answerable(in.Config)
	e := &Estate{
		Revision: 1, At: now, Name: c.Estate, Strategy: c.Strategy, Objectives: c.Objectives,
		Simulated: c.Simulated != nil, Complete: in.Complete, Edge: in.Edge,
	}
	if prev != nil {
		e.Revision, e.past = prev.Revision+1, prev.past
	}
	j := &join{in: in, cfg: c, prev: prev, e: e, now: now, p: periodsOf(c)}
	j.sides[0] = newSide(&c.Regions.Primary, &in.Regions[0], &e.Regions[0], Primary)
	j.sides[1] = newSide(&c.Regions.Standby, &in.Regions[1], &e.Regions[1], Standby)
	j.all()
	return e
}

// join is one join under way. Each step reads what the steps before it have made.
type join struct {
	in    Inputs
	cfg   *config.Config
	prev  *Estate
	e     *Estate
	now   time.Time
	p     periods
	sides [2]side
	proof proof

	listed []config.Service // see allServices
}

// side is one region of a join.
type side struct {
	cfg   *config.Region
	raw   *aws.Snapshot // never nil
	sql   map[string]aws.Part[pg.Reading]
	older map[string]pg.Reading
	r     *Region
	index *imageIndex
	defs  aws.Part[aws.Definitions]
	dbs   map[string]*aws.Database
	life  life
	// placed is what ECS calls each service, by the estate's name: see join.placed.
	placed map[string]*aws.Service
	ill    [2]string // of a sick region: what is seen, and the cause
	busy   bool      // it is expected to serve: full size, and not the standby's
	fenced string    // the run that stopped its writers on purpose; "" for none
}

func newSide(c *config.Region, in *RegionInput, r *Region, built Role) side {
	r.Name, r.Built, r.Raw, r.SQL = c.Name, built, in.Snapshot, in.SQL
	s := side{cfg: c, raw: in.Snapshot, sql: in.SQL, older: in.SQLBefore, r: r, index: in.images, defs: in.Definitions, dbs: map[string]*aws.Database{}}
	if s.raw == nil {
		s.raw = &aws.Snapshot{}
	}
	if s.index == nil {
		s.index = indexImages(s.raw.Images.Value)
	}
	for i := range s.raw.Databases.Value {
		s.dbs[s.raw.Databases.Value[i].ID] = &s.raw.Databases.Value[i]
	}
	return s
}

func (j *join) all() {
	j.record()
	j.path()
	j.roles()
	j.serveAgain()
	for i := range j.sides {
		j.signals(i)
	}
	j.replication()
	for i := range j.sides {
		s := &j.sides[i]
		j.session(s)
		j.recovery(s)
		j.databases(i)
		j.services(i)
		j.balancers(s)
	}
	j.split()
	j.risk()
	for i := range j.sides {
		j.findings(i)
	}
	j.agreement()
	for i := range j.sides {
		j.condition(i)
	}
	j.bridge()
	j.verdict()
	j.feed()
	j.prev, j.e.joined = nil, j
	j.e.Checks = Checks(j.e, "", Failover)
}

// roles settles which region is expected to serve: the one that is proven to; else the writer of record, once there was a
// promotion; else the one that was proven last; else the primary as built. It says what to expect of counts, and proves
// nothing.
func (j *join) roles() {
	rec := &j.e.Record
	if s := j.e.Verdict.Serving; s != "" {
		j.e.past.served = s
	} else if rec.Run != "" {
		j.e.past.served = rec.Writer
	}
	for i := range j.sides {
		s := &j.sides[i]
		s.busy = s.cfg.Name == j.e.past.served || j.e.past.served == "" && s.r.Built == Primary
		s.fenced = j.fencedBy(s.cfg.Name)
	}
	j.e.Verdict.Writer = rec.Writer
}

// busy is the index of the region that is expected to serve.
func (j *join) busy() int {
	if j.sides[1].busy {
		return 1
	}
	return 0
}

// home is the index of the region of the writer of record, whose data is the estate's; where that cannot be told, of the
// one that is expected to serve.
func (j *join) home() int {
	for i := range j.sides {
		if j.sides[i].cfg.Name == j.e.Record.Writer {
			return i
		}
	}
	return j.busy()
}

// before is the region as it was at the join before; nil at the first.
func (j *join) before(i int) *Region {
	if j.prev == nil {
		return nil
	}
	return &j.prev.Regions[i]
}

// memory is what one estate hands to the next.
type memory struct {
	served  string        // the region that was proven to serve last
	lagPeak time.Duration // the greatest lag since it was last small; 0 while it is small
	contact time.Time     // the newest moment at which source and replica were in touch
	voided  voided        // the receipt that was seen to hold no more
}
