package runbook

import (
	"slices"
	"time"

	"lifeboat/aws/fault"
)

// State is where a step stands.
type State string

const (
	StateWaiting State = "waiting" // for the steps before it
	StateLooking State = "looking" // Check
	StateGate    State = "gate"    // for an answer before its change
	StateDoing   State = "doing"   // Do is under way
	StateWatched State = "watched" // Do was made, the cloud is watched until it is so and stays so
	StateFailed  State = "failed"  // for the operator's choice
	StateDone    State = "done"
	StateSkipped State = "skipped"
	StateNotDone State = "not done" // the run went on without it
	StateLeftOut State = "left out"
	StateWouldDo State = "would do" // dry run
	StateUndone  State = "undone"
)

// Over says whether the steps after one in this state may begin.
func (s State) Over() bool {
	return slices.Contains([]State{StateDone, StateSkipped, StateNotDone, StateLeftOut, StateWouldDo}, s)
}

// Ending is how a run, or this process's part of it, ended.
type Ending string

const (
	Running   Ending = ""           // it has not ended
	Done      Ending = "done"       // every step is over
	Undone    Ending = "undone"     // what it did was taken back
	CalledOff Ending = "called off" // it ended before it had changed anything
	Stopped   Ending = "stopped"    // it can be resumed
	LeaseLost Ending = "lost"       // the lease or the journal is another's, or cannot be reached; it can be resumed
	Abandoned Ending = "abandoned"  // the process is ending: nothing more was written; it can be resumed
)

// Closed says whether a run that ended so is over for good: there is nothing to resume.
func (e Ending) Closed() bool { return e == Done || e == Undone || e == CalledOff }

// View is a run as its journal tells it: the same on every machine that reads the journal. It is a value of its own:
// what a caller holds never changes.
type View struct {
	Run  string
	Plan Plan
	Mode Mode // now
	Pins Pins // those of the plan, and those decided since

	Steps     []StepView // in the procedure's order
	Questions []Question // open now
	Answers   []Answer   // what was answered, chosen and overridden so far, oldest first
	Seq       int64      // of the last entry
	Fence     int64
	By, Host  string // who runs the engine

	Started   time.Time
	Changed   time.Time // when the last entry was written
	Ending    Ending    // the journal's word: Running also where the process died without one
	Open      bool      // all is over but steps that are kept being tried
	Undoing   bool
	Committed bool   // a commit point's Do was begun: nothing can be undone
	Resumes   int    // how often another process took it up
	Note      string // why it stopped, what was repaired

	passed     []string // questions passed, by id
	overridden []string // failing checks, by id

	prints map[string]string // of what was shown when a gate was passed, by its question's id; never changed in place
}

// StepView is one step of a View. Times are those of the machine that wrote the entries.
type StepView struct {
	PlannedStep
	State   State
	Text    string     // what was last seen or said
	Fault   fault.Kind // of the last failure
	Reason  string     // the operator's, where it was skipped
	By      string     // who skipped it
	Already bool       // found so, nothing was done
	Begun   bool       // a Do was begun, and its outcome is not "unchanged"
	Changed bool       // this run changed the cloud here: a Do was begun and the step found so later
	Tries   int
	Late    bool // done only after the run had gone on without it

	Span
	before  Span // as it was before a resume looked at it again
	resumes int  // how many resumes the run had when it began
	asked   time.Time
	ahead   bool // it was asked for something before its time has come
}

// Span is when a step ran.
type Span struct {
	Began  time.Time     // when its dependencies were over; zero before
	Ended  time.Time     // when it was over; zero before
	Waited time.Duration // of that, for people
	whole  bool          // it began and ended in one process, and changed or watched something
}

// Took is how long the step took by itself, people's time apart; false where it is not over, did nothing, or spans two
// processes, whose clocks and pauses say nothing about the next run.
func (s StepView) Took() (time.Duration, bool) {
	took := s.Ended.Sub(s.Began) - s.Waited
	return took, s.State == StateDone && s.whole && !s.Late && took >= 0
}

// Taints are the safety steps that this run went on without, by title: its report must say so.
func (v View) Taints() []string {
	var out []string
	for _, s := range v.Steps {
		if s.Safety && (s.State == StateSkipped || s.State == StateNotDone) {
			out = append(out, s.Title)
		}
	}
	return out
}

// Step finds a step by id.
func (v View) Step(id string) (StepView, bool) {
	for _, s := range v.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return StepView{}, false
}

// say gives a step the words that were just seen of it.
func (v *View) say(step, text string) {
	for i := range v.Steps {
		if v.Steps[i].ID == step {
			v.Steps[i].Text = text
		}
	}
}

// Replay folds a journal into the run that it tells.
func Replay(entries []Entry) View {
	var v View
	for _, e := range entries {
		v.apply(e)
	}
	return v
}

// clone is a copy that later entries do not change.
func (v View) clone() View {
	v.Steps, v.Questions, v.Pins = slices.Clone(v.Steps), slices.Clone(v.Questions), v.Pins.clone()
	v.Answers = slices.Clone(v.Answers)
	v.passed, v.overridden = slices.Clone(v.passed), slices.Clone(v.overridden)
	return v
}
