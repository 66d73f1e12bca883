package views

import (
	"fmt"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// Crash is a panic of the cockpit, passed on once the terminal was restored.
type Crash struct {
	Value any
	Stack []byte // of the goroutine that panicked
}

func (c *Crash) Error() string { return fmt.Sprintf("the cockpit panicked: %v", c.Value) }

// guard runs a model, and ends the program in good order where it panics: Bubble Tea restores the terminal only when it
// ends by itself. Commands run on goroutines of their own, so each gets a net too.
type guard struct {
	root  tea.Model
	crash *Crash
}

// crashMsg is a command's panic.
type crashMsg struct{ crash *Crash }

func (g *guard) Init() (cmd tea.Cmd) {
	defer g.catch(&cmd)
	return caught(g.root.Init())
}

func (g *guard) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	model = g
	if c, ok := msg.(crashMsg); ok && g.crash == nil {
		g.crash = c.crash
	}
	if g.crash != nil {
		return g, tea.Quit
	}
	defer g.catch(&cmd)
	g.root, cmd = g.root.Update(msg)
	return g, caught(cmd)
}

// View draws, and where that fails leaves the ending to the next message, of which the clock sends one a second.
func (g *guard) View() (v tea.View) {
	if g.crash != nil {
		return v
	}
	var none tea.Cmd
	defer g.catch(&none)
	return g.root.View()
}

func (g *guard) catch(cmd *tea.Cmd) {
	if r := recover(); r != nil {
		g.crash = &Crash{Value: r, Stack: debug.Stack()}
		*cmd = tea.Quit
	}
}

// caught is cmd with its panics turned into messages; the commands of a batch likewise.
func caught(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = crashMsg{&Crash{Value: r, Stack: debug.Stack()}}
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = caught(batch[i])
			}
		}
		return msg
	}
}
