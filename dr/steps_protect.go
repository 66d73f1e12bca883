package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// protectStep gives the new writer what the old one had: backups, a second zone, and an alarm on its disk. A promoted replica has its own settings,
// not its source's.
func (w *crew) protectStep(after ...string) runbook.Step {
	at := w.p.to
	return runbook.Step{
		ID: stepProtect, Title: "protect the new primary", Why: "a promoted replica keeps one day of backups in one zone, and nobody is called when its disk fills", After: after,
		Calls: []runbook.Call{
			call("rds:DescribeDBInstances", runbook.Control, at), call("rds:ModifyDBInstance", runbook.Control, at),
			call("cloudwatch:DescribeAlarms", runbook.Control, at), call("cloudwatch:PutMetricAlarm", runbook.Control, at),
		},
		Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), Paper: w.protectPaper,
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			missing, _, err := w.unprotected(ctx)
			return allSo(missing.words(), fmt.Sprintf("backups %d days, an alarm on its storage", w.p.retention), ""), err
		},
		Do: w.protect,
	}
}

// lacks is what the new writer lacks.
type lacks struct {
	retention, zone, alarm bool
}

func (l lacks) words() []string {
	var out []string
	for _, w := range []struct {
		lacks bool
		words string
	}{{l.retention, "backups are kept too short"}, {l.zone, "one zone only"}, {l.alarm, "no alarm on its storage"}} {
		if w.lacks {
			out = append(out, w.words)
		}
	}
	return out
}

// storageAlarm calls somebody before the disk of the new writer is full: at a tenth of it.
func (w *crew) storageAlarm(db aws.Database) aws.Alarm {
	return aws.Alarm{
		Name: "lifeboat-" + w.c.Estate + "-" + w.p.replica + "-storage", Text: "free storage of the database that Lifeboat promoted is below a tenth",
		Namespace: "AWS/RDS", Metric: "FreeStorageSpace", Dimensions: map[string]string{"DBInstanceIdentifier": w.p.replica},
		Statistic: "Minimum", Comparison: "LessThanThreshold", Threshold: float64(db.StorageGiB) * (1 << 30) / 10, Period: 5 * time.Minute, Periods: 1,
	}
}

// unprotected is what the new writer lacks and was not ordered yet.
func (w *crew) unprotected(ctx context.Context) (l lacks, db aws.Database, err error) {
	var alarms []aws.Alarm
	var g errgroup.Group
	g.Go(func() (err error) { db, err = w.arriving().Database(ctx, w.p.replica); return err })
	g.Go(func() (err error) {
		alarms, err = w.arriving().Alarms(ctx, []string{w.storageAlarm(aws.Database{}).Name})
		return err
	})
	if err := g.Wait(); err != nil {
		return l, db, err
	}
	kept, zones := db.RetentionDays, db.MultiAZ
	if db.PendingRetention != nil {
		kept = *db.PendingRetention
	}
	if db.PendingMultiAZ != nil {
		zones = *db.PendingMultiAZ
	}
	return lacks{retention: kept < w.p.retention, zone: w.p.multiAZ && !zones, alarm: len(alarms) == 0}, db, nil
}

func (w *crew) protect(ctx context.Context, _ *runbook.Task) error {
	l, db, err := w.unprotected(ctx)
	if err == nil && l.alarm {
		err = w.arriving().Alarm(ctx, w.storageAlarm(db))
	}
	if err != nil || !l.retention && !l.zone {
		return err
	}
	var retention *int
	var zone *bool
	if l.retention {
		retention = &w.p.retention
	}
	if l.zone {
		zone = &w.p.multiAZ
	}
	return w.arriving().Protect(ctx, w.p.replica, retention, zone)
}

func (w *crew) protectPaper(runbook.Pins) []string {
	zone := ""
	if w.p.multiAZ {
		zone = " --multi-az"
	}
	return []string{
		fmt.Sprintf("aws rds modify-db-instance --db-instance-identifier %s --backup-retention-period %d%s --apply-immediately --region %s", w.p.replica, w.p.retention, zone, w.p.to),
		"# and an alarm on its FreeStorageSpace",
	}
}

// reportStep says what came of it. It calls nothing: everything is in the journal and in what was read.
func (w *crew) reportStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: stepReport, Title: "report", Why: "what was lost and what is still open is said by whoever did it", After: after, Timeout: shortStep,
		Await: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.DryRun {
				return runbook.Seen{So: true, Text: "nothing was changed: each step says what it would have done"}, nil
			}
			return runbook.Seen{So: true, Text: w.report(t)}, nil
		},
	}
}

// report is the run's outcome in a few sentences.
func (w *crew) report(t *runbook.Task) string {
	if t.DryRun {
		return "nothing was changed: this was a dry run"
	}
	lines := []string{w.p.to + " serves and writes" + w.since(t), w.lost(t)}
	if t.Mode() == runbook.Unplanned {
		if ok, words := w.fence.known(t); !ok {
			lines = append(lines, "old writer NOT fenced yet: "+words)
		}
	}
	return strings.Join(lines, ". ")
}

// since is the moment from which users were served again, and how long after the last sign of the old writer that was.
func (w *crew) since(t *runbook.Task) string {
	at, err := time.Parse(time.RFC3339Nano, t.Pin(pinServed))
	if err != nil {
		return ""
	}
	words := " since " + at.UTC().Format("15:04:05 UTC")
	if contact := w.watch.Estate().Replication.LastContact; t.Mode() == runbook.Unplanned && at.After(contact) && !contact.IsZero() {
		words += ", " + span(at.Sub(contact)) + " after the last contact with the old writer"
	}
	return words
}

// lost is what the run lost, as far as it can be told now.
func (w *crew) lost(t *runbook.Task) string {
	pins := t.Pins()
	if token := pins[PinToken]; token != "" {
		return "Nothing was lost: " + token
	}
	if t.Mode() == runbook.Planned {
		return "Nothing was proven about what was lost: " + w.unproven(t)
	}
	return LossAfter(pins)
}

// LossAfter is what an unplanned run lost: everything that the old writer committed between the last commit that the replica had
// replayed and the moment from which on nothing of its region answered, or else the promotion. What the old writer holds beyond is known when its
// region is back.
func LossAfter(pins runbook.Pins) string {
	last, err := time.Parse(time.RFC3339Nano, pins[PinCommit])
	called, calledErr := time.Parse(time.RFC3339Nano, pins[PinPromotedAt])
	switch {
	case err != nil && calledErr != nil:
		return "What was lost is not known: neither the replica's last commit nor the promotion's time was read"
	case err != nil:
		return "What was lost is not known: the replica could not be asked for its last commit; it was promoted at " + called.UTC().Format("15:04:05 UTC")
	}
	came := last.UTC().Format("15:04:05.000 UTC")
	if position := pins[PinPosition]; position != "" {
		came += " (position " + position + ")"
	}
	until, why := called, "the promotion"
	if silent, err := time.Parse(time.RFC3339Nano, pins[PinSilent]); err == nil && silent.After(last) && silent.Before(until) {
		until, why = silent, "from when on nothing of the old region answered"
	}
	if !until.After(last) {
		return "The last commit that came through is of " + came
	}
	return fmt.Sprintf("At most %s of writes are lost: what was committed after %s, the last commit that came through, and before %s, %s",
		atMost(until.Sub(last)), came, until.UTC().Format("15:04:05 UTC"), why)
}

// known is holds without a look: what the newest refresh said.
func (f *fence) known(t *runbook.Task) (bool, string) {
	r, _, void := ReceiptOf(t.Pins())
	switch {
	case r == nil:
		return false, "there is no fence receipt"
	case void != "":
		return false, "the fence receipt is void: " + void
	}
	return true, r.Text
}
