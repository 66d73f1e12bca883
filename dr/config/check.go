package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// bad notes a problem at a field, at its own place or, where it is not given, at that of what it belongs to. One
// problem a field is enough: the first is the cause.
func (d *document) bad(field, message, fix string) {
	if d.told[field] || d.toldAround(field) {
		return
	}
	d.told[field] = true
	d.problems = append(d.problems, d.problem(field, message, fix))
}

// toldAround says whether a problem was noted for something that holds field: the rest follows from that.
func (d *document) toldAround(field string) bool {
	for field != "" {
		if field = around(field); d.told[field] {
			return true
		}
	}
	return false
}

// around is the field that holds this one.
func around(field string) string { return field[:max(0, strings.LastIndexAny(field, ".["))] }

// doubt notes a warning.
func (d *document) doubt(field, message, fix string) {
	d.warnings = append(d.warnings, d.problem(field, message, fix))
}

func (d *document) problem(field, message, fix string) Problem {
	at := d.nearest(field)
	return Problem{File: d.file, Line: at.line, Column: at.column, Field: field, Message: message, Fix: fix}
}

// nearest is the place of the field, or of the closest thing around it that is given.
func (d *document) nearest(field string) place {
	for {
		if at, ok := d.at[field]; ok || field == "" {
			return at
		}
		field = around(field)
	}
}

func (d *document) given(field string) bool { _, ok := d.at[field]; return ok }

// check holds what was read against what can be.
func (d *document) check() {
	c := d.config
	switch {
	case c.Version == 0 && !d.given("version"):
		d.bad("version", "is missing", "write version: 1")
	case c.Version != 1:
		d.bad("version", fmt.Sprintf("%d is not known to this Lifeboat", c.Version), "write version: 1, or use a newer Lifeboat")
	}
	d.required("estate", c.Estate, estateName)
	if c.Strategy == "" {
		d.bad("strategy", "is missing", "write "+oneOf(WarmStandby, ColdStandby, PilotLight))
	}
	among(d, "strategy", c.Strategy, WarmStandby, ColdStandby, PilotLight)
	d.within("objectives.rpo", c.Objectives.RPO, time.Second, 30*24*time.Hour, "5m")
	d.within("objectives.rto", c.Objectives.RTO, time.Second, 30*24*time.Hour, "1h")
	d.services()
	d.regions()
	d.edge()
	d.changes()
	d.terraform()
	d.periods()
	d.patience()
	if c.Simulated != nil {
		d.address("simulated.director", c.Simulated.Director)
	}
}

// within notes a duration that is missing or outside of what makes sense. like is an example.
func (d *document) within(field string, v Duration, least, most time.Duration, like string) {
	switch {
	case v == 0:
		d.bad(field, "is missing", "write one like "+like)
	case v.D() < least || v.D() > most:
		d.bad(field, fmt.Sprintf("%s is outside of %s to %s", v, Duration(least), Duration(most)), "write one like "+like)
	}
}

func (d *document) services() {
	if len(d.config.Services) == 0 {
		d.bad("services", "is missing", "name each service of the estate with its full and standby number of tasks")
	}
	seen := map[string]int{}
	for i, s := range d.config.Services {
		field := fmt.Sprintf("services[%d]", i)
		d.required(field+".name", s.Name, serviceName)
		if first, twice := seen[s.Name]; twice && s.Name != "" {
			d.bad(field+".name", quote(s.Name)+" is there already", fmt.Sprintf("services[%d] has this name too; give each its own", first))
		} else {
			seen[s.Name] = i
		}
		d.counts(field, s)
		d.optional(field+".repository", s.Repository, repository)
		d.optional(field+".container", s.Container, ecsName)
	}
}

func (d *document) counts(field string, s Service) {
	switch {
	case !d.given(field + ".full"):
		d.bad(field+".full", "is missing", "write the number of tasks when its region serves, like 2")
	case s.Full < 1 || s.Full > 5000:
		d.bad(field+".full", fmt.Sprintf("%d tasks cannot be", s.Full), "write 1 to 5000")
	case s.Standby < 0:
		d.bad(field+".standby", fmt.Sprintf("%d tasks cannot be", s.Standby), "write 0 or more")
	case s.Standby > s.Full:
		d.bad(field+".standby", fmt.Sprintf("%d is more than full, %d", s.Standby, s.Full), "a standby runs full size at most")
	}
}

func (d *document) periods() {
	r, w := d.config.Refresh, d.config.Waits
	for _, p := range []struct {
		field string
		v     Duration
		most  time.Duration
		like  string
	}{
		{"refresh.fast", r.Fast, time.Hour, "15s"},
		{"refresh.slow", r.Slow, 24 * time.Hour, "5m"},
		{"refresh.edge", r.Edge, time.Hour, "15s"},
		{"refresh.database", r.Database, time.Hour, "15s"},
		{"waits.call", w.Call, 5 * time.Minute, "5s"},
		{"waits.probe", w.Probe, 5 * time.Minute, "5s"},
		{"waits.connect", w.Connect, 5 * time.Minute, "5s"},
		{"waits.poll", w.Poll, 5 * time.Minute, "5s"},
		{"waits.hold", w.Hold, time.Hour, "30s"},
		{"waits.settle", w.Settle, 5 * time.Minute, "2s"},
		{"waits.fence", w.Fence, time.Hour, "1m"},
		{"waits.receipt", w.Receipt, time.Hour, "1m"},
		{"waits.grace", w.Grace, 24 * time.Hour, "20m"},
		{"waits.step", w.Step, 24 * time.Hour, "30m"},
		{"waits.cool_down", w.CoolDown, 24 * time.Hour, "30m"},
		{"waits.healthy", w.Healthy, 24 * time.Hour, "15m"},
		{"waits.replica", w.Replica, 7 * 24 * time.Hour, "6h"},
	} {
		if d.given(p.field) {
			d.within(p.field, p.v, 100*time.Millisecond, p.most, p.like)
		}
	}
	if d.given("refresh.metrics") {
		d.within("refresh.metrics", r.Metrics, time.Second, time.Hour, "1m")
		d.metricPeriod(r.Metrics.D())
	}
	if d.given("waits.dark") && (w.Dark < 1 || w.Dark > 100) {
		d.bad("waits.dark", fmt.Sprintf("%d periods cannot be", w.Dark), "write 1 to 100, like 3")
	}
}

// patience warns of a clock that is shorter than the wait for an answer on it.
func (d *document) patience() {
	c := Config{Refresh: d.config.Refresh, Waits: d.config.Waits}
	c.Defaults()
	for _, p := range []struct {
		clock, wait    string
		period, answer Duration
	}{
		{"refresh.fast", "waits.call", c.Refresh.Fast, c.Waits.Call},
		{"refresh.edge", "waits.probe", c.Refresh.Edge, c.Waits.Probe},
		{"refresh.database", "waits.connect", c.Refresh.Database, c.Waits.Connect},
	} {
		if p.period < p.answer {
			d.doubt(p.clock, fmt.Sprintf("%s is shorter than %s, %s: an answer that comes late is old before it comes", p.period, p.wait, p.answer),
				"make "+p.clock+" as long, or "+p.wait+" shorter")
		}
	}
}

// metricPeriod notes what CloudWatch refuses as a period (GetMetricData: 1, 5, 10, 20, 30 or any multiple of 60).
func (d *document) metricPeriod(p time.Duration) {
	if p%time.Minute != 0 && !slices.Contains([]time.Duration{1, 5, 10, 20, 30}, p/time.Second) || p%time.Second != 0 {
		d.bad("refresh.metrics", Duration(p).String()+" is no period of CloudWatch", "write 1s, 5s, 10s, 20s, 30s or whole minutes")
	}
}
