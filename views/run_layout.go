package views

import (
	"slices"
	"strings"

	"lifeboat/ui"
)

// runParts are where the parts of a run's screen go.
type runParts struct{ head, steps, rule, lower, mid, side, footer ui.Rect }

// wideRun is the width from which a second column stands beside the first: the log of a run, the plan before it.
const wideRun = 150

// headLines is how many lines the head of a run takes.
func headLines(h int) int { return min(3, max(h/5, 1)) }

// runLayout parts the screen: the lower part gets what it wants, as far as least of the steps stay in view above it.
func runLayout(w, h, steps, least, lower int) runParts {
	p := runFrameLayout(w, h)
	rest := p.lower
	if h < 12 { // what is asked, alone
		least = 0
	}
	n := min(lower, max(rest.H-1-min(steps, least), 0))
	n = max(n, rest.H-1-steps) // nothing is gained by blank lines between the steps and what follows
	p.lower, rest = rest.Bottom(n)
	p.rule, p.steps = rest.Bottom(1)
	return p
}

// runFrameLayout is head, footer and, where there is room, a column at the side. All the rest is lower.
func runFrameLayout(w, h int) runParts {
	var p runParts
	rest := ui.Rect{X: 1, W: max(w-2, 0), H: h}
	p.footer, rest = rest.Bottom(1)
	p.head, rest = rest.Top(headLines(h))
	if h >= 20 {
		_, rest = rest.Top(1)
	}
	if w >= wideRun {
		left := (rest.W - 5) / 2
		p.mid = ui.Rect{X: rest.X + left + 2, Y: rest.Y, W: 1, H: rest.H}
		p.side = ui.Rect{X: rest.X + left + 5, Y: rest.Y, W: rest.W - left - 5, H: rest.H}
		rest.W = left
	}
	p.lower = rest
	return p
}

// frame draws what is the same on every screen of a run.
func (p runParts) draw(m *root, c *ui.Canvas, f *runFrame, scope Scope) {
	c.Put(p.head, f.head(p.head.W)...)
	c.Put(p.rule, ui.T(ui.Rule, strings.Repeat("─", max(p.rule.W, 0))))
	c.Put(p.mid, slices.Repeat([]ui.Line{ui.T(ui.Rule, "│")}, max(p.mid.H, 0))...)
	c.Put(p.footer, m.footer(p.footer.W, scope))
}

// drawRunPage is a page of a run, below its head. It gives how many lines are in view, and keeps top within bounds.
func (m *root) drawRunPage(c *ui.Canvas, f *runFrame, title ui.Line, lines []ui.Line, top *int, scope Scope) int {
	p := runFrameLayout(min(m.w, wideRun-1), m.h)
	p.head.W, p.footer.W, p.lower.W = max(m.w-2, 0), max(m.w-2, 0), max(m.w-2, 0)
	return p.drawPage(m, c, f, title, lines, top, scope)
}

// drawPage puts a title and lines below the head.
func (p runParts) drawPage(m *root, c *ui.Canvas, f *runFrame, title ui.Line, lines []ui.Line, top *int, scope Scope) int {
	name, rest := p.lower.Top(1)
	var area ui.Rect
	p.rule, area = rest.Top(1)
	*top = max(0, min(*top, len(lines)-area.H))
	p.draw(m, c, f, scope)
	c.Put(name, ui.Spread(name.W, title, below(len(lines), *top, area.H)))
	c.Put(area, ui.Window(lines, *top, area.H)...)
	return area.H
}
