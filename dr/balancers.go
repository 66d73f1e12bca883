package dr

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// rotateAbove is the number of target groups above which the well ones are read in rotation, so that each may be older.
const rotateAbove = 40

// balancers judges a region's load balancers with their targets, traffic and direct probe.
func (j *join) balancers(s *side) {
	seen := seenOf(s.raw.Balancers, j.fast(s), j.now)
	probe := j.probe(s.cfg.Probe, j.in.Edge.Balancers[s.cfg.Name])
	known := map[string]bool{}
	for k := range s.raw.Balancers.Value {
		lb := &s.raw.Balancers.Value[k]
		known[lb.Name] = true
		b := j.balancer(s, lb, seen)
		if k == 0 {
			b.Probe = probe.of(b)
		}
		s.r.Balancers = append(s.r.Balancers, b)
	}
	for k, c := range s.cfg.Balancers {
		if known[c.Name] {
			continue
		}
		b := Balancer{Name: c.Name, Word: "?", Seen: seen}
		if seen.fresh() {
			b.Word, b.Level = "absent", Bad
			if !s.busy && j.cfg.Strategy == config.PilotLight { // it has one once it is lit
				b.Level = Idle
			}
		}
		if k == 0 && len(known) == 0 && b.Level != Idle { // whatever answers there is not what is not made yet
			b.Probe = probe
		}
		s.r.Balancers = append(s.r.Balancers, b)
	}
	if len(s.r.Balancers) == 0 && probe.Asked {
		s.r.Balancers = []Balancer{{Name: "balancer", Word: "?", Seen: seen, Probe: probe}}
	}
}

func (j *join) balancer(s *side, lb *aws.Balancer, seen Seen) Balancer {
	b := Balancer{Name: plain(lb.Name), Seen: seen, Groups: make([]TargetGroup, 0, len(lb.TargetGroups))}
	for _, name := range lb.TargetGroups {
		part, ok := s.raw.Targets[name]
		if !ok {
			continue
		}
		g := TargetGroup{TargetGroup: part.Value, Seen: seenOf(part, j.targetPeriod(s), j.now)}
		g.Name = plain(name)
		healthy, all := part.Value.Healthy()
		g.Level = g.Seen.judged(targetsLevel(healthy, all, s.busy))
		b.Healthy, b.All = b.Healthy+healthy, b.All+all
		b.Seen = both(b.Seen, g.Seen)
		b.Level = worse(b.Level, g.Level)
		b.Groups = append(b.Groups, g)
	}
	b.Word, b.Level = balancerWord(lb, b, s.busy)
	j.traffic(s, lb.Name, &b)
	return b
}

// of is a direct probe's answer in the light of its balancer: 503 is what one says that rests without a target.
func (r ProbeResult) of(b Balancer) ProbeResult {
	if b.Level == Idle && r.Level == Bad && r.Status == http.StatusServiceUnavailable {
		r.Level = Idle
	}
	return r
}

// targetPeriod is how old a well target group may get between readings.
func (j *join) targetPeriod(s *side) time.Duration {
	turns := (len(s.raw.Targets) + rotateAbove - 1) / rotateAbove
	return j.fast(s) * time.Duration(max(1, turns))
}

func targetsLevel(healthy, all int, busy bool) Level {
	switch {
	case all == 0:
		return Idle // a service that is scaled to nothing says so itself
	case healthy == 0 && busy:
		return Bad
	case healthy < all:
		return Warn
	}
	return Good
}

func balancerWord(lb *aws.Balancer, b Balancer, busy bool) (string, Level) {
	counts := fmt.Sprintf("%d/%d healthy", b.Healthy, b.All)
	switch {
	case b.Seen.Old:
		return "? was " + strings.TrimSuffix(counts, " healthy"), Unknown
	case !b.Seen.Known():
		return "?", Unknown
	case lb.State == "failed" || lb.State == "active_impaired":
		return lb.State, Bad
	case b.All == 0 && busy:
		return "no target", Bad
	case b.All == 0:
		return "no target", Idle
	}
	return counts, balancerLevel(b, busy)
}

// balancerLevel is the gravest of its groups'; one without targets is of no weight beside others that have some.
func balancerLevel(b Balancer, busy bool) Level {
	l := targetsLevel(b.Healthy, b.All, busy)
	for _, g := range b.Groups {
		if g.Level != Idle {
			l = worse(l, g.Level)
		}
	}
	return l
}

// traffic is what CloudWatch counted in the last period. It publishes no datapoint for a count of errors that is zero,
// so where there were requests and no such datapoint there were no errors.
func (j *join) traffic(s *side, name string, b *Balancer) {
	m := s.raw.Metrics.Value.Balancers[name]
	requests, ok := m.Requests.Last()
	if !ok || m.Period <= 0 || j.now.Sub(requests.At) > stalePeriods*m.Period+m.Period {
		return
	}
	b.Requests = Figure{Value: requests.Value / m.Period.Seconds(), Known: true, At: requests.At}
	// Requests that a balancer refuses since it has no target for them are counted as its errors and not as requests.
	if errors := at(m.Errors5xx, requests.At); requests.Value > 0 {
		b.Errors = Figure{Value: 100 * errors / max(requests.Value, errors), Known: true, At: requests.At}
	}
	if p, ok := m.P95.Last(); ok && !p.At.Before(requests.At.Add(-m.Period)) {
		b.P95 = Figure{Value: p.Value, Known: true, At: p.At}
	}
}

// at is the value of the datapoint stamped t, 0 where there is none.
func at(s aws.Series, t time.Time) float64 {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i].At.Equal(t) {
			return s[i].Value
		}
	}
	return 0
}
