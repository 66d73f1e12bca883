package views

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// fragile panics where it is told to.
type fragile struct{ in string }

func (f fragile) Init() tea.Cmd { return nil }

func (f fragile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		switch f.in {
		case "update":
			panic("update broke")
		case "command":
			return f, func() tea.Msg { panic("command broke") }
		case "batch":
			return f, tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { panic("batch broke") })
		case "view":
			return fragile{in: "drawing"}, tea.Tick(time.Second, func(time.Time) tea.Msg { return nil })
		}
	}
	return f, nil
}

func (f fragile) View() tea.View {
	if f.in == "drawing" {
		panic("view broke")
	}
	v := tea.NewView("all is well")
	v.AltScreen = true
	return v
}

func TestAPanicAnywhereEndsInGoodOrderAndIsKept(t *testing.T) {
	for _, in := range []string{"update", "command", "batch", "view"} {
		t.Run(in, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				term, o := bare(t)
				g := &guard{root: fragile{in: in}}
				p := tea.NewProgram(g, programOptions(t.Context(), o)...)
				over := make(chan error, 1)
				go func() { _, err := p.Run(); over <- err }()
				term.settle()
				term.shows("all is well")
				_, _ = term.keys.Write([]byte("x"))
				term.settle()
				p.Send(tickMsg{}) // the clock's next tick, which the cockpit always has
				if err := <-over; err != nil {
					t.Errorf("the program ended with %v", err)
				}
				if g.crash == nil || !strings.Contains(g.crash.Error(), "broke") || !strings.Contains(string(g.crash.Stack), "crash_test.go") {
					t.Errorf("the crash is %v", g.crash)
				}
				if term.em.IsAltScreen() {
					t.Error("the terminal was left on the alternate screen")
				}
				term.close()
			})
		})
	}
}

// cursed is a source whose refresh panics.
type cursed struct{ still }

func (*cursed) Refresh() { panic("refresh broke") }

func TestRunPassesAPanicOnWithItsStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, o := bare(t)
		o.Source = &cursed{still{e: healthy()}}
		over := make(chan any, 1)
		go func() {
			defer func() { over <- recover() }()
			_ = Run(t.Context(), o)
		}()
		term.settle()
		_, _ = term.keys.Write([]byte("r"))
		var crash *Crash
		if err, ok := (<-over).(error); !ok || !errors.As(err, &crash) || crash.Value != "refresh broke" {
			t.Errorf("Run panicked with %v", crash)
		}
		if term.em.IsAltScreen() {
			t.Error("the terminal was left on the alternate screen")
		}
		term.close()
	})
}
