package dr

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/dr/pg"
)

// state says whether the replica follows, by its own word, RDS's, and what the figures show.
func (j *join) state(r *Replication, p pair) {
	said, gone := p.replicaDB.ReplicationState, j.sourceGone(p)
	switch {
	case gone != "" && said != "terminated":
		r.State, r.Level, r.Text, r.cut = stalled, Warn, "nothing arrives: "+gone, true
	case said != "" && said != "replicating":
		r.State, r.Level = stopped, Bad
		r.Text = strings.TrimSuffix("replication "+plain(said)+": "+short(p.replicaDB.ReplicationMessage), ": ")
	default:
		r.State, r.Level, r.Text = j.flow(r, p)
	}
	r.Level = r.Seen.judged(r.Level)
	if !r.Seen.fresh() {
		r.State = stateUnknown
		r.Text = unread("the replica was not read", p.replica.raw.Databases.Err)
	}
}

// sourceGone says why a replica gets nothing where its source cannot give anything; "" where it could.
func (j *join) sourceGone(p pair) string {
	life := p.source.life
	if life.asked > 0 && (!life.alive() || life.quiet()) {
		return p.source.cfg.Name + " does not answer since " + clock(life.since, j.now)
	}
	if startingUp(p.source.sql[p.sourceID]) {
		return p.sourceID + " is starting up"
	}
	if db, seen := p.sourceDB, seenOf(p.source.raw.Databases, j.fast(p.source), j.now); db != nil && seen.fresh() && down(db.Status) {
		return p.sourceID + " is " + plain(db.Status)
	}
	return ""
}

// flow judges a replica that RDS calls replicating, or of which RDS says nothing.
func (j *join) flow(r *Replication, p pair) (string, Level, string) {
	sql := p.replica.sql[p.replicaID]
	ours := sql.Fresh() && sql.Value.InRecovery
	switch {
	case ours && sql.Value.ReplayPaused:
		return stalled, Bad, "replay is paused on the replica (pg_wal_replay_pause)"
	case ours && j.cutOff(sql.Value):
		return stalled, Bad, "the replica receives nothing: it has no WAL receiver"
	case r.Idle && r.Corrected.Known:
		return streaming, Good, j.idleText(r)
	case r.Idle:
		return streaming, Idle, j.idleText(r)
	case j.climbing(r, p):
		return stalled, Bad, "the replica falls behind as fast as time passes" + slotText(r)
	case r.Corrected.Known:
		return streaming, lagLevel(r.Corrected.Value, j.cfg.Objectives.RPO.D()), ""
	case r.Reported.Known:
		return streaming, lagLevel(r.Reported.Value, j.cfg.Objectives.RPO.D()), ""
	case p.replicaDB.ReplicationState == "replicating" || ours && sql.Value.Receiver.Status == streaming:
		return streaming, Unknown, "its lag is not known: " + r.Reported.Why
	}
	return stateUnknown, Unknown, "neither RDS nor CloudWatch says whether it replicates"
}

// cutOff says whether a replica has received nothing for some periods. A receiver that is gone for a moment reconnects.
func (j *join) cutOff(r pg.Reading) bool {
	none := r.ReceiverErr == nil && r.Receiver.Status == ""
	return none && j.now.Sub(j.e.past.contact) > stalePeriods*j.p.database
}

// lagLevel holds a lag against the RPO.
func lagLevel(lag, rpo time.Duration) Level {
	switch {
	case rpo > 0 && lag > rpo:
		return Bad
	case rpo > 0 && lag > rpo/2:
		return Warn
	}
	return Good
}

func slotText(r *Replication) string {
	if !r.SlotLag.Known {
		return ""
	}
	s := fmt.Sprintf("; the source keeps %s of WAL for it", bytes(r.SlotLag.Value))
	if r.UntilFull > 0 {
		s += ", and its disk is full in " + span(r.UntilFull)
	}
	return s
}

// contact is the last moment at which source and replica were both seen to be in touch. It never goes back.
func (j *join) contact(r *Replication, p pair) {
	at := j.e.past.contact
	later := func(t time.Time) {
		if t.After(at) && !t.After(j.now) {
			at = t
		}
	}
	if n := len(r.Series); n > 0 {
		last := r.Series[n-1]
		later(last.At.Add(-secondsOf(last.Value))) // what was committed before that has been replayed
		if r.State == streaming && p.source.life.alive() {
			later(last.At)
		}
	}
	if sql := p.replica.sql[p.replicaID]; sql.Known() && sql.Value.InRecovery {
		skew, _ := sql.Value.Skew()
		if sql.Value.Receiver.Status == streaming {
			later(sql.Value.Receiver.Heard.Add(-skew))
		}
		later(sql.Value.LastReplay.Add(-skew))
	}
	if sql := p.source.sql[p.sourceID]; sql.Known() {
		for _, s := range sql.Value.Standbys {
			if s.State == streaming {
				later(sql.Seen)
			}
		}
	}
	r.LastContact, j.e.past.contact = at, at
}
