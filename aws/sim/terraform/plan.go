package terraform

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// What else may be done to a resource, besides the orders to the cloud.
const (
	nothing = "no-op"
	replace = "replace"
)

// change is what a plan does to a resource, "no-op" among it.
type change struct {
	Address string         `json:"address"`
	Do      string         `json:"do"`
	Region  string         `json:"region"`
	Needs   []string       `json:"needs,omitempty"` // blocks, those that these need too
	Before  map[string]any `json:"before,omitempty"`
	After   map[string]any `json:"after,omitempty"`
	Unknown []string       `json:"unknown,omitempty"` // attributes that are known after the apply
	Because []string       `json:"because,omitempty"` // attributes that force a replacement
	Import  string         `json:"import,omitempty"`  // the id that it is imported by
	Reason  string         `json:"reason,omitempty"`
}

// action is the change as lines call it.
func (c *change) action() string {
	if c.Do == nothing && c.Import != "" {
		return "import"
	}
	return c.Do
}

// saved is what a plan file holds besides the plan as it is shown.
type saved struct {
	Root    string            `json:"root"`
	Serial  int               `json:"serial"`
	Lineage string            `json:"lineage"`
	Changes []*change         `json:"changes"` // in an order in which they can be made
	Prior   map[string]*seenT `json:"prior"`   // what the refresh found, where it differs from the state
	Destroy bool              `json:"destroy,omitempty"`
}

// seenT is a resource as the refresh found it; nil values: it is gone.
type seenT struct {
	Values map[string]any `json:"values"`
}

// options say what is planned.
type options struct {
	out         string
	destroy     bool
	refreshOnly bool
	targets     []string
	anew        []string // addresses that are made anew though nothing differs
	json        bool
}

// planner makes a plan.
type planner struct {
	*session
	o       options
	vars    variables
	root    Root
	state   *state // as the refresh found it
	drift   []*change
	changes map[string]*change
	order   []string // of blocks
	imports map[string]string
}

// refresh asks the cloud what has become of the state, and keeps what differs.
func (p *planner) refresh(ctx context.Context) error {
	var pieces []Piece
	for _, address := range p.state.addresses() {
		i := p.state.Instances[address]
		pieces = append(pieces, Piece{Address: address, Type: typeOf(address), Region: p.regionOf(address), ID: i.id(), Values: i.Values})
	}
	seen, err := p.sim.see(ctx, pieces)
	if err != nil {
		return problem{Summary: "Retrieving the state of the resources", Detail: err.Error()}
	}
	for n, piece := range pieces {
		if n >= len(seen) {
			break
		}
		before := p.state.Instances[piece.Address]
		p.say.refreshing(piece.Address, before.id())
		c := &change{Address: piece.Address, Before: before.Values}
		switch now := seen[n]; {
		case now.Gone:
			c.Do = Delete
			delete(p.state.Instances, piece.Address)
		default:
			after := before.clone()
			maps.Copy(after.Values, now.Values)
			if same(before.Values, after.Values) {
				continue
			}
			c.Do, c.After = Update, after.Values
			p.state.Instances[piece.Address] = after
		}
		p.drift = append(p.drift, c)
	}
	return nil
}

// regionOf is the region of an address by the list; the root's own where the list does not have it.
func (p *planner) regionOf(address string) string {
	block := blockOf(address)
	for _, r := range p.root.Resources {
		if blockOf(r.Address) == block {
			return p.vars.fill(cmpOr(r.Region, p.root.Region), p.estate.Account)
		}
	}
	return p.vars.fill(p.root.Region, p.estate.Account)
}

// plan compares what is wanted with what is there.
func (p *planner) plan(ctx context.Context) error {
	p.changes = map[string]*change{}
	p.order = p.root.blocks()
	wishes := map[string]*wish{}
	if !p.o.destroy {
		wishes = wanted(p.name, p.root, p.vars, p.estate.Account)
	}
	if p.o.refreshOnly {
		return nil
	}
	var addresses []string
	for address := range wishes {
		addresses = append(addresses, address)
	}
	slices.SortFunc(addresses, p.before)
	for _, address := range addresses {
		c, err := p.compare(ctx, wishes[address])
		if err != nil {
			return err
		}
		p.changes[address] = c
	}
	for _, address := range p.state.addresses() {
		if wishes[address] == nil {
			p.changes[address] = p.unwanted(address)
		}
	}
	for address := range p.imports {
		if wishes[address] == nil {
			return problem{Summary: "Configuration for import target does not exist", Detail: "The configuration for the given import " + address + " does not exist. All target instances must have an associated configuration to be imported."}
		}
	}
	p.aim()
	return p.prevented()
}

// blocks are the root's blocks, each after those that it needs.
func (root Root) blocks() []string {
	needs := root.needs()
	var order []string
	done := map[string]bool{}
	var add func(block string)
	add = func(block string) {
		if done[block] {
			return
		}
		done[block] = true
		for _, n := range needs[block] {
			add(n)
		}
		order = append(order, block)
	}
	for _, r := range root.Resources {
		add(blockOf(r.Address))
	}
	return order
}

func (root Root) needs() map[string][]string {
	needs := map[string][]string{}
	for _, r := range root.Resources {
		block := blockOf(r.Address)
		needs[block] = append(needs[block], r.Needs...)
	}
	return needs
}

// closure are all blocks that a block needs, directly or not.
func (root Root) closure(block string) []string {
	needs := root.needs()
	found := map[string]bool{}
	var add func(string)
	add = func(b string) {
		for _, n := range needs[b] {
			if !found[n] {
				found[n] = true
				add(n)
			}
		}
	}
	add(block)
	return slices.Sorted(maps.Keys(found))
}

func (p *planner) before(a, b string) int {
	x, y := slices.Index(p.order, blockOf(a)), slices.Index(p.order, blockOf(b))
	if x != y {
		return x - y
	}
	return strings.Compare(a, b)
}
