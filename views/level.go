package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// roleOf is the colour of a level. Unknown and idle are grey: only what was seen to be well is green.
func roleOf(l dr.Level) ui.Role {
	switch l {
	case dr.Good:
		return ui.Good
	case dr.Warn:
		return ui.Warn
	case dr.Bad:
		return ui.Bad
	}
	return ui.Muted
}

// markOf is the glyph of a level, which says the same without colour.
func markOf(l dr.Level) string {
	switch l {
	case dr.Good:
		return "✓"
	case dr.Idle:
		return "·"
	case dr.Warn:
		return "!"
	case dr.Bad:
		return "✗"
	}
	return "?"
}

// gravity orders levels by what a person must see first.
func gravity(l dr.Level) int {
	switch l {
	case dr.Bad:
		return 4
	case dr.Warn:
		return 3
	case dr.Unknown:
		return 2
	case dr.Idle:
		return 1
	}
	return 0
}

// unwell says whether a level wants a person's eye.
func unwell(l dr.Level) bool { return gravity(l) >= 2 }

// conditionMark is the glyph of a region's state.
func conditionMark(c dr.Condition) string {
	switch c {
	case dr.CondServing:
		return "●"
	case dr.CondReady:
		return "◆"
	case dr.CondNotReady, dr.CondSick:
		return "!"
	case dr.CondDark:
		return "✗"
	case dr.CondVacant:
		return "·"
	}
	return "?"
}

// state is a region's state as its head says it: "● serving", "✗ dark 1m38s".
func (f *frame) state(r *dr.Region) ui.Line {
	if f.pending(r.Seen) && r.Condition == dr.CondUnknown {
		return ui.T(ui.Muted, "· reading")
	}
	if f.aged {
		return ui.F(ui.Muted, "? was %s", r.Condition) // the verdict says when
	}
	role, words := roleOf(r.Level), string(r.Condition)
	switch r.Condition {
	case dr.CondReady:
		role = ui.Accent
	case dr.CondDark, dr.CondSilent, dr.CondSick:
		words += f.lasting(r.Since)
	}
	return ui.T(role, conditionMark(r.Condition)+" "+words)
}

// lasting is how long something has lasted, for beside its name: " 1m38s".
func (f *frame) lasting(since time.Time) string {
	if since.IsZero() {
		return ""
	}
	return " " + ui.Short(f.now.Sub(since))
}
