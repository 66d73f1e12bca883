package views

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/ui"
)

var readinessRow = rowID{panel: inFindings, kind: rowReadiness}

func (m *root) openReadiness() tea.Cmd { return m.details(readinessRow) }

// readinessPage is every check with what was seen.
func (b *facts) readinessPage() {
	if len(b.checks) == 0 {
		b.text(ui.T(ui.Muted, "· nothing was checked yet"))
		return
	}
	b.readiness(b.checks, everyCheck)
}

// everyCheck is a screen tall enough for all checks.
const everyCheck = 50

// ready is the checks in one finding; false where nothing was checked.
func (f *frame) ready() (noted, bool) {
	if len(f.checks) == 0 || !f.e.Complete {
		return noted{}, false
	}
	passed, worst := 0, dr.Good
	for _, c := range f.checks {
		l := f.verdictOf(c)
		if l == dr.Good {
			passed++
		}
		if gravity(l) > gravity(worst) {
			worst = l
		}
	}
	return noted{Finding: dr.Finding{Text: fmt.Sprintf("ready %d of %d", passed, len(f.checks))}, now: worst}, true
}

// readiness lists the checks, the gravest first; those that pass stand together where there is little room.
func (b *facts) readiness(list []dr.Check, h int) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y dr.Check) int { return gravity(b.verdictOf(y)) - gravity(b.verdictOf(x)) })
	passed := slices.DeleteFunc(slices.Clone(list), func(c dr.Check) bool { return b.verdictOf(c) != dr.Good })
	b.section("Readiness")
	b.lines[len(b.lines)-1] = ui.Join(2, b.lines[len(b.lines)-1], b.readyCount(list, len(passed)))
	for _, c := range list[:len(list)-len(passed)] {
		b.check(c)
	}
	if h >= everyCheck {
		for _, c := range passed {
			b.check(c)
		}
		return
	}
	var names []string
	for _, c := range passed {
		names = append(names, c.Title)
	}
	if len(names) > 0 {
		b.hang(2, ui.Cat(ui.T(ui.Good, "✓ "), ui.T(ui.Text, fmt.Sprintf("%d pass: ", len(names))), ui.T(ui.Muted, strings.Join(names, " · "))))
	}
}

// verdictOf is a check's verdict as a level; one that is old has not passed.
func (f *frame) verdictOf(c dr.Check) dr.Level {
	if c.Verdict == dr.CheckPass && (f.aged || c.Seen.Old) {
		return dr.Unknown
	}
	return c.Verdict.Level()
}

func (b *facts) readyCount(list []dr.Check, passed int) ui.Line {
	if len(list) == 0 {
		return ui.T(ui.Muted, "· nothing was checked yet")
	}
	blocking := 0
	for _, c := range list {
		if c.Blocking {
			blocking++
		}
	}
	line := ui.Cat(ui.B(ui.Text, fmt.Sprint(passed)), ui.F(ui.Muted, " of %d", len(list)))
	if blocking > 0 {
		line = ui.Join(2, line, ui.F(ui.Warn, "! %d must be overridden at the gate", blocking))
	}
	return line
}

// check is one check, with what to do where it does not pass.
func (b *facts) check(c dr.Check) {
	l := b.verdictOf(c)
	b.hang(2, ui.Cat(ui.T(roleOf(l), markOf(l)+" "), ui.T(ui.Text, c.Title+": "), ui.T(pick(l == dr.Good, ui.Muted, ui.Text), c.Text)))
	if l == dr.Good {
		return
	}
	b.hang(2, ui.T(ui.Muted, indent2(c.Remedy)))
	if c.Blocking {
		b.hang(2, ui.T(ui.Warn, "  the gate asks to go on nevertheless: "+c.Override))
	}
}

func indent2(s string) string {
	if s == "" {
		return ""
	}
	return "  " + s
}
