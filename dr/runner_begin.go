package dr

import (
	"context"
	"fmt"
	"maps"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Order is what a run is to do. It is written down for the child that runs it.
type Order struct {
	Run      string          `json:"run"`
	Kind     Kind            `json:"kind,omitempty"`     // of a new run; a resumed one's is in its journal
	Phase    string          `json:"phase,omitempty"`    // of a new run of Provision: one of ProvisionPhases
	Strategy config.Strategy `json:"strategy,omitempty"` // of a new run of Strategy: the one to change to
	DryRun   bool            `json:"dry_run,omitempty"`
	// RecoveryPoint is what a database is restored from, where one is: a snapshot's name or a moment; "": the newest.
	RecoveryPoint string             `json:"recovery_point,omitempty"`
	Overrides     []runbook.Override `json:"overrides,omitempty"` // of what stands against starting: no lock, the cool-down
	TakeOver      string             `json:"take_over,omitempty"`
	// Silent is since when whoever ordered the run has seen nothing of the region being left answer; zero where something did. The
	// run itself has only begun to look.
	Silent time.Time `json:"silent,omitzero"`

	Operator runbook.Operator `json:"-"` // who answers
}

// settlePatience is how long a plan waits for every reader's first round. Each call has a deadline of its own, so a dark region is
// known to be silent well before.
const settlePatience = 30 * time.Second

// Begin reads the estate, decides everything that the run will act on, and starts it. A *Refusal, a *runbook.LintError and a
// *runbook.HeldError are runs that were not started: nothing was changed.
func (r *Runner) Begin(ctx context.Context, o Order) (*runbook.Run, error) {
	w, pins, err := r.plan(ctx, o)
	if err != nil {
		return nil, err
	}
	options, err := r.options(o)
	if err != nil {
		return nil, err
	}
	options.Mode, options.DryRun, options.Pins, options.Overrides = modeOf(o.Kind), o.DryRun, pins, o.Overrides
	run, err := runbook.Start(ctx, w.procedure(), options)
	if err == nil {
		w.attend(ctx, r, run)
	}
	return run, err
}

// Resume takes a run up where its journal ends, once the estate was read: its gates show what is so now. A run after which another
// region was promoted again is not taken up: what it still wants is not wanted any more.
func (r *Runner) Resume(ctx context.Context, o Order) (*runbook.Run, error) {
	v, err := r.view(ctx, o.Run)
	if err != nil {
		return nil, err
	}
	w, err := r.takeUp(ctx, v.Pins, o.Run)
	if err != nil {
		return nil, err
	}
	options, err := r.options(o)
	if err != nil {
		return nil, err
	}
	r.settled(ctx)
	run, err := runbook.Resume(ctx, w.procedure(), options)
	if err == nil {
		w.attend(ctx, r, run)
	}
	return run, err
}

func modeOf(k Kind) runbook.Mode {
	if k == Failover {
		return runbook.Unplanned
	}
	return runbook.Planned
}

// performer is what a run is made of: its steps, and what goes on beside them until it ends.
type performer interface {
	procedure() runbook.Procedure
	attend(ctx context.Context, r *Runner, run *runbook.Run)
}

// plan looks at the estate and makes the pins of a run, and what performs it.
func (r *Runner) plan(ctx context.Context, o Order) (performer, runbook.Pins, error) {
	switch o.Kind {
	case Failover, Switchover, Reprotect, Failback:
		return r.planTakeover(ctx, o)
	case Provision:
		return r.planProvision(ctx, o)
	case Strategy:
		return r.planStrategy(ctx, o)
	case Deactivate:
		return r.planDeactivation(ctx, o)
	}
	return nil, nil, fmt.Errorf("%q is no procedure", o.Kind)
}

// perform makes what performs a run from its pins.
func (r *Runner) perform(ctx context.Context, pins runbook.Pins, run string) (performer, error) {
	switch Kind(pins[PinKind]) {
	case Provision:
		return r.newBuilder(ctx, pins, run)
	case Strategy, Deactivate:
		return r.newStrategist(ctx, pins, run)
	}
	return r.crew(ctx, pins, run)
}

// takeUp is perform for a run that is to go on, where what it still wants is still wanted.
func (r *Runner) takeUp(ctx context.Context, pins runbook.Pins, run string) (performer, error) {
	if Kind(pins[PinKind]) != Provision {
		if region, by, err := promotedAfter(ctx, r.state.Archive, run); err == nil && by != "" {
			return nil, &Refusal{Why: fmt.Sprintf("run %s has made %s the writer of record since: what this run still wants would undo that", by, region)}
		}
	}
	return r.perform(ctx, pins, run)
}

// planTakeover decides everything that a failover or a switchover will act on.
func (r *Runner) planTakeover(ctx context.Context, o Order) (performer, runbook.Pins, error) {
	e := r.settled(ctx)
	writer, _, err := writerOfRecord(ctx, r.c, r.state.Archive)
	if err != nil {
		return nil, nil, fmt.Errorf("who the writer of record is cannot be told: %w", err)
	}
	memory, err := readEdgeMemory(r.state.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("what was read last of the edge: %w; delete the file to have it read anew", err)
	}
	last, err := pastOf(ctx, r.c, r.state.Archive)
	if err != nil {
		return nil, nil, fmt.Errorf("what was promoted last cannot be told: %w", err)
	}
	pins, err := makePlan(r.c, e, o.Kind, writer, memory, last, o.RecoveryPoint)
	if err != nil {
		return nil, nil, err
	}
	pins[PinStrategy] = string(r.c.Strategy)
	r.pinBuild(ctx, pins, o.Run)
	w, err := r.crew(ctx, pins, o.Run)
	if err != nil {
		return nil, nil, err
	}
	if w.p.point != nil && w.build == nil {
		return nil, nil, &Refusal{"Terraform makes what does not run in " + w.p.to + ", and it cannot be run: " + w.unbuilt, "name the bucket of the states in lifeboat.yaml (terraform, state), and see that terraform can be found"}
	}
	if o.DryRun && w.p.point != nil {
		w.rehearse()
	}
	if err := w.complete(ctx); err != nil {
		return nil, nil, err
	}
	maps.Copy(pins, w.p.pins())
	if seen := w.p.silent; !seen.IsZero() && !o.Silent.IsZero() && o.Silent.Before(seen) {
		pins[PinSilent] = stampOf(o.Silent)
	}
	return w, pins, nil
}

// settled is the estate once every reader has had its first round; what is not known after settlePatience stays so, and is judged by
// the plan and the gates.
func (r *Runner) settled(ctx context.Context) *Estate {
	waiting, cancel := context.WithTimeout(ctx, settlePatience)
	defer cancel()
	e, _ := r.watch.Settled(waiting)
	return e
}

// complete takes down what only a fresh look at the region that takes over tells: the grace of its services' health checks.
func (w *crew) complete(ctx context.Context) error {
	now, err := states(ctx, w.arriving(), w.p.arriving(), atTo)
	if err != nil && !(w.p.lit && missing(err)) { // a pilot light's are not there yet
		return &Refusal{Why: "the services of " + w.p.to + " could not be read: " + whyOf(err), Remedy: remedyOf(err)}
	}
	for i := range w.p.services {
		if v, ok := now[w.p.services[i].Name]; ok {
			w.p.services[i].To.Grace = v.Grace
		}
	}
	return nil
}

// options are those of a run of either kind.
func (r *Runner) options(o Order) (runbook.Options, error) {
	store, err := r.state.Archive.Store(o.Run)
	if err != nil {
		return runbook.Options{}, err
	}
	out := runbook.Options{
		Run: o.Run, By: r.identity(), Host: r.opt.Host, Store: store, TakeOver: o.TakeOver, Operator: o.Operator, Archive: r.state.Archive,
		Calm: []string{string(Provision), string(Reprotect), string(Strategy), string(Deactivate)},
		Timing: runbook.Timing{
			Poll: r.c.Waits.Poll.D(), Hold: r.c.Waits.Hold.D(), Settle: r.c.Waits.Settle.D(), CoolDown: r.c.Waits.CoolDown.D(),
		},
	}
	if o.Kind == Reprotect { // it moves nobody, and a region without a standby is not to wait
		out.Timing.CoolDown = time.Nanosecond
	}
	if !o.DryRun {
		out.Lease = r.state.Lease()
	}
	return out, nil
}
