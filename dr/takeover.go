package dr

import (
	"reflect"

	"lifeboat/dr/config"
)

// takeOver begins with what another watch of the estate knows. What is named as it was stays known, so that a region that does not
// answer any more keeps its last values and the time since when it is silent; what is named otherwise is read anew. The estate goes on
// from the other's: its revisions, its feed, and since when things are as they are.
func (w *Watch) takeOver(old *Watch) {
	in := old.inputs()
	same := map[string]bool{ofJournals: true, ofEdge: reflect.DeepEqual(old.cfg.Edge, w.cfg.Edge)}
	w.in.Record = in.Record
	if same[ofEdge] {
		w.in.Edge = in.Edge
	}
	for i := range in.Regions {
		if sameRegion(old.cfg, w.cfg, i) {
			same[w.region(i)], w.in.Regions[i] = true, in.Regions[i]
		}
	}
	for _, l := range w.loops {
		if same[l.of] && old.over(l) {
			delete(w.first, l)
		}
	}
	w.board.estate = Join(w.inputs(), old.Estate(), w.now())
}

// sameRegion says whether the same things of a region are watched under two configs.
func sameRegion(a, b *config.Config, i int) bool {
	regions := func(c *config.Config) config.Region { return [2]config.Region{c.Regions.Primary, c.Regions.Standby}[i] }
	return reflect.DeepEqual(regions(a), regions(b)) && reflect.DeepEqual(a.Services, b.Services)
}

// over says whether the first round of the loop that reads the same as l is over.
func (w *Watch) over(l *loop) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, own := range w.loops {
		if own.of == l.of && own.what == l.what {
			return !w.first[own]
		}
	}
	return false
}
