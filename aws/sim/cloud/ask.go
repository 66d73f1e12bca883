package cloud

import (
	"net/http"
	"strings"
	"time"
)

// Ask is what a balancer answers to a request now. Counted requests move its round robin and its metrics; uncounted
// ones leave no trace, and write nothing.
func (w *World) Ask(b *Balancer, q Request, counted bool) Answer {
	a := Answer{Region: b.region.Name}
	if b.region.Dark {
		a.Silent = true
		return a
	}
	rule := b.rule(q)
	switch {
	case rule == nil:
		a.Silent = true // nothing listens there
		return a
	case rule.RedirectHTTPS:
		a.Status, a.Location, a.Took = http.StatusMovedPermanently, "https://"+q.Host+":443"+q.Path, time.Millisecond
		return a
	case rule.TargetGroup == nil: // a fixed answer
		a.Status, a.Error, a.Took = http.StatusServiceUnavailable, "no rule matches", time.Millisecond
		return a
	}
	a = w.forward(rule.TargetGroup, q, counted)
	a.Region = b.region.Name
	if counted {
		b.counts.add(a)
		rule.TargetGroup.counts.add(a)
	}
	return a
}

// rule is the first that matches on the listener of the request's port; nil if nothing listens there.
func (b *Balancer) rule(q Request) *Rule {
	for _, l := range b.Listeners {
		if l.Port != q.Port {
			continue
		}
		for _, r := range l.Rules {
			if Matches(r.Host, strings.ToLower(hostOnly(q.Host))) && Matches(r.Path, pathOnly(q.Path)) {
				return r
			}
		}
	}
	return nil
}

func hostOnly(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

func pathOnly(path string) string {
	p, _, _ := strings.Cut(path, "?")
	return p
}

// Matches says whether a pattern, with * for any run of characters, covers s. An empty pattern covers everything.
func Matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	for s = s[len(head):]; ; s = s[1:] {
		if Matches("="+rest, "="+s) {
			return true
		}
		if s == "" {
			return false
		}
	}
}

// forward hands the request to one of the group's targets: the healthy ones in turn or, when none is, any of them.
func (w *World) forward(g *TargetGroup, q Request, counted bool) Answer {
	t := g.pick(counted)
	if t == nil {
		return Answer{Status: http.StatusServiceUnavailable, Error: "no registered targets", Took: time.Millisecond}
	}
	return w.answer(t.Task, q, counted)
}

func (g *TargetGroup) pick(counted bool) *Target {
	ts := g.in(TargetHealthy)
	if len(ts) == 0 {
		ts = append(g.in(TargetUnhealthy), g.in(TargetInitial)...)
	}
	if len(ts) == 0 {
		return nil
	}
	t := ts[g.turn%len(ts)]
	if counted {
		g.turn++
	}
	return t
}

func (g *TargetGroup) in(state string) []*Target {
	var ts []*Target
	for _, t := range g.Targets {
		if t.State == state {
			ts = append(ts, t)
		}
	}
	return ts
}

// answer is what a task's application says. It is 503 while its database does not answer, and always when its image is
// bad; a task that cannot be reached makes the balancer say 504.
func (w *World) answer(t *Task, q Request, counted bool) Answer {
	a := Answer{
		Status: http.StatusOK, Service: t.Service.Name, Family: t.TaskDefinition.Family, Task: t.ID,
		Environment: t.TaskDefinition.env("ENVIRONMENT"), Took: w.latency(t, counted),
	}
	if !w.reachable(t) {
		a.Status, a.Error = http.StatusGatewayTimeout, "the target did not answer"
		return a
	}
	db := w.databaseOf(t.TaskDefinition)
	if t.TaskDefinition.databaseHost() != "" {
		a.Database = "connected"
		if db == nil || !db.Open() {
			a.Database, a.Status, a.Error = "disconnected", http.StatusServiceUnavailable, "the database does not answer"
			return a
		}
		if !db.lets(w, t) {
			a.Database, a.Status, a.Error = "disconnected", http.StatusServiceUnavailable, "password authentication failed for user \""+db.User+"\""
			return a
		}
	}
	if t.TaskDefinition.Bad {
		a.Status, a.Error = http.StatusServiceUnavailable, "the application fails to start its modules"
		return a
	}
	if db != nil && q.writes() && counted {
		w.write(&a, db, q.Body)
	}
	return a
}

func (w *World) write(a *Answer, db *Database, text string) {
	row, err := w.insert(db, text)
	if err != nil {
		a.Status, a.Error = http.StatusInternalServerError, err.Error()
		return
	}
	a.Status, a.Row = http.StatusCreated, &row
}

// latency is how long an answer takes, in wall-clock time: real requests are not slowed or sped up by Speed.
func (w *World) latency(t *Task, counted bool) time.Duration {
	median := 30 * time.Millisecond
	if t.TaskDefinition.databaseHost() != "" {
		median = 40 * time.Millisecond
	}
	if !counted {
		return median
	}
	return time.Duration(float64(median) * (0.6 + 0.8*w.asked.Float64()))
}

// reachable says whether a running task can be talked to.
func (w *World) reachable(t *Task) bool {
	r := t.Service.region
	return t.Last == Running && !r.Dark && r.GoneAZ != t.AZ
}

// databaseOf is the database whose endpoint a task definition names, in whichever region; nil if it names none, or one
// that does not exist.
func (w *World) databaseOf(d *TaskDefinition) *Database {
	host := d.databaseHost()
	if host == "" {
		return nil
	}
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.Host == host && db.Made() {
				return db
			}
		}
	}
	return nil
}

func (d *TaskDefinition) databaseHost() string {
	if host := d.env("DATABASE_HOST"); host != "" { // the stack's name for it
		return host
	}
	return d.env("DB_HOST")
}

func (d *TaskDefinition) env(name string) string {
	for _, c := range d.Containers {
		for _, e := range c.Environment {
			if e.Key == name {
				return e.Value
			}
		}
	}
	return ""
}
