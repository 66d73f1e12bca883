package views

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// planPage shows what a run has planned, root by root.
type planPage struct {
	run    string
	root   string // the root that is shown
	at     int    // of the document's nodes in view
	top    int
	room   int
	filter *ui.Input // typed into; nil: keys are commands
}

func (p *planPage) scope() Scope {
	if p.filter != nil {
		return InMenus
	}
	return OnPlan
}

func (*planPage) partial() bool         { return false }
func (p *planPage) page(m *root, n int) { p.move(m, n*max(p.room-1, 1)) }

func (p *planPage) move(m *root, n int) {
	if d := p.doc(m); d != nil {
		p.at = max(0, min(p.at+n, len(d.shown)-1))
	}
}

// doc is the document that is shown; nil before there is a plan.
func (p *planPage) doc(m *root) *planDoc {
	plans := m.path.plans[p.run]
	if plans == nil || len(plans.list) == 0 {
		return nil
	}
	if plans.docs[p.root] == nil {
		p.root = plans.list[0].Root
	}
	return plans.docs[p.root]
}

// openPlan shows the plans of the run, that of the step one stands on first.
func (m *root) openPlan() tea.Cmd {
	s, f := m.runAt()
	if s == nil || f == nil {
		return nil
	}
	m.toRun()
	p := &planPage{run: s.id}
	if len(f.View.Steps) > 0 {
		p.root = rootIn(f.View.Steps[s.index(f)].ID)
	}
	if s.shown != nil && rootIn(s.shown.Step) != "" {
		p.root = rootIn(s.shown.Step)
	}
	m.push(p)
	return m.askPlans(s.id)
}

// cannotPlan is why a run has no plan to show.
func cannotPlan(m *root) string {
	s, f := m.runAt()
	switch {
	case s == nil || f == nil || !provisioning(f.View.Plan):
		return "of a run that provisions only"
	case m.path.plans[s.id] == nil || len(m.path.plans[s.id].list) == 0:
		return "nothing is planned yet"
	}
	return ""
}

// askPlans asks what a run has planned, where its journal has gone on since it was asked.
func (m *root) askPlans(run string) tea.Cmd {
	door, f := m.provisions(), m.runs.run(run)
	if door == nil || f == nil || !provisioning(f.View.Plan) {
		return nil
	}
	p := m.path.plans[run]
	if p == nil {
		p = &plansOf{docs: map[string]*planDoc{}, seq: -1}
		m.path.plans[run] = p
	}
	if p.asking || p.seq == f.View.Seq {
		return nil
	}
	p.asking, p.seq = true, f.View.Seq
	return order(askTime, func(ctx context.Context) tea.Msg {
		list, err := door.RootPlans(ctx, run)
		return plansMsg{run, list, err}
	})
}

// plansTold takes the plans. One that is the same as before keeps what was opened in it.
func (m *root) plansTold(msg plansMsg) {
	p := m.path.plans[msg.run]
	if p == nil {
		return
	}
	p.asking, p.err = false, msg.err
	if msg.err != nil {
		return
	}
	p.list = msg.list
	for _, x := range msg.list {
		if d := p.docs[x.Root]; d == nil || d.plan.Fingerprint != x.Fingerprint || d.plan.At != x.At || d.plan.Applied != x.Applied || d.plan.Why != x.Why {
			p.docs[x.Root] = newPlanDoc(x)
		}
	}
}

// otherRoot goes to the next root's plan.
func otherRoot(n int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		p, ok := m.base().(*planPage)
		if !ok || p.doc(m) == nil {
			return nil
		}
		list := m.path.plans[p.run].list
		i := slices.IndexFunc(list, func(x dr.RootPlan) bool { return x.Root == p.root })
		p.root, p.at, p.top = list[(i+n+len(list))%len(list)].Root, 0, 0
		return nil
	}
}

func noOtherRoot(m *root) string {
	if p, ok := m.base().(*planPage); ok && m.path.plans[p.run] != nil && len(m.path.plans[p.run].list) > 1 {
		return ""
	}
	return "it is the only root"
}

func (m *root) openAllOfPlan() tea.Cmd {
	if p, ok := m.base().(*planPage); ok && p.doc(m) != nil {
		p.doc(m).all()
		p.move(m, 0)
	}
	return nil
}

func (m *root) filterPlan() tea.Cmd {
	p, ok := m.base().(*planPage)
	if !ok || p.doc(m) == nil {
		return nil
	}
	m.toRun()
	in := ui.NewInput()
	in.Set(p.doc(m).filter)
	p.filter = &in
	return nil
}

// open is Enter: it opens or closes the line that one stands on, or keeps the filter.
func (p *planPage) open(m *root) tea.Cmd {
	if p.filter != nil {
		p.filter = nil
		return nil
	}
	if d := p.doc(m); d != nil {
		d.toggle(p.at)
	}
	return nil
}

// back clears the filter first.
func (p *planPage) back(m *root) {
	d := p.doc(m)
	if d != nil && (p.filter != nil || d.filter != "") {
		p.filter = nil
		d.narrow("")
		p.at = 0
		return
	}
	m.pop()
}

func (p *planPage) typed(m *root, msg tea.Msg) {
	d := p.doc(m)
	if p.filter == nil || d == nil {
		return
	}
	p.filter.Update(msg)
	d.narrow(ui.Clean(p.filter.Value()))
	p.at, p.top = 0, 0
}

func (p *planPage) draw(m *root, c *ui.Canvas) *tea.Cursor {
	f := m.runs.run(p.run)
	if f == nil {
		return nil
	}
	frame, d := m.runFrame(f), p.doc(m)
	parts := runFrameLayout(min(m.w, wideRun-1), m.h)
	for _, r := range []*ui.Rect{&parts.head, &parts.footer, &parts.lower} {
		r.W = max(m.w-2, 0)
	}
	name, rest := parts.lower.Top(1)
	var area ui.Rect
	parts.rule, area = rest.Top(1)
	parts.draw(m, c, frame, p.scope())
	if d == nil {
		c.Put(name, ui.B(ui.Text, "Plan"))
		c.Put(area, m.planNothing(p.run))
		return nil
	}
	lines, rows := p.view(d, area)
	c.Put(name, ui.Spread(name.W, p.title(m, d), below(len(d.shown), p.top, len(rows))))
	c.Put(area, lines...)
	if y := slices.Index(rows, p.at); y >= 0 {
		c.Put(ui.Rect{X: area.X - 1, Y: area.Y + y, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	}
	if p.filter == nil {
		return nil
	}
	foot, _ := c.Bounds().Bottom(1)
	c.Clear(foot)
	foot = foot.Inset(1)
	line, x := p.filter.Line(ui.T(ui.Accent, "/ "), foot.W)
	c.Put(foot, ui.Spread(foot.W, line, ui.T(ui.Muted, "Enter keeps it   Esc clears it")))
	return tea.NewCursor(foot.X+x, foot.Y)
}

// view is what is drawn, with the line that one stands on in it.
func (p *planPage) view(d *planDoc, area ui.Rect) (lines []ui.Line, rows []int) {
	p.room = max(area.H, 1)
	p.at = max(0, min(p.at, len(d.shown)-1))
	p.top = max(0, min(p.top, p.at))
	for {
		lines, rows = d.window(area.W, p.top, area.H)
		if p.top >= p.at || area.H <= 0 || slices.Contains(rows, p.at) {
			return lines, rows
		}
		p.top++
	}
}

func (p *planPage) title(m *root, d *planDoc) ui.Line {
	title := ui.B(ui.Text, "Plan")
	for _, x := range m.path.plans[p.run].list {
		title = ui.Join(2, title, pick(x.Root == p.root, ui.B(ui.Accent, x.Root), ui.T(ui.Muted, x.Root)))
	}
	if d.filter != "" {
		title = ui.Join(2, title, ui.F(ui.Accent, "/%s", d.filter))
	}
	return title
}

func (m *root) planNothing(run string) ui.Line {
	p := m.path.plans[run]
	switch {
	case p != nil && p.err != nil:
		return ui.T(ui.Warn, "! the plan cannot be read: "+p.err.Error())
	case p != nil && p.asking:
		return ui.T(ui.Muted, "· reading")
	}
	return ui.T(ui.Muted, "nothing is planned yet")
}
