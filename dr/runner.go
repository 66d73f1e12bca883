package dr

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
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
