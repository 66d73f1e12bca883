package views

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// screen is one layer of the stack. Keys go to the topmost alone; what is known reaches all, since each draws from it.
type screen interface {
	scope() Scope
	partial() bool // what is below stays in view
	move(m *root, n int)
	page(m *root, n int)
	open(m *root) tea.Cmd       // Enter
	back(m *root)               // Esc
	typed(m *root, msg tea.Msg) // text, where the screen takes any
	draw(m *root, c *ui.Canvas) *tea.Cursor
}

func (m *root) top() screen { return m.stack[len(m.stack)-1] }

// base is the topmost screen that is not a sheet over another.
func (m *root) base() screen {
	i := len(m.stack) - 1
	for i > 0 && m.stack[i].partial() {
		i--
	}
	return m.stack[i]
}

func (m *root) push(s screen) { m.stack = append(m.stack, s) }

// pop takes the topmost screen away; the cockpit stays.
func (m *root) pop() {
	if len(m.stack) > 1 {
		m.stack = m.stack[:len(m.stack)-1]
	}
}

// home takes every screen away but the cockpit.
func (m *root) home() { m.stack = m.stack[:1] }

// key runs the command that is bound to a key in the topmost screen's scope. In a text field everything else is text.
func (m *root) key(msg tea.KeyPressMsg) tea.Cmd {
	s := m.top()
	m.touched = true
	if msg.String() != "ctrl+c" && m.swallows() {
		return nil
	}
	k := m.binding(msg.String(), s.scope())
	switch {
	case k == nil:
		s.typed(m, msg)
	case m.why(k) != "":
		m.say(note{text: k.Name + ": " + m.why(k)})
	default:
		return k.run(m)
	}
	return nil
}

// paste is text that the terminal brings in one piece.
func (m *root) paste(msg tea.PasteMsg) {
	m.touched = true
	if !m.swallows() {
		m.top().typed(m, msg)
	}
}

// swallows says whether what is typed now was meant for what stood there before.
func (m *root) swallows() bool {
	s, ok := m.top().(interface{ swallows(*root) bool })
	return ok && s.swallows(m)
}

func moves(n int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		m.top().move(m, n)
		return nil
	}
}

func pages(n int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		m.top().page(m, n)
		return nil
	}
}

func (m *root) openRow() tea.Cmd { return m.top().open(m) }

func (m *root) stepBack() tea.Cmd {
	m.top().back(m)
	return nil
}

func (m *root) refresh() tea.Cmd {
	m.say(note{text: "reading everything now"})
	source := m.o.Source
	cmd := func() tea.Msg {
		source.Refresh()
		return nil
	}
	switch s := m.base().(type) {
	case *assess:
		return tea.Batch(cmd, s.ask(m))
	case *pathScreen:
		return tea.Batch(cmd, m.askPath())
	case *phaseScreen:
		return tea.Batch(cmd, m.askPath(), s.ask(m))
	}
	return cmd
}

// note is a word from Lifeboat in the footer's place, for a few seconds.
type note struct {
	text  string
	role  ui.Role
	until time.Time
}

const noteTime = 5 * time.Second

func (m *root) say(n note) {
	n.until = m.now.Add(noteTime)
	m.note = n
}

// footer is the keys that work here, or a note.
func (m *root) footer(w int, scope Scope) ui.Line {
	if m.note.text != "" {
		return ui.Notice(w, ui.T(m.note.role, m.note.text), m.hints(scope))
	}
	return ui.Hints(w, m.hints(scope))
}
