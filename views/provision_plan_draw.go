package views

import (
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

// mostLines is how many lines one attribute takes at most.
const mostLines = 12

func (d *planDoc) build(n *planNode) []ui.Line {
	w := max(d.width, 1)
	switch n.kind {
	case planHead:
		return []ui.Line{d.head(w)}
	case planWhy:
		role := pick(d.plan.Waits, ui.Muted, ui.Warn)
		return ui.Cat(ui.Space(2), ui.T(role, pick(d.plan.Waits, "", "! ")+n.text)).Wrap(w, 4)
	case planRisk:
		return d.risk(n, w)
	case planOwned:
		return []ui.Line{ui.Cat(ui.Space(2), ui.T(ui.Muted, pick(n.opens(), opener(n), " ")+" "), ownedLine(*n.owned, max(w-4, 1), false))}
	case planBlock:
		lines := hclLines(n.text, max(w-6, 1))
		for i := range lines {
			lines[i] = ui.Cat(ui.Space(6), lines[i]).Cut(w)
		}
		return lines
	case planModule:
		return []ui.Line{d.module(n, w)}
	case planMoney:
		return []ui.Line{ui.Cat(ui.Space(2), ui.T(ui.Muted, opener(n)+" money  "), ui.T(ui.Text, moneyWords(d.plan.Money))).Cut(w)}
	case planChange:
		return []ui.Line{d.changeLine(n, w)}
	case planField:
		lines := fieldLine(n).Wrap(w, 10)
		return lines[:min(len(lines), mostLines)]
	}
	return ui.Cat(ui.Space(2*n.depth+2), ui.T(ui.Muted, n.text)).Wrap(w, 2*n.depth+4)
}

// head is the root with what its plan comes to.
func (d *planDoc) head(w int) ui.Line {
	p := d.plan
	left := ui.Join(2, ui.B(ui.Text, p.Root), countsLine(p.Counts))
	switch {
	case p.Waits:
		left = ui.Join(2, ui.B(ui.Text, p.Root), ui.T(ui.Muted, "○ planned once another root is there"))
	case p.Why != "":
		left = ui.Join(2, ui.B(ui.Text, p.Root), ui.T(ui.Warn, "not planned"))
	case p.Applied:
		left = ui.Join(2, left, ui.T(ui.Muted, "applied"))
	}
	return ui.Spread(w, left, ui.T(ui.Text, moneyBrief(p.Money)))
}

// countsLine is the counts with those that lose something in their colours.
func countsLine(c dr.PlanCounts) ui.Line {
	var parts []ui.Line
	for _, x := range []struct {
		n    int
		verb string
		role ui.Role
	}{{c.Destroy, "destroy", ui.Bad}, {c.Replace, "replace", ui.Bad}, {c.Change, "change", ui.Text}, {c.Add, "add", ui.Text}, {c.Import, "import", ui.Text}, {c.Forget, "forget", ui.Warn}} {
		if x.n > 0 {
			parts = append(parts, ui.Cat(ui.B(x.role, ui.F(x.role, "%d", x.n).String()), ui.T(x.role, " to "+x.verb)))
		}
	}
	if len(parts) == 0 {
		return ui.T(ui.Muted, "no changes")
	}
	out := parts[0]
	for _, p := range parts[1:] {
		out = ui.Cat(out, ui.T(ui.Muted, ", "), p)
	}
	return out
}

// risk is a change that could lose something: what, why, and what must be typed for it.
func (d *planDoc) risk(n *planNode, w int) []ui.Line {
	c := n.change
	role, mark, verb, holds := ui.Bad, "✗", "DESTROY", ""
	switch c.Risk() {
	case "replace":
		verb = "REPLACE"
	case "data":
		role, mark, verb, holds = ui.Warn, "!", "CHANGE", ", which holds data"
	}
	what := shortType(c.Type)
	if n.find != nil {
		what = n.find.What
	}
	line := ui.Cat(ui.Space(2), ui.T(role, mark+" "), ui.B(role, verb), ui.T(role, " the "+what+" "), ui.B(ui.Text, orWords(c.Name, c.Address)), ui.T(role, holds))
	if c.Name != "" && c.Name != c.Address {
		line = ui.Cat(line, ui.T(ui.Muted, "  "+c.Address))
	}
	out := line.Wrap(w, 6)
	if why := c.Why(); why != "" {
		out = append(out, ui.Cat(ui.Space(4), ui.T(ui.Text, why+": it is destroyed, and made anew")).Wrap(w, 6)...)
	}
	if n.find != nil {
		out = append(out, ui.Cat(ui.Space(4), ui.T(ui.Warn, "the gate wants its name typed: "), ui.B(ui.Text, n.find.Name)).Wrap(w, 6)...)
	}
	return out
}

func opener(n *planNode) string { return pick(n.open, "▾", "▸") }

func (d *planDoc) module(n *planNode, w int) ui.Line {
	name := orWords(n.text, moduleName(n.module))
	return ui.Row(w, 2, ui.P(0, ui.Cat(ui.Space(2), ui.T(ui.Muted, opener(n)+" "), ui.T(ui.Text, name))), ui.P(1, ui.T(ui.Muted, n.counts.Words())))
}

// moduleName is a module's address as people say it: "network › endpoints".
func moduleName(address string) string {
	if address == "" {
		return "root module"
	}
	parts := strings.Split(strings.TrimPrefix(address, "module."), ".module.")
	return strings.Join(parts, " › ")
}

// actionMark is what is done to a resource, as Terraform marks it, and in a word.
func actionMark(c *dr.PlanChange) (role ui.Role, mark, word string) {
	switch c.Action {
	case dr.PlanAdd:
		return ui.Text, "+", "add"
	case dr.PlanUpdate:
		return pick(c.Risk() == "data", ui.Warn, ui.Accent), "~", pick(c.Risk() == "data", "change: data", "change")
	case dr.PlanReplace:
		return ui.Bad, "±", "replace"
	case dr.PlanDestroy:
		return ui.Bad, "-", "destroy"
	case dr.PlanForget:
		return ui.Warn, "·", "forget"
	case dr.PlanAdopt:
		return ui.Accent, "←", "import"
	}
	return ui.Muted, "?", string(c.Action)
}

// address is a resource within its module.
func (d *planDoc) address(c *dr.PlanChange) string {
	return strings.TrimPrefix(strings.TrimPrefix(c.Address, c.Module), ".")
}

func (d *planDoc) changeLine(n *planNode, w int) ui.Line {
	c := n.change
	role, mark, word := actionMark(c)
	open := pick(n.opens(), opener(n), " ")
	name := c.Name
	if c.Action == dr.PlanAdopt && c.ID != "" {
		name = c.ID
	}
	address := ui.T(ui.Text, d.address(c))
	if c.Risk() == "destroy" || c.Risk() == "replace" {
		address = address.Bold()
	}
	return ui.Row(w, 2, ui.P(0, ui.Cat(ui.Space(4), ui.T(ui.Muted, open+" "), ui.B(role, mark), ui.Space(1), address.Fit(d.columns))),
		ui.Part{Line: ui.T(role, word), Cols: 8}, ui.P(1, ui.T(ui.Muted, name)))
}

// fieldLine is an attribute before and after.
func fieldLine(n *planNode) ui.Line {
	f, c := n.field, n.change
	line := ui.Cat(ui.Space(8), ui.T(ui.Muted, f.Path), ui.Space(2))
	after := ui.T(ui.Text, f.After)
	switch {
	case f.Sensitive:
		after = ui.T(ui.Muted, "(sensitive)")
	case f.Unknown:
		after = ui.T(ui.Muted, "known after apply")
	case f.After == "":
		after = ui.T(ui.Muted, "none")
	}
	if f.Before != "" && !f.Sensitive {
		line = ui.Cat(line, ui.T(ui.Muted, f.Before+" → "))
	} else if c.Action != dr.PlanAdd && !f.Sensitive {
		line = ui.Cat(line, ui.T(ui.Muted, "none → "))
	}
	line = ui.Cat(line, after)
	for _, because := range c.Because {
		if because == f.Path {
			line = ui.Cat(line, ui.T(ui.Bad, "  ✗ forces a new one"))
		}
	}
	return line
}

// shortType is a resource's type as people say it: "db instance".
func shortType(t string) string {
	return strings.ReplaceAll(strings.TrimPrefix(t, "aws_"), "_", " ")
}
