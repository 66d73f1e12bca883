package dr

import (
	"fmt"

	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Refusal is a run that was not started, since it could not have been done: nothing was changed.
type Refusal struct{ Why, Remedy string }

// Is says that it is one of the engine's refusals too.
func (r *Refusal) Is(target error) bool { return target == runbook.ErrRefused }

func (r *Refusal) Error() string {
	if r.Remedy == "" {
		return r.Why
	}
	return r.Why + "; " + r.Remedy
}

// leastRetention is how long the new writer's backups are kept where the old one's are not known, days. A promotion that does
// not say has one day.
const leastRetention = 7

// makePlan decides everything that a run will act on, from what is known now. Nothing is guessed: what must be known and is
// not is a Refusal.
//
// wish is the recovery point that a person has chosen, where a database is restored; "": the newest, or the one that an earlier run has
// pinned.
func makePlan(c *config.Config, e *Estate, kind Kind, writer string, memory edgeMemory, last past, wish string) (runbook.Pins, error) {
	m := planner{c: c, e: e, kind: kind, memory: memory, last: last, wish: wish}
	m.from, m.to = e.side(writer), e.side(otherRegion(c, writer))
	decisions := []func() error{m.refuse, m.databases, m.target, m.users}
	if m.restores() {
		decisions = []func() error{m.refuse, m.choose, m.light, m.users}
	} else if wish != "" {
		return nil, &Refusal{"a recovery point is chosen where a database is restored, and " + m.to.Name + " has a replica", "leave --recovery-point out"}
	}
	switch kind {
	case Reprotect:
		m.from, m.to = m.to, m.from
		decisions = []func() error{m.refuse, m.alone, m.standby}
	case Failback:
		m.last = past{} // it tells of the other region
		decisions = append([]func() error{m.mayGoHome}, append(decisions, m.caughtUp)...)
		if c.Strategy == config.WarmStandby {
			decisions = append(decisions, m.standby)
		}
	}
	for _, decide := range decisions {
		if err := decide(); err != nil {
			return nil, err
		}
	}
	m.places()
	m.p.loss = lossOf(e)
	m.p.silent = m.from.QuietSince()
	if m.p.point != nil {
		m.p.loss = lossSince(m.p.point, m.p.silent, e.At)
		m.placesOfStack()
	}
	return m.p.pins(), nil
}

// planner makes one plan.
type planner struct {
	memory   edgeMemory
	c        *config.Config
	e        *Estate
	kind     Kind
	from, to *Region
	last     past
	wish     string // the recovery point that was chosen
	p        planned
}

// side is a region of the estate by its name.
func (e *Estate) side(name string) *Region {
	if e.Regions[1].Name == name {
		return &e.Regions[1]
	}
	return &e.Regions[0]
}

func otherRegion(c *config.Config, name string) string {
	if c.Regions.Primary.Name == name {
		return c.Regions.Standby.Name
	}
	return c.Regions.Primary.Name
}

func (m *planner) refuse() error {
	m.p.kind, m.p.from, m.p.to = m.kind, m.from.Name, m.to.Name
	switch {
	case !m.to.Seen.fresh():
		return &Refusal{m.to.Name + " cannot take over: its AWS API could not be read: " + m.to.Seen.Why, m.to.Seen.Remedy}
	case m.kind == Reprotect && !m.from.Seen.fresh():
		return &Refusal{"a standby cannot be made in " + m.from.Name + ": its AWS API could not be read: " + m.from.Seen.Why, m.from.Seen.Remedy}
	case m.kind.planned() && !m.from.Seen.fresh():
		return &Refusal{"a " + string(m.kind) + " needs both regions, and " + m.from.Name + " could not be read: " + m.from.Seen.Why, "fail over instead"}
	}
	if m.kind.planned() && m.kind.Moves() { // its promotion would overtake what was left half-way
		return m.e.Record.unfinished()
	}
	return nil
}

// databases finds the replica, and the writer that it replicates from; or what was left behind, where there is no replica.
func (m *planner) databases() error {
	raw := m.to.Raw.Databases.Value
	for i := range raw {
		db := &raw[i]
		if db.Source == "" || !m.mine(m.to.Name, db.ID) {
			continue
		}
		if m.p.replica != "" {
			return &Refusal{fmt.Sprintf("%s and %s are both replicas: which one shall be promoted is not known", m.p.replica, db.ID), "name one in lifeboat.yaml"}
		}
		m.p.replica, m.p.source = db.ID, identifier(db.Source)
	}
	if m.p.replica == "" {
		return m.leftBehind()
	}
	m.p.retention = leastRetention
	if m.from.Raw == nil {
		return nil
	}
	for _, db := range m.from.Raw.Databases.Value {
		if db.ID == m.p.source {
			m.p.retention, m.p.multiAZ = max(db.RetentionDays, 1), db.MultiAZ
		}
	}
	return nil
}

// mine says whether a database belongs to the estate: it is named, or the region names none.
func (m *planner) mine(region, id string) bool {
	named := regionNamed(m.c, region).Databases
	for _, db := range named {
		if db.ID == id {
			return true
		}
	}
	return len(named) == 0
}

// target is the balancer that users are sent to. A name that is not known is never written anywhere.
func (m *planner) target() error {
	for _, b := range m.to.Raw.Balancers.Value {
		if b.DNSName != "" && (b.State == "active" || b.State == "") {
			m.p.balancer = b.DNSName
			return nil
		}
	}
	return &Refusal{"no load balancer that works was found in " + m.to.Name + ", so users cannot be sent there", "see its page in the cockpit"}
}

// users decides which records and origins move, by what is read now, or else by what was read last.
func (m *planner) users() error {
	now := m.memory
	now.learn(m.e.Edge)
	if m.c.Edge.Cloudflare.Zone != "" && now.RecordsSeen.IsZero() {
		return &Refusal{"Cloudflare's records were never read on this machine: " + whyOf(m.e.Edge.Zone.Err), "its API must answer once with this token before users can be moved"}
	}
	m.p.records = edge.PlanRecords(now.Records, now.Distribution, m.p.from, m.p.to, m.p.balancer)
	m.p.origins = edge.PlanOrigins(now.Distribution, m.p.to)
	m.p.edgeSeen, m.p.cdnUnread = now.seen(), m.c.Edge.Distribution != "" && now.DistributionSeen.IsZero()
	if len(m.p.records) == 0 && len(m.p.origins) == 0 {
		return &Refusal{"nothing is known that leads users to " + m.p.from + ": neither a record of the zone nor an origin of the CDN", "name the zone or the distribution in lifeboat.yaml"}
	}
	return nil
}

// places takes down every service in both regions.
func (m *planner) places() {
	for i := range m.to.Services {
		to := &m.to.Services[i]
		s := PinnedService{Name: to.Name, Writes: to.Writes, Want: to.Full, Stand: to.Standby, To: m.place(m.to, to.Name), From: m.place(m.from, to.Name)}
		if s.From.Known {
			s.Want = max(s.Want, s.From.Desired) // it was scaled out under load: the load comes along
		}
		if s.Want > 0 && (s.To.there() || s.From.there()) {
			m.p.services = append(m.p.services, s)
		}
	}
}

// place is a service in a region: as it was read, or as lifeboat.yaml names it.
func (m *planner) place(r *Region, name string) PinnedPlace {
	var p PinnedPlace
	for _, cl := range regionNamed(m.c, r.Name).Clusters {
		if ecs := cl.Services[name]; ecs != "" {
			p.Cluster, p.ECS = cl.Name, ecs
		}
	}
	for i := range r.Services {
		v := &r.Services[i]
		if v.Name != name || v.Raw == nil {
			continue
		}
		p = PinnedPlace{Cluster: v.Raw.Cluster, ECS: v.Raw.Name, Known: true, Desired: v.Desired, Scaled: v.Max.Known, Min: int(v.Min.Value), Max: int(v.Max.Value)}
	}
	return p
}

func lossOf(e *Estate) Loss {
	r := e.RiskAt(e.At)
	if !r.Known {
		return Loss{From: r.Why}
	}
	return Loss{Known: true, Seconds: r.Value.Seconds(), From: r.From}
}
