package runbook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Operator answers the questions of a run: a screen, a list of phrases from the command line, a test. Ask blocks until
// there is an answer or ctx ends. An answer that Question.Judge refuses is asked for again, with Wrong saying why. An
// error stops the run, resumable: ErrNoAnswer where nobody is there to answer.
type Operator interface {
	Ask(ctx context.Context, q Question) (Answer, error)
}

// ErrNoAnswer is a question that nobody answers.
var ErrNoAnswer = errors.New("nobody answers this gate")

// Choice is what an operator chooses.
type Choice string

const (
	Pass        Choice = "pass"         // the gate's phrase was typed
	Retry       Choice = "retry"        // try the failed step again
	Skip        Choice = "skip"         // go on without the step
	Undo        Choice = "undo"         // take back everything that this run did
	GoUnplanned Choice = "go unplanned" // go on without what needs the region being left
	LookAgain   Choice = "look again"   // gather the gate's figures anew, and ask again
	CallOff     Choice = "call off"     // end the run, which has changed nothing yet; nothing is left to resume
	Stop        Choice = "stop"         // stop; the run can be resumed
)

// QuestionKind is why a question is asked.
type QuestionKind string

const (
	AskGate    QuestionKind = "gate"    // before a change
	AskTrouble QuestionKind = "trouble" // a step failed
	AskAccept  QuestionKind = "accept"  // a step leans on the region being left and has no alternative
	AskCode    QuestionKind = "code"    // the operator's second factor: the answer's phrase is a secret, see Desk.Code
)

// Question is what the operator is asked. Offers lists what can be chosen; nothing else can.
type Question struct {
	ID      string       `json:"id"` // "gate promote", "trouble promote", "accept restore": one is open at a time
	Kind    QuestionKind `json:"kind"`
	Step    string       `json:"step"`
	Title   string       `json:"title"`
	Text    string       `json:"text,omitempty"`   // what failed, or why it is asked
	Notice  *Notice      `json:"notice,omitempty"` // gates only
	Offers  []Offer      `json:"offers"`
	People  int          `json:"people,omitempty"` // how many identities must pass it, where it is more than one
	Passed  []string     `json:"passed,omitempty"` // those that have
	Asked   int64        `json:"asked,omitempty"`  // the number of the journal's entry that asks it; 0: it is in none
	Attempt int          `json:"attempt"`          // from 1
	Wrong   string       `json:"wrong,omitempty"`  // why the answer before was refused
}

// Offer is one choice: the phrase that must be typed for it, whether it needs a written reason, and why it cannot be
// chosen now.
type Offer struct {
	Choice   Choice `json:"choice"`
	Phrase   string `json:"phrase,omitempty"`
	Reason   bool   `json:"reason,omitempty"`
	Disabled string `json:"disabled,omitempty"`
}

// Answer is what the operator chose. By is the identity that answers. A gate's failing checks are overridden by one
// Override each. Asked is Question.Asked of what was read before it was answered: with it, an answer to old figures is
// refused; 0 answers whatever is asked now.
type Answer struct {
	Choice    Choice     `json:"choice"`
	Phrase    string     `json:"phrase,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	By        string     `json:"by,omitempty"`
	Asked     int64      `json:"asked,omitempty"`
	Overrides []Override `json:"overrides,omitempty"`
}

// Override is one thing gone against, typed, with a written reason.
type Override struct {
	Phrase string `json:"phrase"`
	Reason string `json:"reason"`
	By     string `json:"by,omitempty"`
}

// Judge says why an answer does not answer a question; nil where it does. A phrase counts when it is exactly what is
// asked for; spaces around it, which a paste brings along, do not matter.
func (q Question) Judge(a Answer) error {
	i := slices.IndexFunc(q.Offers, func(o Offer) bool { return o.Choice == a.Choice })
	if a.Asked != 0 && a.Asked != q.Asked {
		return errors.New("it was asked anew since, and its figures may have changed: read it again")
	}
	if i < 0 {
		return fmt.Errorf("%q cannot be chosen here", a.Choice)
	}
	offer := q.Offers[i]
	switch {
	case offer.Disabled != "":
		return fmt.Errorf("%s cannot be chosen: %s", a.Choice, offer.Disabled)
	case offer.Phrase != "" && typed(a.Phrase) == "":
		return fmt.Errorf("type: %s", offer.Phrase)
	case typed(a.Phrase) != typed(offer.Phrase) && offer.Phrase != "":
		return fmt.Errorf("the phrase is not the one asked for: %s", offer.Phrase)
	case offer.Reason && typed(a.Reason) == "":
		return errors.New("it needs a written reason")
	case a.Choice == Pass && slices.Contains(q.Passed, a.By):
		return fmt.Errorf("%q has passed it already: another identity must", a.By)
	}
	if q.Kind == AskCode && a.Choice == Pass {
		return judgeCode(a.Phrase)
	}
	if a.Choice != Pass || q.Notice == nil {
		return nil
	}
	for _, f := range q.Notice.Failing {
		if err := overridden(a.Overrides, f.Override); err != nil {
			return fmt.Errorf("%s: %w", f.Text, err)
		}
	}
	return nil
}

// judgeCode wants six digits. Its error does not repeat what was typed.
func judgeCode(code string) error {
	code = typed(code)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return errors.New("a code is six digits")
	}
	return nil
}

// typed is a phrase as it was meant: a paste's spaces and line ends around it are no part of it.
func typed(s string) string { return strings.TrimSpace(s) }

// overridden says why a phrase is not among the overrides with a reason; nil where it is.
func overridden(list []Override, phrase string) error {
	for _, o := range list {
		if typed(o.Phrase) != phrase {
			continue
		}
		if typed(o.Reason) == "" {
			return fmt.Errorf("%q needs a written reason", phrase)
		}
		return nil
	}
	return fmt.Errorf("to go on nevertheless type: %s", phrase)
}
