package dr

import (
	"context"
	"maps"

	"lifeboat/dr/runbook"
)

// staged has a step of a root plan and apply what is wanted at a stage. A stage that the run is past is not gone back to: its step is over.
func (s *strategist) staged(step runbook.Step, root, stage string) runbook.Step {
	at := func(look runbook.Look) runbook.Look {
		if look == nil {
			return nil
		}
		return func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if s.past(stage) {
				return runbook.Seen{So: true, Text: "behind it: " + s.turnedWords()}, nil
			}
			s.enter(t, root, stage)
			return look(ctx, t)
		}
	}
	step.Check, step.Await = at(step.Check), at(step.Await)
	return step
}

// past says whether a stage is behind the run: once lifeboat.yaml says what the run wants a root is only made as that wants it.
func (s *strategist) past(stage string) bool {
	return (stage == stageCopies || stage == stageRelease) && s.turned()
}

// turned says whether lifeboat.yaml says what the run wants: the new strategy, or no recovery point.
func (s *strategist) turned() bool {
	if s.kind == Deactivate {
		return s.c.Terraform.Inputs["restore"] == nil
	}
	return s.c.Strategy == s.to
}

func (s *strategist) turnedWords() string {
	if s.kind == Deactivate {
		return "lifeboat.yaml names no recovery point any more"
	}
	return "the strategy is " + string(s.to)
}

// enter begins a stage of a root: what was planned at another is not applied any more.
func (s *strategist) enter(t *runbook.Task, root, stage string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dry = t.DryRun
	if now, begun := s.stages[root]; begun && now == stage {
		return
	}
	s.stages[root] = stage
	delete(s.made, root)
	s.clean[root], s.tried[root] = false, false
}

// lay is what a root is told beside what lifeboat.yaml says.
func (s *strategist) lay(root string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	stage, begun := s.stages[root]
	vars := map[string]any{}
	if s.dry { // lifeboat.yaml is not written
		maps.Copy(vars, s.rehearsed(root, stage, begun))
	}
	if begun && (stage == stageRelease || stage == stageCopies && s.released) {
		vars["deletion_protection"] = false
		if root == "data" {
			vars["skip_final_snapshot"] = true // RDS refuses a last snapshot of a replica: it has one by hand
		}
	}
	return vars
}

// rehearsed is what lifeboat.yaml and the roles file would say at a stage.
func (s *strategist) rehearsed(root, stage string, begun bool) map[string]any {
	vars := map[string]any{}
	if root == "data" && s.copies() {
		vars["keep_backups"] = stage != stageOwn
	}
	if begun && stage != stageCopies && stage != stageRelease {
		vars["strategy"], vars["roles_unchecked"] = string(s.to), "a dry run, with the sizes that there would be"
		if s.kind == Deactivate {
			vars["restore"] = nil
		}
	}
	return vars
}

// sized is the roles file as a root's plan is given it: a dry run plans with that of the new strategy.
func (s *strategist) sized(root string, r Roles) Roles {
	s.mu.Lock()
	stage, begun := s.stages[root]
	dry := s.dry
	s.mu.Unlock()
	if dry && begun && stage != stageCopies && stage != stageRelease {
		s.setSizes(&r)
	}
	return r
}
