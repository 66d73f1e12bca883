package dr

import (
	"time"

	"lifeboat/aws"
	"lifeboat/dr/pg"
)

// AWS's ReplicaLag is now less the commit time of the last replayed transaction. On a primary that writes nothing it
// climbs by the time that passes, until RDS's own heartbeat commits, about every five minutes, and it falls back: a
// sawtooth. It says nothing about being behind.
const (
	idleFrom     = 20 * time.Second               // below it nothing needs explaining
	idleUntil    = 5*time.Minute + 45*time.Second // a climb beyond RDS's heartbeat is no idle primary
	toothAtLeast = 90 * time.Second               // a fall by less is a replica that caught up, and no tooth
	idleTrue     = 5 * time.Second                // corrected lag of a replica that follows
	slotNoise    = 64 << 10                       // bytes by which a slot may grow while its source is idle
)

// idle says whether the reported lag climbs because the primary is idle, and not because the replica is behind. With a
// connection the corrected lag tells. Without one it takes the climb itself, an answering source, and a slot that does
// not grow or earlier teeth of the saw.
func (j *join) idle(r *Replication, p pair) bool {
	lag := r.Reported.Value
	if !r.Reported.Known || lag < idleFrom || lag > idleUntil || !p.source.life.alive() {
		return false
	}
	if r.Corrected.Known && r.Corrected.Value <= idleTrue {
		return true
	}
	if tells(r.Corrected) {
		return false
	}
	if said := p.replicaDB.ReplicationState; said != "" && said != "replicating" {
		return false
	}
	climb := climbOf(r.Series)
	if len(climb) < 3 {
		return false
	}
	switch slotGrowth(p.source.raw.Metrics.Value.Databases[p.sourceID].SlotLag, climb[0].At) {
	case grew:
		return false
	case still:
		return true
	}
	return teeth(r.Series[:len(r.Series)-len(climb)+1])
}

// climbing says whether a replica has ceased to replay: its lag rises by the time that passes, further than an idle
// primary's would, or while its source keeps more and more for it.
func (j *join) climbing(r *Replication, p pair) bool {
	climb := climbOf(r.Series)
	if len(climb) < 3 || !r.Reported.Known || r.Reported.Value < idleFrom {
		return false
	}
	if tells(r.Corrected) {
		return r.Corrected.Value > idleFrom
	}
	growth := slotGrowth(p.source.raw.Metrics.Value.Databases[p.sourceID].SlotLag, climb[0].At)
	return r.Reported.Value > idleUntil || growth == grew
}

// climbOf is the newest run of points in which the lag rose by about the time that passed.
func climbOf(s aws.Series) aws.Series {
	i := len(s) - 1
	for ; i > 0; i-- {
		passed := s[i].At.Sub(s[i-1].At).Seconds()
		rose := s[i].Value - s[i-1].Value
		if passed <= 0 || rose < 0.8*passed-3 || rose > 1.2*passed+3 {
			break
		}
	}
	return s[max(0, i):]
}

// teeth says whether an earlier part of the series is of a saw: it fell back at least once by much, and never rose
// beyond RDS's heartbeat.
func teeth(s aws.Series) bool {
	fell := false
	for i, p := range s {
		if secondsOf(p.Value) > idleUntil {
			return false
		}
		if i > 0 && secondsOf(s[i-1].Value-p.Value) > toothAtLeast {
			fell = true
		}
	}
	return fell
}

type growth int

const (
	growthUnknown growth = iota
	still
	grew
)

// tells says whether a corrected lag can tell a replica that is behind from a primary that is idle. The last replayed
// commit alone cannot: it is AWS's own figure, read over SQL.
func tells(l Lag) bool { return l.Known && l.Method != string(pg.ByLastCommit) }

// slotGrowth says what the source's slot did since a moment. While the source is idle it keeps nothing more for its
// replica; for one that does not replay it keeps more at every datapoint, or falls back never.
func slotGrowth(slot aws.Series, since time.Time) growth {
	var kept []float64
	falls := false
	for _, p := range slot {
		if p.Value < 0 || p.At.Before(since) {
			continue
		}
		if n := len(kept); n > 0 && p.Value < kept[n-1] {
			falls = true
		}
		kept = append(kept, p.Value)
	}
	if len(kept) < 2 {
		return growthUnknown
	}
	switch net := kept[len(kept)-1] - kept[0]; {
	case net <= slotNoise:
		return still
	case !falls:
		return grew
	}
	return growthUnknown
}

func (j *join) idleText(r *Replication) string {
	if r.Corrected.Known {
		return "AWS's figure climbs because the primary writes nothing; truly it is " + span(r.Corrected.Value) + " behind"
	}
	return "probably idle: AWS's figure climbs while the primary writes nothing"
}
