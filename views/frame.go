package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

// frame is everything that a drawing depends on: what is known, the moment, and where the user stands.
type frame struct {
	e        *dr.Estate
	cfg      *config.Config
	now      time.Time
	sim      bool
	checks   []dr.Check // readiness, for a failover of now
	banner   ui.Line    // the run that is open, above the verdict
	offer    ui.Line    // what to press, below the verdict
	readOnly string     // why nothing can be changed here; "" where it can
	aged     bool       // nothing at all was read for three periods: all of it is old, whatever it says of itself

	needs  serviceNeeds
	order  []int  // of services, as the panels list them; see serviceOrder
	at     rowID  // the chosen row
	moved  bool   // the user has moved: the chosen row is marked
	filter string // what rows must contain
	zoom   int    // the only region shown, or noZoom
}

const noZoom = -1

// stalePeriods is dr's own measure of old: three periods without a reading.
const stalePeriods = 3

// isAged says whether the estate as a whole is old, as after a suspended machine wakes up: an estate is joined anew with
// every reading, so one that is old means that nothing was read.
func isAged(e *dr.Estate, c *config.Config, now time.Time) bool {
	period := c.Refresh.Fast.D()
	if period <= 0 {
		period = 15 * time.Second
	}
	return e.Revision > 0 && now.Sub(e.At) > stalePeriods*period
}

// old says whether a value was read, but not lately: it must not look well.
func (f *frame) old(s dr.Seen) bool { return s.Known() && (s.Old || f.aged) }

// pending says whether a value is not known only because its first reading is under way.
func (f *frame) pending(s dr.Seen) bool { return !s.Known() && !f.e.Complete && s.Remedy == "" }

// unsure is how a figure looks that is not of now: "·" before the first look, "? was 2/2 at 03:15:01" where
// there is an old value, "? access denied" where there is none. nil where the figure is of now.
func (f *frame) unsure(s dr.Seen, was string) ui.Line {
	switch {
	case f.pending(s):
		return ui.T(ui.Muted, "·")
	case !s.Known():
		return ui.T(ui.Muted, trimRight("? "+s.Why))
	case f.old(s) && was == "":
		return ui.F(ui.Muted, "? since %s", ui.Clock(s.At, f.now))
	case f.old(s):
		return ui.F(ui.Muted, "? was %s at %s", was, ui.Clock(s.At, f.now))
	}
	return nil
}

// level is l where the value is of now, and unknown otherwise.
func (f *frame) level(s dr.Seen, l dr.Level) dr.Level {
	if !s.Known() || f.old(s) {
		return dr.Unknown
	}
	return l
}

// ago is how long ago t was.
func (f *frame) ago(t time.Time) string { return ui.Ago(max(f.now.Sub(t), 0)) }

func trimRight(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
