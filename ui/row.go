package ui

import "slices"

// Part is a piece of a row that may be left out where there is no room: those with the highest Drop go first, and 0
// stays. Cols, where given, is the least width, so that parts of rows stand below each other.
type Part struct {
	Line Line
	Drop int
	Cols int
}

// P is a part of a row.
func P(drop int, l Line) Part { return Part{Line: l, Drop: drop} }

// Row puts parts side by side in width cells with gap cells between them. Blank parts take no room.
func Row(width, gap int, parts ...Part) Line {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return len(p.Line) == 0 })
	for rowWidth(gap, parts) > width {
		worst := 0
		for i, p := range parts {
			if p.Drop > 0 && p.Drop >= parts[worst].Drop {
				worst = i
			}
		}
		if len(parts) == 0 || parts[worst].Drop == 0 {
			break
		}
		parts = slices.Delete(parts, worst, worst+1)
	}
	return rowLine(gap, parts).Cut(width)
}

func rowWidth(gap int, parts []Part) int {
	n := 0
	for i, p := range parts {
		if i < len(parts)-1 {
			n += max(p.Line.Width(), p.Cols) + gap
		} else {
			n += p.Line.Width()
		}
	}
	return n
}

func rowLine(gap int, parts []Part) Line {
	var out Line
	for i, p := range parts {
		out = append(out, p.Line...)
		if i < len(parts)-1 {
			out = append(out, space(max(p.Cols-p.Line.Width(), 0)+gap)...)
		}
	}
	return out
}

// Spread puts one line at the left edge and one at the right edge of width cells. Where both do not fit, the left one
// is cut.
func Spread(width int, left, right Line) Line {
	right = right.Cut(width)
	room := width - right.Width()
	if len(right) > 0 {
		room -= 2
	}
	left = left.Cut(max(room, 0))
	return Cat(left, space(width-left.Width()-right.Width()), right)
}

// Cells puts lines into columns of the given widths with gap cells between them. A negative width is a column whose
// text stands against its right edge; a width of 0 leaves the column out.
func Cells(gap int, widths []int, cells ...Line) Line {
	var out Line
	for i, c := range cells {
		w := widths[i]
		if w == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, space(gap)...)
		}
		if w < 0 {
			out = append(out, c.Right(-w)...)
		} else {
			out = append(out, c.Fit(w)...)
		}
	}
	return out
}
