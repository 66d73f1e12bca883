package views

import (
	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// history is the list of all runs.
type history struct{ at int }

func (m *root) openHistory() tea.Cmd {
	m.push(&history{})
	return m.listRuns()
}

func (*history) scope() Scope          { return InPages }
func (*history) partial() bool         { return false }
func (*history) typed(*root, tea.Msg)  {}
func (*history) back(m *root)          { m.pop() }
func (h *history) page(m *root, n int) { h.move(m, n*max(m.paper().H-1, 1)) }
func (h *history) move(m *root, n int) { h.at = max(0, min(h.at+n, len(m.runs.lines)-1)) }

// open shows the run: one that is over is its report.
func (h *history) open(m *root) tea.Cmd {
	if h.at < len(m.runs.lines) {
		m.push(&runScreen{id: m.runs.lines[h.at].View.Run})
	}
	return nil
}

func (h *history) draw(m *root, c *ui.Canvas) *tea.Cursor {
	paper, n := m.paper(), len(m.runs.lines)
	h.at = max(0, min(h.at, n-1))
	top := ui.Scroll(0, h.at, n, paper.H)
	var lines []ui.Line
	for i := top; i < min(top+max(paper.H, 0), n); i++ {
		l := historyLine(m.runs.lines[i], m.runs.by, paper.W)
		lines = append(lines, pick(i == h.at, l.Bold(), l).Cut(paper.W))
	}
	switch {
	case m.runs.err != nil:
		lines = append(ui.T(ui.Warn, "! they cannot be listed: "+m.runs.err.Error()).Wrap(max(paper.W, 1), 2), lines...)
	case n == 0:
		lines = append(lines, ui.T(ui.Muted, pick(m.runs.first, "no run yet", "· reading")))
	}
	m.drawPage(c, ui.Join(2, ui.B(ui.Text, "Runs"), ui.F(ui.Muted, "%d", n)), lines, below(n, top, paper.H))
	if n > 0 && m.runs.err == nil {
		c.Put(ui.Rect{X: paper.X - 1, Y: paper.Y + h.at - top, W: 1, H: 1}, ui.B(ui.Accent, "›"))
	}
	return nil
}

// historyLine is a run: when, what, how it ended, how long it took.
func historyLine(r RunLine, by string, w int) ui.Line {
	v := r.View
	if r.Err != nil {
		return ui.Join(2, ui.T(ui.Text, v.Run), ui.T(ui.Bad, "✗ cannot be read: "+r.Err.Error()))
	}
	name, way := v.Plan.Name+pick(v.Plan.DryRun, ", dry run", ""), v.Plan.From+" → "+v.Plan.To
	if provisioning(v.Plan) {
		name, way = v.Plan.Name+pick(v.Plan.DryRun, ", plan", ""), phaseName(v.Plan)
	}
	return ui.Row(w, 2,
		ui.P(0, ui.T(ui.Muted, v.Started.UTC().Format("2006-01-02 15:04"))),
		ui.Part{Line: ui.T(ui.Text, name), Cols: 19},
		ui.Part{Line: ui.T(ui.Text, way), Cols: 21},
		ui.Part{Line: historyEnd(r, dr.Overtaken(v, by)), Cols: 12},
		ui.Part{Line: ui.T(ui.Muted, ui.Stopwatch(v.Changed.Sub(v.Started))), Drop: 2, Cols: 7},
		ui.P(1, historyNote(v)),
		ui.P(3, ui.T(ui.Muted, v.Run)),
	)
}

func historyEnd(r RunLine, overtaken bool) ui.Line {
	v := r.View
	switch {
	case v.Ending == runbook.Done:
		return ui.T(ui.Text, "✓ done")
	case closed(v):
		return ui.T(ui.Muted, "· "+string(v.Ending))
	case overtaken:
		return ui.T(ui.Muted, "· overtaken")
	case r.Dead != "":
		return ui.T(ui.Bad, "✗ its process died")
	case v.Ending == runbook.Stopped:
		return ui.T(ui.Warn, "! stopped")
	case v.Open:
		return ui.T(ui.Warn, "! open")
	case len(v.Questions) > 0:
		return ui.T(ui.Accent, "◆ waits")
	}
	return ui.T(ui.Accent, "▸ under way")
}

func historyNote(v runbook.View) ui.Line {
	if n := len(v.Taints()); n > 0 && !v.Plan.DryRun {
		return ui.T(ui.Warn, "! tainted: "+words(v.Taints()))
	}
	return nil
}
