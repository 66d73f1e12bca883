package runbook_test

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

func TestWhatIsAlreadySoIsNotDoneAgainNorTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.w.accepted["scale"] = time.Now().Add(-time.Hour)
		s := b.seat()
		res := b.start(t, s, s.failover()).Wait()
		scale, _ := res.View.Step("scale")
		_, timed := runbook.Learn(res.View)["scale"]
		if res.Ending != runbook.Done || b.w.once()["scale"] != 0 || !scale.Already || timed {
			t.Errorf("%s: %+v, timed %t", res.Ending, scale, timed)
		}
	})
}

func TestAPlannedRunMakesEveryChangeOnceAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		res := b.start(t, s, s.failover()).Wait()
		if res.Ending != runbook.Done || !maps.Equal(b.w.once(), everything) {
			t.Fatalf("%s %v: %v", res.Ending, res.Err, b.w.once())
		}
		for _, step := range res.View.Steps {
			if step.State != runbook.StateDone {
				t.Errorf("%s is %s", step.ID, step.State)
			}
		}
		report, err := runbook.Verify(t.Context(), b.store)
		if err != nil || !report.Closed {
			t.Errorf("%+v %v", report, err)
		}
	})
}
