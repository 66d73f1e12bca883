package views

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

var sizes = [][2]int{{80, 24}, {120, 36}, {200, 60}}

// states are the moments that every size is drawn at.
func states() map[string]func() (*dr.Estate, *config.Config) {
	plain := func(make func() *dr.Estate) func() (*dr.Estate, *config.Config) {
		return func() (*dr.Estate, *config.Config) { return make(), testConfig() }
	}
	return map[string]func() (*dr.Estate, *config.Config){
		"healthy": plain(healthy), "dark": plain(darkEast), "sick": plain(sick), "notready": plain(notReady), "stale": plain(stale),
		"expired": plain(expired),
		"first":   plain(func() *dr.Estate { return skeleton(testConfig(), noon) }),
		"many":    func() (*dr.Estate, *config.Config) { return many(100) },
	}
}

// TestGolden draws each state at each size. The files hold the text alone; `go test ./views -update` writes them anew.
func TestGolden(t *testing.T) {
	for name, state := range states() {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s_%dx%d", name, size[0], size[1]), func(t *testing.T) {
				e, c := state()
				golden.RequireEqual(t, screenOf(modelOf(e, c, size[0], size[1]))+"\n")
			})
		}
	}
}

// TestGoldenStyles draws a few with their styles: dark, light, sixteen colours, none.
func TestGoldenStyles(t *testing.T) {
	themes := map[string]ui.Palette{"dark": ui.Dark, "light": ui.Light, "dark256": ui.Dark256, "sixteen": ui.Sixteen, "nocolor": ui.Plain}
	for name, palette := range themes {
		for _, state := range []string{"healthy", "dark"} {
			t.Run(state+"_"+name, func(t *testing.T) {
				e, c := states()[state]()
				m := modelOf(e, c, 120, 36)
				m.theme = ui.NewTheme(palette)
				golden.RequireEqual(t, m.View().Content+"\n")
			})
		}
	}
}

// TestGoldenPages draws the details of every kind of row.
func TestGoldenPages(t *testing.T) {
	m := modelOf(deep(sick()), testConfig(), 120, 60)
	for _, d := range m.destinations() {
		name := strings.NewReplacer(" ", "_", "/", "_").Replace(d.name)
		t.Run(name, func(t *testing.T) {
			m.home()
			m.details(d.id)
			golden.RequireEqual(t, screenOf(m)+"\n")
		})
	}
}

// TestNoStateNeedsColour holds that taking colour away takes away no word and no mark.
func TestNoStateNeedsColour(t *testing.T) {
	for name, state := range states() {
		e, c := state()
		m := modelOf(e, c, 120, 36)
		if m.theme != ui.NewTheme(ui.Plain) {
			t.Fatal("NoColor is not plain")
		}
		if got := m.View().Content; strings.Contains(got, "\x1b[3") || strings.Contains(got, ";3") {
			t.Errorf("%s: a colour without colours:\n%q", name, got)
		}
	}
}

func TestNoLineIsWiderThanTheScreenAtAnySize(t *testing.T) {
	for name, state := range states() {
		e, c := state()
		for _, size := range [][2]int{{1, 1}, {5, 2}, {20, 5}, {40, 9}, {60, 15}, {72, 19}, {79, 23}, {80, 24}, {100, 30}, {119, 45}, {159, 50}, {160, 45}, {300, 100}} {
			lines := strings.Split(screenOf(modelOf(e, c, size[0], size[1])), "\n")
			if len(lines) != size[1] {
				t.Errorf("%s at %v: %d lines", name, size, len(lines))
			}
			for y, l := range lines {
				if ui.Width(l) > size[0] {
					t.Errorf("%s at %v: line %d is %d wide: %q", name, size, y, ui.Width(l), l)
				}
			}
		}
	}
}
