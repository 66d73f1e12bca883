package edge

import "slices"

// OriginChange is one behaviour of a distribution as it is to fetch from another origin. It is pinned in journals.
type OriginChange struct {
	Distribution string `json:"distribution"`
	Path         string `json:"path"` // the behaviour's pattern, "*" for the default one
	From         string `json:"from"` // origin ids
	To           string `json:"to"`
}

// PlanOrigins are the changes by which the CDN itself goes to region to: every behaviour with a single origin that leads
// to another region gets one that leads to to. It asks nobody. Behaviours of origin groups are left, as methods always
// are: a behaviour that takes writes may have a single origin only. So is one whose origin leads to no region that is
// known, and all where no origin leads to to.
func PlanOrigins(d Distribution, to string) []OriginChange {
	var changes []OriginChange
	for _, b := range d.Behaviors {
		o, ok := d.origin(b.Target)
		if !ok || b.Group || o.Region == "" || o.Region == to {
			continue
		}
		if other := d.counterpart(o, to); other != "" {
			changes = append(changes, OriginChange{Distribution: d.ID, Path: b.Path, From: o.ID, To: other})
		}
	}
	return changes
}

// ReversedOrigins are the changes that undo changes.
func ReversedOrigins(changes []OriginChange) []OriginChange {
	back := make([]OriginChange, len(changes))
	for i, c := range changes {
		back[i] = c
		back[i].From, back[i].To = c.To, c.From
	}
	return back
}

// Switched says how many of the changes hold: the behaviour targets To. foreign are the paths of those that target
// neither From nor To, or are gone: somebody else changed them. Whether it is deployed is another question.
func (d Distribution) Switched(changes []OriginChange) (done int, foreign []string) {
	now := map[string]string{}
	for _, b := range d.Behaviors {
		now[b.Path] = b.Target
	}
	for _, c := range changes {
		switch now[c.Path] {
		case c.To:
			done++
		case c.From:
		default:
			foreign = append(foreign, c.Path)
		}
	}
	return done, foreign
}

// origin finds an origin by its id.
func (d Distribution) origin(id string) (Origin, bool) {
	i := slices.IndexFunc(d.Origins, func(o Origin) bool { return o.ID == id })
	if i < 0 {
		return Origin{}, false
	}
	return d.Origins[i], true
}

// counterpart is the id of the origin that stands for o in region to: one that an origin group names beside it, or the
// first that leads there; "" for none.
func (d Distribution) counterpart(o Origin, to string) string {
	first := ""
	for _, other := range d.Origins {
		switch {
		case other.Region != to:
		case slices.ContainsFunc(d.Groups, func(g OriginGroup) bool {
			return slices.Contains(g.Members, o.ID) && slices.Contains(g.Members, other.ID)
		}):
			return other.ID
		case first == "":
			first = other.ID
		}
	}
	return first
}
