package runbook

import (
	"maps"
	"slices"
	"time"
)

// apply takes the next entry into the view. It is the one place that says what an entry means.
func (v *View) apply(e Entry) {
	v.Seq, v.Changed, v.Fence, v.By, v.Host = e.Seq, e.At, e.Fence, e.By, e.Host
	switch e.Kind {
	case EntryPlan:
		v.begin(e)
	case EntryResumed:
		v.resume(e)
	case EntryPinned:
		v.Pins[e.Name] = e.Value
	case EntryMode:
		v.Mode = e.Mode
	case EntryAsked:
		q := *e.Question
		q.Asked = e.Seq
		v.Questions = append(v.Questions, q)
	case EntryAnswered:
		v.answered(e)
	case EntryUndoing:
		v.Undoing = true
	case EntryOpen:
		v.Open = true
	case EntryStopped:
		v.Ending, v.Note, v.Questions = Stopped, e.Text, nil
	case EntryEnded:
		v.Ending, v.Questions, v.Open = Ending(e.Result), nil, false
	}
	if e.Answer != nil {
		v.Answers = append(v.Answers, *e.Answer)
	}
	for i := range v.Steps {
		if v.Steps[i].ID == e.Step {
			v.step(&v.Steps[i], e)
		}
	}
}

// answered closes a question, and keeps what was passed and what was overridden with it.
func (v *View) answered(e Entry) {
	for _, q := range v.Questions {
		if q.ID != e.Name || e.Answer == nil || e.Answer.Choice != Pass {
			continue
		}
		v.passed = append(v.passed, q.ID)
		if q.Notice == nil {
			continue
		}
		if q.Notice.Fingerprint != "" {
			v.prints = maps.Clone(v.prints)
			if v.prints == nil {
				v.prints = map[string]string{}
			}
			v.prints[q.ID] = q.Notice.Fingerprint
		}
		for _, f := range q.Notice.Failing {
			v.overridden = append(v.overridden, f.ID)
		}
	}
	v.Questions = slices.DeleteFunc(v.Questions, func(q Question) bool { return q.ID == e.Name })
}

func (v *View) begin(e Entry) {
	v.Run, v.Plan, v.Mode, v.Pins, v.Started = e.Run, *e.Plan, e.Plan.Mode, e.Plan.Pins.clone(), e.At
	for _, s := range e.Plan.Steps {
		v.Steps = append(v.Steps, StepView{PlannedStep: s, State: StateWaiting})
	}
}

// resume forgets where the steps stood: the new process looks at each of them again.
func (v *View) resume(e Entry) {
	v.Ending, v.Open, v.Questions, v.Note = Running, false, nil, e.Text
	v.Resumes++
	for i := range v.Steps {
		v.Steps[i].State = StateWaiting
	}
}

// step takes an entry into the step that it is about.
func (v *View) step(s *StepView, e Entry) {
	if e.Text != "" {
		s.Text = e.Text
	}
	s.Fault = e.Fault
	s.Waited = max(s.Waited, time.Duration(e.Waited))
	switch e.Kind {
	case EntryBegan:
		s.before = s.Span
		s.State, s.Span, s.Late, s.resumes = StateLooking, Span{Began: e.At}, false, v.Resumes
	case EntryAsked:
		s.ahead = s.State == StateWaiting
		s.stand(stateOfQuestion(e.Question.Kind))
		s.asked = e.At
	case EntryAnswered:
		s.stand(StateLooking)
		if s.ahead { // it was asked before the step's time has come
			s.stand(StateWaiting)
		}
		s.Waited += e.At.Sub(s.asked)
	case EntryIntent:
		s.stand(StateDoing)
		s.Tries, s.Begun = e.Try, !e.Undo || s.Begun
		v.Committed = v.Committed || s.Commit && !e.Undo
	case EntryOutcome:
		v.outcome(s, e)
	case EntryFailed:
		s.State = StateFailed
	case EntryDone:
		s.done(e, v.Resumes)
	case EntrySkipped, EntryNotDone, EntryLeftOut, EntryWouldDo, EntryUndone:
		s.State, s.Ended, s.Reason, s.By = stateOf[e.Kind], e.At, e.Reason, e.By
		if e.Answer != nil {
			s.By, s.Reason = e.Answer.By, e.Answer.Reason
		}
		if e.Kind == EntryUndone {
			s.Begun, s.Changed = false, false
		}
	}
}

// stand moves a step on. One that the run went on without stays so until it is done.
func (s *StepView) stand(state State) {
	if s.State != StateNotDone {
		s.State = state
	}
}

// done closes a step. What this run had changed before a resume keeps the times of then.
func (s *StepView) done(e Entry, resumes int) {
	s.Late = s.State == StateNotDone
	s.State, s.Ended, s.whole = StateDone, e.At, s.resumes == resumes && e.Result != OutcomeAlready
	if e.Result == OutcomeAlready && s.Changed && !s.before.Ended.IsZero() {
		s.Span = s.before
	}
	s.Changed = s.Changed || s.Begun
	s.Already, s.Begun = e.Result == OutcomeAlready && !s.Changed, false
}

// outcome takes what came of a Do. After "unchanged" it is as if it had not been begun.
func (v *View) outcome(s *StepView, e Entry) {
	if e.Undo {
		return
	}
	s.stand(StateWatched)
	if e.Result != OutcomeUnchanged {
		return
	}
	s.Begun = false
	v.Committed = slices.ContainsFunc(v.Steps, func(s StepView) bool { return s.Commit && (s.Begun || s.Changed) })
}

var stateOf = map[EntryKind]State{
	EntrySkipped: StateSkipped, EntryNotDone: StateNotDone, EntryLeftOut: StateLeftOut,
	EntryWouldDo: StateWouldDo, EntryUndone: StateUndone,
}

func stateOfQuestion(k QuestionKind) State {
	if k == AskTrouble {
		return StateFailed
	}
	return StateGate
}
