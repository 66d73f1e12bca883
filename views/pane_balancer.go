package views

import (
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

func (p *pane) balancers() []slot {
	if p.r.Condition == dr.CondVacant {
		return p.vacant()
	}
	var out []slot
	names := make([]string, len(p.r.Balancers))
	for i := range p.r.Balancers {
		names[i] = p.r.Balancers[i].Name
	}
	for i, label := range labelsOf("balancer", names) {
		out = append(out, p.balancer(label, &p.r.Balancers[i])...)
	}
	return out
}

func (p *pane) balancer(label string, b *dr.Balancer) []slot {
	id := p.id(rowBalancer, b.Name)
	health := p.unsure(b.Seen, balancerWas(b))
	traffic := p.traffic(b)
	probe := p.probe("probe", b.Probe)
	if health == nil {
		health = ui.T(roleOf(b.Level), b.Word)
	}
	room := p.w - p.label
	col := func(drop, cols int, l ui.Line) ui.Part { return ui.Part{Line: l, Drop: drop, Cols: cols} }
	var out []slot
	switch p.size {
	case narrow:
		if health.Width()+2+probe.Width() > room {
			probe = p.probe("probe", p.untimed(b.Probe))
		}
		out = append(out, p.row(keepAlways, id, label, ui.Row(room, 2, ui.P(0, health), ui.P(1, probe))),
			p.more(keepSecond, ui.Row(room, 2, ui.P(0, traffic[0]), ui.P(1, traffic[1]), ui.P(2, traffic[2]))))
	case medium:
		out = append(out, p.row(keepAlways, id, label, ui.Row(room, 2, col(0, 13, health), col(1, 16, probe), col(2, 0, traffic[0]))),
			p.more(keepSecond, ui.Row(room, 2, col(0, 13, traffic[1]), col(1, 16, traffic[2]), col(2, 0, p.says(b.Probe)))))
	default:
		out = append(out, p.row(keepAlways, id, label, ui.Row(room, 3, ui.P(0, health), ui.P(1, probe), ui.P(5, p.says(b.Probe)),
			ui.P(2, traffic[0]), ui.P(3, traffic[1]), ui.P(4, traffic[2]))))
	}
	return append(out, p.groups(b)...)
}

// balancerWas is what a balancer was when it was last seen.
func balancerWas(b *dr.Balancer) string {
	if !b.Seen.Known() {
		return ""
	}
	return counts(b.Healthy, b.All)
}

// traffic is requests, errors and latency; blank where the balancer itself is not known.
func (p *pane) traffic(b *dr.Balancer) [3]ui.Line {
	if !b.Seen.Known() || p.old(b.Seen) {
		return [3]ui.Line{}
	}
	var out [3]ui.Line
	switch {
	case b.Requests.Known && b.Requests.Value < 0.05:
		out[0] = ui.T(ui.Muted, "idle")
		return out
	case b.Requests.Known:
		out[0] = ui.Cat(ui.T(ui.Text, ui.Number(b.Requests.Value)), ui.T(ui.Muted, " req/s"))
	}
	if b.Errors.Known {
		out[1] = ui.Cat(ui.T(ui.Muted, "5xx "), ui.T(errorsRole(b), ui.Number(b.Errors.Value)), ui.T(ui.Muted, " %"))
	}
	if b.P95.Known {
		out[2] = ui.Cat(ui.T(ui.Muted, "p95 "), ui.T(ui.Text, ui.Millis(seconds(b.P95.Value))))
	}
	return out
}

// errorsRole colours the share of errors only where the balancer was judged unwell.
func errorsRole(b *dr.Balancer) ui.Role {
	if unwell(b.Level) && b.Errors.Value >= 1 {
		return roleOf(b.Level)
	}
	return ui.Text
}

// probe is a question asked over HTTP: "probe 200 41 ms", "✗ probe timed out", "probe ? was 200 at 03:15:01".
func (f *frame) probe(name string, r dr.ProbeResult) ui.Line {
	if !r.Asked {
		return nil
	}
	l, now := f.probed(r)
	if !now {
		return ui.Cat(ui.T(ui.Muted, name+" "), f.unsure(r.Seen, strings.TrimPrefix(r.Word, "? was ")))
	}
	line := ui.T(roleOf(l), name+" "+r.Word)
	if l == dr.Bad {
		line = ui.Cat(ui.T(ui.Bad, "✗ "), line)
	}
	if r.Status != 0 && r.Took > 0 {
		line = ui.Cat(line, ui.T(ui.Muted, " "+ui.Millis(r.Took)))
	}
	return line
}

// probed is a probe's level, and whether its word is of now. A question that nobody answers is an answer of now, however
// old the newest answer is.
func (f *frame) probed(r dr.ProbeResult) (dr.Level, bool) {
	switch {
	case f.aged && r.Seen.Known():
		return dr.Unknown, false
	case r.Status == 0 && r.Level != dr.Unknown:
		return r.Level, true
	case !r.Seen.Known() || f.old(r.Seen):
		return dr.Unknown, false
	}
	return r.Level, true
}

// untimed is a probe without the time it took, where there is no room for that.
func (p *pane) untimed(r dr.ProbeResult) dr.ProbeResult {
	r.Took = 0
	return r
}

// says is what the answer of a direct probe calls itself.
func (p *pane) says(r dr.ProbeResult) ui.Line {
	if !r.Asked || r.Says == "" || !r.Seen.Known() || p.old(r.Seen) {
		return nil
	}
	if r.Region != "" && r.Region != p.r.Name {
		return ui.T(ui.Bad, "✗ says it is "+r.Says)
	}
	return ui.Cat(ui.T(ui.Muted, "says it is "), ui.T(ui.Text, r.Says))
}

// groupsShown is how many target groups stand in a panel at most.
const groupsShown = 6

// groups are a balancer's target groups, unwell ones first where they are too many; the rest is counted.
func (p *pane) groups(b *dr.Balancer) []slot {
	if p.size == narrow || len(b.Groups) < 2 || !b.Seen.Known() || p.old(b.Seen) {
		return nil
	}
	shown, bad := p.shownGroups(b)
	width := 0
	for _, g := range shown {
		width = max(width, min(ui.Width(ui.Clean(g.Name)), 28))
	}
	var out []slot
	for _, g := range shown {
		out = append(out, p.group(g, width))
	}
	if rest := len(b.Groups) - len(shown); rest > 0 {
		words := others(rest, bad, pick(len(shown) > 0, "more groups", "groups"))
		out = append(out, p.more(keepGroups, ui.T(pick(bad > 0, ui.Warn, ui.Muted), words)))
	}
	return out
}

// shownGroups are all, or where they are too many the first of those that are unwell; and how many unwell ones are not
// shown.
func (p *pane) shownGroups(b *dr.Balancer) (shown []*dr.TargetGroup, bad int) {
	for i := range b.Groups {
		g := &b.Groups[i]
		ill := unwell(p.level(g.Seen, g.Level))
		switch {
		case len(b.Groups) <= groupsShown, ill && len(shown) < groupsShown-1:
			shown = append(shown, g)
		case ill:
			bad++
		}
	}
	return shown, bad
}

func (p *pane) group(g *dr.TargetGroup, name int) slot {
	id := p.id(rowGroup, g.Name)
	healthy, all := g.Healthy()
	value := p.unsure(g.Seen, counts(healthy, all))
	if value == nil {
		role := roleOf(g.Level)
		value = ui.Cat(ui.T(role, counts(healthy, all)).Fit(7), ui.T(role, ui.Meter(healthy, all, 8)).Fit(10),
			p.targets(g, p.w-p.label-name-19))
	}
	label := ui.T(ui.Muted, g.Name)
	if p.chosen(id) {
		label = ui.B(ui.Text, g.Name)
	}
	return slot{id: id, keep: keepGroups, line: ui.Cat(ui.Space(p.label), label.Fit(name), ui.Space(2), value).Cut(p.w)}
}

// targets are a group's, one by one where they fit; otherwise why the first unhealthy one is.
func (p *pane) targets(g *dr.TargetGroup, room int) ui.Line {
	var all ui.Line
	for _, t := range g.Targets {
		role, mark := ui.Muted, "✓ "
		if t.State != "healthy" {
			role, mark = roleOf(g.Level), markOf(g.Level)+" "
		}
		all = ui.Join(3, all, ui.T(role, joined(" ", mark+t.ID, pick(t.State != "healthy", joined(": ", t.State, t.Reason), ""))))
	}
	if p.size == wide && all.Width() <= room {
		return all
	}
	return ui.T(ui.Muted, groupReason(g))
}

// groupReason is why the first target that is not healthy is not.
func groupReason(g *dr.TargetGroup) string {
	for _, t := range g.Targets {
		if t.State != "healthy" {
			if t.Reason != "" {
				return t.ID + " " + t.State + ": " + t.Reason
			}
			return t.ID + " " + t.State
		}
	}
	return ""
}
