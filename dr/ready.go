package dr

import (
	"fmt"
	"slices"
	"time"
)

// blocker is one thing that keeps a standby from taking over.
type blocker struct {
	text, remedy string
	level        Level // Bad: seen to be so; Unknown: it could not be told
	pending      bool  // only because the first reading is under way
}

// standing judges a region that stands by: ready only if nothing that a takeover needs is bad or unknown.
func (j *join) standing(i int) {
	r := &j.e.Regions[i]
	all := j.blockers(i)
	slices.SortStableFunc(all, func(a, b blocker) int { return gravity[b.level] - gravity[a.level] })
	if len(all) == 0 {
		r.Condition, r.Level = CondReady, Good
		return
	}
	for _, b := range all {
		r.Blocking = append(r.Blocking, b.text)
	}
	first := all[0]
	r.Condition, r.Level, r.Why, r.Remedy = CondNotReady, Warn, first.text, first.remedy
	if len(all) > 1 {
		r.Why += fmt.Sprintf(" (and %d more)", len(all)-1)
	}
	if first.level == Unknown {
		r.Level = Unknown
	}
	if !slices.ContainsFunc(all, func(b blocker) bool { return !b.pending }) {
		r.Condition, r.Why, r.Remedy = CondUnknown, "still reading", ""
	}
}

func (j *join) blockers(i int) []blocker {
	s := &j.sides[i]
	var all []blocker
	all = append(all, j.apiBlockers(s)...)
	if len(all) > 0 {
		return all // the rest follows from it
	}
	if j.lone() && i != j.home() {
		if j.bare() && s.cfg.Name == j.cfg.Regions.Standby.Name {
			return []blocker{{text: j.loneSince(), level: Bad, remedy: "have it rest again: lifeboat deactivate"}}
		}
		b := blocker{text: j.loneSince(), level: Bad}
		if j.e.Replication.State != making {
			b.remedy = "make a replica of the new writer there"
		}
		return []blocker{b}
	}
	all = append(all, j.serviceBlockers(s)...)
	all = append(all, j.balancerBlockers(s)...)
	return append(all, j.dataBlockers(i)...)
}

// unseen is a blocker for what could not be read.
func unseen(what string, s Seen) blocker {
	text := what + " is not known"
	if s.Old {
		text = what + " is not known any more"
	}
	if s.Why != "" {
		text += ": " + s.Why
	}
	return blocker{text: text, remedy: s.Remedy, pending: s.pending()}
}

// apiBlockers: without an answer of the region's API nothing else of it is known, and nothing in it can be scaled.
func (j *join) apiBlockers(s *side) []blocker {
	if s.r.Session.Level == Bad && s.r.Session.Seen.Why != "" {
		return []blocker{{text: "no session in " + s.cfg.Name + ": " + s.r.Session.Seen.Why, remedy: s.r.Session.Seen.Remedy}}
	}
	if !s.r.Seen.fresh() {
		return []blocker{unseen("the state of "+s.cfg.Name, s.r.Seen)}
	}
	return nil
}

func (j *join) serviceBlockers(s *side) []blocker {
	seen := seenOf(s.raw.Services, j.fast(s), j.now)
	if !seen.fresh() {
		return []blocker{unseen("what runs in "+s.cfg.Name, seen)}
	}
	var all []blocker
	for k := range s.r.Services {
		v := &s.r.Services[k]
		switch {
		case v.Level == Bad:
			all = append(all, blocker{text: v.Name + " " + v.Word, level: Bad, remedy: "see its events"})
		case v.Running < v.Standby:
			all = append(all, blocker{text: fmt.Sprintf("%s runs %d of %d", v.Name, v.Running, v.Standby), level: Bad})
		}
		if b, ok := j.imageBlocker(s, v); ok {
			all = append(all, b)
		}
	}
	return all
}

// imageBlocker: tasks start from the region's own registry. An older image that runs is no obstacle; one that the
// registry lacks is.
func (j *join) imageBlocker(s *side, v *Service) (blocker, bool) {
	switch {
	case v.Image.Parity == ParityMissing:
		return blocker{text: v.Name + "'s image is not in the registry of " + s.cfg.Name, level: Bad,
			remedy: "replicate it: ECR's replication is not retroactive, so push it there"}, true
	case v.Absent:
	case v.Image.Parity == ParityUnknown && v.Full > 0 || v.Image.Level == Unknown && v.Image.Why != "" && v.Full > 0:
		b := unseen(v.Name+"'s image", Seen{Why: v.Image.Why})
		b.pending = s.raw.Images.Tried.IsZero() || j.other(s).raw.Services.Tried.IsZero()
		return b, true
	}
	return blocker{}, false
}

func (j *join) other(s *side) *side {
	if s == &j.sides[0] {
		return &j.sides[1]
	}
	return &j.sides[0]
}

// balancerBlockers: where tasks are to stand by, targets must be healthy and the balancer must answer as this region.
func (j *join) balancerBlockers(s *side) []blocker {
	stands := slices.ContainsFunc(s.r.Services, func(v Service) bool { return v.Standby > 0 })
	if !stands {
		return nil
	}
	var all []blocker
	for _, b := range s.r.Balancers {
		if !b.Seen.fresh() {
			all = append(all, unseen(b.Name, b.Seen))
		} else if b.Level == Bad || b.All > 0 && b.Healthy == 0 {
			all = append(all, blocker{text: b.Name + " " + b.Word, level: Bad})
		}
	}
	p := j.balancerProbe(s)
	switch {
	case !p.Asked:
	case p.Seen.pending():
		all = append(all, unseen("the balancer's answer", p.Seen))
	case p.Level != Good:
		all = append(all, blocker{text: "its balancer answers: " + p.Word, level: worse(p.Level, Unknown), remedy: p.Seen.Remedy})
	case p.Region != "" && p.Region != s.cfg.Name:
		all = append(all, blocker{text: "its balancer says it is " + p.Says, level: Bad, remedy: "probe.dial may be the other region's"})
	}
	return all
}

// dataBlockers: a replica that follows within the RPO, or a recovery point within it.
func (j *join) dataBlockers(i int) []blocker {
	if j.bare() && j.e.Replication.Replica == "" {
		return j.pointBlockers(i)
	}
	if i == j.home() {
		return j.writerBlockers(i)
	}
	rep := &j.e.Replication
	for k := range j.e.Regions[i].Databases {
		db := &j.e.Regions[i].Databases[k]
		if db.ID == rep.Replica && rep.ReplicaRegion == j.e.Regions[i].Name {
			return j.replicaBlockers(db)
		}
	}
	switch {
	case rep.State == stateUnknown:
		b := unseen("replication", Seen{Why: rep.Text})
		b.pending = rep.Seen.pending()
		return []blocker{b}
	case rep.Replica != "":
		return []blocker{{text: "the replica is in " + rep.ReplicaRegion, level: Bad, remedy: "reprotect: a new replica from the region that serves"}}
	}
	return []blocker{{text: rep.Text, level: Bad, remedy: "make a replica there"}}
}

// writerBlockers: the region of the writer of record has the data, wherever users are sent.
func (j *join) writerBlockers(i int) []blocker {
	seen := j.databasesSeen(&j.sides[i])
	if !seen.fresh() {
		return []blocker{unseen("what the databases do in "+j.e.Regions[i].Name, seen)}
	}
	for k := range j.e.Regions[i].Databases {
		switch db := &j.e.Regions[i].Databases[k]; {
		case db.Role != "writer":
		case unwell(db.Status):
			return []blocker{{text: "database " + db.ID + " is " + db.Status, level: Bad}}
		default:
			return nil
		}
	}
	return []blocker{{text: "no database there takes writes", level: Bad}}
}

func (j *join) replicaBlockers(db *Database) []blocker {
	rep, rpo := &j.e.Replication, j.cfg.Objectives.RPO.D()
	lag, known := j.lagNow()
	cut := rep.cut // its source is gone: what counts is the lag at the last contact
	switch {
	case !db.Seen.fresh():
		return []blocker{unseen("database "+db.ID, db.Seen)}
	case unwell(db.Status):
		return []blocker{{text: "database " + db.ID + " is " + db.Status, level: Bad}}
	case cut && !known:
		return []blocker{{text: "the lag at the last contact is not known"}}
	case rep.State != streaming && !cut:
		return []blocker{{text: "database " + db.ID + " is " + rep.State + ": " + rep.Text, level: worse(rep.Level, Unknown)}}
	case !known:
		return []blocker{{text: "the replica's lag is not known: " + rep.Reported.Why}}
	case lag > rpo && !rep.Idle:
		return []blocker{{text: fmt.Sprintf("lag %s is more than the RPO of %s", span(lag), span(rpo)), level: Bad}}
	}
	return nil
}

func unwell(status string) bool {
	_, l := statusWord(status)
	return l == Bad || l == Warn
}

// lagNow is the best figure of how far the replica is behind, or was at the last contact.
func (j *join) lagNow() (time.Duration, bool) {
	rep, cut := &j.e.Replication, j.e.Replication.cut
	switch {
	case rep.Corrected.Known || cut && !rep.safe.IsZero():
		return rep.Corrected.Value, true
	case cut && len(rep.Series) > 0:
		return smallest(rep), true
	case rep.Reported.Known:
		return rep.Reported.Value, true
	}
	return 0, false
}

// smallest is the reported lag at the last contact: the figure climbs after it, by the time that passes.
func smallest(rep *Replication) time.Duration {
	n := len(rep.Series)
	climb := climbOf(rep.Series)
	return secondsOf(rep.Series[n-len(climb)].Value)
}

func (j *join) pointBlockers(i int) []blocker {
	p, rpo := j.away(&j.sides[i], j.e.Regions[1-i].Name), j.cfg.Objectives.RPO.D()
	switch age := j.now.Sub(p.At); {
	case p.At.IsZero() && !p.Seen.fresh():
		return []blocker{unseen("the newest recovery point", p.Seen)}
	case p.At.IsZero():
		return []blocker{{text: "there is no recovery point in " + j.e.Regions[i].Name, level: Bad, remedy: "replicate automated backups there, or copy snapshots"}}
	case age > rpo:
		return []blocker{{text: fmt.Sprintf("the newest recovery point is %s old, the RPO is %s", span(age), span(rpo)), level: Bad,
			remedy: "replicate automated backups: copies of daily snapshots are hours old"}}
	}
	return nil
}
