package views

import (
	"fmt"
	"slices"
	"strings"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// log is everything that happened in the run, oldest first.
func (f *runFrame) log(w int) []ui.Line {
	ids := f.idWidth()
	var out []ui.Line
	for _, e := range f.Events {
		out = append(out, f.logLine(e, ids).Wrap(w, 12+ids)...)
	}
	return out
}

// tail is the newest of it in at most h lines, each cut.
func (f *runFrame) tail(w, h int) []ui.Line {
	ids := f.idWidth()
	var out []ui.Line
	for i := len(f.Events) - 1; i >= 0 && len(out) < h; i-- {
		out = append(out, f.logLine(f.Events[i], ids).Cut(w))
	}
	slices.Reverse(out)
	return out
}

// idWidth is how much room the steps' ids take.
func (f *runFrame) idWidth() int {
	ids := 0
	for _, s := range f.View.Steps {
		ids = max(ids, ui.Width(s.ID))
	}
	return min(ids, 16)
}

func (f *runFrame) logLine(e runbook.Event, ids int) ui.Line {
	return ui.Cat(ui.T(ui.Muted, ui.Clock(e.At, f.now)), ui.Space(2), ui.T(ui.Muted, e.Step).Fit(ids), ui.Space(2), f.eventWords(e))
}

// eventWords is one event in words.
func (f *runFrame) eventWords(e runbook.Event) ui.Line {
	if e.Entry == nil {
		return ui.T(ui.Text, e.Text)
	}
	x := e.Entry
	switch x.Kind {
	case runbook.EntryAnswered:
		return f.answerWords(x)
	case runbook.EntryIntent:
		return ui.Cat(ui.T(ui.Accent, pick(x.Undo, "takes back: ", "calls ")), ui.T(ui.Accent, f.changing(x.Step)), ui.T(ui.Muted, again(x.Try)))
	case runbook.EntryOutcome:
		return ui.Join(1, ui.T(pick(x.Result == runbook.OutcomeDone, ui.Text, ui.Warn), "outcome "+string(x.Result)), ui.T(ui.Muted, x.Text))
	}
	role, words := entryWords(x)
	return ui.T(role, words)
}

// entryWords are the words of entries that take no more than their own fields.
func entryWords(x *runbook.Entry) (ui.Role, string) {
	switch x.Kind {
	case runbook.EntryPlan:
		return ui.Text, fmt.Sprintf("%s, %s, %s", x.Plan.Title, x.Plan.Mode, ui.Plural(len(x.Plan.Steps), "step"))
	case runbook.EntryResumed:
		return ui.Warn, joined(": ", fmt.Sprintf("taken up again by %s on %s, fence %d", person(x.By), x.Host, x.Fence), x.Text)
	case runbook.EntryPinned:
		return ui.Muted, "decided " + x.Name + pick(len(x.Value) <= 60 && !strings.HasPrefix(x.Value, "[") && !strings.HasPrefix(x.Value, "{"), " = "+x.Value, "")
	case runbook.EntryMode:
		return ui.Warn, "goes on " + string(x.Mode) + ": " + x.Reason
	case runbook.EntryBegan:
		return ui.Muted, "begins"
	case runbook.EntryAsked:
		return ui.Accent, "◆ asks: " + orWords(x.Question.Title, x.Question.ID)
	case runbook.EntryNote:
		return ui.Text, x.Text
	case runbook.EntryFailed:
		return ui.Bad, "✗ " + x.Text
	case runbook.EntryDone:
		return ui.Text, joined(": ", pick(x.Result == runbook.OutcomeAlready, "✓ already so", "✓ done"), x.Text)
	case runbook.EntryNotDone:
		return ui.Warn, "! not done, the run goes on: " + x.Text
	case runbook.EntryLeftOut:
		return ui.Muted, "left out: it belongs to planned runs only"
	case runbook.EntryWouldDo:
		return ui.Accent, "○ " + x.Text
	case runbook.EntryUndoing:
		return ui.Warn, "! takes back what it did: " + x.Text
	case runbook.EntryUndone:
		return ui.Text, "○ taken back"
	case runbook.EntryOpen:
		return ui.Warn, joined(": ", "! all is over but what is kept being tried", x.Text)
	case runbook.EntryStopped:
		return ui.Warn, "! stopped: " + x.Text
	case runbook.EntrySkipped:
		return ui.Warn, joined(": ", "! skipped", x.Text)
	case runbook.EntryEnded:
		return ui.Text, "ended: " + string(x.Result)
	}
	return ui.Muted, x.Text
}

// answerWords is what was answered, by whom, and over what.
func (f *runFrame) answerWords(x *runbook.Entry) ui.Line {
	if x.Answer == nil {
		return ui.T(ui.Muted, "the question is withdrawn")
	}
	words := fmt.Sprintf("%s by %s", x.Answer.Choice, person(x.Answer.By))
	if x.Answer.Choice == runbook.Pass {
		words = "passed by " + person(x.Answer.By)
	}
	line := ui.T(ui.Text, joined(": ", words, x.Answer.Reason))
	for _, o := range x.Answer.Overrides {
		line = ui.Cat(line, ui.T(ui.Warn, fmt.Sprintf("  ! %s: %s", o.Phrase, o.Reason)))
	}
	return line
}

// changing are the calls by which a step changes things.
func (f *runFrame) changing(id string) string {
	s, _ := f.View.Step(id)
	var names []string
	for _, c := range s.Calls {
		if changes(c.Operation) {
			names = append(names, joined(" ", c.Operation, c.Region))
		}
	}
	if len(names) == 0 {
		return s.Title
	}
	return strings.Join(names, ", ")
}

// changes says whether an operation is none that only looks.
func changes(operation string) bool {
	_, name, _ := strings.Cut(operation, ":")
	for _, look := range []string{"Describe", "Get", "List", "Head", "GET", "HEAD", "Query", "AssumeRole"} {
		if strings.HasPrefix(name, look) {
			return false
		}
	}
	return true
}

func again(try int) string {
	if try <= 1 {
		return ""
	}
	return fmt.Sprintf("  the %d. time", try)
}
