package views

import (
	"slices"
	"strings"

	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// detail says what a step is there for, what it calls, and what it was last seen to do.
func (f *runFrame) detail(s runbook.StepView, w int) []ui.Line {
	head := ui.Spread(w, ui.B(ui.Text, s.Title), ui.T(ui.Muted, f.undoWords(s.Undoing)))
	out := []ui.Line{head}
	out = append(out, ui.T(ui.Text, s.Why).Wrap(w, 0)...)
	out = append(out, callLines(s.Calls, w)...)
	if commands := pushes(s, f.words(s)); commands != nil {
		return append(out, commandsBelow(commands, w)...)
	}
	if words := f.words(s); words != "" {
		out = append(out, ui.Cat(ui.T(ui.Muted, "  "), ui.T(wordsRole(s.State), words)).Wrap(w, 2)...)
	}
	return out
}

func wordsRole(s runbook.State) ui.Role {
	switch s {
	case runbook.StateFailed:
		return ui.Bad
	case runbook.StateSkipped, runbook.StateNotDone:
		return ui.Warn
	}
	return ui.Text
}

// undoWords is what it takes to take a step back.
func (f *runFrame) undoWords(u runbook.UndoCost) string {
	if (u == runbook.UndoNever || u == runbook.UndoHours) && provisioning(f.View.Plan) {
		return "undo: by a plan of its own"
	}
	return undoWords(u)
}

func undoWords(u runbook.UndoCost) string {
	switch u {
	case runbook.UndoNever:
		return "undo: none, go back by failback"
	case "":
		return "changes nothing"
	}
	return "undo: " + string(u)
}

// seatOf is where a call is answered.
func seatOf(c runbook.Call) string {
	service, _, _ := strings.Cut(c.Operation, ":")
	switch {
	case c.Region != "":
		return c.Region
	case service == "local":
		return "this machine"
	case service == "cloudfront":
		return "global, by us-east-1"
	}
	return "outside AWS"
}

// callLines are a step's calls, those of one plane and region together.
func callLines(calls []runbook.Call, w int) []ui.Line {
	type seat struct {
		plane  runbook.Plane
		region string
		effort bool
	}
	var seats []seat
	names := map[seat][]string{}
	for _, c := range calls {
		at := seat{c.Plane, seatOf(c), c.BestEffort}
		if !slices.Contains(seats, at) {
			seats = append(seats, at)
		}
		names[at] = append(names[at], c.Operation)
	}
	var out []ui.Line
	for _, at := range seats {
		where := joined(" ", string(at.plane), at.region, pick(at.effort, "best effort", ""))
		line := ui.Join(2, ui.T(ui.Accent, strings.Join(names[at], " ")), ui.T(pick(at.effort, ui.Warn, ui.Muted), where))
		out = append(out, line.Wrap(w, 2)...)
	}
	return out
}
