package views

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
)

// runPool is every key that is bound anywhere, and text; scraps of phrases are among what is pasted.
func runPool() []tea.Msg {
	var keys []tea.Msg
	for _, k := range pool() {
		keys = append(keys, k)
	}
	for _, r := range "fsbnPRHdtuxcglweqqfsb  RRRenter\u200b" {
		keys = append(keys, tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	for range 12 {
		keys = append(keys, tea.KeyPressMsg{Code: tea.KeyEnter})
	}
	for _, s := range []string{"send users to us-west-", "fail over us-east-1 to us-west-1", "skip", "undo fail over", "promote without a fence", "yes", "y\n", "123456 ", "go un"} {
		keys = append(keys, tea.PasteMsg{Content: s})
	}
	return keys
}

// TestTenThousandKeysAnswerNothingThatChangesAnything presses keys at random on a cockpit whose run asks one question after
// another. The door keeps every answer that it takes, and takes those that the engine would.
func TestTenThousandKeysAnswerNothingThatChangesAnything(t *testing.T) {
	tales := []tale{atOpeningGate, midway, plainEdge, atEdgeGate, troubled, stayedOpen, finished}
	began := 0
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 7))
		runs := newFakeRuns(tales[0])
		m := newRoot(Options{Source: &calm{still{e: darkEast()}}, Config: testConfig(), Runs: runs, Now: at10(r), Width: 80, Height: 24, NoColor: true})
		m.take(darkEast())
		m.Update(runsMsg{lines: runs.lines})
		answers := make(chan tea.Msg, 1000)
		keys := runPool()
		for i := range 5000 {
			var msg tea.Msg = keys[r.IntN(len(keys))]
			switch r.IntN(60) {
			case 0:
				msg = tea.WindowSizeMsg{Width: r.IntN(210), Height: r.IntN(70)}
			case 1, 2:
				runs.set(tales[r.IntN(len(tales))].told().update())
				u := runs.current()
				msg = runMsg{id: testRun, update: &u}
			case 3:
				m.home()
				m.Update(runsMsg{lines: []RunLine{}}) // nothing is open: a run can be begun
			case 4, 5, 6, 7:
				m.openRun(testRun)
			}
			_, cmd := m.Update(msg)
			m.async(cmd, answers)
			m.drain(answers)
			checkScreen(t, m, fmt.Sprintf("seed %d, step %d", seed, i))
		}
		runs.mu.Lock()
		for _, a := range runs.taken {
			if a.Choice != runbook.Retry && a.Choice != runbook.LookAgain && a.Choice != runbook.Stop && a.Choice != runbook.CallOff {
				t.Errorf("seed %d: random keys answered %+v", seed, a)
			}
		}
		for _, said := range runs.said {
			if !strings.HasPrefix(said, "stop") && !strings.HasPrefix(said, "resume") {
				t.Errorf("seed %d: random keys said %q", seed, said)
			}
		}
		began += len(runs.begun)
		t.Logf("seed %d: %d begun, %d answers, %d words, %d refused", seed, len(runs.begun), len(runs.taken), len(runs.said), runs.wrong)
		runs.mu.Unlock()
	}
	if began == 0 {
		t.Error("the keys did little: no run was begun")
	}
}

// calm is a still source that counts nothing: it is asked from many goroutines.
type calm struct{ still }

func (*calm) Refresh() {}

func (f *fakeRuns) current() RunUpdate {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// async runs a command as a program would, and has its message brought later.
func (m *root) async(cmd tea.Cmd, to chan<- tea.Msg) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for _, c := range msg {
				m.async(c, to)
			}
		case tickMsg, nil:
		default:
			to <- msg
		}
	}()
}

// drain gives the model what has been brought.
func (m *root) drain(from chan tea.Msg) {
	late := time.After(100 * time.Microsecond)
	for {
		select {
		case msg := <-from:
			_, cmd := m.Update(msg)
			m.async(cmd, from)
		case <-late:
			return
		}
	}
}
