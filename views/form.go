package views

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// form asks for what a choice needs, one field after the other: phrases to type, reasons to write. Nothing is filled in
// beforehand, and nothing is sent before every field was answered.
type form struct {
	title  string // what is being done
	choice runbook.Choice
	fields []field
	at     int    // the field that is typed into
	note   string // why it was not accepted
	sent   bool   // it is on its way
	asked  bool   // it answers a question of the run

	entry int64                      // the journal's entry that asks it
	judge func(runbook.Answer) error // nil: nothing but the fields decides
	send  func(f *form, a runbook.Answer) tea.Cmd
}

// field is one line to be typed.
type field struct {
	kind     fieldKind
	phrase   string // what must be typed
	about    string // what is gone against, or what it is about
	override bool   // it is part of an override
	ui.Input
}

type fieldKind int

const (
	askPhrase fieldKind = iota
	askReason
	askCode
	askSure // nothing is typed
)

func phraseField(phrase, about string) field {
	return field{kind: askPhrase, phrase: phrase, about: about, Input: ui.NewInput()}
}

func reasonField(about string) field {
	return field{kind: askReason, about: about, Input: ui.NewInput()}
}

// overrideFields ask for an override: its phrase, then why.
func overrideFields(text, phrase string) []field {
	p, r := phraseField(phrase, text), reasonField("why: "+phrase)
	p.override, r.override = true, true
	return []field{p, r}
}

// fieldsFor is what an offer of a question asks for.
func fieldsFor(q runbook.Question, o runbook.Offer) []field {
	var out []field
	if o.Choice == runbook.Pass && q.Notice != nil {
		for _, f := range q.Notice.Failing {
			out = append(out, overrideFields("", f.Override)...)
		}
	}
	switch {
	case o.Choice == runbook.Pass && q.Kind == runbook.AskCode:
		out = append(out, field{kind: askCode, Input: ui.NewSecret()})
	case o.Phrase != "":
		out = append(out, phraseField(o.Phrase, ""))
	}
	if o.Choice == runbook.Skip && o.Phrase == "" {
		out = append(out, phraseField(runbook.SkipPhrase(q.Step), "")) // not by a slip of the fingers
	}
	if o.Reason {
		out = append(out, reasonField(""))
	}
	if len(out) == 0 {
		out = append(out, field{kind: askSure, Input: ui.NewInput()})
	}
	return out
}

// overriding says whether a check is being gone against.
func (f *form) overriding() bool { return f.fields[f.at].override }

// answer is what was typed.
func (f *form) answer() runbook.Answer {
	a := runbook.Answer{Choice: f.choice, Asked: f.entry}
	for i, x := range f.fields {
		switch {
		case x.override && x.kind == askPhrase:
			reason := strings.TrimSpace(f.fields[i+1].Value())
			a.Overrides = append(a.Overrides, runbook.Override{Phrase: strings.TrimSpace(x.Value()), Reason: reason})
		case x.override:
		case x.kind == askReason:
			a.Reason = strings.TrimSpace(x.Value())
		case x.kind != askSure:
			a.Phrase = strings.TrimSpace(x.Value())
		}
	}
	return a
}

// enter goes to the next field, and after the last one sends the answer.
func (f *form) enter() tea.Cmd {
	if f.sent {
		return nil
	}
	x := &f.fields[f.at]
	if err := x.lacks(); err != nil {
		f.note = err.Error()
		return nil
	}
	f.note = ""
	if f.at < len(f.fields)-1 {
		f.at++
		return nil
	}
	a := f.answer()
	if f.judge != nil {
		if err := f.judge(a); err != nil {
			f.note = err.Error()
			return nil
		}
	}
	if x.kind == askCode {
		x.Set("") // it is kept nowhere
	}
	f.sent = true
	return f.send(f, a)
}

// lacks says why a field is not answered yet.
func (x *field) lacks() error {
	typed := x.Value()
	switch x.kind {
	case askPhrase:
		switch match := ui.MatchOf(typed, x.phrase); {
		case match.Whole:
			return nil
		case strings.TrimSpace(typed) == "":
			return errors.New("type the phrase, letter by letter")
		case match.Wrong:
			return fmt.Errorf("that is not the phrase: it differs from letter %d on", match.Right+1)
		}
		return errors.New("the phrase goes on")
	case askReason:
		if strings.TrimSpace(typed) == "" {
			return errors.New("write the reason; it goes into the journal and the report")
		}
	case askCode:
		if !sixDigits(typed) {
			return errors.New("the code has six digits")
		}
	}
	return nil
}

func sixDigits(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) == 6 && strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsDigit(r) }) < 0
}

// typed takes a key or a paste.
func (f *form) typed(msg tea.Msg) {
	x := &f.fields[f.at]
	if f.sent || x.kind == askSure {
		return
	}
	before := x.Value()
	x.Update(msg)
	if x.Value() != before {
		f.note = ""
	}
}

// before goes back to the field before.
func (f *form) before() {
	if f.sent || f.at == 0 {
		return
	}
	f.forget()
	f.at--
}

// forget empties the field that is typed into, unless it is a reason: a phrase counts only when it is typed and then
// entered, and not when somebody comes back to it.
func (f *form) forget() {
	if x := &f.fields[f.at]; x.kind != askReason {
		x.Set("")
	}
	f.note = ""
}

// refused begins again at the last field, after an answer that the run did not take.
func (f *form) refused() {
	note := f.note
	f.forget()
	f.note = note
}

// lines draws the field that is typed into; y and x are where the cursor stands, y < 0 where there is none.
func (f *form) lines(width int) (lines []ui.Line, y, x int) {
	at := &f.fields[f.at]
	if at.about != "" {
		mark := ui.T(ui.Muted, "  ")
		if at.override && at.kind == askPhrase {
			mark = ui.T(ui.Warn, "! ")
		}
		lines = append(lines, ui.Cat(mark, ui.T(pick(at.override && at.kind == askPhrase, ui.Warn, ui.Muted), at.about)).Cut(width))
	}
	lines = append(lines, ui.Spread(width, at.wanted(), f.progress()))
	prompt, y := ui.T(ui.Accent, "› "), len(lines)
	var typed ui.Line
	switch {
	case f.sent:
		typed, y = ui.T(ui.Muted, "· sent, waiting for the run"), -1
	case at.kind == askSure:
		x = prompt.Width()
		typed = prompt
	case at.kind == askPhrase:
		typed, x = at.Against(at.phrase, prompt, max(width-14, 10))
	default:
		typed, x = at.Line(prompt, max(width-14, 10))
	}
	lines = append(lines, ui.Spread(width, typed, f.feedback()))
	if f.note != "" {
		lines = append(lines, ui.T(ui.Bad, "✗ "+f.note).Cut(width))
	}
	return lines, y, x
}

// wanted is what is to be typed.
func (x *field) wanted() ui.Line {
	switch x.kind {
	case askReason:
		return ui.Join(2, ui.T(ui.Muted, "write"), ui.T(ui.Text, "a reason, for the journal and the report"))
	case askCode:
		return ui.Join(2, ui.T(ui.Muted, "type"), ui.T(ui.Text, "the six digits of the code; they are not shown and not kept"))
	case askSure:
		return ui.Join(2, ui.T(ui.Accent, "Enter"), ui.T(ui.Text, "does it"))
	}
	return ui.Join(2, ui.T(ui.Muted, "type"), ui.T(ui.Text, x.phrase))
}

// feedback says how what was typed stands to the phrase. It decides nothing.
func (f *form) feedback() ui.Line {
	x := &f.fields[f.at]
	if f.sent || x.kind != askPhrase || x.Value() == "" {
		return nil
	}
	switch match := ui.MatchOf(x.Value(), x.phrase); {
	case match.Whole:
		return ui.T(ui.Accent, "✓ Enter")
	case match.Wrong:
		return ui.T(ui.Bad, "✗ differs")
	}
	return ui.T(ui.Muted, "· goes on")
}

func (f *form) progress() ui.Line {
	if len(f.fields) == 1 {
		return nil
	}
	return ui.F(ui.Muted, "%d of %d", f.at+1, len(f.fields))
}
