package dr

import (
	"context"
	"fmt"
	"strings"

	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// What a change of strategy writes down: the roles file, and lifeboat.yaml. Each is written before what follows from it, so that a plan
// that anybody makes in between wants what the run wants.
const (
	stepCopiesNote   = "note-copies"
	stepStrategyNote = "note-strategy"
	stepCopiesBack   = "note-copies-back"
	stepThaw         = "let-go"
)

// freezeStep keeps others' Terraform from making again what this run ends, or the other way round.
func (s *strategist) freezeStep(gate *runbook.Gate) runbook.Step {
	return runbook.Step{
		ID: stepFreeze, Title: "hold Terraform", Why: "an apply of what was wanted before would undo the run in its middle", Gate: gate,
		Calls: s.rolesCalls(), Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# set frozen_by in " + rolesFile + " and stop the pipelines that apply Terraform"}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.Pin(pinLetGo) != "" {
				return runbook.Seen{So: true, Text: "let go again: all is as it is wanted"}, nil
			}
			r, mark, err := s.roles(ctx)
			return runbook.Seen{So: err == nil && mark != "" && r.Frozen == t.Run, Text: firstOf(r.Frozen, "not frozen")}, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if err := s.frozen(ctx); err != nil {
				return fault.New(fault.Refused, "freeze", rolesFile, err)
			}
			return s.changeRoles(ctx, func(r *Roles) { r.Frozen = t.Run })
		},
		Undo: func(ctx context.Context, _ *runbook.Task) error {
			return s.changeRoles(ctx, func(r *Roles) { r.Frozen = "" })
		},
	}
}

func (s *strategist) rolesCalls() []runbook.Call {
	at := s.away().Name
	return []runbook.Call{call("s3:GetObject", runbook.Data, at), call("s3:PutObject", runbook.Data, at)}
}

// changeRoles writes the roles file where f changes it.
func (s *strategist) changeRoles(ctx context.Context, f func(*Roles)) error {
	store, err := s.rolesStore()
	if err != nil {
		return err
	}
	return changeRoles(ctx, store, s.c, func(r *Roles) bool {
		before := asJSON(r)
		f(r)
		return asJSON(r) != before
	})
}

// letGoStep ends the freeze.
func (s *strategist) letGoStep(gate *runbook.Gate) runbook.Step {
	return runbook.Step{
		ID: stepThaw, Title: "let Terraform go", Why: "from now on a plan of anybody's wants what is there", Gate: gate,
		Calls: s.rolesCalls(), Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string { return []string{`# set frozen_by to "" in ` + rolesFile} },
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			r, _, err := s.roles(ctx)
			return runbook.Seen{So: err == nil && r.Frozen == "", Text: fmt.Sprintf("roles version %d, %s", r.Version, firstOf(r.Frozen, "not frozen"))}, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if _, err := t.Decide(ctx, pinLetGo, t.Run); err != nil {
				return err
			}
			return s.changeRoles(ctx, func(r *Roles) { r.Frozen = "" })
		},
	}
}

// note is a step that writes into lifeboat.yaml, and has the run go by what it says then.
func (s *strategist) note(id, title, why string, gate *runbook.Gate, do, undo config.Setting) runbook.Step {
	return runbook.Step{
		ID: id, Title: title, Why: why, Gate: gate,
		Calls: []runbook.Call{{Operation: "file:lifeboat.yaml", Plane: runbook.Data}}, Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			if do.Value == nil {
				return []string{fmt.Sprintf("# take %s out of %s", strings.Join(do.Field, "."), s.c.Path)}
			}
			return []string{fmt.Sprintf("# write %s: %v into %s", strings.Join(do.Field, "."), do.Value, s.c.Path)}
		},
		Check: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			now, err := s.reread()
			if err != nil {
				return runbook.Seen{}, runbook.Never(err)
			}
			said, want := saidOf(now, do.Field), ""
			if do.Value != nil {
				want = fmt.Sprint(do.Value)
			}
			return runbook.Seen{So: said == want, Text: strings.Join(do.Field, ".") + ": " + firstOf(said, "not said")}, nil
		},
		Do:   func(context.Context, *runbook.Task) error { return s.write(do) },
		Undo: func(context.Context, *runbook.Task) error { return s.write(undo) },
	}
}

// saidOf is what a config says of strategy, or of an input of the stack; "" for nothing.
func saidOf(c *config.Config, field []string) string {
	if field[0] == "strategy" {
		return string(c.Strategy)
	}
	if v, said := c.Terraform.Inputs[field[2]]; said {
		return fmt.Sprint(v)
	}
	return ""
}

// reread takes lifeboat.yaml in as it is now.
func (s *strategist) reread() (*config.Config, error) {
	c, err := config.Load(s.c.Path)
	if err != nil {
		return nil, err
	}
	s.c = c
	return c, nil
}

func (s *strategist) write(set config.Setting) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := config.Edit(s.c.Path, set); err != nil {
		return fault.New(fault.Refused, "write", s.c.Path, err)
	}
	_, err := s.reread()
	return err
}

var keepField = []string{"terraform", "inputs", "keep_backups"}

// said is keep_backups as it was before the run.
func (s *strategist) said() config.Setting {
	if s.keep == "" {
		return config.Setting{Field: keepField}
	}
	return config.Setting{Field: keepField, Value: s.keep == "true"}
}

func (s *strategist) copiesNote(gate *runbook.Gate) runbook.Step {
	why := "without them a replica that goes leaves nothing behind"
	if s.replica == "" {
		why = "they stay until the new replica streams, and after that unless lifeboat.yaml says otherwise"
	}
	return s.noteOver(s.note(stepCopiesNote, "lifeboat.yaml: copies of backups beside the replica", why, gate, config.Setting{Field: keepField, Value: true}, s.said()))
}

// noteOver is a note that the end of the run may have taken back.
func (s *strategist) noteOver(step runbook.Step) runbook.Step {
	look := step.Check
	step.Check = func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
		seen, err := look(ctx, t)
		if err == nil && !seen.So && t.Pin(pinCopiesBack) != "" {
			return runbook.Seen{So: true, Text: "written back: it is as it was before the run"}, nil
		}
		return seen, err
	}
	return step
}

// pinCopiesBack keeps that keep_backups was written back to what its owner says.
const pinCopiesBack = "copies.back"

// copiesBack gives the owner his own word back.
func (s *strategist) copiesBack(gate *runbook.Gate) runbook.Step {
	step := s.note(stepCopiesBack, "lifeboat.yaml: copies of backups as before", "its owner has said that he wants none beside a replica", gate, s.said(), config.Setting{Field: keepField, Value: true})
	do := step.Do
	step.Do = func(ctx context.Context, t *runbook.Task) error {
		if _, err := t.Decide(ctx, pinCopiesBack, s.keep); err != nil {
			return err
		}
		return do(ctx, t)
	}
	return step
}

func (s *strategist) strategyNote(gate *runbook.Gate) runbook.Step {
	field := []string{"strategy"}
	return s.note(stepStrategyNote, "lifeboat.yaml: "+string(s.to), "from now on every plan, of whoever makes it, wants the new strategy", gate,
		config.Setting{Field: field, Value: string(s.to)}, config.Setting{Field: field, Value: string(s.from)})
}
