package dr

import (
	"context"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// alarmsStep has somebody called until the new replica streams, and when it falls behind later: its lag there, and what it keeps on the
// disk of its source.
func (w *crew) alarmsStep(gate *runbook.Gate, after ...string) runbook.Step {
	calls := []runbook.Call{}
	for _, region := range []string{w.p.from, w.p.to} {
		calls = append(calls, call("cloudwatch:DescribeAlarms", runbook.Control, region), call("cloudwatch:PutMetricAlarm", runbook.Control, region))
	}
	return runbook.Step{
		ID: stepAlarms, Title: "alarms on the new standby", Why: "until it streams there is no standby, and one that stalls fills the writer's disk", After: after, Gate: gate,
		Calls: calls, Undoing: runbook.UndoSeconds, Timeout: shortStep, PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string {
			return []string{
				"# in " + w.p.from + ": an alarm on ReplicaLag of " + w.p.rebuild.Name() + " above the RPO, missing data breaching",
				"# in " + w.p.to + ": an alarm on OldestReplicationSlotLag of " + w.p.replica,
			}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			left, err := w.unalarmed(ctx, t)
			var names []string
			for _, a := range left {
				names = append(names, a.Metric)
			}
			return allSo(names, "on its lag, and on what the writer keeps for it", "missing: "), err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			left, err := w.unalarmed(ctx, t)
			if err != nil {
				return err
			}
			for region, a := range left {
				if err := w.there[region].Alarm(ctx, a); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// standbyAlarms are those of the new standby, by region.
func (w *crew) standbyAlarms() map[string]aws.Alarm {
	r := w.p.rebuild
	prefix := "lifeboat-" + w.c.Estate + "-"
	lag := aws.Alarm{
		Name: prefix + r.Name() + "-lag", Text: "the standby that Lifeboat has made does not follow within the RPO", Metric: "ReplicaLag", Threshold: w.c.Objectives.RPO.D().Seconds(),
		Dimensions: map[string]string{"DBInstanceIdentifier": r.Name()}, Statistic: "Maximum", Missing: breaching,
	}
	slot := aws.Alarm{
		Name: prefix + w.p.replica + "-slot", Text: "the writer keeps more than a tenth of its disk for a standby that does not follow", Metric: "OldestReplicationSlotLag",
		Threshold: float64(max(r.StorageGiB, 10)) * (1 << 30) / 10, Dimensions: map[string]string{"DBInstanceIdentifier": w.p.replica}, Statistic: "Maximum",
	}
	for _, a := range []*aws.Alarm{&lag, &slot} {
		a.Namespace, a.Comparison, a.Period, a.Periods = "AWS/RDS", "GreaterThanThreshold", time.Minute, 5
	}
	return map[string]aws.Alarm{w.p.from: lag, w.p.to: slot}
}

// pinCalm keeps that the standby streams, so that its alarm does not go off any more where there is no figure.
const pinCalm = "calm"

// calmStep has the alarm on the lag pass over missing figures, once there are some: a replica that becomes the writer later has none.
func (w *crew) calmStep(after ...string) runbook.Step {
	at := w.p.from
	return runbook.Step{
		ID: stepCalm, Title: "the alarm on its lag goes by figures alone", Why: "what is promoted later has no lag, and is not to call anybody for that", After: after,
		Calls:   []runbook.Call{call("cloudwatch:DescribeAlarms", runbook.Control, at), call("cloudwatch:PutMetricAlarm", runbook.Control, at)},
		Undoing: runbook.UndoSeconds, Timeout: shortStep, PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string {
			return []string{"# in " + at + ": the alarm on ReplicaLag of " + w.p.rebuild.Name() + " treats missing data as missing"}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			there, err := w.leaving().Alarms(ctx, []string{w.standbyAlarms()[at].Name})
			if err != nil || len(there) == 0 {
				return runbook.Seen{Text: "it is not there"}, err
			}
			return runbook.Seen{So: there[0].Missing != breaching, Text: "missing data: " + firstOf(there[0].Missing, "missing")}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if _, err := t.Decide(ctx, pinCalm, t.Run); err != nil {
				return err
			}
			a := w.standbyAlarms()[at]
			a.Missing = "missing"
			return w.leaving().Alarm(ctx, a)
		},
	}
}

// breaching is what missing figures mean to the alarm on the lag until the standby streams.
const breaching = "breaching"

func (w *crew) unalarmed(ctx context.Context, t *runbook.Task) (map[string]aws.Alarm, error) {
	left := w.standbyAlarms()
	for region, a := range w.standbyAlarms() {
		there, err := w.there[region].Alarms(ctx, []string{a.Name})
		if err != nil {
			return nil, err
		}
		if len(there) > 0 && (a.Missing == there[0].Missing || a.Missing == "" || t.Pin(pinCalm) != "") {
			delete(left, region)
		}
	}
	return left, nil
}
