package pg

import "slices"

// maxMarks is about an hour of readings at one each 15 s.
const maxMarks = 256

// marks are a primary's positions, each with the latest time at which it was still the newest, oldest first. A stay
// at one position is one mark, so an idle primary needs only one.
type marks struct {
	system   uint64
	timeline uint32
	list     []Mark
}

// add gives the marks before r, and remembers r's own. Positions of another history are forgotten.
func (m *marks) add(r Reading) []Mark {
	if r.InRecovery || r.Timeline != m.timeline || differ(r.SystemID, m.system) {
		*m = marks{}
	}
	if r.InRecovery {
		return nil
	}
	before := slices.Clone(m.list)
	m.timeline = r.Timeline
	m.system = max(m.system, r.SystemID)
	if n := len(m.list); n > 0 && m.list[n-1].LSN == r.CurrentLSN {
		m.list[n-1].Time = r.ServerTime
		return before
	}
	m.list = append(m.list, Mark{Time: r.ServerTime, LSN: r.CurrentLSN})
	m.list = m.list[max(0, len(m.list)-maxMarks):]
	return before
}

// differ says whether two system identifiers are known to be different; 0 is unknown.
func differ(a, b uint64) bool { return a != 0 && b != 0 && a != b }
