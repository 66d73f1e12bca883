//go:build unix

package cli_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// wizard is a cockpit in which somebody provisions. Its terminal is another after the cockpit was killed.
type wizard struct{ *terminal }

// meets is something that a screen may show while a phase is made, and what is done about it: once, or again and again. does
// leaves a screen that does not show it any more.
type meets struct {
	words *regexp.Regexp
	does  func()
	again bool
}

// asks matches what a gate asks for, as it stands before the line that is typed into.
var asks = regexp.MustCompile(`(?m)^ type  (.+?)(?: {2,}\d+ of \d+)?\s*$`)

// troubled matches the choices that are given when a step has failed.
var troubled = regexp.MustCompile(`(?m)^ t +try again: `)

// phase opens the phase that comes next, from the path or from the report of the one before, and goes through it to its report.
func (x *wizard) phase(name string, list ...meets) {
	x.t.Helper()
	x.keys("\r")
	x.see("Provision  "+name, "Told", "b plan, then ask")
	x.keys("b")
	x.through(name, list...)
}

// through types what gates ask for, root after root, until the report of the phase is there.
func (x *wizard) through(name string, list ...meets) {
	x.t.Helper()
	for {
		var screen, phrase string
		met := -1
		x.until("what comes next in "+name, func(s string) bool {
			screen, phrase = s, ""
			if asked := asks.FindStringSubmatch(s); asked != nil {
				phrase = asked[1]
			}
			met = slices.IndexFunc(list, func(m meets) bool { return m.words.MatchString(s) })
			return met >= 0 || phrase != "" || strings.Contains(s, "phase done: ") || troubled.MatchString(s)
		})
		switch {
		case met >= 0:
			m := list[met]
			if !m.again {
				list = slices.Delete(slices.Clone(list), met, met+1)
			}
			m.does()
		case strings.Contains(screen, "phase done: "):
			return
		case phrase != "":
			x.enters(phrase)
		default:
			x.t.Fatalf("phase %s:\n%s", name, screen)
		}
	}
}

// slowly is how long what was typed may take to be seen before it was passed over, as keys are right after a question has appeared.
const slowly = 20 * time.Second

// enters types the phrase that is asked for.
func (x *wizard) enters(phrase string) {
	x.t.Helper()
	x.presses("\x15"+phrase+"\r", func(s string) bool { return !strings.Contains(s, "type  "+phrase) })
}

// presses types keys, again where a slow machine has passed them over.
func (x *wizard) presses(keys string, seen func(screen string) bool) {
	x.t.Helper()
	for range 5 {
		x.still()
		x.keys(keys)
		for end := time.Now().Add(slowly); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if seen(x.text()) {
				return
			}
		}
	}
	x.t.Fatalf("%q was typed, and nothing came of it:\n%s", keys, x.text())
}

// shows says whether words are on a screen.
func shows(words string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, words) }
}

func TestANewcomerProvisionsAnEmptyAccountByTheWizardAlone(t *testing.T) {
	x := start(t, 120, 36, false, home(t), lifeboat(t), "demo", "--scenario", "empty", "--speed", "120")
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("Nothing is here yet", "Press p to provision it", "SIMULATED", "p provision ")
	x.resize(80, 24)
	x.see("nothing is here yet: p provisions", "p provision ", "q quit")
	x.resize(120, 36)
	x.keys("p")
	x.see("›◆     Primary", "5  Validation")
	w := &wizard{x}
	push := meets{words: regexp.MustCompile("no image yet"), does: func() { direct(t, x, "push", "all") }}
	w.phase("Primary", push)
	w.phase("1 Foundation")
	w.phase("2 Data")
	w.phase("3 Compute", push) // replication is not retroactive
	w.phase("4 Failover")
	w.phase("5 Validation")
	x.keys("d")
	x.see("Provision  us-west-2")
	x.keys("\x1b")
	x.see("users       ━▶", "us-east-1 serves. us-west-2 can take over now.")
}
