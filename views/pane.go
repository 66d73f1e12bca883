package views

import (
	"slices"
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

// pane draws one region's panel in w cells.
type pane struct {
	*frame
	r     *dr.Region
	i     int // 0 or 1
	w     int
	label int // cells of the labels' column
	size  size

	columns serviceColumns
}

// size is how much a line of a panel has room for.
type size int

const (
	narrow size = iota // half of 80 columns
	medium             // half of 120
	wide               // half of 200, or all of 80 and more
)

func (f *frame) pane(i, w int) *pane {
	p := &pane{frame: f, r: &f.e.Regions[i], i: i, w: w, label: roomyLabel, size: medium}
	switch {
	case w < 48:
		p.label, p.size = f.narrowLabel(), narrow
	case w >= 74:
		p.size = wide
	}
	p.columns = p.serviceColumns()
	return p
}

// narrowLabel has just room for the services' names, which stand below the labels.
func (f *frame) narrowLabel() int { return max(10, min(f.needs.name+1, 11)) }

// roomyLabel is the labels' width wherever there is room.
const roomyLabel = 12

// sections are the parts of the panel, the same ones for both regions.
func (p *pane) sections() []section {
	gap := section{gap: true, slots: []slot{{keep: keepGaps}}}
	return []section{
		{slots: p.why()},
		{slots: p.balancers()},
		gap,
		p.services(),
		gap,
		{slots: p.databases()},
		{gap: true, slots: []slot{{keep: keepExtras}}},
		{slots: p.restore()},
		{slots: p.session()},
		{slots: p.signs()},
	}
}

// id names a row of this panel.
func (p *pane) id(k kind, name string) rowID { return rowID{panelOf(p.i), k, name} }

// row is a labelled line.
func (p *pane) row(keep int, id rowID, label string, value ui.Line) slot {
	return slot{id: id, keep: keep, line: ui.Cat(p.head(id, label), value).Cut(p.w)}
}

// more is a line without a label, below one with.
func (p *pane) more(keep int, value ui.Line) slot {
	if len(value) == 0 {
		return slot{keep: keepNever}
	}
	return slot{keep: keep, line: ui.Cat(ui.Space(p.label), value).Cut(p.w)}
}

// labelsOf are short labels for things of a kind: the kind for one alone, and for several what tells their names apart.
func labelsOf(kind string, names []string) []string {
	if len(names) == 1 {
		return []string{kind}
	}
	common := 0 // length of the words that all names begin with
	for i := 0; len(names) > 0 && i < len(names[0]); i++ {
		if names[0][i] != '-' {
			continue
		}
		if slices.ContainsFunc(names, func(n string) bool { return !strings.HasPrefix(n, names[0][:i+1]) }) {
			break
		}
		common = i + 1
	}
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n[common:]
	}
	return out
}

// head is a row's label; the chosen row's is bright.
func (p *pane) head(id rowID, label string) ui.Line {
	l := ui.T(ui.Muted, label)
	if p.chosen(id) {
		l = ui.B(ui.Text, label)
	}
	return ui.Cat(l.Fit(p.label-1), ui.Space(1))
}

// chosen says whether a row is marked.
func (f *frame) chosen(id rowID) bool { return f.moved && id.kind != rowNone && id == f.at }

// why says what stops the region, in its own words. Where nothing is there that stands in the place of its parts.
func (p *pane) why() []slot {
	if p.r.Why == "" || p.aged || p.r.Condition == dr.CondVacant {
		return nil
	}
	mark := ui.T(roleOf(p.r.Level), markOf(p.r.Level)+" ")
	lines := ui.Cat(mark, ui.T(ui.Text, p.r.Why)).Wrap(p.w, 2)
	var out []slot
	for _, l := range lines[:min(len(lines), 2)] {
		out = append(out, slot{keep: keepExtras, line: l})
	}
	return append(out, slot{keep: keepExtras})
}

// vacant says that nothing is there yet, and what makes it.
func (p *pane) vacant() []slot {
	line := ui.Cat(ui.T(ui.Muted, "· "), ui.T(ui.Text, p.r.Why))
	if p.readOnly == "" {
		line = ui.Cat(line, ui.T(ui.Text, ": "), ui.B(ui.Accent, "p"), ui.T(ui.Text, strings.TrimPrefix(p.r.Remedy, "p")))
	}
	return []slot{{keep: keepAlways, line: line.Cut(p.w)}}
}

// signs are the independent signs of life, where there is room for them.
func (p *pane) signs() []slot {
	if p.size != wide || len(p.r.Signals) == 0 {
		return nil
	}
	out := []slot{{keep: keepAmple}}
	for i, s := range p.r.Signals {
		line := ui.Cat(p.sign(s).Fit(16), ui.T(ui.Text, s.Name).Fit(12), ui.T(ui.Muted, s.Text))
		if i == 0 {
			out = append(out, p.row(keepAmple, rowID{}, "signs", line))
		} else {
			out = append(out, p.more(keepAmple, line))
		}
	}
	return out
}

// sign is whether a signal answers.
func (f *frame) sign(s dr.Signal) ui.Line {
	switch {
	case !s.Asked:
		return ui.T(ui.Muted, "· not asked")
	case f.aged:
		return ui.T(ui.Muted, "? not known")
	case s.Silent:
		return ui.T(ui.Bad, "✗ silent"+f.lasting(s.Since))
	}
	return ui.T(ui.Good, "✓ answers")
}

// session is who Lifeboat is in this region, and for how long.
func (p *pane) session() []slot {
	s, id := p.r.Session, p.id(rowSession, "")
	if l := p.unsure(s.Seen, s.Name); l != nil {
		if why := lastPart(s.Seen.Why); why != "" && !p.pending(s.Seen) {
			l = ui.T(ui.Warn, "? "+why) // what to do about it matters more than who it was
		}
		return []slot{p.row(keepAlways, id, "session", l)}
	}
	value := ui.T(ui.Text, s.Name)
	if !s.Expires.IsZero() {
		value = ui.Cat(value, ui.T(ui.Muted, " · "), p.left(s))
		if value.Width() > p.w-p.label {
			value = p.left(s)
		}
	}
	return []slot{p.row(keepAlways, id, "session", value)}
}

func (p *pane) left(s dr.Session) ui.Line {
	left := s.Expires.Sub(p.now)
	role := ui.Text
	if unwell(s.Level) {
		role = roleOf(s.Level)
	}
	if left <= 0 {
		return ui.T(ui.Bad, "✗ expired "+ui.Clock(s.Expires, p.now))
	}
	return ui.T(role, ui.Long(left)+" left")
}

// restore is the newest moment that this region's data could be brought back to.
func (p *pane) restore() []slot {
	n, id := p.r.Newest, p.id(rowRestore, "")
	was := ""
	if !n.At.IsZero() {
		was = ui.Clock(n.At, p.now)
	}
	if l := p.unsure(n.Seen, was); l != nil {
		return []slot{p.row(keepRestore, id, "restore", l)}
	}
	if n.At.IsZero() {
		return []slot{p.row(keepRestore, id, "restore", ui.T(ui.Warn, "! no recovery point"))}
	}
	value := ui.Join(2, ui.T(ui.Text, "to "+was), ui.T(ui.Muted, p.ago(n.At)))
	if rest := p.w - p.label - value.Width() - 2; rest >= 12 {
		value = ui.Join(2, value, ui.T(ui.Muted, n.From).Cut(rest))
	}
	return []slot{p.row(keepRestore, id, "restore", value)}
}

// lastPart is the end of a reason, which says what failed: "credentials expired" of "sts:GetCallerIdentity: credentials
// expired".
func lastPart(why string) string {
	return strings.TrimSpace(why[strings.LastIndex(why, ": ")+1:])
}
