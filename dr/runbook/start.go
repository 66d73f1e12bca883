package runbook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrEnded is a run that is over: there is nothing to resume.
var ErrEnded = refused("this run has ended; start a new one")

// ErrRefused is what every error is that refuses to start or to resume a run for a reason of Lifeboat's own: the lint,
// the lease, the cool-down, a run that has ended. Nothing was tried that could have failed, and nothing was changed.
var ErrRefused = errors.New("refused")

// refusal is a refusal in words.
type refusal struct{ error }

func (r *refusal) Unwrap() error        { return r.error }
func (r *refusal) Is(target error) bool { return target == ErrRefused }

func refused(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// Start makes the plan durable and sets the run going. It refuses a procedure that is not sound, an unplanned plan that
// leans on the region being left (*LintError), a cool-down, a lease that another holds (*HeldError) or that cannot be
// reached, a journal that is not empty, and an id that does not sort after those of all runs; then nothing was changed, and the error is an ErrRefused. ctx is the process's: when it ends the run is
// abandoned as by a crash; to stop it properly call Run.Stop.
func Start(ctx context.Context, p Procedure, o Options) (*Run, error) {
	o.Timing = o.Timing.filled()
	if err := errors.Join(p.Validate(), o.check()); err != nil {
		return nil, err
	}
	if refused := only(Lint(p, p.From, o.Mode), Refused); len(refused) > 0 {
		return nil, &LintError{refused}
	}
	if o.TakeOver != "" { // a lease is not taken from another for a run that may not start
		if err := coolDown(ctx, o); err != nil {
			return nil, err
		}
	}
	return open(ctx, p, o, func(entries []Entry, repaired string) (Entry, error) {
		if len(entries) > 0 {
			return Entry{}, refused("run %s has a journal already: resume it", o.Run)
		}
		if err := latest(ctx, o); err != nil {
			return Entry{}, err
		}
		if err := coolDown(ctx, o); err != nil { // asked once the lease is held: a run that goes on is no past one
			return Entry{}, err
		}
		plan := p.plan(o)
		return Entry{Kind: EntryPlan, Plan: &plan, Text: repaired}, nil
	})
}

// latest refuses a run that would be taken for an older one than one that there is: ids tell which came later, and NextRunID makes
// one that does, on whatever machine's clock.
func latest(ctx context.Context, o Options) error {
	if o.Archive == nil || o.DryRun {
		return nil
	}
	runs, err := o.Archive.Runs(ctx)
	if err != nil {
		return fmt.Errorf("the runs that there are could not be listed: %w", err)
	}
	for _, other := range runs {
		if other > o.Run {
			return refused("run %s sorts after this one, so it would be taken for the later of the two: start it anew", other)
		}
	}
	return nil
}

// Resume takes a run up where its journal ends: it verifies the journal, takes away a torn last entry, and looks at
// every step again; Check decides what is left. Mode and pins are the journal's, those in o do not count: read them
// with Entries and Replay, and build the procedure from them. A gate passed before holds for the steps whose Do had
// begun and for those that are kept being tried; for the rest it is asked again, since the figures it showed are old.
func Resume(ctx context.Context, p Procedure, o Options) (*Run, error) {
	o.Timing, o.Mode = o.Timing.filled(), Planned
	if err := errors.Join(p.Validate(), o.check()); err != nil {
		return nil, err
	}
	return open(ctx, p, o, func(entries []Entry, repaired string) (Entry, error) {
		if len(entries) == 0 {
			return Entry{}, refused("run %s has no journal", o.Run)
		}
		v := Replay(entries)
		if v.Ending.Closed() {
			return Entry{}, ErrEnded
		}
		if v.Plan.DryRun {
			return Entry{}, refused("run %s is a dry run: it is not taken up, start a new one", o.Run)
		}
		if err := p.same(v.Plan); err != nil {
			return Entry{}, err
		}
		return Entry{Kind: EntryResumed, Text: repaired}, nil
	})
}

// open takes the lease, then the journal, writes the entry that first makes of what is there, and sets the run going.
// The lease comes first, so that nobody else writes what is read here.
func open(ctx context.Context, p Procedure, o Options, first func([]Entry, string) (Entry, error)) (*Run, error) {
	asked := time.Now()
	grant, lease, err := o.acquire(ctx)
	if err != nil {
		return nil, err
	}
	r := newRun(ctx, p, o)
	r.keeper = newKeeper(lease, grant, asked, r.leaseLost)
	stamp := Entry{Run: o.Run, Fence: grant.Fence, By: o.By, Host: o.Host}
	j, entries, repaired, err := openJournal(ctx, o.Store, stamp)
	if err == nil {
		r.journal, r.feed = j, newFeed(Replay(entries))
		r.recalled = len(r.View().passed)
		for _, e := range entries {
			r.feed.recall(e)
		}
		var e Entry
		if e, err = first(entries, repaired); err == nil {
			err = r.log(e)
		}
	}
	if err != nil {
		r.keeper.release(ctx)
		return nil, fmt.Errorf("run %s: %w", o.Run, err)
	}
	go r.drive()
	return r, nil
}

// acquire takes the lease. One that cannot be reached means no run, unless the operator typed that he goes without.
func (o *Options) acquire(ctx context.Context) (Grant, Lease, error) {
	if o.Lease == nil || o.DryRun {
		return Grant{}, nil, nil
	}
	g, err := o.Lease.Acquire(ctx, Claim{Holder: o.By, Host: o.Host, Run: o.Run, Phrase: o.TakeOver})
	var held *HeldError
	switch {
	case err == nil:
		return g, o.Lease, nil
	case errors.As(err, &held):
		return Grant{}, nil, err
	case overridden(o.Overrides, PhraseNoLock) == nil:
		return Grant{}, nil, nil
	}
	return Grant{}, nil, refused("the lock cannot be reached, so nothing is started (in an emergency type %q with a reason): %w", PhraseNoLock, err)
}

// plan is what the journal keeps of a procedure.
func (p *Procedure) plan(o Options) Plan {
	plan := Plan{Name: p.Name, Title: p.Title, From: p.From, To: p.To, Mode: o.Mode, DryRun: o.DryRun, Pins: o.Pins, Overrides: o.Overrides}
	for _, s := range p.Steps {
		kept := PlannedStep{ID: s.ID, Title: s.Title, Why: s.Why, After: s.After, Calls: s.Calls, Undoing: s.Undoing, Commit: s.Commit, Safety: s.Safety, PlannedOnly: s.PlannedOnly}
		if s.Gate != nil {
			kept.Gate = s.Gate.ID
		}
		plan.Steps = append(plan.Steps, kept)
	}
	return plan
}

// Plan is what the journal of a run would keep of a procedure.
func (p *Procedure) Plan(mode Mode, pins Pins) Plan { return p.plan(Options{Mode: mode, Pins: pins}) }

// same says how a procedure differs from the one that a journal was begun with: another version of the program must
// not go on with a plan that it would have made otherwise.
func (p *Procedure) same(plan Plan) error {
	now, then := shape(p.plan(Options{})), shape(plan)
	var diff []string
	for _, line := range then {
		if !slices.Contains(now, line) {
			diff = append(diff, "no more: "+line)
		}
	}
	for _, line := range now {
		if !slices.Contains(then, line) {
			diff = append(diff, "new: "+line)
		}
	}
	if len(diff) == 0 {
		return nil
	}
	return refused("the run was begun with another plan (%s); resume it with the program that began it", strings.Join(diff, "; "))
}

// shape is what must not differ between the plan and the procedure that resumes it.
func shape(p Plan) []string {
	out := []string{fmt.Sprintf("%s from %s to %s", p.Name, p.From, p.To)}
	for _, s := range p.Steps {
		out = append(out, fmt.Sprintf("step %s after [%s] gate %q commit %t", s.ID, strings.Join(s.After, " "), s.Gate, s.Commit))
	}
	return out
}
