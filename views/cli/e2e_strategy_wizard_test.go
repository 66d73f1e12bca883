//go:build unix

package cli_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// changes types what the gates of a run ask for, one after the other, until one of the words is on the screen.
func (x wizard) changes(until ...string) {
	x.t.Helper()
	typed, at := "", time.Now()
	for {
		screen, over := "", false
		x.until("a gate, or "+strings.Join(until, " or "), func(s string) bool {
			screen = s
			for _, word := range until {
				over = over || strings.Contains(s, word)
			}
			asked := asks.FindStringSubmatch(s)
			return over || asked != nil && (asked[1] != typed || time.Since(at) > 15*time.Second) // what comes while it is quiet is not taken
		})
		if over {
			return
		}
		x.still()
		typed, at = asks.FindStringSubmatch(screen)[1], time.Now()
		x.keys("\x15" + typed + "\r")
	}
}

func TestSomebodyChangesTheStrategyByTheWizardAlone(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("a standby is made at a simulator, some minutes: LIFEBOAT_E2E=full runs it")
	}
	x := start(t, 120, 36, false, home(t), lifeboat(t), "demo", "--scenario", "pilot-light", "--speed", "120")
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("pilot light", "SIMULATED", "us-east-1 serves")
	w := wizard{x}
	x.keys("p")
	x.see("Provision  us-west-2", "strategy pilot light")
	x.keys("s")
	x.see("● pilot light", "as it is now", "RTO  unknown: no run yet", "it is so now")
	x.keys("g")
	x.see("b changes to warm standby")
	x.keys("b")
	w.changes("strategy changed")
	x.keys("\x1b")
	x.see("Provision  us-west-2", "strategy warm standby")
}
