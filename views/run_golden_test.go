package views

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// runModel is a cockpit at noon that knows a run, with everything that it asked for answered.
func runModel(e *dr.Estate, runs *fakeRuns, w, h int) *root {
	now := noon
	m := newRoot(Options{Source: &still{e: e}, Config: testConfig(), Runs: runs, Now: func() time.Time { return now }, Width: w, Height: h, NoColor: true})
	if r := &e.Regions[0]; r.Condition == dr.CondDark && runs.now.View.Run != "" {
		r.Since = runs.now.View.Started.Add(-38 * time.Second)
	}
	m.take(e)
	m.checks = func(*dr.Estate, string, dr.Kind) []dr.Check { return testChecks(false) }
	m.settle(m.listRuns())
	if runs.now.View.Run != "" {
		m.settle(func() tea.Msg { return runMsg{id: runs.now.View.Run, update: &runs.now} })
	}
	now = now.Add(time.Second) // the keyboard has been still
	return m
}

// settle runs commands and what follows from them. What does not answer at once is a timer, and is not waited for.
func (m *root) settle(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	select {
	case msg := <-answer:
		m.follow(msg)
	case <-time.After(20 * time.Millisecond):
	}
}

func (m *root) follow(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			m.settle(c)
		}
	case runMsg, runsMsg, planMsg, pastMsg, paperMsg, saidMsg, pathMsg, inputsMsg, setMsg, plansMsg, ownedMsg, progressMsg:
		_, cmd := m.Update(msg)
		m.settle(cmd)
	}
}

// types presses keys and pastes what is longer than a key, and lets what follows happen.
func (m *root) types(keys ...string) *root {
	for _, k := range keys {
		var msg tea.Msg
		if code, ok := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace}[k]; ok {
			msg = tea.KeyPressMsg{Code: code}
		} else if r := []rune(k); len(r) == 1 {
			msg = tea.KeyPressMsg{Code: r[0], Text: k}
		} else {
			msg = tea.PasteMsg{Content: k}
		}
		m.settled(msg)
	}
	return m
}

// settled gives the model a message. Timers are not waited for: the keyboard is taken to have been still.
func (m *root) settled(msg tea.Msg) {
	if s, ok := m.top().(*runScreen); ok {
		s.quiet.on = false
	}
	_, cmd := m.Update(msg)
	m.settle(cmd)
	if s, ok := m.top().(*runScreen); ok {
		s.quiet.on = false
	}
	m.stale = true
}

// runStates are the moments of a run that every size is drawn at.
func runStates() map[string]func(w, h int) *root {
	shown := func(e func() *dr.Estate, s tale, keys ...string) func(w, h int) *root {
		return func(w, h int) *root {
			m := runModel(e(), newFakeRuns(s), w, h)
			m.home()
			m.types("R")
			return m.types(keys...)
		}
	}
	over := func(s tale) func(w, h int) *root {
		return func(w, h int) *root { return runModel(takenOver(), newFakeRuns(s), w, h).types("H", "enter") }
	}
	return map[string]func(w, h int) *root{
		"assess":   func(w, h int) *root { return runModel(darkEast(), newFakeRuns(nil), w, h).types("f") },
		"restore":  func(w, h int) *root { return runModel(restorable(), newFakeRuns(nil), w, h).types("f") },
		"older":    func(w, h int) *root { return runModel(restorable(), newFakeRuns(nil), w, h).types("f", "left", "left") },
		"failing":  func(w, h int) *root { return failingModel(w, h).types("s") },
		"gate":     shown(darkEast, atOpeningGate),
		"hushed":   hushed,
		"middle":   shown(darkEast, midway),
		"override": shown(darkEast, atEdgeGate, "send users without a fence receipt", "enter", "the status page says it is gone", "enter", "send users to us-w"),
		"trouble":  shown(darkEast, troubled),
		"code":     shown(darkEast, wantsCode, "12345"),
		"cockpit": func(w, h int) *root {
			m := runModel(darkEast(), newFakeRuns(midway), w, h)
			m.home()
			return m.types("down", "up")
		},
		"open":    shown(takenOver, stayedOpen),
		"done":    over(finished),
		"tainted": over(tainted),
		"paper":   shown(darkEast, midway, "P"),
		"events":  shown(darkEast, midway, "e"),
		"step":    shown(darkEast, midway, "w"),
		"notnow":  shown(darkEast, atEdgeGate, "esc"),
		"skip":    shown(darkEast, midway, "s"),
		"died": func(w, h int) *root {
			runs := newFakeRuns(midway)
			runs.now.Here, runs.now.Dead = false, "its process (pid 4711) has died"
			runs.lines[0].Here, runs.lines[0].Dead = false, runs.now.Dead
			return runModel(darkEast(), runs, w, h).types("R")
		},
		"history": func(w, h int) *root { return runModel(darkEast(), historyRuns(), w, h).types("H") },
	}
}

// takenOver is us-west-2 answering users, with us-east-1 still dark.
func takenOver() *dr.Estate {
	e := darkEast()
	e.Path.To, e.Path.Broken, e.Path.Bridging, e.Path.Bridge = "us-west-2", false, false, ""
	e.Path.Pages, e.Path.API, e.Path.Writes = probeOf("200", 52*time.Millisecond, "dr"), probeOf("200", 66*time.Millisecond, "dr"), probeOf("201", 71*time.Millisecond, "dr")
	return e
}

// hushed has just brought up its gate.
func hushed(w, h int) *root {
	m := runStates()["gate"](w, h)
	m.top().(*runScreen).quiet.on = true
	return m
}

func failingModel(w, h int) *root {
	m := runModel(notReady(), newFakeRuns(nil), w, h)
	m.checks = func(*dr.Estate, string, dr.Kind) []dr.Check { return testChecks(true) }
	return m
}

func historyRuns() *fakeRuns {
	runs := newFakeRuns(finished)
	dry := newStory(noon.Add(-16*time.Hour), func(p *runbook.Plan) { p.DryRun = true }).after(9).write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)}).update().View
	dry.Run = "20261122T110000-failover-91ab"
	lost := RunLine{View: runbook.View{Run: "20261101T020304-switchover-88e0"}, Err: fmt.Errorf("journal entry 12: altered")}
	runs.lines = append(runs.lines, RunLine{View: tainted(noon.Add(-400 * time.Hour)).update().View}, RunLine{View: dry}, lost)
	return runs
}

// TestGoldenRuns draws each moment of a run at each size.
func TestGoldenRuns(t *testing.T) {
	for name, state := range runStates() {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s_%dx%d", name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, screenOf(state(size[0], size[1]))+"\n")
			})
		}
	}
}

// TestGoldenGateStyles draws a gate with its styles.
func TestGoldenGateStyles(t *testing.T) {
	for name, palette := range map[string]ui.Palette{"dark": ui.Dark, "light": ui.Light, "nocolor": ui.Plain} {
		t.Run(name, func(t *testing.T) {
			m := runStates()["override"](80, 24)
			m.theme, m.stale = ui.NewTheme(palette), true
			golden.RequireEqual(t, m.View().Content+"\n")
		})
	}
}

func TestReadinessIsCountedOnTheCockpitAndListedOnItsPage(t *testing.T) {
	m := failingModel(120, 36)
	m.take(notReady())
	m.stale = true
	m.shows(t, "✗ ready 3 of 6", "H history", "c readiness")
	m.types("c")
	m.shows(t, "Readiness  for a failover of this minute", "✗ images in us-west-2", "the gate asks to go on nevertheless: go on without backend's image", "? secrets", "✓ certificate: valid for 210 days")
}
