package cloud

import (
	"math"
	"strings"
	"time"
)

const (
	elbSpace   = "AWS/ApplicationELB"
	rdsSpace   = "AWS/RDS"
	errorShare = 0.001 // of the users' requests fails on a good day
	sigma      = 0.45  // of the logarithm of a request's time
)

// counts is what one balancer or target group has seen in the present period.
type counts struct {
	requests, target5xx, elb5xx float64
	took                        []sample // seconds
}

const tookKept = 1000 // real requests whose time is kept, a period

func (c *counts) add(a Answer) {
	c.many(a, 1)
	if a.Service != "" && len(c.took) < tookKept {
		c.took = append(c.took, sample{a.Took.Seconds(), 1})
	}
}

// many counts n requests that all met the same answer.
func (c *counts) many(a Answer, n float64) {
	if a.Service != "" {
		c.requests += n
	}
	switch {
	case a.Status < 500:
	case a.Service == "" || a.Status == 504:
		c.elb5xx += n
	default:
		c.target5xx += n
	}
}

// measureBalancer adds the users' traffic of the period to what was really asked, and records it.
func (w *World) measureBalancer(r *Region, b *Balancer, begin time.Time) {
	seconds := w.Period().Seconds()
	w.addTraffic(b, w.flow.pages, w.flow.pagesQ, w.Users.Pages*seconds)
	w.addTraffic(b, w.flow.api, w.flow.apiQ, w.Users.API*seconds)
	lb := Tag{"LoadBalancer", resourceOf(b.ARN)}
	b.counts.record(r.metrics, begin, lb)
	b.counts = counts{}
	for _, g := range r.TargetGroups {
		if g.Balancer != b {
			continue
		}
		group := Tag{"TargetGroup", resourceOf(g.ARN)}
		g.counts.record(r.metrics, begin, lb, group)
		g.counts = counts{}
		if len(g.Targets) > 0 {
			healthy := float64(len(g.in(TargetHealthy)))
			all := healthy + float64(len(g.in(TargetUnhealthy)))
			r.metrics.value(elbSpace, "HealthyHostCount", Dimensions(lb, group), begin, healthy)
			r.metrics.value(elbSpace, "UnHealthyHostCount", Dimensions(lb, group), begin, all-healthy)
		}
	}
}

// addTraffic counts n or so requests like q, if the users' traffic of that kind comes to b.
func (w *World) addTraffic(b, to *Balancer, q Request, n float64) {
	if b != to || n == 0 {
		return
	}
	n = math.Round(n * (0.9 + 0.2*w.rand.Float64()))
	a := w.Ask(b, q, false)
	samples := latencies(a.Took.Seconds()*(0.9+0.3*w.rand.Float64()), sigma, n)
	for _, c := range []*counts{&b.counts, b.countsOf(q)} {
		c.many(a, n)
		if a.Service != "" {
			c.took = append(c.took, samples...)
		}
	}
	if a.Status < 500 {
		failed := math.Floor(n*errorShare + w.rand.Float64())
		b.counts.target5xx += failed
		b.countsOf(q).target5xx += failed
	}
}

// countsOf is the counter of the group that a request goes to.
func (b *Balancer) countsOf(q Request) *counts {
	if rule := b.rule(q); rule != nil && rule.TargetGroup != nil {
		return &rule.TargetGroup.counts
	}
	return &counts{}
}

func (c *counts) record(m metrics, begin time.Time, dims ...Tag) {
	d := Dimensions(dims...)
	m.total(elbSpace, "RequestCount", d, begin, c.requests)
	m.total(elbSpace, "HTTPCode_Target_5XX_Count", d, begin, c.target5xx)
	m.total(elbSpace, "HTTPCode_ELB_5XX_Count", d, begin, c.elb5xx)
	if len(c.took) == 0 {
		return
	}
	p := point{at: begin, quantiles: spread(c.took), min: math.Inf(1)}
	for _, s := range c.took {
		p.count, p.sum = p.count+s.weight, p.sum+s.value*s.weight
		p.min, p.max = min(p.min, s.value), max(p.max, s.value)
	}
	m.add(Metric{elbSpace, "TargetResponseTime", d}, p)
}

// resourceOf is what an ARN of a balancer or group is called in a metric: app/NAME/ID, targetgroup/NAME/ID.
func resourceOf(arn string) string {
	resource := arn[strings.LastIndex(arn, ":")+1:]
	return strings.TrimPrefix(resource, "loadbalancer/")
}

const gib = 1 << 30

func (w *World) measureDatabase(r *Region, db *Database, begin time.Time) {
	w.fill(db)
	if !db.Up() {
		return
	}
	d := Dimensions(Tag{"DBInstanceIdentifier", db.ID})
	r.metrics.value(rdsSpace, "DatabaseConnections", d, begin, float64(len(w.Connections(db))))
	if db.Source != nil {
		r.metrics.value(rdsSpace, "ReplicaLag", d, begin, db.reportedLag(w))
		r.metrics.value(rdsSpace, "FreeStorageSpace", d, begin, db.free(0))
		return
	}
	r.metrics.value(rdsSpace, "OldestReplicationSlotLag", d, begin, w.slotLag(db))
	kept := max(w.slotLag(db), 0)
	r.metrics.value(rdsSpace, "TransactionLogsDiskUsage", d, begin, 2*walSegment+kept)
	r.metrics.value(rdsSpace, "FreeStorageSpace", d, begin, max(0, db.free(kept)))
}

// fill stops a writer whose storage is used up by what it keeps for its replicas, and lets it go on when it is not.
func (w *World) fill(db *Database) {
	if db.Source != nil || db.wal == nil {
		return
	}
	used := db.free(max(w.slotLag(db), 0)) <= 0
	switch {
	case used && db.Status == available:
		db.Status = full
	case !used && db.Status == full:
		db.Status, db.Started = available, w.now
	default:
		return
	}
	w.touch()
}

// free is how many bytes of an instance's storage are left when so many are kept for replicas.
func (db *Database) free(kept float64) float64 {
	return 0.78*float64(db.Storage)*gib - 2*walSegment - kept
}

// slotLag is how many bytes of the log a writer keeps for the replica that is furthest behind; -1 without one.
func (w *World) slotLag(db *Database) float64 {
	lag := -1.0
	for _, slot := range w.slots(db) {
		lag = max(lag, float64(db.wal.position(w.now)-slot.Restart))
	}
	return lag
}
