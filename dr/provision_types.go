package dr

import (
	"time"

	"lifeboat/tf"
)

// What Terraform plans and tells, under the names by which screens know it.
type (
	PlanCounts  = tf.Counts
	PlanChange  = tf.Change
	PlanField   = tf.Field
	PlanFinding = tf.Finding
	PlanAction  = tf.Action
	PlanProblem = tf.Diagnostic
	StateLock   = tf.Lock
)

// What a plan does to a resource.
const (
	PlanAdd     = tf.Add
	PlanUpdate  = tf.Update
	PlanReplace = tf.Replace
	PlanDestroy = tf.Destroy
	PlanForget  = tf.Forget
	PlanAdopt   = tf.Adopt
)

// ProvisionPhases are the phases in the order of the path. Primary is walked only where the stack makes the primary; it makes the
// bucket of the states first, which is foundation's root bootstrap.
var ProvisionPhases = []string{"primary", "foundation", "data", "compute", "failover", "validation"}

// RootPlan is what a run has planned for a root of the stack.
type RootPlan struct {
	Root     string        `json:"root"`
	At       time.Time     `json:"at"`
	Counts   PlanCounts    `json:"counts"`
	Changes  []PlanChange  `json:"changes,omitempty"`
	Drift    []PlanChange  `json:"drift,omitempty"`
	Findings []PlanFinding `json:"findings,omitempty"` // what is refused unless the resource's own name is typed
	Money    []MoneyLine   `json:"money,omitempty"`    // USD a month
	Owned    []Owned       `json:"owned,omitempty"`    // of its resources, what is taken over of the owner's and what he keeps
	Learned  []Learned     `json:"learned,omitempty"`  // inputs that were taken from the account
	// Fingerprint names what was shown: another plan, though of the same counts, has another.
	Fingerprint string `json:"fingerprint,omitempty"`
	Empty       bool   `json:"empty,omitempty"` // an apply would change nothing
	Applied     bool   `json:"applied,omitempty"`
	// Why the root cannot be planned yet, or what stopped its plan; "" where it was planned.
	Why   string `json:"why,omitempty"`
	Waits bool   `json:"waits,omitempty"` // Why is that another root must be made first
}

// MoneyLine is what a change costs.
type MoneyLine struct {
	What    string  `json:"what"`
	Monthly float64 `json:"monthly"` // USD, signed: what is destroyed is saved
	Known   bool    `json:"known"`
	From    string  `json:"from,omitempty"` // where the price is from, or why it is not known
}

// RootProgress is how far Terraform is with a root.
type RootProgress struct {
	Root     string
	Op       string // plan, apply; "" where nothing was begun
	Began    time.Time
	Lines    []ResourceLine // in the order in which they were begun, what waits after them
	Done     int            // resources done with: looked at by a plan, changed by an apply
	Total    int            // resources that an apply changes; 0 where that is not known
	Failed   int
	Over     bool // nothing more comes
	Problems []PlanProblem
}

// LineState is how far a resource is.
type LineState string

const (
	LineWaiting LineState = "waiting"
	LineGoing   LineState = "going"
	LineDone    LineState = "done"
	LineFailed  LineState = "failed"
)

// ResourceLine is one resource of a plan or an apply.
type ResourceLine struct {
	Address, Type, ID string
	Action            PlanAction
	State             LineState
	Began             time.Time     // zero before
	Elapsed           time.Duration // as Terraform told last
	Problem           string        // what it failed of, and its remedy

	half bool // one half of a replacement is done
}

// PhaseState is a phase of the path, as its roots' states and the journals tell it.
type PhaseState struct {
	Name, Title string
	Items       []WorkItem
	Roots       []RootState
	Needs       []string // phases that must be there before
	State       string   // one of the Phase constants
	Why         string   // in words, where State alone does not say it
	Run         string   // the newest run of this phase; "" where there is none
	Open        bool     // that run is not over: it can be gone on with
}

// What a phase or a root can be.
const (
	PhaseThere   = "there"
	PhasePartly  = "partly"
	PhaseNotYet  = "not yet"
	PhaseTheirs  = "theirs"
	PhaseUnknown = "unknown"
)

// WorkItem is a piece of the owners' plan that a phase makes.
type WorkItem struct {
	ID    string // TT-65
	Title string
	Needs []string // items before it
}

// RootState is a root of a phase as it is now.
type RootState struct {
	Name      string
	State     string    // one of the Phase constants
	Resources int       // in its state
	Applied   time.Time // when a run applied it last; zero where no journal tells
	Why       string    // why State is unknown or partly
	Owned     []Owned   // what it takes over of the owner's, and what he keeps; without the patches of that
}

// Input is something that a phase must be told.
type Input struct {
	Name, Title, Help string
	Type              string // as Terraform writes it: string, list(string), ...
	Value             string // as text: of a list, one a comma; of what is deeper, JSON
	From              string // whence Value is: lifeboat.yaml, the account, default; "" where there is none
	Required, Secret  bool
	Choices           []string
}
