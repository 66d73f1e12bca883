package views

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// A sheet comes up from below under a hairline and takes the lower part of the screen, so that what it is about stays in
// view above it.

// sheetOf clears the lower rows for a sheet of lines beneath its title, and is where the lines go.
func (m *root) sheetOf(c *ui.Canvas, title ui.Line, lines int, hints []ui.Hint) (paper ui.Rect) {
	most := m.h - 3
	if m.h >= 24 {
		most = m.h * 2 / 3
	}
	area, _ := c.Bounds().Bottom(max(min(lines+5, most), min(m.h, 4)))
	c.Clear(area)
	area = area.Inset(1)
	rule, area := area.Top(1)
	head, area := area.Top(1)
	foot, area := area.Bottom(1)
	if area.H > lines {
		_, area = area.Top(1)
	}
	if area.H > lines {
		_, area = area.Bottom(1)
	}
	c.Put(rule, ui.T(ui.Rule, strings.Repeat("─", max(rule.W, 0))))
	c.Put(head, title)
	c.Put(foot, ui.Hints(foot.W, hints))
	return area
}

// helpSheet shows the keys.
type helpSheet struct {
	of  Scope
	top int
}

func (m *root) openHelp() tea.Cmd {
	if _, ok := m.top().(*helpSheet); ok {
		m.pop()
		return nil
	}
	m.push(&helpSheet{of: m.top().scope()})
	return nil
}

func (*helpSheet) scope() Scope         { return InPages }
func (*helpSheet) partial() bool        { return true }
func (*helpSheet) typed(*root, tea.Msg) {}
func (*helpSheet) open(m *root) tea.Cmd { m.pop(); return nil }
func (*helpSheet) back(m *root)         { m.pop() }

func (s *helpSheet) move(_ *root, n int) { s.top = max(0, s.top+n) }
func (s *helpSheet) page(_ *root, n int) { s.top = max(0, s.top+8*n) }

// groups are the keys by scope, those of the screen that asked first.
func (s *helpSheet) groups(m *root) []ui.HelpGroup {
	var out []ui.HelpGroup
	for at, scope := range append([]Scope{s.of, Anywhere}, scopes...) {
		if at > 1 && (scope == s.of || scope == Anywhere) {
			continue
		}
		g := ui.HelpGroup{Title: string(scope)}
		for i := range m.keys {
			if k := &m.keys[i]; k.Scope == scope && k.Show != "" {
				g.Hints = append(g.Hints, ui.Hint{Key: k.Show, Does: k.Help, Off: s.why(m, k)})
			}
		}
		out = append(out, g)
	}
	return out
}

// why leaves out what is plain: that keys of other screens do nothing here.
func (s *helpSheet) why(m *root, k *Key) string {
	if k.Scope != Anywhere && k.Scope != s.of {
		return ""
	}
	return m.why(k)
}

func (s *helpSheet) draw(m *root, c *ui.Canvas) *tea.Cursor {
	lines := ui.Help(max(m.w-2, 1), s.groups(m))
	paper := m.sheetOf(c, ui.B(ui.Text, "Keys"), len(lines), []ui.Hint{{Key: "Esc", Does: "close"}, {Key: "↑ ↓", Does: "scroll"}})
	s.top = max(0, min(s.top, len(lines)-paper.H))
	c.Put(paper, ui.Window(lines, s.top, paper.H)...)
	return nil
}
