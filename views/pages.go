package views

import (
	"strconv"

	"lifeboat/dr"
	"lifeboat/ui"
)

// pageOf is the title and the lines of a row's page.
func pageOf(f *frame, id rowID, w int) (title ui.Line, lines []ui.Line) {
	b := f.facts(w)
	if i, ok := id.panel.region(); ok {
		return f.regionPage(b, &f.e.Regions[i], id), b.lines
	}
	switch id.kind {
	case rowUsers:
		title = ui.B(ui.Text, "The way users take")
		b.usersPage()
	case rowFindings:
		title = ui.B(ui.Text, "Findings")
		b.findingsPage()
	case rowReadiness:
		title = ui.Join(2, ui.B(ui.Text, "Readiness"), ui.T(ui.Muted, "for a failover of this minute"))
		b.readinessPage()
	case rowChange:
		title = ui.B(ui.Text, "Event")
		b.changePage(id)
	default:
		title = ui.B(ui.Text, "Verdict")
		b.verdictPage()
	}
	return title, b.lines
}

// regionPage is a page of something in one region.
func (f *frame) regionPage(b *facts, r *dr.Region, id rowID) ui.Line {
	title := func(name, what string) ui.Line {
		return ui.Join(2, ui.B(ui.Text, r.Name), ui.B(ui.Text, name), ui.T(ui.Muted, what))
	}
	switch id.kind {
	case rowBalancer, rowGroup:
		b.balancerPage(r, id)
		return title(id.name, pick(id.kind == rowGroup, "target group", "load balancer"))
	case rowService:
		b.servicePage(r, id.name)
		return title(id.name, "service")
	case rowDatabase:
		b.databasePage(r, id.name)
		return title(id.name, "database")
	case rowLag:
		b.lagPage()
		return title("replication", "")
	case rowRestore:
		b.restorePage(r)
		return title("recovery points", "")
	case rowSession:
		b.sessionPage(r)
		return title("session", "")
	}
	b.regionSelf(r)
	return ui.Join(2, ui.B(ui.Text, r.Name), ui.T(ui.Muted, string(r.Built)), f.state(r))
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// seen says how far the facts of a page may be trusted, and what to do where they may not.
func (b *facts) seen(s dr.Seen) {
	switch {
	case b.pending(s):
		b.fact("read", ui.T(ui.Muted, "· the first reading is under way"))
	case !s.Known():
		b.fact("read", ui.T(ui.Warn, "? never"))
	case b.old(s):
		b.fact("read", ui.T(ui.Warn, "? last at "+ui.Clock(s.At, b.now)+", "+b.ago(s.At)+": what follows was so then"))
	default:
		b.fact("read", ui.T(ui.Text, ui.Clock(s.At, b.now)+" UTC, "+b.ago(s.At)))
	}
	if !s.Known() || b.old(s) {
		b.say("why", s.Why)
		b.say("remedy", s.Remedy)
	}
}

// figure is a number that may be missing.
func (b *facts) figure(label string, f dr.Figure, show func(float64) string) {
	if !f.Known {
		b.fact(label, ui.T(ui.Muted, "? no datapoint"))
		return
	}
	line := ui.T(ui.Text, show(f.Value))
	if !f.At.IsZero() {
		line = ui.Cat(line, ui.T(ui.Muted, "  at "+ui.Clock(f.At, b.now)))
	}
	b.fact(label, line)
}

// word is a state's word in its level's colour, behind its mark.
func (b *facts) word(label string, l dr.Level, word string) {
	if word != "" {
		b.fact(label, ui.T(roleOf(l), markOf(l)+" "+word))
	}
}

// now is the level of a reading as of now.
func (b *facts) findingRows(list []dr.Finding) {
	for _, x := range list {
		n := noted{x, "", b.level(x.Seen, x.Level)}
		b.hang(2, n.line())
		if x.Remedy != "" {
			b.hang(2, ui.T(ui.Muted, "  "+x.Remedy))
		}
	}
}

func plainInt(n int) string { return strconv.Itoa(n) }
