package views

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// page is a screen that says all there is to say about one row.
type page struct {
	id  rowID
	top int
}

func (*page) scope() Scope         { return InPages }
func (*page) partial() bool        { return false }
func (*page) typed(*root, tea.Msg) {}
func (*page) open(*root) tea.Cmd   { return nil }
func (*page) back(m *root)         { m.pop() }

func (p *page) move(m *root, n int) {
	_, lines := p.content(m)
	p.top = max(0, min(p.top+n, len(lines)-m.paper().H))
}

func (p *page) page(m *root, n int) { p.move(m, n*max(m.paper().H-1, 1)) }

// details opens the page of a row.
func (m *root) details(id rowID) tea.Cmd {
	m.push(&page{id: id})
	return nil
}

// flip shows the same of the other region.
func (m *root) flip() tea.Cmd {
	p, ok := m.base().(*page)
	if !ok {
		return nil
	}
	i, _ := p.id.panel.region()
	p.id, p.top = m.counterpart(p.id, 1-i), 0
	if m.zoom != noZoom {
		m.zoom, m.plan = 1-i, nil
	}
	m.stand(m.composed().rows.settle(p.id))
	return nil
}

// counterpart is the row of the other region that shows the same.
func (m *root) counterpart(id rowID, to int) rowID {
	f := m.frame()
	f.filter, f.zoom = "", noZoom
	return compose(f, 200, 60).rows.across(id, to)
}

// sheetParts are where a page's own parts go: the header and verdict stay in view, what counts is not covered.
type sheetParts struct{ header, verdict, title, rule, paper, footer ui.Rect }

func (m *root) parts() sheetParts {
	var s sheetParts
	rest := ui.Rect{X: 1, W: m.w - 2, H: m.h}
	said := len(m.frame().verdict(max(rest.W+1, 1)))
	airy := 0
	if m.h >= 30 {
		airy = 1
	}
	switch {
	case m.h < 12:
		said = 0
	case m.h < 30 && m.base().scope() != InPages: // what is to be made needs the room
		said = min(said, 1)
	}
	s.header, rest = rest.Top(1)
	_, rest = rest.Top(airy)
	s.footer, rest = rest.Bottom(1)
	_, rest = rest.Bottom(1)
	s.verdict, rest = rest.Top(min(said, m.h/6))
	s.verdict.W++
	_, rest = rest.Top(1)
	s.title, rest = rest.Top(1)
	s.rule, rest = rest.Top(1)
	_, s.paper = rest.Top(airy)
	return s
}

// paper is where a page's lines go.
func (m *root) paper() ui.Rect { return m.parts().paper }

func (p *page) content(m *root) (title ui.Line, lines []ui.Line) {
	return pageOf(m.frame(), p.id, m.paper().W)
}

func (p *page) draw(m *root, c *ui.Canvas) *tea.Cursor {
	title, lines := p.content(m)
	h := m.paper().H
	p.top = max(0, min(p.top, len(lines)-h))
	m.drawPage(c, title, ui.Window(lines, p.top, h), below(len(lines), p.top, h))
	return nil
}

// below says how much more there is under the lines that are shown.
func below(n, top, h int) ui.Line {
	if rest := n - top - h; rest > 0 {
		return ui.F(ui.Muted, "↓ %s", moreWords(rest))
	}
	return nil
}

func (m *root) drawPage(c *ui.Canvas, title ui.Line, lines []ui.Line, more ui.Line) {
	s, f := m.parts(), m.frame()
	c.Put(s.header, f.header(s.header.W))
	c.Put(s.verdict, f.verdict(s.verdict.W)...)
	c.Put(s.title, ui.Spread(s.title.W, title, more))
	c.Put(s.rule, ui.T(ui.Rule, strings.Repeat("─", max(s.rule.W, 0))))
	c.Put(s.paper, lines...)
	c.Put(s.footer, m.footer(s.footer.W, m.base().scope()))
}

// facts builds the lines of a page.
type facts struct {
	*frame
	w, label int
	lines    []ui.Line
}

func (f *frame) facts(w int) *facts { return &facts{frame: f, w: w, label: 18} }

// section begins a part with a title of its own.
func (b *facts) section(title string) {
	if len(b.lines) > 0 {
		b.lines = append(b.lines, nil)
	}
	b.lines = append(b.lines, ui.B(ui.Text, title))
}

// fact is a labelled value; blank ones are left out. Long values go on below.
func (b *facts) fact(label string, value ui.Line) { b.labelled(label, value, 0) }

// item is one of several values below a label. Where it goes on below it is indented, so that it is not taken for the next one.
func (b *facts) item(label, value string) { b.labelled(label, ui.T(ui.Text, value), 2) }

func (b *facts) labelled(label string, value ui.Line, indent int) {
	if len(value) == 0 {
		return
	}
	for i, l := range value.Wrap(b.w-b.label, indent) {
		head := ui.Space(b.label)
		if i == 0 {
			head = ui.T(ui.Muted, label).Fit(b.label - 2)
			head = ui.Cat(head, ui.Space(2))
		}
		b.lines = append(b.lines, ui.Cat(head, l))
	}
}

// say is a fact in plain text.
func (b *facts) say(label, value string) { b.fact(label, ui.T(ui.Text, value)) }

// text is a paragraph.
func (b *facts) text(l ui.Line) { b.hang(0, l) }

// hang is a paragraph whose lines after the first are indented.
func (b *facts) hang(indent int, l ui.Line) {
	if len(l) > 0 {
		b.lines = append(b.lines, l.Wrap(b.w, indent)...)
	}
}

// table is rows in columns as wide as their widest cell; the last column takes what is left.
func (b *facts) table(rows ...[]ui.Line) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], min(c.Width(), max(b.w/3, 10)))
		}
	}
	used := 0
	for i := range widths[:len(widths)-1] {
		used += widths[i] + 2
	}
	last := len(widths) - 1
	widths[last] = max(b.w-used, 10)
	for _, r := range rows {
		head := ui.Cells(2, widths[:last], r[:last]...)
		for i, l := range r[last].Wrap(widths[last], 0) {
			if i > 0 {
				head = ui.Space(used - 2)
			}
			b.lines = append(b.lines, ui.Cat(head, ui.Space(2), l).Cut(b.w))
		}
	}
}
