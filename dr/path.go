package dr

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/aws/edge"
)

// path is the way that users take and what was seen of it; and with that, who serves.
func (j *join) path() {
	p, c, seen := &j.e.Path, j.cfg.Edge, j.in.Edge
	p.Pages = j.public(c.Pages, seen.Pages)
	p.API = j.public(c.API, seen.API)
	p.Writes = j.public(c.Write, seen.Write)
	for i := range seen.Resolvers {
		p.Per = append(p.Per, j.resolver(&seen.Resolvers[i]))
	}
	j.proof.leads = j.leadsTo(c.API.URL)
	j.prove()
	j.e.Verdict.Serving = j.proof.serving
	p.To = j.to()
	p.DNS, p.CDN = j.dns(), j.cdn()
	p.Bridge = j.bridgeRegion()
	p.Findings = j.pathFindings()
}

func (j *join) resolver(r *edge.Resolution) Resolver {
	found := r.Names.Value
	return Resolver{
		Name: r.Resolver, Addresses: found.Addresses, TTL: found.TTL,
		API: j.public(j.cfg.Edge.API, r.API), Seen: seenOf(r.Names, j.p.edge, j.now),
	}
}

// to is where the single-origin path leads: where it was seen to, else where it is configured to, else where it was
// seen to last.
func (j *join) to() string {
	if j.proof.serving != "" {
		return j.proof.serving
	}
	if j.proof.leads != "" {
		return j.proof.leads
	}
	if ok, _ := j.passesOneOrigin(j.cfg.Edge.API.URL); ok {
		return j.in.Edge.API.Value.Region
	}
	return ""
}

// bridgeRegion is where origin failover can send pages: the member of the origin group behind them that is not where
// the path leads.
func (j *join) bridgeRegion() string {
	d := j.in.Edge.Distribution.Value
	_, path := hostAndPath(j.cfg.Edge.Pages.URL)
	b, ok := d.BehaviorFor(path)
	if !ok || !b.Group {
		return ""
	}
	for _, g := range d.Groups {
		if g.ID != b.Target {
			continue
		}
		for _, id := range g.Members {
			if r := j.originRegion(d, id); r != "" && r != j.e.Path.To {
				return r
			}
		}
	}
	return ""
}

// bridge says whether the way is broken, and whether pages are being bridged. It needs the regions' conditions.
func (j *join) bridge() {
	p := &j.e.Path
	down := p.API.Asked && p.API.Level == Bad && j.proof.serving == ""
	gone := false
	for i := range j.e.Regions {
		if r := &j.e.Regions[i]; r.Name == p.To {
			gone = r.Condition == CondDark || r.Condition == CondSilent
		}
	}
	p.Broken = down || gone
	p.Bridging = down && p.Bridge != "" && p.Pages.Level == Good && !j.in.Edge.Pages.Value.Cached() &&
		(p.Pages.Region == p.Bridge || p.Pages.Region == "" && gone)
}

func (j *join) dns() Stage {
	c := j.cfg.Edge
	s := Stage{Name: "DNS", Asked: c.API.URL != "" || c.Pages.URL != "" || c.Cloudflare.Zone != ""}
	s.Level, s.Seen = j.resolversLevel()
	if c.Cloudflare.Zone == "" {
		s.Notes = resolvedNotes(j.e.Path.Per)
		return s
	}
	s.Name, s.ID = "Cloudflare", c.Cloudflare.Zone
	zone := j.in.Edge.Zone
	s.Seen = seenOf(zone, j.p.slow, j.now)
	if len(c.Resolvers) == 0 {
		s.Level = s.Seen.judged(Good)
	}
	host, _ := hostAndPath(c.API.URL)
	for _, r := range zone.Value.Records {
		if strings.EqualFold(r.Name, host) {
			s.Notes = recordNotes(r)
		}
	}
	if s.Notes == nil {
		s.Notes = resolvedNotes(j.e.Path.Per)
	}
	return s
}

// resolversLevel is how well the public name is found.
func (j *join) resolversLevel() (Level, Seen) {
	level, seen := Unknown, Seen{Why: "no resolver is configured"}
	for i, r := range j.e.Path.Per {
		l := r.Seen.judged(Good)
		if !r.Seen.fresh() && !r.Seen.pending() {
			l = Warn
		}
		if i == 0 {
			level, seen = l, r.Seen
		}
		level = worse(level, l)
	}
	return level, seen
}

func recordNotes(r edge.Record) []string {
	ttl, proxied := "TTL automatic", "not proxied"
	if r.TTL > 0 {
		ttl = fmt.Sprintf("TTL %.0f", r.TTL.Seconds())
	}
	if r.Proxied {
		proxied = "proxied"
	}
	return []string{ttl, proxied}
}

// resolvedNotes: a resolver's TTL counts down, so the greatest is nearest to what is configured.
func resolvedNotes(per []Resolver) []string {
	var most time.Duration
	for _, r := range per {
		most = max(most, r.TTL)
	}
	if most == 0 {
		return nil
	}
	return []string{fmt.Sprintf("TTL %.0f left", most.Seconds())}
}

func (j *join) cdn() Stage {
	id := j.cfg.Edge.Distribution
	if id == "" {
		return Stage{}
	}
	part := j.in.Edge.Distribution
	s := Stage{Asked: true, Name: "CloudFront", ID: id, Seen: seenOf(part, j.p.slow, j.now)}
	if !part.Known() {
		return s
	}
	s.Level = s.Seen.judged(Good)
	switch {
	case !part.Value.Enabled:
		s.Notes, s.Level = []string{"disabled"}, s.Seen.judged(Bad)
	case part.Value.Status == "Deployed":
		s.Notes = []string{"deployed"}
	default:
		s.Notes, s.Level = []string{"deploying"}, s.Seen.judged(Warn)
	}
	if s.Seen.Old {
		j.proof.note = "CloudFront's behaviours as read " + span(j.now.Sub(s.Seen.At)) + " ago"
	}
	return s
}
