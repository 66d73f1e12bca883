package views

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// strict is a source and a director that count, and a director that does nothing.
type strict struct {
	still
	orders int
}

func (s *strict) Actions(context.Context) ([]Action, error) {
	return (&director{}).Actions(context.Background())
}
func (s *strict) Do(context.Context, string, ...string) error {
	s.orders++
	return nil
}

// pool is every key that is bound, and text.
func pool() []tea.KeyPressMsg {
	keys := []tea.KeyPressMsg{
		{Code: tea.KeyUp}, {Code: tea.KeyDown}, {Code: tea.KeyLeft}, {Code: tea.KeyRight}, {Code: tea.KeyTab}, {Code: tea.KeyTab, Mod: tea.ModShift},
		{Code: tea.KeyPgUp}, {Code: tea.KeyPgDown}, {Code: tea.KeyHome}, {Code: tea.KeyEnd}, {Code: tea.KeyEnter}, {Code: tea.KeyEnter}, {Code: tea.KeyEscape}, {Code: tea.KeyEscape},
		{Code: tea.KeyBackspace}, {Code: 'b', Mod: tea.ModCtrl}, {Code: 'f', Mod: tea.ModCtrl}, {Code: 'p', Mod: tea.ModCtrl}, {Code: 'n', Mod: tea.ModCtrl}, {Code: 'w', Mod: tea.ModCtrl},
	}
	for _, r := range "zeGghjkl/?:Dr abcdeksuw0123-日é\u0301\u202e" {
		keys = append(keys, tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return keys
}

// TestTenThousandKeysNeverPanicAndNeverReachTheCloud presses keys at random while estates and sizes change, and draws
// after each. All that a key can cause outside is a refresh, or an order to the director of a simulated cloud.
func TestTenThousandKeysNeverPanicAndNeverReachTheCloud(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 42))
		source := &strict{still: still{e: healthy()}}
		m := newRoot(Options{Source: source, Config: testConfig(), Director: source, Now: at10(r), Width: 80, Height: 24})
		keys, revision := pool(), uint64(1)
		for i := range 5000 {
			var cmd tea.Cmd
			switch r.IntN(20) {
			case 0:
				_, cmd = m.Update(tea.WindowSizeMsg{Width: r.IntN(310), Height: r.IntN(105)})
			case 1:
				revision++
				_, cmd = m.Update(estateMsg{randomEstate(r, revision)})
			case 2:
				m.Update(tickMsg{}) // its command waits for the next second
			default:
				_, cmd = m.Update(keys[r.IntN(len(keys))])
			}
			if cmd != nil {
				if msg := cmd(); msg != nil {
					m.Update(msg)
				}
			}
			checkScreen(t, m, fmt.Sprintf("seed %d, step %d", seed, i))
		}
		if source.refreshed == 0 || source.orders == 0 {
			t.Errorf("seed %d: the keys did little: %d refreshes, %d orders", seed, source.refreshed, source.orders)
		}
	}
}

func checkScreen(t *testing.T, m *root, when string) {
	t.Helper()
	m.theme = ui.Theme{}
	v := m.View()
	if m.w == 0 || m.h == 0 {
		return
	}
	lines := strings.Split(v.Content, "\n")
	if len(lines) > m.h {
		t.Fatalf("%s: %d lines on %dx%d", when, len(lines), m.w, m.h)
	}
	for _, l := range lines {
		if ui.Width(l) > m.w {
			t.Fatalf("%s: %d cells on %dx%d: %q", when, ui.Width(l), m.w, m.h, l)
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= m.w || c.Y >= m.h) {
		t.Fatalf("%s: the cursor is at %d,%d of %dx%d", when, c.X, c.Y, m.w, m.h)
	}
}

func randomEstate(r *rand.Rand, revision uint64) *dr.Estate {
	makers := []func() *dr.Estate{healthy, darkEast, sick, notReady, stale, expired, func() *dr.Estate { e, _ := many(1 + r.IntN(60)); return e },
		func() *dr.Estate { return deep(healthy()) }, func() *dr.Estate { return &dr.Estate{} }}
	e := makers[r.IntN(len(makers))]()
	e.Revision = revision
	return e
}
