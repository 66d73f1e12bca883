package dr

import (
	"os"
	"regexp"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// stage brings an estate to where a procedure begins: users away and no standby for a reprotection, and one that streams for a failback.
func (w *estateInTime) stage(kind Kind) {
	w.t.Helper()
	if !kind.rebuilds() {
		return
	}
	w.comeBack()
	w.cfg.Waits.Healthy = config.Duration(time.Minute)
	went := []Kind{Switchover}
	if kind == Failback {
		went = append(went, Reprotect)
	}
	for _, k := range went {
		if result := w.through(k, typing("go on with an unproven lag")); result.Ending != runbook.Done {
			w.t.Fatalf("%s ended %q: %v\n%s", k, result.Ending, result.Err, stepsOf(result.View))
		}
		time.Sleep(20 * time.Minute)
	}
}

// some are all of a list with LIFEBOAT_E2E, else every n-th: runs of the way back are long.
func some[T any](list []T, n int) []T {
	if os.Getenv("LIFEBOAT_E2E") != "" {
		return list
	}
	var out []T
	for i := 0; i < len(list); i += n {
		out = append(out, list[i])
	}
	return out
}

// dated is when a database was kept, in its name: another process keeps it a little later.
var dated = regexp.MustCompile(`-kept-[0-9-]+`)

// sameEnd is a state to be compared with another: without the moments in names, and without deployments, which are counted by the hour and
// are looked at in the runs that make it.
func sameEnd(kind Kind, state string) string {
	if !kind.rebuilds() {
		return state
	}
	return deployments.ReplaceAllString(dated.ReplaceAllString(state, "-kept-then"), "")
}

// A reprotection and a failback that crash anywhere come to the end of ones that were never disturbed: one snapshot, one kept database,
// one replica.
func TestAReprotectionThatCrashesAnywhereComesToTheSameEnd(t *testing.T) { crashAnywhere(t, Reprotect) }

func TestAFailbackThatCrashesAnywhereComesToTheSameEnd(t *testing.T) { crashAnywhere(t, Failback) }

// Every changing call of both gets each of the bad answers that there are.
func TestEveryChangeOnTheWayBackMayBeAnsweredBadlyAndTheEndIsTheSame(t *testing.T) {
	badlyAnswered(t, Reprotect, Failback)
}
