package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/views"
)

// runs is the cockpit's door to runs: it starts processes for them and speaks with these over their sockets; what another
// machine executes it follows by its journal.
type runs struct {
	app    *app
	config *config.Config
	estate func() *dr.Estate // as the cockpit sees it

	mu    sync.Mutex
	kept  *dr.State // nil until it could be opened
	by    string    // "" until STS has told
	links map[string]link
	past  map[string]views.RunLine // by id, as read last; the journals of those that are over do not change any more
}

func newRuns(a *app, c *config.Config, estate func() *dr.Estate) *runs {
	return &runs{app: a, config: c, estate: estate, links: map[string]link{}, past: map[string]views.RunLine{}}
}

var _ views.Runs = (*runs)(nil)

// state is where the runs are kept; it may have to ask for the account.
func (r *runs) state(ctx context.Context) (*dr.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		s, err := dr.OpenState(ctx, r.config, dr.Options{})
		if err != nil {
			return nil, err
		}
		r.kept = s
	}
	return r.kept, nil
}

// me is who answers: an ARN, or the user of this machine while STS does not tell.
func (r *runs) me(ctx context.Context) string {
	r.mu.Lock()
	by := r.by
	r.mu.Unlock()
	if by != "" {
		return by
	}
	by = whoami(ctx, r.config)
	if isARN(by) {
		r.mu.Lock()
		r.by = by
		r.mu.Unlock()
	}
	return by
}

// Plan implements views.Runs.
func (r *runs) Plan(ctx context.Context, kind dr.Kind) (views.RunPlan, error) {
	s, err := r.state(ctx)
	if err != nil {
		return views.RunPlan{}, err
	}
	runner, err := dr.OpenRunner(ctx, r.config, dr.RunnerOptions{Code: noCode})
	if err != nil {
		return views.RunPlan{}, err
	}
	defer runner.Close()
	out := views.RunPlan{Where: whereKept(s)}
	out.Plan, out.Findings, out.Paper, err = runner.PlanNow(ctx, dr.Order{Kind: kind})
	return out, err
}

// whereKept says where a run's journal is, and what follows from that.
func whereKept(s *dr.State) string {
	if s.Shared {
		return s.Where + ": another machine can follow the run, and take it over"
	}
	return s.Where + ": no other machine can follow the run, or take it over"
}

// Begin implements views.Runs.
func (r *runs) Begin(ctx context.Context, o views.RunOrder) (string, error) {
	s, err := r.state(ctx)
	if err != nil {
		return "", err
	}
	run, l, err := r.app.begin(ctx, r.config, s, dr.Order{Kind: o.Kind, Phase: o.Phase, Strategy: o.Strategy, DryRun: o.DryRun, RecoveryPoint: o.RecoveryPoint, Overrides: o.Overrides, Silent: o.Silent})
	if err != nil {
		return run, err
	}
	defer l.Close()
	return run, begun(ctx, l)
}

// Resume implements views.Runs.
func (r *runs) Resume(ctx context.Context, id, takeOver string) error {
	s, err := r.state(ctx)
	if err != nil {
		return err
	}
	l, err := attach(ctx, s, id)
	if errors.Is(err, errNoProcess) {
		l, err = r.app.takeUp(ctx, r.config, s, id, takeOver)
	}
	if err != nil {
		return err
	}
	defer l.Close()
	return begun(ctx, l)
}

// begun waits until a process has begun or taken up its run. The error is why it did not.
func begun(ctx context.Context, l *runbook.Line) error {
	for {
		changed := l.Changed()
		over, ended := l.Over()
		switch {
		case len(l.Events(0)) > 0:
			return nil
		case ended && over.Err() != nil:
			return over.Err()
		case ended:
			return errors.New("its process has ended without beginning it")
		case l.Err() != nil:
			return l.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// List implements views.Runs.
func (r *runs) List(ctx context.Context) ([]views.RunLine, error) {
	s, err := r.state(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.Archive.Runs(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	for _, k := range runbook.ReadJournals(ctx, s.Archive, r.unread(ids)) {
		k.View.Run = k.Run
		line := views.RunLine{View: k.View, Err: k.Err}
		if k.View.Ending == runbook.Running {
			line.Here, line.Dead = whoRuns(ctx, s, k.Run)
		}
		r.remember(line)
	}
	return r.lines(ids), nil
}

// unread are the runs whose journals must be read: all but those that were over when they were read last.
func (r *runs) unread(ids []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, id := range ids {
		if line, known := r.past[id]; !known || line.Err != nil || !line.View.Ending.Closed() {
			out = append(out, id)
		}
	}
	return out
}

func (r *runs) remember(line views.RunLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.past[line.View.Run] = line
}

func (r *runs) lines(ids []string) []views.RunLine {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []views.RunLine
	for _, id := range ids {
		out = append(out, r.past[id])
	}
	return out
}

// whoRuns says whether a process of this machine executes a run that its journal has not seen end, or else, in words, that
// nobody does; neither where that cannot be told.
func whoRuns(ctx context.Context, s *dr.State, run string) (here bool, dead string) {
	l, err := attach(ctx, s, run)
	if err == nil {
		l.Close()
		return true, ""
	}
	if !errors.Is(err, errNoProcess) {
		return true, ""
	}
	if !s.Shared {
		return false, err.Error()
	}
	g, held, err := s.Lease().Held(ctx)
	switch {
	case err != nil || held && g.Run == run && !g.Expired:
		return false, ""
	case held && g.Run == run:
		return false, fmt.Sprintf("its lease ran out at %s: the process on %s is gone, or cannot reach %s", g.Expires.UTC().Format("15:04:05 UTC"), g.Host, s.Where)
	}
	return false, "nobody holds its lease: its process is gone"
}

// Paper implements views.Runs.
func (r *runs) Paper(ctx context.Context, id string) ([]runbook.Sheet, error) {
	runner, err := dr.OpenRunner(ctx, r.config, dr.RunnerOptions{Code: noCode})
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	return runner.PaperOf(ctx, id)
}

// Estimates implements views.Runs.
func (r *runs) Estimates(ctx context.Context, kind dr.Kind) (runbook.Estimates, error) {
	s, err := r.state(ctx)
	if err != nil {
		return nil, err
	}
	return runbook.Past(ctx, s.Archive, string(kind))
}

// with does something over the link to a run: the one that it is followed by, else one of its own.
func (r *runs) with(ctx context.Context, id string, do func(l link, by string) error) error {
	s, err := r.state(ctx)
	if err != nil {
		return err
	}
	by := r.me(ctx)
	r.mu.Lock()
	l := r.links[id]
	r.mu.Unlock()
	if l != nil && l.Err() == nil {
		return do(l, by)
	}
	if l, err = linkTo(ctx, s, id); err != nil {
		return err
	}
	defer l.Close()
	if err := heard(ctx, l); err != nil {
		return err
	}
	return do(l, by)
}

// heard waits until a link has told something of its run.
func heard(ctx context.Context, l link) error {
	for changed := l.Changed(); len(l.Events(0)) == 0; changed = l.Changed() {
		select {
		case <-changed:
		case <-l.Done():
			return l.Err()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Answer implements views.Runs.
func (r *runs) Answer(ctx context.Context, id, question string, a runbook.Answer) error {
	return r.with(ctx, id, func(l link, by string) error {
		for _, q := range l.Questions() {
			if q.ID == question && q.People > 1 && a.Choice == runbook.Pass && !isARN(by) {
				return fmt.Errorf("it needs the identities of %d people, and STS does not say who you are", q.People)
			}
		}
		a.By = by
		for i := range a.Overrides {
			a.Overrides[i].By = by
		}
		return l.Answer(ctx, question, a)
	})
}

// Stop implements views.Runs.
func (r *runs) Stop(ctx context.Context, id, reason string) error {
	return r.with(ctx, id, func(l link, by string) error { return l.Stop(ctx, by, reason) })
}

// Skip implements views.Runs.
func (r *runs) Skip(ctx context.Context, id, step string, a runbook.Answer) error {
	return r.with(ctx, id, func(l link, by string) error { a.By = by; return l.Skip(ctx, step, a) })
}

// GoUnplanned implements views.Runs.
func (r *runs) GoUnplanned(ctx context.Context, id string, a runbook.Answer) error {
	return r.with(ctx, id, func(l link, by string) error { a.By = by; return l.GoUnplanned(ctx, a) })
}

// Undo implements views.Runs.
func (r *runs) Undo(ctx context.Context, id string, a runbook.Answer) error {
	return r.with(ctx, id, func(l link, by string) error { a.By = by; return l.Undo(ctx, a) })
}

// leaveTime is how long a cockpit that was quit looks for runs that go on without it.
const leaveTime = 2 * time.Second

// leave says, once the screen is gone, which runs this machine goes on with, and how to come back to them.
func (r *runs) leave() {
	r.mu.Lock()
	s := r.kept
	r.mu.Unlock()
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	paths, _ := filepath.Glob(beside(s, "*", processEnd))
	for _, path := range paths {
		l, err := attach(ctx, s, strings.TrimSuffix(filepath.Base(path), processEnd))
		if err != nil {
			continue
		}
		h := l.Hello()
		l.Close()
		fmt.Fprintf(r.app.err, "run %s goes on in a process of its own (%d); to come back to it: lifeboat --config %s\n", h.Run, h.PID, r.config.Path)
	}
}
