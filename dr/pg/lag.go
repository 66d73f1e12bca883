package pg

import "time"

// Method is what a corrected lag was derived from.
type Method string

const (
	ByWAL        Method = "wal"
	ByHeartbeat  Method = "heartbeat"
	ByLastCommit Method = "last replayed commit"
)

// Lag is how far a standby is behind its primary, corrected for a primary that has nothing to send.
type Lag struct {
	Behind time.Duration // 0: all that was committed before At is replayed
	AtMost bool          // Behind is an upper bound; the truth may be anything down to 0
	Method Method
	At     time.Time // the moment that Behind is about, by Lifeboat's clock: the primary's reading, where there is one
	UpTo   time.Time // all that was committed before this is replayed; Lifeboat's clock. It may be after At.
	Bytes  int64     // WAL written and not replayed, at most; UnknownBytes where positions cannot be compared
	Why    string    // why there is no figure, where there is none
}

// UnknownBytes stands in Lag.Bytes where positions cannot be compared.
const UnknownBytes = -1

// AtRisk is the time whose commits would be lost if the primary were gone for good at now: nobody has seen since UpTo
// what it committed. It is an upper bound: what the standby has received is replayed at a promotion, too.
func (l Lag) AtRisk(now time.Time) time.Duration { return max(0, now.Sub(l.UpTo)) }

// CorrectedLag is how far standby is behind primary, from one reading of each; false: unknown, and Lag.Why says why.
//
// The readings were made at two moments, in either order, so the figure is about the primary's: "what it had committed
// by then, and is missing". It comes from the latest time T, of the primary's clock, of which it is proven that
// everything committed before T is replayed, and Behind is the primary's time at its reading less T. T is proven by
//
//   - wal: the primary was at position L at time T, and the standby has replayed L or more. Taken from the primary's
//     reading and its Earlier ones. Its clock is read before its position, and a position never goes back on one
//     timeline, so this holds whichever was read first. Where it holds for the reading itself, T is its time and
//     Behind is 0, exactly: an idle primary is not behind, however long ago the last commit was.
//   - heartbeat: the row that reads T on the standby was committed at T or later.
//   - last replayed commit: commits are replayed in the order in which they were written, and are written in the order
//     of their times, but for the moment (milliseconds) between taking the time and writing the record.
//
// None of them mixes two clocks, as ReplicaLag does (the standby's now less the primary's commit, which climbs to five
// minutes on an idle RDS primary, until RDS's own heartbeat commits). The last two are bounds: AtMost is true. A time
// that the primary's clock cannot have shown yet, by more than clockTolerance, proves nothing and is left out.
//
// primary may be a reading of long ago, where it answers no more: the figure is about that moment then, and UpTo tells
// how far the standby came. Without any reading of it (the zero Reading) the standby's own clock stands in for the
// primary's; the figure then holds as far as the two clocks agree.
func CorrectedLag(primary, standby Reading) (Lag, bool) {
	if why := noPair(primary, standby); why != "" {
		return Lag{Bytes: UnknownBytes, Why: why}, false
	}
	proofs, bytes, caughtUp := walProof(primary, standby)
	reference := primary
	if primary.At.IsZero() {
		reference = standby
	}
	best, ok := latest(append(proofs, datedProofs(reference, standby)...))
	if !ok {
		return Lag{Bytes: bytes, Why: "the standby has replayed no commit since it started, and positions cannot be compared"}, false
	}
	lag := Lag{
		Behind: max(0, reference.ServerTime.Sub(best.upTo)), AtMost: !caughtUp, Method: best.method,
		At: reference.At, UpTo: reference.At.Add(best.upTo.Sub(reference.ServerTime)), Bytes: bytes,
	}
	if caughtUp {
		lag.Method = ByWAL
	}
	return lag, true
}

// noPair says why two readings are not those of a primary and its standby; "" where they may be.
func noPair(primary, standby Reading) string {
	switch {
	case standby.At.IsZero():
		return "the standby was not read yet"
	case !standby.InRecovery:
		return "it is no standby: it takes writes itself"
	case primary.At.IsZero():
		return ""
	case primary.InRecovery:
		return "its source is no primary: it is in recovery, too"
	case differ(primary.SystemID, standby.SystemID):
		return "the two are not copies of one database: their system identifiers differ"
	}
	return ""
}

// proof: everything committed before upTo, by the primary's clock, is replayed.
type proof struct {
	method Method
	upTo   time.Time
}

// walProof compares positions. They mean the same on both sides only on one timeline: after a failover an old
// primary's positions run on beside the new one's.
func walProof(primary, standby Reading) (proofs []proof, bytes int64, caughtUp bool) {
	if primary.At.IsZero() || primary.Timeline == 0 || primary.Timeline != standby.Timeline || standby.ReplayLSN == 0 {
		return nil, UnknownBytes, false
	}
	for _, m := range primary.Earlier {
		if m.LSN <= standby.ReplayLSN {
			proofs = append(proofs, proof{ByWAL, m.Time})
		}
	}
	if primary.CurrentLSN <= standby.ReplayLSN {
		return append(proofs, proof{ByWAL, primary.ServerTime}), 0, true
	}
	return proofs, primary.CurrentLSN.Sub(standby.ReplayLSN), false
}

// clockTolerance is how far clocks may be apart before a time is taken for wrong.
const clockTolerance = time.Second

// datedProofs are the times that came through replication, less those that lie in the primary's future.
func datedProofs(reference, standby Reading) []proof {
	sinceReference := standby.At.Add(standby.Took).Sub(reference.At)
	newest := reference.ServerTime.Add(sinceReference + clockTolerance)
	var proofs []proof
	for _, p := range []proof{{ByHeartbeat, standby.Heartbeat}, {ByLastCommit, standby.LastReplay}} {
		if !p.upTo.IsZero() && !p.upTo.After(newest) {
			proofs = append(proofs, p)
		}
	}
	return proofs
}

func latest(proofs []proof) (best proof, ok bool) {
	for _, p := range proofs {
		if p.upTo.After(best.upTo) {
			best, ok = p, true
		}
	}
	return best, ok
}
