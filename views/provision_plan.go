package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

// planDoc is the plan of one root as lines: what could be lost first, then every resource by its module. A line is built
// when it is first drawn at a width, and kept: a plan of 500 resources scrolls as one of five does.
type planDoc struct {
	plan    dr.RootPlan
	nodes   []*planNode // all, in order, those below a closed one too
	shown   []*planNode // that are in view for scrolling
	filter  string
	width   int
	columns int
}

// planNode is one thing that has a line, or a few.
type planNode struct {
	kind   planKind
	depth  int
	module string
	change *dr.PlanChange
	field  *dr.PlanField
	find   *dr.PlanFinding
	owned  *dr.Owned
	text   string
	counts dr.PlanCounts
	open   bool
	lines  []ui.Line // at the document's width; nil: not built
}

type planKind int

const (
	planHead   planKind = iota // the root, with its counts and its money
	planWhy                    // why there is no plan
	planRisk                   // a change that could lose something
	planOwned                  // a resource of the owner's, and what becomes of it
	planBlock                  // a line of what he writes into his root
	planMoney                  // what it costs, by part
	planModule                 // resources of one module
	planChange
	planField
	planNote
)

// newPlanDoc reads a plan into a document. Modules are open where all of it is short.
func newPlanDoc(p dr.RootPlan) *planDoc {
	d := &planDoc{plan: p}
	d.add(&planNode{kind: planHead, open: true})
	if p.Why != "" {
		d.add(&planNode{kind: planWhy, depth: 1, text: p.Why})
	}
	d.risks()
	d.owned()
	d.learned()
	d.money()
	d.modules(len(p.Changes) <= 40)
	d.drift()
	d.narrow("")
	return d
}

func (d *planDoc) add(n *planNode) *planNode {
	d.nodes = append(d.nodes, n)
	return n
}

// risks come first: what is destroyed or replaced, and data that is changed in place.
func (d *planDoc) risks() {
	var list []*planNode
	for i := range d.plan.Changes {
		c := &d.plan.Changes[i]
		if c.Risk() == "" {
			continue
		}
		n := &planNode{kind: planRisk, depth: 1, change: c, module: c.Module}
		for j := range d.plan.Findings {
			if d.plan.Findings[j].Address == c.Address {
				n.find = &d.plan.Findings[j]
			}
		}
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b *planNode) int { return cmp.Compare(riskRank(b), riskRank(a)) })
	d.nodes = append(d.nodes, list...)
}

// riskRank puts databases before all else, then what must be named, then what is destroyed.
func riskRank(n *planNode) int {
	rank := map[string]int{"destroy": 3, "replace": 2, "data": 1}[n.change.Risk()]
	if n.find != nil {
		rank += 10
		if strings.HasPrefix(n.find.What, "database") {
			rank += 10
		}
	}
	return rank
}

// owned are the resources of the owner's, each with what he writes into his root. What holds up the apply is open.
func (d *planDoc) owned() {
	for i := range d.plan.Owned {
		o := &d.plan.Owned[i]
		d.add(&planNode{kind: planOwned, depth: 1, owned: o, open: o.State == dr.OwnedHeld || o.State == dr.OwnedUnseen})
		if o.Block == "" {
			continue
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(o.Block, "\n"), "\n") {
			d.add(&planNode{kind: planBlock, depth: 2, text: line})
		}
	}
}

// learned are the inputs that the account has told.
func (d *planDoc) learned() {
	for _, l := range d.plan.Learned {
		d.add(&planNode{kind: planNote, depth: 1, text: l.Words()})
	}
}

func (d *planDoc) money() {
	if len(d.plan.Money) == 0 {
		return
	}
	head := d.add(&planNode{kind: planMoney, depth: 1, text: "money"})
	for _, l := range d.plan.Money {
		text := l.What
		if l.From != "" {
			text += "  (" + l.From + ")"
		}
		d.add(&planNode{kind: planNote, depth: 2, text: orWords(dollars(l), "price unknown") + "  " + text})
	}
	head.counts.Add = len(d.plan.Money)
}

func dollars(l dr.MoneyLine) string {
	if !l.Known {
		return ""
	}
	return signed(l.Monthly)
}

// signed is an amount of dollars: "+$32.85", "-$12.00", "$0.00".
func signed(v float64) string {
	return pick(v <= -0.005, "-", pick(v >= 0.005, "+", "")) + fmt.Sprintf("$%.2f", math.Abs(v))
}

// sum is what a plan costs a month; unknown is how many parts have no known price.
func sum(list []dr.MoneyLine) (monthly float64, unknown int) {
	for _, l := range list {
		if l.Known {
			monthly += l.Monthly
		} else {
			unknown++
		}
	}
	return monthly, unknown
}

// moneyBrief is the same in few words.
func moneyBrief(list []dr.MoneyLine) string {
	monthly, unknown := sum(list)
	switch {
	case len(list) == 0:
		return ""
	case unknown == len(list):
		return "cost unknown"
	}
	return signed(monthly) + " a month" + pick(unknown > 0, fmt.Sprintf(", %d unpriced", unknown), "")
}

// moneyWords is what plans cost a month.
func moneyWords(list []dr.MoneyLine) string {
	if len(list) == 0 {
		return ""
	}
	monthly, unknown := sum(list)
	words := signed(monthly) + " a month"
	switch {
	case unknown == len(list):
		return "cost unknown: " + ui.Plural(unknown, "part") + " without a known price"
	case unknown > 0:
		words += fmt.Sprintf(", and %s without a known price", ui.Plural(unknown, "part"))
	}
	return words
}

// modules are the changes by module, in the order of their addresses.
func (d *planDoc) modules(open bool) {
	byModule := map[string][]*dr.PlanChange{}
	var order []string
	for i := range d.plan.Changes {
		c := &d.plan.Changes[i]
		if byModule[c.Module] == nil {
			order = append(order, c.Module)
		}
		byModule[c.Module] = append(byModule[c.Module], c)
	}
	slices.Sort(order)
	for _, module := range order {
		head := d.add(&planNode{kind: planModule, depth: 1, module: module, open: open})
		for _, c := range byModule[module] {
			count(&head.counts, c.Action)
			d.change(c, module, planChange, 2)
		}
	}
}

func (d *planDoc) change(c *dr.PlanChange, module string, kind planKind, depth int) {
	d.add(&planNode{kind: kind, depth: depth, module: module, change: c})
	for i := range c.Fields {
		d.add(&planNode{kind: planField, depth: depth + 1, module: module, change: c, field: &c.Fields[i]})
	}
}

// drift is what was changed behind Terraform's back.
func (d *planDoc) drift() {
	if len(d.plan.Drift) == 0 {
		return
	}
	head := d.add(&planNode{kind: planModule, depth: 1, text: "changed behind Terraform's back"})
	for i := range d.plan.Drift {
		c := &d.plan.Drift[i]
		count(&head.counts, c.Action)
		d.change(c, "", planChange, 2)
	}
}

func count(c *dr.PlanCounts, a dr.PlanAction) {
	switch a {
	case dr.PlanAdd:
		c.Add++
	case dr.PlanUpdate:
		c.Change++
	case dr.PlanReplace:
		c.Replace++
	case dr.PlanDestroy:
		c.Destroy++
	case dr.PlanAdopt:
		c.Import++
	case dr.PlanForget:
		c.Forget++
	}
}

// narrow shows what contains the filter, and what is open. A filter opens what it finds.
func (d *planDoc) narrow(filter string) {
	d.filter, d.shown = filter, d.shown[:0]
	want := strings.ToLower(filter)
	closed := math.MaxInt // the depth below which all is hidden
	for i, n := range d.nodes {
		if want != "" {
			if d.holds(i, want) {
				d.shown = append(d.shown, n)
			}
			continue
		}
		if n.depth > closed {
			continue
		}
		closed = math.MaxInt
		d.shown = append(d.shown, n)
		if n.opens() && !n.open {
			closed = n.depth
		}
	}
}

// opens says whether a node has something below it that can be shown and hidden.
func (n *planNode) opens() bool {
	return n.kind == planModule || n.kind == planMoney || n.kind == planOwned && n.owned.Block != "" || n.kind == planChange && len(n.change.Fields) > 0
}

// holds says whether a node is shown under a filter: it is a change that holds it, a module of such a one, or a field of
// one that was opened.
func (d *planDoc) holds(i int, want string) bool {
	n := d.nodes[i]
	switch n.kind {
	case planHead, planWhy:
		return true
	case planChange, planRisk:
		return d.matches(n.change, want)
	case planField:
		return d.matches(n.change, want) && d.opened(i)
	case planModule:
		for _, x := range d.nodes[i+1:] {
			if x.depth <= n.depth {
				return false
			}
			if x.kind == planChange && d.matches(x.change, want) {
				return true
			}
		}
	}
	return false
}

// opened says whether the change that a field belongs to is open.
func (d *planDoc) opened(i int) bool {
	for ; i >= 0; i-- {
		if d.nodes[i].kind == planChange {
			return d.nodes[i].open
		}
	}
	return false
}

func (d *planDoc) matches(c *dr.PlanChange, want string) bool {
	for _, s := range []string{c.Address, c.Name, string(c.Action)} {
		if strings.Contains(strings.ToLower(s), want) {
			return true
		}
	}
	return false
}

// toggle opens or closes what stands at a line of those that are shown.
func (d *planDoc) toggle(at int) {
	if at < 0 || at >= len(d.shown) {
		return
	}
	n := d.shown[at]
	if n.kind == planRisk { // it goes to the change itself
		for _, x := range d.nodes {
			if x.kind == planChange && x.change == n.change {
				n = x
			}
		}
		d.openUp(n)
	}
	if n.opens() {
		n.open, n.lines = !n.open, nil
		d.narrow(d.filter)
	}
}

// openUp opens the module of a change.
func (d *planDoc) openUp(n *planNode) {
	for _, x := range d.nodes {
		if x.kind == planModule && x.module == n.module && x.text == "" {
			x.open, x.lines = true, nil
		}
	}
}

// all opens every module, or closes all where all are open.
func (d *planDoc) all() {
	open := slices.ContainsFunc(d.nodes, func(n *planNode) bool { return n.kind == planModule && !n.open })
	for _, n := range d.nodes {
		if n.kind == planModule {
			n.open, n.lines = open, nil
		}
	}
	d.narrow(d.filter)
}

// fit makes the document w cells wide.
func (d *planDoc) fit(w int) {
	if w == d.width {
		return
	}
	d.width, d.columns = w, 0
	for _, n := range d.nodes {
		n.lines = nil
		if n.kind == planChange {
			d.columns = max(d.columns, ui.Width(d.address(n.change)))
		}
	}
	d.columns = min(d.columns, max(w*3/5, 20))
}

// window is the lines in view, from the one of node top on; rows says which node each belongs to.
func (d *planDoc) window(w, top, h int) (lines []ui.Line, rows []int) {
	d.fit(w)
	for i := max(top, 0); i < len(d.shown) && len(lines) < h; i++ {
		for _, l := range d.draw(d.shown[i]) {
			if len(lines) < h {
				lines, rows = append(lines, l), append(rows, i)
			}
		}
	}
	return lines, rows
}

// draw is the lines of a node.
func (d *planDoc) draw(n *planNode) []ui.Line {
	if n.lines == nil {
		n.lines = d.build(n)
	}
	return n.lines
}
