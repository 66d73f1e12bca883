package runbook

import (
	"context"
	"maps"
	"time"
)

// Mode is how a procedure is run.
type Mode string

const (
	Planned   Mode = "planned"   // both regions answer, nothing is lost: a step that fails waits for the operator
	Unplanned Mode = "unplanned" // the region being left may not answer: a step that leans on it has a deadline
)

// Plane is the part of a service that a call leans on.
type Plane string

const (
	Control Plane = "control" // what changes things: rds:PromoteReadReplica, cloudfront:UpdateDistribution
	Data    Plane = "data"    // what serves: s3:GetObject, a query, a probe
)

// UndoCost is what it takes to take a step back.
type UndoCost string

const (
	UndoSeconds UndoCost = "seconds"
	UndoHours   UndoCost = "hours"
	UndoNever   UndoCost = "never"
)

// Procedure is a graph of steps, and what it takes users away from and to. Title is also its phrase: the opening gate
// asks for it, and undoing asks for "undo " and the title.
type Procedure struct {
	Name  string // "failover": estimates are learned by name
	Title string // "fail over us-east-1 to us-west-2"
	From  string // the region being left
	To    string // the region that takes over
	Steps []Step
}

// Step is one thing to be made so. Every step is safe to run twice with the same end: Check is asked first, and Do is
// called only where Check says that it is not so.
//
// Check must say so as soon as the change was accepted by the cloud, finished or not: Await waits for the rest. A Check
// that says "not yet" of an accepted change would have it made again.
type Step struct {
	ID    string   // short and stable: estimates and phrases are made of it
	Title string   // "promote replica"
	Why   string   // one sentence, for the person who has to answer for it
	After []string // the steps that must be over before this one begins
	Calls []Call   // everything that it calls, read or changed

	Undoing UndoCost                 // what it costs to take back; required where there is a Do
	Paper   func(pins Pins) []string // the commands a person would type instead; required where there is a Do
	Gate    *Gate                    // asked before Do, and only then; steps that share one pointer share one answer
	Commit  bool                     // from its Do on, nothing can be undone
	Safety  bool                     // a run in which it was skipped or not done is tainted
	Check   Look                     // is it already so? required where there is a Do
	Ready   Act                      // what a change needs of a person (a code); before Before, and its time is a person's
	Before  Look                     // must be so right before every Do, or the step fails with its words (a receipt, a probe)
	Do      Act                      // make it so
	Await   Look                     // asked until the cloud says that it is so
	Verify  Look                     // asked until it has been so for Hold without a break
	Undo    Act                      // make it what it was; read-only steps have none

	Timeout time.Duration // for one attempt, waiting for people apart; required
	Poll    time.Duration // between two looks; zero takes Timing.Poll
	Hold    time.Duration // how long Verify must stay so; zero takes Timing.Hold

	// What an unplanned run does with a step that leans on the region being left.
	Deadline      time.Duration // how long the run waits for it in all; after it the step is not done and the run goes on
	Keep          time.Duration // once it was not done, try again this often until it is; the run stays open meanwhile
	PlannedOnly   bool          // it is left out of an unplanned run, and steps after it do not wait
	NoAlternative string        // why it must lean on the region being left nevertheless; accepted by a typed phrase
}

// Call is one operation that a step makes: an API operation ("rds:PromoteReadReplica"), or an address that Terraform
// changes ("terraform:aws_db_instance.dr"). The part before the colon is the service, by which the x-ray knows where
// its control plane lives.
type Call struct {
	Operation  string `json:"operation"`
	Plane      Plane  `json:"plane"`
	Region     string `json:"region,omitempty"`      // where it is answered; "" is a global endpoint, or outside AWS
	BestEffort bool   `json:"best_effort,omitempty"` // nothing waits for it beyond the step's Deadline when its region is being left

	PlannedOnly bool `json:"planned_only,omitempty"` // a run that is or becomes unplanned does not make it
}

// Look reads and never changes. An error means that it could not look, which is never the same as "not so".
type Look func(ctx context.Context, t *Task) (Seen, error)

// Act changes the cloud. An error of kind denied, refused, not found or the like means that nothing was changed; after
// any other error (timed out, unreachable, 5xx) the outcome is unknown, and the engine looks before it repeats.
type Act func(ctx context.Context, t *Task) error

// Seen is what a look saw: whether it is so, and the words for the screen ("rebooting", "4/4 healthy").
type Seen struct {
	So   bool   `json:"so"`
	Text string `json:"text,omitempty"`
}

// Gate is what must be typed before a change. Show gathers what the operator must know; what it finds failing must be
// overridden one by one, each by a phrase of its own and a written reason.
type Gate struct {
	ID     string
	Phrase string
	Title  string
	People int // how many different identities must pass it; 0 is 1
	// Opening says that the gate confirms the whole run: its step cannot be skipped before it was passed, so all steps of the run
	// must come after that one.
	Opening bool
	Show    func(ctx context.Context, t *Task) (Notice, error)
	// Unless says that what the gate guards against does not hold: it is not asked while it says so. Nil: always asked.
	Unless func(ctx context.Context, t *Task) bool
	// Fingerprint names what would be done now, such as a plan that was saved: a pass counts only for what had the same when it was
	// shown, in this process and every later one, and a Do is not repeated on another. Nil: a pass counts for the step. It must not
	// wait.
	Fingerprint func(t *Task) string
}

// Notice is what a gate shows before anything changes. Figures are words with their source and age; unknown is said.
type Notice struct {
	What    []string  `json:"what,omitempty"`    // what will happen, in order
	Data    string    `json:"data,omitempty"`    // what it costs in data
	Time    string    `json:"time,omitempty"`    // in time, from past runs, or "unknown"
	Money   string    `json:"money,omitempty"`   // in money a month
	Never   []string  `json:"never,omitempty"`   // what cannot be undone
	Failing []Failing `json:"failing,omitempty"` // blocking checks that do not pass

	Phrase      string `json:"phrase,omitempty"`      // asked for instead of the gate's own, where it names what was just seen
	Fingerprint string `json:"fingerprint,omitempty"` // the gate's, of what is shown here
}

// Failing is one blocking check that does not pass, and the phrase that overrides it.
type Failing struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Override string `json:"override"` // "promote without a fence receipt"
}

// Pins are the decisions of a run by name: snapshot id, image digests, target, idempotency tokens. They are made with
// the plan, journaled, and reused on resume.
type Pins map[string]string

func (p Pins) clone() Pins {
	if p == nil {
		return Pins{}
	}
	return maps.Clone(p)
}

// step finds a step by id.
func (p *Procedure) step(id string) *Step {
	for i := range p.Steps {
		if p.Steps[i].ID == id {
			return &p.Steps[i]
		}
	}
	return nil
}
