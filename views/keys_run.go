package views

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// startKeys lead from the cockpit to runs.
func startKeys() []Key {
	return []Key{
		{Name: "failover", Named: true, Keys: []string{"f"}, Show: "f", Does: "failover", Help: "prepare a failover (unplanned)", Scope: OnCockpit, off: cannotFailOver, run: prepare(dr.Failover)},
		{Name: "switchover", Named: true, Keys: []string{"s"}, Show: "s", Does: "switchover", Help: "prepare a switchover (planned)", Scope: OnCockpit, off: cannotStart, run: prepare(dr.Switchover)},
		{Name: "failback", Named: true, Keys: []string{"b"}, Show: "b", Does: "failback", Help: "the way back: reprotect, failback, or deactivate, whichever is next", Scope: OnCockpit, now: wayBackNow, off: noWayBack, lead: isAway, run: (*root).wayBack},
		{Name: "run", Named: true, Keys: []string{"R"}, Show: "R", Does: "run", Help: "to the run that is open", Scope: OnCockpit, off: noOpenRun, run: (*root).toOpenRun},
		{Name: "history", Named: true, Keys: []string{"H"}, Show: "H", Does: "history", Help: "all runs, and their reports", Scope: OnCockpit, off: noRuns, run: (*root).openHistory},
	}
}

func assessKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "line up", Scope: BeforeRun, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "line down", Scope: BeforeRun, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "page up", Scope: BeforeRun, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f", "space"}, Show: "PgDn", Help: "page down", Scope: BeforeRun, run: pages(1)},
		{Name: "first line", Keys: []string{"home", "g"}, Show: "Home g", Help: "to the beginning", Scope: BeforeRun, run: moves(-manyRows)},
		{Name: "last line", Keys: []string{"end", "G"}, Show: "End G", Help: "to the end", Scope: BeforeRun, run: moves(manyRows)},
		{Name: "begin", Keys: []string{"b"}, Show: "b", Does: "begin, to its gate", Help: "start it; its gate comes before any change", Scope: BeforeRun, off: cannotBegin, run: begins(false)},
		{Name: "older point", Keys: []string{"left", "h"}, Show: "← h", Help: "restore an older recovery point", Scope: BeforeRun, off: nothingToChoose, run: choosesPoint(1)},
		{Name: "newer point", Keys: []string{"right", "l"}, Show: "→ l", Help: "restore a newer recovery point", Scope: BeforeRun, off: nothingToChoose, run: choosesPoint(-1)},
		{Name: "dry run", Keys: []string{"n"}, Show: "n", Does: "dry run", Help: "do everything but change things", Scope: BeforeRun, off: cannotBegin, run: begins(true)},
		{Name: "paper", Keys: []string{"P"}, Show: "P", Does: "paper", Help: "the plan as commands", Scope: BeforeRun, run: (*root).openPaper},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "back; nothing was started", Scope: BeforeRun, run: (*root).stepBack},
	}
}

func runKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "step above", Scope: OnRun, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "step below", Scope: OnRun, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "the lower part up", Scope: OnRun, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f", "space"}, Show: "PgDn", Help: "the lower part down", Scope: OnRun, run: pages(1)},
		{Name: "answer", Keys: []string{"enter"}, Show: "Enter", Does: "answer", Help: "answer what it asks", Scope: OnRun, off: nothingAsked, run: (*root).openRow},
		{Name: "plan", Named: true, Keys: []string{"v"}, Show: "v", Does: "plan", Help: "what Terraform would make, by root", Scope: OnRun, off: cannotPlan, run: (*root).openPlan},
		{Name: "yours", Keys: []string{"o"}, Show: "o", Does: "what is yours", Help: "what is adopted of your own Terraform's, and what you keep", Scope: OnRun, off: noOwned, run: (*root).openOwned},
		{Name: "next phase", Keys: []string{"enter"}, Show: "Enter", Does: "next phase", Help: "after a phase: the next one", Scope: OnRun, off: noNextPhase, run: (*root).nextPhase},
		{Name: "resume", Named: true, Keys: []string{"R"}, Show: "R", Does: "resume", Help: "take it up where its journal ends", Scope: OnRun, off: cannotResume, run: (*root).resume},
		{Name: "try again", Named: true, Keys: []string{"t"}, Show: "t", Does: "try again", Help: "try the failed step again", Scope: OnRun, off: cannot(runbook.Retry), run: chooses(runbook.Retry)},
		{Name: "look again", Named: true, Keys: []string{"l"}, Show: "l", Does: "look again", Help: "gather the gate's figures anew", Scope: OnRun, off: cannot(runbook.LookAgain), run: chooses(runbook.LookAgain)},
		{Name: "skip", Named: true, Keys: []string{"s"}, Show: "s", Does: "skip with reason", Help: "go on without the step", Scope: OnRun, off: cannot(runbook.Skip), run: chooses(runbook.Skip)},
		{Name: "paper", Named: true, Keys: []string{"P"}, Show: "P", Does: "paper", Help: "what is left, as commands", Scope: OnRun, run: (*root).openPaper},
		{Name: "detach", Named: true, Keys: []string{"d", "esc"}, Show: "d", Does: "detach", Help: "to the cockpit; the run goes on", Scope: OnRun, run: (*root).stepBack},
		{Name: "call off", Named: true, Keys: []string{"c"}, Show: "c", Does: "call off", Help: "end it: nothing was changed yet", Scope: OnRun, off: cannot(runbook.CallOff), run: chooses(runbook.CallOff)},
		{Name: "why", Keys: []string{"w"}, Show: "w", Does: "why", Help: "all there is to say of the step", Scope: OnRun, off: noStep, run: (*root).openStep},
		{Name: "log", Keys: []string{"e"}, Show: "e", Does: "events", Help: "everything that happened in it", Scope: OnRun, run: (*root).openLog},
		{Name: "undo", Named: true, Keys: []string{"u"}, Show: "u", Does: "undo", Help: "take back everything it did", Scope: OnRun, off: cannot(runbook.Undo), run: chooses(runbook.Undo)},
		{Name: "go unplanned", Named: true, Keys: []string{"g"}, Show: "g", Does: "go unplanned", Help: "without what needs the region being left", Scope: OnRun, off: cannot(runbook.GoUnplanned), run: chooses(runbook.GoUnplanned)},
		{Name: "stop", Named: true, Keys: []string{"x"}, Show: "x", Does: "stop", Help: "stop it; it can be resumed", Scope: OnRun, off: cannot(runbook.Stop), run: chooses(runbook.Stop)},
	}
}

func questionKeys() []Key {
	return []Key{
		{Name: "answer", Keys: []string{"enter"}, Show: "Enter", Does: "answer", Help: "the next field; after the last one, send", Scope: InQuestions, run: (*root).openRow},
		{Name: "not now", Keys: []string{"esc"}, Show: "Esc", Does: "not now, other choices", Help: "not now; keys are commands again", Scope: InQuestions, run: (*root).stepBack},
		{Name: "field before", Keys: []string{"shift+tab"}, Show: "Shift-Tab", Help: "the field before", Scope: InQuestions, run: (*root).fieldBefore},
		{Name: "up", Keys: []string{"up"}, Show: "↑", Help: "what it says, line up", Scope: InQuestions, run: moves(-1)},
		{Name: "down", Keys: []string{"down"}, Show: "↓", Help: "what it says, line down", Scope: InQuestions, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup"}, Show: "PgUp", Help: "what it says, page up", Scope: InQuestions, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown"}, Show: "PgDn", Help: "what it says, page down", Scope: InQuestions, run: pages(1)},
		{Name: "quit", Keys: []string{"ctrl+c"}, Show: "Ctrl-C", Help: "quit; the run goes on", Scope: InQuestions, run: quit},
	}
}

// noStep is why there is no step to say more of.
func noStep(m *root) string {
	if s, f := m.runAt(); s == nil || f == nil || reported(f) {
		return "the report has the steps"
	}
	return ""
}

// cannotStart is why no run can be prepared.
func cannotStart(m *root) string {
	if why := noRuns(m); why != "" {
		return why
	}
	return besides(m, "")
}

func cannotFailOver(m *root) string {
	if why := noRuns(m); why != "" {
		return why
	}
	return besides(m, dr.Failover)
}

// besides is why a run of a kind is not begun beside the one that is open; "" where it may be. A run that was left half-way does not keep
// anybody from a failover whose hour has come, unless it is on that way itself.
func besides(m *root, kind dr.Kind) string {
	open := m.runs.open()
	switch {
	case open == nil:
		return ""
	case kind == dr.Failover && open.left() && m.e != nil && m.writerIsDark() && !(dr.Kind(open.View.Plan.Name).Moves() && open.View.Plan.From == m.e.Record.Writer):
		return ""
	}
	return "a run is open: R on the cockpit goes to it"
}

// writerIsDark says whether the region of the writer of record does not answer.
func (m *root) writerIsDark() bool {
	return slices.ContainsFunc(m.e.Regions[:], func(r dr.Region) bool {
		return r.Name == m.e.Record.Writer && r.Condition == dr.CondDark
	})
}

// noWayBack is why there is no way back to prepare.
func noWayBack(m *root) string {
	if why := cannotStart(m); why != "" {
		return why
	}
	_, why := m.e.WayBack()
	return why
}

// wayBack prepares what comes next on the way back: a standby where there is none, else the way home.
func (m *root) wayBack() tea.Cmd {
	kind, _ := m.e.WayBack()
	return prepare(kind)(m)
}

// wayBackNow is what comes next on the way back.
func wayBackNow(m *root) string {
	kind, _ := m.e.WayBack()
	return string(kind)
}

// isAway says whether something of a takeover is left to be brought back.
func isAway(m *root) bool { return noWayBack(m) == "" }

func noRuns(m *root) string { return m.readOnly() }

func noOpenRun(m *root) string {
	if why := noRuns(m); why != "" {
		return why
	}
	if m.runs.open() == nil {
		return "no run is open"
	}
	return ""
}

func (m *root) toOpenRun() tea.Cmd { return m.openRun(m.runs.open().View.Run) }

func nothingAsked(m *root) string {
	if s, _ := m.runAt(); s != nil && s.shown != nil && offers(*s.shown, runbook.Pass) {
		return ""
	}
	return "nothing is asked that is answered so"
}

func (m *root) fieldBefore() tea.Cmd {
	if f := m.formAt(); f != nil {
		f.before()
	}
	return nil
}

// formAt is the form that has the keyboard; nil where there is none.
func (m *root) formAt() *form {
	switch s := m.top().(type) {
	case *runScreen:
		return s.form
	case *assess:
		return s.form
	case *phaseScreen:
		return s.form
	}
	return nil
}
