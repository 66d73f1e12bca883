package views

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// root is the cockpit's model. It is used by pointer, and changed by Update alone.
type root struct {
	o    Options
	keys []Key

	w, h    int
	now     time.Time
	dark    bool
	profile string // as Bubble Tea calls what the terminal can show; "" before it said
	plain   bool
	theme   ui.Theme

	e       *dr.Estate   // never nil
	checked []dr.Check   // readiness of e
	order   []int        // of the services of e
	needs   serviceNeeds // of the services of e

	at     rowID
	moved  bool
	zoom   int
	filter string
	stack  []screen // the first is the cockpit; keys go to the last

	note note

	runs       ledger
	path       provisioned
	checkInput func(name, text string) error // of what a phase is told; looks at the text alone
	checks     func(e *dr.Estate, leaving string, kind dr.Kind) []dr.Check
	touched    bool // a key was pressed

	stale bool // what is drawn is not what the model says
	drawn tea.View
	plan  *plan // of the cockpit; nil: to be made
}

// estateMsg brings a new estate.
type estateMsg struct{ e *dr.Estate }

// tickMsg comes once a second, at its beginning.
type tickMsg struct{}

func newRoot(o Options) *root {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &root{
		o: o, keys: Keys(), now: o.Now(), dark: o.Theme != "light", plain: o.NoColor,
		runs: newLedger(), path: newProvisioned(), checks: dr.Checks, checkInput: dr.CheckInput, zoom: noZoom, at: rowID{panel: inVerdict, kind: rowVerdict}, stale: true, w: o.Width, h: o.Height,
	}
	m.stack = []screen{&cockpit{}}
	m.e = skeleton(o.Config, m.now)
	m.order, m.needs = serviceOrder(m.frame()), needsOf(m.e)
	m.paint()
	return m
}

// Init starts the clock and asks the terminal what it is like. A terminal that never answers is taken for a dark one.
func (m *root) Init() tea.Cmd {
	m.runs.first = m.o.Runs == nil
	cmds := []tea.Cmd{tick(), m.listRuns()}
	if m.o.Theme == "" || m.o.Theme == "auto" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

func tick() tea.Cmd {
	return tea.Every(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

// Update takes a message. It never waits: what takes time is a command.
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := tea.Batch(m.update(msg), m.attend())
	m.stale, m.plan = true, nil
	return m, cmd
}

func (m *root) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tickMsg:
		m.clock()
		return tea.Batch(tick(), m.keepListed())
	case estateMsg:
		m.take(msg.e)
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		m.paste(msg)
	case tea.ResumeMsg:
		m.clock()
	case directorMsg:
		return m.directed(msg)
	case runMsg, runsMsg, planMsg, pastMsg, paperMsg, saidMsg, quietMsg:
		return m.answered(msg)
	case pathMsg, inputsMsg, setMsg, plansMsg, ownedMsg, progressMsg:
		return m.provisioned(msg)
	default:
		m.terminal(msg)
	}
	return nil
}

// answered takes what runs have to say.
func (m *root) answered(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case runMsg:
		return m.hear(msg)
	case runsMsg:
		return m.listed(msg)
	case planMsg:
		m.planned(msg)
	case pastMsg:
		m.learned(msg)
	case paperMsg:
		m.papered(msg)
	case saidMsg:
		return m.heard(msg)
	case quietMsg:
		if s, ok := m.top().(*runScreen); ok {
			return s.quiet.settle(m.o.Now())
		}
	}
	return nil
}

// provisioned takes what the door says of provisioning.
func (m *root) provisioned(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pathMsg:
		m.pathTold(msg)
	case inputsMsg:
		m.inputsTold(msg)
	case setMsg:
		return m.written(msg)
	case plansMsg:
		m.plansTold(msg)
	case ownedMsg:
		m.ownedTold(msg)
	case progressMsg:
		m.advanced(msg)
	}
	return nil
}

// terminal takes what the terminal says of itself.
func (m *root) terminal(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.background(msg.Color != nil && msg.IsDark())
	case tea.ColorProfileMsg:
		m.profile = msg.String()
		m.paint()
	case tea.EnvMsg:
		m.environment(msg)
	}
}

// environment: NO_COLOR in whatever form, and the hint at a light background that some terminals leave.
func (m *root) environment(env tea.EnvMsg) {
	if env.Getenv("NO_COLOR") != "" {
		m.plain = true
	}
	colours := strings.Split(env.Getenv("COLORFGBG"), ";")
	if bg, err := strconv.Atoi(colours[len(colours)-1]); err == nil {
		m.background(bg != 7 && bg != 15)
	}
	m.paint()
}

// background is what the terminal's is; a theme that was asked for stays.
func (m *root) background(dark bool) {
	if m.o.Theme == "" || m.o.Theme == "auto" {
		m.dark = dark
		m.paint()
	}
}

// paint chooses the theme.
func (m *root) paint() {
	switch {
	case m.plain || m.profile == "Ascii" || m.profile == "NoTTY":
		m.theme = ui.NewTheme(ui.Plain)
	case m.profile == "ANSI":
		m.theme = ui.NewTheme(ui.Sixteen)
	case m.profile == "ANSI256":
		m.theme = ui.NewTheme(pick(m.dark, ui.Dark256, ui.Light256))
	case m.dark:
		m.theme = ui.NewTheme(ui.Dark)
	default:
		m.theme = ui.NewTheme(ui.Light)
	}
}

// take makes an estate the one that is shown. One that is older than what is shown is passed over.
func (m *root) take(e *dr.Estate) {
	if e == nil || e.Revision < m.e.Revision {
		return
	}
	m.e, m.checked = e, m.checks(e, "", dr.Failover)
	m.order, m.needs = serviceOrder(m.frame()), needsOf(e)
	m.at = m.composed().rows.settle(m.at)
}

func (m *root) clock() {
	m.now = m.o.Now()
	if m.note.text != "" && m.now.After(m.note.until) {
		m.note = note{}
	}
}

// frame is what drawings depend on, as of now.
func (m *root) frame() *frame {
	return &frame{
		e: m.e, cfg: m.o.Config, now: m.now, sim: m.o.Simulated || m.e.Simulated, aged: isAged(m.e, m.o.Config, m.now),
		readOnly: m.readOnly(), checks: m.checked, banner: m.banner(), offer: m.offer(), order: m.order, needs: m.needs, at: m.at, moved: m.moved, filter: m.filter, zoom: m.zoom,
	}
}

// readOnly is why nothing can be changed here; "" where it can.
func (m *root) readOnly() string {
	if m.o.Runs != nil {
		return ""
	}
	return cmp.Or(m.o.ReadOnly, "read only")
}

// View is the frame. It is drawn again only after a message.
func (m *root) View() tea.View {
	if m.stale {
		m.stale = false
		m.drawn = m.draw()
	}
	return m.drawn
}

func (m *root) draw() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: m.frame().title()}
	if m.w <= 0 || m.h <= 0 {
		return v
	}
	c := ui.NewCanvas(m.w, m.h)
	for i, s := range m.stack {
		if i+1 < len(m.stack) && !m.stack[i+1].partial() {
			continue // covered
		}
		v.Cursor = s.draw(m, c)
	}
	if at := v.Cursor; at != nil && (at.X < 0 || at.X >= m.w || at.Y < 0 || at.Y >= m.h) {
		v.Cursor = nil // no room for the field that it stands in
	}
	v.Content = c.Render(m.theme)
	return v
}
