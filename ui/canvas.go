package ui

import (
	"slices"
	"strings"
)

// Canvas is a screen of w by h cells. What is put on it is clipped to its rectangle, so that no panel can push another
// one aside.
type Canvas struct {
	w, h int
	rows [][]piece
}

// piece is a line that begins at x.
type piece struct {
	x    int
	line Line
}

// NewCanvas makes a blank canvas.
func NewCanvas(w, h int) *Canvas { return &Canvas{w: w, h: h, rows: make([][]piece, max(h, 0))} }

// Bounds is the whole canvas.
func (c *Canvas) Bounds() Rect { return Rect{W: c.w, H: c.h} }

// Put writes lines into a rectangle, from its first line on. Pieces of one row must not overlap.
func (c *Canvas) Put(r Rect, lines ...Line) {
	r.W = min(r.W, c.w-r.X)
	for i, l := range lines {
		y := r.Y + i
		if i >= r.H || y < 0 || y >= c.h {
			return
		}
		if len(l) > 0 && r.W > 0 && r.X >= 0 {
			c.rows[y] = append(c.rows[y], piece{r.X, l.Cut(r.W)})
		}
	}
}

// Clear empties the rows of a rectangle, over the whole width: what comes up from below covers what was there.
func (c *Canvas) Clear(r Rect) {
	for y := max(r.Y, 0); y < min(r.Y+r.H, c.h); y++ {
		c.rows[y] = nil
	}
}

// Lines are the rows of the canvas.
func (c *Canvas) Lines() []Line {
	out := make([]Line, c.h)
	for y, row := range c.rows {
		slices.SortStableFunc(row, func(a, b piece) int { return a.x - b.x })
		x := 0
		for _, p := range row {
			out[y] = append(append(out[y], space(p.x-x)...), p.line...)
			x = max(x, p.x) + p.line.Width()
		}
	}
	return out
}

// Render is the canvas as text, rows parted by newlines, without blanks at their ends.
func (c *Canvas) Render(t Theme) string {
	var b strings.Builder
	for y, l := range c.Lines() {
		if y > 0 {
			b.WriteByte('\n')
		}
		t.write(&b, l.trimRight())
	}
	return b.String()
}

func (l Line) trimRight() Line {
	for len(l) > 0 && l[len(l)-1].blank() {
		l = l[:len(l)-1]
	}
	return l
}
