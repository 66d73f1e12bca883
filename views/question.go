package views

import (
	"strings"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// questionHead is what is asked, and what it costs to take back.
func (f *runFrame) questionHead(q *runbook.Question, w int) ui.Line {
	right := ui.Line(nil)
	if n := len(f.Questions); n > 1 {
		right = ui.F(ui.Warn, "%s more after it", ui.Plural(n-1, "question"))
	} else if s, ok := f.View.Step(q.Step); ok && (q.Notice == nil || len(q.Notice.Never) == 0) {
		right = ui.T(ui.Muted, f.undoWords(s.Undoing))
	}
	left := ui.B(ui.Text, q.Title)
	switch {
	case q.Kind == runbook.AskTrouble:
		left = ui.Cat(ui.B(ui.Bad, "✗ "), left, ui.B(ui.Bad, " failed"))
	case q.Kind == runbook.AskGate && strings.TrimSpace(q.Title) != "":
		left = ui.Cat(ui.B(ui.Accent, "◆ "), left)
	}
	return ui.Spread(w, left, right)
}

// questionBody is what must be known before it is answered.
// While checks are being overridden they stand first.
func (f *runFrame) questionBody(q *runbook.Question, overriding bool, w int) []ui.Line {
	b := f.facts(w)
	b.label = 9
	if overriding {
		b.failing(q)
	}
	if q.Kind != runbook.AskTrouble {
		b.say("why", q.Text)
	} else {
		b.text(ui.T(ui.Bad, f.besides(q)))
	}
	if n := q.Notice; n != nil {
		for i, x := range n.What {
			b.item(pick(i == 0, "what", ""), x)
		}
		b.say("data", n.Data)
		b.say("time", n.Time)
		b.say("money", n.Money)
		for i, x := range n.Never {
			b.item(pick(i == 0, "no undo", ""), x)
		}
	}
	if !overriding {
		b.failing(q)
	}
	if q.Kind == runbook.AskTrouble && provisioning(f.View.Plan) {
		b.lines = append(b.lines, f.failed(q.Step, w)...)
	}
	switch {
	case len(q.Passed) > 0:
		b.fact("passed", ui.T(ui.Text, "by "+persons(q.Passed)+"; another person must pass it too"))
	case q.People > 1:
		b.fact("people", ui.F(ui.Text, "%d must pass it, each with an identity of their own", q.People))
	}
	return b.lines
}

func (b *facts) failing(q *runbook.Question) {
	if q.Notice == nil {
		return
	}
	for _, x := range q.Notice.Failing {
		b.fact("!", ui.T(ui.Warn, x.Text))
	}
}

func persons(by []string) string {
	var out []string
	for _, x := range by {
		out = append(out, person(x))
	}
	return strings.Join(out, " and ")
}

// choices are what can be chosen about the open question, a line each with its key.
func (m *root) choices(q *runbook.Question, w int) []ui.Line {
	var out []ui.Line
	for _, o := range q.Offers {
		makes := rootIn(q.Step) != ""
		if o.Disabled != "" && (q.Kind != runbook.AskTrouble || makes) || makes && o.Choice == runbook.GoUnplanned { // the help says why
			continue
		}
		k := choiceKeys[o.Choice]
		words := choiceTitle(o.Choice, q.Title)
		if makes && o.Choice == runbook.Retry {
			words = "try again: plan anew, show it, and ask again"
		}
		if o.Choice == runbook.Pass {
			words = "answer it"
		}
		role, note := ui.Text, ""
		switch {
		case o.Disabled != "":
			role, words, note = ui.Muted, string(o.Choice), "not now: "+o.Disabled
		case o.Reason && (o.Phrase != "" || o.Choice == runbook.Skip):
			note = "asks for a phrase and a reason"
		case o.Reason:
			note = "asks for a reason"
		}
		key := ui.T(pick(o.Disabled == "", ui.Accent, ui.Muted), k).Fit(7)
		out = append(out, ui.Row(w, 2, ui.P(0, ui.Cat(key, ui.T(role, words))), ui.P(pick(o.Disabled == "", 1, 0), ui.T(ui.Muted, note))))
	}
	return out
}

// choiceKeys are the keys of choices, as they are shown; keys_run.go binds them.
var choiceKeys = map[runbook.Choice]string{
	runbook.Pass: "Enter", runbook.Retry: "t", runbook.Skip: "s", runbook.Undo: "u", runbook.GoUnplanned: "g", runbook.Stop: "x",
	runbook.LookAgain: "l", runbook.CallOff: "c",
}

// hushed is the line under a question whose first keys are swallowed.
func (s *runScreen) hushed() ui.Line {
	if !s.quiet.on {
		return nil
	}
	return ui.T(ui.Warn, "· keys are passed over until the keyboard has been still for half a second")
}

// asking is the part of a question that is answered: its field, or what can be chosen. y and x are where the cursor is.
func (s *runScreen) asking(m *root, w int) (lines []ui.Line, y, x int) {
	if s.form != nil {
		return s.form.lines(w)
	}
	return m.choices(s.shown, w), -1, 0
}
