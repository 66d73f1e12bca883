package views

import (
	"context"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// phaseScreen is what one sees before a phase's run: what it makes, what it is told, and what is missing. Nothing is
// started from it but a process that plans, and waits at the gate of its first apply.
type phaseScreen struct {
	phase  string
	asked  []dr.Input // as the door filled them in
	err    error      // why the inputs could not be read
	asking bool
	told   bool
	top    int
	room   int
	n      int

	writing bool      // what was typed goes into lifeboat.yaml
	then    *RunOrder // what is begun after that; nil: nothing
	launch
}

func (s *phaseScreen) scope() Scope {
	if s.form != nil {
		return InQuestions
	}
	return BeforePhase
}

func (*phaseScreen) partial() bool         { return false }
func (s *phaseScreen) page(m *root, n int) { s.move(m, n*max(s.room-1, 1)) }
func (s *phaseScreen) move(_ *root, n int) { s.top = max(0, min(s.top+n, s.n-s.room)) }

func (s *phaseScreen) typed(_ *root, msg tea.Msg) {
	if s.form != nil {
		s.form.typed(msg)
	}
}

func (s *phaseScreen) back(m *root) {
	if s.form != nil {
		if !s.form.sent {
			s.form = nil
		}
		return
	}
	m.pop()
}

// open is Enter: the field of a form, else the inputs.
func (s *phaseScreen) open(m *root) tea.Cmd {
	if s.form != nil {
		return s.form.enter()
	}
	return m.openInputs()
}

// ask asks what the phase must be told.
func (s *phaseScreen) ask(m *root) tea.Cmd {
	door := m.provisions()
	if door == nil || s.asking {
		return nil
	}
	s.asking = true
	phase := s.phase
	return order(beginTime, func(ctx context.Context) tea.Msg {
		list, err := door.Inputs(ctx, phase)
		return inputsMsg{phase, list, err}
	})
}

func (m *root) inputsTold(msg inputsMsg) {
	for _, s := range m.stack {
		if s, ok := s.(*phaseScreen); ok && s.phase == msg.phase {
			s.asking, s.told, s.err = false, true, msg.err
			if msg.err == nil {
				s.asked = msg.list
			}
		}
	}
}

// phaseAt is the phase's screen beneath sheets and inputs; nil where there is none.
func (m *root) phaseAt() *phaseScreen {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if s, ok := m.stack[i].(*phaseScreen); ok {
			return s
		}
	}
	return nil
}

// inputs are what the phase is told, with what was typed and is not written yet.
func (s *phaseScreen) inputs(m *root) []dr.Input {
	out := slices.Clone(s.asked)
	for i := range out {
		if v, ok := m.path.drafts[s.phase][out[i].Name]; ok {
			out[i].Value, out[i].From = v, draftFrom
		}
	}
	return out
}

// missing are the inputs that are required and have no value.
func missing(list []dr.Input) []string {
	var out []string
	for _, x := range list {
		if x.Required && !x.Secret && strings.TrimSpace(x.Value) == "" {
			out = append(out, inputTitle(x))
		}
	}
	return out
}

func inputTitle(x dr.Input) string {
	if x.Title != "" {
		return x.Title
	}
	return strings.ReplaceAll(x.Name, "_", " ")
}

// beginsPhase starts the phase's run.
func beginsPhase(dry bool) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		s := m.phaseAt()
		if s == nil {
			return nil
		}
		for m.top() != screen(s) { // sheets, and the inputs
			m.pop()
		}
		o := RunOrder{Kind: dr.Provision, Phase: s.phase, DryRun: dry}
		if len(m.path.drafts[s.phase]) > 0 {
			return s.write(m, &o)
		}
		return s.begin(m, o)
	}
}

// write writes what was typed into lifeboat.yaml, and then begins what was ordered, where anything was.
func (s *phaseScreen) write(m *root, then *RunOrder) tea.Cmd {
	door, phase, values := m.provisions(), s.phase, maps.Clone(m.path.drafts[s.phase])
	s.writing, s.then, s.refused = true, then, nil
	return order(askTime, func(ctx context.Context) tea.Msg {
		return setMsg{phase, door.SetInputs(ctx, phase, values)}
	})
}

// written takes what came of writing. What was refused stays typed.
func (m *root) written(msg setMsg) tea.Cmd {
	s := m.phaseAt()
	if s == nil || s.phase != msg.phase {
		return nil
	}
	s.writing, s.refused = false, msg.err
	if msg.err != nil {
		return nil
	}
	delete(m.path.drafts, s.phase)
	m.path.old = true
	if s.then != nil {
		return tea.Batch(s.ask(m), s.begin(m, *s.then))
	}
	m.say(note{text: "written to lifeboat.yaml"})
	return s.ask(m)
}

// cannotWrite is why there is nothing to write.
func cannotWrite(m *root) string {
	switch s := m.phaseAt(); {
	case s == nil:
		return "of a phase only"
	case m.readOnly() != "":
		return m.readOnly()
	case s.writing:
		return "it is being written"
	case len(m.path.drafts[s.phase]) == 0:
		return "nothing was changed"
	}
	return ""
}

// writes writes what was typed into lifeboat.yaml.
func (m *root) writes() tea.Cmd {
	s := m.phaseAt()
	for m.top() != screen(s) {
		m.pop()
	}
	return s.write(m, nil)
}

// cannotBeginPhase is why the phase's run cannot be started now.
func cannotBeginPhase(m *root) string {
	s := m.phaseAt()
	if s == nil {
		return "before a phase only"
	}
	x, _ := m.path.phase(s.phase)
	switch lacks := m.path.lacking(x); {
	case m.readOnly() != "":
		return m.readOnly()
	case s.sent != nil:
		return "it is being started"
	case s.writing:
		return "what was typed is being written"
	case besides(m, dr.Provision) != "":
		return besides(m, dr.Provision)
	case x.State == dr.PhaseTheirs || s.phase == "primary" && m.path.drafts[s.phase]["primary"] == "theirs":
		return "there is nothing to make: the primary is yours"
	case len(lacks) > 0:
		return words(lacks) + " must be there first"
	case s.asking:
		return "what it must be told is being read"
	case len(missing(s.inputs(m))) > 0:
		return "it must be told first: " + words(missing(s.inputs(m)))
	}
	return ""
}

func noInputs(m *root) string {
	s := m.phaseAt()
	switch {
	case s == nil:
		return "of a phase only"
	case s.asking && !s.told:
		return "they are being read"
	case len(s.asked) == 0:
		return "this phase asks nothing"
	}
	return ""
}

func (s *phaseScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.paper()
	x, _ := m.path.phase(s.phase)
	d := m.pathDraw(paper.W)
	lines := s.lines(m, d, x, max(paper.W, 1))
	s.n, s.room = len(lines), paper.H
	s.top = max(0, min(s.top, s.n-s.room))
	title := ui.Join(2, ui.T(ui.Muted, "Provision"), ui.B(ui.Text, strings.TrimSpace(d.number(s.phase)+" "+phaseTitle(x))), s.going())
	m.drawPage(c, title, ui.Window(lines, s.top, s.room), below(s.n, s.top, s.room))
	return s.drawForm(m, c)
}

// going is what goes on with writing and starting.
func (s *phaseScreen) going() ui.Line {
	switch {
	case s.writing:
		return ui.T(ui.Accent, "· writing lifeboat.yaml")
	case s.refused != nil && s.sent == nil && s.order.Kind == "":
		return ui.T(ui.Bad, "✗ it was not written")
	}
	return s.said()
}

// lines say what will be made, by what, and what to press.
func (s *phaseScreen) lines(m *root, d *pathDraw, x dr.PhaseState, w int) []ui.Line {
	b := d.facts(w)
	if s.refused != nil {
		for line := range strings.SplitSeq(s.refused.Error(), "\n") {
			b.hang(2, ui.T(ui.Bad, "✗ "+line))
		}
		b.lines = append(b.lines, nil)
	}
	b.text(s.step(m, x))
	b.lines = append(b.lines, nil)
	b.lines = append(b.lines, d.detail(x, w, false)...)
	if x.Name == "validation" {
		b.section("What a drill would add")
		b.text(ui.T(ui.Text, "That "+m.standbyName()+" really takes over: its database promoted, users sent there, and how long both take. Validation only looks."))
	}
	b.section("Told")
	switch {
	case s.err != nil:
		b.hang(2, ui.T(ui.Warn, "! it cannot be read what it must be told: "+s.err.Error()))
	case !s.told:
		b.text(ui.T(ui.Muted, "· reading lifeboat.yaml and the account"))
	case len(s.asked) == 0:
		b.text(ui.T(ui.Muted, "nothing: this phase asks nothing"))
	}
	rest := 0
	for _, in := range s.inputs(m) {
		if !in.Required && (in.From == "default" || in.Value == "") && m.unfit(in) == "" {
			rest++
			continue
		}
		b.lines = append(b.lines, inputLine(in, m.unfit(in), w, false))
	}
	if rest > 0 {
		b.text(ui.F(ui.Muted, "· %d more as they are by default", rest))
	}
	return b.lines
}

// step is what to do now, in a sentence with its key.
func (s *phaseScreen) step(m *root, x dr.PhaseState) ui.Line {
	lacks := missing(s.inputs(m))
	key := func(k, words string) ui.Line { return ui.Cat(ui.B(ui.Accent, k), ui.T(ui.Text, words)) }
	switch why := cannotBeginPhase(m); {
	case len(lacks) > 0:
		return ui.Cat(ui.T(ui.Warn, "! "), key("Enter", " tells it what is missing: "+words(lacks)))
	case why != "" && len(m.path.drafts[s.phase]) > 0:
		return ui.Cat(ui.T(ui.Muted, why+";  "), key("w", " writes what was typed"))
	case why != "":
		return ui.T(ui.Warn, "! "+why)
	case x.Name == "validation":
		return ui.Cat(key("b", " looks at everything that can be checked now; nothing is changed"))
	}
	return ui.Cat(key("b", " plans it and asks before anything is made"), ui.T(ui.Muted, "  ·  "), key("n", " only plans"), ui.T(ui.Muted, "  ·  "), key("i", " changes what it is told"))
}
