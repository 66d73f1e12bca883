package views

import (
	"strconv"
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// changes are the feed's changes that pass the filter, newest first.
func (f *frame) changes() []*dr.Change {
	var out []*dr.Change
	for i := range f.e.Feed {
		c := &f.e.Feed[i]
		if f.filter == "" || f.matches(c.Region+" "+c.Subject+" "+c.Text) {
			out = append(out, c)
		}
	}
	return out
}

// changeID names a change by what it is: its place in the feed moves with every new one.
func changeID(c *dr.Change) rowID {
	return rowID{inFeed, rowChange, strconv.FormatInt(c.At.UnixNano(), 36) + c.Region + c.Subject + c.Text}
}

// feed is the newest changes, in h lines of w cells, scrolled to the chosen one.
func (f *frame) feed(w, h int) []ui.Line {
	changes := f.changes()
	if len(changes) == 0 && h > 0 {
		return []ui.Line{ui.T(ui.Muted, f.noChange())}
	}
	top := 0
	for i, c := range changes {
		if changeID(c) == f.at {
			top = ui.Scroll(0, i, len(changes), h)
		}
	}
	cols := changeColumns(f.e, w)
	var out []ui.Line
	for _, c := range changes[top:min(top+max(h, 0), len(changes))] {
		out = append(out, changeLine(c, f.now, cols, f.chosen(changeID(c))).Cut(w))
	}
	return out
}

func (f *frame) noChange() string {
	switch {
	case f.filter != "" && len(f.e.Feed) > 0:
		return ui.Plural(len(f.e.Feed), "change") + ", none with " + f.filter
	case !f.e.Complete:
		return "·"
	}
	return "no change seen yet"
}

// changeColumns are the widths of a change's time, region and subject.
func changeColumns(e *dr.Estate, w int) [3]int {
	cols := [3]int{8, 0, 0}
	for i := range e.Regions {
		cols[1] = max(cols[1], min(len(e.Regions[i].Name), 14))
	}
	most := 10
	if w >= 90 {
		most = 16
	}
	for i := range e.Feed {
		cols[2] = max(cols[2], min(ui.Width(ui.Clean(e.Feed[i].Subject)), most))
	}
	return cols
}

func changeLine(c *dr.Change, now time.Time, cols [3]int, chosen bool) ui.Line {
	where := c.Region
	if where == "" {
		where = "edge"
	}
	text := ui.T(ui.Text, c.Text)
	if c.Level == dr.Warn || c.Level == dr.Bad {
		text = ui.Cat(ui.T(roleOf(c.Level), markOf(c.Level)+" "), text)
	}
	if chosen {
		text = text.Bold()
	}
	cells := cols[:]
	if len(ui.Clock(c.At, now)) > cells[0] {
		cells = []int{len(ui.Clock(c.At, now)), cells[1], cells[2]}
	}
	return ui.Join(2, ui.Cells(2, cells, ui.T(ui.Muted, ui.Clock(c.At, now)), ui.T(ui.Text, where), ui.T(ui.Text, c.Subject)), text)
}
