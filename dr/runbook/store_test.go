package runbook_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
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

// A machine whose clock is behind must not begin a run that would be taken for an older one.
func TestARunThatSortsBeforeAnotherIsNotStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := runbook.FileArchive{Dir: t.TempDir()}
		start := func(at time.Time) error {
			b := newBench()
			s := b.seat()
			o := b.options(s)
			o.Archive, o.Run, o.Overrides = archive, runbook.NewRunID(at, "failover"), []runbook.Override{{Phrase: runbook.PhraseCoolDown, Reason: "a test"}}
			o.Store, _ = archive.Store(o.Run)
			run, err := runbook.Start(s.context(), s.failover(), o)
			if err == nil {
				run.Wait()
			}
			return err
		}
		if err := start(time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := start(time.Now().Add(-time.Hour)); !errors.Is(err, runbook.ErrRefused) || !strings.Contains(err.Error(), "sorts after this one") {
			t.Errorf("a run that sorts before another gives %v", err)
		}
		if runs, err := archive.Runs(t.Context()); len(runs) != 1 || err != nil {
			t.Errorf("the archive has %q, %v", runs, err)
		}
		if err := start(time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
	})
}
