package dr

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// The steps that make the standby anew.
const (
	stepHealthy  = "healthy"
	stepAccount  = "account"
	stepAlarms   = "alarms"
	stepReplica  = "replica"
	stepStream   = "stream"
	stepCalm     = "calm"
	stepStanding = "standing"
	stepBackups  = "backups"
)

// reprotection is the graph of a run that makes a standby anew and moves nobody. Its opening gate stands before everything.
func (w *crew) reprotection() []runbook.Step {
	open := w.openGate()
	steps := []runbook.Step{w.healthyStep(w.p.from), w.freezeStep(open, stepHealthy), w.fenceStep(open, stepFreeze), w.accountStep(StepFence)}
	steps, last := w.repointed(append(steps, w.rebuildSteps(open, stepAccount)...))
	return append(steps, w.closing(last)...)
}

// rebuildSteps keep the old database and make the standby under its name. They are the same after a failover and at the end of a failback.
func (w *crew) rebuildSteps(gate *runbook.Gate, after ...string) []runbook.Step {
	steps := w.keepSteps(gate, after...)
	if len(steps) > 0 {
		after = []string{stepRename}
	}
	steps = append(steps, w.alarmsStep(gate, after...), w.replicaStep(gate, stepAlarms), w.streamStep(stepReplica), w.calmStep(stepStream))
	ready := []string{stepCalm}
	if w.p.rebuild.Backed && w.p.rebuild.Retention > 0 {
		steps, ready = append(steps, w.backupsStep(gate, stepStream)), append(ready, stepBackups)
	}
	return append(steps, w.standingStep(gate, ready...))
}

// healthyStep waits until a region that has come back has stayed well: what was half alive for hours is not built on.
func (w *crew) healthyStep(region string) runbook.Step {
	return runbook.Step{
		ID: stepHealthy, Title: region + " stays well for " + span(w.c.Waits.Healthy.D()), Why: "an outage comes back in pieces; what is built on one is lost again",
		Timeout: w.c.Waits.Healthy.D() + w.c.Waits.Step.D(), Poll: min(w.c.Refresh.Fast.D(), w.c.Waits.Healthy.D()/4+time.Millisecond),
		Safety: true, PlannedOnly: w.p.kind.Moves(), Await: w.staysWell(region),
	}
}

// staysWell is so once a region was seen well for long enough without a break. A failback that is taken up after it has promoted does not
// wait again.
func (w *crew) staysWell(region string) runbook.Look {
	var since time.Time
	return func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
		if t.Pin(PinPromotedAt) != "" {
			return runbook.Seen{So: true, Text: "its database was promoted since"}, nil
		}
		why := unfit(w.watch.Estate().side(region))
		switch {
		case why != "":
			since = time.Time{}
			return runbook.Seen{Text: why}, nil
		case since.IsZero():
			since = w.now()
		}
		well := w.now().Sub(since)
		return runbook.Seen{So: well >= w.c.Waits.Healthy.D(), Text: region + " has answered for " + span(well)}, nil
	}
}

func (w *crew) replicaStep(gate *runbook.Gate, after ...string) runbook.Step {
	o := w.p.rebuild.Order
	return runbook.Step{
		ID: stepReplica, Title: "make a replica in " + w.p.from, Why: "the next outage needs a standby: the data is copied by a snapshot, and streams from then on", After: after, Gate: gate,
		Calls:   append(w.standbyCalls("DescribeDBInstances", "CreateDBInstanceReadReplica"), call("rds:DescribeDBInstances", runbook.Control, w.p.to)),
		Undoing: runbook.UndoHours, Timeout: w.c.Waits.Replica.D(), PlannedOnly: w.p.kind.Moves(), Paper: w.replicaPaper,
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			db, err := w.replicaNow(ctx)
			switch {
			case missing(err):
				return runbook.Seen{Text: "there is none yet"}, nil
			case db.ResourceID == w.p.rebuild.Old && db.ResourceID != "":
				return runbook.Seen{Text: "the old database still has its name"}, nil
			}
			return runbook.Seen{So: err == nil, Text: db.Status}, err
		},
		Before: w.mayBuild,
		Do: func(ctx context.Context, t *runbook.Task) error {
			_, err := untilIdle(ctx, t, w.c.Waits.Poll.D(), func(ctx context.Context) (aws.Database, error) { return w.arriving().Database(ctx, w.p.replica) })
			if err != nil {
				return err
			}
			err = w.leaving().CreateReplica(ctx, o)
			if fault.KindOf(err) != fault.Refused {
				return err
			}
			if _, lookErr := w.replicaNow(ctx); lookErr == nil { // it is being made already
				return nil
			}
			return err
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			db, err := w.replicaNow(ctx)
			return runbook.Seen{So: err == nil && serving(db), Text: db.Status}, err
		},
	}
}

// replicaNow is the new replica as it is. What has its name and is no replica of the writer is never replaced.
func (w *crew) replicaNow(ctx context.Context) (aws.Database, error) {
	o := w.p.rebuild.Order
	db, err := w.leaving().Database(ctx, o.ID)
	switch {
	case err != nil:
		return db, err
	case db.ResourceID == w.p.rebuild.Old && db.ResourceID != "":
		return db, runbook.Never(fmt.Errorf("%s is still the name of the old database", o.ID))
	case db.Source != o.Source:
		return db, runbook.Never(fmt.Errorf("%s is there and is no replica of %s: a database that exists is never replaced", o.ID, identifier(o.Source)))
	case slices.Contains(dead, db.Status):
		return db, runbook.Never(fmt.Errorf("%s is %s: look at its events in RDS, delete it by its name, and try again", o.ID, db.Status))
	}
	return db, nil
}

// mayBuild: nobody has promoted since, and what is to be followed is a writer that keeps backups.
func (w *crew) mayBuild(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if seen, err := w.fence.allowed(ctx, t); err != nil || !seen.So {
		return seen, err
	}
	db, err := w.arriving().Database(ctx, w.p.replica)
	if err != nil {
		return runbook.Seen{}, err
	}
	if err := replicable(w.p.to, db); err != nil {
		return runbook.Seen{Text: err.Error()}, nil
	}
	return runbook.Seen{So: true, Text: db.ID + " is the writer"}, nil
}

func (w *crew) replicaPaper(runbook.Pins) []string {
	o := w.p.rebuild.Order
	cmd := fmt.Sprintf("aws rds create-db-instance-read-replica --db-instance-identifier %s --source-db-instance-identifier %s --db-instance-class %s --db-subnet-group-name %s",
		o.ID, o.Source, o.Class, o.SubnetGroup)
	if o.ParameterGroup != "" {
		cmd += " --db-parameter-group-name " + o.ParameterGroup
	}
	if o.KMSKey != "" {
		cmd += " --kms-key-id " + o.KMSKey
	}
	if o.MultiAZ {
		cmd += " --multi-az"
	}
	for i, g := range o.Groups {
		if i == 0 {
			cmd += " --vpc-security-group-ids"
		}
		cmd += " " + g
	}
	return []string{
		cmd + " --deletion-protection --source-region " + w.p.to + " --region " + w.p.from,
		fmt.Sprintf("aws rds wait db-instance-available --db-instance-identifier %s --region %s", o.ID, w.p.from),
	}
}

// backupsStep gives the standby the backups that the old database had: a replica is made without, and one that is promoted in haste is to
// have some at once.
func (w *crew) backupsStep(gate *runbook.Gate, after ...string) runbook.Step {
	r := w.p.rebuild
	return runbook.Step{
		ID: stepBackups, Title: "backups of the new standby", Why: "a replica is made without, and Terraform wants those that the database had", After: after, Gate: gate,
		Calls: w.standbyCalls("DescribeDBInstances", "ModifyDBInstance"), Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("aws rds modify-db-instance --db-instance-identifier %s --backup-retention-period %d --apply-immediately --region %s", r.Name(), r.Retention, w.p.from)}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			db, err := w.replicaNow(ctx)
			ordered := db.PendingRetention != nil && *db.PendingRetention >= r.Retention
			return runbook.Seen{So: err == nil && (ordered || db.RetentionDays >= r.Retention), Text: several(db.RetentionDays, "day")}, err
		},
		Before: w.fence.allowed,
		Do: func(ctx context.Context, t *runbook.Task) error {
			db, err := untilIdle(ctx, t, w.c.Waits.Poll.D(), w.replicaNow)
			if err != nil {
				return err
			}
			return w.leaving().Protect(ctx, db.ID, &r.Retention, nil)
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			db, err := w.replicaNow(ctx)
			return runbook.Seen{So: err == nil && db.RetentionDays >= r.Retention && serving(db), Text: several(db.RetentionDays, "day") + ", " + db.Status}, err
		},
	}
}

// streamStep waits until the new replica has everything that the writer had, and goes on following.
func (w *crew) streamStep(after ...string) runbook.Step {
	calls := w.standbyCalls("DescribeDBInstances")
	if w.sql[w.p.from] != nil && w.sql[w.p.to] != nil {
		calls = append(calls, call("sql:pg_current_wal_lsn", runbook.Data, w.p.to), call("sql:pg_last_wal_replay_lsn", runbook.Data, w.p.from))
	} else {
		calls = append(calls, call("cloudwatch:GetMetricData", runbook.Data, w.p.from))
	}
	return runbook.Step{
		ID: stepStream, Title: "wait until it streams", Why: "a replica that has not caught up saves nobody", After: after, Calls: calls, PlannedOnly: w.p.kind.Moves(),
		Timeout: w.c.Waits.Replica.D(),
		Verify: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			seen, err := w.streams(ctx)
			if err == nil && seen.So && t.Pin(PinStanding) == "" {
				_, err = t.Decide(ctx, PinStanding, stampOf(w.now()))
			}
			return seen, err
		},
	}
}

func (w *crew) streams(ctx context.Context) (runbook.Seen, error) {
	db, err := w.replicaNow(ctx)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case db.ReplicationState == "terminated":
		return runbook.Seen{}, runbook.Never(fmt.Errorf("the replication of %s is terminated: %s", db.ID, plain(db.ReplicationMessage)))
	case !serving(db) || db.ReplicationState != "replicating":
		return runbook.Seen{Text: fmt.Sprintf("%s, replication %s", db.Status, firstOf(db.ReplicationState, "not begun"))}, nil
	}
	writer, replica := w.sql[w.p.to], w.sql[w.p.from]
	if writer == nil || replica == nil {
		return w.streamsByLag(ctx)
	}
	here, err := writer.Read(ctx)
	if err != nil {
		return runbook.Seen{}, judged(err)
	}
	there, err := replica.Read(ctx)
	switch {
	case err != nil:
		return runbook.Seen{}, judged(err)
	case !there.InRecovery:
		return runbook.Seen{Text: "who answers under its name is no replica"}, nil
	}
	lag, known := pg.CorrectedLag(here, there)
	behind := lag.Behind
	if !known {
		return runbook.Seen{Text: "how far it is behind is not known: " + lag.Why}, nil
	}
	return runbook.Seen{So: behind <= w.near(), Text: fmt.Sprintf("%s behind, at %s", span(behind), there.ReplayLSN)}, nil
}

// near is how far behind a replica may be that has caught up.
func (w *crew) near() time.Duration { return min(w.c.Objectives.RPO.D(), 15*time.Second) }

// streamsByLag goes by AWS's figure, which climbs to five minutes where nothing is written.
func (w *crew) streamsByLag(ctx context.Context) (runbook.Seen, error) {
	series, err := w.leaving().Metric(ctx, "ReplicaLag", w.p.rebuild.Name(), w.now().Add(-10*w.c.Refresh.Metrics.D()))
	if err != nil {
		return runbook.Seen{}, err
	}
	last, ok := series.Last()
	if !ok || last.Value < 0 {
		return runbook.Seen{Text: "CloudWatch does not know its lag yet"}, nil
	}
	lag := secondsOf(last.Value)
	return runbook.Seen{So: lag <= w.c.Objectives.RPO.D(), Text: "ReplicaLag " + span(lag) + " at " + clock(last.At, w.now())}, nil
}
