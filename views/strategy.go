package views

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// strategyScreen shows the ways to stand by, what each costs and means, and begins a change to the one that one stands on. Nothing is
// started from it but a process that waits at its first gate.
type strategyScreen struct {
	at      config.Strategy // "": the one that there is
	top     int
	room, n int
	launch
}

func (s *strategyScreen) scope() Scope {
	if s.form != nil {
		return InQuestions
	}
	return OnStrategy
}

func (*strategyScreen) partial() bool         { return false }
func (s *strategyScreen) page(m *root, n int) { s.move(m, n*len(m.path.Strategies)) }

func (s *strategyScreen) move(m *root, n int) {
	if list := m.path.Strategies; len(list) > 0 {
		s.at = list[max(0, min(s.index(m)+n, len(list)-1))].Strategy
	}
}

// index is the strategy that one stands on.
func (s *strategyScreen) index(m *root) int {
	for i, f := range m.path.Strategies {
		if f.Strategy == s.at || s.at == "" && f.Now {
			return i
		}
	}
	return 0
}

func (s *strategyScreen) typed(_ *root, msg tea.Msg) {
	if s.form != nil {
		s.form.typed(msg)
	}
}

func (s *strategyScreen) open(m *root) tea.Cmd {
	if s.form != nil {
		return s.form.enter()
	}
	if cannotChangeStrategy(m) != "" {
		return nil
	}
	return changesStrategy(false)(m)
}

func (s *strategyScreen) back(m *root) {
	if s.form != nil {
		if !s.form.sent {
			s.form = nil
		}
		return
	}
	m.pop()
}

// openStrategy shows the ways to stand by.
func (m *root) openStrategy() tea.Cmd {
	m.push(&strategyScreen{})
	return tea.Batch(m.askPath(), m.learn(dr.Strategy))
}

// noStrategies is why the ways to stand by cannot be shown.
func noStrategies(m *root) string {
	if len(m.path.Strategies) == 0 {
		return "what they cost is being read"
	}
	return ""
}

// strategyAt is the screen of strategies beneath sheets; nil where there is none.
func (m *root) strategyAt() *strategyScreen {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if s, ok := m.stack[i].(*strategyScreen); ok {
			return s
		}
	}
	return nil
}

// soAlready is why the strategy that there is cannot be changed to.
const soAlready = "it is so now: ↑ ↓ choose another"

// cannotChangeStrategy is why no change can be begun now.
func cannotChangeStrategy(m *root) string {
	s := m.strategyAt()
	switch {
	case s == nil || len(m.path.Strategies) == 0:
		return "on a strategy only"
	case m.readOnly() != "":
		return m.readOnly()
	case s.sent != nil:
		return "it is being started"
	case besides(m, dr.Strategy) != "":
		return besides(m, dr.Strategy)
	case m.path.Primary == "":
		return "the standby is not Lifeboat's stack: change what stands by where it is made, then strategy: in lifeboat.yaml"
	case m.path.Strategies[s.index(m)].Now:
		return soAlready
	case m.path.Terraform == "":
		return "there is no terraform or tofu on this machine"
	}
	return ""
}

// changesStrategy starts the run of a change.
func changesStrategy(dry bool) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		s := m.strategyAt()
		if s == nil {
			return nil
		}
		for m.top() != screen(s) { // sheets
			m.pop()
		}
		return s.begin(m, RunOrder{Kind: dr.Strategy, Strategy: m.path.Strategies[s.index(m)].Strategy, DryRun: dry})
	}
}

func (s *strategyScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.paper()
	title := ui.Join(2, ui.T(ui.Muted, "Provision"), ui.B(ui.Text, "Strategy"), ui.T(ui.Text, m.standbyName()), s.said())
	if len(m.path.Strategies) == 0 {
		m.drawPage(c, title, m.pathNothing(max(paper.W, 1)), nil)
		return nil
	}
	lines, at, end := s.lines(m, max(paper.W, 1), paper.H)
	s.n, s.room = len(lines), paper.H
	s.top = ui.Scroll(ui.Scroll(s.top, end, s.n, s.room), at, s.n, s.room)
	m.drawPage(c, title, ui.Window(lines, s.top, s.room), below(s.n, s.top, s.room))
	return s.drawForm(m, c)
}

// lines are the ways to stand by, as much of them as room holds; at and end are the first and the last line of the one that one stands on.
func (s *strategyScreen) lines(m *root, w, room int) (lines []ui.Line, at, end int) {
	if lines, at, end = s.drawn(m, w, true); len(lines) > room {
		return s.drawn(m, w, false)
	}
	return lines, at, end
}

// drawn are all of them in full, or only the one that one stands on.
func (s *strategyScreen) drawn(m *root, w int, full bool) (lines []ui.Line, at, end int) {
	b := m.frame().facts(w)
	b.label = 9
	if s.refused != nil {
		b.hang(2, ui.T(ui.Bad, "✗ "+s.refused.Error()))
		b.lines = append(b.lines, nil)
	}
	b.text(s.step(m))
	for i, f := range m.path.Strategies {
		here := i == s.index(m)
		if full || here || i > 0 && i-1 == s.index(m) || i == 0 {
			b.lines = append(b.lines, nil)
		}
		if here {
			at = len(b.lines)
		}
		b.strategy(f, here, full || here)
		if here {
			end = len(b.lines) - 1
		}
	}
	b.lines = append(b.lines, nil)
	b.text(ui.T(ui.Muted, "Costs are what stands by, beside the primary, by list prices; keys, secrets, alarms and repositories are in all three. No change of strategy destroys a writer, a key, a bucket or a repository; a replica goes last, behind a gate that names it."))
	return b.lines, at, end
}

// strategy is one of them.
func (b *facts) strategy(f dr.StrategyFacts, here, full bool) {
	mark, word := ui.T(ui.Muted, "○"), ui.Line(nil)
	if f.Now {
		mark, word = ui.B(ui.Good, "●"), ui.T(ui.Good, "as it is now")
	}
	name := ui.T(ui.Text, f.Strategy.Words())
	if here {
		name = ui.B(ui.Accent, f.Strategy.Words())
	}
	b.lines = append(b.lines, ui.Row(b.w, 2,
		ui.P(0, ui.Cat(ui.B(ui.Accent, pick(here, "› ", "  ")), mark, ui.Space(1), name.Fit(13))), ui.P(0, ui.T(ui.Text, f.Bill())), ui.P(1, word)))
	if full {
		b.fact("    RTO", ui.T(ui.Text, f.RTO))
		b.fact("    RPO", ui.T(ui.Text, f.RPO))
	}
}

// step is what to do now, in a sentence with its key.
func (s *strategyScreen) step(m *root) ui.Line {
	to := m.path.Strategies[s.index(m)].Strategy
	switch why := cannotChangeStrategy(m); {
	case why == soAlready:
		return ui.T(ui.Muted, why)
	case why != "":
		return ui.T(ui.Warn, "! "+why)
	}
	return ui.Cat(ui.B(ui.Accent, "b"), ui.T(ui.Text, " changes to "+to.Words()+": it plans, and asks before anything is made or ended"), ui.T(ui.Muted, "  ·  "),
		ui.B(ui.Accent, "n"), ui.T(ui.Text, " only plans"))
}

// strategyWay is what a run of dr.Strategy changes: "warm standby → pilot light"; "" of any other run.
func strategyWay(p runbook.Plan) string {
	if p.Name != string(dr.Strategy) {
		return ""
	}
	return fmt.Sprintf("%s → %s", config.Strategy(p.Pins[dr.PinStrategyFrom]).Words(), config.Strategy(p.Pins[dr.PinStrategyTo]).Words())
}
