package ui

// Scroll is the first of n lines to show in a window of h, so that line at is in view and the window moves no more than
// it must. top is where it began before.
func Scroll(top, at, n, h int) int {
	if h <= 0 {
		return 0
	}
	if at < top {
		top = at
	}
	if at >= top+h {
		top = at - h + 1
	}
	return max(0, min(top, n-h))
}

// Window is the lines of a scrolled list that are in view.
func Window(lines []Line, top, h int) []Line {
	top = max(0, min(top, len(lines)))
	return lines[top:min(top+max(h, 0), len(lines))]
}
