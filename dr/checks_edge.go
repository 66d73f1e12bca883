package dr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws/edge"
)

// edgeCriteria: can users be moved, and how fast do they follow?
var edgeCriteria = []criterion{
	{id: "dns", title: "DNS records can be switched", look: (*checker).records,
		blocks: map[Kind]overriding{Switchover: {unknown: "go on without Cloudflare"}}},
	{id: "ttl", title: "users follow within the TTL", look: (*checker).ttl},
	{id: "resolvers", title: "resolvers agree", look: (*checker).resolversAgree},
	{id: "health-checks", title: "Cloudflare's health checks", look: (*checker).watchers},
	{id: "cdn", title: "CloudFront is deployed", look: (*checker).deployed},
	{id: "origin-group", title: "origin group and its criteria", look: (*checker).originGroup},
}

// slowRecord is a TTL from which on users follow late.
const slowRecord = 2 * time.Minute

// recordRegion is the region whose balancer a record of the zone leads to; "" where it leads elsewhere, or that is not known.
func (c *checker) recordRegion(name string) string {
	for _, r := range c.in.Edge.Zone.Value.Records {
		if !strings.EqualFold(r.Name, name) {
			continue
		}
		if r.Region != "" {
			return r.Region
		}
		return c.balancerRegion(r.Content)
	}
	return ""
}

// leading are the records that lead to the region being left.
func (c *checker) leading() []edge.Record {
	return slices.DeleteFunc(slices.Clone(c.in.Edge.Zone.Value.Records), func(r edge.Record) bool { return c.recordRegion(r.Name) != c.from.cfg.Name })
}

func (c *checker) zone() (answer, bool) {
	seen := seenOf(c.in.Edge.Zone, c.p.slow, c.now)
	switch {
	case c.cfg.Edge.Cloudflare.Zone == "":
		return answer{text: "no zone is configured: users are moved by hand", remedy: "name the zone in lifeboat.yaml", seen: c.sure()}, false
	case !seen.Known():
		return unreadable("the zone "+c.cfg.Edge.Cloudflare.Zone, seen), false
	}
	return answer{seen: seen}, true
}

func (c *checker) records() answer {
	a, ok := c.zone()
	if !ok {
		return a
	}
	lead := c.leading()
	if len(lead) == 0 {
		a.verdict, a.text = CheckWarn, "no record leads to a balancer of "+c.from.cfg.Name
		a.remedy = "let the CDN's origin be a name of the zone: one record then moves everything"
		return a
	}
	var names []string
	for _, r := range lead {
		names = append(names, plain(r.Name))
	}
	a.verdict, a.text = CheckPass, fmt.Sprintf("%s to switch: %s", several(len(lead), "record"), few(names))
	return a
}

func (c *checker) ttl() answer {
	a, ok := c.zone()
	if !ok {
		return a
	}
	if len(c.leading()) == 0 {
		a.text = "no record leads to a balancer of " + c.from.cfg.Name
		return a
	}
	var slow []string
	most := time.Duration(0)
	for _, r := range c.leading() {
		t := r.TTL
		if t == 0 && !r.Proxied {
			t = 5 * time.Minute // Cloudflare's automatic
		}
		if most = max(most, t); t > slowRecord && !r.Proxied {
			slow = append(slow, fmt.Sprintf("%s %s", plain(r.Name), span(t)))
		}
	}
	if len(slow) > 0 {
		a.verdict, a.text, a.remedy = CheckWarn, few(slow), "set 60 s: resolvers and runtimes keep it longer anyway"
		return a
	}
	a.verdict, a.text = CheckPass, "at most "+span(most)
	return a
}

// resolversAgree asks from the operator's seat.
func (c *checker) resolversAgree() answer {
	p := &c.e.Path
	if p.Asked == 0 {
		return answer{text: "none is configured", remedy: "name some in lifeboat.yaml: edge.resolvers", seen: c.sure()}
	}
	a := answer{text: fmt.Sprintf("%d of %d lead to the same region", p.Resolvers, p.Asked), seen: p.Per[0].Seen}
	for _, r := range p.Per[1:] {
		a.seen = both(a.seen, r.Seen)
	}
	switch {
	case p.Resolvers == p.Asked:
		a.verdict = CheckPass
	case p.Resolvers > 0:
		a.verdict, a.remedy = CheckWarn, "some still give an earlier answer: wait for its TTL"
	default:
		a.text, a.leaving = "no answer at any of them names a region: "+c.proof.why, true
	}
	return a
}

// watchers are Cloudflare's health checks. They watch, and do not steer.
func (c *checker) watchers() answer {
	a, ok := c.zone()
	if !ok {
		return a
	}
	checks := c.in.Edge.Zone.Value.Checks
	if a.seen = seenOf(checks, c.p.slow, c.now); !a.seen.Known() {
		return unreadable("what they say", a.seen)
	}
	var ill []string
	verdict := CheckPass
	for _, v := range checks.Value {
		if v.Status == "healthy" {
			continue
		}
		ill = append(ill, plain(v.Name)+" "+plain(v.Status))
		if verdict = max(verdict, CheckWarn); c.balancerRegion(v.Address) == c.to.cfg.Name && v.Status == "unhealthy" {
			verdict = CheckFail
		}
	}
	switch {
	case len(checks.Value) == 0:
		a.verdict, a.text, a.remedy = CheckWarn, "there are none: nobody is told when a region falls", "make one for each balancer"
	case len(ill) > 0:
		a.verdict, a.text = verdict, few(ill)
	default:
		a.verdict, a.text = CheckPass, several(len(checks.Value), "check")+" healthy"
	}
	return a
}

func (c *checker) distribution() (answer, bool) {
	seen := seenOf(c.in.Edge.Distribution, c.p.slow, c.now)
	switch {
	case c.cfg.Edge.Distribution == "":
		return answer{verdict: CheckPass, text: "the estate has no CDN", seen: c.sure()}, false
	case !seen.Known():
		return unreadable("the distribution", seen), false
	}
	return answer{seen: seen}, true
}

func (c *checker) deployed() answer {
	a, ok := c.distribution()
	if !ok {
		return a
	}
	d := c.in.Edge.Distribution.Value
	switch {
	case !d.Enabled:
		a.verdict, a.text = CheckFail, plain(d.ID)+" is disabled"
	case d.Status != "Deployed":
		a.verdict, a.text, a.remedy = CheckWarn, plain(d.ID)+" is being deployed: users meet its old configuration", "wait some minutes"
	default:
		a.verdict, a.text = CheckPass, plain(d.ID)+" is deployed"
	}
	return a
}

// weight is how a finding weighs as a check.
func weight(f edge.Finding) int {
	if f.Broken {
		return int(CheckFail)
	}
	return int(CheckWarn)
}

// originGroup is the bridge of the pages, and what would keep it from bridging.
func (c *checker) originGroup() answer {
	a, ok := c.distribution()
	if !ok {
		return a
	}
	found := c.lintEdge()
	slices.SortStableFunc(found, func(a, b edge.Finding) int { return weight(b) - weight(a) })
	switch {
	case len(found) > 0:
		first := found[0]
		a.verdict, a.remedy = CheckVerdict(weight(first)), plain(first.Remedy)
		if a.text = plain(first.Subject + ": " + first.Text); len(found) > 1 {
			a.text += fmt.Sprintf(" (and %d more)", len(found)-1)
		}
	case c.e.Path.Bridge == "":
		a.verdict, a.text = CheckWarn, "no origin group bridges the pages"
		a.remedy = "put one with an origin of each region behind the pages, GET, HEAD and OPTIONS only"
	default:
		a.verdict, a.text = CheckPass, "pages are bridged to "+c.e.Path.Bridge+" on 500, 502, 503 and 504; API and writes are not"
	}
	return a
}
