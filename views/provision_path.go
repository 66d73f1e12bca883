package views

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// pathScreen shows the phases of provisioning, one after the other.
type pathScreen struct {
	at  string // the phase that one stands on; "" is the one that comes next
	top int
}

func (*pathScreen) scope() Scope          { return OnPath }
func (*pathScreen) partial() bool         { return false }
func (*pathScreen) typed(*root, tea.Msg)  {}
func (*pathScreen) back(m *root)          { m.pop() }
func (s *pathScreen) page(m *root, n int) { s.move(m, n*len(m.path.Phases)) }

func (s *pathScreen) move(m *root, n int) {
	if list := m.path.Phases; len(list) > 0 {
		s.at = list[max(0, min(s.index(m)+n, len(list)-1))].Name
	}
}

// index is the phase that one stands on: the chosen one, else one whose run is open, else the next.
func (s *pathScreen) index(m *root) int {
	list := m.path.Phases
	for _, is := range []func(dr.PhaseState) bool{
		func(x dr.PhaseState) bool { return x.Name == s.at },
		func(x dr.PhaseState) bool { return x.Open },
		func(x dr.PhaseState) bool { return x.Name == m.path.next() },
	} {
		if i := slices.IndexFunc(list, is); i >= 0 {
			return i
		}
	}
	return max(len(list)-1, 0)
}

func (s *pathScreen) open(m *root) tea.Cmd {
	if len(m.path.Phases) == 0 {
		return nil
	}
	return m.openPhase(m.path.Phases[s.index(m)].Name)
}

// sidePath is the width from which what there is to say of a phase stands beside the path.
const sidePath = 110

func (s *pathScreen) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper := m.paper()
	title := ui.Join(2, ui.B(ui.Text, "Provision"), ui.T(ui.Text, m.standbyName()), m.strategySaid(), m.pathSaid())
	if len(m.path.Phases) == 0 {
		m.drawPage(c, title, m.pathNothing(max(paper.W, 1)), nil)
		return nil
	}
	left, side := paper, ui.Rect{}
	if m.w >= sidePath {
		left.W = min(paper.W*9/20, 68)
		side = ui.Rect{X: left.X + left.W + 3, Y: paper.Y, W: paper.W - left.W - 3, H: paper.H}
	}
	d := m.pathDraw(left.W)
	chosen, w := m.path.Phases[s.index(m)], max(side.W, pick(side.W > 0, 0, paper.W), 1)
	detail := append(d.detail(chosen, w, m.h >= 30), d.before(chosen).Wrap(w, 2)...)
	room := paper.H
	if side.W == 0 {
		room -= min(len(detail)+1, max(paper.H-len(m.path.Phases), 0))
	}
	lines, at := d.lines(s.index(m), room)
	s.top = ui.Scroll(s.top, at, len(lines), room)
	m.drawPage(c, title, nil, below(len(lines), s.top, room))
	c.Put(ui.Rect{X: left.X, Y: left.Y, W: left.W, H: room}, ui.Window(lines, s.top, room)...)
	c.Put(ui.Rect{X: left.X - 1, Y: left.Y + at - s.top, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	if side.W > 0 {
		c.Put(ui.Rect{X: side.X - 2, Y: side.Y, W: 1, H: side.H}, slices.Repeat([]ui.Line{ui.T(ui.Rule, "│")}, max(side.H, 0))...)
		c.Put(side, detail...)
	} else if rest := paper.H - room; rest > 1 {
		c.Put(ui.Rect{X: paper.X, Y: paper.Y + room, W: paper.W, H: 1}, ui.T(ui.Rule, strings.Repeat("─", paper.W)))
		c.Put(ui.Rect{X: paper.X, Y: paper.Y + room + 1, W: paper.W, H: rest - 1}, detail...)
	}
	return nil
}

// standbyName is the region that is provisioned.
func (m *root) standbyName() string { return m.o.Config.Regions.Standby.Name }

// strategySaid is how the standby stands by.
func (m *root) strategySaid() ui.Line {
	for _, f := range m.path.Strategies {
		if f.Now {
			return ui.Cat(ui.T(ui.Muted, "strategy "), ui.T(ui.Text, f.Strategy.Words()))
		}
	}
	return nil
}

// pathSaid is what provisioning works with, and whether what is shown is being read anew.
func (m *root) pathSaid() ui.Line {
	said := ui.T(ui.Muted, m.path.Terraform)
	switch {
	case m.path.told && m.path.Terraform == "":
		said = ui.T(ui.Bad, "✗ no terraform or tofu in PATH: install one, or name it in lifeboat.yaml, terraform.program")
	case m.path.err != nil && m.path.told:
		said = ui.T(ui.Warn, "! cannot be read now, what is shown is older: "+m.path.err.Error())
	case m.path.asking && m.path.told:
		said = ui.Join(2, said, ui.T(ui.Muted, "· reading anew"))
	}
	return said
}

// pathNothing stands until the path was read.
func (m *root) pathNothing(w int) []ui.Line {
	if m.path.err != nil {
		return ui.T(ui.Warn, "! what is there cannot be read: "+m.path.err.Error()).Wrap(w, 2)
	}
	return []ui.Line{ui.T(ui.Muted, "· reading the states and the journals")}
}

// pathDraw draws the path.
type pathDraw struct {
	*frame
	m    *root
	path *Provisioning
	w    int
}

func (m *root) pathDraw(w int) *pathDraw {
	return &pathDraw{frame: m.frame(), m: m, path: &m.path.Provisioning, w: w}
}

// lines are the phases with their work items as far as room goes; at is the line of the phase that one stands on.
func (d *pathDraw) lines(chosen, room int) (lines []ui.Line, at int) {
	n := 0
	for _, x := range d.path.Phases {
		n += 1 + len(x.Items) + len(ownedOf(x))
	}
	roomy := n+len(d.path.Phases)-1 <= room
	items := n <= room
	for i, x := range d.path.Phases {
		if i == chosen {
			at = len(lines)
		}
		lines = append(lines, d.phase(x, i == chosen))
		bar := ui.T(ui.Rule, "│")
		if i == len(d.path.Phases)-1 {
			bar = ui.Space(1)
		}
		if items {
			for _, it := range x.Items {
				lines = append(lines, ui.Cat(bar, ui.Space(5), ui.T(ui.Muted, it.ID).Fit(7), ui.T(ui.Muted, it.Title)).Cut(d.w))
			}
			lines = append(lines, d.ownedLines(x, bar)...)
		}
		if roomy && i < len(d.path.Phases)-1 {
			lines = append(lines, bar)
		}
	}
	return lines, at
}

// phase is one phase: its state, what is there of it, and what did it.
func (d *pathDraw) phase(x dr.PhaseState, chosen bool) ui.Line {
	role, mark, word := d.state(x)
	name := ui.Cat(ui.T(ui.Muted, d.number(x.Name)+"  "), ui.T(pick(role == ui.Muted && !chosen, ui.Muted, ui.Text), phaseTitle(x)))
	if chosen || role == ui.Accent {
		name = name.Bold()
	}
	return ui.Row(d.w, 2,
		ui.P(0, ui.Cat(ui.B(role, mark), ui.Space(2), name.Fit(14))),
		ui.Part{Line: ui.T(role, word), Cols: 9},
		ui.P(1, d.about(x)))
}

// number counts the phases as their owners do; the primary, which comes before them, has none.
func (d *pathDraw) number(name string) string {
	n := 0
	for _, x := range d.path.Phases {
		if x.Name != "primary" {
			n++
		}
		if x.Name == name {
			return pick(name == "primary", " ", fmt.Sprint(n))
		}
	}
	return " "
}

// phaseTitle is a phase's name as a heading: "Foundation".
func phaseTitle(x dr.PhaseState) string {
	if x.Name == "" {
		return ""
	}
	return strings.ToUpper(x.Name[:1]) + x.Name[1:]
}

// state is how a phase stands, in a glyph and a word.
func (d *pathDraw) state(x dr.PhaseState) (role ui.Role, mark, word string) {
	if x.Open {
		if f := d.m.runs.run(x.Run); f != nil && len(f.Questions) > 0 && f.Dead == "" {
			return ui.Accent, "◆", "waits for you"
		} else if f != nil && (f.Dead != "" || f.View.Ending != runbook.Running) {
			return ui.Warn, "!", "stopped"
		}
		return ui.Accent, "▸", "under way"
	}
	switch x.State {
	case dr.PhaseThere:
		return ui.Good, "✓", "there"
	case dr.PhaseTheirs:
		return ui.Muted, "·", "yours"
	case dr.PhasePartly:
		whole := !slices.ContainsFunc(x.Roots, func(r dr.RootState) bool { return r.State == dr.PhasePartly })
		if x.Run == "" && whole && x.Name == d.path.next() { // what another phase's run made of it; nothing has gone wrong
			return ui.Accent, "◆", "next"
		}
		return ui.Warn, "!", "partly"
	case dr.PhaseNotYet:
		if x.Name == d.path.next() {
			return ui.Accent, "◆", "next"
		}
		return ui.Muted, "○", "not yet"
	}
	return ui.Muted, "?", "unknown"
}

// about is what is there of a phase, or what it waits for.
func (d *pathDraw) about(x dr.PhaseState) ui.Line {
	if n := resources(x); n > 0 {
		return ui.T(ui.Muted, ui.Plural(n, "resource")+d.done(x))
	}
	if lacks := d.path.lacking(x); len(lacks) > 0 && x.State != dr.PhaseThere && x.State != dr.PhaseTheirs {
		return ui.T(ui.Muted, "after "+words(lacks))
	}
	return ui.T(ui.Muted, orWords(x.Why, x.Title))
}

func resources(x dr.PhaseState) int {
	n := 0
	for _, r := range x.Roots {
		n += r.Resources
	}
	return n
}

// done is when the newest run of a phase was over.
func (d *pathDraw) done(x dr.PhaseState) string {
	if f := d.m.runs.run(x.Run); f != nil && closed(f.View) && f.View.Run != "" {
		return ", " + d.ago(f.View.Changed)
	}
	return ""
}

// detail is all that is known of a phase, and what the keys would do.
// With airy there is a blank line between its parts.
func (d *pathDraw) detail(x dr.PhaseState, w int, airy bool) []ui.Line {
	role, mark, word := d.state(x)
	b := d.facts(w)
	b.label = 8
	b.text(ui.Join(2, ui.B(ui.Text, phaseTitle(x)), ui.T(role, mark+" "+word), ui.T(ui.Text, x.Title)))
	if x.State != dr.PhaseThere {
		b.text(ui.T(pick(role == ui.Warn, ui.Warn, ui.Muted), x.Why))
	}
	part := func() {
		if airy {
			b.lines = append(b.lines, nil)
		}
	}
	part()
	for i, it := range x.Items {
		needs := ""
		if len(it.Needs) > 0 {
			needs = "needs " + strings.Join(it.Needs, ", ")
		}
		b.fact(pick(i == 0, "makes", ""), ui.Row(max(w-b.label, 1), 2, ui.P(0, ui.Cat(ui.T(ui.Muted, it.ID).Fit(7), ui.T(ui.Text, it.Title))), ui.P(1, ui.T(ui.Muted, needs))))
	}
	if len(x.Items) > 0 && len(x.Roots) > 0 {
		part()
	}
	for i, r := range x.Roots {
		b.fact(pick(i == 0, pick(len(x.Roots) == 1, "root", "roots"), ""), d.root(r, max(w-b.label, 1)))
	}
	if len(ownedOf(x)) > 0 {
		part()
		d.ownedFacts(b, x)
	}
	part()
	b.fact("run", d.lastRun(x))
	part()
	return b.lines
}

func (d *pathDraw) root(r dr.RootState, w int) ui.Line {
	role, mark := ui.Muted, "○"
	switch r.State {
	case dr.PhaseThere:
		role, mark = ui.Good, "✓"
	case dr.PhasePartly:
		role, mark = ui.Warn, "!"
	case dr.PhaseTheirs:
		mark = "·"
	case dr.PhaseUnknown:
		mark = "?"
	}
	var when ui.Line
	if !r.Applied.IsZero() {
		when = ui.T(ui.Muted, "applied "+d.ago(r.Applied))
	}
	count := pick(r.Resources > 0, ui.Plural(r.Resources, "resource"), "")
	return ui.Row(w, 2, ui.P(0, ui.Cat(ui.T(role, mark+" "), ui.T(ui.Text, r.Name).Fit(11))),
		ui.Part{Line: ui.T(ui.Muted, pick(count != "", count, pick(r.State == dr.PhaseTheirs, "yours", r.State))), Cols: 13}, ui.P(2, when), ui.P(1, ui.T(pick(role == ui.Warn, ui.Warn, ui.Muted), r.Why)))
}

// lastRun is the newest run of a phase, in words.
func (d *pathDraw) lastRun(x dr.PhaseState) ui.Line {
	if x.Run == "" {
		return ui.T(ui.Muted, "none yet")
	}
	f := d.m.runs.run(x.Run)
	if f == nil || f.View.Run == "" {
		return ui.T(ui.Muted, x.Run)
	}
	role, says := f.bannerWords()
	if closed(f.View) {
		role, says = ui.Text, string(f.View.Ending)+" "+d.ago(f.View.Changed)+" by "+person(f.View.By)
	}
	return ui.Cat(ui.T(role, says), ui.T(ui.Muted, "  "+x.Run))
}

// before is what is missing before a phase can begin.
func (d *pathDraw) before(x dr.PhaseState) ui.Line {
	lacks := d.path.lacking(x)
	switch {
	case x.Open:
		return ui.Cat(ui.B(ui.Accent, "Enter"), ui.T(ui.Text, " goes to the run"))
	case d.path.Primary == "" && x.Name == "primary":
		return ui.Cat(ui.T(ui.Warn, "! say first whose the primary is: "), ui.B(ui.Accent, "Enter"))
	case len(lacks) > 0:
		return ui.T(ui.Warn, "! "+words(lacks)+" must be there first")
	case x.State == dr.PhaseTheirs:
		return ui.T(ui.Muted, "nothing: its owner keeps it")
	case d.path.Terraform == "" && x.Name != "validation":
		return ui.T(ui.Bad, "✗ there is no terraform or tofu on this machine")
	}
	return ui.Cat(ui.T(ui.Text, "nothing is missing: "), ui.B(ui.Accent, "Enter"), ui.T(ui.Text, pick(x.State == dr.PhaseThere, " looks at it again", " opens it")))
}
