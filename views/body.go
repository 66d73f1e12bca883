package views

import (
	"slices"

	"lifeboat/ui"
)

// slot is one line of a region's panel.
type slot struct {
	id   rowID // zero where the line cannot be chosen
	keep int   // keepAlways, keepRestore, ...: when it is shown
	gone int   // where it is shown no more, because something larger stands for it; 0: nowhere
	line ui.Line

	// Of a list's rows, of which few may be in view:
	draw func() ui.Line // makes the line
	bad  bool           // it is unwell
}

// section is a part of a region's panel that begins at the same line in both regions.
type section struct {
	gap   bool // nothing but a blank line
	slots []slot
	list  []slot // after slots: as many as there is room for, the rest counted
	count func(hidden, bad int) ui.Line
}

// What a line is kept for. Where there is no room the last of these leave first.
const (
	keepAlways  = iota
	keepRestore // the newest recovery point
	keepCourse  // of the lag
	keepHeads   // of columns
	keepGaps    // between sections
	keepSecond  // lines of traffic, connections, reasons
	keepGroups  // of targets
	keepExtras  // of databases
	keepAmple   // what only a large screen has room for
	keepNever
)

// leastRows is how many rows of a list are wanted beside what is kept.
var leastRows = [keepNever]int{keepAlways: 3, keepRestore: 4, keepCourse: 4, keepHeads: 4, keepGaps: 6, keepSecond: 6, keepGroups: 8, keepExtras: 16, keepAmple: 24}

// body is both regions' panels, arranged: rows[i] stand at line i, one slot a region. ids are the rows that one can
// stand on, those that a list scrolls out of view among them.
type body struct {
	rows [][2]slot
	ids  [2][]rowID
}

// arrange fits both regions' sections into h lines: the sections side by side begin at the same line; what is least
// needed is left out first; lists take what is left and scroll.
func arrange(sections [2][]section, h int, at rowID) body {
	keeps := keepsFor(sections, h)
	room := h - fixedLines(sections, keeps)
	var b body
	for i, keep := range keeps {
		left, right := sections[0][i], sections[1][i]
		b.add(left.fixed(keep), right.fixed(keep))
		b.add(left.window(room, at), right.window(room, at))
		for r, s := range [2]section{left, right} {
			b.stand(r, s.fixed(keep))
			b.stand(r, s.list)
		}
	}
	return b
}

// keepsFor is what each section keeps in h lines: the same all over, but of the first classes that do not fit everywhere
// sections take lines one after another while there is room. Blank lines between sections are everywhere or nowhere.
func keepsFor(sections [2][]section, h int) []int {
	keeps := make([]int, len(sections[0]))
	class := keepRestore
	for ; class <= keepAmple; class++ {
		all := slices.Repeat([]int{class}, len(keeps))
		if !fits(sections, all, class, h) {
			break
		}
		keeps = all
	}
	for ; class <= keepSecond; class++ {
		for i, before := range keeps {
			if keeps[i] = class; sections[0][i].gap || sections[1][i].gap || !fits(sections, keeps, class, h) {
				keeps[i] = before
			}
		}
	}
	return keeps
}

func fits(sections [2][]section, keeps []int, class, h int) bool {
	return fixedLines(sections, keeps)+min(longestList(sections), leastRows[class]) <= h
}

// wanted is how many lines both panels would take with everything in them.
func wanted(sections [2][]section) int {
	return fixedLines(sections, slices.Repeat([]int{keepAmple}, len(sections[0]))) + longestList(sections)
}

func fixedLines(sections [2][]section, keeps []int) int {
	n := 0
	for i, keep := range keeps {
		n += max(len(sections[0][i].fixed(keep)), len(sections[1][i].fixed(keep)))
	}
	return n
}

func (b *body) stand(region int, slots []slot) {
	for _, s := range slots {
		if s.id.kind != rowNone {
			b.ids[region] = append(b.ids[region], s.id)
		}
	}
}

func longestList(sections [2][]section) int {
	n := 0
	for _, side := range sections {
		for _, s := range side {
			n = max(n, len(s.list))
		}
	}
	return n
}

func (s section) fixed(keep int) []slot {
	var out []slot
	for _, sl := range s.slots {
		if sl.keep <= keep && (sl.gone == 0 || keep < sl.gone) {
			out = append(out, sl)
		}
	}
	return out
}

// window is the part of the list that is shown in h lines, the chosen row in its middle. The last line counts the rest.
func (s section) window(h int, at rowID) []slot {
	if len(s.list) <= h {
		return drawn(s.list)
	}
	shown := max(h-1, 1)
	top := 0
	for i, sl := range s.list {
		if sl.id.kind == at.kind && sl.id.name == at.name { // in either region: both scroll together
			top = max(0, min(i-shown/2, len(s.list)-shown))
		}
	}
	out := drawn(s.list[top : top+shown])
	if h > 1 {
		bad := unwellOf(s.list) - unwellOf(s.list[top:top+shown])
		out = append(out, slot{line: s.count(len(s.list)-shown, bad)})
	}
	return out
}

func drawn(list []slot) []slot {
	out := make([]slot, len(list))
	for i, s := range list {
		s.line = s.draw()
		out[i] = s
	}
	return out
}

func unwellOf(list []slot) int {
	n := 0
	for _, s := range list {
		if s.bad {
			n++
		}
	}
	return n
}

func (b *body) add(left, right []slot) {
	for i := range max(len(left), len(right)) {
		var pair [2]slot
		if i < len(left) {
			pair[0] = left[i]
		}
		if i < len(right) {
			pair[1] = right[i]
		}
		b.rows = append(b.rows, pair)
	}
}

// lines are one region's panel.
func (b body) lines(region int) []ui.Line {
	out := make([]ui.Line, len(b.rows))
	for i, r := range b.rows {
		out[i] = r[region].line
	}
	return out
}
