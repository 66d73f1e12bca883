package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// pathPhase is what does not change about a phase.
type pathPhase struct {
	title string
	needs string
	items []WorkItem
}

var pathPhases = map[string]pathPhase{
	"primary": {title: "a primary to stand by for"},
	"foundation": {"state, roles and network", "primary", []WorkItem{
		{ID: "TT-65", Title: "Terraform environment, state backend of its own"}, {ID: "TT-66", Title: "VPC and networking", Needs: []string{"TT-65"}},
	}},
	"data": {"database and images", "foundation", []WorkItem{
		{ID: "TT-67", Title: "cross-region RDS replication", Needs: []string{"TT-66"}}, {ID: "TT-68", Title: "cross-region ECR replication", Needs: []string{"TT-65"}},
	}},
	"compute": {"services and their balancer", "data", []WorkItem{
		{ID: "TT-69", Title: "ECS cluster, services, load balancer", Needs: []string{"TT-66", "TT-67", "TT-68"}},
		{ID: "TT-70", Title: "Prometheus and Grafana", Needs: []string{"TT-69"}},
	}},
	"failover": {"where users are sent", "compute", []WorkItem{
		{ID: "TT-71", Title: "CloudFront origin group", Needs: []string{"TT-69"}}, {ID: "TT-72", Title: "DNS health checks and records", Needs: []string{"TT-71"}},
	}},
	"validation": {"what can be seen of it now", "failover", []WorkItem{
		{ID: "TT-73", Title: "testing and validation", Needs: []string{"TT-65", "TT-66", "TT-67", "TT-68", "TT-69", "TT-70", "TT-71", "TT-72"}},
		{ID: "TT-74", Title: "runbook and documentation", Needs: []string{"TT-73"}},
	}},
}

// pathRuns is how many of the newest runs of Provision are looked at for the path.
const pathRuns = 24

// ProvisionPath is how far an estate is provisioned: by lifeboat.yaml, which must have been read just now, the states of the stack's
// roots and the journals. What could not be read makes its phase unknown, with the reason; only journals that cannot be listed are an
// error. It changes nothing.
func ProvisionPath(ctx context.Context, c *config.Config, s *State, opt Options) ([]PhaseState, error) {
	past, err := stackRuns(ctx, s)
	if err != nil {
		return nil, err
	}
	roots := rootStates(ctx, c, s, opt.withDefaults())
	var path []PhaseState
	for _, name := range ProvisionPhases {
		of := pathPhases[name]
		p := PhaseState{Name: name, Title: of.title, Items: of.items}
		if of.needs != "" && (of.needs != "primary" || c.Terraform.Primary != config.Theirs) {
			p.Needs = []string{of.needs}
		}
		for _, root := range tf.RootsOf(name) {
			p.Roots = append(p.Roots, roots[root.Name])
		}
		p.judge(c, past)
		path = append(path, p)
	}
	return path, nil
}

// judge says what a phase is, by its roots and its newest run.
func (p *PhaseState) judge(c *config.Config, past []runbook.View) {
	for _, v := range past { // the newest first
		own := v.Pins[PinPhase] == p.Name
		if !own && v.Pins[PinStrategyTo] == "" {
			continue
		}
		if own && p.Run == "" {
			p.Run, p.Open = v.Run, !v.Ending.Closed()
		}
		for i := range p.Roots {
			p.Roots[i].applied(v, own && p.Run == v.Run && p.Open)
		}
	}
	switch {
	case p.Name == "primary" && c.Terraform.Primary == config.Theirs:
		p.State, p.Why = PhaseTheirs, "the owner's own"
		return
	case p.Name == "primary" && c.Terraform.Primary == "":
		p.State, p.Why = PhaseNotYet, "whose the primary is has not been said"
		return
	case p.Name == "validation":
		p.State = PhaseNotYet
		if p.Run != "" {
			p.State = PhasePartly
		}
		if p.Run != "" && !p.Open {
			p.State = PhaseThere
		}
		return
	}
	p.State = stateOf(p.Roots)
	for _, r := range p.Roots {
		if r.Why != "" && p.Why == "" {
			p.Why = r.Name + ": " + r.Why
		}
	}
}

// stateOf is what roots are together.
func stateOf(roots []RootState) string {
	seen := map[string]int{}
	for _, r := range roots {
		seen[r.State]++
	}
	switch {
	case seen[PhaseUnknown] > 0:
		return PhaseUnknown
	case seen[PhaseThere] == len(roots):
		return PhaseThere
	case seen[PhaseNotYet] == len(roots):
		return PhaseNotYet
	}
	return PhasePartly
}

// applied takes what a run has done to a root: when it was applied last, and whether the open run has left it half-way.
func (r *RootState) applied(v runbook.View, open bool) {
	for _, s := range v.Steps {
		root, is := strings.CutPrefix(s.ID, "apply-")
		root, _, _ = strings.Cut(root, "-")
		if !is || root != r.Name {
			continue
		}
		if s.State == runbook.StateDone && s.Changed && s.Ended.After(r.Applied) {
			r.Applied = s.Ended
		}
		if open && s.Begun && r.State == PhaseThere {
			r.State, r.Why = PhasePartly, "its apply did not come to its end"
		}
	}
}

// stackRuns are the newest runs that have planned or applied roots of the stack to build it, the newest first.
func stackRuns(ctx context.Context, s *State) ([]runbook.View, error) {
	ids, err := s.Archive.Runs(ctx)
	if err != nil {
		return nil, fmt.Errorf("the runs of the estate could not be listed: %w", err)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		return !strings.Contains(id, string(Provision)) && !strings.Contains(id, string(Strategy))
	})
	ids = ids[max(0, len(ids)-pathRuns):]
	views := make([]runbook.View, len(ids))
	var g errgroup.Group
	g.SetLimit(journalsRow)
	for i, id := range ids {
		g.Go(func() error {
			store, err := s.Archive.Store(id)
			if err != nil {
				return nil // its run is not told of, the others are
			}
			if entries, err := runbook.Entries(ctx, store); err == nil {
				views[i] = runbook.Replay(entries)
			}
			return nil
		})
	}
	_ = g.Wait()
	slices.Reverse(views)
	return slices.DeleteFunc(views, func(v runbook.View) bool { return v.Run == "" || v.Plan.DryRun }), nil
}

// pathPatience is how long all the states may take to be read.
const pathPatience = 45 * time.Second

// rootStates reads how many resources each root's state holds.
func rootStates(ctx context.Context, c *config.Config, s *State, opt Options) map[string]RootState {
	ctx, cancel := context.WithTimeout(ctx, pathPatience)
	defer cancel()
	b, out := bareBuilder(c, s, opt), map[string]RootState{}
	all := func(state, why string) map[string]RootState {
		for _, root := range tf.Roots {
			if _, known := out[root.Name]; !known {
				out[root.Name] = RootState{Name: root.Name, State: state, Why: why, Owned: b.ownedUnread(root.Name, why)}
			}
		}
		return out
	}
	if c.Terraform.Primary != config.Ours {
		out["primary"] = RootState{Name: "primary", State: PhaseTheirs}
	}
	var err error
	if b.program, err = findTerraform(ctx, c, nil); err != nil {
		return all(PhaseUnknown, err.Error())
	}
	b.dir = ProvisionDir(c, "states")
	if b.bucket() == "" || c.Simulated != nil { // bootstrap's own state tells which it is
		if err := b.learn(ctx, []string{"bootstrap"}); err != nil {
			return all(PhaseUnknown, err.Error())
		}
	}
	if b.bucket() == "" && c.Simulated == nil {
		return b.nothingThere(ctx, out)
	}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, root := range tf.Roots {
		if out[root.Name].State != "" {
			continue
		}
		g.Go(func() error {
			r := b.stateOfRoot(ctx, root.Name)
			mu.Lock()
			defer mu.Unlock()
			out[root.Name] = r
			return nil
		})
	}
	_ = g.Wait()
	return out
}

// nothingThere are the states of an estate without a bucket for them.
func (b *builder) nothingThere(ctx context.Context, known map[string]RootState) map[string]RootState {
	for _, root := range tf.Roots {
		if known[root.Name].State == "" {
			known[root.Name] = RootState{Name: root.Name, State: PhaseNotYet, Owned: b.ownedBriefly(ctx, root.Name, holdsAt(nil))}
		}
	}
	return known
}

// held is how far a root is, and what its state holds.
func (b *builder) held(ctx context.Context, root string) (RootState, []tf.Held) {
	r := RootState{Name: root, State: PhaseUnknown}
	list, there, err := b.heldThere(ctx, root)
	if !there && err == nil {
		list, err = b.heldHere(ctx, root)
	}
	r.Resources = len(list)
	switch {
	case err != nil:
		r.Why = err.Error()
	case r.Resources == 0:
		r.State = PhaseNotYet
	default:
		r.State = PhaseThere
	}
	return r, list
}

// stateOfRoot is the same with what becomes of the owner's resources in it.
func (b *builder) stateOfRoot(ctx context.Context, root string) RootState {
	r, list := b.held(ctx, root)
	if r.State == PhaseUnknown {
		r.Owned = b.ownedUnread(root, r.Why)
	} else {
		r.Owned = b.ownedBriefly(ctx, root, holdsAt(list))
	}
	return r
}

// heldThere is what a root's state holds in the bucket of the states: one request, where Terraform takes seconds a root. It is not there
// where the bucket has no such state, or there is no bucket.
func (b *builder) heldThere(ctx context.Context, root string) (list []tf.Held, there bool, err error) {
	s, err := b.store()
	if err != nil || s == nil || b.c.Simulated != nil {
		return nil, false, err
	}
	o, err := s.Get(ctx, b.backend().Key(root))
	if err != nil || !o.Found {
		return nil, err == nil && root != "bootstrap", err // bootstrap's may still be on this machine
	}
	list, err = tf.ReadState(o.Body)
	return list, true, err
}

// heldHere asks Terraform what a root's state holds, wherever that is.
func (b *builder) heldHere(ctx context.Context, root string) ([]tf.Held, error) {
	d, err := b.bare(ctx, root)
	if notYet(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d.Holds(ctx)
}
