package runbook

import (
	"errors"
	"time"
)

// Options is all that a run needs beside its procedure.
type Options struct {
	Run      string // its id: NewRunID
	Mode     Mode   // Start only: a resume takes the journal's
	DryRun   bool   // everything but Do: no lease is taken and no gate is asked; Start only
	By       string // the identity that runs the engine
	Host     string
	Pins     Pins // the decisions made with the plan; Start only
	Store    Store
	Lease    Lease    // required but for a dry run
	TakeOver string   // TakeOverPhrase of the grant to be taken before its time
	Operator Operator // required
	Archive  Archive  // where earlier runs are: the cool-down is judged by them; nil skips it
	Calm     []string // names of the procedures that no cool-down follows: their runs move nobody
	// Overrides are what the operator goes against before the run starts: PhraseNoLock, PhraseCoolDown.
	Overrides []Override
	Timing    Timing
}

// What can be overridden when a run starts, each with a written reason.
const (
	PhraseNoLock   = "run without a lock"         // the lock cannot be reached
	PhraseCoolDown = "start within the cool-down" // a run ended a moment ago
)

// Timing is the engine's own waits. Zero takes the default given here; a simulated estate shortens them.
type Timing struct {
	Poll     time.Duration // between two looks: 5 s
	Hold     time.Duration // how long Verify must stay so: 30 s
	Settle   time.Duration // after a Do whose outcome is unknown, before it is looked at; doubled at every repeat: 2 s
	Figures  time.Duration // the longest that a gate's figures are waited for: 20 s
	CoolDown time.Duration // after a run that changed something, before the next: 30 min
	Repeats  int           // how often a Do is called before the operator is asked: 3
}

func (t Timing) filled() Timing {
	or := func(d *time.Duration, standard time.Duration) {
		if *d == 0 {
			*d = standard
		}
	}
	or(&t.Poll, 5*time.Second)
	or(&t.Hold, 30*time.Second)
	or(&t.Settle, 2*time.Second)
	or(&t.Figures, 20*time.Second)
	or(&t.CoolDown, 30*time.Minute)
	if t.Repeats == 0 {
		t.Repeats = 3
	}
	return t
}

func (o *Options) check() error {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(o.Run != "", "a run needs an id")
	need(o.Store != nil, "a run needs a store for its journal")
	need(o.Operator != nil, "a run needs an operator who answers its gates")
	need(o.Lease != nil || o.DryRun, "a run that changes something needs a lease")
	need(o.Mode == Planned || o.Mode == Unplanned, "a run is planned or unplanned")
	return errors.Join(problems...)
}
