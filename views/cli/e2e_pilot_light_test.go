//go:build unix

package cli_test

import (
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// chosenPoint matches the recovery point that is marked before a run.
func chosenPoint(words string) func(screen string) bool {
	return regexp.MustCompile(`(?m)^ ● +\S.*` + regexp.QuoteMeta(words)).MatchString
}

// A pilot light takes over in the demo, by keyboard alone: an older recovery point is chosen, then the newest again, and what does not run
// is made root by root, until users are served by what was restored. Then they are brought home, and the pilot light is all that burns again.
func TestSomebodyLightsAPilotLightByKeyboardAlone(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("a pilot light is lit at a simulator, some minutes: LIFEBOAT_E2E=full runs it")
	}
	x := demo(t, 120, 36, "--scenario", "pilot-light", "--speed", "120")
	x.see("pilot light", "us-east-1 serves. us-west-2 can take over by a restore.")
	c, _ := configOf(t, x)
	o, users := &operator{wizard: wizard{x}}, writes(t, c)
	users.more("primary", 20)
	o.orders("darken us-east-1", "● darken us-east-1")
	x.see("us-east-1 does not answer since", "✗ dark")
	o.presses("f", shows("FAIL OVER  us-east-1 → us-west-2"))
	x.see("Restored from", "nothing changes before you type:", "b begin, to its gate", "in progress,")
	x.until("the newest point", chosenPoint("replicated backups of "))
	x.keys("\x1b[D")
	x.until("an older point, past the one that is still being copied", chosenPoint("snapshot copy-of-"))
	x.keys("\x1b[C")
	x.until("the newest point again", chosenPoint("replicated backups of "))
	var told atomic.Bool
	x.watch(func(screen string) {
		if strings.Contains(screen, "is restored from replicated backups of ") && strings.Contains(screen, "of writes lost (everything since the recovery point") {
			told.Store(true)
		}
	})
	x.keys("b")
	report := o.answers("OPEN: us-west-2 serves, old writer NOT fenced")
	o.took(t, "failover", "accept that apply-data leans on us-east-1", "accept that apply-compute leans on us-east-1", "promote without a fence receipt",
		opening, "apply foundation", "apply data", "apply compute", sending)
	if !told.Load() {
		t.Error("the gate before the database is made did not say what it is restored from, and what that loses")
	}
	users.more("dr", 20)
	lost := lostBy(t, users, report)
	o.keys("d")
	x.see("us-west-2 serves.", "● serving", "NOT fenced")
	o.orders("restore", "nothing is broken")
	x.see("Old writer davidshaevel-db in us-east-1 kept, fenced since", "b reprotect")
	o.prepares("b", "REPROTECT  us-east-1 from us-west-2")
	o.answers("came to     done: us-east-1 stands by again")
	o.keys("d")
	x.see("us-west-2 serves. us-east-1 can take over now.", "b failback")
	o.prepares("b", "FAIL BACK  us-west-2 → us-east-1")
	o.answers("came to     done", "Nothing was lost")
	o.keys("d")
	users.more("primary", 20)
	acks := users.ended()
	comesToShow(t, users, c.Regions.Primary, acks, lost)
	x.see("us-east-1 serves. There is no standby since", "b deactivate")
	o.asked = nil
	o.prepares("b", "DEACTIVATE  us-west-2")
	o.answers("came to     ✓ us-west-2 rests")
	o.took(t, "deactivation", "deactivate us-west-2", "give up the database davidshaevel-dr-db")
	o.keys("d")
	x.see("us-east-1 serves. us-west-2 can take over by a restore.")
	t.Logf("%d rows acknowledged, %d of them lost with us-east-1, as the report says", len(acks), len(lost))
}
