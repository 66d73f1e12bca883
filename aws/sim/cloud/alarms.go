package cloud

import (
	"slices"
	"time"
)

// Alarm is a CloudWatch alarm on one metric. It is judged at the end of each metric period.
type Alarm struct {
	Name, ARN, Text             string
	Metric                      Metric
	Dimensions                  []Tag
	Statistic                   string // as Region.Datapoints has it
	Comparison                  string
	Threshold                   float64
	Period                      time.Duration
	Periods, Enough             int    // so many are looked at, of them so many must breach
	Missing                     string // breaching, notBreaching, ignore, missing
	Actions, OK, Insufficient   []string
	Enabled                     bool // its actions
	State, Reason               string
	Updated, StateAt, ChangedAt time.Time // its settings; its state; its state, to another
}

// The states of an alarm.
const (
	AlarmOff     = "OK"
	AlarmOn      = "ALARM"
	AlarmUnknown = "INSUFFICIENT_DATA"
)

// comparisons say whether a value breaches a threshold.
var comparisons = map[string]func(v, threshold float64) bool{
	"GreaterThanThreshold":          func(v, t float64) bool { return v > t },
	"GreaterThanOrEqualToThreshold": func(v, t float64) bool { return v >= t },
	"LessThanThreshold":             func(v, t float64) bool { return v < t },
	"LessThanOrEqualToThreshold":    func(v, t float64) bool { return v <= t },
}

// PutAlarm makes an alarm, or changes the one of its name, as PutMetricAlarm does. A new one has seen no data yet; a
// changed one keeps its state until it is judged.
func (w *World) PutAlarm(r *Region, a Alarm) error {
	if a.Enough == 0 {
		a.Enough = a.Periods
	}
	if a.Missing == "" {
		a.Missing = "missing"
	}
	if err := w.checkAlarm(a); err != nil {
		return err
	}
	a.ARN, a.Updated = r.arn("cloudwatch", "alarm:"+a.Name), w.now
	a.State, a.Reason, a.StateAt, a.ChangedAt = AlarmUnknown, "Unchecked: Initial alarm creation", w.now, w.now
	i := slices.IndexFunc(r.Alarms, func(o *Alarm) bool { return o.Name == a.Name })
	if i < 0 {
		r.Alarms = append(r.Alarms, &a)
		return nil
	}
	before := r.Alarms[i]
	a.State, a.Reason, a.StateAt, a.ChangedAt = before.State, before.Reason, before.StateAt, before.ChangedAt
	*before = a
	return nil
}

func (w *World) checkAlarm(a Alarm) error {
	known := comparisons[a.Comparison] != nil && statistic(a.Statistic) != nil && slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, a.Missing)
	short := slices.Contains([]time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second}, a.Period)
	switch {
	case a.Name == "" || a.Metric.Namespace == "" || a.Metric.Name == "":
		return refuse("ValidationException", "AlarmName, Namespace and MetricName must be given")
	case !known:
		return refuse("ValidationException", "ComparisonOperator %q, Statistic %q or TreatMissingData %q is none", a.Comparison, a.Statistic, a.Missing)
	case a.Period <= 0 || !short && a.Period%w.Period() != 0:
		return refuse("ValidationException", "Period must be 10, 20, 30 or a multiple of %d seconds, not %d", int(w.Period().Seconds()), int(a.Period.Seconds()))
	case a.Periods < 1 || a.Enough < 1 || a.Enough > a.Periods:
		return refuse("ValidationException", "DatapointsToAlarm must be between 1 and EvaluationPeriods, which must be 1 at least")
	}
	return nil
}

// judgeAlarms looks at every alarm of a region once a period is over.
func (w *World) judgeAlarms(r *Region, end time.Time) {
	for _, a := range r.Alarms {
		state, reason := r.judge(a, end)
		if state == "" {
			continue
		}
		if a.StateAt = w.now; state != a.State {
			a.ChangedAt = w.now
		}
		a.State, a.Reason = state, reason
	}
}

// judge gives an alarm's state by its last periods; "" where that stays as it is.
func (r *Region) judge(a *Alarm, end time.Time) (state, reason string) {
	end = end.Truncate(a.Period)
	data, _ := r.Datapoints(a.Metric, end.Add(-time.Duration(a.Periods)*a.Period), end, a.Period, a.Statistic)
	known, breaching := len(data), 0
	for _, d := range data {
		if comparisons[a.Comparison](d.Value, a.Threshold) {
			breaching++
		}
	}
	switch missing := a.Periods - known; a.Missing {
	case "breaching":
		known, breaching = a.Periods, breaching+missing
	case "notBreaching":
		known = a.Periods
	}
	switch {
	case known == 0 && a.Missing == "ignore":
		return "", ""
	case known == 0:
		return AlarmUnknown, "Insufficient Data: no datapoints were received"
	case breaching >= a.Enough:
		return AlarmOn, "Threshold Crossed"
	}
	return AlarmOff, "Threshold not crossed"
}
