package api

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// lagAlarm goes off when the standby is five minutes behind for two periods.
func lagAlarm() *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("lag"), AlarmDescription: aws.String("the standby is behind"), Namespace: aws.String("AWS/RDS"), MetricName: aws.String("ReplicaLag"),
		Dimensions: []types.Dimension{{Name: aws.String("DBInstanceIdentifier"), Value: aws.String(standby)}},
		Statistic:  types.StatisticMaximum, ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(300),
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), TreatMissingData: aws.String("breaching"),
		AlarmActions: []string{"arn:aws:sns:us-west-2:123456789012:ops"},
	}
}

func (b *bubble) alarms(t *testing.T, in cloudwatch.DescribeAlarmsInput) []types.MetricAlarm {
	t.Helper()
	return must[*cloudwatch.DescribeAlarmsOutput](t)(cloudwatch.NewFromConfig(b.config(west)).DescribeAlarms(ctx, &in)).MetricAlarms
}

func (b *bubble) putAlarm(t *testing.T, in *cloudwatch.PutMetricAlarmInput) {
	t.Helper()
	must[*cloudwatch.PutMetricAlarmOutput](t)(cloudwatch.NewFromConfig(b.config(west)).PutMetricAlarm(ctx, in))
}

func TestAnAlarmIsKeptAndJudgedByItsMetric(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.putAlarm(t, lagAlarm())
		expect(t, "new", b.alarms(t, cloudwatch.DescribeAlarmsInput{})[0].StateValue, types.StateValueInsufficientData)
		time.Sleep(time.Minute)
		a := b.alarms(t, cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"lag", "nothing"}})[0]
		inRegion(t, a.AlarmArn, west)
		expect(t, "well", a.StateValue, types.StateValueOk)
		expect(t, "threshold", *a.Threshold, 300)
		expect(t, "dimension", *a.Dimensions[0].Value, standby)
		expect(t, "so many must breach", *a.DatapointsToAlarm, 2)
		b.direct(t, "stall-replica")
		time.Sleep(10 * time.Minute)
		a = b.alarms(t, cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm})[0]
		expect(t, "it went off some time ago", a.StateTransitionedTimestamp.Before(time.Now().Add(-2*time.Minute)), true)
		changed := lagAlarm()
		changed.Threshold = aws.Float64(3600)
		b.putAlarm(t, changed)
		expect(t, "changed, and not judged yet", b.alarms(t, cloudwatch.DescribeAlarmsInput{})[0].StateValue, types.StateValueAlarm)
		time.Sleep(time.Minute)
		expect(t, "well with another threshold", b.alarms(t, cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("la")})[0].StateValue, types.StateValueOk)
	})
}

func TestWhatAMissingDatapointMeansIsTheAlarmsToSay(t *testing.T) {
	for missing, want := range map[string]types.StateValue{
		"": types.StateValueInsufficientData, "breaching": types.StateValueAlarm, "notBreaching": types.StateValueOk, "ignore": types.StateValueInsufficientData,
	} {
		inBubble(t, func(t *testing.T, b *bubble) {
			in := lagAlarm()
			in.MetricName, in.TreatMissingData = aws.String("Nothing"), aws.String(missing)
			if missing == "" {
				in.TreatMissingData = nil
			}
			b.putAlarm(t, in)
			time.Sleep(3 * time.Minute)
			expect(t, missing, b.alarms(t, cloudwatch.DescribeAlarmsInput{})[0].StateValue, want)
		})
	}
}

func TestAlarmsThatAWSRefusesAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		for what, change := range map[string]func(in *cloudwatch.PutMetricAlarmInput){
			"period":     func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(45) },
			"comparison": func(in *cloudwatch.PutMetricAlarmInput) { in.ComparisonOperator = "More" },
			"periods":    func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(0) },
			"too many":   func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(3) },
			"math":       func(in *cloudwatch.PutMetricAlarmInput) { in.MetricName = nil },
		} {
			in := lagAlarm()
			change(in)
			_, err := cloudwatch.NewFromConfig(b.config(west)).PutMetricAlarm(ctx, in)
			if err == nil {
				t.Errorf("%s is taken", what)
				continue
			}
			refused(t, err, "ValidationError")
		}
		expect(t, "alarms", len(b.alarms(t, cloudwatch.DescribeAlarmsInput{})), 0)
	})
}
