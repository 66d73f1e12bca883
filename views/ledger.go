package views

import (
	"slices"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// ledger is what the cockpit knows of runs.
type ledger struct {
	lines  []RunLine // newest first
	by     string    // of them, the newest that has made a region the writer of record
	err    error     // why they could not be listed
	listed time.Time // when they were last asked for
	asking bool
	told   string // what the estate's record told of runs when they were asked for
	first  bool   // they were listed once, and what waits was offered
	known  map[string]*followed
	past   map[dr.Kind]*past
	follow func(ids []string) // never waits
	wanted []string           // what was last given to follow
}

// followed is a run as it was last heard of.
type followed struct {
	RunUpdate
	heard bool // an update has come
	over  bool // nothing more will come
	err   error
}

// past is how long steps took before.
type past struct {
	runbook.Estimates
	err    error
	asking bool
}

func newLedger() ledger {
	return ledger{known: map[string]*followed{}, past: map[dr.Kind]*past{}, follow: func([]string) {}}
}

// run is what is known of a run: what following it told, else its line in the list; nil where there is neither.
func (l *ledger) run(id string) *followed {
	if f := l.known[id]; f != nil && f.heard {
		return f
	}
	for i := range l.lines {
		if x := &l.lines[i]; x.View.Run == id {
			return &followed{RunUpdate: RunUpdate{View: x.View, Questions: x.View.Questions, Here: x.Here, Dead: x.Dead}, err: x.Err}
		}
	}
	return l.known[id]
}

// outdate forgets what was heard of runs that are followed no more, where the list knows more of them.
func (l *ledger) outdate() {
	for i := range l.lines {
		id := l.lines[i].View.Run
		if f := l.known[id]; f != nil && l.lines[i].View.Seq > f.View.Seq && !slices.Contains(l.wanted, id) {
			delete(l.known, id)
		}
	}
}

// open is the newest run that is not over; nil where there is none. A dry run counts while it is under way, and one that a newer run has
// overtaken does not: nothing of it is to be taken up.
func (l *ledger) open() *followed {
	for i := range l.lines {
		v := l.lines[i].View
		if dr.Overtaken(v, l.by) {
			continue
		}
		if f := l.known[v.Run]; (f == nil || !f.heard) && closed(v) {
			continue
		}
		f := l.run(v.Run)
		if f != nil && f.View.Plan.Name != "" && !closed(f.View) && (!f.View.Plan.DryRun || f.View.Ending == runbook.Running && f.Dead == "") {
			return f
		}
	}
	return nil
}

// left says whether nobody goes on with a run that is not over.
func (f *followed) left() bool { return f.Dead != "" || f.View.Ending != runbook.Running }

// take keeps a new list.
func (l *ledger) take(lines []RunLine) {
	views := make([]runbook.View, len(lines))
	for i := range lines {
		views[i] = lines[i].View
	}
	l.lines, l.by = lines, dr.Promoter(views)
	l.outdate()
}

// closed says whether a run is over for good: nothing of it is left to be resumed.
func closed(v runbook.View) bool {
	return v.Run == "" || v.Ending.Closed()
}

// hear takes what was said of a run. It says whether that ended it.
func (l *ledger) hear(msg runMsg) (ended bool) {
	f := l.known[msg.id]
	if f == nil {
		f = &followed{}
		l.known[msg.id] = f
	}
	before := f.heard && closed(f.View)
	if msg.update != nil {
		f.RunUpdate, f.heard = *msg.update, true
	}
	f.err, f.over = msg.err, msg.over
	return !before && f.heard && (closed(f.View) || f.over)
}

// estimates are how long the steps of a run's procedure took before; nil where that is not known.
func (l *ledger) estimates(v runbook.View) runbook.Estimates {
	if p := l.past[dr.Kind(v.Plan.Name)]; p != nil {
		return p.Estimates
	}
	return nil
}
