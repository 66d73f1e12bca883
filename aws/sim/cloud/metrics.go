package cloud

import (
	"math"
	"sort"
	"strings"
	"time"
)

const (
	metricPeriod = time.Minute
	pointsKept   = 360
)

// Metric names a CloudWatch metric. Dimensions are "Name=Value", sorted and joined by commas; see Dimensions.
type Metric struct {
	Namespace, Name, Dimensions string
}

// Dimensions writes dimensions as a Metric holds them.
func Dimensions(tags ...Tag) string {
	parts := make([]string, len(tags))
	for i, t := range tags {
		parts[i] = t.Key + "=" + t.Value
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// metrics is what one region's CloudWatch holds.
type metrics map[Metric]*series

type series struct{ points []point }

// point is one period of a metric, stamped with the period's begin.
type point struct {
	at                   time.Time
	count, sum, min, max float64
	quantiles            []float32 // evenly spread values of the distribution, ascending; nil: a single value
}

// Period is a metric's period on the wall clock, in whole seconds.
func (c *Cloud) Period() (d time.Duration) {
	c.Locked(func(w *World) { d = w.Period() })
	return d
}

// Period is a metric's period on the wall clock, in whole seconds.
func (w *World) Period() time.Duration {
	return max(time.Second, w.Scaled(metricPeriod).Round(time.Second))
}

// meter records every region's metrics at the end of each period, for ever. Periods begin at whole multiples of their
// length.
func (w *World) meter() {
	period := w.Period()
	end := w.now.Truncate(period).Add(period)
	w.at(end, func() {
		for _, r := range w.Regions {
			w.measureRegion(r, end)
		}
		w.forgetOld()
		w.meter()
	})
}

func (w *World) measureRegion(r *Region, end time.Time) {
	begin := end.Add(-w.Period())
	if r.Dark {
		for _, b := range r.Balancers {
			b.counts = counts{}
		}
		return
	}
	for _, b := range r.Balancers {
		w.measureBalancer(r, b, begin)
	}
	for _, db := range r.Databases {
		w.measureDatabase(r, db, begin)
	}
	w.judgeAlarms(r, end)
}

// forgetOld drops the write-ahead history that no replica needs any more.
func (w *World) forgetOld() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.wal == nil {
				continue
			}
			oldest := w.now
			for _, replica := range db.Replicas {
				if at := replica.replayed(w, w.now); at.Before(oldest) {
					oldest = at
				}
			}
			db.wal.forget(oldest.Add(-time.Minute))
		}
	}
}

func (m metrics) value(namespace, name, dimensions string, at time.Time, v float64) {
	m.add(Metric{namespace, name, dimensions}, point{at: at, count: 1, sum: v, min: v, max: v})
}

// total records a count of things that happened: CloudWatch keeps no datapoint for none.
func (m metrics) total(namespace, name, dimensions string, at time.Time, n float64) {
	if n > 0 {
		m.add(Metric{namespace, name, dimensions}, point{at: at, count: n, sum: n, min: 1, max: 1})
	}
}

func (m metrics) add(key Metric, p point) {
	s := m[key]
	if s == nil {
		s = &series{}
		m[key] = s
	}
	if len(s.points) >= pointsKept {
		s.points = append(s.points[:0], s.points[len(s.points)-pointsKept+1:]...)
	}
	s.points = append(s.points, p)
}

// Datapoint is one value of a statistic.
type Datapoint struct {
	At    time.Time
	Value float64
}

// Datapoints are a metric's values over [from, to) by periods of the given length, oldest first. stat is Sum, Average,
// Minimum, Maximum, SampleCount or pNN (p95); ok is false for any other.
func (r *Region) Datapoints(m Metric, from, to time.Time, period time.Duration, stat string) (data []Datapoint, ok bool) {
	of := statistic(stat)
	if of == nil {
		return nil, false
	}
	s := r.metrics[m]
	if s == nil || period <= 0 {
		return nil, true
	}
	var bucket []point
	for i, p := range s.points {
		begin := p.at.Truncate(period)
		if begin.Before(from.Truncate(period)) || !p.at.Before(to) {
			continue
		}
		bucket = append(bucket, p)
		if last := i == len(s.points)-1; last || !s.points[i+1].at.Truncate(period).Equal(begin) || !s.points[i+1].at.Before(to) {
			data = append(data, Datapoint{At: begin, Value: of(bucket)})
			bucket = bucket[:0]
		}
	}
	return data, true
}

// Metrics are the names that the region's CloudWatch knows, sorted.
func (r *Region) Metrics() []Metric {
	var all []Metric
	for m := range r.metrics {
		all = append(all, m)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.Namespace != b.Namespace {
			return a.Namespace < b.Namespace
		}
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return a.Dimensions < b.Dimensions
	})
	return all
}

func statistic(stat string) func([]point) float64 {
	switch stat {
	case "Sum":
		return func(ps []point) float64 { return fold(ps, 0, func(a float64, p point) float64 { return a + p.sum }) }
	case "SampleCount":
		return func(ps []point) float64 { return fold(ps, 0, func(a float64, p point) float64 { return a + p.count }) }
	case "Average":
		return func(ps []point) float64 { return statistic("Sum")(ps) / statistic("SampleCount")(ps) }
	case "Minimum":
		return func(ps []point) float64 {
			return fold(ps, math.Inf(1), func(a float64, p point) float64 { return min(a, p.min) })
		}
	case "Maximum":
		return func(ps []point) float64 {
			return fold(ps, math.Inf(-1), func(a float64, p point) float64 { return max(a, p.max) })
		}
	}
	if q, ok := percentile(stat); ok {
		return func(ps []point) float64 { return quantileOf(ps, q) }
	}
	return nil
}

func fold(ps []point, start float64, f func(float64, point) float64) float64 {
	for _, p := range ps {
		start = f(start, p)
	}
	return start
}
