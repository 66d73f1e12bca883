package dr

import (
	"strings"
	"testing"
)

// What is known now comes before what was reckoned at the failover: of two figures the first is believed.
func TestTheAccountBeginsWithWhatIsKnownOfTheLoss(t *testing.T) {
	last := &Promotion{Run: "r", At: "2026-01-31T03:20:00Z", Commit: "2026-01-31T03:19:50Z", Silent: "2026-01-31T03:19:55Z", Position: "3/68000000"}
	for end, want := range map[string]string{"3/68000000": "Nothing was lost: ", "3/67FFFFFF": "Nothing was lost: ", "3/68000001": "At most ", "": "At most "} {
		w := &crew{p: &planned{last: last, source: "dev-db", from: east}}
		w.p.last.End = end
		if got := w.account(t.Context()); !strings.HasPrefix(got, want) || !strings.Contains(got, "t most 5 s of writes are lost") {
			t.Errorf("at %q: %s", end, got)
		}
	}
}
