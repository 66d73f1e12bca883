package dr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// tokenStep proves that the replica has everything that the old writer ever acknowledged. It belongs to planned runs: where the old
// writer cannot be asked, there is nothing to prove.
func (w *crew) tokenStep(after ...string) runbook.Step {
	calls := []runbook.Call{call("cloudwatch:GetMetricData", runbook.Data, w.p.to)}
	if w.sql[w.p.from] != nil && w.sql[w.p.to] != nil {
		calls = []runbook.Call{call("sql:pg_current_wal_lsn", runbook.Data, w.p.from), call("sql:pg_last_wal_replay_lsn", runbook.Data, w.p.to)}
	}
	return runbook.Step{
		ID: stepToken, Title: "prove that the replica has everything", Why: "what the old writer acknowledged and the replica lacks would be lost",
		After: after, Calls: calls, Safety: true, PlannedOnly: true, Timeout: w.c.Waits.Step.D(), Await: w.token,
	}
}

// promoteStep is the commit point: from its call on the way back is failback.
func (w *crew) promoteStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: StepPromote, Title: "promote replica", Why: at + " must take writes", After: after, Gate: gate, Commit: true,
		Calls: w.promoteCalls(), Undoing: runbook.UndoNever, Timeout: w.c.Waits.Step.D(),
		Paper: func(runbook.Pins) []string {
			return []string{
				fmt.Sprintf("aws rds promote-read-replica --db-instance-identifier %s --backup-retention-period %d --region %s", w.p.replica, w.p.retention, at),
				fmt.Sprintf("aws rds wait db-instance-available --db-instance-identifier %s --region %s", w.p.replica, at),
			}
		},
		Check: w.promotionAccepted, Before: w.mayPromote, Do: w.promote, Await: w.promoted,
	}
}

func (w *crew) promoteCalls() []runbook.Call {
	calls := []runbook.Call{call("rds:DescribeDBInstances", runbook.Control, w.p.to), call("rds:PromoteReadReplica", runbook.Control, w.p.to)}
	if w.sql[w.p.to] != nil {
		calls = append(calls, call("sql:pg_last_wal_replay_lsn", runbook.Data, w.p.to))
	}
	return append(calls, w.readAgain()...)
}

// promotionAccepted: RDS shows the source until the promotion is over, so an instance at work after the promotion was decided is
// one that is being promoted.
func (w *crew) promotionAccepted(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	db, err := w.arriving().Database(ctx, w.p.replica)
	if err != nil {
		return runbook.Seen{}, err
	}
	switch {
	case db.Writer():
		return runbook.Seen{So: true, Text: db.Status + ", writer"}, nil
	case t.Pin(PinPromotedAt) != "" && promoting(db.Status):
		return runbook.Seen{So: true, Text: db.Status}, nil
	}
	return runbook.Seen{Text: db.Status + ", replica of " + identifier(db.Source)}, nil
}

// promoting says whether a status is one that a promotion passes through. A backup comes after it, and refuses it before.
func promoting(status string) bool { return status == changing || status == "rebooting" }

// mayPromote: nobody else has promoted since; planned, nothing is lost; unplanned, there is a receipt that holds or somebody
// has typed that there is none.
func (w *crew) mayPromote(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if seen, err := w.fence.allowed(ctx, t); err != nil || !seen.So {
		return seen, err
	}
	ok, words := w.fence.holds(ctx, t)
	switch {
	case !ok && t.Overridden(checkReceipt):
		return runbook.Seen{So: true, Text: words + ": overridden"}, nil
	case ok && t.Mode() == runbook.Planned && t.State(stepToken) != runbook.StateSkipped:
		return w.stillProven(ctx, t)
	}
	return runbook.Seen{So: ok, Text: words}, nil
}

func (w *crew) promote(ctx context.Context, t *runbook.Task) error {
	if err := w.lastWords(ctx, t); err != nil {
		return err
	}
	err := w.arriving().Promote(ctx, w.p.replica, w.p.retention)
	switch {
	case err == nil:
		return w.keepToken(ctx, t)
	case fault.KindOf(err) != fault.Refused:
		return err
	}
	// RDS refuses an instance that is at work already: on it, or on another thing.
	if seen, lookErr := w.promotionAccepted(ctx, t); lookErr == nil && seen.So {
		return nil
	}
	return err
}

// lastWords pins when the promotion is called for and how far the replica had come: what is lost is reckoned from it.
func (w *crew) lastWords(ctx context.Context, t *runbook.Task) error {
	if reader := w.sql[w.p.to]; reader != nil {
		limited, cancel := context.WithTimeout(ctx, w.c.Waits.Connect.D())
		defer cancel()
		if r, err := reader.Read(limited); err == nil && r.InRecovery {
			if _, err := t.Decide(ctx, PinPosition, r.ReplayLSN.String()); err != nil {
				return err
			}
			if !r.LastReplay.IsZero() {
				if _, err := t.Decide(ctx, PinCommit, r.LastReplay.UTC().Format(time.RFC3339Nano)); err != nil {
					return err
				}
			}
		}
	}
	_, err := t.Decide(ctx, PinPromotedAt, w.now().UTC().Format(time.RFC3339Nano))
	return err
}

// dead are statuses that nothing leads out of without a person.
var dead = []string{"failed", "incompatible-restore", "incompatible-parameters", "incompatible-network", "storage-full", "inaccessible-encryption-credentials", "deleting"}

func (w *crew) promoted(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	db, err := w.arriving().Database(ctx, w.p.replica)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case slices.Contains(dead, db.Status):
		return runbook.Seen{}, runbook.Never(errors.New(w.p.replica + " is " + db.Status))
	case !db.Writer() || !serving(db):
		return runbook.Seen{Text: db.Status}, nil
	}
	return runbook.Seen{So: true, Text: db.Status + ", writer"}, w.keepToken(ctx, t)
}

// serving says whether an instance answers its users: it does so too while it is backed up or changed in small ways.
func serving(db aws.Database) bool {
	return slices.Contains([]string{"available", "backing-up", "configuring-enhanced-monitoring", "storage-optimization"}, db.Status)
}
