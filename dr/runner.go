package dr

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// RunnerOptions are what a Runner needs beyond lifeboat.yaml.
type RunnerOptions struct {
	Options
	Host string // this machine's name in journals; "" asks the system
	// Code asks a person for a code of the operator's second factor. It is asked for after a gate was passed.
	Code func(ctx context.Context, why string) (string, error)
	// Asked is told of every request to AWS and Cloudflare, before it is sent; nil: nobody.
	Asked func(ctx context.Context, a aws.Asked)
}

// Runner plans and runs procedures in this process. It watches the estate as the cockpit does; whatever that watch asks is tagged
// as best effort, since no run waits for it.
type Runner struct {
	c     *config.Config
	opt   RunnerOptions
	state *State
	watch *Watch
	stop  context.CancelFunc
	by    *aws.Operator // nil: changes are made as reading is
}

// Order is what a run is to do. It is written down for the child that runs it.
type Order struct {
	Run       string             `json:"run"`
	Kind      Kind               `json:"kind,omitempty"` // of a new run; a resumed one's is in its journal
	DryRun    bool               `json:"dry_run,omitempty"`
	Overrides []runbook.Override `json:"overrides,omitempty"` // of what stands against starting: no lock, the cool-down
	TakeOver  string             `json:"take_over,omitempty"`
	// Silent is since when whoever ordered the run has seen nothing of the region being left answer; zero where something did. The
	// run itself has only begun to look.
	Silent time.Time `json:"silent,omitzero"`

	Operator runbook.Operator `json:"-"` // who answers
}

// OpenRunner makes a Runner and starts to watch the estate. Nothing is changed, and no role is assumed, before a gate was passed.
func OpenRunner(ctx context.Context, c *config.Config, opt RunnerOptions) (*Runner, error) {
	c.Defaults()
	opt.Options = opt.Options.withDefaults()
	if opt.Host == "" {
		opt.Host, _ = os.Hostname()
	}
	state, err := OpenState(ctx, c, opt.Options)
	if err != nil {
		return nil, err
	}
	watched := opt.Options
	watched.Journals = JournalsOf(c, opt.Options)
	watch, err := Open(c, watched)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(runbook.WithBestEffort(ctx))
	watch.Start(ctx)
	return &Runner{c: c, opt: opt, state: state, watch: watch, stop: stop}, nil
}

// Close ends the watch. Runs end with the context that they were begun with.
func (r *Runner) Close() {
	r.stop()
	r.watch.Wait()
}

// State is where the estate's runs are kept.
func (r *Runner) State() *State { return r.state }

// Watch is the runner's own watch of the estate.
func (r *Runner) Watch() *Watch { return r.watch }

// Session is when the operator's session ends; zero where there is none yet, or where it does not end.
func (r *Runner) Session() time.Time {
	if r.by == nil {
		return time.Time{}
	}
	return r.by.Expires()
}

// settlePatience is how long a plan waits for every reader's first round. Each call has a deadline of its own, so a dark region is
// known to be silent well before.
const settlePatience = 30 * time.Second

// Begin reads the estate, decides everything that the run will act on, and starts it. A *Refusal, a *runbook.LintError and a
// *runbook.HeldError are runs that were not started: nothing was changed.
func (r *Runner) Begin(ctx context.Context, o Order) (*runbook.Run, error) {
	w, pins, err := r.plan(ctx, o.Kind, o.Run)
	if err != nil {
		return nil, err
	}
	options, err := r.options(o)
	if err != nil {
		return nil, err
	}
	if seen := w.p.silent; !seen.IsZero() && !o.Silent.IsZero() && o.Silent.Before(seen) {
		pins[PinSilent] = stampOf(o.Silent)
	}
	options.Mode, options.DryRun, options.Pins, options.Overrides = modeOf(o.Kind), o.DryRun, pins, o.Overrides
	run, err := runbook.Start(ctx, w.procedure(), options)
	if err == nil {
		r.guard(ctx, w, run)
	}
	return run, err
}

func modeOf(k Kind) runbook.Mode {
	if k == Switchover {
		return runbook.Planned
	}
	return runbook.Unplanned
}

// plan looks at the estate and makes the run's pins.
func (r *Runner) plan(ctx context.Context, kind Kind, run string) (*crew, runbook.Pins, error) {
	if kind != Failover && kind != Switchover {
		return nil, nil, fmt.Errorf("%q is no procedure", kind)
	}
	e := r.settled(ctx)
	writer, _, err := writerOfRecord(ctx, r.c, r.state.Archive)
	if err != nil {
		return nil, nil, fmt.Errorf("who the writer of record is cannot be told: %w", err)
	}
	memory, err := readEdgeMemory(r.state.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("what was read last of the edge: %w; delete the file to have it read anew", err)
	}
	pins, err := makePlan(r.c, e, kind, writer, memory)
	if err != nil {
		return nil, nil, err
	}
	w, err := r.crew(ctx, pins, run)
	if err != nil {
		return nil, nil, err
	}
	if err := w.complete(ctx); err != nil {
		return nil, nil, err
	}
	return w, w.p.pins(), nil
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
	if err != nil {
		return &Refusal{Why: "the services of " + w.p.to + " could not be read: " + whyOf(err), Remedy: remedyOf(err)}
	}
	for i := range w.p.services {
		if v, ok := now[w.p.services[i].Name]; ok {
			w.p.services[i].To.Grace = v.Grace
		}
	}
	return nil
}

// Resume takes a run up where its journal ends, once the estate was read: its gates show what is so now. A run after which another
// region was promoted again is not taken up: what it still wants is not wanted any more.
func (r *Runner) Resume(ctx context.Context, o Order) (*runbook.Run, error) {
	v, err := r.view(ctx, o.Run)
	if err != nil {
		return nil, err
	}
	if region, by, err := promotedAfter(ctx, r.state.Archive, o.Run); err == nil && by != "" {
		return nil, &Refusal{Why: fmt.Sprintf("run %s has made %s the writer of record since: what this run still wants would undo that", by, region)}
	}
	w, err := r.crew(ctx, v.Pins, o.Run)
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
		r.guard(ctx, w, run)
	}
	return run, err
}

// view reads a run's journal.
func (r *Runner) view(ctx context.Context, run string) (runbook.View, error) {
	store, err := r.state.Archive.Store(run)
	if err != nil {
		return runbook.View{}, err
	}
	entries, err := runbook.Entries(ctx, store)
	if err == nil && len(entries) == 0 {
		err = fmt.Errorf("there is no run %s in %s", run, r.state.Where)
	}
	return runbook.Replay(entries), err
}

// options are those of a run of either kind.
func (r *Runner) options(o Order) (runbook.Options, error) {
	store, err := r.state.Archive.Store(o.Run)
	if err != nil {
		return runbook.Options{}, err
	}
	out := runbook.Options{
		Run: o.Run, By: r.identity(), Host: r.opt.Host, Store: store, TakeOver: o.TakeOver, Operator: o.Operator, Archive: r.state.Archive,
		Timing: runbook.Timing{
			Poll: r.c.Waits.Poll.D(), Hold: r.c.Waits.Hold.D(), Settle: r.c.Waits.Settle.D(), CoolDown: r.c.Waits.CoolDown.D(),
		},
	}
	if !o.DryRun {
		out.Lease = r.state.Lease()
	}
	return out, nil
}

// identity is who runs it: what STS says of the region that answers, else the system's user.
func (r *Runner) identity() string {
	for _, region := range r.watch.Estate().Regions {
		if region.Session.ARN != "" {
			return region.Session.ARN
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// crew makes what the steps act through.
func (r *Runner) crew(ctx context.Context, pins runbook.Pins, run string) (*crew, error) {
	p, err := readPlan(pins)
	if err != nil {
		return nil, fmt.Errorf("the plan of run %s cannot be read: %w", run, err)
	}
	w := &crew{
		p: p, c: r.c, now: r.opt.Now, watch: r.watch, state: r.state, run: run,
		there: map[string]*aws.Changer{}, sql: map[string]sqlReader{},
	}
	w.fence = &fence{crew: w, guarded: make(chan struct{})}
	if err := r.operator(p.to); err != nil {
		return nil, err
	}
	for _, region := range []string{p.from, p.to} {
		if w.there[region], err = aws.NewChanger(r.spec(region), r.by); err != nil {
			return nil, err
		}
	}
	for region, id := range map[string]string{p.from: p.source, p.to: p.replica} {
		for _, db := range regionNamed(r.c, region).Databases {
			if db.ID == id && db.Connection != nil {
				w.sql[region] = newOneAtATime(pg.NewReader(target(r.c, regionNamed(r.c, region), db, r.opt.Options)))
			}
		}
	}
	w.edge, err = r.edge()
	return w, err
}

// operator makes the session that changes things, where one is configured: one for both regions, of the STS of the region that takes
// over.
func (r *Runner) operator(to string) (err error) {
	o := r.c.Operator
	if o.RoleARN == "" || r.by != nil {
		return nil
	}
	spec := r.spec(to)
	if o.Profile != "" {
		spec.Profile, spec.RoleARN = o.Profile, ""
	}
	r.by, err = aws.NewOperator(spec, aws.OperatorSpec{RoleARN: o.RoleARN, MFASerial: o.MFASerial, Session: o.Session.D(), Code: r.opt.Code})
	return err
}

func (r *Runner) spec(region string) aws.Spec {
	s := accessSpec(regionNamed(r.c, region), r.opt.Options)
	s.CallTimeout, s.MetricEvery, s.Asked = r.c.Waits.Call.D(), r.c.Refresh.Metrics.D(), r.opt.Asked
	return s
}

func (r *Runner) edge() (*edge.Changer, error) {
	spec := edgeSpec(r.c, r.opt.Options, r.watch.balancerNames)
	spec.Asked, spec.By = r.opt.Asked, r.by
	return edge.NewChanger(spec)
}

// guard reads the fence's receipt again with every refresh for as long as the run goes on.
func (r *Runner) guard(ctx context.Context, w *crew, run *runbook.Run) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		<-run.Done()
		stop()
		for _, reader := range w.sql {
			reader.Close()
		}
	}()
	go w.fence.guard(ctx, run.Task(stepFence))
	if r.by != nil {
		go r.keepSession(ctx)
	}
}

// sessionAhead is how long before its end the operator's session is renewed, so that no step waits for a person in its middle.
const sessionAhead = 10 * time.Minute

// keepSession renews the session in time, and asks for a code where that takes one. What it cannot do now it tries again; a change that
// needs the session asks for itself.
func (r *Runner) keepSession(ctx context.Context) {
	clock := time.NewTicker(r.c.Refresh.Fast.D())
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			_ = r.by.Renew(ctx, sessionAhead)
		}
	}
}

// Paper is a whole procedure as commands that a person would type, with the values as they are now.
func (r *Runner) Paper(ctx context.Context, kind Kind) ([]runbook.Sheet, error) {
	w, pins, err := r.plan(ctx, kind, "paper")
	if err != nil {
		return nil, err
	}
	return runbook.Paper(w.procedure(), runbook.View{Pins: pins, Mode: modeOf(kind)}), nil
}

// PaperOf is what is left of a run as commands.
func (r *Runner) PaperOf(ctx context.Context, run string) ([]runbook.Sheet, error) {
	v, err := r.view(ctx, run)
	if err != nil {
		return nil, err
	}
	w, err := r.crew(ctx, v.Pins, run)
	if err != nil {
		return nil, err
	}
	return runbook.Paper(w.procedure(), v), nil
}

// oneAtATime lets steps and the fence's guard share one connection. Turns are taken over a channel: who waits for one can give up.
type oneAtATime struct {
	turn   chan struct{}
	reader sqlReader
}

func newOneAtATime(r sqlReader) *oneAtATime {
	return &oneAtATime{turn: make(chan struct{}, 1), reader: r}
}

func (o *oneAtATime) Read(ctx context.Context) (pg.Reading, error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
		return o.reader.Read(ctx)
	case <-ctx.Done():
		return pg.Reading{}, context.Cause(ctx)
	}
}

func (o *oneAtATime) Close() {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	o.reader.Close()
}
