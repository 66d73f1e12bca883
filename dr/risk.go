package dr

import (
	"slices"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// risk is how much would be lost if the serving region were gone: everything committed since the newest moment of which
// it is known that all before it is safe in the other region. It is an upper bound, since nobody saw what was committed
// since, if anything.
func (j *join) risk() {
	r := &j.e.Risk
	r.rpo = j.cfg.Objectives.RPO.D()
	rep := &j.e.Replication
	switch {
	case j.e.Record.Writer == "" && j.twoWriters():
		r.Why = "both databases call themselves writers, and " + j.e.Record.Why
	case j.astray():
		r.Why = j.e.Verdict.Serving + " serves with a writer of its own, and the writer of record is " + j.e.Record.Writer
	case j.lone():
		j.loneRisk(r)
	case rep.State == making:
		j.pointRisk(r)
	case rep.Replica != "" && rep.ReplicaRegion != j.sides[j.home()].cfg.Name:
		j.lagRisk(r, rep)
	case rep.Replica != "":
		r.Why = "the replica is in " + rep.ReplicaRegion + ", where the writer of record is: nothing is replicated away from it"
	default:
		j.pointRisk(r)
	}
	*r = r.at(j.now)
}

// astray says whether the region that serves has a writer that is not the one of record: nobody replicates what it takes.
func (j *join) astray() bool {
	serving, writer := j.e.Verdict.Serving, j.e.Record.Writer
	return serving != "" && writer != "" && serving != writer && j.livingWriter(&j.sides[j.busy()]) != ""
}

// lagRisk takes the best of what is known: each gives a bound that holds, so the smallest holds.
func (j *join) lagRisk(r *Risk, rep *Replication) {
	if n := len(rep.Series); n > 0 {
		last := rep.Series[n-1]
		lag := secondsOf(last.Value)
		r.Safe, r.basis = last.At.Add(-lag), "reported lag "+span(lag)+" at "+clock(last.At, j.now)
		r.eased = rep.Idle
	}
	if rep.safe.After(r.Safe) {
		r.Safe, r.eased = rep.safe, false
		r.basis = "lag " + span(rep.Corrected.Value) + " at " + clock(rep.Corrected.At, j.now)
	}
	if r.Safe.IsZero() {
		r.Why = rep.Reported.Why
	}
}

// loneRisk: what was written since the promotion is in one region only, but for recovery points that were brought to the
// other. What was written before it is in the old writer too, where that is still there.
func (j *join) loneRisk(r *Risk) {
	old := &j.sides[1-j.home()]
	p := j.away(old, j.e.Record.Writer)
	r.Safe, r.basis = p.At, p.From
	left := j.e.Record.Source
	there := !j.absent(old, left) && left != j.e.Replication.Replica // a replica that is being made may have its name
	if promoted := j.e.Record.Promoted; promoted.After(r.Safe) && (there || j.keeps(old)) {
		r.Safe, r.basis = promoted, "no standby since "+clock(promoted, j.now)
	}
	if r.Safe.IsZero() {
		r.Why = "no standby, and no recovery point in " + old.cfg.Name
	}
}

// keeps says whether a region has the old writer under the name by which it is kept.
func (j *join) keeps(s *side) bool {
	return slices.ContainsFunc(s.raw.Kept.Value, func(db aws.Database) bool { return db.ID == j.e.Record.Kept })
}

// absent says whether RDS has answered that a region has no such database.
func (j *join) absent(s *side, id string) bool {
	return s.dbs[id] == nil && seenOf(s.raw.Databases, j.fast(s), j.now).fresh()
}

// pointRisk: without a replica everything since the newest recovery point of the other region is lost.
func (j *join) pointRisk(r *Risk) {
	p := j.away(&j.sides[1-j.home()], j.sides[j.home()].cfg.Name)
	r.Safe, r.basis = p.At, p.From
	if p.At.IsZero() {
		r.Why = "no replica and no recovery point were seen"
		if p.Seen.Why != "" {
			r.Why = "no recovery point was seen: " + p.Seen.Why
		}
		if p.Seen.fresh() && j.cfg.Strategy != config.WarmStandby {
			r.Why, r.Level = "there is no recovery point: everything would be lost", Bad
		}
	}
}

// at is the risk at another moment.
func (r Risk) at(now time.Time) Risk {
	if r.Safe.IsZero() {
		return r
	}
	r.Known, r.AtMost = true, true
	r.Value = max(0, now.Sub(r.Safe))
	r.From = r.basis + ", and everything since"
	r.Level = lagLevel(r.Value, r.rpo)
	if r.eased {
		r.Level = Idle
	}
	return r
}

// RiskAt is the risk as it will be at now, if nothing more is read: it grows with the clock, so that a screen can tick.
func (e *Estate) RiskAt(now time.Time) Risk { return e.Risk.at(now) }
