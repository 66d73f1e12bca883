package views

import "lifeboat/ui"

// Want is how many lines each part of the cockpit would like.
type Want struct {
	Verdict, Body, Users, Findings int
	Zoom                           int // the only region shown, or -1
}

// Form is how much of the cockpit there is room for.
type Form int

// The forms, by size.
const (
	Tiny  Form = iota // the verdict alone
	Small             // verdict, and a line for each region
	Full              // everything
	Wide              // everything, findings and changes side by side below
)

// Layout is where the parts of the cockpit go. Rectangles do not overlap, and lie within the screen; one that is empty
// is not drawn.
type Layout struct {
	Form                   Form
	Header, Verdict        ui.Rect
	Head, Body             [2]ui.Rect // by region
	Rule                   ui.Rect    // the hairline across, below the heads
	Mid                    [2]ui.Rect // the hairline between the regions: between the heads, between the bodies
	Users                  ui.Rect
	Findings, Feed, Footer ui.Rect
}

// Arrange lays the cockpit out in w by h cells. It is a pure function.
func Arrange(w, h int, want Want) Layout {
	switch {
	case w < 40 || h < 9:
		return Layout{Form: Tiny, Verdict: ui.Rect{W: max(w, 0), H: max(h, 0)}}
	case w < 72 || h < 19:
		return arrangeSmall(w, h, want)
	}
	return arrangeFull(w, h, want)
}

// arrangeSmall puts everything below one another.
func arrangeSmall(w, h int, want Want) Layout {
	l := Layout{Form: Small}
	rest := ui.Rect{X: 1, W: w - 2, H: h}
	l.Header, rest = rest.Top(1)
	l.Footer, rest = rest.Bottom(1)
	l.Verdict, rest = rest.Top(min(want.Verdict, rest.H-4))
	_, rest = rest.Top(1)
	l.Head[0], rest = rest.Top(1)
	l.Head[1], rest = rest.Top(1)
	_, rest = rest.Top(1)
	l.Users, rest = rest.Top(min(want.Users, 2))
	_, rest = rest.Top(1)
	l.Feed = rest
	return l
}

func arrangeFull(w, h int, want Want) Layout {
	l := Layout{Form: Full}
	if w >= 160 && h >= 45 {
		l.Form = Wide
	}
	airy := 0
	if h >= 30 {
		airy = 1
	}
	rest := ui.Rect{X: 1, W: w - 2, H: h}
	l.Header, rest = rest.Top(1)
	_, rest = rest.Top(airy)
	l.Footer, rest = rest.Bottom(1)
	if h >= 26 || want.Verdict <= 3 { // a long verdict on a short screen takes the blank line
		_, rest = rest.Bottom(1)
	}
	l.Verdict, rest = rest.Top(min(want.Verdict, 1+h/7))
	l.Verdict.W++ // sentences may use the margin
	_, rest = rest.Top(1)
	heads, rest := rest.Top(1)
	l.Rule, rest = rest.Top(1)

	findings := max(1, min(want.Findings, 1+(h-24)/6))
	below := 1 + want.Users + airy + findings + airy + feedLeast(h)
	if l.Form == Wide {
		below = 1 + want.Users + 1 + max(min(want.Findings, h/4), feedLeast(h))
	}
	body, rest := rest.Top(max(3, min(want.Body, rest.H-below)))
	l.columns(heads, body, want.Zoom)
	l.below(rest, want.Users, findings, airy)
	return l
}

// feedLeast is how many changes are shown at least.
func feedLeast(h int) int {
	switch {
	case h >= 45:
		return 8
	case h >= 30:
		return 4
	}
	return 1
}

// columns parts heads and body between the regions, with the hairline between them.
func (l *Layout) columns(heads, body ui.Rect, zoom int) {
	if zoom == 0 || zoom == 1 {
		l.Head[zoom], l.Body[zoom] = heads, body
		l.Head[zoom].W = heads.W / 2
		l.Head[1-zoom] = ui.Rect{X: heads.X + heads.W/2 + 3, Y: heads.Y, W: heads.W - heads.W/2 - 3, H: 1}
		return
	}
	gap := 3
	if heads.W >= 98 {
		gap = 5
	}
	left := (heads.W - gap) / 2
	for i, r := range []ui.Rect{heads, body} {
		a, b := r, r
		a.W, b.X, b.W = left, r.X+left+gap, r.W-left-gap
		if i == 0 {
			l.Head = [2]ui.Rect{a, b}
		} else {
			l.Body = [2]ui.Rect{a, b}
		}
	}
	l.Mid[0] = ui.Rect{X: heads.X + left + gap/2, Y: heads.Y, W: 1, H: heads.H}
	l.Mid[1] = ui.Rect{X: heads.X + left + gap/2, Y: body.Y, W: 1, H: body.H}
}

// below parts what is left under the regions.
func (l *Layout) below(rest ui.Rect, users, findings, airy int) {
	_, rest = rest.Top(1)
	l.Users, rest = rest.Top(users)
	_, rest = rest.Top(airy)
	if l.Form != Wide {
		l.Findings, rest = rest.Top(findings)
		_, l.Feed = rest.Top(airy)
		return
	}
	l.Findings, l.Feed = rest, rest
	half := (rest.W - 5) / 2
	l.Findings.W = half
	l.Feed.X, l.Feed.W = rest.X+half+5, rest.W-half-5
}
