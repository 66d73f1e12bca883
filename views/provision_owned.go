package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// ownedScreen shows what of the owner's own Terraform a phase takes over or leaves to him, and what he writes into his root for it.
type ownedScreen struct {
	phase  string
	list   []dr.Owned
	err    error // why it could not be read
	asking bool
	told   bool
	at     int
	top    int // of what is said of the one that one stands on
	room   int
	n      int
}

func (*ownedScreen) scope() Scope         { return OnOwned }
func (*ownedScreen) partial() bool        { return false }
func (*ownedScreen) typed(*root, tea.Msg) {}
func (*ownedScreen) open(*root) tea.Cmd   { return nil }
func (*ownedScreen) back(m *root)         { m.pop() }

func (s *ownedScreen) move(_ *root, n int) {
	s.at, s.top = max(0, min(s.at+n, len(s.list)-1)), 0
}

func (s *ownedScreen) page(_ *root, n int) {
	s.top = max(0, min(s.top+n*max(s.room-1, 1), s.n-s.room))
}

// openOwned shows what is the owner's of the phase that one stands on, or whose run one looks at.
func (m *root) openOwned() tea.Cmd {
	s := &ownedScreen{phase: m.phaseHere()}
	m.push(s)
	return s.ask(m)
}

// phaseHere is the phase that a screen is about; "" where it is about none.
func (m *root) phaseHere() string {
	switch s := m.base().(type) {
	case *pathScreen:
		if len(m.path.Phases) > 0 {
			return m.path.Phases[s.index(m)].Name
		}
	case *phaseScreen:
		return s.phase
	}
	if _, f := m.runAt(); f != nil {
		return phaseOf(f.View.Plan)
	}
	return ""
}

// noOwned is why there is nothing of the owner's to show.
func noOwned(m *root) string {
	phase := m.phaseHere()
	x, _ := m.path.phase(phase)
	switch {
	case phase == "":
		return "of a phase only"
	case len(ownedOf(x)) == 0:
		return "lifeboat.yaml adopts and declines nothing of this phase"
	}
	return ""
}

// ownedOf are what the roots of a phase take over or leave to the owner.
func ownedOf(x dr.PhaseState) (list []dr.Owned) {
	for _, r := range x.Roots {
		list = append(list, r.Owned...)
	}
	return list
}

// ask reads what is the owner's: his state, the stack's, and the cloud for what his resources lack.
func (s *ownedScreen) ask(m *root) tea.Cmd {
	door, phase := m.provisions(), s.phase
	if door == nil || s.asking {
		return nil
	}
	s.asking = true
	return order(beginTime, func(ctx context.Context) tea.Msg {
		list, err := door.Owned(ctx, phase)
		return ownedMsg{phase, list, err}
	})
}

func (m *root) ownedTold(msg ownedMsg) {
	for _, s := range m.stack {
		if s, ok := s.(*ownedScreen); ok && s.phase == msg.phase {
			s.asking, s.told, s.err = false, true, msg.err
			if msg.err == nil {
				s.list = msg.list
			}
			s.move(m, 0)
		}
	}
}

// lookAtOwned reads it anew: he may have applied his root meanwhile.
func (m *root) lookAtOwned() tea.Cmd {
	if s, ok := m.base().(*ownedScreen); ok {
		return s.ask(m)
	}
	return nil
}

// chosen is the resource that one stands on; false where there is none.
func (s *ownedScreen) chosen() (dr.Owned, bool) {
	if s.at >= len(s.list) {
		return dr.Owned{}, false
	}
	return s.list[s.at], true
}

func noBlock(m *root) string {
	if s, ok := m.base().(*ownedScreen); ok {
		if o, is := s.chosen(); is && o.Block != "" {
			return ""
		}
	}
	return "there is nothing to write into his root"
}

// copyBlock gives what he writes to the terminal's clipboard. Whether the terminal takes it nobody says.
func (m *root) copyBlock() tea.Cmd {
	s, ok := m.base().(*ownedScreen)
	if !ok {
		return nil
	}
	o, _ := s.chosen()
	m.say(note{text: ui.Plural(strings.Count(o.Block, "\n"), "line") + " sent to the terminal's clipboard"})
	return tea.SetClipboard(o.Block)
}

// ownedMark is how it stands with a resource of the owner's, in a glyph and in words.
func ownedMark(o dr.Owned) (role ui.Role, mark, words string) {
	switch o.State {
	case dr.OwnedTheirs:
		return ui.Muted, "·", `yours, not under "no changes"`
	case dr.OwnedAdopted:
		return ui.Good, "✓", "adopted: the stack's now"
	case dr.OwnedHeld:
		return ui.Warn, "!", "your root must let go first"
	case dr.OwnedFree:
		return ui.Accent, "◆", "let go of; next apply takes it"
	}
	return ui.Muted, "?", "unknown whether let go of"
}

// ownedLine is one of them in a list.
func ownedLine(o dr.Owned, w int, chosen bool) ui.Line {
	role, mark, words := ownedMark(o)
	what := ui.T(ui.Text, o.What)
	if chosen {
		what = what.Bold()
	}
	return ui.Row(w, 2, ui.P(0, ui.Cat(ui.T(role, mark+" "), what.Fit(max(min(w-34, 31), 12)))), ui.P(0, ui.T(pick(role == ui.Warn, role, ui.Muted), words)), ui.P(1, ui.T(ui.Muted, o.ID)))
}

// ownedWords say what becomes of it, and what he does for it.
func ownedWords(o dr.Owned) string {
	switch o.State {
	case dr.OwnedTheirs:
		words := `It is yours and stays so: no plan of the stack has it, and no "no changes" is said of it. `
		switch {
		case o.Why != "":
			return words + "What it lacks could not be told: " + o.Why
		case o.Block == "":
			return words + "It has what the standby needs of it: there is nothing to write."
		}
		return words + "What the standby needs of it goes into your root, where the remarks say:"
	case dr.OwnedAdopted:
		return "It is the stack's now: the root " + o.Root + " holds it." + pick(o.Block != "", " What is left to you goes into your root:", "")
	case dr.OwnedHeld:
		return "Your state " + o.From + " still holds it, as " + o.Holder + ". Two states that hold one resource undo each other: nothing of " + o.Root +
			" is applied before you let go. In your root, this takes the place of its block; then apply that:"
	case dr.OwnedFree:
		return "Your state " + o.From + " does not hold it any more: the next apply of " + o.Root + " takes it over as it is." + pick(o.Block != "", " What is left to you goes into your root:", "")
	}
	return "Whether your state still holds it cannot be seen: " + o.Why + ". Let go of it first, with its own address in this block; at the gate of " + o.Root +
		" you give your word for that: " + dr.AdoptPhrase(o.Key, o.ID)
}

func (s *ownedScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.paper()
	x, _ := m.path.phase(s.phase)
	title := ui.Join(2, ui.T(ui.Muted, "Provision  "+phaseTitle(x)), ui.B(ui.Text, "what is yours"), s.said())
	o, ok := s.chosen()
	if !ok {
		m.drawPage(c, title, s.nothing(max(paper.W, 1)), nil)
		return nil
	}
	var lines []ui.Line
	for i, x := range s.list {
		lines = append(lines, ownedLine(x, paper.W, i == s.at))
	}
	lower := ownedPage(o, max(paper.W, 1))
	room := max(paper.H-len(lines)-1, 0)
	s.n, s.room = len(lower), room
	s.top = max(0, min(s.top, s.n-s.room))
	m.drawPage(c, title, lines, below(s.n, s.top, s.room))
	c.Put(ui.Rect{X: paper.X - 1, Y: paper.Y + s.at, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	rule, rest := ui.Rect{X: paper.X, Y: paper.Y + len(lines), W: paper.W, H: paper.H - len(lines)}.Top(1)
	c.Put(rule, ui.T(ui.Rule, strings.Repeat("─", max(rule.W, 0))))
	c.Put(rest, ui.Window(lower, s.top, room)...)
	return nil
}

// ownedPage is all there is to say of one: what it is, what becomes of it, and what he writes. That stands as it is written, for a
// selection with the mouse to be it.
func ownedPage(o dr.Owned, w int) []ui.Line {
	lines := []ui.Line{ui.Join(2, ui.B(ui.Text, o.What), ui.T(ui.Muted, o.ID)).Cut(w)}
	lines = append(lines, ui.T(ui.Text, ownedWords(o)).Wrap(w, 0)...)
	if o.Block == "" {
		return lines
	}
	lines = append(lines, nil)
	for line := range strings.SplitSeq(strings.TrimSuffix(o.Block, "\n"), "\n") {
		lines = append(lines, hclLines(line, w)...)
	}
	return lines
}

// hclLines are a line of HCL as it is written; a remark that is too long goes on as another.
func hclLines(line string, w int) []ui.Line {
	remark, is := strings.CutPrefix(line, "# ")
	if !is {
		return []ui.Line{ui.T(ui.Text, line).Cut(w)}
	}
	lines := ui.T(ui.Muted, remark).Wrap(max(w-2, 1), 0)
	for i := range lines {
		lines[i] = ui.Cat(ui.T(ui.Muted, "# "), lines[i]).Cut(w)
	}
	return lines
}

func (s *ownedScreen) said() ui.Line {
	switch {
	case s.err != nil && s.told:
		return ui.T(ui.Warn, "! cannot be read: "+s.err.Error())
	case s.asking:
		return ui.T(ui.Muted, "· reading your state and the cloud")
	}
	held := 0
	for _, o := range s.list {
		if o.State == dr.OwnedHeld {
			held++
		}
	}
	if held > 0 {
		return ui.F(ui.Warn, "! %d to be let go of", held)
	}
	return nil
}

func (s *ownedScreen) nothing(w int) []ui.Line {
	if !s.told || s.err != nil {
		return nil
	}
	return ui.T(ui.Muted, "Nothing of this phase is adopted or declined. lifeboat.yaml says it: terraform: adopt, and declined.").Wrap(w, 0)
}

// ownedLines are those of a phase on the path, briefly.
func (d *pathDraw) ownedLines(x dr.PhaseState, bar ui.Line) (lines []ui.Line) {
	for _, o := range ownedOf(x) {
		role, mark, _ := ownedMark(o)
		word := pick(o.State == dr.OwnedTheirs, "yours", "adopt")
		lines = append(lines, ui.Cat(bar, ui.Space(3), ui.T(role, mark+" "), ui.T(ui.Muted, word).Fit(7), ui.T(ui.Muted, o.What)).Cut(d.w))
	}
	return lines
}

// ownedFacts are the same where a phase is told of in full.
func (d *pathDraw) ownedFacts(b *facts, x dr.PhaseState) {
	list := ownedOf(x)
	for i, o := range list {
		b.fact(pick(i == 0, "yours", ""), ownedLine(o, max(b.w-b.label, 1), false))
	}
	if slices.ContainsFunc(list, func(o dr.Owned) bool { return o.State != dr.OwnedAdopted }) {
		b.fact("", ui.Cat(ui.B(ui.Accent, "o"), ui.T(ui.Text, " shows what goes into your root for it")))
	}
}
