package views

import (
	"fmt"
	"slices"

	"lifeboat/dr"
	"lifeboat/ui"
)

// noted is a finding and where it was made.
type noted struct {
	dr.Finding
	where string // a region, or "edge"
	now   dr.Level
}

// findings are what wants a person's eye, the gravest first.
func (f *frame) findings() []noted {
	var all []noted
	add := func(where string, list []dr.Finding) {
		for _, x := range list {
			l := f.level(x.Seen, x.Level)
			if f.aged {
				l = x.Level // how many there were
			}
			if unwell(l) && f.matches(where+" "+x.Text) {
				all = append(all, noted{x, where, l})
			}
		}
	}
	for i := range f.e.Regions {
		add(f.e.Regions[i].Name, f.e.Regions[i].Findings)
	}
	add("edge", f.e.Path.Findings)
	slices.SortStableFunc(all, func(a, b noted) int { return gravity(b.now) - gravity(a.now) })
	return all
}

// summed makes one entry of those that are only not known now, as all of a dark region are: they must not crowd out what
// was seen to be wrong.
func summed(all []noted) []noted {
	known := slices.Clone(all)
	known = slices.DeleteFunc(known, func(n noted) bool { return n.now == dr.Unknown })
	if rest := len(all) - len(known); rest > 1 {
		return append(known, noted{Finding: dr.Finding{Text: fmt.Sprintf("%d not known now", rest)}})
	}
	return all
}

var findingsRow = rowID{panel: inFindings, kind: rowFindings}

// findingsLines puts as many findings into the lines as fit, several in one where there are few lines, and counts the
// rest.
func (f *frame) findingsLines(r ui.Rect, form Form) []ui.Line {
	head := ui.T(ui.Muted, "findings")
	if f.chosen(findingsRow) {
		head = ui.B(ui.Text, "findings")
	}
	label := 10
	if form == Wide || r.W >= 98 {
		label = roomyLabel
	}
	all := summed(f.findings())
	if ready, ok := f.ready(); ok && f.filter == "" {
		all = append([]noted{ready}, all...)
	}
	switch {
	case f.aged:
		return []ui.Line{ui.Cat(head.Fit(label), ui.F(ui.Muted, "? %d at %s", len(summed(f.findings())), ui.Clock(f.e.At, f.now)))}
	case len(all) == 0 && !f.e.Complete:
		return []ui.Line{ui.Cat(head.Fit(label), ui.T(ui.Muted, "·"))}
	case len(all) == 0:
		return []ui.Line{ui.Cat(head.Fit(label), ui.T(ui.Muted, "none"))}
	case form == Wide:
		return f.findingsTall(r, head, label, all)
	}
	return f.findingsPacked(r, head, label, all)
}

func (n noted) line() ui.Line {
	return ui.Cat(ui.T(roleOf(n.now), markOf(n.now)+" "), ui.T(ui.Text, n.Text))
}

// findingsPacked fills lines from left to right.
func (f *frame) findingsPacked(r ui.Rect, head ui.Line, label int, all []noted) []ui.Line {
	out := []ui.Line{head.Fit(label)}
	for i, n := range all {
		last := len(out) - 1
		rest := len(all) - i - 1
		tail := 0
		if rest > 0 && last == r.H-1 {
			tail = 4 + ui.Width(moreWords(rest))
		}
		l, at := n.line(), out[last]
		fits := at.Width()+4+l.Width()+tail <= r.W
		switch {
		case at.Width() == label:
			out[last] = ui.Cat(at, l.Cut(r.W-label-tail))
		case fits:
			out[last] = ui.Cat(at, ui.Space(4), l)
		case last < r.H-1:
			out = append(out, ui.Cat(ui.Space(label), l.Cut(r.W-label)))
		case i == 1 && r.W-at.Width()-4-tail >= 24: // after the count of what is ready: cut, rather than none
			out[last] = ui.Cat(at, ui.Space(4), l.Cut(r.W-at.Width()-4-tail))
		default:
			out[last] = ui.Spread(r.W, at, ui.T(ui.Muted, moreWords(len(all)-i)))
			return out
		}
	}
	return out
}

func moreWords(n int) string { return fmt.Sprintf("%d more", n) }

// findingsTall gives each finding a line, and its remedy one below.
func (f *frame) findingsTall(r ui.Rect, head ui.Line, label int, all []noted) []ui.Line {
	var out []ui.Line
	for i, n := range all {
		own := n.line().Wrap(r.W-label, 2)
		if n.Remedy != "" {
			own = append(own, ui.T(ui.Muted, "  "+n.Remedy).Wrap(r.W-label, 2)...)
		}
		if rest := len(all) - i; len(out)+len(own) > r.H-1 && rest > 1 || len(out)+len(own) > r.H {
			out = append(out, ui.T(ui.Muted, moreWords(rest)))
			break
		}
		out = append(out, own...)
	}
	for i := range out {
		if i == 0 {
			out[i] = ui.Cat(head.Fit(label), out[i])
		} else {
			out[i] = ui.Cat(ui.Space(label), out[i])
		}
	}
	return out
}

// findingsWant is how many lines the findings would like.
func (f *frame) findingsWant(w int, form Form) int {
	const ample = 100
	if form == Wide {
		w = (w - 5) / 2
	}
	return len(f.findingsLines(ui.Rect{W: w, H: ample}, form))
}
