package dr

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"lifeboat/aws/edge"
)

// proof is what the public answers prove.
type proof struct {
	serving string // the region that is proven to answer the API; "" for none
	why     string // why none is proven
	split   string // the resolvers' different answers, in words; "" where they agree
	note    string // what the proof leans on that is old; "" for nothing
	leads   string // the region where the single-origin path is configured to lead; "" where that is not known
}

// passesOneOrigin says whether an answer of a public URL can prove who serves: the behaviour that its path matches has a
// single origin. CloudFront's origin failover answers everything else from either region with nothing switched.
func (j *join) passesOneOrigin(rawURL string) (ok bool, why string) {
	if j.cfg.Edge.Distribution == "" {
		return true, ""
	}
	part := j.in.Edge.Distribution
	if !part.Known() {
		return false, unread("CloudFront's behaviours were not read", part.Err)
	}
	host, path := hostAndPath(rawURL)
	if !serves(part.Value, host) {
		return true, "" // it goes past the CDN
	}
	if edge.ProvesServing(part, path) {
		return true, ""
	}
	if b, found := part.Value.BehaviorFor(path); found && b.Group {
		return false, path + " passes an origin group, so either region may answer it"
	}
	return false, "no behaviour of CloudFront leads " + path + " to one origin"
}

// unread is what was not read, and why where an attempt has failed.
func unread(what string, err error) string {
	if err == nil {
		return what
	}
	return what + " (" + whyOf(err) + ")"
}

func hostAndPath(rawURL string) (host, path string) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", "/"
	}
	if path = u.Path; path == "" {
		path = "/"
	}
	return strings.ToLower(u.Hostname()), path
}

// serves says whether a distribution answers for a name.
func serves(d edge.Distribution, host string) bool {
	return strings.EqualFold(d.Domain, host) || slices.ContainsFunc(d.Aliases, func(alias string) bool {
		if rest, wild := strings.CutPrefix(alias, "*."); wild {
			_, parent, _ := strings.Cut(host, ".")
			return strings.EqualFold(parent, rest)
		}
		return strings.EqualFold(alias, host)
	})
}

// leadsTo is the region where a public URL is configured to lead: by the CDN's single origin for its path, or by the
// zone's record where no CDN is in between. "" where it is not known.
func (j *join) leadsTo(rawURL string) string {
	host, path := hostAndPath(rawURL)
	part := j.in.Edge.Distribution
	if j.cfg.Edge.Distribution == "" || part.Known() && !serves(part.Value, host) {
		return j.regionOf(host)
	}
	b, ok := part.Value.BehaviorFor(path)
	if !ok || b.Group {
		return ""
	}
	return j.originRegion(part.Value, b.Target)
}

func (j *join) originRegion(d edge.Distribution, id string) string {
	for _, o := range d.Origins {
		if o.ID != id {
			continue
		}
		if o.Region != "" {
			return o.Region
		}
		return j.regionOf(strings.ToLower(o.Domain))
	}
	return ""
}

// regionOf is the region that a name leads to: a balancer's own name, or a record of the zone.
func (j *join) regionOf(name string) string {
	if r := j.balancerRegion(name); r != "" {
		return r
	}
	for _, r := range j.in.Edge.Zone.Value.Records {
		if !strings.EqualFold(r.Name, name) {
			continue
		}
		if r.Region != "" {
			return r.Region
		}
		return j.balancerRegion(r.Content)
	}
	return ""
}

func (j *join) balancerRegion(name string) string {
	name = strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(name), "."), "dualstack.")
	for i := range j.sides {
		for _, b := range j.sides[i].raw.Balancers.Value {
			if b.DNSName != "" && strings.EqualFold(b.DNSName, name) {
				return j.sides[i].cfg.Name
			}
		}
	}
	return ""
}

// prove counts who answers the public API: the API probe and each resolver have a vote where their answer is of now, is
// a success, and names a region. The region of more than half of them serves.
func (j *join) prove() {
	p := &j.e.Path
	votes, cast := map[string]int{}, 0
	count := func(r ProbeResult) {
		if r.Proof && r.Status < 400 {
			votes[r.Region]++
			cast++
		}
	}
	count(p.API)
	for _, r := range p.Per {
		count(r.API)
	}
	if j.unjudged() && p.Writes.Region == p.API.Region {
		count(p.Writes)
		j.proof.note = "the writes' answer: CloudFront's behaviours were not read"
	}
	for _, s := range j.sides {
		if votes[s.cfg.Name]*2 > cast {
			j.proof.serving = s.cfg.Name
		}
	}
	j.proof.split = j.splitWords(votes)
	if j.proof.serving == "" {
		j.proof.why = j.whyNotProven(cast)
	}
	for _, r := range p.Per {
		if r.API.Proof && r.API.Status < 400 && r.API.Region == j.proof.serving {
			p.Resolvers++
		}
	}
	p.Asked = len(p.Per)
}

// unjudged says whether the public API answers well, and only CloudFront, which cannot be asked, could tell whether its
// answer proves anything. An answer to a write does, since no origin group takes one.
func (j *join) unjudged() bool {
	api, d := j.e.Path.API, j.in.Edge.Distribution
	well := api.Asked && api.Seen.fresh() && api.Status >= 200 && api.Status < 400 && api.Region != "" && !j.in.Edge.API.Value.Cached()
	return well && !api.Proof && !d.Known() && d.Err != nil
}

// splitWords says who answers what, where the answers differ.
func (j *join) splitWords(votes map[string]int) string {
	if len(votes) < 2 {
		return ""
	}
	var parts []string
	for _, s := range j.sides {
		parts = append(parts, fmt.Sprintf("%d from %s", votes[s.cfg.Name], s.cfg.Name))
	}
	return "the public API answers differ: " + among(parts)
}

func (j *join) whyNotProven(cast int) string {
	api, p := j.cfg.Edge.API, j.e.Path.API
	one, why := j.passesOneOrigin(api.URL)
	switch {
	case api.URL == "":
		return "no public API probe is configured"
	case p.Seen.pending():
		return "the public API was not asked yet"
	case cast > 0:
		return j.proof.split
	case p.Status == 0:
		return "the public API: " + p.Word
	case p.Status >= 400:
		return "the public API answers " + p.Word
	case !one:
		return why
	case j.in.Edge.API.Value.Cached():
		return "the answer is the CDN's memory of an earlier one"
	case p.Seen.Old:
		return "the public API's answer is old: " + p.Seen.Why
	case p.Says == "":
		return "the public API's answer names no region"
	case p.Region == "":
		return "the public API says it is " + plain(p.Says) + ", which is no region of lifeboat.yaml"
	}
	return "the answer came through a CDN that lifeboat.yaml does not name"
}
