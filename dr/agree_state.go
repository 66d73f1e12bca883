package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// A state knows a database by an id that a new name does not change: it follows the old one, which is kept, and not the standby that has
// taken its name. So the old one leaves the state and the new one comes in under the same address, while the estate is still frozen: the
// next apply would give the kept database the standby's name again.

const (
	stepLetGo  = "let-go"
	stepTakeOn = "take-on"
)

// pinUnread keeps what the state alone knew of the database that was let go of. JSON: attribute -> value, none of them a secret.
const pinUnread = "terraform.let-go"

// statePatience is how long a state may take to be read or changed, its provider to be fetched among it.
const statePatience = 15 * time.Minute

// seat is the place of a region's database in the stack's states.
type seat struct{ root, address string }

// seat is where the state of the database is whose name the standby gets; false where no root of the stack has it: it is its owner's.
func (w *crew) seat() (seat, bool) {
	c := w.c
	const one = "module.database[0].aws_db_instance.this"
	switch {
	case w.build == nil || w.p.rebuild == nil:
		return seat{}, false
	case w.p.from == c.Regions.Standby.Name:
		return seat{"data", one}, true
	case w.build.ours():
		return seat{"primary", "module.database.aws_db_instance.this"}, true
	}
	return seat{"source", one}, c.Terraform.Adopt["database"] != ""
}

// stateSteps have the stack's states follow the new standby; where its database is its owner's, they tell him what he does.
func (w *crew) stateSteps(after ...string) []runbook.Step {
	h, ours := w.seat()
	if !ours {
		return []runbook.Step{w.ownerStep(after...)}
	}
	gate := w.letGoGate(h)
	unlock := w.build.unlockStep(h.root)
	unlock.After, unlock.PlannedOnly = after, w.p.kind.Moves()
	return []runbook.Step{unlock, w.letGoStep(gate, h, unlock.ID), w.takeOnStep(gate, h, stepLetGo)}
}

// LetGoPhrase is what the gate before a state lets go of a kept database asks for: by the name that it had, which is known beforehand.
func LetGoPhrase(name, root string) string { return "let go of the old " + name + " in " + root }

// letGoGate is one for both: what was let go of without the other taken on is made anew by the next apply.
func (w *crew) letGoGate(h seat) *runbook.Gate {
	r := w.p.rebuild
	phrase := LetGoPhrase(r.Name(), h.root)
	return &runbook.Gate{
		ID: stepLetGo, Title: phrase, Phrase: phrase,
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			e, err := w.entry(ctx, h)
			n := runbook.Notice{
				What: []string{
					fmt.Sprintf("terraform state rm %s: the state of %s lets go of %s, which is kept", h.address, h.root, firstOf(r.Kept, "the old database")),
					fmt.Sprintf("terraform import %s %s: it takes on the new standby", h.address, r.Name()),
				},
				Data: "none is touched: both change what Terraform knows, and no database",
				Time: w.build.timeWords(ctx, t.Step),
			}
			if e.ID != "" {
				n.What = append(n.What, "the state has it as "+plain(e.ID)+" now")
			}
			return n, err
		},
	}
}

// entry is what the state holds under the database's address.
func (w *crew) entry(ctx context.Context, h seat) (tf.Entry, error) {
	d, err := w.build.bare(ctx, h.root)
	if err != nil {
		return tf.Entry{}, err
	}
	return d.Entry(ctx, h.address)
}

// stateCalls are those of a step that reads or changes the state of a root.
func (w *crew) stateCalls(h seat) []runbook.Call {
	at := w.c.Regions.Standby.Name
	return []runbook.Call{rootCall(h.root), call("s3:GetObject", runbook.Data, at), call("s3:PutObject", runbook.Data, at), call("rds:DescribeDBInstances", runbook.Control, w.p.from)}
}

func (w *crew) letGoStep(gate *runbook.Gate, h seat, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepLetGo, Title: "the state of " + h.root + " lets go of the old database", Why: "a state follows a database under its new name, and the next apply would give that one its old name again",
		After: after, Gate: gate, Calls: w.stateCalls(h), Undoing: runbook.UndoHours, Timeout: statePatience, PlannedOnly: w.p.kind.Moves(), Before: w.mayRepoint,
		Paper: func(runbook.Pins) []string {
			return w.build.paper(h.root, fmt.Sprintf("terraform state rm '%s'", h.address))
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			e, new, err := w.held(ctx, h)
			switch {
			case err != nil:
				return runbook.Seen{}, err
			case e.ID == "":
				return runbook.Seen{So: true, Text: "the state of " + h.root + " holds none"}, nil
			case e.ID == new:
				return runbook.Seen{So: true, Text: "the state holds the standby, " + new}, nil
			}
			return runbook.Seen{Text: "the state holds " + plain(e.ID)}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			e, new, err := w.held(ctx, h)
			if err != nil || e.ID == "" || e.ID == new {
				return err
			}
			if _, err := t.Decide(ctx, pinUnread, asJSON(e.Unread)); err != nil {
				return err
			}
			d, err := w.build.bare(ctx, h.root)
			if err != nil {
				return err
			}
			return explained(d.Forget(ctx, h.address), w.now())
		},
	}
}

// held is what the state holds, and the id by which it is to hold the new standby.
func (w *crew) held(ctx context.Context, h seat) (e tf.Entry, new string, err error) {
	db, err := w.replicaNow(ctx)
	if err != nil {
		return e, "", err
	}
	if e, err = w.entry(ctx, h); err != nil {
		return e, "", explained(err, w.now())
	}
	return e, db.ResourceID, nil
}

// mayRepoint: no other run has frozen the estate.
func (w *crew) mayRepoint(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	if err := w.build.frozen(ctx); err != nil {
		return runbook.Seen{}, runbook.Never(err)
	}
	return runbook.Seen{So: true}, nil
}

// errNotLetGo is a state that never held the database: nothing is brought into it.
var errNotLetGo = errors.New("nothing was let go of")

// letGoOf is what the state knew alone of the database that was let go of; errNotLetGo where there is nothing.
func letGoOf(t *runbook.Task) (map[string]json.RawMessage, error) {
	text := t.Pin(pinUnread)
	if text == "" {
		return nil, errNotLetGo
	}
	var unread map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &unread); err != nil {
		return nil, fmt.Errorf("what was let go of cannot be read: %w", err)
	}
	return unread, nil
}

// takeOnStep imports the new standby under the address that the old database had, with what the state alone knew of that: no import
// tells it, and a plan would change it.
func (w *crew) takeOnStep(gate *runbook.Gate, h seat, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepTakeOn, Title: "the state of " + h.root + " takes on the new standby", Why: "what no state holds the next apply would make a second time", After: after, Gate: gate,
		Calls: w.stateCalls(h), Undoing: runbook.UndoHours, Timeout: statePatience, PlannedOnly: w.p.kind.Moves(), Before: w.mayRepoint,
		Paper: func(runbook.Pins) []string {
			return w.build.paper(h.root, fmt.Sprintf("terraform import '%s' %s", h.address, w.p.rebuild.Name()))
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) { return w.takenOn(ctx, t, h) },
		Do: func(ctx context.Context, t *runbook.Task) error {
			unread, err := letGoOf(t)
			if err != nil {
				return err
			}
			e, _, err := w.held(ctx, h)
			if err == nil && e.ID == "" {
				err = w.importStandby(ctx, h)
			}
			if err != nil {
				return err
			}
			d, err := w.build.bare(ctx, h.root)
			if err != nil {
				return err
			}
			return explained(d.Tell(ctx, h.address, unread), w.now())
		},
	}
}

// takenOn looks whether the state holds the new standby as it held the old database.
func (w *crew) takenOn(ctx context.Context, t *runbook.Task, h seat) (runbook.Seen, error) {
	e, new, err := w.held(ctx, h)
	if err != nil {
		return runbook.Seen{}, err
	}
	unread, err := letGoOf(t)
	switch {
	case errors.Is(err, errNotLetGo) && (e.ID == "" || e.ID == new):
		return runbook.Seen{So: true, Text: err.Error()}, nil
	case err != nil:
		return runbook.Seen{}, runbook.Never(err)
	case e.ID == "":
		return runbook.Seen{Text: "the state of " + h.root + " holds none"}, nil
	case e.ID != new:
		return runbook.Seen{}, runbook.Never(fmt.Errorf("the state of %s holds %s again, which is not %s: somebody has imported it", h.root, plain(e.ID), w.p.rebuild.Name()))
	}
	return runbook.Seen{So: e.Tells(unread), Text: "the state holds " + new}, nil
}

// importStandby imports it by its name. The root's variables must be whole for that, as for a plan.
func (w *crew) importStandby(ctx context.Context, h seat) error {
	if err := w.build.applyAsBefore(ctx, h.root); err != nil {
		return err
	}
	s, err := w.build.spec(ctx, h.root)
	if err != nil {
		return err
	}
	s.Imports = nil // by command: a block waits for an apply
	d, err := w.build.ready(ctx, s)
	if err != nil {
		return explained(err, w.now())
	}
	if err := d.Import(ctx, h.address, w.p.rebuild.Name()); err != nil {
		return explained(err, w.now())
	}
	return w.build.settle(h.root)
}
