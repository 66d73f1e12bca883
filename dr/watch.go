package dr

import (
	"context"
	"maps"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
	"lifeboat/tf"
)

// Options are what Open needs beyond lifeboat.yaml.
type Options struct {
	Now  func() time.Time                                                  // nil: time.Now
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer; every client uses it
	Env  func(name string) string                                          // nil: os.Getenv
	// Journals opens what tells of the estate's runs; nil: no journal is read.
	Journals OpenJournals
	// After is the watch of the same estate that this one takes the place of, because lifeboat.yaml says something else now; may be nil.
	After *Watch
	// Terraform runs it within this process; nil: lifeboat.yaml's program, or for a simulated estate Lifeboat itself.
	Terraform tf.Within
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	return o
}

// Watch keeps looking at an estate: a fast and a slow loop for each region, one for the edge's probes and one for its
// control planes, one for each database connection. None waits for another.
type Watch struct {
	cfg   *config.Config
	now   func() time.Time
	loops []*loop
	slow  [2]*loop     // of loops: the regions' slow ones
	ahead [2]time.Time // when these were last asked for ahead of their clock; the join's alone
	board board

	changed chan struct{} // holds one token while something is read and not yet joined
	running sync.WaitGroup

	mu    sync.Mutex // guards in and first
	in    Inputs
	first map[*loop]bool // loops whose first round is not over
	names []string       // the balancers' DNS names, sorted, as the edge was told last
}

// Open makes a Watch of the estate of a config, and completes that with its defaults. It touches no network. An error
// says which part of the config no reader can be made of.
func Open(cfg *config.Config, opt Options) (*Watch, error) {
	cfg.Defaults()
	opt = opt.withDefaults()
	old := opt.After
	opt.After = nil // no reader keeps it
	w := newWatch(cfg, opt)
	r, err := openReaders(cfg, opt, w.balancerNames)
	if err != nil {
		return nil, err
	}
	w.collect(r)
	w.collectJournals(opt.Journals)
	if old != nil {
		w.takeOver(old)
	}
	return w, nil
}

func newWatch(cfg *config.Config, opt Options) *Watch {
	w := &Watch{
		cfg: cfg, now: opt.Now, changed: make(chan struct{}, 1), first: map[*loop]bool{},
		in: Inputs{Config: cfg},
	}
	if opt.Journals != nil {
		w.in.Record = &RecordInput{}
	}
	w.board.estate = Join(w.in, nil, opt.Now())
	return w
}

// Start starts the collectors; their first rounds begin at once. They end with ctx: see Wait. It is called once.
func (w *Watch) Start(ctx context.Context) {
	for _, l := range w.loops {
		w.running.Go(fault.Caught(func() { l.run(ctx, w) }))
	}
	w.running.Go(fault.Caught(func() { w.join(ctx) }))
}

// Wait returns when everything that Start started has ended.
func (w *Watch) Wait() { w.running.Wait() }

// Estate is the newest estate. Before the first reading it is one in which all is unknown.
func (w *Watch) Estate() *Estate { return w.board.newest() }

// Subscribe gives a channel on which the newest estate comes whenever there is a new one. A subscriber that is slow
// misses estates, never the newest, and delays nobody. The channel is closed by the returned function, and when the
// Watch ends.
func (w *Watch) Subscribe() (<-chan *Estate, func()) { return w.board.subscribe() }

// Refresh reads everything now, on the slow clocks too. A reader that is at work reads once more when it is done, however
// often this is called.
func (w *Watch) Refresh() {
	for _, l := range w.loops {
		l.kick()
	}
}

// Settled waits until every reader has finished its first round, well or not, and gives the estate then. When ctx ends
// before, it gives the newest estate and ctx's error.
func (w *Watch) Settled(ctx context.Context) (*Estate, error) {
	news, stop := w.Subscribe()
	defer stop()
	e := w.Estate()
	for !e.Complete {
		select {
		case next, open := <-news:
			if !open {
				return w.Estate(), context.Canceled
			}
			e = next
		case <-ctx.Done():
			return w.Estate(), ctx.Err()
		}
	}
	return e, nil
}

// join makes an estate whenever something was read, and once a fast period in any case: silence and age grow by
// themselves.
func (w *Watch) join(ctx context.Context) {
	defer w.board.close()
	clock := time.NewTicker(periodsOf(w.cfg).fast)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
		case <-clock.C:
		}
		e := Join(w.inputs(), w.Estate(), w.now())
		w.board.publish(e)
		w.catchUp(e)
	}
}

// catchUp has a registry read again that was read before the newest deployment, at most once a fast period.
func (w *Watch) catchUp(e *Estate) {
	for i, outdated := range e.outdated {
		if outdated && e.At.Sub(w.ahead[i]) >= periodsOf(w.cfg).fast {
			w.ahead[i] = e.At
			w.slow[i].kick()
		}
	}
}

// inputs is a copy of what is known; the maps in it are never changed again.
func (w *Watch) inputs() Inputs {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.in.Complete = len(w.first) == 0
	return w.in
}

// store changes what is known, and has it joined. change must replace maps and not write into them. A first round that
// left something is followed by the next at once, and is over when nothing is left.
func (w *Watch) store(l *loop, change func(in *Inputs)) {
	w.mu.Lock()
	change(&w.in)
	if l.left != nil && l.left(&w.in) {
		l.kick()
	} else {
		delete(w.first, l)
	}
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// balancerNames are the balancers' DNS names as last read, by region, for the edge to know where names lead.
func (w *Watch) balancerNames() map[string][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return dnsNames(w.in)
}

func dnsNames(in Inputs) map[string][]string {
	names := map[string][]string{}
	for i := range in.Regions {
		snap := in.Regions[i].Snapshot
		if snap == nil {
			continue
		}
		for _, b := range snap.Balancers.Value {
			names[snap.Region] = append(names[snap.Region], b.DNSName)
		}
	}
	return names
}

// named says whether the balancers' names differ from those at the last call.
func (w *Watch) named() bool {
	all := slices.Sorted(flat(maps.Values(w.balancerNames())))
	w.mu.Lock()
	defer w.mu.Unlock()
	same := slices.Equal(all, w.names)
	w.names = all
	return !same
}

// readers are what a Watch reads with: the real ones, or a test's.
type readers struct {
	regions   [2]regionReader
	edge      edgeReader
	databases [2]map[string]sqlReader // by identifier
}

type regionReader interface {
	Fast(ctx context.Context, prev aws.Fast) aws.Fast
	Slow(ctx context.Context, prev aws.Slow) aws.Slow
}

// definitionReader is a region's reader that can tell what task definitions say.
type definitionReader interface {
	Definitions(ctx context.Context, refs []string, prev aws.Part[aws.Definitions]) aws.Part[aws.Definitions]
}

type edgeReader interface {
	Probes(ctx context.Context, prev edge.Probes) edge.Probes
	Control(ctx context.Context, prev edge.Control) edge.Control
}

type sqlReader interface {
	Read(ctx context.Context) (pg.Reading, error)
	Close()
}
