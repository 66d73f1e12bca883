package dr

import (
	"time"

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
	case j.twoWriters():
		r.Why = "both databases call themselves writers"
	case rep.Replica != "" && rep.ReplicaRegion != j.sides[j.busy()].cfg.Name:
		j.lagRisk(r, rep)
	case rep.Replica != "":
		r.Why = "the replica is in " + rep.ReplicaRegion + ", which serves: nothing is replicated away from it"
	default:
		j.pointRisk(r)
	}
	*r = r.at(j.now)
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

// pointRisk: without a replica everything since the newest recovery point of the other region is lost.
func (j *join) pointRisk(r *Risk) {
	p := j.away(&j.sides[1-j.busy()], j.sides[j.busy()].cfg.Name)
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
