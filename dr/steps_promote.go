package dr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
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

func (w *crew) token(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if have := t.Pin(PinToken); have != "" {
		return runbook.Seen{So: true, Text: have}, nil
	}
	proof, words, err := w.proven(ctx, t)
	if err != nil || proof == "" {
		return runbook.Seen{Text: words}, err
	}
	kept, err := t.Decide(ctx, PinToken, proof)
	return runbook.Seen{So: err == nil, Text: kept}, err
}

// proven is the proof in words; "" while there is none, and then the words say what is waited for.
func (w *crew) proven(ctx context.Context, t *runbook.Task) (proof, words string, err error) {
	old, replica := w.sql[w.p.from], w.sql[w.p.to]
	if old != nil && replica != nil {
		return w.byPositions(ctx, t, old, replica)
	}
	return w.byDatapoint(ctx, t)
}

// byPositions compares the old writer's last position, read once after the fence, with what the replica has replayed.
func (w *crew) byPositions(ctx context.Context, t *runbook.Task, old, replica sqlReader) (proof, words string, err error) {
	last := t.Pin(PinOldPosition)
	if last == "" {
		r, err := old.Read(ctx)
		if err != nil {
			return "", "", judged(err)
		}
		if r.InRecovery {
			return "", "", runbook.Never(fmt.Errorf("%s is a replica itself: its position proves nothing", w.p.source))
		}
		if last, err = t.Decide(ctx, PinOldPosition, r.CurrentLSN.String()); err != nil {
			return "", "", err
		}
	}
	want, err := pg.ParseLSN(last)
	if err != nil {
		return "", "", runbook.Never(err)
	}
	r, err := replica.Read(ctx)
	if err != nil {
		return "", "", judged(err)
	}
	if r.ReplayLSN < want {
		return "", fmt.Sprintf("the replica is at %s of %s", r.ReplayLSN, want), nil
	}
	return fmt.Sprintf("the replica has replayed %s, past the old writer's last position %s", r.ReplayLSN, want), "", nil
}

// byDatapoint is the proof without a connection: a datapoint stamped t with lag l proves that all that was committed before t - l is
// replayed. RDS commits a heartbeat of its own every five minutes, so this takes six to ten.
func (w *crew) byDatapoint(ctx context.Context, t *runbook.Task) (proof, words string, err error) {
	r, _, void := ReceiptOf(t.Pins())
	if r == nil || void != "" {
		return "", "there is no fence receipt that holds", nil
	}
	need := r.At.Add(w.c.Waits.Receipt.D())
	series, err := w.arriving().Metric(ctx, "ReplicaLag", w.p.replica, r.At)
	if err != nil {
		return "", "", err
	}
	for _, p := range slices.Backward(series) {
		if safe := p.At.Add(-secondsOf(p.Value)); p.Value >= 0 && safe.After(need) {
			return fmt.Sprintf("ReplicaLag %s at %s: all before %s is replayed, and the last writer had stopped at %s",
				span(secondsOf(p.Value)), clock(p.At, w.now()), clock(safe, w.now()), clock(r.At, w.now())), "", nil
		}
	}
	return "", "waiting for a ReplicaLag datapoint that reaches beyond " + clock(need, w.now()) + " (6 to 10 minutes without a connection to the databases)", nil
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
	return calls
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
	if t.Mode() == runbook.Planned && t.Pin(PinToken) == "" && t.State(stepToken) != runbook.StateSkipped {
		return runbook.Seen{Text: "nothing proves that the replica has everything"}, nil
	}
	ok, words := w.fence.holds(ctx, t)
	if !ok && t.Overridden(checkReceipt) {
		return runbook.Seen{So: true, Text: words + ": overridden"}, nil
	}
	return runbook.Seen{So: ok, Text: words}, nil
}

func (w *crew) promote(ctx context.Context, t *runbook.Task) error {
	if err := w.lastWords(ctx, t); err != nil {
		return err
	}
	err := w.arriving().Promote(ctx, w.p.replica, w.p.retention)
	if fault.KindOf(err) != fault.Refused {
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
	return runbook.Seen{So: true, Text: db.Status + ", writer"}, nil
}

// serving says whether an instance answers its users: it does so too while it is backed up or changed in small ways.
func serving(db aws.Database) bool {
	return slices.Contains([]string{"available", "backing-up", "configuring-enhanced-monitoring", "storage-optimization"}, db.Status)
}
