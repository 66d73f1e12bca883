//go:build unix

package cli_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// happened is one event of --json, as far as the tests read it.
type happened struct {
	Type, Step, State, Result, Text, Run string
	Name, Value                          string // of a decision
	Time                                 time.Time
	Plan                                 *runbook.Plan
	Answer                               *struct{ Question string }
	End                                  *struct {
		Ending string
		Exit   int
	}
}

// told is what a run says of itself, over all of its processes.
type told []happened

// plan is the run's, and when it was made.
func (e told) plan(t testing.TB) (*runbook.Plan, time.Time) {
	t.Helper()
	i := slices.IndexFunc(e, func(h happened) bool { return h.Plan != nil })
	if i < 0 {
		t.Fatal("the run has told of no plan")
	}
	return e[i].Plan, e[i].Time
}

// executed are the times in which a process executed the run. Before, a process reads the estate.
func (e told) executed() *underway {
	u := &underway{}
	var began time.Time
	for _, h := range e {
		switch {
		case h.Plan != nil || h.Type == "resumed":
			began = h.Time
		case h.End != nil:
			u.spans = append(u.spans, [2]time.Time{began, h.Time})
		}
	}
	return u
}

// end is the last event.
func (e told) end(t testing.TB) happened {
	t.Helper()
	if len(e) == 0 || e[len(e)-1].End == nil {
		t.Fatal("the last event does not say how it ended")
	}
	return e[len(e)-1]
}

// step is the newest word of a step: "done", "would do".
func (e told) step(id string) (state, text string) {
	for _, h := range e {
		if h.Type == "step" && h.Step == id {
			state, text = h.State, h.Text
		}
	}
	return state, text
}

// decided is a decision of the run's, and when it was made.
func (e told) decided(name string) (value string, at time.Time) {
	for _, h := range e {
		if h.Type == "decided" && h.Name == name {
			return h.Value, h.Time
		}
	}
	return "", time.Time{}
}

// passed is when a gate was answered.
func (e told) passed(gate string) time.Time {
	for _, h := range e {
		if h.Answer != nil && h.Answer.Question == gate {
			return h.Time
		}
	}
	return time.Time{}
}

// underway is when a step was: from its first look on, in each process that took it up.
type underway struct {
	spans   [][2]time.Time
	changed bool // or watched: it was not already so
}

func (u *underway) covers(at time.Time) bool {
	return slices.ContainsFunc(u.spans, func(s [2]time.Time) bool { return !at.Before(s[0]) && !at.After(s[1]) })
}

// steps are all steps that were begun, by id.
func (e told) steps() map[string]*underway {
	all := map[string]*underway{}
	open := map[string]time.Time{}
	finish := func(id string, at time.Time) {
		if began, ok := open[id]; ok {
			all[id].spans = append(all[id].spans, [2]time.Time{began, at})
			delete(open, id)
		}
	}
	for _, h := range e {
		switch {
		case h.Type == "step" && h.State == string(runbook.StateLooking):
			if all[h.Step] == nil {
				all[h.Step] = &underway{}
			}
			if _, ok := open[h.Step]; !ok {
				open[h.Step] = h.Time
			}
		case h.Type == "step" && h.State == string(runbook.StateDone):
			finish(h.Step, h.Time)
			if u := all[h.Step]; u != nil && h.Result == string(runbook.OutcomeDone) {
				u.changed = true
			}
		case h.End != nil:
			for id := range open {
				finish(id, h.Time)
			}
		}
	}
	return all
}

// kindOf is a declared call as requests are compared with it; "" for one that no recorder sees: a probe, a query.
func kindOf(c runbook.Call) string {
	if service, _, _ := strings.Cut(c.Operation, ":"); slices.Contains([]string{"probe", "sql", "local"}, service) {
		return ""
	}
	return strings.TrimSpace(c.Operation + " " + c.Region)
}

func declares(s runbook.PlannedStep, kind string) bool {
	return slices.ContainsFunc(s.Calls, func(c runbook.Call) bool { return kindOf(c) == kind })
}

// shared gives every step of a plan those of its changing requests that are wanted of it, in time. What was not made, was made
// twice or was wanted of no step is an error.
func shared(t testing.TB, plan *runbook.Plan, made []request, want map[string][]string) map[string][]request {
	t.Helper()
	left := slices.Clone(made)
	out := map[string][]request{}
	for _, s := range plan.Steps {
		for _, text := range want[s.ID] {
			i := slices.IndexFunc(left, func(r request) bool { return r.String() == text })
			if i < 0 {
				t.Errorf("%s did not make its call %s", s.ID, text)
				continue
			}
			out[s.ID] = append(out[s.ID], left[i])
			left = slices.Delete(left, i, i+1)
		}
	}
	for _, r := range left {
		t.Errorf("one call too many at %s: %s", r.at.Format("15:04:05.000"), r)
	}
	return out
}

// holdChanges holds a run's changing requests against its plan: each is declared by its step, made while that is under way, and not
// before everything that the step waits for.
func holdChanges(t testing.TB, e told, plan *runbook.Plan, of map[string][]request) {
	t.Helper()
	steps := e.steps()
	for _, s := range plan.Steps {
		for _, r := range of[s.ID] {
			if !declares(s, r.kind()) {
				t.Errorf("%s makes %s, which it does not declare", s.ID, r)
			}
			if u := steps[s.ID]; u == nil || !u.covers(r.at) {
				t.Errorf("%s was made at %s, when %s was not under way", r, r.at.Format("15:04:05.000"), s.ID)
			}
			for _, before := range ancestors(plan, s.ID) {
				for _, earlier := range of[before] {
					if !earlier.at.Before(r.at) {
						t.Errorf("%s of %s came before %s of %s, for which it waits", r, s.ID, earlier, before)
					}
				}
			}
		}
	}
}

// ancestors are all steps that a step waits for.
func ancestors(plan *runbook.Plan, id string) []string {
	var out []string
	for _, s := range plan.Steps {
		if s.ID != id {
			continue
		}
		for _, a := range s.After {
			out = append(append(out, a), ancestors(plan, a)...)
		}
	}
	return out
}

// holdReads holds what a run has read against its plan, both ways: at the time of each request a step is under way that declares it,
// and every declared call of a step that had something to do was made in its time. Taking on the role is held by holdSession instead: it is declared by every step that may be the first to need it.
func holdReads(t testing.TB, e told, plan *runbook.Plan, made []request) {
	t.Helper()
	steps := e.steps()
	for _, r := range made {
		if !slices.ContainsFunc(plan.Steps, func(s runbook.PlannedStep) bool {
			return declares(s, r.kind()) && steps[s.ID] != nil && steps[s.ID].covers(r.at)
		}) {
			t.Errorf("%s was asked at %s, when no step was under way that declares it", r, r.at.Format("15:04:05.000"))
		}
	}
	for _, s := range plan.Steps {
		u := steps[s.ID]
		if u == nil || !u.changed {
			continue
		}
		for _, c := range s.Calls {
			if c.Operation == "sts:AssumeRole" {
				continue
			}
			if kind := kindOf(c); kind != "" && !slices.ContainsFunc(made, func(r request) bool { return r.kind() == kind && u.covers(r.at) }) {
				t.Errorf("%s declares %s and did not make it", s.ID, kind)
			}
		}
	}
}
