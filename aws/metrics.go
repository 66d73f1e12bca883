package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"lifeboat/aws/fault"
)

const (
	queriesACall     = 500 // AWS's bound
	periodsOfTraffic = 15  // how far back all series but the lag go
)

// metrics reads all series in as few calls as there are batches of 500, once the balancers are listed: CloudWatch knows
// them by an identifier that changes when one is made anew. A balancer that could not be listed has no entry; one with an
// entry and no points has none in CloudWatch, which publishes no point for a count of zero.
func (l *look) metrics(ctx context.Context) (Metrics, error) {
	databases, err := l.databaseNames(ctx)
	if _, none := l.balancerNames(ctx); err != nil && (fault.KindOf(err) != fault.NotConfigured || none != nil) {
		return Metrics{}, err
	}
	listed, _ := l.listed() // where this fails the balancers have no entry, and the Balancers part says why
	balancers, perBalancer := l.balancerQueries(listed)
	instances, perInstance := l.databaseQueries(databases)
	batches := slices.Collect(slices.Chunk(slices.Concat(perInstance, perBalancer), queriesACall))
	if err := each(len(batches), func(i int) error { return l.fill(ctx, batches[i]) }); err != nil {
		return Metrics{}, err
	}
	m := Metrics{Balancers: map[string]BalancerMetrics{}, Databases: map[string]DatabaseMetrics{}}
	for name, b := range balancers {
		m.Balancers[name] = b.joined()
	}
	for id, d := range instances {
		m.Databases[id] = *d
	}
	return m, nil
}

// balancerSeries are a balancer's metrics with the two counts of errors apart.
type balancerSeries struct {
	BalancerMetrics
	own, targets Series
}

func (b *balancerSeries) joined() BalancerMetrics {
	b.Errors5xx = sum(b.own, b.targets)
	return b.BalancerMetrics
}

func (l *look) balancerQueries(listed []types.LoadBalancer) (map[string]*balancerSeries, []query) {
	all, queries := map[string]*balancerSeries{}, []query(nil)
	since := l.spec.Now().Add(-periodsOfTraffic * l.spec.MetricEvery)
	for _, lb := range listed {
		b := &balancerSeries{BalancerMetrics: BalancerMetrics{Period: l.spec.MetricEvery}}
		all[awssdk.ToString(lb.LoadBalancerName)] = b
		_, value, _ := strings.Cut(awssdk.ToString(lb.LoadBalancerArn), ":loadbalancer/")
		for _, q := range []query{
			{metric: "RequestCount", stat: "Sum", whole: true, into: &b.Requests},
			{metric: "HTTPCode_ELB_5XX_Count", stat: "Sum", whole: true, into: &b.own},
			{metric: "HTTPCode_Target_5XX_Count", stat: "Sum", whole: true, into: &b.targets},
			{metric: "TargetResponseTime", stat: "p95", whole: true, into: &b.P95},
		} {
			q.namespace, q.dimension, q.value, q.since = "AWS/ApplicationELB", "LoadBalancer", value, since
			queries = append(queries, q)
		}
	}
	return all, queries
}

func (l *look) databaseQueries(ids []string) (map[string]*DatabaseMetrics, []query) {
	all, queries := map[string]*DatabaseMetrics{}, []query(nil)
	now := l.spec.Now()
	recent := now.Add(-periodsOfTraffic * l.spec.MetricEvery)
	for _, id := range ids {
		d := &DatabaseMetrics{Period: l.spec.MetricEvery}
		all[id] = d
		for _, q := range []query{
			{metric: "ReplicaLag", since: now.Add(-l.spec.LagWindow), into: &d.ReplicaLag},
			{metric: "OldestReplicationSlotLag", since: recent, into: &d.SlotLag},
			{metric: "TransactionLogsDiskUsage", since: recent, into: &d.WALDisk},
			{metric: "FreeStorageSpace", since: recent, into: &d.FreeStorage},
			{metric: "DatabaseConnections", since: recent, into: &d.Connections},
		} {
			q.namespace, q.dimension, q.value, q.stat = "AWS/RDS", "DBInstanceIdentifier", id, "Average"
			queries = append(queries, q)
		}
	}
	return all, queries
}
