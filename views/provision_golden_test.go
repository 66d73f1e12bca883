package views

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lifeboat/dr"
	"lifeboat/ui"
)

// makerModel is a cockpit at noon on the path, with everything that it asked for answered.
func makerModel(runs *fakeRuns, w, h int, keys ...string) *root {
	m := runModel(healthy(), runs, w, h)
	m.home()
	m.checkInput = checkLikeDr
	m.types("p").types(keys...)
	for _, p := range runs.made.progress {
		m.settled(progressMsg{rootOf{runs.now.View.Run, p.Root}, p})
	}
	m.stale = true
	return m
}

// makerStates are the moments of provisioning that every size is drawn at.
func makerStates() map[string]func(w, h int) *root {
	before := func(p Provisioning, keys ...string) func(w, h int) *root {
		return func(w, h int) *root { return makerModel(newFakeMaker(nil, p), w, h, keys...) }
	}
	during := func(t tale, phase string, plan dr.RootPlan, now dr.RootProgress, keys ...string) func(w, h int) *root {
		return func(w, h int) *root {
			runs := newFakeMaker(t, withRun(testPath(), phase), plan)
			if now.Op != "" {
				runs.made.progress[now.Root] = now
			}
			m := makerModel(runs, w, h, "enter")
			return m.types(keys...)
		}
	}
	over := func(t tale, plan dr.RootPlan) func(w, h int) *root {
		return func(w, h int) *root {
			plan.Applied = true
			runs := newFakeMaker(t, testPath(), plan)
			m := makerModel(runs, w, h)
			m.home()
			return m.types("H", "enter")
		}
	}
	yours := func(list []dr.Owned, keys ...string) func(w, h int) *root {
		return func(w, h int) *root {
			runs := newFakeMaker(nil, ownedPath())
			runs.made.owned = list
			return makerModel(runs, w, h, keys...)
		}
	}
	looking := dr.RootProgress{Root: "identity", Op: "plan", Began: noon.Add(-7e9), Done: 14}
	return map[string]func(w, h int) *root{
		"path":        before(testPath()),
		"empty":       before(emptyPath()),
		"troubled":    before(troubledPath(), "down"),
		"waiting":     during(atApplyGate, "foundation", foundationPlan(), dr.RootProgress{}, "esc", "esc"),
		"phase":       before(testPath(), "enter"),
		"lacking":     before(testPath(), "down", "enter"),
		"inputs":      before(testPath(), "enter", "i", "esc"),
		"typing":      before(testPath(), "enter", "i", "davidshaevel.com, www.davidshaevel.com", "enter", "up", "up", "up", "up", "enter", "backspace", "backspace", "backspace"),
		"choosing":    before(testPath(), "enter", "i", "esc", "up", "enter", "up"),
		"yours":       yours(nil),
		"adopted":     yours(ownedAll(), "o", "down", "down"),
		"kept":        yours(ownedKept(), "down", "down", "o"),
		"kept-phase":  yours(ownedKept(), "down", "down", "enter"),
		"taking":      during(atTakingGate, "data", takingPlan(), dr.RootProgress{}, "apply sou"),
		"plan-taking": during(atTakingGate, "data", takingPlan(), dr.RootProgress{}, "esc", "v", "down", "down", "down"),
		"planning":    during(planning, "foundation", foundationPlan(), looking),
		"gate":        during(atApplyGate, "foundation", foundationPlan(), dr.RootProgress{}, "apply foun"),
		"risky":       during(atRiskyGate, "data", riskyPlan(), dr.RootProgress{}, "dr-d"),
		"plan":        during(atApplyGate, "foundation", foundationPlan(), dr.RootProgress{}, "esc", "v", "down", "down", "down", "enter"),
		"plan-risky":  during(atRiskyGate, "data", riskyPlan(), dr.RootProgress{}, "esc", "v", "down", "enter"),
		"plan-filter": during(atApplyGate, "foundation", foundationPlan(), dr.RootProgress{}, "esc", "v", "/", "subnet"),
		"applying":    during(applying, "foundation", foundationPlan(), testProgress()),
		"failed":      during(applyFailed, "foundation", foundationPlan(), failedProgress()),
		"made":        over(phaseMade, foundationPlan()),
		"planned":     over(onlyPlanned, foundationPlan()),
		"validated":   over(validated, dr.RootPlan{}),
		"strategy":    before(testPath(), "s"),
		"cheaper":     before(testPath(), "s", "down", "down"),
		"not-ours":    before(notOurPath(), "s", "down", "b"),
		"giving-up": func(w, h int) *root {
			m := makerModel(newFakeMaker(changingStrategy, testPath()), w, h)
			m.home()
			return m.types("R", "give up the re")
		},
	}
}

// TestGoldenProvision draws each moment of provisioning at each size.
func TestGoldenProvision(t *testing.T) {
	for name, state := range makerStates() {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s_%dx%d", name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, screenOf(state(size[0], size[1]))+"\n")
			})
		}
	}
}

// TestGoldenProvisionStyles draws the gate of a plan that could lose something, and a field, with their styles.
func TestGoldenProvisionStyles(t *testing.T) {
	for name, palette := range map[string]ui.Palette{"dark": ui.Dark, "light": ui.Light, "nocolor": ui.Plain} {
		for _, state := range []string{"risky", "typing", "path", "cheaper", "giving-up", "adopted", "kept"} {
			t.Run(name+"_"+state, func(t *testing.T) {
				m := makerStates()[state](80, 24)
				m.theme, m.stale = ui.NewTheme(palette), true
				golden.RequireEqual(t, m.View().Content+"\n")
			})
		}
	}
}

func TestEveryMomentOfProvisioningFitsEverySize(t *testing.T) {
	for name, state := range makerStates() {
		m := state(120, 36)
		for _, size := range [][2]int{{1, 1}, {5, 2}, {20, 5}, {40, 9}, {60, 15}, {72, 19}, {79, 23}, {100, 30}, {149, 45}, {150, 45}, {300, 100}} {
			m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			checkScreen(t, m, fmt.Sprintf("%s at %v", name, size))
		}
	}
}
