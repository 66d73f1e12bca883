package cli

import (
	"context"
	"time"

	"lifeboat/dr/runbook"
)

// link is a way to a run that is under way: the socket of the process that executes it (*runbook.Line), or its journal
// and what is laid beside that (*distant).
type link interface {
	View() runbook.View
	// Events are those numbered above n, oldest first.
	Events(n int64) []runbook.Event
	// Words are what steps were last seen to do, by step.
	Words() map[string]string
	// Questions are open now, and can be answered.
	Questions() []runbook.Question
	// Session is when the operator's session ends; zero where it is not known.
	Session() time.Time
	// Changed is closed at the next thing that comes. Take it before what it may change.
	Changed() <-chan struct{}
	// Over is how this part of the run ended; false before.
	Over() (runbook.Over, bool)
	// Done is closed when nothing more comes. Err says why, where Over does not.
	Done() <-chan struct{}
	Err() error
	Close() error

	Answer(ctx context.Context, question string, a runbook.Answer) error
	Stop(ctx context.Context, by, reason string) error
	Skip(ctx context.Context, step string, a runbook.Answer) error
	GoUnplanned(ctx context.Context, a runbook.Answer) error
	Undo(ctx context.Context, a runbook.Answer) error
}

var _ link = (*runbook.Line)(nil)
