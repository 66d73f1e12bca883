package dr

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// fence stops the writers of the region being left and proves that they stopped. The proof is a receipt; it is read again with
// every refresh, and void at the first new connection.
type fence struct {
	*crew

	mu     sync.Mutex
	zero   time.Time // since when no task of a writer was seen
	held   time.Time // when the newest receipt was last seen to hold
	doubts string    // why it could not be seen since

	guarded chan struct{} // closed when a receipt of an earlier process was looked at by this one; nil: nobody looks
}

// fencePeriods is how many periods of CloudWatch without a connection prove that there is none.
const fencePeriods = 2

// stopped says whether every writer was told to stop: nothing starts its tasks again. A service that is not there has stopped.
func (f *fence) stopped(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if name := t.Pin(PinKept); name != "" {
		return runbook.Seen{So: true, Text: keptWords(name)}, nil
	}
	writers := f.p.writers()
	var seen map[string]aws.ServiceState
	var scaled map[string]Capacity
	var g errgroup.Group
	g.Go(func() (err error) { seen, err = states(ctx, f.leaving(), writers, atFrom); return err })
	g.Go(func() (err error) { scaled, err = floors(ctx, f.leaving(), writers, atFrom); return err })
	if err := g.Wait(); err != nil {
		return runbook.Seen{}, err
	}
	var left []string
	for _, s := range writers {
		limit, hasLimit := scaled[s.Name]
		if v, ok := seen[s.Name]; ok && (v.Desired > 0 || hasLimit && limit.Max > 0) {
			left = append(left, fmt.Sprintf("%s wants %d", s.Name, v.Desired))
		}
	}
	if len(left) > 0 {
		return runbook.Seen{Text: commas(left)}, nil
	}
	return runbook.Seen{So: true, Text: "nothing starts " + among(serviceNames(writers)) + " any more"}, nil
}

func serviceNames(services []PinnedService) []string {
	var out []string
	for _, s := range services {
		out = append(out, s.Name)
	}
	return out
}

// stop takes floor and ceiling away first: a scaling target that still has a floor would start the tasks again.
func (f *fence) stop(ctx context.Context, _ *runbook.Task) error {
	scaled, err := floors(ctx, f.leaving(), f.p.writers(), atFrom)
	if err != nil {
		return err
	}
	return each(ctx, f.p.writers(), func(ctx context.Context, s PinnedService) error {
		if limit, ok := scaled[s.Name]; ok && limit != (Capacity{}) {
			if err := f.leaving().SetScaling(ctx, s.From.Cluster, s.From.ECS, 0, 0); err != nil {
				return err
			}
		}
		if err := f.leaving().SetDesired(ctx, s.From.Cluster, s.From.ECS, 0, nil); !missing(err) {
			return err
		}
		return nil
	})
}

// release gives the writers back what they had when the plan was made.
func (f *fence) release(ctx context.Context, _ *runbook.Task) error {
	return each(ctx, f.p.writers(), func(ctx context.Context, s PinnedService) error {
		if !s.From.Known {
			return fmt.Errorf("how many tasks of %s ran in %s was not known when the plan was made: start them by hand", s.Name, f.p.from)
		}
		if s.From.Scaled {
			if err := f.leaving().SetScaling(ctx, s.From.Cluster, s.From.ECS, s.From.Min, s.From.Max); err != nil {
				return err
			}
		}
		return f.leaving().SetDesired(ctx, s.From.Cluster, s.From.ECS, s.From.Desired, nil)
	})
}

// allowed guards every try, late ones above all: a region that has become the writer of record again is never scaled down.
func (f *fence) allowed(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	region, run, err := promotedAfter(ctx, f.state.Archive, t.Run)
	switch {
	case err != nil:
		return runbook.Seen{}, fmt.Errorf("who the writer of record is cannot be told: %w", err)
	case run != "":
		return runbook.Seen{Text: fmt.Sprintf("run %s has made %s the writer of record since: this run must not touch it any more", run, region)}, nil
	}
	return runbook.Seen{So: true, Text: "no run has promoted since this one began"}, nil
}

// receipt waits for the proof, and pins it.
func (f *fence) receipt(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if name := t.Pin(PinKept); name != "" {
		return runbook.Seen{So: true, Text: keptWords(name)}, nil
	}
	r, words, err := f.prove(ctx, nil)
	if err == nil && r == nil && words == "" {
		words = fmt.Sprintf("no task is left; CloudWatch must show %d periods without a connection", fencePeriods)
	}
	if err != nil || r == nil {
		return runbook.Seen{Text: words}, err
	}
	if err := f.issue(ctx, t, r); err != nil {
		return runbook.Seen{}, err
	}
	return runbook.Seen{So: true, Text: "receipt: " + r.Text}, nil
}

// issue pins a receipt, unless the newest one still holds.
func (f *fence) issue(ctx context.Context, t *runbook.Task, r *Receipt) error {
	have, n, void := ReceiptOf(t.Pins())
	if have == nil || void != "" {
		if _, err := t.Decide(ctx, PinReceipt(n+1), asJSON(r)); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held, f.doubts = f.now(), ""
	return nil
}

// holds says whether there is a receipt that holds now, and the words for it. Where nothing may wait for the region being
// left, the newest refresh counts; else it is read again.
func (f *fence) holds(ctx context.Context, t *runbook.Task) (bool, string) {
	if name := t.Pin(PinKept); name != "" {
		return true, keptWords(name)
	}
	switch {
	case t.Mode() == runbook.Planned:
		f.look(ctx, t)
	case !f.silent(): // one that does not answer is not waited for: then nothing has shown that the receipt still holds
		f.awaitGuard(ctx)
	}
	r, _, void := ReceiptOf(t.Pins())
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case void != "":
		return false, "the fence receipt is void: " + void
	case r == nil:
		return false, "there is no fence receipt: nothing proves that " + f.p.from + " takes no writes"
	case f.held.IsZero() || f.now().Sub(f.held) > stalePeriods*f.c.Refresh.Fast.D():
		return false, fmt.Sprintf("the fence receipt of %s could not be read again: %s", clock(r.At, f.now()), f.doubts)
	}
	return true, "fence receipt of " + clock(r.At, f.now()) + ": " + r.Text
}

// look reads the proof again. What speaks against it voids the receipt for good: a new one must be earned.
func (f *fence) look(ctx context.Context, t *runbook.Task) {
	have, n, void := ReceiptOf(t.Pins())
	if void != "" {
		have = nil
	}
	r, words, err := f.prove(ctx, have)
	switch {
	case err != nil:
		f.doubt(whyOf(err))
	case r != nil:
		if err := f.issue(ctx, t, r); err != nil {
			f.doubt(err.Error())
		}
	case have != nil && words != "":
		if _, err := t.Decide(ctx, PinVoid(n), words); err != nil {
			f.doubt(err.Error())
		}
	}
}

func (f *fence) doubt(why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.doubts = why
}

// guard reads a receipt again at once, where an earlier process has left one, and with every refresh, until ctx ends. Nothing waits
// for it, so its requests are tagged so.
func (f *fence) guard(ctx context.Context, t *runbook.Task) {
	ctx = runbook.WithBestEffort(ctx)
	f.check(ctx, t)
	close(f.guarded)
	clock := time.NewTicker(f.c.Refresh.Fast.D())
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			f.check(ctx, t)
		}
	}
}

// awaitGuard waits for the guard's first look, which is short: a process that has taken a run up has not seen its receipt hold yet.
func (f *fence) awaitGuard(ctx context.Context) {
	if f.guarded == nil {
		return
	}
	select {
	case <-f.guarded:
	case <-ctx.Done():
	}
}

func (f *fence) check(ctx context.Context, t *runbook.Task) {
	if r, _, _ := ReceiptOf(t.Pins()); r == nil || t.Pin(PinKept) != "" {
		return // what it was about is kept under another name, and who is connected to the standby in its place says nothing of it
	}
	ctx, cancel := context.WithTimeout(ctx, 4*f.c.Waits.Call.D())
	defer cancel()
	f.look(ctx, t)
}

// keptWords say of an old database that it is kept under another name: nothing of the estate names it, and the standby has its own.
func keptWords(name string) string { return "the old database is kept as " + name }
