package views

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// quietTime is how long the keyboard must have been still before something that appeared by itself takes a key.
const quietTime = 500 * time.Millisecond

// quiet keeps keys that were meant for something else from what has just appeared under the fingers.
type quiet struct {
	last time.Time // of the appearance, or of the last key since
	on   bool
}

// quietMsg comes when the keyboard may have been still for long enough.
type quietMsg struct{}

// begin starts to swallow.
func (q *quiet) begin(now time.Time) tea.Cmd {
	q.last, q.on = now, true
	return waitQuiet(quietTime)
}

func waitQuiet(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return quietMsg{} })
}

// swallows says whether a key or a paste that comes now is swallowed.
func (q *quiet) swallows(now time.Time) bool {
	if !q.on {
		return false
	}
	if now.Sub(q.last) >= quietTime {
		q.on = false
		return false
	}
	q.last = now
	return true
}

// settle ends the swallowing once the keyboard was still for long enough, and else says when to look again.
func (q *quiet) settle(now time.Time) tea.Cmd {
	if !q.on {
		return nil
	}
	if left := quietTime - now.Sub(q.last); left > 0 {
		return waitQuiet(left)
	}
	q.on = false
	return nil
}
