package views

import (
	"math/rand/v2"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

// frameOf is a frame at noon with nothing chosen.
func frameOf(e *dr.Estate, c *config.Config) *frame {
	f := &frame{e: e, cfg: c, now: noon, zoom: noZoom, aged: isAged(e, c, noon)}
	f.order, f.needs = serviceOrder(f), needsOf(e)
	return f
}

func contains(lines []ui.Line, s string) bool {
	for _, l := range lines {
		if strings.Contains(l.String(), s) {
			return true
		}
	}
	return false
}

// still is a source whose estate never changes by itself. It counts what is asked of it.
type still struct {
	e         *dr.Estate
	refreshed int
	feed      chan *dr.Estate
}

func (s *still) Estate() *dr.Estate                     { return s.e }
func (s *still) Subscribe() (<-chan *dr.Estate, func()) { return s.feed, func() {} }
func (s *still) Refresh()                               { s.refreshed++ }

// modelOf is a cockpit of w by h cells that shows e at noon.
func modelOf(e *dr.Estate, c *config.Config, w, h int) *root {
	m := newRoot(Options{Source: &still{e: e}, Config: c, Now: func() time.Time { return noon }, Width: w, Height: h, NoColor: true})
	m.take(e)
	return m
}

// screenOf is what a model shows, without styles.
func screenOf(m *root) string {
	plain := *m
	plain.theme, plain.stale = ui.Theme{}, true
	return plain.View().Content
}

// at10 is a clock that goes on by up to ten seconds with every look.
func at10(r *rand.Rand) func() time.Time {
	now := noon
	return func() time.Time {
		now = now.Add(time.Duration(r.IntN(10)) * time.Second)
		return now
	}
}
