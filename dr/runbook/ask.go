package runbook

import (
	"context"
	"slices"
	"time"
)

// wrongPause is how long the engine waits before it asks again after a wrong answer, so that a broken operator does not
// keep it busy.
const wrongPause = 250 * time.Millisecond

// ask puts a question until it is answered as Question.Judge wants it. A wrong answer leaves it waiting. It is journaled
// that it was asked, and what was answered.
func (r *Run) ask(ctx context.Context, q Question) (Answer, error) {
	kept := q // those who read the entry are at it while the question goes on changing
	asked, err := r.write(Entry{Kind: EntryAsked, Step: q.Step, Question: &kept})
	if err != nil {
		return Answer{}, err
	}
	q.Asked = asked.Seq
	for q.Attempt = 1; ; q.Attempt++ {
		a, err := r.o.Operator.Ask(ctx, q)
		if err == nil && ctx.Err() == nil {
			wrong := q.Judge(a)
			if wrong == nil {
				return a, r.log(Entry{Kind: EntryAnswered, Step: q.Step, Name: q.ID, Answer: &a})
			}
			q.Wrong = wrong.Error()
			r.say(q.Step, "not accepted: "+q.Wrong)
			sleep(ctx, wrongPause)
		}
		if ctx.Err() != nil {
			return Answer{}, r.withdraw(ctx, q)
		}
		if err != nil {
			r.halt(Stopped, err)
			return Answer{}, r.withdraw(ctx, q)
		}
	}
}

// withdraw closes a question that needs no answer any more.
func (r *Run) withdraw(ctx context.Context, q Question) error {
	if r.hard.Err() == nil {
		_ = r.log(Entry{Kind: EntryAnswered, Step: q.Step, Name: q.ID, Text: "withdrawn"})
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return context.Cause(r.going())
}

// offer is what can be chosen about a step.
func (r *Run) offer(s *Step, choices ...Choice) []Offer {
	var out []Offer
	for _, c := range choices {
		o := Offer{Choice: c}
		switch c {
		case Skip:
			o = r.skipOffer(s)
		case Undo:
			o = r.undoOffer()
		case GoUnplanned:
			o = r.unplannedOffer()
		case CallOff:
			o = r.callOffOffer()
		}
		out = append(out, o)
	}
	return out
}

// skipOffer asks for a reason, and for a phrase where the step keeps the run safe. A step whose gate opens the run is not skipped
// before that was passed: the rest would go on without anybody having confirmed it.
func (r *Run) skipOffer(s *Step) Offer {
	o := Offer{Choice: Skip, Reason: true}
	if s.Gate != nil && s.Gate.Opening && !slices.Contains(r.View().passed, gateID(s.Gate)) {
		o.Disabled = "its gate opens the run: pass it, or call the run off"
	}
	if s.Safety {
		o.Phrase = SkipPhrase(s.ID)
	}
	return o
}

// SkipPhrase is what skips a safety step.
func SkipPhrase(step string) string { return "skip " + step }

// UndoPhrase is what takes back a run, by its procedure's title.
func UndoPhrase(title string) string { return "undo " + title }

// UnplannedPhrase is what turns a planned run into an unplanned one.
const UnplannedPhrase = "go unplanned"

func (r *Run) undoOffer() Offer {
	v := r.View()
	o := Offer{Choice: Undo, Phrase: UndoPhrase(r.proc.Title), Reason: true}
	switch {
	case v.Committed:
		o.Disabled = "the run is past its commit point"
	case len(v.toUndo()) == 0:
		o.Disabled = "nothing was changed yet"
	}
	return o
}

func (r *Run) unplannedOffer() Offer {
	v := r.View()
	o := Offer{Choice: GoUnplanned, Phrase: UnplannedPhrase, Reason: true}
	switch {
	case slices.Contains(r.o.Calm, r.proc.Name):
		o.Disabled = "the run moves nobody: no region is being left"
		return o
	case v.Mode == Unplanned:
		o.Disabled = "the run is unplanned already"
	}
	for _, f := range only(Lint(r.proc, r.proc.From, Unplanned), Refused) {
		if s, _ := v.Step(f.Step); !s.State.Over() {
			o.Disabled = "step " + f.Step + " " + f.Why
		}
	}
	return o
}

func (r *Run) callOffOffer() Offer {
	o := Offer{Choice: CallOff}
	if len(r.View().toUndo()) > 0 {
		o.Disabled = "things were changed already: take them back, or stop"
	}
	return o
}

// decided carries out a choice that is about the whole run. It says whether it was one.
func (r *Run) decided(a Answer) bool {
	switch a.Choice {
	case Stop:
		r.halt(Stopped, because("stopped", a))
	case Undo:
		r.halt(Undone, because("taken back", a))
	case CallOff:
		r.halt(CalledOff, because("called off", a))
	case GoUnplanned:
		r.goUnplanned(a)
	default:
		return false
	}
	return true
}
