package views

import (
	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// filterField takes the footer's place while the filter is typed. What it narrows follows every key.
type filterField struct{ ui.Input }

func (m *root) openFilter() tea.Cmd {
	f := &filterField{ui.NewInput()}
	f.Set(m.filter)
	m.push(f)
	return nil
}

func (*filterField) scope() Scope         { return InMenus }
func (*filterField) partial() bool        { return true }
func (*filterField) open(m *root) tea.Cmd { m.pop(); return nil }
func (*filterField) page(m *root, n int)  { m.beneath().page(m, n) }
func (*filterField) move(m *root, n int)  { m.beneath().move(m, n) }

// beneath is the screen under the topmost.
func (m *root) beneath() screen { return m.stack[max(len(m.stack)-2, 0)] }

func (f *filterField) back(m *root) {
	m.filter = ""
	m.pop()
}

func (f *filterField) typed(m *root, msg tea.Msg) {
	f.Update(msg)
	m.filter = ui.Clean(f.Value())
	m.plan = nil
	m.at = m.composed().rows.settle(m.at)
}

func (f *filterField) draw(m *root, c *ui.Canvas) *tea.Cursor {
	area, _ := c.Bounds().Bottom(1)
	c.Clear(area)
	area = area.Inset(1)
	line, x := f.Line(ui.T(ui.Accent, "/ "), area.W)
	c.Put(area, ui.Spread(area.W, line, ui.T(ui.Muted, "Enter keeps it   Esc clears it")))
	return tea.NewCursor(area.X+x, area.Y)
}
