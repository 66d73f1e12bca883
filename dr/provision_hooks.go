package dr

import (
	"context"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// ownImports are what a root takes over of the owner's with its next apply, beside what an apply has found there.
func (b *builder) ownImports(_ context.Context, _ string) ([]tf.Import, error) { return nil, nil }

// heard is told of everything that an apply tells, while it goes on; it must not wait.
func (b *builder) heard(_ context.Context, _ *runbook.Task, _ string, _ tf.Event) {}

// amend adds to the procedure of the run's phase what is no root's: steps of their own, which come after others and before others.
func (b *builder) amend(_ *runbook.Procedure) {}
