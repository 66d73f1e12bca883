package runbook_test

import (
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

func TestANewRunSortsAfterAllThatThereAreWhateverTheClockSays(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ahead := runbook.NewRunID(noon.Add(time.Hour), "failover")
	for name, c := range map[string]struct {
		runs []string
		want string
	}{
		"where there are none":                       {nil, "20261123T120000.000Z-switchover"},
		"after an older one it is the clock's":       {[]string{runbook.NewRunID(noon.Add(-time.Hour), "failover")}, "20261123T120000.000Z-switchover"},
		"after one of the same moment":               {[]string{runbook.NewRunID(noon, "failover")}, "20261123T120000.001Z-switchover"},
		"after one of a machine whose clock is fast": {[]string{ahead, runbook.NewRunID(noon, "failover")}, "20261123T130000.001Z-switchover"},
		"what is no id is passed over":               {[]string{"lost+found"}, "20261123T120000.000Z-switchover"},
	} {
		if got := runbook.NextRunID(noon, "switchover", c.runs); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
