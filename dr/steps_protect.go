package dr

import (
	"context"
	"fmt"
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
