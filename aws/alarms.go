package aws

import (
	"context"
	"slices"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Alarm is a CloudWatch alarm on one metric.
type Alarm struct {
	Name, Text        string
	Namespace, Metric string
	Dimensions        map[string]string
	Statistic         string // Average, Maximum, Minimum, Sum, SampleCount
	Comparison        string // GreaterThanThreshold, LessThanOrEqualToThreshold, ...
	Threshold         float64
	Period            time.Duration
	Periods           int      // so many are looked at
	Enough            int      // of them so many must breach; 0: all
	Missing           string   // what a missing datapoint means: breaching, notBreaching, ignore; "": CloudWatch's own, missing
	Actions           []string // ARNs told when it goes off

	State string    // as read: OK, ALARM, INSUFFICIENT_DATA
	Since time.Time // as read: when it came to that
}

const (
	putMetricAlarm  = "cloudwatch:PutMetricAlarm"
	describeAlarms  = "cloudwatch:DescribeAlarms"
	alarmsADescribe = 100 // AWS's bound
)

// Alarm makes an alarm, or makes the one of that name what is said here.
func (c *Changer) Alarm(ctx context.Context, a Alarm) error {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: &a.Name, AlarmDescription: given(a.Text), Namespace: &a.Namespace, MetricName: &a.Metric,
		Statistic: types.Statistic(a.Statistic), ComparisonOperator: types.ComparisonOperator(a.Comparison), Threshold: &a.Threshold,
		Period: inSeconds(a.Period), EvaluationPeriods: awssdk.Int32(int32(a.Periods)), TreatMissingData: given(a.Missing),
		AlarmActions: a.Actions,
	}
	if a.Enough > 0 {
		in.DatapointsToAlarm = awssdk.Int32(int32(a.Enough))
	}
	for name, value := range a.Dimensions {
		in.Dimensions = append(in.Dimensions, types.Dimension{Name: &name, Value: &value})
	}
	l := c.change.look(ctx)
	return change(ctx, l, putMetricAlarm, a.Name, l.api.metrics.PutMetricAlarm, in)
}

// Alarms reads alarms by name, in that order. One that there is not, and one that is not on a single metric, is left out.
func (c *Changer) Alarms(ctx context.Context, names []string) ([]Alarm, error) {
	l := c.read.look(ctx)
	defer l.end()
	batches := slices.Collect(slices.Chunk(names, alarmsADescribe))
	alarms, err := gather(len(batches), func(i int) ([]Alarm, error) {
		list, err := pages(ctx, l, describeAlarms, "", cloudwatch.NewDescribeAlarmsPaginator(l.api.metrics, &cloudwatch.DescribeAlarmsInput{
			AlarmNames: batches[i], AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm},
		}))
		var found []Alarm
		for _, page := range list {
			for _, a := range page.MetricAlarms {
				if a.MetricName != nil {
					found = append(found, alarmOf(a))
				}
			}
		}
		return found, err
	})
	inOrder(alarms, names, func(a Alarm) string { return a.Name })
	return alarms, err
}

func alarmOf(a types.MetricAlarm) Alarm {
	v := Alarm{
		Name: awssdk.ToString(a.AlarmName), Text: awssdk.ToString(a.AlarmDescription),
		Namespace: awssdk.ToString(a.Namespace), Metric: awssdk.ToString(a.MetricName), Dimensions: map[string]string{},
		Statistic: string(a.Statistic), Comparison: string(a.ComparisonOperator), Threshold: awssdk.ToFloat64(a.Threshold),
		Period:  time.Duration(awssdk.ToInt32(a.Period)) * time.Second,
		Periods: int(awssdk.ToInt32(a.EvaluationPeriods)), Enough: int(awssdk.ToInt32(a.DatapointsToAlarm)),
		Missing: awssdk.ToString(a.TreatMissingData), Actions: a.AlarmActions,
		State: string(a.StateValue), Since: awssdk.ToTime(a.StateUpdatedTimestamp),
	}
	for _, d := range a.Dimensions {
		v.Dimensions[awssdk.ToString(d.Name)] = awssdk.ToString(d.Value)
	}
	return v
}
