package views

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// inputsScreen asks what a phase must be told, a line an input. What is typed is kept until it is written, also when one
// leaves meanwhile.
type inputsScreen struct {
	of      *phaseScreen
	at      int
	top     int
	field   *ui.Field // of the input that is typed into; nil: keys are commands
	problem string    // of what is typed now
}

func (s *inputsScreen) scope() Scope {
	if s.field != nil {
		return InFields
	}
	return OnInputs
}

func (*inputsScreen) partial() bool         { return false }
func (s *inputsScreen) page(m *root, n int) { s.move(m, n*8) }

func (s *inputsScreen) move(m *root, n int) {
	if s.field == nil {
		s.at = max(0, min(s.at+n, len(s.of.asked)-1))
	}
}

// openInputs shows what the phase is told; the first that is missing is asked at once.
func (m *root) openInputs() tea.Cmd {
	p := m.phaseAt()
	if why := noInputs(m); why != "" {
		m.say(note{text: why})
		return nil
	}
	s := &inputsScreen{of: p}
	m.push(s)
	if s.toWanting(m, 0) {
		s.edit(m)
	}
	return nil
}

// toWanting goes to the first input from one on that has to be typed, or typed anew. false where there is none.
func (s *inputsScreen) toWanting(m *root, from int) bool {
	list := s.of.inputs(m)
	for i := from; i < len(list); i++ {
		if m.unfit(list[i]) != "" {
			s.at = i
			return true
		}
	}
	return false
}

// unfit is why an input cannot stay as it is; "" where it can.
func (m *root) unfit(in dr.Input) string {
	empty := strings.TrimSpace(in.Value) == ""
	switch {
	case in.Secret:
		return ""
	case empty && in.Required:
		return "needed"
	case empty:
		return ""
	}
	key := [2]string{in.Name, in.Value}
	why, known := m.path.checked[key]
	if !known {
		if err := m.checkInput(in.Name, in.Value); err != nil {
			why = err.Error()
		}
		m.path.checked[key] = why
	}
	return why
}

// edit begins to type into the input that one stands on.
func (s *inputsScreen) edit(m *root) {
	in := s.of.inputs(m)[s.at]
	switch {
	case in.Secret:
		m.say(note{text: secretWords(in)})
		return
	case len(in.Choices) > 0 && !strings.HasPrefix(in.Type, "list") && !strings.HasPrefix(in.Type, "set"):
		s.field = ui.NewChoice(in.Value, in.Choices, 6)
	default:
		s.field = ui.NewField(in.Value, in.Choices...)
	}
	s.check(m, in)
}

// check looks at what is typed now. It waits for nothing.
func (s *inputsScreen) check(m *root, in dr.Input) {
	in.Value = s.field.Value()
	s.problem = m.unfit(in)
	if s.problem == "needed" {
		s.problem = "" // before anything is typed that is plain
	}
}

// open is Enter: type into the input, or take what was typed and go to the next that is missing.
func (s *inputsScreen) open(m *root) tea.Cmd {
	if s.field == nil {
		s.edit(m)
		return nil
	}
	if !s.keep(m) {
		return nil
	}
	s.field = nil
	if s.toWanting(m, s.at+1) {
		s.edit(m)
		return nil
	}
	s.move(m, 1)
	return nil
}

// keep takes what was typed, unless it is wrong.
func (s *inputsScreen) keep(m *root) bool {
	in := s.of.asked[s.at]
	typed := s.field.Value()
	in.Value = typed
	if s.problem = m.unfit(in); s.problem != "" {
		return false
	}
	drafts := m.path.drafts[s.of.phase]
	switch {
	case typed == s.of.asked[s.at].Value:
		delete(drafts, in.Name)
	default:
		if drafts == nil {
			drafts = map[string]string{}
			m.path.drafts[s.of.phase] = drafts
		}
		drafts[in.Name] = typed
	}
	return true
}

// steps goes from field to field; what is wrong keeps the keyboard.
func fieldSteps(n int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		s, ok := m.top().(*inputsScreen)
		if !ok || s.field == nil || !s.keep(m) {
			return nil
		}
		s.field = nil
		s.move(m, n)
		if !s.of.asked[s.at].Secret {
			s.edit(m)
		}
		return nil
	}
}

// back leaves the field as it was, then the inputs.
func (s *inputsScreen) back(m *root) {
	if s.field != nil {
		s.field, s.problem = nil, ""
		return
	}
	m.pop()
}

func (s *inputsScreen) typed(m *root, msg tea.Msg) {
	if s.field == nil {
		return
	}
	s.field.Update(msg)
	s.check(m, s.of.asked[s.at])
}

func (s *inputsScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.paper()
	list := s.of.inputs(m)
	s.at = max(0, min(s.at, len(list)-1))
	lower, y, x := s.lower(list[s.at], max(paper.W, 1))
	room := max(paper.H-len(lower)-1, min(len(list), 2))
	s.top = ui.Scroll(s.top, s.at, len(list), room)
	var lines []ui.Line
	lacks := 0
	for i, in := range list {
		if m.unfit(in) != "" {
			lacks++
		}
		if i >= s.top && i < s.top+room {
			lines = append(lines, inputLine(in, m.unfit(in), paper.W, i == s.at))
		}
	}
	said := ui.F(ui.Muted, "%d of %d told", len(list)-lacks, len(list))
	if lacks > 0 {
		said = ui.F(ui.Warn, "! %d of %d still to be told", lacks, len(list))
	}
	p, _ := m.path.phase(s.of.phase)
	title := ui.Join(2, ui.T(ui.Muted, "Provision  "+phaseTitle(p)), ui.B(ui.Text, "what it is told"), said, s.unwritten(m))
	m.drawPage(c, title, lines, below(len(list), s.top, room))
	c.Put(ui.Rect{X: paper.X - 1, Y: paper.Y + s.at - s.top, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	used := min(len(lines), room)
	rest := ui.Rect{X: paper.X, Y: paper.Y + used, W: paper.W, H: paper.H - used}
	rule, rest := rest.Top(1)
	c.Put(rule, ui.T(ui.Rule, strings.Repeat("─", max(rule.W, 0))))
	c.Put(rest, lower...)
	if s.field == nil || y < 0 || y >= rest.H {
		return nil
	}
	return tea.NewCursor(rest.X+x, rest.Y+y)
}

func (s *inputsScreen) unwritten(m *root) ui.Line {
	if n := len(m.path.drafts[s.of.phase]); n > 0 {
		return ui.F(ui.Accent, "%d not written yet", n)
	}
	return nil
}

// lower is the input that one stands on: what it is for, its field, and what is wrong with what is typed. y and x are
// where the cursor stands, y < 0 where there is none.
func (s *inputsScreen) lower(in dr.Input, w int) (lines []ui.Line, y, x int) {
	right := joined(", ", typeWords(in), pick(in.Required, "required", "optional"))
	lines = append(lines, ui.Spread(w, ui.B(ui.Text, inputTitle(in)), ui.T(ui.Muted, right)))
	help := ui.T(ui.Text, in.Help).Wrap(w, 0)
	if in.Secret {
		lines = append(lines, ui.T(ui.Text, secretWords(in)).Wrap(w, 0)...)
	}
	if in.Help != "" {
		lines = append(lines, help[:min(len(help), 3)]...)
	}
	y = -1
	if s.field == nil {
		lines = append(lines, nil, ui.Cat(inputValue(in), ui.T(ui.Muted, pick(in.From != "", "   "+in.From, ""))).Cut(w))
		return lines, y, 0
	}
	lines = append(lines, nil)
	field, fy, fx := s.field.Lines(w)
	if fy >= 0 {
		y, x = len(lines)+fy, fx
	}
	lines = append(lines, field...)
	if s.problem != "" {
		lines = append(lines, ui.T(ui.Bad, "✗ "+s.problem).Wrap(w, 2)...)
	}
	return lines, y, x
}

// secretWords is where a secret comes from: it is never typed here.
func secretWords(in dr.Input) string {
	return "it is not typed here: TF_VAR_" + in.Name + " in the environment gives it; without that it is made by chance, and shown nowhere"
}

// typeWords is a type of Terraform's as a person says it.
func typeWords(in dr.Input) string {
	switch t := in.Type; {
	case in.Secret:
		return "a secret"
	case len(in.Choices) > 0 && !strings.HasPrefix(t, "list"):
		return "one of " + ui.Plural(len(in.Choices), "choice")
	case t == "string" || t == "":
		return "text"
	case t == "number":
		return "a number"
	case t == "bool":
		return "true or false"
	case strings.HasPrefix(t, "list(string") || strings.HasPrefix(t, "set(string"):
		return "a list, parted by commas"
	case strings.HasPrefix(t, "list(number"):
		return "numbers, parted by commas"
	}
	return "JSON"
}

// inputLine is an input in a list: its name, its value, and whence it is.
func inputLine(in dr.Input, problem string, w int, chosen bool) ui.Line {
	role, mark := ui.Muted, "✓"
	switch {
	case problem == "needed":
		role, mark = ui.Warn, "!"
	case problem != "":
		role, mark = ui.Bad, "✗"
	case in.Value == "" && !in.Secret:
		mark = "·"
	}
	name := ui.T(ui.Text, inputTitle(in))
	if chosen {
		name = name.Bold()
	}
	from := ui.T(pick(in.From == draftFrom, ui.Accent, ui.Muted), in.From)
	said := inputValue(in)
	if problem != "" && problem != "needed" {
		said = ui.Cat(said, ui.T(ui.Bad, "  "+problem))
	}
	left := ui.Cat(ui.T(role, mark+" "), name.Fit(max(min(w/3, 30), 8)), ui.Space(2))
	return ui.Spread(w, ui.Cat(left, said), from)
}

// draftFrom is whence a value is that was typed and is not written yet.
const draftFrom = "you, not written yet"

// inputValue is a value as it is shown: a secret never is.
func inputValue(in dr.Input) ui.Line {
	switch {
	case in.Secret:
		return ui.T(ui.Muted, "not asked here, kept nowhere")
	case in.Value == "" && in.Required:
		return ui.T(ui.Warn, "needed")
	case in.Value == "":
		return ui.T(ui.Muted, "none")
	}
	return ui.T(ui.Text, in.Value)
}
