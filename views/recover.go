package views

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

// shownPoints is how many recovery points are listed at once.
const shownPoints = 6

// points are the recovery points that a failover could restore, the newest data first; none where a replica would be promoted.
func (a *assess) points(e *dr.Estate) []dr.RestorePoint {
	if a.kind != dr.Failover || !e.Restores(a.leaving(e)) {
		return nil
	}
	return dr.RestorePoints(e, e.Other(a.leaving(e)))
}

// chosen is where the chosen point is in a list: the newest that can be chosen until somebody has moved the choice; -1 for none.
func (a *assess) chosen(list []dr.RestorePoint) int {
	first := -1
	for i, p := range list {
		if p.Waits != "" {
			continue
		}
		if a.point == "" || p.Name() == a.point {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// choose moves the choice among the points that can be chosen: to older ones, or to newer ones.
func (a *assess) choose(m *root, by int) {
	list := a.points(m.e)
	for i := a.chosen(list) + by; i >= 0 && i < len(list); i += by {
		if list[i].Waits == "" {
			a.point = list[i].Name()
			return
		}
	}
}

func choosesPoint(by int) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		if a, ok := m.base().(*assess); ok {
			a.choose(m, by)
		}
		return nil
	}
}

// nothingToChoose is why no recovery point can be chosen.
func nothingToChoose(m *root) string {
	a, ok := m.base().(*assess)
	switch {
	case !ok:
		return "before a run only"
	case len(a.points(m.e)) == 0:
		return "no database is restored"
	}
	return ""
}

// pointLines list the recovery points around the chosen one.
func (a *assess) pointLines(b *facts, f *runFrame, list []dr.RestorePoint) {
	at := a.chosen(list)
	from := max(0, min(at-shownPoints/2, len(list)-shownPoints))
	b.section("Restored from")
	b.lines[len(b.lines)-1] = ui.Join(2, b.lines[len(b.lines)-1], ui.T(ui.Muted, "and what is lost by it; "),
		ui.Cat(ui.B(ui.Accent, "←"), ui.T(ui.Muted, " older  "), ui.B(ui.Accent, "→"), ui.T(ui.Muted, " newer")))
	for i := from; i < min(from+shownPoints, len(list)); i++ {
		b.lines = append(b.lines, a.pointLine(list[i], i == at, f).Cut(b.w))
	}
	if n := len(list) - shownPoints; n > 0 {
		b.text(ui.T(ui.Muted, fmt.Sprintf("%d of %s", shownPoints, ui.Plural(len(list), "recovery point"))))
	}
}

// lossWide is room for the longest time that is lost: "23 h 59 min".
const lossWide = 11

// clockWide is room for the longest time of a recovery point: "25 Nov 06:07".
const clockWide = 12

// pointLine is a recovery point: the mark of the chosen one, what is lost by restoring it, of when its data is, and which it is.
func (a *assess) pointLine(p dr.RestorePoint, chosen bool, f *runFrame) ui.Line {
	role := pick(chosen, ui.Text, ui.Muted)
	when := ui.Cat(ui.Space(2), ui.T(role, ui.Clock(p.At, f.now)).Fit(clockWide), ui.Space(2))
	mark := ui.T(pick(chosen, ui.Accent, ui.Muted), pick(chosen, "● ", "  "))
	if p.Waits != "" {
		return ui.Cat(mark, ui.T(ui.Warn, "!").Right(lossWide), when, ui.T(ui.Warn, p.Waits+": "), ui.T(role, p.What()))
	}
	loss := ui.T(pick(chosen, ui.Warn, ui.Muted), p.Loses(a.quiet(f.e), f.now))
	if chosen {
		loss = loss.Bold()
	}
	words := ui.Cat(mark, loss.Right(lossWide), when, ui.T(role, p.What()))
	if p.Backups != "" {
		words = ui.Cat(words, ui.T(ui.Muted, ", or any moment since "+p.Earliest.UTC().Format("Jan 2 15:04")+", by --recovery-point"))
	}
	return words
}

// pointCost is what is lost by restoring a point: everything since its data.
func (a *assess) pointCost(p dr.RestorePoint, f *runFrame) ui.Line {
	return ui.Cat(ui.T(ui.Text, "at most "), ui.B(ui.Warn, p.Loses(a.quiet(f.e), f.now)), ui.T(ui.Text, " would be lost"),
		ui.T(ui.Muted, " (everything since the recovery point, by the original time of its data)"))
}
