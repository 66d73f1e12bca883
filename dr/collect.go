package dr

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// collect makes the loops of the readers.
func (w *Watch) collect(r readers) {
	p := periodsOf(w.cfg)
	waits := w.cfg.Waits
	call := waits.Call.D()
	control := w.newLoop(ofEdge, "control", p.slow, call, w.readControl(r.edge))
	for i, region := range r.regions {
		name := w.region(i)
		fast := w.newLoop(name, "fast", p.fast, call, w.readFast(i, region))
		fast.left = func(in *Inputs) bool { return groupsLeft(in.Regions[i].Snapshot) }
		defined := w.collectDefinitions(i, region)
		fast.done = func() {
			if w.named() {
				control.kick() // origins and records are known by the balancers' names
			}
			defined()
		}
		w.slow[i] = w.newLoop(name, "slow", p.slow, call, w.readSlow(i, region))
		for _, id := range slices.Sorted(maps.Keys(r.databases[i])) {
			db := r.databases[i][id]
			w.newLoop(name, id, p.database, waits.Connect.D(), w.readSQL(i, id, db)).end = db.Close
		}
	}
	w.newLoop(ofEdge, "probes", p.edge, waits.Probe.D(), w.readProbes(r.edge))
}

// collectJournals makes the loop that reads the journals, where there are any to read.
func (w *Watch) collectJournals(open OpenJournals) {
	if open != nil {
		r := newJournalReader(open, w.now)
		w.newLoop(ofJournals, "runs", periodsOf(w.cfg).fast, w.cfg.Waits.Call.D(), w.readJournals(r))
	}
}

// readJournals reads what the journals tell, and keeps beside them what was read of the edge.
func (w *Watch) readJournals(r *journalReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		keep := r.read(ctx)
		memory := r.remember(w.inputs().Edge)
		return func(in *Inputs) {
			keep(in)
			memory.fill(&in.Edge)
		}
	}
}

func (w *Watch) region(i int) string {
	return [2]string{w.cfg.Regions.Primary.Name, w.cfg.Regions.Standby.Name}[i]
}

// What a loop reads of, where that is no region.
const (
	ofEdge     = "edge"
	ofJournals = "journals"
)

// newLoop adds a loop. A round may take as long as many calls in a row do, or some periods: the readers' own deadlines
// are shorter, and this one only guards against a reader that forgets itself.
func (w *Watch) newLoop(of, what string, every, call time.Duration, read func(context.Context) func(*Inputs)) *loop {
	l := &loop{of: of, what: what, every: every, most: max(4*every, 20*call), now: make(chan struct{}, 1), read: read}
	w.loops = append(w.loops, l)
	w.first[l] = true
	return l
}

func (w *Watch) readFast(i int, r regionReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		seen := r.Fast(ctx, w.snapshot(i).Fast)
		return func(in *Inputs) {
			s := w.copied(in, i)
			s.Fast = seen
			in.Regions[i].Snapshot = s
		}
	}
}

// groupsLeft says whether a region has target groups that were never asked for: where there are many, a round takes some.
func groupsLeft(s *aws.Snapshot) bool {
	for _, g := range s.Targets {
		if g.Tried.IsZero() {
			return true
		}
	}
	return false
}

func (w *Watch) readSlow(i int, r regionReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		seen := r.Slow(ctx, w.snapshot(i).Slow)
		index := indexImages(seen.Images.Value)
		return func(in *Inputs) {
			s := w.copied(in, i)
			s.Slow = seen
			in.Regions[i].Snapshot, in.Regions[i].images = s, index
		}
	}
}

// collectDefinitions makes the loop that reads what the task definitions of a region's services say, as soon as the services
// are known and whenever they run another one. The function that it gives is for the end of each fast round.
func (w *Watch) collectDefinitions(i int, region regionReader) (done func()) {
	r, ok := region.(definitionReader)
	if !ok {
		return func() {}
	}
	known := make(chan struct{})
	tell := sync.OnceFunc(func() { close(known) })
	l := w.newLoop(w.region(i), "definitions", periodsOf(w.cfg).slow, w.cfg.Waits.Call.D(), w.readDefinitions(i, r, known))
	l.left = func(in *Inputs) bool { return definitionsLeft(&in.Regions[i]) }
	return func() {
		tell()
		in := w.inputs()
		if r := &in.Regions[i]; !r.Definitions.Tried.IsZero() && definitionsLeft(r) {
			l.kick()
		}
	}
}

func (w *Watch) readDefinitions(i int, r definitionReader, known <-chan struct{}) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		select {
		case <-known:
		case <-ctx.Done():
		}
		in := w.inputs()
		seen := in.Regions[i].Definitions
		if refs := definitionRefs(&in.Regions[i]); len(refs) > 0 {
			seen = r.Definitions(ctx, refs, seen)
		}
		return func(in *Inputs) { in.Regions[i].Definitions = seen }
	}
}

// definitionsLeft says whether services run what was not read yet, where reading has not failed.
func definitionsLeft(r *RegionInput) bool {
	p := r.Definitions
	return p.Err == nil && len(p.Value.Missing(definitionRefs(r))) > 0
}

func definitionRefs(r *RegionInput) []string {
	if r.Snapshot == nil {
		return nil
	}
	var refs []string
	for _, s := range r.Snapshot.Services.Value {
		refs = append(refs, s.TaskDefinition)
	}
	return refs
}

// snapshot is what was read last of a region.
func (w *Watch) snapshot(i int) aws.Snapshot {
	if s := w.inputs().Regions[i].Snapshot; s != nil {
		return *s
	}
	return aws.Snapshot{}
}

// copied is a region's snapshot to be changed: those that were joined stay as they are.
func (w *Watch) copied(in *Inputs, i int) *aws.Snapshot {
	s := &aws.Snapshot{Region: w.region(i)}
	if old := in.Regions[i].Snapshot; old != nil {
		*s = *old
	}
	return s
}

func (w *Watch) readProbes(r edgeReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		seen := r.Probes(ctx, w.inputs().Edge.Probes)
		return func(in *Inputs) { in.Edge.Probes = seen }
	}
}

func (w *Watch) readControl(r edgeReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		seen := r.Control(ctx, w.inputs().Edge.Control)
		return func(in *Inputs) { in.Edge.Control = seen }
	}
}

func (w *Watch) readSQL(i int, id string, r sqlReader) func(context.Context) func(*Inputs) {
	return func(ctx context.Context) func(*Inputs) {
		reading, err := r.Read(ctx)
		at := w.now()
		return func(in *Inputs) {
			region := &in.Regions[i]
			last := region.SQL[id]
			region.SQL = with(region.SQL, id, last.Next(reading, judged(err), at))
			if err == nil { // else the newest reading is an earlier one already
				region.SQLBefore = with(region.SQLBefore, id, last.Value)
			}
		}
	}
}

// judged keeps an error's kind; one without a kind is an answer that nobody understood.
func judged(err error) error {
	if err == nil || fault.KindOf(err) != "" {
		return err
	}
	return fault.New(fault.Unreadable, "SQL", "", err)
}

// with is a copy of m with one more value.
func with[V any](m map[string]V, key string, v V) map[string]V {
	next := make(map[string]V, len(m)+1)
	maps.Copy(next, m)
	next[key] = v
	return next
}

// flat is the values of many slices.
func flat[V any](all iter.Seq[[]V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for list := range all {
			for _, v := range list {
				if !yield(v) {
					return
				}
			}
		}
	}
}
