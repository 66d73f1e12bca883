package views

import "slices"

// panel is a part of the cockpit that the user can stand in.
type panel int

const (
	inVerdict panel = iota
	inLeft          // the first region
	inRight         // the second
	inUsers
	inFindings
	inFeed
)

// region is the index of the region that the panel shows.
func (p panel) region() (int, bool) {
	return int(p - inLeft), p == inLeft || p == inRight
}

func panelOf(region int) panel { return inLeft + panel(region) }

// rowID names a row that can be chosen. It stays the same while figures change around it.
type rowID struct {
	panel panel
	kind  kind
	name  string // of the service, database, balancer or group; of the change: its number in the feed
}

// kind is what a row shows.
type kind int

const (
	rowNone kind = iota
	rowVerdict
	rowRegion
	rowBalancer
	rowGroup
	rowService
	rowDatabase
	rowLag
	rowRestore
	rowSession
	rowUsers
	rowFindings
	rowChange
	rowReadiness
)

// rows are the rows that can be chosen, from top to bottom, by panel. Services that are scrolled out of view are among
// them; those that the filter hides are not.
type rows map[panel][]rowID

// has says whether a row is there.
func (r rows) has(id rowID) bool { return slices.Contains(r[id.panel], id) }

// settle is id where it is there, and otherwise the row to stand on instead.
func (r rows) settle(id rowID) rowID {
	if r.has(id) {
		return id
	}
	if list := r[id.panel]; len(list) > 0 {
		return list[0]
	}
	return rowID{panel: inVerdict, kind: rowVerdict}
}

// move goes n rows down (up where negative), on into the next panel with rows. The two regions count as one step.
func (r rows) move(id rowID, n int) rowID {
	list := r[id.panel]
	i := slices.Index(list, id) + n
	if i >= 0 && i < len(list) {
		return list[i]
	}
	if n > 1 || n < -1 { // a page stays in its panel
		if len(list) == 0 {
			return id
		}
		return list[max(0, min(i, len(list)-1))]
	}
	for p := r.beside(id.panel, n); p >= inVerdict && p <= inFeed; p = r.beside(p, n) {
		if list := r[p]; len(list) > 0 && n > 0 {
			return list[0]
		} else if len(list) > 0 {
			return list[len(list)-1]
		}
	}
	return id
}

// beside is the panel below (n > 0) or above. Above the users' way and below the verdict is the first region that is
// shown.
func (r rows) beside(p panel, n int) panel {
	switch {
	case p == inLeft && n > 0:
		return inUsers
	case p == inRight && n < 0:
		return inVerdict
	case p == inUsers && n < 0 && len(r[inLeft]) > 0:
		return inLeft
	}
	if n > 0 {
		return p + 1
	}
	return p - 1
}

// across is the row of the other region that stands at the same place: the same thing where it is there too.
func (r rows) across(id rowID, to int) rowID {
	from, ok := id.panel.region()
	if !ok || from == to {
		return id
	}
	other := r[panelOf(to)]
	if len(other) == 0 {
		return id
	}
	same := rowID{panel: panelOf(to), kind: id.kind, name: id.name}
	if slices.Contains(other, same) {
		return same
	}
	for _, o := range other { // balancers and databases have a name of their own in each region
		if o.kind == id.kind {
			return o
		}
	}
	return other[max(0, min(slices.Index(r[id.panel], id), len(other)-1))]
}

// tab is the first row of the next panel that has one, round and round.
func (r rows) tab(id rowID, n int) rowID {
	const panels = int(inFeed) + 1
	for i := 1; i <= panels; i++ {
		p := panel((int(id.panel) + i*n + i*panels) % panels)
		if len(r[p]) > 0 {
			return r[p][0]
		}
	}
	return id
}
