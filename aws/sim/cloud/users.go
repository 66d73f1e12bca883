package cloud

import "strings"

// flow is where the users' traffic goes now, and what it meets there.
type flow struct {
	pages, api     *Balancer // nil: nowhere, the public name leads to no balancer that answers
	pagesQ, apiQ   Request
	database       *Database // where API requests that write commit; nil: nowhere
	bridged        bool      // pages are answered by the origin group's second member
	commitsASecond float64
}

func (f flow) commits(_ *World, db *Database) float64 {
	if f.database != db {
		return 0
	}
	return f.commitsASecond
}

// follow traces the public name as a user's requests take it: DNS, CDN, origin, balancer, task, database.
func (w *World) follow() flow {
	var f flow
	if len(w.Zones) == 0 {
		return f
	}
	zone := w.Zones[0].Name
	f.pagesQ = Request{Port: 443, Method: "GET", Host: zone, Path: "/"}
	f.apiQ = Request{Port: 443, Method: "GET", Host: zone, Path: "/api/items"}
	f.pages, f.bridged = w.entry(f.pagesQ)
	f.api, _ = w.entry(f.apiQ)
	if f.api == nil {
		return f
	}
	rule := f.api.rule(f.apiQ)
	if rule == nil || rule.TargetGroup == nil || w.Ask(f.api, f.apiQ, false).Failed() {
		return f
	}
	if t := rule.TargetGroup.pick(false); t != nil {
		if db := w.databaseOf(t.Task.TaskDefinition); db != nil && db.Source == nil {
			f.database, f.commitsASecond = db, w.Users.API*w.Users.Writes
		}
	}
	return f
}

// entry is the balancer that a user's request ends at, and whether origin failover took it there.
func (w *World) entry(q Request) (b *Balancer, bridged bool) {
	if b := w.Leads(q.Host); b != nil {
		return b, false
	}
	d := w.DistributionFor(q.Host)
	if d == nil || w.CDNOf(q.Host) != d {
		return nil, false
	}
	live := d.Live()
	target := live.BehaviorFor(q.Path).Target
	group := live.Group(target)
	if group == nil {
		return w.originBalancer(live, target), false
	}
	first := w.originBalancer(live, group.Members[0])
	if first == nil || group.failsOver(w.Ask(first, q, false)) {
		return w.originBalancer(live, group.Members[1]), true
	}
	return first, false
}

func (w *World) originBalancer(d *Configuration, id string) *Balancer {
	if o := d.Origin(id); o != nil {
		return w.Leads(o.Domain)
	}
	return nil
}

func (g *OriginGroup) failsOver(a Answer) bool {
	if a.Silent {
		return true
	}
	for _, status := range g.Criteria {
		if a.Status == status {
			return true
		}
	}
	return false
}

// end follows the zone's names from name to the first that the zone does not hold.
func (w *World) end(name string) string {
	name = canonical(name)
	for range 8 {
		r := w.record(name)
		if r == nil {
			return name
		}
		name = canonical(r.Content)
	}
	return name
}

func (w *World) record(name string) *Record {
	for _, z := range w.Zones {
		for _, r := range z.Records {
			if r.Type == "CNAME" && canonical(r.Name) == name {
				return r
			}
		}
	}
	return nil
}

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// Leads is the balancer that a name leads to through the zone's records; nil if it leads elsewhere.
func (w *World) Leads(name string) *Balancer { return w.BalancerNamed(w.end(name)) }

// CDNOf is the distribution that a name leads to through the zone's records; nil if it leads elsewhere.
func (w *World) CDNOf(name string) *Distribution {
	end := w.end(name)
	for _, d := range w.Distributions {
		if d.Domain == end && d.Live().Enabled {
			return d
		}
	}
	return nil
}
