package api

import (
	"slices"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func putMetricAlarm(c *call) (wire.Struct, error) {
	if err := c.only("PutMetricAlarm", "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions",
		"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "EvaluationPeriods", "DatapointsToAlarm",
		"Threshold", "ComparisonOperator", "TreatMissingData"); err != nil {
		return nil, err
	}
	return wire.Struct{}, c.PutAlarm(c.region, cloud.Alarm{
		Name: c.in.String("AlarmName"), Text: c.in.String("AlarmDescription"), Metric: metricOf(c.in), Dimensions: dimensionsIn(c.in),
		Statistic: c.in.String("Statistic") + c.in.String("ExtendedStatistic"), Comparison: c.in.String("ComparisonOperator"),
		Threshold: c.in.Float("Threshold", 0), Period: time.Duration(c.in.Int("Period", 0)) * time.Second,
		Periods: c.in.Int("EvaluationPeriods", 0), Enough: c.in.Int("DatapointsToAlarm", 0), Missing: c.in.String("TreatMissingData"),
		Actions: c.in.Strings("AlarmActions"), OK: c.in.Strings("OKActions"), Insufficient: c.in.Strings("InsufficientDataActions"),
		Enabled: c.in.Bool("ActionsEnabled", true),
	})
}

func describeAlarms(c *call) (wire.Struct, error) {
	if err := c.only("DescribeAlarms", "AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "MaxRecords", "NextToken"); err != nil {
		return nil, err
	}
	wanted, prefix, state := c.in.Strings("AlarmNames"), c.in.String("AlarmNamePrefix"), c.in.String("StateValue")
	found := keep(c.region.Alarms, func(a *cloud.Alarm) bool {
		return (len(wanted) == 0 || slices.Contains(wanted, a.Name)) && strings.HasPrefix(a.Name, prefix) && (state == "" || a.State == state)
	})
	if types := c.in.Strings("AlarmTypes"); len(types) > 0 && !slices.Contains(types, "MetricAlarm") {
		found = nil
	}
	page, next, err := cut(c.in, paging{"NextToken", "MaxRecords", 100}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"MetricAlarms", wire.Each("member", page, alarmOf)}, {"CompositeAlarms", wire.Members[string](nil)}, {"NextToken", next},
	}, nil
}

func alarmOf(a *cloud.Alarm) wire.Struct {
	statistic := "Statistic"
	if strings.HasPrefix(a.Statistic, "p") {
		statistic = "ExtendedStatistic"
	}
	return wire.Struct{
		{"AlarmName", a.Name}, {"AlarmArn", a.ARN}, {"AlarmDescription", wire.When(a.Text)}, {"AlarmConfigurationUpdatedTimestamp", a.Updated},
		{"ActionsEnabled", a.Enabled}, {"OKActions", wire.Members(a.OK)}, {"AlarmActions", wire.Members(a.Actions)},
		{"InsufficientDataActions", wire.Members(a.Insufficient)},
		{"StateValue", a.State}, {"StateReason", a.Reason}, {"StateUpdatedTimestamp", a.StateAt}, {"StateTransitionedTimestamp", a.ChangedAt},
		{"MetricName", a.Metric.Name}, {"Namespace", a.Metric.Namespace}, {statistic, a.Statistic},
		{"Dimensions", tagList("member", "Name", "Value", a.Dimensions)}, {"Period", int(a.Period.Seconds())},
		{"EvaluationPeriods", a.Periods}, {"DatapointsToAlarm", a.Enough}, {"Threshold", a.Threshold},
		{"ComparisonOperator", a.Comparison}, {"TreatMissingData", a.Missing},
	}
}
