package dr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// planPatience is how long a plan may take. A region that does not answer makes Terraform repeat its requests for a long time.
const planPatience = 15 * time.Minute

// plan plans a root to its file, and keeps what it would do where screens look. t is nil for a second plan, which nobody follows.
func (b *builder) plan(ctx context.Context, t *runbook.Task, root string) (*savedPlan, error) {
	m, err := b.planOnce(ctx, t, root)
	if err != nil && strings.Contains(err.Error(), "non-existent remote object") {
		if pending, _ := b.pendingImports(root); len(pending) > 0 { // it has gone since
			if err := writeJSON(b.importsPath(root), []tf.Import{}); err != nil {
				return nil, err
			}
			m, err = b.planOnce(ctx, t, root)
		}
	}
	if t == nil {
		return m, err
	}
	p := RootPlan{Root: root, At: b.now(), Learned: b.learnedBy(root)}
	if err != nil {
		p.Why, p.Waits = err.Error(), notYet(err)
		return nil, errors.Join(err, writeRootPlan(b.dir, p))
	}
	p.Counts, p.Changes, p.Drift, p.Findings = m.plan.Counts(), m.plan.Changes, m.plan.Drift, m.plan.Findings()
	p.Fingerprint, p.Empty, p.Money = m.print, m.plan.Empty(), Money(m.plan.Changes)
	p.Owned = b.owned(ctx, root, notImported(m.plan.Changes))
	return m, writeRootPlan(b.dir, p)
}

func (b *builder) planOnce(ctx context.Context, t *runbook.Task, root string) (*savedPlan, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, planPatience, fmt.Errorf("the plan took longer than %s", span(planPatience)))
	defer cancel()
	ctx, answered := b.whileAnswered(ctx, root)
	defer answered()
	m, err := b.planned(ctx, t, root)
	var silent *silence
	switch {
	case err != nil && errors.As(context.Cause(ctx), &silent):
		return nil, silent
	case err != nil:
		return nil, explained(late(ctx, err), b.now())
	}
	return m, nil
}

// planned is one plan, for as long as ctx lasts.
func (b *builder) planned(ctx context.Context, t *runbook.Task, root string) (*savedPlan, error) {
	s, err := b.spec(ctx, root)
	if err != nil {
		return nil, err
	}
	d, err := b.ready(ctx, s)
	if err != nil {
		return nil, err
	}
	each, end, err := b.follow(t, root, "plan")
	if err != nil {
		return nil, err
	}
	defer end()
	var o tf.PlanOptions
	if b.anew != nil {
		if o.Replace, err = b.anew(ctx, root); err != nil {
			return nil, fmt.Errorf("what of %s is to be made anew cannot be told: %w", root, err)
		}
	}
	p, err := d.Plan(ctx, o, each)
	if err != nil {
		return nil, err
	}
	return &savedPlan{dir: d, plan: p, print: d.Digest()}, nil
}

// late says of what was broken off that its time was over.
func late(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// explained adds what to do where a state is held by another.
func explained(err error, now time.Time) error {
	l := tf.LockOf(err)
	if l == nil {
		return err
	}
	return fmt.Errorf("%w: the state is %s; wait for it, or, where that process is gone, stop this run and resume it: it asks then before it takes the state", err, lockWords(*l, now))
}

// lockWords says who holds a state.
func lockWords(l tf.Lock, now time.Time) string {
	words := "held by " + plain(l.Who)
	if age := l.Age(now); age > 0 {
		words += " for " + span(age)
	}
	if op := strings.TrimPrefix(l.Operation, "OperationType"); op != "" {
		words += ", " + strings.ToLower(plain(op))
	}
	return words
}

// sayEvery is how often a step says how far Terraform is.
const sayEvery = time.Second

// follow begins a root's file of events, and gives what is told of each and what ends it.
func (b *builder) follow(t *runbook.Task, root, op string) (each func(tf.Event), end func(), err error) {
	if t == nil {
		return nil, func() {}, nil
	}
	began := b.now()
	w, err := beginEvents(b.dir, root, op, began)
	if err != nil {
		return nil, nil, fmt.Errorf("the progress of %s: %w", root, err)
	}
	p, at, said := RootProgress{Root: root, Op: op}, map[string]int{}, time.Time{}
	if m := b.planOf(root); m != nil && op == "apply" {
		p.Total = len(m.plan.Changes)
	}
	each = func(e tf.Event) {
		w.put(e)
		p.take(e, at)
		if now := b.now(); now.Sub(said) >= sayEvery && p.Done+p.Total > 0 {
			said = now
			t.Say("%s", progressWords(p))
		}
	}
	end = func() {
		w.close(op, began)
		if p.Op == "apply" && p.Done > 0 {
			t.Say("%s", progressWords(p))
		}
	}
	return each, end, nil
}

func progressWords(p RootProgress) string {
	if p.Op == "plan" {
		return fmt.Sprintf("%s looked at", several(p.Done, "resource"))
	}
	words := fmt.Sprintf("%d of %s", p.Done, several(p.Total, "resource"))
	var going []string
	for _, l := range p.Lines {
		if l.State == LineGoing {
			going = append(going, l.Address)
		}
	}
	if len(going) > 2 {
		going = append(going[:2], fmt.Sprintf("%d more", len(going)-2))
	}
	if len(going) > 0 {
		words += "; going: " + commas(going)
	}
	if p.Failed > 0 {
		words += fmt.Sprintf("; %d failed", p.Failed)
	}
	return words
}

// guardID is the id under which a gate's override of one finding is kept.
func guardID(root string, f tf.Finding) string { return "guard " + root + " " + f.Address }

// apply applies the plan that was confirmed, and nothing else. When the run is to stop Terraform is interrupted: it finishes its
// current writes.
func (b *builder) apply(ctx context.Context, t *runbook.Task, root string) error {
	m := b.planOf(root)
	if m == nil || m.dir.Digest() != m.print {
		return fmt.Errorf("the plan of %s that was confirmed is not there any more: nothing was applied; try again, and it is planned anew", root)
	}
	var typed []string
	for _, f := range m.plan.Findings() {
		if t.Overridden(guardID(root, f)) {
			typed = append(typed, f.Name)
		}
	}
	if err := m.plan.Guard(typed); err != nil {
		return runbook.Never(err)
	}
	each, end, err := b.follow(t, root, "apply")
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.Going(), func() { cancel(context.Cause(t.Going())) })()
	err = m.dir.Apply(ctx, func(e tf.Event) {
		each(e)
		b.heard(ctx, t, root, e)
	})
	b.mu.Lock()
	delete(b.made, root)
	b.tried[root] = err != nil
	b.mu.Unlock()
	if err != nil {
		return b.failed(context.WithoutCancel(ctx), root, m, late(ctx, err))
	}
	return b.applied(ctx, root, m)
}

// failed is why an apply failed, with its remedy.
func (b *builder) failed(ctx context.Context, root string, m *savedPlan, err error) error {
	var f *tf.Failure
	if !errors.As(err, &f) {
		return err
	}
	err = explained(err, b.now())
	existing := f.Existing()
	if len(existing) == 0 {
		return err
	}
	left, cannot := b.found(ctx, root, m.plan, existing)
	words := fmt.Sprintf("%s there already: the next try imports what it can", several(len(existing), "resource"))
	if len(left) > 0 {
		words += "; what it is imported by cannot be told of " + commas(left) + ": import it by hand, or take it away"
	}
	if cannot != nil {
		words += " (" + cannot.Error() + ")"
	}
	return fmt.Errorf("%w; %s", err, words)
}

// applied keeps what a root has made.
func (b *builder) applied(ctx context.Context, root string, m *savedPlan) error {
	out, err := m.dir.Outputs(ctx)
	if err != nil {
		return err
	}
	b.take(root, out)
	p, err := readRootPlan(b.dir, root)
	if err == nil {
		p.Applied = true
		err = writeRootPlan(b.dir, p)
	}
	return errors.Join(err, b.settle(root))
}
