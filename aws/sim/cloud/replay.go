package cloud

import (
	"math"
	"time"
)

const (
	catchUp      = 6               // seconds of its source's history that a replica replays in one, when behind
	receiverGone = time.Minute     // until RDS calls replication broken once the source does not answer
	lagStep      = 5 * time.Second // the lag drifts from one value to the next in this time
	heartbeat    = 5 * time.Minute // RDS's own commit on a writer
)

// replay is a replica's progress in its source's history. It receives and replays with a lag that drifts; blocked, it
// stands; unblocked, it catches up.
type replay struct {
	hold
	since time.Time // when it last began or ceased to be blocked
	from  time.Time // how far it had replayed at since, in the source's time
	got   time.Time // how far it had received at since
}

// hold is what holds a replica back.
type hold struct {
	stalled bool // by the director
	lost    bool // the source does not answer
	ended   bool // it is being promoted, or its source was deleted: it never goes on
}

func (h hold) blocked() bool { return h.stalled || h.lost || h.ended }

// drift is the replica's undisturbed lag at t: 0.4 to 1.6 s, now and then 3 s more, moving smoothly. It never rises as
// fast as time passes, so a replica never goes backwards.
func (db *Database) drift(w *World, t time.Time) time.Duration {
	step := w.Scaled(lagStep)
	i := t.UnixNano() / int64(step)
	part := float64(t.UnixNano()%int64(step)) / float64(step)
	lag := db.driftAt(w, i)*(1-part) + db.driftAt(w, i+1)*part
	return w.Scaled(time.Duration(lag * float64(time.Second)))
}

func (db *Database) driftAt(w *World, i int64) float64 {
	u := w.noise(db.ID, i)
	if u > 0.975 {
		return 4
	}
	return 0.4 + 1.2*u*u
}

// replayed is the moment of its source's history up to which a replica has replayed at t.
func (db *Database) replayed(w *World, t time.Time) time.Time {
	return db.replay.reached(t, db.replay.from, db.drift(w, t), catchUp)
}

// received is the moment of its source's history up to which a replica holds the log at t.
func (db *Database) received(w *World, t time.Time) time.Time {
	return db.replay.reached(t, db.replay.got, db.drift(w, t)/4, 2*catchUp)
}

func (p *replay) reached(t, from time.Time, lag time.Duration, speed int) time.Time {
	if p.blocked() {
		return from
	}
	at := t.Add(-lag)
	if behind := from.Add(time.Duration(speed) * t.Sub(p.since)); behind.Before(at) {
		at = behind
	}
	if at.Before(from) {
		return from
	}
	return at
}

// setReplay changes what holds a replica back, keeping how far it has come.
func (w *World) setReplay(db *Database, h hold) {
	p := db.replay
	if p.hold == h {
		return
	}
	from, got := db.replayed(w, w.now), db.received(w, w.now)
	if p.blocked() != h.blocked() || p.lost != h.lost {
		p.since = w.now
	}
	p.from, p.got, p.hold = from, got, h
}

// broken says whether RDS has given up on a replica's replication.
func (db *Database) broken(w *World) bool {
	return db.replay.ended || db.replay.lost && w.now.Sub(db.replay.since) >= w.Scaled(receiverGone)
}

// Replication is what RDS says of a replica in StatusInfos; no status while it is being made.
func (db *Database) Replication(w *World) (status string, normal bool, message string) {
	switch {
	case db.Status == creating:
		return "", true, ""
	case db.Source.Status == deleted:
		return "terminated", false, "Replication has been terminated because the source of the replica was deleted"
	case db.broken(w):
		return "error", false, "Replication stopped: could not receive data from WAL stream: the source does not answer"
	}
	return "replicating", true, ""
}

// reportedLag is AWS's ReplicaLag, in seconds: now less the newest replayed commit, so that it climbs while nothing is
// written; -1 once replication is broken.
func (db *Database) reportedLag(w *World) float64 {
	if db.broken(w) {
		return -1
	}
	lag := w.now.Sub(db.Source.wal.lastCommit(db.replayed(w, w.now))).Seconds()
	return math.Max(0, lag)
}
