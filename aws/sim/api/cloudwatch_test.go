package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"lifeboat/aws/sim/cloud"
)

func query(id, space, name, stat string, dims ...string) types.MetricDataQuery {
	m := &types.Metric{Namespace: &space, MetricName: &name}
	for i := 0; i < len(dims); i += 2 {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &dims[i], Value: &dims[i+1]})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(60), Stat: &stat}}
}

func (s *sim) data(region string, in cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	in.StartTime, in.EndTime = aws.Time(s.now.Add(-time.Hour)), aws.Time(s.now)
	return cloudwatch.NewFromConfig(s.config(region)).GetMetricData(ctx, &in)
}

func TestMetricsOfBothRegionsAreKeptApart(t *testing.T) {
	s := newSim(t, 0)
	lb := in(s, east, func(w *cloud.World, r *cloud.Region) string {
		return r.Balancers[0].ARN[len("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/"):]
	})
	ask := cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{
		query("requests", "AWS/ApplicationELB", "RequestCount", "Sum", "LoadBalancer", lb),
		query("p95", "AWS/ApplicationELB", "TargetResponseTime", "p95", "LoadBalancer", lb),
		query("lag", "AWS/RDS", "ReplicaLag", "Average", "DBInstanceIdentifier", "davidshaevel-dr-db"),
		query("slot", "AWS/RDS", "OldestReplicationSlotLag", "Average", "DBInstanceIdentifier", "davidshaevel-dev-db"),
	}}
	points := map[string]map[string]int{}
	for _, region := range []string{east, west} {
		points[region] = map[string]int{}
		for _, r := range must[*cloudwatch.GetMetricDataOutput](t)(s.data(region, ask)).MetricDataResults {
			points[region][*r.Id] = len(r.Values)
			expect(t, "status", r.StatusCode, types.StatusCodeComplete)
			for i, v := range r.Values {
				switch {
				case *r.Id == "requests" && (v < 500 || v > 900), *r.Id == "p95" && (v < 0.04 || v > 0.2), *r.Id == "lag" && (v < 0 || v > 8):
					t.Errorf("%s is %v", *r.Id, v)
				}
				if i > 0 && !r.Timestamps[i].Before(r.Timestamps[i-1]) {
					t.Error("not the newest first")
				}
			}
		}
	}
	expect(t, "in us-east-1", fmt.Sprint(points[east]), "map[lag:0 p95:60 requests:60 slot:60]")
	expect(t, "in us-west-2", fmt.Sprint(points[west]), "map[lag:60 p95:0 requests:0 slot:0]")
}

func TestRealRequestsAreCountedIn(t *testing.T) {
	s := newSim(t, 0)
	dns := in(s, west, func(w *cloud.World, r *cloud.Region) string { return r.Balancers[0].DNSName })
	lb := in(s, west, func(w *cloud.World, r *cloud.Region) string {
		return r.Balancers[0].ARN[len("arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/"):]
	})
	for range 7 {
		s.Serve(dns, cloud.Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/"})
	}
	s.Serve(dns, cloud.Request{Port: 443, Method: "GET", Host: "grafana.davidshaevel.com", Path: "/"})
	s.pass(time.Minute)
	out := must[*cloudwatch.GetMetricDataOutput](t)(s.data(west, cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{
		query("requests", "AWS/ApplicationELB", "RequestCount", "Sum", "LoadBalancer", lb),
		query("elb5xx", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", "LoadBalancer", lb),
	}}))
	expect(t, "requests", fmt.Sprint(out.MetricDataResults[0].Values), "[7]")
	expect(t, "5xx of the balancer", fmt.Sprint(out.MetricDataResults[1].Values), "[1]")
}

func TestDatapointsComeInPages(t *testing.T) {
	s := newSim(t, 0)
	ask := cloudwatch.GetMetricDataInput{
		MaxDatapoints: aws.Int32(50), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{
			query("a", "AWS/RDS", "DatabaseConnections", "Average", "DBInstanceIdentifier", "davidshaevel-dev-db"),
			query("b", "AWS/RDS", "FreeStorageSpace", "Minimum", "DBInstanceIdentifier", "davidshaevel-dev-db"),
		},
	}
	seen, pages := map[string]int{}, 0
	for {
		out := must[*cloudwatch.GetMetricDataOutput](t)(s.data(east, ask))
		for _, r := range out.MetricDataResults {
			seen[*r.Id] += len(r.Values)
		}
		pages++
		if ask.NextToken = out.NextToken; ask.NextToken == nil {
			break
		}
	}
	expect(t, "points", fmt.Sprint(seen), "map[a:60 b:60]")
	expect(t, "pages", pages, 3)
}

func TestQueriesThatAWSRefusesAreRefused(t *testing.T) {
	s := newSim(t, 0)
	var many []types.MetricDataQuery
	for i := range 501 {
		many = append(many, query(fmt.Sprint("q", i), "AWS/RDS", "ReplicaLag", "Average"))
	}
	_, err := s.data(east, cloudwatch.GetMetricDataInput{MetricDataQueries: many})
	refused(t, err, "ValidationError")
	_, err = s.data(east, cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("x", "AWS/RDS", "ReplicaLag", "Median")}})
	refused(t, err, "ValidationError")
	_, err = s.data(east, cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("e"), Expression: aws.String("m1*2")}}})
	refused(t, err, "ValidationError")
}

func TestMetricNamesAreListed(t *testing.T) {
	s := newSim(t, 0)
	client := cloudwatch.NewFromConfig(s.config(west))
	list := func(in cloudwatch.ListMetricsInput) int {
		return len(must[*cloudwatch.ListMetricsOutput](t)(client.ListMetrics(ctx, &in)).Metrics)
	}
	expect(t, "ReplicaLag", list(cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/RDS"), MetricName: aws.String("ReplicaLag")}), 1)
	of := func(id string) cloudwatch.ListMetricsInput {
		return cloudwatch.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("DBInstanceIdentifier"), Value: &id}}}
	}
	expect(t, "of the replica", list(of("davidshaevel-dr-db")), 3)
	expect(t, "of another", list(of("davidshaevel-dr")), 0)
}
