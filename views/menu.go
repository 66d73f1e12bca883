package views

import (
	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// menuSheet is a list to choose from by typing.
type menuSheet struct {
	title  ui.Line
	prompt string
	none   string // where nothing matches
	ui.Menu
	chosen func(m *root, s *menuSheet, item int, ok bool) tea.Cmd // ok: there is an item under the mark
}

func (*menuSheet) scope() Scope          { return InMenus }
func (*menuSheet) partial() bool         { return true }
func (s *menuSheet) move(_ *root, n int) { s.Move(n) }
func (s *menuSheet) page(_ *root, n int) { s.Move(8 * n) }
func (*menuSheet) back(m *root)          { m.pop() }
func (s *menuSheet) open(m *root) tea.Cmd {
	item, ok := s.Chosen()
	return s.chosen(m, s, item, ok)
}

func (s *menuSheet) typed(_ *root, msg tea.Msg) {
	before := s.Value()
	s.Update(msg)
	if s.Value() != before {
		s.Narrow()
	}
}

func (s *menuSheet) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.sheetOf(c, s.title, max(m.h/3, 6), m.hints(InMenus))
	field, list := paper.Top(1)
	line, x := s.Line(ui.T(ui.Accent, s.prompt+" "), field.W)
	c.Put(field, line)
	if list.H > 3 {
		_, list = list.Top(1)
	}
	if s.Len() == 0 {
		c.Put(list, ui.T(ui.Muted, s.none))
	}
	c.Put(list, s.Lines(list.W, list.H)...)
	return tea.NewCursor(field.X+x, field.Y)
}

// openPalette lists every command, and every row to go to.
func (m *root) openPalette() tea.Cmd {
	commands := m.commands()
	rows := m.destinations()
	items := make([]ui.Item, 0, len(commands)+len(rows))
	for _, k := range commands {
		items = append(items, ui.Item{Name: k.Name, Off: m.why(k), Note: ui.Join(2, ui.T(ui.Muted, k.Help), ui.T(ui.Accent, k.Show))})
	}
	for _, d := range rows {
		items = append(items, ui.Item{Name: d.name, Note: ui.T(ui.Muted, d.note)})
	}
	s := &menuSheet{title: ui.B(ui.Text, "Go to"), prompt: ":", none: "nothing matches", Menu: ui.NewMenu(items)}
	s.chosen = func(m *root, _ *menuSheet, item int, ok bool) tea.Cmd {
		switch {
		case !ok || items[item].Off != "":
			return nil
		case item < len(commands):
			m.pop()
			return m.command(commands[item])
		}
		m.home()
		d := rows[item-len(commands)]
		m.reach(d.id)
		return m.details(d.id)
	}
	m.push(s)
	return nil
}
