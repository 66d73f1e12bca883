package views

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// cockpit is the first screen: both regions side by side.
type cockpit struct{}

func (*cockpit) scope() Scope          { return OnCockpit }
func (*cockpit) partial() bool         { return false }
func (*cockpit) typed(*root, tea.Msg)  {}
func (*cockpit) page(m *root, n int)   { (*cockpit)(nil).move(m, 10*n) }
func (*cockpit) open(m *root) tea.Cmd  { return m.details(m.at) }
func (c *cockpit) move(m *root, n int) { m.stand(m.composed().rows.move(m.at, n)) }
func (m *root) stand(id rowID)         { m.at, m.moved = id, true }

// back undoes one thing at a time: the filter, the zoom, where one stands.
func (*cockpit) back(m *root) {
	switch {
	case m.filter != "":
		m.filter = ""
	case m.zoom != noZoom:
		m.zoom = noZoom
	default:
		m.at, m.moved = rowID{panel: inVerdict, kind: rowVerdict}, false
	}
}

func goAcross(to int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		if m.zoom != noZoom {
			m.zoom = to
			m.plan = nil
		}
		rows := m.composed().rows
		id := rows.across(m.at, to)
		if _, ok := m.at.panel.region(); !ok && len(rows[panelOf(to)]) > 0 {
			id = rows[panelOf(to)][0]
		}
		m.stand(id)
		return nil
	}
}

func tabs(n int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		m.stand(m.composed().rows.tab(m.at, n))
		return nil
	}
}

// toggleZoom shows the region that one stands in alone, or both again.
func (m *root) toggleZoom() tea.Cmd {
	if m.zoom != noZoom {
		m.zoom = noZoom
		return nil
	}
	m.zoomOn(m.here())
	return nil
}

func (m *root) zoomOn(region int) {
	m.zoom, m.plan = region, nil
	m.at = m.composed().rows.settle(rowID{panel: panelOf(region), kind: m.at.kind, name: m.at.name})
	m.moved = true
}

// here is the region that one stands in, else the graver one.
func (m *root) here() int {
	if i, ok := m.at.panel.region(); ok {
		return i
	}
	if gravity(m.e.Regions[1].Level) > gravity(m.e.Regions[0].Level) {
		return 1
	}
	return 0
}

// plan is the cockpit as it is to be drawn: what goes where, and where one can stand.
type plan struct {
	*frame
	Layout
	body  body
	rows  rows
	said  []ui.Line // the verdict
	noted []ui.Line // the findings
}

// composed is the plan for the model as it is now.
func (m *root) composed() *plan {
	if m.plan == nil {
		m.plan = compose(m.frame(), m.w, m.h)
	}
	return m.plan
}

// compose is a pure function of what is known, where the user stands, and the size.
func compose(f *frame, w, h int) *plan {
	p := &plan{frame: f, said: f.verdict(max(w-1, 1))}
	first := Arrange(w, h, Want{Zoom: f.zoom})
	tall := h >= 45
	want := Want{Verdict: len(p.said), Users: f.usersLines(tall), Findings: f.findingsWant(w-2, first.Form), Zoom: f.zoom}
	if first.Form < Full {
		p.Layout = Arrange(w, h, want)
		p.rows = p.standing(nil)
		return p
	}
	sections := f.sections(first)
	want.Body = wanted(sections)
	p.Layout = Arrange(w, h, want)
	p.body = arrange(sections, p.Layout.bodyHeight(), f.at)
	p.rows = p.standing(&sections)
	p.noted = f.findingsLines(p.Layout.Findings, p.Form)
	return p
}

// sections are both regions' panels; zoomed, only one of them has any.
func (f *frame) sections(l Layout) [2][]section {
	var out [2][]section
	for i := range out {
		if f.zoom == noZoom || f.zoom == i {
			out[i] = f.pane(i, l.Body[i].W).sections()
		}
	}
	for i := range out {
		if out[i] == nil {
			out[i] = make([]section, len(out[1-i]))
		}
	}
	return out
}

func (l Layout) bodyHeight() int { return max(l.Body[0].H, l.Body[1].H) }

// standing is where one can stand.
func (p *plan) standing(sections *[2][]section) rows {
	r := rows{inVerdict: {{panel: inVerdict, kind: rowVerdict}}}
	if p.Form == Tiny {
		return r
	}
	for i := range p.e.Regions {
		if p.zoom == noZoom || p.zoom == i || p.Form == Small {
			r[panelOf(i)] = append(r[panelOf(i)], rowID{panel: panelOf(i), kind: rowRegion})
		}
		if sections != nil {
			r[panelOf(i)] = append(r[panelOf(i)], p.body.ids[i]...)
		}
	}
	r[inUsers] = []rowID{usersRow}
	if p.Form >= Full {
		r[inFindings] = []rowID{findingsRow}
	}
	for _, c := range p.changes() {
		r[inFeed] = append(r[inFeed], changeID(c))
	}
	return r
}

func (*cockpit) draw(m *root, c *ui.Canvas) *tea.Cursor {
	p := m.composed()
	switch p.Form {
	case Tiny:
		c.Put(p.Layout.Verdict, p.tiny(p.Layout.Verdict.W)...)
		return nil
	case Small:
		p.drawSmall(c)
	default:
		p.drawFull(c)
	}
	c.Put(p.Layout.Footer, m.footer(p.Layout.Footer.W, OnCockpit))
	return nil
}

// tiny is the verdict, where there is room for nothing else.
func (p *plan) tiny(w int) []ui.Line {
	mark := ui.T(roleOf(p.e.Verdict.Level), markOf(p.e.Verdict.Level)+" ")
	var all ui.Line
	for _, l := range p.said {
		all = ui.Join(1, all, l[1:])
	}
	return ui.Cat(mark, all).Wrap(w, 0)
}

// drawSmall puts a line for each region below the verdict.
func (p *plan) drawSmall(c *ui.Canvas) {
	c.Put(p.Layout.Header, p.header(p.Layout.Header.W))
	c.Put(p.Layout.Verdict, p.said...)
	for i, r := range p.Head {
		c.Put(r, p.regionHead(i, r.W))
		p.mark(c, r, p.at == rowID{panel: panelOf(i), kind: rowRegion}, 0)
	}
	c.Put(p.Users, p.users(p.Users.W, false)...)
	c.Put(p.Feed, p.feed(p.Feed.W, p.Feed.H)...)
	p.marks(c)
}

func (p *plan) drawFull(c *ui.Canvas) {
	c.Put(p.Layout.Header, p.header(p.Layout.Header.W))
	c.Put(p.Layout.Verdict, p.said...)
	for i := range p.Head {
		c.Put(p.Head[i], p.regionHead(i, p.Head[i].W))
		c.Put(p.Body[i], p.body.lines(i)...)
	}
	c.Put(p.Rule, ui.T(ui.Rule, p.hairline()))
	for _, r := range p.Mid {
		c.Put(r, slices.Repeat([]ui.Line{ui.T(ui.Rule, "│")}, max(r.H, 0))...)
	}
	c.Put(p.Users, p.users(p.Users.W, p.Users.H > 2)...)
	c.Put(p.Layout.Findings, p.noted...)
	c.Put(p.Feed, p.feed(p.Feed.W, p.Feed.H)...)
	p.marks(c)
}

// hairline is the rule across, with a crossing where the one between the regions meets it.
func (p *plan) hairline() string {
	if p.Mid[1].Empty() {
		return strings.Repeat("─", p.Rule.W)
	}
	left := p.Mid[1].X - p.Rule.X
	return strings.Repeat("─", left) + "┼" + strings.Repeat("─", p.Rule.W-left-1)
}

// marks puts the mark beside the row that one stands on.
func (p *plan) marks(c *ui.Canvas) {
	switch p.at.panel {
	case inVerdict:
		p.mark(c, p.Layout.Verdict, p.at.kind == rowVerdict, 0)
	case inLeft, inRight:
		i, _ := p.at.panel.region()
		p.mark(c, p.Head[i], p.at.kind == rowRegion, 0)
		for y, r := range p.body.rows {
			p.mark(c, p.Body[i], r[i].id == p.at, y)
		}
	case inUsers:
		p.mark(c, p.Users, true, 0)
	case inFindings:
		p.mark(c, p.Layout.Findings, true, 0)
	case inFeed:
		p.markFeed(c)
	}
}

func (p *plan) markFeed(c *ui.Canvas) {
	for i, ch := range p.changes() {
		if changeID(ch) == p.at {
			p.mark(c, p.Feed, true, min(i, p.Feed.H-1))
		}
	}
}

// mark stands in the margin before line y of a rectangle.
func (p *plan) mark(c *ui.Canvas, r ui.Rect, here bool, y int) {
	if here && p.moved && y < r.H {
		c.Put(ui.Rect{X: r.X - 1, Y: r.Y + y, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	}
}
