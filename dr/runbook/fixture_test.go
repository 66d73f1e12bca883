package runbook_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// world is what the steps of the tests change: a change is accepted, and is so some time later. Changes are not
// idempotent here: effects counts every one, so that a repeated one shows.
type world struct {
	mu       sync.Mutex
	accepted map[string]time.Time
	effects  map[string]int
	calls    []string
	dark     map[string]bool // regions that swallow every call
}

func newWorld() *world {
	return &world{accepted: map[string]time.Time{}, effects: map[string]int{}, dark: map[string]bool{}}
}

func (w *world) once() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]int{}
	for k, n := range w.effects {
		out[k] = n
	}
	return out
}

func (w *world) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

func (w *world) darken(region string, dark bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dark[region] = dark
}

func (w *world) isDark(region string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dark[region]
}

// seat is one process that runs the engine. A dead one reaches nothing any more.
type seat struct {
	w      *world
	mu     sync.Mutex
	dead   bool
	dos    int
	cancel context.CancelFunc
	// trick is called around every Do, with its number, before ("before") and after its effect ("after"); an error
	// is the answer.
	trick func(s *seat, step string, n int, when string) error
	poll  time.Duration
}

func (s *seat) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = true
	if s.cancel != nil {
		s.cancel()
	}
}

func (s *seat) isDead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead
}

var errDead = errors.New("this process is dead")

// reach is one call's way to a region: it takes a moment, and never comes back from a dark one.
func (s *seat) reach(ctx context.Context, region string, takes time.Duration) error {
	if s.w.isDark(region) {
		<-ctx.Done()
		return fault.New(fault.TimedOut, "call", region, ctx.Err())
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return fault.New(fault.TimedOut, "call", region, ctx.Err())
	}
	if s.isDead() {
		return errDead
	}
	return nil
}

// spec is a step of the tests.
type spec struct {
	id     string
	after  []string
	region string
	takes  time.Duration // from accepted to so
	gate   *runbook.Gate
	more   func(*runbook.Step)
	watch  bool // it changes nothing
}

func (s *seat) step(d spec) runbook.Step {
	step := runbook.Step{
		ID: d.id, Title: "step " + d.id, After: d.after, Timeout: 20 * time.Minute, Poll: s.poll, Gate: d.gate,
		Calls: []runbook.Call{{Operation: "ecs:" + d.id, Plane: runbook.Control, Region: d.region}},
	}
	is := func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
		err := s.reach(ctx, d.region, 50*time.Millisecond)
		s.w.mu.Lock()
		defer s.w.mu.Unlock()
		at, ok := s.w.accepted[d.id]
		return runbook.Seen{So: ok && time.Since(at) >= d.takes, Text: "being changed"}, err
	}
	if d.watch {
		step.Verify = func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			return runbook.Seen{So: true, Text: "200"}, s.reach(ctx, d.region, 50*time.Millisecond)
		}
		step.Hold = d.takes
	} else {
		step.Undoing, step.Await = runbook.UndoSeconds, is
		step.Check = func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			err := s.reach(ctx, d.region, 50*time.Millisecond)
			s.w.mu.Lock()
			defer s.w.mu.Unlock()
			_, ok := s.w.accepted[d.id]
			return runbook.Seen{So: ok}, err
		}
		step.Do = func(ctx context.Context, _ *runbook.Task) error { return s.do(ctx, d) }
		step.Undo = func(ctx context.Context, _ *runbook.Task) error {
			s.w.mu.Lock()
			defer s.w.mu.Unlock()
			delete(s.w.accepted, d.id)
			s.w.calls = append(s.w.calls, "undo "+d.id)
			return nil
		}
		step.Paper = func(p runbook.Pins) []string { return []string{"aws ecs " + d.id + " --token " + p["token"]} }
	}
	if d.more != nil {
		d.more(&step)
	}
	return step
}

func (s *seat) do(ctx context.Context, d spec) error {
	s.mu.Lock()
	s.dos++
	n, trick := s.dos, s.trick
	s.mu.Unlock()
	if trick == nil {
		trick = func(*seat, string, int, string) error { return nil }
	}
	if err := trick(s, d.id, n, "before"); err != nil {
		return err
	}
	if err := s.reach(ctx, d.region, 200*time.Millisecond); err != nil {
		return err
	}
	s.w.mu.Lock()
	if _, ok := s.w.accepted[d.id]; !ok {
		s.w.accepted[d.id] = time.Now()
	}
	s.w.effects[d.id]++
	s.w.calls = append(s.w.calls, d.id)
	s.w.mu.Unlock()
	return trick(s, d.id, n, "after")
}

const east, west = "us-east-1", "us-west-2"

// failover is a failover of the shape that dr will make: fence, promote, scale, deploy, verify, edge.
func (s *seat) failover() runbook.Procedure {
	opening := &runbook.Gate{ID: "open", Phrase: "fail over us-east-1 to us-west-2"}
	promote := &runbook.Gate{ID: "promote", Phrase: "promote us-west-2", Show: func(_ context.Context, t *runbook.Task) (runbook.Notice, error) {
		var n runbook.Notice
		if t.State("fence") != runbook.StateDone {
			n.Failing = append(n.Failing, runbook.Failing{ID: "receipt", Text: "no receipt", Override: "promote without a fence receipt"})
		}
		return n, nil
	}}
	edge := &runbook.Gate{ID: "edge", Phrase: "send users to us-west-2"}
	fence := func(st *runbook.Step) {
		st.Calls[0].BestEffort, st.Deadline, st.Keep, st.Safety = true, time.Minute, 2*time.Minute, true
	}
	commit := func(st *runbook.Step) { st.Commit, st.Undo, st.Undoing = true, nil, runbook.UndoNever }
	return runbook.Procedure{Name: "failover", Title: "fail over us-east-1 to us-west-2", From: east, To: west, Steps: []runbook.Step{
		s.step(spec{id: "fence", region: east, takes: 20 * time.Second, gate: opening, more: fence}),
		s.step(spec{id: "scale", region: west, takes: 108 * time.Second, gate: opening}),
		s.step(spec{id: "floors", region: west, takes: 2 * time.Second, gate: opening}),
		s.step(spec{id: "promote", after: []string{"fence"}, region: west, takes: 150 * time.Second, gate: promote, more: commit}),
		s.step(spec{id: "deploy", after: []string{"promote", "scale", "floors"}, region: west, takes: 38 * time.Second, gate: opening}),
		s.step(spec{id: "verify", after: []string{"deploy"}, region: west, takes: 30 * time.Second, watch: true}),
		s.step(spec{id: "edge", after: []string{"verify"}, takes: 5 * time.Second, gate: edge}),
		s.step(spec{id: "public", after: []string{"edge"}, takes: time.Minute, watch: true}),
		s.step(spec{id: "protect", after: []string{"promote"}, region: west, takes: 30 * time.Second, gate: opening}),
	}}
}

// everything is what an undisturbed failover changes, each once.
var everything = map[string]int{"fence": 1, "scale": 1, "floors": 1, "promote": 1, "deploy": 1, "edge": 1, "protect": 1}

// typist is an operator who types what is asked for, and retries what failed.
type typist struct {
	mu     sync.Mutex
	asked  []runbook.Question
	reply  func(q runbook.Question) (runbook.Answer, bool) // overrides the usual answer
	delays time.Duration
}

func (o *typist) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	o.mu.Lock()
	o.asked = append(o.asked, q)
	reply := o.reply
	o.mu.Unlock()
	if o.delays > 0 {
		select {
		case <-time.After(o.delays):
		case <-ctx.Done():
			return runbook.Answer{}, ctx.Err()
		}
	}
	if reply != nil {
		if a, ok := reply(q); ok {
			return a, nil
		}
	}
	return right(q), nil
}

func (o *typist) questions(id string) (out []runbook.Question) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range o.asked {
		if q.ID == id {
			out = append(out, q)
		}
	}
	return out
}

// right is the answer that goes on.
func right(q runbook.Question) runbook.Answer {
	a := choose(q, runbook.Pass)
	if q.Kind == runbook.AskTrouble {
		a = choose(q, runbook.Retry)
	}
	return a
}

// choose is a full answer for one choice of a question.
func choose(q runbook.Question, c runbook.Choice) runbook.Answer {
	a := runbook.Answer{Choice: c, Reason: "a reason", By: "ops"}
	for _, o := range q.Offers {
		if o.Choice == c {
			a.Phrase = o.Phrase
		}
	}
	if q.Notice != nil {
		for _, f := range q.Notice.Failing {
			a.Overrides = append(a.Overrides, runbook.Override{Phrase: f.Override, Reason: "a reason"})
		}
	}
	return a
}

// memory is a journal in memory. hook is called before every append and can tear or refuse it.
type memory struct {
	mu    sync.Mutex
	lines [][]byte
	torn  []byte
	tries int
	hook  func(n int) (before, after error, tear bool)
}

func (m *memory) Append(_ context.Context, seq int64, entry []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tries++
	var before, after error
	tear := false
	if m.hook != nil {
		before, after, tear = m.hook(m.tries)
	}
	switch {
	case tear:
		m.torn = slices.Clone(entry[:len(entry)*2/3])
		return before
	case before != nil:
		return before
	case seq <= int64(len(m.lines)):
		return runbook.ErrExists
	}
	m.lines = append(m.lines, slices.Clone(entry))
	return after
}

func (m *memory) Read(_ context.Context, from int64) ([]runbook.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []runbook.Record
	for i, line := range m.lines {
		if int64(i+1) >= from {
			out = append(out, runbook.Record{Seq: int64(i + 1), Data: line})
		}
	}
	if m.torn != nil {
		out = append(out, runbook.Record{Seq: int64(len(m.lines) + 1), Data: m.torn, Torn: true})
	}
	return out, nil
}

func (m *memory) Follow(ctx context.Context, _ int64, _ func(runbook.Record) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (m *memory) Trim(context.Context, int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.torn = nil
	return nil
}

func (m *memory) set(hook func(n int) (before, after error, tear bool)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook, m.tries = hook, 0
}

// cut off for a dead process: the bucket as one seat reaches it.
type reached struct {
	*bucket
	s *seat
}

func (r reached) PutIfAbsent(ctx context.Context, key string, body []byte) error {
	if r.s.isDead() {
		return errDead
	}
	return r.bucket.PutIfAbsent(ctx, key, body)
}

func (r reached) PutIfMatch(ctx context.Context, key, etag string, body []byte) error {
	if r.s.isDead() {
		return errDead
	}
	return r.bucket.PutIfMatch(ctx, key, etag, body)
}

// bench is a world with a journal and a lease that outlive processes.
type bench struct {
	w      *world
	store  *memory
	bucket *bucket
	op     *typist
	mode   runbook.Mode
}

func newBench() *bench {
	return &bench{w: newWorld(), store: &memory{}, bucket: newBucket(), op: &typist{}, mode: runbook.Planned}
}

func (b *bench) seat() *seat { return &seat{w: b.w, poll: time.Second} }

func (b *bench) options(s *seat) runbook.Options {
	return runbook.Options{
		Run: "run-1", Mode: b.mode, By: "ops", Host: "seat", Pins: runbook.Pins{"token": "t-1"},
		Store: b.store, Operator: b.op, Lease: runbook.NewObjectLease(reached{b.bucket, s}, "lease.json", time.Minute, 30*time.Second),
	}
}

// start begins a run from a seat.
func (b *bench) start(t *testing.T, s *seat, p runbook.Procedure) *runbook.Run {
	t.Helper()
	run, err := runbook.Start(s.context(), p, b.options(s))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (s *seat) context() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel = cancel
	return ctx
}

// finish takes the run up from new processes until it has ended.
func (b *bench) finish(t *testing.T) runbook.Result {
	t.Helper()
	for range 20 {
		s := b.seat()
		open := runbook.Resume
		if records, _ := b.store.Read(context.Background(), 1); len(records) == 0 || len(records) == 1 && records[0].Torn {
			b.store.torn = nil
			open = runbook.Start
		}
		run, err := open(s.context(), s.failover(), b.options(s))
		var held *runbook.HeldError
		if errors.As(err, &held) {
			time.Sleep(30 * time.Second)
			continue
		}
		if errors.Is(err, runbook.ErrEnded) {
			return runbook.Result{Ending: runbook.Done}
		}
		if err != nil {
			t.Fatal(err)
		}
		res := run.Wait()
		s.die()
		return res
	}
	t.Fatal("the run was never free to be taken up")
	return runbook.Result{}
}

// flapping is well but for one moment, a while after it was first asked.
func flapping(after time.Duration, s *seat) runbook.Look {
	var first time.Time
	broke := false
	return func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
		if first.IsZero() {
			first = time.Now()
		}
		if !broke && time.Since(first) > after {
			broke = true
			return runbook.Seen{Text: "503"}, nil
		}
		return runbook.Seen{So: true, Text: "200"}, s.reach(ctx, "", 50*time.Millisecond)
	}
}
