package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var cloudwatchOperations = map[string]operation{
	"GetMetricData":  getMetricData,
	"ListMetrics":    listMetrics,
	"PutMetricAlarm": putMetricAlarm,
	"DescribeAlarms": describeAlarms,
}

const (
	mostQueries    = 500
	mostDatapoints = 100_800
)

// metricOf is the metric that a structure names.
func metricOf(in wire.In) cloud.Metric {
	return cloud.Metric{
		Namespace: in.String("Namespace"), Name: in.String("MetricName"), Dimensions: cloud.Dimensions(dimensionsIn(in)...),
	}
}

func dimensionsIn(in wire.In) []cloud.Tag {
	var tags []cloud.Tag
	for _, d := range in.List("Dimensions") {
		tags = append(tags, cloud.Tag{Key: d.String("Name"), Value: d.String("Value")})
	}
	return tags
}

// result is one query's answer, or what a page gives of it.
type result struct {
	id, label string
	data      []cloud.Datapoint
	partial   bool
}

func getMetricData(c *call) (wire.Struct, error) {
	queries := c.in.List("MetricDataQueries")
	from, to := c.in.Time("StartTime"), c.in.Time("EndTime")
	switch {
	case len(queries) == 0 || len(queries) > mostQueries:
		return nil, wire.Refuse("ValidationException", "MetricDataQueries must have 1 to %d elements, not %d", mostQueries, len(queries))
	case !from.Before(to):
		return nil, wire.Refuse("ValidationException", "The parameter EndTime must be greater than StartTime.")
	}
	var results []result
	for _, q := range queries {
		r, err := c.query(q, from, to)
		if err != nil {
			return nil, err
		}
		if q.Bool("ReturnData", true) {
			results = append(results, r)
		}
	}
	page, next, err := pageOfData(c.in, results)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"MetricDataResults", wire.Each("member", page, resultOf)}, {"NextToken", next}, {"Messages", wire.Members[string](nil)}}, nil
}

// query answers one query. Metric math is not simulated.
func (c *call) query(q wire.In, from, to time.Time) (result, error) {
	stat := q.In("MetricStat")
	if stat == nil {
		return result{}, wire.Refuse("ValidationException", "query %s: the simulator answers MetricStat only, not Expression", q.String("Id"))
	}
	seconds := stat.Int("Period", 0)
	if seconds <= 0 {
		return result{}, wire.Refuse("ValidationException", "query %s: MetricStat.Period must be above 0", q.String("Id"))
	}
	m := metricOf(stat.In("Metric"))
	data, ok := c.region.Datapoints(m, from, to, time.Duration(seconds)*time.Second, stat.String("Stat"))
	if !ok {
		return result{}, wire.Refuse("ValidationException", "query %s: %q is not a statistic", q.String("Id"), stat.String("Stat"))
	}
	if !strings.EqualFold(c.in.String("ScanBy"), "TimestampAscending") {
		slices.Reverse(data)
	}
	label := q.String("Label")
	if label == "" {
		label = m.Name
	}
	return result{id: q.String("Id"), label: label, data: data}, nil
}

// pageOfData is as many datapoints as a request takes at most, in the order of the queries, and the token of the rest.
func pageOfData(in wire.In, results []result) (page []result, next any, err error) {
	from := 0
	if token := in.String("NextToken"); token != "" {
		if from, err = readToken(token); err != nil {
			return nil, nil, wire.Refuse("InvalidNextToken", "NextToken is not valid: %q", token)
		}
	}
	most := min(max(1, in.Int("MaxDatapoints", mostDatapoints)), mostDatapoints)
	seen, to := 0, from+most
	for _, r := range results {
		n := len(r.data)
		begin, end := min(max(from-seen, 0), n), min(max(to-seen, 0), n)
		seen += n
		if n > 0 && begin == end {
			continue // all of it belongs to another page
		}
		if n == 0 && from > 0 {
			continue // said on the first page
		}
		r.partial, r.data = end < n, r.data[begin:end]
		page = append(page, r)
	}
	if to < seen {
		next = writeToken(to)
	}
	return page, next, nil
}

func resultOf(r result) wire.Struct {
	status := "Complete"
	if r.partial {
		status = "PartialData"
	}
	at, values := make([]time.Time, len(r.data)), make([]float64, len(r.data))
	for i, d := range r.data {
		at[i], values[i] = d.At, d.Value
	}
	return wire.Struct{
		{"Id", r.id}, {"Label", r.label}, {"Timestamps", wire.Members(at)}, {"Values", wire.Members(values)}, {"StatusCode", status},
	}
}

func listMetrics(c *call) (wire.Struct, error) {
	space, name := c.in.String("Namespace"), c.in.String("MetricName")
	var found []cloud.Metric
	for _, m := range c.region.Metrics() {
		if (space == "" || m.Namespace == space) && (name == "" || m.Name == name) && hasDimensions(m, dimensionsIn(c.in)) {
			found = append(found, m)
		}
	}
	page, next, err := cut(c.in, paging{"NextToken", "", 500}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"Metrics", wire.Each("member", page, func(m cloud.Metric) wire.Struct {
			return wire.Struct{{"Namespace", m.Namespace}, {"MetricName", m.Name}, {"Dimensions", tagList("member", "Name", "Value", dimensionsOf(m))}}
		})},
		{"NextToken", next},
	}, nil
}

func dimensionsOf(m cloud.Metric) []cloud.Tag {
	var tags []cloud.Tag
	for _, part := range strings.Split(m.Dimensions, ",") {
		key, value, _ := strings.Cut(part, "=")
		tags = append(tags, cloud.Tag{Key: key, Value: value})
	}
	return tags
}

// hasDimensions says whether a metric has all dimensions that are asked for; one asked for without a value may have any.
func hasDimensions(m cloud.Metric, want []cloud.Tag) bool {
	have := fmt.Sprintf(",%s,", m.Dimensions)
	for _, t := range want {
		if !strings.Contains(have, ","+t.Key+"="+t.Value) || t.Value != "" && !strings.Contains(have, ","+t.Key+"="+t.Value+",") {
			return false
		}
	}
	return true
}
