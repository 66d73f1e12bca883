package views

import (
	"context"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Runs is the door to runs: views/cli has the one that starts processes and speaks with them. Every method may wait and
// is called on a goroutine of its own, several at a time; ctx ends the waiting, never the run. Errors are in words for
// the person who asked.
//
// An Answer comes without By: the door knows who asks, and puts the identity in.
type Runs interface {
	// Plan makes a procedure's plan as of now and starts nothing.
	Plan(ctx context.Context, kind dr.Kind) (RunPlan, error)
	// Begin starts a run in a process of its own, and returns when that answers. Nothing is changed before its opening
	// gate. An error says why it was not started, and quotes the phrase (runbook.PhraseCoolDown, runbook.PhraseNoLock)
	// that overrides it where one does.
	Begin(ctx context.Context, o RunOrder) (id string, err error)
	// Resume takes up a run that no process runs. The error is a *runbook.HeldError, or has its words, where another
	// holds the lease: then takeOver, its typed phrase, takes it.
	Resume(ctx context.Context, id, takeOver string) error
	// List gives every run that is kept, the newest first.
	List(ctx context.Context) ([]RunLine, error)
	// Follow calls each at once and with every change, one call at a time, until the run is over (nil) or ctx ends.
	Follow(ctx context.Context, id string, each func(RunUpdate)) error
	// Answer answers an open question. A wrong answer is an error, and the question goes on waiting.
	Answer(ctx context.Context, id, question string, a runbook.Answer) error
	// Stop, Skip, GoUnplanned and Undo are words that the run has not asked for, as runbook.Run takes them.
	Stop(ctx context.Context, id, reason string) error
	Skip(ctx context.Context, id, step string, a runbook.Answer) error
	GoUnplanned(ctx context.Context, id string, a runbook.Answer) error
	Undo(ctx context.Context, id string, a runbook.Answer) error
	// Paper is what is left of a run as commands.
	Paper(ctx context.Context, id string) ([]runbook.Sheet, error)
	// Estimates is how long the steps of a procedure took in this estate's own past runs; empty before there is one.
	Estimates(ctx context.Context, kind dr.Kind) (runbook.Estimates, error)

	Provisioner
}

// Provisioner is the part of the door that provisioning goes through. What it makes is made by runs of dr.Provision.
type Provisioner interface {
	// Provisioning is how far the estate is provisioned. It reads lifeboat.yaml, states and journals.
	Provisioning(ctx context.Context) (Provisioning, error)
	// Inputs are what a phase wants to know, filled in as far as they are known.
	Inputs(ctx context.Context, phase string) ([]dr.Input, error)
	// SetInputs writes inputs into lifeboat.yaml, by name. An error names those that were refused, a line each ("name:
	// why"), and nothing was written.
	SetInputs(ctx context.Context, phase string, values map[string]string) error
	// RootPlans are the newest plans of a run, by root in the order of the run; empty before there is one.
	RootPlans(ctx context.Context, run string) ([]dr.RootPlan, error)
	// Owned are what of the owner's own Terraform a phase takes over or leaves to him, with what he writes into his root for it. It reads his
	// state, the stack's, and the cloud.
	Owned(ctx context.Context, phase string) ([]dr.Owned, error)
	// Progress calls each at once and with every change of what a root's plan or apply is doing, ten times a second at
	// most and one call at a time, until ctx ends (its error) or the run has nothing more to do there (nil).
	Progress(ctx context.Context, run, root string, each func(dr.RootProgress)) error
}

// Provisioning is how far an estate is provisioned.
type Provisioning struct {
	Phases    []dr.PhaseState // in order
	Terraform string          // the program that is used: "terraform 1.11.4"; "" where there is none
	// Strategies are the ways to stand by, the dearest first, with what each costs and means; none where the estate was not read yet.
	Strategies []dr.StrategyFacts
	Primary    string // whose the primary is: "ours", "theirs"; "" while nobody has said
}

// RunOrder is what a run is begun with. A dry run does everything but change things.
type RunOrder struct {
	Kind     dr.Kind
	Phase    string          // of dr.Provision: one of dr.ProvisionPhases
	Strategy config.Strategy // of dr.Strategy: the one to change to
	DryRun   bool
	// RecoveryPoint is what a database is restored from, where one is: a snapshot's name or a moment; "": the newest.
	RecoveryPoint string
	Overrides     []runbook.Override
	Silent        time.Time // since when nothing of the region being left is seen to answer here; zero where something does
}

// RunPlan is a procedure as it would be run now.
type RunPlan struct {
	Plan     runbook.Plan
	Findings []runbook.Finding // the lint's, a step each
	Paper    []runbook.Sheet   // the same as commands
	Where    string            // where its journal and lease are kept, and who can take it over, in words
}

// RunLine is a run in a list.
type RunLine struct {
	View runbook.View
	Here bool   // a process of this machine runs it
	Dead string // no process runs it any more, though it is not over: in words; "" where one does, or that cannot be told
	Err  error  // why its journal could not be read; View.Run is its id all the same
}

// RunUpdate is a run as it is now. Each is complete: one that comes while an older one waits replaces it.
type RunUpdate struct {
	View      runbook.View
	Words     map[string]string  // what each step was last seen to do, by id; not journaled
	Questions []runbook.Question // open now, the oldest first; those for codes, which no journal has, among them
	Events    []runbook.Event    // oldest first; of a long run the newest 500, and every answer
	Here      bool               // a process of this machine runs it
	Dead      string             // as RunLine's
	Session   time.Time          // when the operator's session ends; zero: not assumed yet, or it does not end
	Note      string             // how it is followed, where that matters: "by its journal in s3://…, 5 s behind"
}
