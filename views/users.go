package views

import (
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

// users is the way that users take, lit by what was seen of it, and what answers at its end.
func (f *frame) users(w int, tall bool) []ui.Line {
	label := 7
	if w >= 98 {
		label = roomyLabel
	}
	room := w - label
	head := ui.T(ui.Muted, "users")
	if f.chosen(usersRow) {
		head = ui.B(ui.Text, "users")
	}
	out := []ui.Line{
		ui.Cat(head.Fit(label), f.way(room)).Cut(w),
		ui.Cat(ui.Space(label), f.answers(room)).Cut(w),
	}
	if tall && len(f.e.Path.Per) > 0 {
		out = append(out, ui.Cat(ui.Space(label), f.resolvers(room)).Cut(w))
	}
	return out
}

var usersRow = rowID{panel: inUsers, kind: rowUsers}

// usersLines is how many lines the users' way takes.
func (f *frame) usersLines(tall bool) int {
	if tall && len(f.e.Path.Per) > 0 {
		return 3
	}
	return 2
}

// way draws DNS, CDN and the region where they lead, and the bridge beside them.
func (f *frame) way(room int) ui.Line {
	p := &f.e.Path
	var parts []ui.Part
	for _, s := range []dr.Stage{p.DNS, p.CDN} {
		if s.Asked {
			parts = append(parts, ui.P(0, f.stage(s, room >= 90)))
		}
	}
	parts = append(parts, ui.P(0, f.destination()))
	way := ui.Row(room, 1, parts...)
	gap := 4
	if room < 90 {
		gap = 2
	}
	return ui.Row(room, gap, ui.P(0, way), ui.P(0, f.bridge(room-way.Width()-gap)))
}

func (f *frame) stage(s dr.Stage, roomy bool) ui.Line {
	l := f.level(s.Seen, s.Level)
	arrow, name := ui.T(arrowRole(l), "━▶ "), ui.B(ui.Text, s.Name)
	switch {
	case f.pending(s.Seen):
		name = ui.T(ui.Muted, "· "+s.Name)
	case l == dr.Unknown:
		name = ui.T(ui.Muted, "? "+s.Name)
	case unwell(l):
		name = ui.B(roleOf(l), markOf(l)+" "+s.Name)
	}
	if s.ID != "" && roomy {
		name = ui.Cat(name, ui.T(ui.Muted, " "+s.ID))
	}
	return ui.Cat(arrow, name)
}

// arrowRole: an arrow shows that users pass; it is text, and grey where that is not known.
func arrowRole(l dr.Level) ui.Role {
	switch l {
	case dr.Unknown:
		return ui.Muted
	case dr.Warn, dr.Bad:
		return roleOf(l)
	}
	return ui.Text
}

// destination is the region where the way leads, lit by what the public API answered.
func (f *frame) destination() ui.Line {
	p := &f.e.Path
	switch {
	case p.To == "" && !f.e.Complete:
		return ui.T(ui.Muted, "━▶ ·")
	case p.To == "":
		return ui.T(ui.Muted, "━▶ ? not known where")
	case p.Broken:
		return ui.T(ui.Bad, "╳ "+p.To)
	}
	l, now := f.probed(p.API)
	if !p.API.Asked || !now {
		return ui.T(ui.Muted, "━▶ ? "+p.To)
	}
	return ui.T(roleOf(l), "━▶ "+p.To)
}

// bridge is the way that origin failover offers to pages.
func (f *frame) bridge(room int) ui.Line {
	p := &f.e.Path
	if p.Bridge == "" {
		return nil
	}
	role, why := ui.Muted, "pages only, by origin failover"
	if p.Bridging && !f.aged {
		role, why = ui.Warn, "answers pages now, by origin failover"
	}
	head := ui.T(role, "╌▷ "+p.Bridge)
	if head.Width()+2+len(why) > room {
		why = "pages only"
	}
	if head.Width()+2+len(why) > room {
		why = ""
	}
	return ui.Join(2, head, ui.T(role, why))
}

// answers are the public probes.
func (f *frame) answers(room int) ui.Line {
	p := &f.e.Path
	notes := ui.Line(nil)
	for _, s := range []dr.Stage{p.DNS, p.CDN} {
		for _, n := range s.Notes {
			notes = ui.Join(0, notes, ui.T(ui.Muted, separator(notes)+n))
		}
	}
	gap := 2
	if room >= 90 {
		gap = 3
	}
	return ui.Row(room, gap,
		ui.P(3, notes),
		ui.P(0, f.answer("pages", p.Pages, room < 90)),
		ui.P(0, f.answer("API", p.API, room < 90)),
		ui.P(0, f.answer("writes", p.Writes, room < 90)),
		ui.P(1, f.agreement()),
	)
}

func separator(before ui.Line) string {
	if len(before) == 0 {
		return ""
	}
	return " · "
}

// answer is a public probe, with the region that answered where that is not where the way leads. A brief one leaves out
// the time of an old answer.
func (f *frame) answer(name string, r dr.ProbeResult, brief bool) ui.Line {
	if !r.Asked {
		return ui.T(ui.Muted, name+" not probed")
	}
	l, now := f.probed(r)
	if brief && !now && r.Seen.Known() {
		return ui.T(ui.Muted, name+" ? was "+strings.TrimPrefix(r.Word, "? was "))
	}
	if name == "API" && now && l == dr.Bad {
		return ui.Cat(ui.B(ui.Bad, "✗ API DOWN"), ui.T(ui.Bad, " "+r.Word))
	}
	line := f.probe(name, r)
	if r.Region != "" && r.Region != f.e.Path.To && r.Seen.Known() && !f.old(r.Seen) {
		line = ui.Cat(line, ui.T(ui.Warn, " by "+r.Region))
	}
	return line
}

// agreement is how many resolvers lead to the same region.
func (f *frame) agreement() ui.Line {
	p := &f.e.Path
	switch {
	case p.Asked == 0:
		return nil
	case f.aged:
		return ui.F(ui.Muted, "? was %d of %d resolvers", p.Resolvers, p.Asked)
	case p.Resolvers == p.Asked:
		return ui.F(ui.Muted, "%d of %d resolvers", p.Resolvers, p.Asked)
	case !f.e.Complete:
		return ui.T(ui.Muted, "· resolvers")
	}
	return ui.F(ui.Warn, "! %d of %d resolvers", p.Resolvers, p.Asked)
}

// resolvers is a line of what each of them answers.
func (f *frame) resolvers(room int) ui.Line {
	var parts []ui.Part
	for i, r := range f.e.Path.Per {
		parts = append(parts, ui.P(i+1, ui.Join(1, ui.T(ui.Muted, r.Name), f.resolver(r))))
	}
	return ui.Row(room, 4, parts...)
}

func (f *frame) resolver(r dr.Resolver) ui.Line {
	l, now := f.probed(r.API)
	switch {
	case !now:
		return f.unsure(r.API.Seen, strings.TrimPrefix(r.API.Word, "? was "))
	case r.API.Region == "":
		return ui.T(roleOf(l), markOf(l)+" "+r.API.Word)
	}
	return ui.Cat(ui.T(roleOf(l), "→ "+r.API.Region), ui.F(ui.Muted, " TTL %.0f", r.TTL.Seconds()))
}
