package runbook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Validate says everything that is wrong with a procedure as a graph and as a promise: nil, or all problems joined,
// each naming its step.
func (p *Procedure) Validate() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if p.Name == "" || p.Title == "" {
		complain("a procedure needs a name and a title")
	}
	if len(p.Steps) == 0 {
		complain("procedure %q has no steps", p.Name)
	}
	ids, gates := map[string]bool{}, map[string]*Gate{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if ids[s.ID] {
			complain("step %q is there twice", s.ID)
		}
		ids[s.ID] = true
		for _, what := range s.problems() {
			complain("step %q: %s", s.ID, what)
		}
		if g := s.Gate; g != nil {
			if other := gates[g.ID]; other != nil && other != g {
				complain("step %q: gate %q is also the id of another gate", s.ID, g.ID)
			}
			gates[g.ID] = g
		}
	}
	for _, s := range p.Steps {
		for _, need := range s.After {
			if !ids[need] {
				complain("step %q comes after %q, which does not exist", s.ID, need)
			}
		}
	}
	if cycle := p.cycle(); cycle != nil {
		complain("steps wait for each other in a circle: %s", strings.Join(cycle, " -> "))
	}
	return errors.Join(problems...)
}

// problems is what is wrong with one step by itself.
func (s *Step) problems() []string {
	var out []string
	need := func(ok bool, what string) {
		if !ok {
			out = append(out, what)
		}
	}
	need(s.ID != "", "it has no id")
	need(s.Title != "", "it has no title")
	need(s.Check != nil || s.Do != nil || s.Await != nil || s.Verify != nil, "it has nothing to do")
	need(s.Timeout > 0, "it has no time-out")
	need(s.Keep == 0 || s.Deadline > 0, "it is kept being tried without a deadline for one attempt")
	for _, c := range s.Calls {
		need(c.Operation != "", "a call has no operation")
		need(c.Plane == Control || c.Plane == Data, fmt.Sprintf("call %s is on plane %q, which is neither control nor data", c.Operation, c.Plane))
	}
	if s.Do == nil {
		need(s.Check == nil, "it has a Check but changes nothing: use Await or Verify")
		need(s.Gate == nil, "it has a gate but changes nothing")
		need(!s.Commit, "it is the commit point but changes nothing")
		need(s.Undo == nil, "it has an Undo but changes nothing")
		need(s.Before == nil, "it has a Before but changes nothing")
		need(s.Ready == nil, "it has a Ready but changes nothing")
		return out
	}
	need(s.Check != nil, "it has a Do but no Check: a resume could not look first")
	need(len(s.Calls) > 0, "it has a Do but names no call")
	need(s.Paper != nil, "it has a Do but no command for paper mode")
	need(slices.Contains([]UndoCost{UndoSeconds, UndoHours, UndoNever}, s.Undoing), fmt.Sprintf("the cost of undoing it is %q, not seconds, hours or never", s.Undoing))
	need(s.Undo == nil || s.Undoing != UndoNever, "it has an Undo but says that it can never be undone")
	if s.Gate != nil {
		need(s.Gate.ID != "" && strings.TrimSpace(s.Gate.Phrase) != "", "its gate has no id or no phrase")
	}
	return out
}

// cycle is one circle of dependencies, its first step repeated at the end; nil where there is none.
func (p *Procedure) cycle() []string {
	const walking, over = 1, 2
	mark, path := map[string]int{}, []string{}
	var visit func(id string) []string
	visit = func(id string) []string {
		s := p.step(id)
		if s == nil || mark[id] == over {
			return nil
		}
		path = append(path, id)
		if mark[id] == walking {
			return path[slices.Index(path, id):]
		}
		mark[id] = walking
		for _, need := range s.After {
			if found := visit(need); found != nil {
				return found
			}
		}
		mark[id], path = over, path[:len(path)-1]
		return nil
	}
	for _, s := range p.Steps {
		if found := visit(s.ID); found != nil {
			return found
		}
	}
	return nil
}
