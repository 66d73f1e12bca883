package dr

import (
	"context"
	"fmt"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// The steps that keep the old database. None of them deletes anything: what is kept is kept until somebody deletes it by its name.
const (
	stepGuard    = "guard"
	stepSnapshot = "snapshot"
	stepRename   = "rename"
)

// keepSteps keep the database whose name the standby gets: protected, with a snapshot of its own, under a name that says when.
func (w *crew) keepSteps(gate *runbook.Gate, after ...string) []runbook.Step {
	if w.p.rebuild.Old == "" {
		return nil
	}
	return []runbook.Step{w.guardStep(gate, after...), w.snapshotStep(gate, stepGuard), w.renameStep(gate, stepSnapshot)}
}

// standbyCalls are control calls of RDS in the region that was left.
func (w *crew) standbyCalls(operations ...string) []runbook.Call {
	var out []runbook.Call
	for _, op := range operations {
		out = append(out, call("rds:"+op, runbook.Control, w.p.from))
	}
	return out
}

// old is the database that is kept, under whichever of its two names it has; false where it has neither at the moment.
func (w *crew) old(ctx context.Context) (aws.Database, bool, error) {
	r := w.p.rebuild
	list, err := w.leaving().Databases(ctx, []string{r.Name(), r.Kept})
	for _, db := range list {
		if db.ResourceID == r.Old {
			return db, true, nil
		}
	}
	return aws.Database{}, false, err
}

// mayKeep: nobody has promoted since, the old database is there, takes no writes of the estate, and a receipt proves it.
func (w *crew) mayKeep(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if seen, err := w.fence.allowed(ctx, t); err != nil || !seen.So {
		return seen, err
	}
	db, found, err := w.old(ctx)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case !found:
		return runbook.Seen{Text: errNoOld.Error()}, nil
	case !db.Writer():
		return runbook.Seen{Text: db.ID + " is a replica of " + identifier(db.Source) + ": nothing in it is to be kept"}, nil
	}
	ok, words := w.fence.holds(ctx, t)
	if !ok && t.Overridden(checkReceipt) {
		return runbook.Seen{So: true, Text: words + ": overridden"}, nil
	}
	return runbook.Seen{So: ok, Text: words}, nil
}

// untilIdle waits until an instance is at no work of its own: RDS refuses another then. It is asked right before a change.
func untilIdle(ctx context.Context, t *runbook.Task, poll time.Duration, look func(context.Context) (aws.Database, error)) (aws.Database, error) {
	for {
		db, err := look(ctx)
		if err != nil || db.Status == "available" {
			return db, err
		}
		t.Say("%s is %s: waited for", db.ID, db.Status)
		select {
		case <-time.After(poll):
		case <-ctx.Done():
			return db, fault.New(fault.TimedOut, t.Step, db.ID, fmt.Errorf("it is %s, and nothing can be changed meanwhile", db.Status))
		}
	}
}

// idleOld is the kept database once it is at no work.
func (w *crew) idleOld(ctx context.Context, t *runbook.Task) (aws.Database, error) {
	return untilIdle(ctx, t, w.c.Waits.Poll.D(), func(ctx context.Context) (aws.Database, error) {
		db, found, err := w.old(ctx)
		if err == nil && !found {
			err = errNoOld
		}
		return db, err
	})
}

func (w *crew) guardStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepGuard, Title: "protect the old database", Why: "what it holds beyond the promotion is nowhere else; nothing deletes it by accident", After: after, Gate: gate,
		Calls: w.standbyCalls("DescribeDBInstances", "ModifyDBInstance"), Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string {
			return []string{"aws rds modify-db-instance --db-instance-identifier " + w.p.rebuild.Name() + " --deletion-protection --apply-immediately --region " + w.p.from}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			db, found, err := w.old(ctx)
			if err == nil && !found && t.Pin(pinRename) == "" {
				err = runbook.Never(errNoOld)
			}
			return runbook.Seen{So: db.DeletionProtection || !found, Text: "deletion protection " + onOff(db.DeletionProtection)}, err
		},
		Before: w.mayKeep,
		Do: func(ctx context.Context, t *runbook.Task) error {
			db, err := w.idleOld(ctx, t)
			if err != nil {
				return err
			}
			return w.leaving().ProtectFromDeletion(ctx, db.ID)
		},
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (w *crew) snapshotStep(gate *runbook.Gate, after ...string) runbook.Step {
	r := w.p.rebuild
	return runbook.Step{
		ID: stepSnapshot, Title: "snapshot the old database", Why: "it is the way back into what never replicated, whatever becomes of the instance", After: after, Gate: gate,
		Calls: w.standbyCalls("DescribeDBSnapshots", "DescribeDBInstances", "CreateDBSnapshot"), Undoing: runbook.UndoNever, Timeout: w.c.Waits.Replica.D(), PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string {
			return []string{
				fmt.Sprintf("aws rds create-db-snapshot --db-instance-identifier %s --db-snapshot-identifier %s --region %s", r.Name(), r.Kept, w.p.from),
				fmt.Sprintf("aws rds wait db-snapshot-available --db-snapshot-identifier %s --region %s", r.Kept, w.p.from),
			}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			seen, err := w.snapshotted(ctx)
			if missing(err) {
				return runbook.Seen{Text: "there is none yet"}, nil
			}
			seen.So = err == nil
			return seen, err
		},
		Before: w.mayKeep,
		Do: func(ctx context.Context, t *runbook.Task) error {
			db, err := w.idleOld(ctx, t)
			if err != nil {
				return err
			}
			return w.leaving().TakeSnapshot(ctx, db.ID, r.Kept, map[string]string{"lifeboat:run": t.Run})
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return w.snapshotted(ctx) },
	}
}

// snapshotted says whether the old database's snapshot is whole.
func (w *crew) snapshotted(ctx context.Context) (runbook.Seen, error) {
	return wholeSnapshot(ctx, w.leaving(), w.p.rebuild.Kept, "")
}

// wholeSnapshot says whether a snapshot is whole, and whether it is of that database, where one is named.
func wholeSnapshot(ctx context.Context, c *aws.Changer, id, of string) (runbook.Seen, error) {
	s, err := c.Snapshot(ctx, id)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case s.Status == "failed":
		return runbook.Seen{}, runbook.Never(fmt.Errorf("snapshot %s has failed: delete it by its name, and try again", s.ID))
	case of != "" && s.Database != of:
		return runbook.Seen{}, runbook.Never(fmt.Errorf("snapshot %s is of %s, not of %s", s.ID, s.Database, of))
	}
	return runbook.Seen{So: s.Status == "available", Text: fmt.Sprintf("%s: %s, %d %%", s.ID, s.Status, s.Percent)}, nil
}

func (w *crew) renameStep(gate *runbook.Gate, after ...string) runbook.Step {
	r := w.p.rebuild
	return runbook.Step{
		ID: stepRename, Title: "keep the old database as " + r.Kept, Why: "its name and its endpoint are the standby's; it is kept until somebody deletes it by its new name", After: after, Gate: gate,
		Calls: append(w.standbyCalls("DescribeDBInstances", "DescribeDBSnapshots", "ModifyDBInstance"), call("rds:DescribeDBInstances", runbook.Control, w.p.to)), Undoing: runbook.UndoHours, Timeout: w.c.Waits.Step.D(), PlannedOnly: w.p.kind.Moves(),
		Commit: w.p.kind == Reprotect,
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("aws rds modify-db-instance --db-instance-identifier %s --new-db-instance-identifier %s --apply-immediately --region %s", r.Name(), r.Kept, w.p.from)}
		},
		Check: w.renaming, Before: w.mayRename, Do: w.rename, Await: w.renamed,
	}
}

// renaming says whether RDS has taken the order: between its two names an instance is found under neither.
func (w *crew) renaming(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	r := w.p.rebuild
	db, found, err := w.old(ctx)
	ordered := t.Pin(pinRename) != ""
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case !found && ordered:
		return runbook.Seen{So: true, Text: "between its names"}, nil
	case !found:
		return runbook.Seen{}, runbook.Never(errNoOld)
	case db.ID == r.Kept:
		return runbook.Seen{So: true, Text: db.ID + ", " + db.Status}, nil
	}
	return runbook.Seen{So: ordered && (db.Status == "renaming" || db.PendingID == r.Kept), Text: db.ID + ", " + db.Status}, nil
}

// mayRename: what may be kept at all, its snapshot is whole or was left out by somebody, and the writer answers of which the standby is made: where
// it does not, what was left is the one copy, and is wanted under its name.
func (w *crew) mayRename(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if db, err := w.arriving().Database(ctx, w.p.replica); err != nil || !serving(db) {
		return runbook.Seen{Text: w.p.replica + " in " + w.p.to + " is " + db.Status}, err
	}
	if t.State(stepSnapshot) != runbook.StateSkipped {
		if seen, err := w.snapshotted(ctx); err != nil || !seen.So {
			return seen, err
		}
	}
	return w.mayKeep(ctx, t)
}

func (w *crew) rename(ctx context.Context, t *runbook.Task) error {
	db, err := w.idleOld(ctx, t)
	if err != nil {
		return err
	}
	if db.ID == w.p.rebuild.Kept {
		return nil
	}
	if _, err := t.Decide(ctx, pinRename, w.p.rebuild.Kept); err != nil {
		return err
	}
	return w.leaving().Rename(ctx, db.ID, w.p.rebuild.Kept)
}

func (w *crew) renamed(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	db, found, err := w.old(ctx)
	switch {
	case err != nil || !found:
		return runbook.Seen{Text: "between its names"}, err
	case db.ID != w.p.rebuild.Kept:
		return runbook.Seen{Text: db.ID + ", " + db.Status}, nil
	}
	if serving(db) {
		_, err = t.Decide(ctx, PinKept, db.ID)
	}
	return runbook.Seen{So: serving(db) && err == nil, Text: db.ID + ", " + db.Status}, err
}

// shutting keeps what the old writer had before it is shut off: its groups, and, where it can be asked, how far it had come.
func (w *crew) shutting(ctx context.Context, t *runbook.Task, group string) error {
	db, err := w.leaving().Database(ctx, w.p.source)
	if err != nil {
		return err
	}
	var had []string
	for _, g := range db.Groups {
		if g != group {
			had = append(had, g)
		}
	}
	if len(had) > 0 {
		if _, err := t.Decide(ctx, pinGroups, asJSON(had)); err != nil {
			return err
		}
	}
	if end := w.oldPosition(ctx); end != "" && t.Pin(pinOldEnd) == "" {
		_, err = t.Decide(ctx, pinOldEnd, end)
	}
	return err
}

// oldPosition is where the old writer stands, by its own word; "" where it cannot be asked.
func (w *crew) oldPosition(ctx context.Context) string {
	reader := w.sql[w.p.from]
	if reader == nil {
		return ""
	}
	limited, cancel := context.WithTimeout(ctx, w.c.Waits.Connect.D())
	defer cancel()
	r, err := reader.Read(limited)
	if err != nil || r.InRecovery {
		return ""
	}
	return r.CurrentLSN.String()
}
