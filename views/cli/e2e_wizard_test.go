//go:build unix

package cli_test

import (
	"regexp"
	"strings"
	"testing"
)

// wizard is a cockpit in which somebody provisions.
type wizard struct{ *terminal }

// asks matches what a gate asks for, as it stands before the line that is typed into.
var asks = regexp.MustCompile(`(?m)^ type  (.+?)\s*$`)

// phase opens the phase that comes next, from the path or from the report of the one before, has it planned, and types what its gates ask
// for, root after root, until its report is there. meanwhile is done once, where what it waits for is on the screen.
func (x wizard) phase(name, waits string, meanwhile func()) {
	x.t.Helper()
	x.keys("\r")
	x.see("Provision  "+name, "Told", "b plan, then ask")
	x.keys("b")
	for typed := ""; ; {
		screen := ""
		x.until("a gate, or the report of "+name, func(s string) bool {
			screen = s
			asked := asks.FindStringSubmatch(s)
			return strings.Contains(s, "phase done") || strings.Contains(s, "✗") || asked != nil && asked[1] != typed ||
				meanwhile != nil && strings.Contains(s, waits)
		})
		switch asked := asks.FindStringSubmatch(screen); {
		case strings.Contains(screen, "✗"):
			x.t.Fatalf("phase %s:\n%s", name, screen)
		case strings.Contains(screen, "phase done"):
			return
		case asked != nil && asked[1] != typed:
			x.still()
			typed = asked[1]
			x.keys(typed + "\r")
		default:
			meanwhile()
			meanwhile = nil
		}
	}
}

func TestANewcomerProvisionsAnEmptyAccountByTheWizardAlone(t *testing.T) {
	x := start(t, 120, 36, false, home(t), lifeboat(t), "demo", "--scenario", "empty", "--speed", "120")
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("Nothing is here yet", "Press p to provision it", "SIMULATED")
	x.keys("p")
	x.see("›◆     Primary", "5  Validation")
	w := wizard{x}
	push := func() { direct(t, x, "push", "all") }
	w.phase("Primary", "no image yet", push)
	w.phase("1 Foundation", "", nil)
	w.phase("2 Data", "", nil)
	w.phase("3 Compute", "no image yet", push) // replication is not retroactive
	w.phase("4 Failover", "", nil)
	w.phase("5 Validation", "", nil)
	x.keys("d")
	x.see("Provision  us-west-2")
	x.keys("\x1b")
	x.see("users       ━▶", "us-east-1 serves. us-west-2 can take over now.")
}
