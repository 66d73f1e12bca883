package cloud

import (
	"fmt"
	"sort"
	"time"
)

// LSN is a position in a database's write-ahead log, in bytes.
type LSN uint64

// String writes it as PostgreSQL does: 16/B374D848.
func (l LSN) String() string { return fmt.Sprintf("%X/%X", uint64(l)>>32, uint32(l)) }

const (
	commitBytes = 640      // WAL of one small transaction
	walSegment  = 64 << 20 // RDS switches segments with every heartbeat, however little was written
)

// wal is a writer's history: when its log stood where. Background writes are a rate, so that hours of them cost nothing;
// each other commit begins a segment of its own.
type wal struct {
	segments []segment // oldest first, never empty
	written  []Row     // oldest first
}

// segment is a stretch of history with a constant rate of commits.
type segment struct {
	at     time.Time
	lsn    LSN
	commit time.Time // the newest commit at or before at
	rate   float64   // commits a second of wall clock
}

// slot is the n-th stretch of 1/rate of the segment, counted from 0: one commit falls into each, at no regular place.
func (s segment) slot(n int64) time.Time {
	irregular := scatter(uint64(s.at.UnixNano()) + uint64(n)*0x9e3779b97f4a7c15)
	return s.at.Add(time.Duration((float64(n) + 0.1 + 0.8*irregular) / s.rate * float64(time.Second)))
}

// commits is how many background commits the segment has seen at t.
func (s segment) commits(t time.Time) int64 {
	if s.rate == 0 {
		return 0
	}
	n := max(0, int64(t.Sub(s.at).Seconds()*s.rate))
	if s.slot(n).After(t) {
		return n
	}
	return n + 1
}

// on is the segment that t falls into.
func (l *wal) on(t time.Time) segment {
	n := sort.Search(len(l.segments), func(i int) bool { return l.segments[i].at.After(t) })
	return l.segments[max(0, n-1)]
}

// position is where the log stood at t.
func (l *wal) position(t time.Time) LSN {
	s := l.on(t)
	return s.lsn + LSN(s.commits(t)*commitBytes)
}

// lastCommit is when the newest transaction at t had committed.
func (l *wal) lastCommit(t time.Time) time.Time {
	s := l.on(t)
	n := s.commits(t)
	if n == 0 {
		return s.commit
	}
	return s.slot(n - 1)
}

// commit writes one transaction at t and gives where it ends.
func (l *wal) commit(t time.Time) LSN {
	end := l.position(t) + commitBytes
	l.segments = append(l.segments, segment{at: t, lsn: end, commit: t, rate: l.on(t).rate})
	return end
}

// heartbeat is RDS's own: a commit, and a new segment of the log.
func (l *wal) heartbeat(t time.Time) {
	l.commit(t)
	last := &l.segments[len(l.segments)-1]
	last.lsn = (last.lsn/walSegment + 1) * walSegment
}

// setRate makes background commits come at rate a second from t on.
func (l *wal) setRate(t time.Time, rate float64) {
	if l.on(t).rate == rate {
		return
	}
	l.segments = append(l.segments, segment{at: t, lsn: l.position(t), commit: l.lastCommit(t), rate: rate})
}

// upTo is a history of its own from now on, that shares this one as far as at.
func (l *wal) upTo(at, now time.Time) *wal {
	return &wal{
		segments: []segment{{at: now, lsn: l.position(at), commit: l.lastCommit(at)}},
		written:  append([]Row(nil), l.rows(at)...),
	}
}

// forget drops what happened before t, but for the segment that t falls into.
func (l *wal) forget(t time.Time) {
	n := sort.Search(len(l.segments), func(i int) bool { return l.segments[i].at.After(t) })
	if n > 1 {
		l.segments = append([]segment(nil), l.segments[n-1:]...)
	}
}

// rows are those committed up to and including t.
func (l *wal) rows(t time.Time) []Row {
	return l.written[:sort.Search(len(l.written), func(i int) bool { return l.written[i].At.After(t) })]
}
