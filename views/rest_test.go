package views

import (
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr"
)

// written is how many bytes a second a cockpit of 120x40 writes over a minute, while each second something is done.
func written(t *testing.T, each func(second int) *dr.Estate) int {
	t.Helper()
	bytes := 0
	withOptions(t, Options{Source: &still{e: healthy()}}, 120, 40, func(term *terminal) {
		time.Sleep(3 * time.Second)
		before := term.total()
		for s := range 60 {
			if e := each(s); e != nil {
				term.program.Send(Show(e))
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		bytes = (term.total() - before) / 60
	})
	return bytes
}

func (term *terminal) total() int {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.written
}

// later is the healthy estate as read again after s seconds.
func later(s int) *dr.Estate {
	e := healthy()
	e.Revision = uint64(s + 2)
	moment := noon.Add(time.Duration(s) * time.Second)
	e.At = moment
	seen := dr.Seen{At: moment}
	for i := range e.Regions {
		e.Regions[i].Seen = seen
		age(&e.Regions[i], seen)
	}
	e.Replication.Seen = seen
	for _, p := range []*dr.Seen{&e.Path.DNS.Seen, &e.Path.CDN.Seen, &e.Path.Pages.Seen, &e.Path.API.Seen, &e.Path.Writes.Seen} {
		*p = seen
	}
	return e
}

func TestAtRestLittleIsWritten(t *testing.T) {
	got := written(t, func(s int) *dr.Estate {
		if s%15 == 0 {
			return later(s) // a refresh that finds nothing new
		}
		return nil
	})
	t.Logf("%d B/s at rest", got)
	if got >= 60 {
		t.Errorf("%d bytes a second at rest, the budget is 60", got)
	}
}

func TestOneChangingPanelWritesLittle(t *testing.T) {
	got := written(t, changed)
	t.Logf("%d B/s with one changing panel", got)
	if got >= 600 {
		t.Errorf("%d bytes a second with one changing panel, the budget is 600", got)
	}
}
