package dr

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A cold standby and a pilot light have no replica: a failover there restores the database from a recovery point, and has Terraform make
// what does not run.

// restores says whether the region that takes over gets its database from a recovery point.
func (m *planner) restores() bool {
	if m.kind != Failover || m.c.Strategy == config.WarmStandby || m.to.Raw == nil || m.lies() {
		return false
	}
	for _, db := range m.to.Raw.Databases.Value {
		if db.Source != "" && m.mine(m.to.Name, db.ID) {
			return false
		}
	}
	return true
}

// lies says whether the database that the last promotion has left lies in the region that takes over, as after a failback until the region
// rests again: it has the name that a restore would take.
func (m *planner) lies() bool {
	v := m.last.view
	if v.Run == "" || v.Plan.From != m.to.Name {
		return false
	}
	db, _ := m.leftAs(v.Pins[PinSource])
	return db != nil
}

// choose decides what the database is restored from. What an earlier run has pinned stands: a database that exists is never replaced.
func (m *planner) choose() error {
	m.p.replica, m.p.retention = restoredName(m.c), leastRetention
	if m.to.Name != m.c.Regions.Standby.Name {
		return &Refusal{"a database is restored in the region that stands by only, and that is " + m.c.Regions.Standby.Name, "a way back is made by lifeboat reprotect"}
	}
	points := RestorePoints(m.e, m.to.Name)
	pinned, had := pointOfInput(m.c)
	exists := m.exists()
	if exists && !had {
		return &Refusal{fmt.Sprintf("%s is in %s already, and lifeboat.yaml does not say from which recovery point (terraform, inputs, restore)", m.p.replica, m.to.Name),
			"a database that exists is never replaced: write down what it was restored from, or delete it by name"}
	}
	if had && (exists || m.wish == "" && m.underWay(pinned)) {
		return m.again(points, pinned, exists)
	}
	p, err := choosePoint(points, m.wish)
	if err != nil {
		return err
	}
	m.take(p)
	return nil
}

// underWay says whether a run that has pinned a point is still open. Where there is neither such a run nor its database, what lifeboat.yaml
// names is of an activation that is over, and may be months old.
func (m *planner) underWay(pinned RestorePoint) bool {
	return slices.ContainsFunc(m.e.Record.Open, func(v runbook.View) bool {
		p, err := readPoint(v.Pins[PinPoint])
		return v.Pins[PinPoint] != "" && err == nil && p.Same(pinned)
	})
}

// again takes the point of an earlier run.
func (m *planner) again(points []RestorePoint, pinned RestorePoint, exists bool) error {
	if m.wish != "" {
		if p, err := choosePoint(points, m.wish); err != nil || !p.Same(pinned) {
			return &Refusal{fmt.Sprintf("%s is in %s already, restored from %s: a database that exists is never replaced", m.p.replica, m.to.Name, pinned.Name()), "leave --recovery-point out"}
		}
	}
	for _, p := range points {
		switch {
		case pinned.Snapshot != "" && p.Snapshot == pinned.Snapshot:
			pinned.At, pinned.Of, pinned.Waits = p.At, p.Of, p.Waits
		case pinned.Backups != "" && p.Backups == pinned.Backups:
			pinned.Earliest, pinned.Of, pinned.Waits = p.Earliest, p.Of, p.Waits
		default:
			continue
		}
		if pinned.Waits != "" && !exists {
			return &Refusal{pinned.Name() + ", which an earlier run has pinned, cannot be restored: " + pinned.Waits, "choose another with --recovery-point: " + someNames(points)}
		}
		m.take(pinned)
		return nil
	}
	if !exists {
		return &Refusal{pinned.Name() + ", which an earlier run has pinned, is not in " + m.to.Name + " any more", "choose another with --recovery-point: " + someNames(points)}
	}
	m.take(pinned)
	return nil
}

func (m *planner) take(p RestorePoint) {
	m.p.point, m.p.source = &p, p.Of
	if m.p.source == "" {
		m.p.source = firstDatabase(regionNamed(m.c, m.from.Name), m.c.Estate+"-db")
	}
	if m.from.Raw == nil {
		return
	}
	for _, db := range m.from.Raw.Databases.Value {
		if db.ID == m.p.source {
			m.p.retention, m.p.multiAZ = max(db.RetentionDays, 1), db.MultiAZ
		}
	}
}

// exists says whether the region that takes over has the database.
func (m *planner) exists() bool {
	for _, db := range m.to.Raw.Databases.Value {
		if db.ID == m.p.replica {
			return true
		}
	}
	return false
}

// light finds the balancer of a region that may have none yet: a pilot light's is made by the run, and its name is learned then.
func (m *planner) light() error {
	if err := m.target(); err == nil {
		return nil
	} else if m.c.Strategy != config.PilotLight {
		return err
	}
	m.p.lit = true
	return nil
}

// lossSince is what a restore loses: everything since the point's data, by its original time, until the other region fell silent.
func lossSince(p *RestorePoint, silent, now time.Time) Loss {
	if p.At.IsZero() {
		return Loss{From: "the original time of " + p.Name() + " is not known"}
	}
	return Loss{Known: true, Seconds: p.loses(silent, now).Seconds(), From: "everything since the recovery point, " + p.Words(now)}
}

// restoreLoss is that as it stands: it grows for as long as users still write.
func (w *crew) restoreLoss() Loss { return lossSince(w.p.point, w.p.silent, w.now()) }

// placesOfStack are the services of a region that has none yet, under the names that the stack gives them. Whether it has made them so is
// seen before they are started.
func (m *planner) placesOfStack() {
	s := &m.c.Regions.Standby
	known := map[string]int{}
	for i := range m.p.services {
		known[m.p.services[i].Name] = i + 1
	}
	made := imagesOf(m.c)
	for _, c := range m.c.Services {
		if _, ours := made[c.Name]; !ours {
			continue
		}
		place := PinnedPlace{Cluster: firstCluster(s, m.c.Estate+"-dr"), ECS: m.c.Estate + "-dr-" + c.Name, Scaled: true}
		if i := known[c.Name]; i > 0 {
			if v := &m.p.services[i-1]; !v.To.Known {
				v.To = place
			}
			continue
		}
		if c.Full > 0 {
			m.p.services = append(m.p.services, PinnedService{Name: c.Name, Writes: c.Writes, Want: c.Full, Stand: c.Standby, To: place, From: m.place(m.from, c.Name)})
		}
	}
}

// variables of the recovery point, over those of lifeboat.yaml.
func (b *builder) pointVariables(vars map[string]any) {
	if b.point != nil {
		maps.Copy(vars, map[string]any{"restore": b.point.input()})
	}
}
