package views

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// events is the list of all changes.
type events struct{ at rowID }

func (m *root) openEvents() tea.Cmd {
	m.push(&events{})
	return nil
}

func (*events) scope() Scope          { return InPages }
func (*events) partial() bool         { return false }
func (*events) typed(*root, tea.Msg)  {}
func (v *events) page(m *root, n int) { v.move(m, n*max(m.paper().H-1, 1)) }

func (v *events) move(m *root, n int) {
	list := m.frame().changes()
	if len(list) > 0 {
		v.at = changeID(list[max(0, min(v.index(m)+n, len(list)-1))])
	}
}

// index is where in the list one stands; at first at its beginning.
func (v *events) index(m *root) int {
	for i, c := range m.frame().changes() {
		if changeID(c) == v.at {
			return i
		}
	}
	return 0
}

func (v *events) open(m *root) tea.Cmd {
	if list := m.frame().changes(); len(list) > 0 {
		return m.details(changeID(list[v.index(m)]))
	}
	return nil
}

// back clears the filter first.
func (*events) back(m *root) {
	if m.filter != "" {
		m.filter = ""
		return
	}
	m.pop()
}

func (v *events) draw(m *root, c *ui.Canvas) *tea.Cursor {
	f, paper := m.frame(), m.paper()
	list, at := f.changes(), v.index(m)
	title := ui.Join(2, ui.B(ui.Text, "Events"), ui.F(ui.Muted, "%d", len(list)))
	if f.filter != "" {
		title = ui.Join(2, title, ui.F(ui.Accent, "/%s", f.filter), ui.F(ui.Muted, "of %d", len(m.e.Feed)))
	}
	top := ui.Scroll(0, at, len(list), paper.H)
	cols := changeColumns(m.e, paper.W)
	var lines []ui.Line
	for i, ch := range list[top:min(top+max(paper.H, 0), len(list))] {
		lines = append(lines, changeLine(ch, f.now, cols, i+top == at).Cut(paper.W))
	}
	if len(list) == 0 {
		lines = append(lines, ui.T(ui.Muted, f.noChange()))
	}
	m.drawPage(c, title, slices.Clip(lines), below(len(list), top, paper.H))
	if len(list) > 0 {
		c.Put(ui.Rect{X: paper.X - 1, Y: paper.Y + at - top, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	}
	return nil
}
