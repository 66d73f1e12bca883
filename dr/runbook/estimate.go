package runbook

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Estimates is how long each step takes by itself, by step id: the median of this estate's own past runs.
type Estimates map[string]time.Duration

// Past learns from every run of a procedure in an archive, dry runs apart. A journal that cannot be read is an error:
// an estimate made of half of what there is would not say so.
func Past(ctx context.Context, a Archive, procedure string) (Estimates, error) {
	runs, err := a.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var views []View
	for _, run := range runs {
		s, err := a.Store(run)
		if err != nil {
			return nil, err
		}
		entries, err := Entries(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", run, err)
		}
		if v := Replay(entries); v.Plan.Name == procedure {
			views = append(views, v)
		}
	}
	return Learn(views...), nil
}

// Learn makes estimates of runs.
func Learn(runs ...View) Estimates {
	took := map[string][]time.Duration{}
	for _, v := range runs {
		for _, s := range v.Steps {
			if d, ok := s.Took(); ok && !v.Plan.DryRun {
				took[s.ID] = append(took[s.ID], d)
			}
		}
	}
	out := Estimates{}
	for id, all := range took {
		slices.Sort(all)
		out[id] = all[len(all)/2]
	}
	return out
}

// Projection is what is still to come of a run, people's time apart.
type Projection struct {
	Left    time.Duration // along the critical path
	Path    []string      // the steps of that path that are not over, in order
	Unknown []string      // steps that no run has timed: where there are any, Left is only the least that it can be
}

// Known says whether Left is an estimate rather than the least that it can be.
func (p Projection) Known() bool { return len(p.Unknown) == 0 }

// Finish is when the run would be over, had nobody to be waited for.
func (p Projection) Finish(now time.Time) time.Time { return now.Add(p.Left) }

// LatestStart is the latest moment at which what is left can begin and still end within a target that counts from the
// beginning of an outage.
func (p Projection) LatestStart(outage time.Time, target time.Duration) time.Time {
	return outage.Add(target - p.Left)
}

// Project says how long the rest of a run takes, and along which steps. A step under way has what its estimate leaves,
// and never less than nothing.
func Project(v View, past Estimates, now time.Time) Projection {
	p := projector{view: v, past: past, now: now, best: map[string]Projection{}}
	var out Projection
	for _, s := range v.Steps {
		if to := p.upTo(s.ID); to.Left > out.Left || len(to.Path) > len(out.Path) && to.Left == out.Left {
			out.Left, out.Path = to.Left, to.Path
		}
		if _, known := past[s.ID]; !known && !s.State.Over() && !v.leftOut(s) {
			out.Unknown = append(out.Unknown, s.ID)
		}
	}
	return out
}

// leftOut says whether a step of the plan will not be run for the mode's sake. The journal knows it when it happens.
func (v View) leftOut(s StepView) bool { return v.Mode == Unplanned && s.PlannedOnly }

type projector struct {
	view View
	past Estimates
	now  time.Time
	best map[string]Projection
}

// upTo is the longest way to the end of one step.
func (p *projector) upTo(id string) Projection {
	if done, ok := p.best[id]; ok {
		return done
	}
	var longest Projection
	s, _ := p.view.Step(id)
	for _, need := range s.After {
		if to := p.upTo(need); to.Left >= longest.Left {
			longest = to
		}
	}
	if !s.State.Over() && !p.view.leftOut(s) {
		longest = Projection{Left: longest.Left + p.rest(s), Path: append(slices.Clone(longest.Path), id)}
	}
	p.best[id] = longest
	return longest
}

// rest is what one step still takes.
func (p *projector) rest(s StepView) time.Duration {
	all := p.past[s.ID]
	if s.Began.IsZero() || s.State == StateWaiting {
		return all
	}
	return max(0, all-(p.now.Sub(s.Began)-s.Waited))
}
