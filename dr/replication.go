package dr

import (
	"cmp"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// Replication states.
const (
	streaming    = "streaming"
	stalled      = "stalled"
	making       = "creating"
	stopped      = "stopped"
	noReplica    = "none"
	stateUnknown = "unknown"
)

// pair is a replica and what it replicates from, as joins find them.
type pair struct {
	source, replica     *side
	sourceID, replicaID string
	sourceDB, replicaDB *aws.Database // sourceDB nil where its region was never read
}

// replication finds the estate's replica and says how far it is behind, as three numbers.
func (j *join) replication() {
	r := &j.e.Replication
	p, ok := j.pair()
	if !ok {
		j.noPair(r)
		return
	}
	r.Source, r.SourceRegion, r.Replica, r.ReplicaRegion = p.sourceID, p.source.cfg.Name, p.replicaID, p.replica.cfg.Name
	r.Seen = seenOf(p.replica.raw.Databases, j.fast(p.replica), j.now)
	j.slot(r, p)
	if p.replicaDB.Status == making {
		j.unmade(r)
		return
	}
	j.reported(r, p)
	j.corrected(r, p)
	r.Idle = j.idle(r, p)
	j.state(r, p)
	j.contact(r, p)
}

// pair is the database of one region that replicates from one of the other, by RDS's last word. The region of the writer
// of record is looked at last, and not at all once it was promoted: its replica is the one that is being made a writer.
func (j *join) pair() (pair, bool) {
	for _, i := range []int{1 - j.home(), j.home()} {
		here, there := &j.sides[i], &j.sides[1-i]
		if i == j.home() && j.e.Record.Run != "" {
			continue
		}
		for _, id := range estateDatabases(here) {
			db := here.dbs[id]
			if db == nil || db.Source == "" {
				continue
			}
			source := identifier(db.Source)
			if known := there.dbs[source]; known != nil || regionOfARN(db.Source) == there.cfg.Name || names(there, source) {
				return pair{there, here, source, id, known, db}, true
			}
		}
	}
	return pair{}, false
}

// names says whether lifeboat.yaml has a database of this identifier in a region.
func names(s *side, id string) bool {
	for _, db := range s.cfg.Databases {
		if db.ID == id {
			return true
		}
	}
	return false
}

// identifier is the last part of an RDS ARN, or what was given.
func identifier(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

// regionOfARN is an ARN's region, "" for what is none.
func regionOfARN(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 && parts[0] == "arn" {
		return parts[3]
	}
	return ""
}

// noPair says why there is no replica to speak of.
func (j *join) noPair(r *Replication) {
	r.State, r.Level = stateUnknown, Unknown
	away := &j.sides[1-j.home()]
	r.Seen = seenOf(away.raw.Databases, j.fast(away), j.now)
	why := "the databases of " + away.cfg.Name + " were not read"
	if away.raw.Databases.Known() {
		r.State, r.Level, why = noReplica, r.Seen.judged(Bad), away.cfg.Name+" has no replica"
		if j.cfg.Strategy != config.WarmStandby {
			r.Level, why = r.Seen.judged(Idle), "no replica, by design: data comes back from a recovery point"
		}
	} else {
		why = unread(why, away.raw.Databases.Err)
	}
	if j.e.Record.Run != "" && !j.rests() {
		why = j.loneSince() + ": " + why
	}
	r.Text, r.Reported.Why, r.Corrected.Why = why, why, why
}

// unmade is a replica that is still being made: what was measured under its name was another's.
func (j *join) unmade(r *Replication) {
	r.State, r.Level, r.Text = making, r.Seen.judged(Warn), r.Replica+" is being made: it holds nothing yet that could be promoted"
	r.Reported.Why, r.Corrected.Why = r.Text, r.Text
	j.e.past.contact = time.Time{}
}

// reported is AWS's own figure: now less the last replayed commit. -1 and no datapoint are unknown.
func (j *join) reported(r *Replication, p pair) {
	part := p.replica.raw.Metrics
	series := part.Value.Databases[p.replicaID].ReplicaLag
	for _, pt := range series {
		if pt.Value >= 0 {
			r.Series = append(r.Series, pt)
		}
	}
	r.Reported.Method = "CloudWatch"
	last, ok := series.Last()
	switch {
	case !part.Known():
		r.Reported.Why = unread("CloudWatch was not read", part.Err)
	case !ok:
		r.Reported.Why = "CloudWatch has no datapoint"
	case last.Value < 0:
		r.Reported.Why = "CloudWatch says -1: not known"
	case j.now.Sub(last.At) > stalePeriods*max(j.p.metrics, j.p.fast)+j.p.metrics:
		r.Reported.Why = "the newest datapoint is " + span(j.now.Sub(last.At)) + " old"
	default:
		r.Reported.Known = true
	}
	if last, ok = aws.Series(r.Series).Last(); ok {
		r.Reported.Value, r.Reported.At = secondsOf(last.Value), last.At
	}
}

func secondsOf(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

// corrected is the lag that SQL tells, where a connection is configured.
func (j *join) corrected(r *Replication, p pair) {
	standby, primary := p.replica.sql[p.replicaID], p.source.sql[p.sourceID]
	r.sql = hasConnection(p.replica, p.replicaID)
	switch {
	case !r.sql:
		r.Corrected.Why = "no database connection is configured"
		return
	case !standby.Known():
		r.Corrected.Why = cmp.Or(whyOf(standby.Err), notRead)
		return
	}
	lag, ok := pg.CorrectedLag(j.reference(p, standby.Value), standby.Value)
	r.Corrected.Why = lag.Why
	if !ok {
		return
	}
	r.Corrected = Lag{Known: true, Value: lag.Behind, AtMost: lag.AtMost, At: lag.At, Method: string(lag.Method)}
	r.safe = lag.UpTo
	for _, part := range []aws.Part[pg.Reading]{standby, primary} {
		if seen := seenOf(part, j.p.database, j.now); part.Known() && seen.Old {
			r.Corrected.Known, r.Corrected.Why = false, seen.Why
		}
	}
}

// reference is the primary's reading that the standby's is compared with: the newest, unless that was made well after
// the standby's, which would show the time between the two as lag.
func (j *join) reference(p pair, standby pg.Reading) pg.Reading {
	newest, before := p.source.sql[p.sourceID].Value, p.source.older[p.sourceID]
	if !before.At.IsZero() && newest.At.Sub(standby.At) > j.p.database/4 {
		return before
	}
	return newest
}

func hasConnection(s *side, id string) bool {
	for _, db := range s.cfg.Databases {
		if db.ID == id {
			return db.Connection != nil
		}
	}
	return false
}

// slot is what the replica costs its source: WAL kept for it, and the time until the source's disk is full of it.
func (j *join) slot(r *Replication, p pair) {
	m := p.source.raw.Metrics.Value.Databases[p.sourceID]
	r.SlotLag, r.FreeStorage = lastOf(m.SlotLag), lastOf(m.FreeStorage)
	if r.SlotLag.Value < 0 {
		r.SlotLag.Known = false // no slot
	}
	r.UntilFull = untilFull(m.SlotLag, r.FreeStorage)
}

func lastOf(s aws.Series) Figure {
	p, ok := s.Last()
	return Figure{Value: p.Value, Known: ok, At: p.At}
}

// untilFull is the time until what the slot keeps has eaten the free storage, at the pace of the last datapoints; 0
// where it does not grow. Little is no growth: every busy primary is that much ahead of its replica.
func untilFull(slot aws.Series, free Figure) time.Duration {
	const points, little = 10, 64 << 20
	slot = slot[max(0, len(slot)-points):]
	if len(slot) < 3 || !free.Known {
		return 0
	}
	first, last := slot[0], slot[len(slot)-1]
	grown, took := last.Value-first.Value, last.At.Sub(first.At)
	if first.Value < 0 || grown <= 0 || last.Value < little || took <= 0 {
		return 0
	}
	left := free.Value / (grown / took.Seconds())
	return secondsOf(min(left, (365 * 24 * time.Hour).Seconds()))
}
