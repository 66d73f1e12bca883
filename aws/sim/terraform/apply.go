package terraform

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	atOnce      = 10               // changes that are made side by side, as terraform's -parallelism
	keptEvery   = 20 * time.Second // how often the state is saved while an apply goes on
	toldEvery   = 10 * time.Second // how often a change that goes on says so, simulated
	lookedEvery = 200 * time.Millisecond
)

// applier makes a plan's changes.
type applier struct {
	*session
	plan    saved
	backend *backend
	stopped <-chan struct{} // closed when no more is to be begun

	mu       sync.Mutex
	state    *state
	problems []problem
	done     map[string]chan struct{} // by address: closed when its change is over
	bad      map[string]bool          // addresses that failed, or were not begun
	counts   counts
	saved    time.Time
}

// apply makes all changes, each after those that it needs, and gives what went wrong.
func (a *applier) apply(ctx context.Context) []problem {
	a.done, a.bad, a.saved = map[string]chan struct{}{}, map[string]bool{}, time.Now()
	for _, c := range a.plan.Changes {
		a.done[c.Address] = make(chan struct{})
	}
	free := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for _, c := range a.plan.Changes {
		all.Go(func() {
			defer close(a.done[c.Address])
			a.await(c)
			free <- struct{}{}
			defer func() { <-free }()
			a.one(ctx, c)
		})
	}
	all.Wait()
	return a.problems
}

// await waits for the changes that come before one: for what is made those that it needs, for what goes those that need it.
func (a *applier) await(c *change) {
	for _, other := range a.plan.Changes {
		if other == c {
			continue
		}
		before := c.Do != Delete && other.Do != Delete && slices.Contains(c.Needs, blockOf(other.Address)) ||
			c.Do == Delete && slices.Contains(other.Needs, blockOf(c.Address))
		if before {
			<-a.done[other.Address]
		}
	}
}

// one makes one change, unless something that it needs failed or nothing more is to be begun.
func (a *applier) one(ctx context.Context, c *change) {
	if !a.may(c) {
		a.fail(c)
		return
	}
	var err error
	switch c.Do {
	case replace:
		if err = a.make(ctx, c, Delete); err == nil {
			err = a.make(ctx, c, Create)
		}
	case nothing:
		a.keep(ctx, c, nothing, Work{ID: asText(c.Before["id"])})
	default:
		err = a.make(ctx, c, c.Do)
	}
	if err != nil {
		a.fail(c)
		return
	}
	a.mu.Lock()
	a.counts.count(c)
	a.mu.Unlock()
}

func (a *applier) may(c *change) bool {
	select {
	case <-a.stopped:
		return false
	default:
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for address := range a.bad {
		if slices.Contains(c.Needs, blockOf(address)) {
			return false
		}
	}
	return true
}

func (a *applier) fail(c *change) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bad[c.Address] = true
}

// make orders one thing of the cloud and follows it to its end.
func (a *applier) make(ctx context.Context, c *change, do string) error {
	id := asText(c.Before["id"])
	if do == Create {
		id = ""
	}
	a.say.started(c.Address, do, id)
	begin, told := time.Now(), time.Now()
	w, err := a.sim.begin(ctx, Order{Do: do, Piece: a.piece(c, do, id)})
	for err == nil && w.Error == "" && !w.Done {
		a.pause(lookedEvery)
		if every := max(time.Duration(float64(toldEvery)/a.estate.Speed), time.Second); time.Since(told) >= every {
			told = time.Now()
			a.say.going(c.Address, do, id, time.Since(begin))
		}
		w, err = a.sim.work(ctx, w.Job)
	}
	if err == nil && w.Error != "" {
		err = errors.New(w.Error)
	}
	if err != nil {
		a.say.failed(c.Address, do, time.Since(begin))
		d := problem{Summary: err.Error(), Address: c.Address, File: "main.tf"}
		a.mu.Lock()
		a.problems = append(a.problems, d)
		a.mu.Unlock()
		return err
	}
	if do != Delete {
		id = cmpOr(w.ID, id)
	}
	a.say.done(c.Address, do, id, time.Since(begin))
	a.keep(ctx, c, do, w)
	return nil
}

// piece is a change's resource, with its references filled in and what it needs.
func (a *applier) piece(c *change, do, id string) Piece {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := Piece{Address: c.Address, Type: typeOf(c.Address), Region: c.Region, ID: id, Values: c.Before}
	if do == Create || do == Update {
		p.Values = a.filled(c)
	}
	for _, address := range a.state.addresses() {
		if slices.Contains(c.Needs, blockOf(address)) {
			i := a.state.Instances[address]
			p.Needs = append(p.Needs, Piece{Address: address, Type: typeOf(address), ID: i.id()})
		}
	}
	return p
}

// filled are the values that a resource is made with: what the plan did not know is known by now.
func (a *applier) filled(c *change) map[string]any {
	values := maps.Clone(c.After)
	w := wanted(a.plan.Root, list.Roots[a.plan.Root], a.vars, a.estate.Account)[c.Address]
	if w == nil {
		return values
	}
	for _, name := range c.Unknown {
		if text, ok := w.Values[name].(string); ok {
			values[name] = reference.ReplaceAllStringFunc(text, func(m string) string {
				part := reference.FindStringSubmatch(m)
				if i := a.state.Instances[part[1]]; i != nil {
					return asText(i.Values[part[2]])
				}
				return ""
			})
		}
	}
	return values
}

// keep writes into the state what was made, changed or ended.
func (a *applier) keep(ctx context.Context, c *change, do string, w Work) {
	filled := c.Before
	if do == Create || do == Update {
		a.mu.Lock()
		filled = a.filled(c)
		a.mu.Unlock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch do {
	case Delete:
		delete(a.state.Instances, c.Address)
	default:
		values := map[string]any{}
		maps.Copy(values, filled)
		maps.Copy(values, w.Values)
		if w.ID != "" {
			values["id"] = w.ID
		}
		a.state.Instances[c.Address] = &instance{Address: c.Address, Values: values, Needs: c.Needs}
	}
	if time.Since(a.saved) > keptEvery {
		a.saved = time.Now()
		_ = a.backend.save(ctx, a.state) // the last one counts
	}
}
