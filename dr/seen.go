package dr

import (
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// stalePeriods is how many periods a reading stays good.
const stalePeriods = 3

// periods are the clocks of an estate.
type periods struct {
	fast, slow, edge, database, metrics time.Duration
	dark                                int           // of silence, before a region is called dark
	call, probe, connect                time.Duration // how long one answer is waited for
}

// periodsOf takes them from a config that was completed (config.Defaults).
func periodsOf(c *config.Config) periods {
	r := c.Refresh
	return periods{
		fast: r.Fast.D(), slow: r.Slow.D(), edge: r.Edge.D(), database: r.Database.D(), metrics: r.Metrics.D(),
		dark: c.Waits.Dark, call: c.Waits.Call.D(), probe: c.Waits.Probe.D(), connect: c.Waits.Connect.D(),
	}
}

// fast is the period of a region's fast clock: the configured one, or the length of its last round where that was longer.
// A round never overlaps itself, so a large region that is read at AWS's own pace is not old because it is large.
func (j *join) fast(s *side) time.Duration { return max(j.p.fast, s.raw.Took) }

// seenOf says how far a part may be trusted at now, where it is read every period.
func seenOf[T any](p aws.Part[T], period time.Duration, now time.Time) Seen {
	s := Seen{At: p.Seen}
	switch {
	case p.Err != nil:
		s.Old, s.Why, s.Remedy = p.Known(), whyOf(p.Err), remedyOf(p.Err)
	case p.Tried.IsZero() && !p.Known():
		s.Why = notRead
	case now.Sub(p.Seen) > stalePeriods*period:
		s.Old = true
		s.Why = "read " + span(now.Sub(p.Seen)) + " ago, and nothing newer came"
	}
	return s
}

// notRead is why a part is unknown before the first attempt.
const notRead = "not read yet"

// pending says whether a part is unknown only because its first reading is under way.
func (s Seen) pending() bool { return !s.Known() && s.Why == notRead }

// fresh says whether the value is of now.
func (s Seen) fresh() bool { return s.Known() && !s.Old }

// judged is l where the value is of now; what is old or was never seen is never well, nor ill.
func (s Seen) judged(l Level) Level {
	if !s.fresh() {
		return Unknown
	}
	return l
}

// both is the trust in a figure that is made of two readings.
func both(a, b Seen) Seen {
	switch {
	case !a.Known():
		return a
	case !b.Known():
		return b
	}
	s := a
	if b.Old && !a.Old {
		s.Old, s.Why, s.Remedy = true, b.Why, b.Remedy
	}
	if b.At.Before(a.At) {
		s.At = b.At
	}
	return s
}
