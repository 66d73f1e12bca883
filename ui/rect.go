package ui

// Rect is a rectangle of cells. A rectangle without width or height is empty: nothing is drawn there.
type Rect struct{ X, Y, W, H int }

// Empty says whether nothing fits in.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// Overlaps says whether two rectangles share a cell.
func (r Rect) Overlaps(o Rect) bool {
	return !r.Empty() && !o.Empty() && r.X < o.X+o.W && o.X < r.X+r.W && r.Y < o.Y+o.H && o.Y < r.Y+r.H
}

// Within says whether the whole of r lies in o.
func (r Rect) Within(o Rect) bool {
	return r.Empty() || r.X >= o.X && r.Y >= o.Y && r.X+r.W <= o.X+o.W && r.Y+r.H <= o.Y+o.H
}

// Inset is the rectangle without n columns on the left and on the right.
func (r Rect) Inset(n int) Rect {
	r.X, r.W = r.X+n, r.W-2*n
	return r
}

// Top is the first n lines, and the rest.
func (r Rect) Top(n int) (top, rest Rect) {
	n = max(0, min(n, r.H))
	top, rest = r, r
	top.H, rest.Y, rest.H = n, r.Y+n, r.H-n
	return top, rest
}

// Bottom is the last n lines, and the rest above them.
func (r Rect) Bottom(n int) (bottom, rest Rect) {
	n = max(0, min(n, r.H))
	rest, bottom = r.Top(r.H - n)
	return bottom, rest
}
