package pg_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/pg"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// primaryAt is a primary read at a second of Lifeboat's clock; its own is an hour ahead.
func primaryAt(second float64, position pg.LSN) pg.Reading {
	return pg.Reading{At: after(second), ServerTime: after(second + 3600), SystemID: 7, Timeline: 1, CurrentLSN: position}
}

// standbyAt is a standby read at a second of Lifeboat's clock, whose last replayed commit was made at a second of the
// same clock. Its own clock is an hour behind.
func standbyAt(second float64, position pg.LSN, lastCommit float64) pg.Reading {
	return pg.Reading{At: after(second), ServerTime: after(second - 3600), SystemID: 7, Timeline: 1,
		InRecovery: true, ReplayLSN: position, LastReplay: after(lastCommit + 3600)}
}

func lagOf(t *testing.T, primary, standby pg.Reading) pg.Lag {
	t.Helper()
	lag, ok := pg.CorrectedLag(primary, standby)
	if !ok {
		t.Fatalf("unknown: %s", lag.Why)
	}
	return lag
}

func TestAnIdlePrimaryIsNotBehindHoweverOldItsLastCommit(t *testing.T) {
	for _, readAt := range []float64{-10, 0, 10} { // before, with and after the primary
		got := lagOf(t, primaryAt(0, 100), standbyAt(readAt, 100, -3000))
		if got.Behind != 0 || got.AtMost || got.Method != pg.ByWAL || got.Bytes != 0 || !got.At.Equal(noon) || !got.UpTo.Equal(noon) {
			t.Errorf("standby read at %v s: %+v", readAt, got)
		}
	}
}

func TestAStandbyThatIsBehindIsBoundedByItsLastCommit(t *testing.T) {
	got := lagOf(t, primaryAt(0, 500), standbyAt(5, 100, -42))
	if got.Behind != 42*time.Second || !got.AtMost || got.Method != pg.ByLastCommit || got.Bytes != 400 {
		t.Errorf("%+v", got)
	}
}

func TestAWriteAfterALongQuietTimeIsBoundedByThePositionSeenBefore(t *testing.T) {
	primary := primaryAt(0, 500)
	primary.Earlier = []pg.Mark{{Time: after(3600 - 900), LSN: 50}, {Time: after(3600 - 15), LSN: 100}, {Time: after(3600 - 5), LSN: 200}}
	got := lagOf(t, primary, standbyAt(-1, 100, -2400))
	if got.Behind != 15*time.Second || !got.AtMost || got.Method != pg.ByWAL || got.Bytes != 400 {
		t.Errorf("%+v", got)
	}
}

func TestAHeartbeatSpeaksWhereNoCommitWasReplayedSinceTheStart(t *testing.T) {
	standby := standbyAt(0, 100, 0)
	standby.LastReplay, standby.Heartbeat = time.Time{}, after(3600-8)
	got := lagOf(t, primaryAt(0, 500), standby)
	if got.Behind != 8*time.Second || !got.AtMost || got.Method != pg.ByHeartbeat {
		t.Errorf("%+v", got)
	}
}

func TestTheNewestProofIsTheOneThatCounts(t *testing.T) {
	standby := standbyAt(0, 100, -30)
	standby.Heartbeat = after(3600 - 8)
	if got := lagOf(t, primaryAt(0, 500), standby); got.Behind != 8*time.Second || got.Method != pg.ByHeartbeat {
		t.Errorf("a heartbeat after the last commit: %+v", got)
	}
	standby.Heartbeat = after(3600 - 80)
	if got := lagOf(t, primaryAt(0, 500), standby); got.Behind != 30*time.Second || got.Method != pg.ByLastCommit {
		t.Errorf("a heartbeat before the last commit: %+v", got)
	}
}

func TestATimeFromTheFutureProvesNothing(t *testing.T) {
	standby := standbyAt(10, 100, -30)
	standby.Heartbeat = after(3600 + 10 + 1.5) // the primary's clock shows 3610 when the standby is read
	if got := lagOf(t, primaryAt(0, 500), standby); got.Behind != 30*time.Second || got.Method != pg.ByLastCommit {
		t.Errorf("%+v", got)
	}
	standby.LastReplay = standby.Heartbeat
	if got, ok := pg.CorrectedLag(primaryAt(0, 500), standby); ok {
		t.Errorf("only wrong clocks, and yet: %+v", got)
	}
	standby.LastReplay = after(3600 + 9)
	if got := lagOf(t, primaryAt(0, 500), standby); got.Behind != 0 || !got.UpTo.Equal(after(9)) {
		t.Errorf("committed after the primary was read, before the standby was: %+v", got)
	}
}

func TestWhatCannotBeComparedIsUnknownNotZero(t *testing.T) {
	primary, standby := primaryAt(0, 100), standbyAt(0, 100, 0)
	otherSystem, isWriter, wasReplica := standby, standby, primary
	otherSystem.SystemID, isWriter.InRecovery, wasReplica.InRecovery = 8, false, true
	bare := standby
	bare.Timeline, bare.LastReplay = 2, time.Time{}
	for _, c := range []struct {
		name             string
		primary, standby pg.Reading
		why              string
	}{
		{"no reading of the standby", primary, pg.Reading{}, "not read yet"},
		{"the standby is a writer", primary, isWriter, "no standby"},
		{"the primary is in recovery", wasReplica, standby, "no primary"},
		{"two clusters", primary, otherSystem, "not copies"},
		{"another timeline and no commit replayed", primary, bare, "cannot be compared"},
	} {
		got, ok := pg.CorrectedLag(c.primary, c.standby)
		if ok || !strings.Contains(got.Why, c.why) || got.Bytes != pg.UnknownBytes {
			t.Errorf("%s: %v %+v", c.name, ok, got)
		}
	}
}

func TestPositionsOfAnotherTimelineAreNotCompared(t *testing.T) {
	for _, timelines := range [][2]uint32{{1, 2}, {2, 1}, {1, 0}, {0, 1}, {0, 0}} {
		primary, standby := primaryAt(0, 500), standbyAt(0, 900, -20)
		primary.Timeline, standby.Timeline = timelines[0], timelines[1]
		got := lagOf(t, primary, standby)
		if got.Behind != 20*time.Second || got.Method != pg.ByLastCommit || got.Bytes != pg.UnknownBytes {
			t.Errorf("timelines %d: %+v", timelines, got)
		}
	}
}

func TestWhatIsAtRiskGrowsWhileThePrimaryDoesNotAnswer(t *testing.T) {
	primary := primaryAt(0, 500) // its last reading: it is dark now
	caughtUp := lagOf(t, primary, standbyAt(60, 500, -3))
	if caughtUp.Behind != 0 || caughtUp.AtRisk(after(90)) != 90*time.Second {
		t.Errorf("all replayed that was seen: %+v, at risk %v", caughtUp, caughtUp.AtRisk(after(90)))
	}
	further := lagOf(t, primary, standbyAt(60, 800, 7)) // it streamed for 7 more seconds
	if further.Behind != 0 || further.Method != pg.ByWAL || further.AtRisk(after(90)) != 83*time.Second {
		t.Errorf("more replayed than was seen: %+v, at risk %v", further, further.AtRisk(after(90)))
	}
	behind := lagOf(t, primary, standbyAt(60, 100, -20))
	if behind.Behind != 20*time.Second || behind.AtRisk(after(90)) != 110*time.Second {
		t.Errorf("behind: %+v, at risk %v", behind, behind.AtRisk(after(90)))
	}
}

func TestWithoutThePrimaryTheStandbysClockStandsIn(t *testing.T) {
	standby := pg.Reading{At: noon, ServerTime: after(2), InRecovery: true, Timeline: 1, ReplayLSN: 100, LastReplay: after(-10), Heartbeat: after(-4)}
	got := lagOf(t, pg.Reading{}, standby)
	if got.Behind != 6*time.Second || !got.AtMost || got.Method != pg.ByHeartbeat || !got.UpTo.Equal(after(-6)) || got.Bytes != pg.UnknownBytes {
		t.Errorf("%+v", got)
	}
}

// history is a random life of a primary, and of a standby that replays it late and in jumps.
type history struct {
	commits  []time.Time // commit i ends at position 10*(i+1)
	replayed func(time.Time) int
	random   *rand.Rand
}

func newHistory(seed uint64) history {
	h := history{random: rand.New(rand.NewPCG(seed, 1))}
	delay := make([]time.Duration, 0, 400)
	for at := noon; at.Before(noon.Add(10 * time.Minute)); {
		at = at.Add(time.Duration(h.random.ExpFloat64() * float64(time.Second) * []float64{0.3, 40}[h.random.IntN(2)]))
		h.commits = append(h.commits, at)
		delay = append(delay, time.Duration(h.random.ExpFloat64()*float64(5*time.Second)))
	}
	h.replayed = func(now time.Time) int { // in order: a commit waits for all before it
		for i := range h.commits {
			if h.commits[i].Add(delay[i]).After(now) {
				return i
			}
		}
		return len(h.commits)
	}
	return h
}

func (h history) committed(now time.Time) int {
	n := 0
	for n < len(h.commits) && !h.commits[n].After(now) {
		n++
	}
	return n
}

// pair reads primary and standby at random moments, after some earlier readings of the primary.
func (h history) pair() (primary, standby pg.Reading, seen time.Time) {
	moment := func() time.Time { return noon.Add(time.Duration(h.random.Int64N(int64(10 * time.Minute)))) }
	at, seen := moment(), moment()
	primary = pg.Reading{At: at, ServerTime: at, Timeline: 1, CurrentLSN: pg.LSN(10 * h.committed(at))}
	for k := h.random.IntN(5); k > 0; k-- {
		before := at.Add(-time.Duration(k*15) * time.Second)
		primary.Earlier = append(primary.Earlier, pg.Mark{Time: before, LSN: pg.LSN(10 * h.committed(before))})
	}
	standby = pg.Reading{At: seen, ServerTime: seen, Timeline: 1, InRecovery: true, ReplayLSN: pg.LSN(10 * h.replayed(seen))}
	if n := h.replayed(seen); n > 0 {
		standby.LastReplay = h.commits[n-1]
	}
	return primary, standby, seen
}

func TestNothingCommittedBeforeTheProvenTimeIsEverMissing(t *testing.T) {
	exact := 0
	for seed := range uint64(3000) {
		h := newHistory(seed)
		primary, standby, seen := h.pair()
		lag, ok := pg.CorrectedLag(primary, standby)
		if !ok {
			continue
		}
		missing := h.replayed(seen)
		if missing < len(h.commits) && h.commits[missing].Before(lag.UpTo) {
			t.Fatalf("seed %d: %+v, but the commit of %v is missing", seed, lag, h.commits[missing])
		}
		if lag.Behind < primary.At.Sub(lag.UpTo) || lag.Behind < 0 {
			t.Fatalf("seed %d: %+v", seed, lag)
		}
		if !lag.AtMost {
			exact++
		}
	}
	if exact < 300 {
		t.Errorf("only %d of 3000 readings were exact: the test has lost its subject", exact)
	}
}
