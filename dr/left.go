package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// Left is the database that the last promotion left behind in the region that takes over, where nothing replicates the writer of record and its
// region has gone dark: the one copy that there is. What was written since it was left is lost, so it is taken up again only by an override.
type Left struct {
	Since  string   `json:"since"`            // RFC 3339: when it was left
	Kept   string   `json:"kept,omitempty"`   // the name that it got, where the standby that was to have its own was never made
	Groups []string `json:"groups,omitempty"` // the security groups that it had before it was shut off
}

// leftBehind finds the database that was left in the region that takes over.
func (m *planner) leftBehind() error {
	v := m.last.view
	id := v.Pins[PinSource]
	if m.kind != Failover || v.Run == "" || v.Plan.From != m.to.Name || m.from.silentSince().IsZero() {
		return &Refusal{m.to.Name + " has no replica that could be promoted", "the data must be brought there first: a new replica of " + m.from.Name + "'s writer (lifeboat reprotect)"}
	}
	db, kept := m.leftAs(id)
	switch {
	case db == nil:
		return &Refusal{fmt.Sprintf("%s has neither a replica nor %s, which the run %s has left there", m.to.Name, id, v.Run), "wait for " + m.from.Name + ", or restore a snapshot by hand under that name"}
	case !db.Writer() || !serving(*db):
		return &Refusal{fmt.Sprintf("%s in %s follows nobody who answers, and is %s", db.ID, m.to.Name, db.Status), m.aside()}
	}
	groups, err := m.groupsOf(m.to.Name, id, db)
	if err != nil {
		return err
	}
	m.p.replica, m.p.source, m.p.left = id, v.Pins[PinReplica], &Left{Since: v.Pins[PinPromotedAt], Kept: kept, Groups: groups}
	m.p.retention, m.p.multiAZ = max(db.RetentionDays, 1), db.MultiAZ
	return nil
}

// leftAs is the database that was left, under its name or under the one by which it is kept; nil where it is neither.
func (m *planner) leftAs(id string) (db *aws.Database, kept string) {
	for i := range m.to.Raw.Databases.Value {
		if db := &m.to.Raw.Databases.Value[i]; db.ID == id {
			return db, ""
		}
	}
	for i := range m.to.Raw.Kept.Value {
		if db := &m.to.Raw.Kept.Value[i]; m.last.rebuild != nil && db.ResourceID == m.last.rebuild.Old {
			return db, db.ID
		}
	}
	return nil, ""
}

// aside is what is left to a person where another has the name: what was left is kept under a name that says so.
func (m *planner) aside() string {
	if r := m.last.rebuild; r != nil && r.renaming {
		return fmt.Sprintf("%s is kept there as %s: move aside what has its name, give it that name back by hand, and fail over again", r.Name(), r.Kept)
	}
	return "see its page in the cockpit"
}

// retakeStep is the promotion of a database that is a writer already: from it on it is the writer of record. It is let be reached again.
func (w *crew) retakeStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: StepPromote, Title: "take up " + w.p.replica + " again", Why: "it is the one copy that there is, and " + at + " must take writes", After: after, Gate: gate, Commit: true,
		Calls: append([]runbook.Call{call("rds:DescribeDBInstances", runbook.Control, at), call("rds:ModifyDBInstance", runbook.Control, at)}, w.readAgain()...), Undoing: runbook.UndoNever,
		Timeout: w.c.Waits.Step.D(),
		Paper: func(runbook.Pins) []string {
			change := "--vpc-security-group-ids " + strings.Join(w.p.left.Groups, " ")
			if w.p.left.Kept != "" {
				change += " --new-db-instance-identifier " + w.p.replica
			}
			return []string{fmt.Sprintf("aws rds modify-db-instance --db-instance-identifier %s %s --apply-immediately --region %s", firstOf(w.p.left.Kept, w.p.replica), change, at)}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			db, err := w.arriving().Database(ctx, w.p.replica)
			if missing(err) && w.p.left.Kept != "" {
				return runbook.Seen{Text: "kept as " + w.p.left.Kept}, nil
			}
			return runbook.Seen{So: t.Pin(PinPromotedAt) != "" && w.reachable(db), Text: db.Status + ", security groups " + commas(db.Groups)}, err
		},
		Before: w.mayPromote, Do: w.retake,
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			db, err := w.arriving().Database(ctx, w.p.replica)
			switch {
			case missing(err) && w.p.left.Kept != "":
				return runbook.Seen{Text: "between its names"}, nil
			case err != nil:
				return runbook.Seen{}, err
			case !db.Writer():
				return runbook.Seen{}, runbook.Never(errors.New(w.p.replica + " has become a replica of " + identifier(db.Source)))
			}
			return runbook.Seen{So: w.reachable(db) && serving(db), Text: db.Status + ", writer"}, nil
		},
	}
}

// reachable says whether a database has all the groups that its clients need.
func (w *crew) reachable(db aws.Database) bool {
	return !slices.ContainsFunc(w.p.left.Groups, func(g string) bool { return !slices.Contains(db.Groups, g) })
}

func (w *crew) retake(ctx context.Context, t *runbook.Task) error {
	if _, err := t.Decide(ctx, PinPromotedAt, w.now().UTC().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	if kept := w.p.left.Kept; kept != "" {
		if err := w.giveBack(ctx, kept); err != nil {
			return err
		}
	}
	db, err := w.named(ctx, t)
	if err != nil || w.reachable(db) {
		return err
	}
	return w.arriving().SetGroups(ctx, w.p.replica, w.p.left.Groups)
}

// giveBack gives what was left its name, unless it has it or is about to.
func (w *crew) giveBack(ctx context.Context, kept string) error {
	list, err := w.arriving().Databases(ctx, []string{kept, w.p.replica})
	if err != nil || len(list) != 1 || list[0].ID != kept || list[0].Status == "renaming" || list[0].PendingID != "" {
		return err
	}
	return w.arriving().Rename(ctx, kept, w.p.replica)
}

// named is what was left once it has its name, and is at no work: RDS refuses another then.
func (w *crew) named(ctx context.Context, t *runbook.Task) (aws.Database, error) {
	return untilIdle(ctx, t, w.c.Waits.Poll.D(), func(ctx context.Context) (aws.Database, error) {
		db, err := w.arriving().Database(ctx, w.p.replica)
		if missing(err) {
			return aws.Database{ID: w.p.replica, Status: "renaming"}, nil
		}
		return db, err
	})
}

// lossOfLeft is what is lost by taking up again what was left: everything since, until the other region fell silent.
func lossOfLeft(pins runbook.Pins) string {
	var left Left
	if err := json.Unmarshal([]byte(pins[PinLeft]), &left); err != nil {
		return "What was lost is not known: " + err.Error()
	}
	since, until := stampTime(left.Since), stampTime(pins[PinPromotedAt])
	if silent := stampTime(pins[PinSilent]); silent.After(since) && silent.Before(until) {
		until = silent
	}
	return fmt.Sprintf("What %s wrote since %s is lost, if it wrote anything: at most %s of writes, until nothing of it answered", pins[pinFrom], moment(since), atMost(until.Sub(since)))
}
