package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// lines are an event for people: plain text, one thing a line, each with its time in UTC.
func (e event) lines() []string {
	at := e.Time.UTC().Format("15:04:05") + "  "
	switch e.Type {
	case evRun:
		return e.planLines(at)
	case evQuestion:
		return e.questionLines(at)
	case evCommand:
		return e.Sheet.lines()
	case evPlanned:
		return e.plannedLines(at)
	}
	if e.Type == evDecided && strings.Contains(e.Value, "\n") {
		return e.blockLines(at)
	}
	where, what := e.words()
	return []string{ui.Clean(fmt.Sprintf("%s%-10s  %s", at, where, what))}
}

// words are where an event happened, and what it was.
func (e event) words() (where, what string) {
	switch e.Type {
	case evResumed:
		return "run", phrase("taken up again by "+e.By, e.Text)
	case evStep:
		return e.Step, e.stepWords()
	case evLive:
		return e.Step, e.Text
	case evDecided:
		return e.Step, e.Name + " is " + shortened(e.Value)
	case evAnswer:
		return e.place(), e.Answer.words(e.By)
	case evMode:
		return "run", phrase("goes on "+e.Value+", by "+e.By, e.Reason)
	case evOpen:
		return "run", "all is over but what is kept being tried; the run stays open, and keeps its lease"
	case evEnd:
		return "run", e.endWords()
	case evResource:
		return e.Step, e.Resource.words()
	}
	return e.place(), e.Text
}

// mostValue is how much of a decision a line shows, runes.
const mostValue = 160

// shortened is as much of a decision as a line can show; --json has all of it.
func shortened(value string) string {
	if r := []rune(value); len(r) > mostValue {
		return string(r[:mostValue]) + "… (all of it with --json)"
	}
	return value
}

// blockLines are a decision of several lines, which somebody is to copy: all of it.
func (e event) blockLines(at string) []string {
	out := []string{ui.Clean(fmt.Sprintf("%s%-10s  %s:", at, e.Step, e.Name))}
	for line := range strings.Lines(e.Value) {
		out = append(out, ui.Clean("  "+strings.TrimRight(line, "\n")))
	}
	return out
}

func (e event) plannedLines(at string) []string {
	var out []string
	where := e.Step
	for _, line := range rootPlanLines(e.Planned) {
		out = append(out, ui.Clean(fmt.Sprintf("%s%-10s  %s", at, where, line)))
		where = ""
	}
	return out
}

func (e event) place() string {
	if e.Step == "" {
		return "run"
	}
	return e.Step
}

// phrase is a few words and what stands behind them, if anything does.
func phrase(words, more string) string {
	if more == "" {
		return words
	}
	return words + ": " + more
}

func (e event) stepWords() string {
	words := []string{e.State}
	if e.Result != "" && e.Result != string(runbook.OutcomeDone) {
		words = append(words, "("+e.Result+")")
	}
	if e.State == string(runbook.StateDone) && e.Took > 0 {
		words = append(words, "in "+ui.Stopwatch(time.Duration(e.Took*float64(time.Second))))
	}
	if e.By != "" {
		words = append(words, "by "+e.By)
	}
	return phrase(phrase(strings.Join(words, " "), e.Text), e.Reason)
}

func (a *answerDoc) words(by string) string {
	if a.Withdrawn {
		return a.Question + ": withdrawn"
	}
	words := phrase(a.Question, string(a.Choice))
	if by != "" {
		words += " by " + by
	}
	for _, o := range a.Overrides {
		words += fmt.Sprintf("; overridden: %q, since %s", o.Phrase, o.Reason)
	}
	return phrase(words, a.Reason)
}

func (e event) endWords() string {
	d := e.End
	word := map[string]string{
		"": "not begun", endingOpen: "done, and stays open", endingLeft: "goes on without this command",
		string(runbook.LeaseLost): "lost its lease", string(runbook.Abandoned): "abandoned",
	}[d.Ending]
	if word == "" {
		word = d.Ending
	}
	if len(d.Taints) > 0 {
		word += ", without: " + strings.Join(d.Taints, ", ")
	}
	return phrase(word, e.Text)
}

func (e event) planLines(at string) []string {
	p := e.Plan
	head := fmt.Sprintf("%s, %s", p.Title, p.Mode)
	if p.DryRun {
		head += ", DRY RUN: nothing is changed"
	}
	if e.Simulated {
		head += ", SIMULATED"
	}
	out := []string{ui.Clean(fmt.Sprintf("%s%-10s  %s", at, "run", e.Run)), ui.Clean(fmt.Sprintf("%s%-10s  %s", at, "", head))}
	for _, s := range p.Steps {
		line := fmt.Sprintf("%s%-10s  step %-10s %s", at, "", s.ID, s.Title)
		if s.Gate != "" {
			line += "  [gate " + s.Gate + "]"
		}
		out = append(out, ui.Clean(line))
	}
	return out
}

// questionLines are all that must be known to answer, and what answers.
func (e event) questionLines(at string) []string {
	q := e.Question
	out := []string{fmt.Sprintf("%s%-10s  QUESTION %s: %s", at, e.place(), q.ID, phrase(q.Title, q.Text))}
	row := func(name, text string) {
		if text != "" {
			out = append(out, fmt.Sprintf("%s%-10s    %-6s %s", at, "", name, text))
		}
	}
	if n := q.Notice; n != nil {
		for _, what := range n.What {
			row("what", what)
		}
		row("data", n.Data)
		row("time", n.Time)
		row("money", n.Money)
		for _, never := range n.Never {
			row("never", never)
		}
		for _, f := range n.Failing {
			row("FAILS", f.Text+fmt.Sprintf("  (to go on nevertheless: --confirm %q --reason TEXT)", f.Override))
		}
	}
	if len(q.Passed) > 0 {
		row("passed", "by "+strings.Join(q.Passed, ", ")+"; another identity must pass it too")
	}
	for _, o := range q.Offers {
		row("answer", offerWords(o))
	}
	for i := range out {
		out[i] = ui.Clean(out[i])
	}
	return out
}

// offerWords are how a choice is made with --confirm; "" for one that cannot be made so.
func offerWords(o runbook.Offer) string {
	switch {
	case o.Phrase == "" || o.Disabled != "":
		return ""
	case o.Reason:
		return fmt.Sprintf("%s: --confirm %q --reason TEXT", o.Choice, o.Phrase)
	}
	return fmt.Sprintf("%s: --confirm %q", o.Choice, o.Phrase)
}

func (s *sheetDoc) lines() []string {
	out := []string{"", ui.Clean(fmt.Sprintf("# %s: %s", s.Step, phrase(s.Title, s.Why)))}
	if s.Gate != "" {
		out = append(out, ui.Clean(fmt.Sprintf("# Lifeboat would ask first for: %s", s.Gate)))
	}
	for _, c := range s.Commands {
		for _, line := range strings.Split(c, "\n") {
			out = append(out, ui.Clean(line))
		}
	}
	if len(s.Commands) == 0 {
		out = append(out, "# changes nothing: look whether it is so")
	}
	return out
}

// operations are what calls call, each once.
func operations(calls []runbook.Call) string {
	var names []string
	for _, c := range calls {
		if name := strings.TrimSpace(c.Operation + " " + c.Region); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
