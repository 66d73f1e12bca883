package aws

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"lifeboat/aws/fault"
)

const getMetricData = "cloudwatch:GetMetricData"

// query is one series that is asked of CloudWatch, and where it goes.
type query struct {
	namespace, metric, stat string
	dimension, value        string
	since                   time.Time
	whole                   bool // only periods that are over: a sum or a percentile of half a minute misleads
	into                    *Series
}

// fill asks for up to 500 series. All share one window; those that are shorter are cut here, which is one call instead
// of two.
func (l *look) fill(ctx context.Context, queries []query) error {
	now := l.spec.Now()
	start := now.Add(-l.spec.MetricEvery)
	for _, q := range queries {
		if q.since.Before(start) {
			start = q.since
		}
	}
	in := &cloudwatch.GetMetricDataInput{
		StartTime: awssdk.Time(start.Truncate(l.spec.MetricEvery)), EndTime: awssdk.Time(now.Truncate(l.spec.MetricEvery).Add(l.spec.MetricEvery)),
		ScanBy: types.ScanByTimestampAscending,
	}
	for i, q := range queries {
		in.MetricDataQueries = append(in.MetricDataQueries, q.ask("q"+strconv.Itoa(i), l.spec.MetricEvery))
	}
	list, err := pages(ctx, l, getMetricData, "", cloudwatch.NewGetMetricDataPaginator(l.api.metrics, in))
	if err != nil {
		return err
	}
	for _, page := range list {
		for _, r := range page.MetricDataResults {
			if err := l.keep(queries, r); err != nil {
				return err
			}
		}
	}
	for _, q := range queries {
		q.into.sort()
	}
	return nil
}

func (q query) ask(id string, period time.Duration) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Stat: &q.stat, Period: awssdk.Int32(int32(period.Seconds())),
		Metric: &types.Metric{
			Namespace: &q.namespace, MetricName: &q.metric, Dimensions: []types.Dimension{{Name: &q.dimension, Value: &q.value}},
		},
	}}
}

// keep adds a result's points to its query's series: a long one comes over several pages.
func (l *look) keep(queries []query, r types.MetricDataResult) error {
	if r.StatusCode == types.StatusCodeInternalError || r.StatusCode == types.StatusCodeForbidden {
		kind := map[types.StatusCode]fault.Kind{types.StatusCodeInternalError: fault.Unavailable, types.StatusCodeForbidden: fault.Denied}[r.StatusCode]
		return fault.New(kind, getMetricData, l.spec.Region, errors.New(string(r.StatusCode)))
	}
	i, err := strconv.Atoi(strings.TrimPrefix(awssdk.ToString(r.Id), "q"))
	if err != nil || i < 0 || i >= len(queries) || len(r.Timestamps) != len(r.Values) {
		return fault.New(fault.Unreadable, getMetricData, l.spec.Region, errors.New("a result that answers no question"))
	}
	q, now := queries[i], l.spec.Now()
	for n, at := range r.Timestamps {
		over := !at.Add(l.spec.MetricEvery).After(now)
		if !at.Before(q.since) && (over || !q.whole) {
			*q.into = append(*q.into, Point{At: at, Value: r.Values[n]})
		}
	}
	return nil
}

// sum adds two series point by point. CloudWatch publishes no point for a count of zero, so where only one has a point
// that is the sum.
func sum(a, b Series) Series {
	at := map[time.Time]float64{}
	for _, p := range slices.Concat(a, b) {
		at[p.At.UTC()] += p.Value
	}
	var s Series
	for t, v := range at {
		s = append(s, Point{At: t, Value: v})
	}
	s.sort()
	return s
}

// sort puts the oldest point first, whatever order the answer had.
func (s Series) sort() {
	slices.SortStableFunc(s, func(a, b Point) int { return a.At.Compare(b.At) })
}
