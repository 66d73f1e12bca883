package edge

import (
	"strings"
	"time"
)

// RecordChange is one DNS record as it is to be pointed elsewhere. It is pinned in journals: its old content is what undo
// needs.
type RecordChange struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Type    string        `json:"type"`
	From    string        `json:"from"` // content, as Cloudflare gave it
	To      string        `json:"to"`
	TTL     time.Duration `json:"ttl"` // as it was planned; a change keeps the record's own. 0: Cloudflare's automatic
	Proxied bool          `json:"proxied"`
}

// PlanRecords are the changes that take users from one region to the other by DNS alone: target is the name of the
// balancer of region to. It asks nobody.
//
//   - A record that leads to region from by a balancer's name is pointed at target.
//   - One that leads to another of records is left: it goes where that one goes.
//   - One that leads to the CDN is left where each of the CDN's single-origin behaviours goes to region to, because what
//     it fetches from is a name of the zone that is moved, or leads there already. A CDN that would go on fetching from
//     region from is passed by: the record is pointed at target.
//   - Records of addresses cannot be told, and are left. So is a record that leads nowhere known, or, with the zero
//     Distribution, to some CDN.
func PlanRecords(records []Record, d Distribution, from, to, target string) []RecordChange {
	p := recordPlan{cdn: plain(d.Domain), from: from, to: to, names: map[string]Record{}}
	for _, r := range records {
		if r.Type == aliasType {
			p.names[plain(r.Name)] = r
		}
	}
	p.pass = !p.follows(d)
	var changes []RecordChange
	for _, r := range records {
		if p.moves(r) {
			changes = append(changes, RecordChange{
				ID: r.ID, Name: r.Name, Type: r.Type, From: r.Content, To: strings.TrimSuffix(target, "."), TTL: r.TTL, Proxied: r.Proxied,
			})
		}
	}
	return changes
}

// aliasType is the type of records that lead to names.
const aliasType = "CNAME"

// Reversed are the changes that undo changes.
func Reversed(changes []RecordChange) []RecordChange {
	back := make([]RecordChange, len(changes))
	for i, c := range changes {
		back[i] = c
		back[i].From, back[i].To = c.To, c.From
	}
	return back
}

// recordPlan decides which records are moved.
type recordPlan struct {
	cdn      string // the distribution's own name
	from, to string
	names    map[string]Record // the records that lead to names, by their own
	pass     bool              // the CDN is passed by
}

// moves says whether a record itself is changed.
func (p recordPlan) moves(r Record) bool {
	if _, relayed := p.names[plain(r.Content)]; r.Type != aliasType || relayed {
		return false
	}
	return r.Region == p.from || p.pass && p.cdn != "" && r.end() == p.cdn
}

// follows says whether the CDN goes to region to once the zone's own names are moved.
func (p recordPlan) follows(d Distribution) bool {
	goes := false
	for _, o := range deciding(d) {
		switch p.region(o) {
		case p.to:
			goes = true
		case p.from:
			return false
		}
	}
	return goes
}

// region is where an origin leads once the zone's own names are moved.
func (p recordPlan) region(o Origin) string {
	r, ours := p.names[plain(o.Domain)]
	switch {
	case ours && r.Region == p.from:
		return p.to
	case ours:
		return r.Region
	}
	return o.Region
}

// deciding are the origins that decide where a CDN leads: those of its behaviours with a single origin. Where it has none,
// the first ones of its origin groups.
func deciding(d Distribution) []Origin {
	var single, first []Origin
	for _, b := range d.Behaviors {
		if o, ok := d.origin(b.Target); ok && !b.Group {
			single = append(single, o)
		}
	}
	for _, g := range d.Groups {
		if members, _ := membersOf(d, g); len(members) > 0 {
			first = append(first, members[0])
		}
	}
	if len(single) > 0 {
		return single
	}
	return first
}

// end is where the record's chain ends; for one that was not read with its zone, what it says itself.
func (r Record) end() string {
	if r.End != "" {
		return r.End
	}
	return plain(r.Content)
}
