package cli

import (
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// eventVersion is the version of what --json prints of a run: fields and types of events may be added under the same
// version, and none is removed or changes its meaning. README's reference describes it.
const eventVersion = 1

// eventType is what an event tells.
type eventType string

const (
	evRun      eventType = "run"      // the plan: Plan
	evResumed  eventType = "resumed"  // another process took the run up
	evStep     eventType = "step"     // a step stands elsewhere now: Step, State
	evLive     eventType = "live"     // what a step was just seen to do; stands in no journal
	evNote     eventType = "note"     // a step's own words, or what concerns the run as a whole
	evDecided  eventType = "decided"  // a decision made in the middle: Name, Value
	evQuestion eventType = "question" // a question is open: Question
	evAnswer   eventType = "answer"   // it was answered, or withdrawn: Answer
	evMode     eventType = "mode"     // the run goes on in another mode
	evOpen     eventType = "open"     // all is over but steps that are kept being tried
	evPlanned  eventType = "planned"  // a root of the stack was planned: Planned
	evResource eventType = "resource" // an apply is done with a resource: Resource
	evCommand  eventType = "command"  // --paper: what a person would type: Sheet
	evEnd      eventType = "end"      // the last one: End
)

// event is one line of --json.
type event struct {
	Version   int       `json:"version"`
	Type      eventType `json:"type"`
	Time      time.Time `json:"time"`
	Run       string    `json:"run,omitempty"`
	Simulated bool      `json:"simulated,omitempty"`
	Step      string    `json:"step,omitempty"`
	State     string    `json:"state,omitempty"`  // runbook.State
	Result    string    `json:"result,omitempty"` // of a change: done, unchanged, unknown; of a step that is done: "already so"
	Text      string    `json:"text,omitempty"`
	Fault     string    `json:"fault,omitempty"`          // the kind of a failure
	Took      float64   `json:"took_seconds,omitempty"`   // a step that is done, people's time included
	Waited    float64   `json:"waited_seconds,omitempty"` // of that, for people
	By        string    `json:"by,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Name      string    `json:"name,omitempty"`
	Value     string    `json:"value,omitempty"`

	Plan     *runbook.Plan     `json:"plan,omitempty"`
	Question *runbook.Question `json:"question,omitempty"`
	Answer   *answerDoc        `json:"answer,omitempty"`
	Planned  *dr.RootPlan      `json:"planned,omitempty"`
	Resource *resourceDoc      `json:"resource,omitempty"`
	Sheet    *sheetDoc         `json:"command,omitempty"`
	End      *endDoc           `json:"end,omitempty"`
}

// answerDoc is how a question was answered.
type answerDoc struct {
	Question  string             `json:"question"`
	Withdrawn bool               `json:"withdrawn,omitempty"` // nobody needs to answer it any more
	Choice    runbook.Choice     `json:"choice,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	Overrides []runbook.Override `json:"overrides,omitempty"`
}

// sheetDoc is one step as a person would do it by hand.
type sheetDoc struct {
	Step     string   `json:"step"`
	Title    string   `json:"title"`
	Why      string   `json:"why,omitempty"`
	Gate     string   `json:"gate,omitempty"` // the phrase that Lifeboat would ask for
	Commands []string `json:"commands"`
}

// endDoc is how it ended. Ending is a runbook.Ending, "open" where the run goes on keeping a step tried, "left" where it
// goes on without this command, or "" where it was not begun.
type endDoc struct {
	Ending    string   `json:"ending"`
	Exit      int      `json:"exit"`
	Resumable bool     `json:"resumable"` // lifeboat resume goes on with it
	Taints    []string `json:"taints,omitempty"`
}

const (
	endingOpen = "open"
	endingLeft = "left"
)

// stateAfter is where a step stands after an entry about it; "" where the entry says nothing of that.
var stateAfter = map[runbook.EntryKind]runbook.State{
	runbook.EntryBegan: runbook.StateLooking, runbook.EntryIntent: runbook.StateDoing, runbook.EntryOutcome: runbook.StateWatched,
	runbook.EntryFailed: runbook.StateFailed, runbook.EntryDone: runbook.StateDone, runbook.EntrySkipped: runbook.StateSkipped,
	runbook.EntryNotDone: runbook.StateNotDone, runbook.EntryLeftOut: runbook.StateLeftOut, runbook.EntryWouldDo: runbook.StateWouldDo,
	runbook.EntryUndone: runbook.StateUndone,
}

// teller makes events of what happens in a run. It remembers when each step began, and what it is called.
type teller struct {
	run       string
	simulated bool
	began     map[string]time.Time
	calls     map[string][]runbook.Call
}

func newTeller(run string, simulated bool) *teller {
	return &teller{run: run, simulated: simulated, began: map[string]time.Time{}, calls: map[string][]runbook.Call{}}
}

// event begins an event of a type.
func (t *teller) event(typ eventType, at time.Time) event {
	return event{Version: eventVersion, Type: typ, Time: at.UTC(), Run: t.run, Simulated: t.simulated}
}

// tell is the event of what happened; false where nobody need hear of it: that the run has ended or has stopped is told
// by evEnd, once it is known what comes of it.
func (t *teller) tell(e runbook.Event) (event, bool) {
	if e.Entry == nil {
		out := t.event(evLive, e.At)
		out.Step, out.Text = e.Step, e.Text
		return out, true
	}
	return t.entry(*e.Entry)
}

func (t *teller) entry(e runbook.Entry) (event, bool) {
	out := t.event("", e.At)
	out.Step, out.Text, out.Fault, out.Reason = e.Step, e.Text, string(e.Fault), e.Reason
	switch e.Kind {
	case runbook.EntryPlan:
		t.plan(&out, e)
	case runbook.EntryResumed:
		out.Type, out.By = evResumed, e.By
	case runbook.EntryNote:
		out.Type = evNote
	case runbook.EntryPinned:
		out.Type, out.Name, out.Value = evDecided, e.Name, e.Value
	case runbook.EntryAsked:
		q := *e.Question
		q.Asked = e.Seq
		out.Type, out.Question = evQuestion, &q
	case runbook.EntryAnswered:
		out.answer(e)
	case runbook.EntryMode:
		out.Type, out.Value, out.By = evMode, string(e.Mode), e.Answer.By
	case runbook.EntryUndoing:
		out.Type, out.Text = evNote, "from here on what was done is taken back: "+e.Text
	case runbook.EntryOpen:
		out.Type = evOpen
	case runbook.EntryStopped, runbook.EntryEnded:
		return event{}, false
	default:
		t.step(&out, e)
	}
	return out, true
}

func (t *teller) plan(out *event, e runbook.Entry) {
	out.Type, out.Plan, out.By = evRun, e.Plan, e.By
	for _, s := range e.Plan.Steps {
		t.calls[s.ID] = s.Calls
	}
}

func (e *event) answer(kept runbook.Entry) {
	e.Type, e.Answer = evAnswer, &answerDoc{Question: kept.Name, Withdrawn: kept.Answer == nil}
	if a := kept.Answer; a != nil {
		e.By = a.By
		e.Answer.Choice, e.Answer.Reason, e.Answer.Overrides = a.Choice, a.Reason, a.Overrides
	}
}

func (t *teller) step(out *event, e runbook.Entry) {
	out.Type, out.State, out.Result = evStep, string(stateAfter[e.Kind]), string(e.Result)
	switch e.Kind {
	case runbook.EntryBegan:
		t.began[e.Step] = e.At
	case runbook.EntryIntent:
		out.Text = operations(t.calls[e.Step])
		if e.Undo {
			out.Text = "take back"
		}
	case runbook.EntryDone:
		out.Waited = time.Duration(e.Waited).Seconds()
		if began := t.began[e.Step]; !began.IsZero() {
			out.Took = e.At.Sub(began).Seconds()
		}
	case runbook.EntrySkipped:
		if e.Answer != nil {
			out.By, out.Reason = e.Answer.By, e.Answer.Reason
		}
	}
}

// end is the last event.
func (t *teller) end(at time.Time, d endDoc, text string) event {
	out := t.event(evEnd, at)
	out.End, out.Text = &d, text
	return out
}

// sheet is one step on paper.
func (t *teller) sheet(at time.Time, s runbook.Sheet) event {
	out := t.event(evCommand, at)
	out.Sheet = &sheetDoc{s.Step, s.Title, s.Why, s.Gate, append([]string{}, s.Commands...)}
	return out
}

// note is a word of this command's own.
func (t *teller) note(at time.Time, text string) event {
	out := t.event(evNote, at)
	out.Text = text
	return out
}
