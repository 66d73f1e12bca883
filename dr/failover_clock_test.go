package dr

import (
	"context"
	"slices"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// reckless passes every gate, and types whatever is failing at it.
type reckless struct{ *phrases }

func (r reckless) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind == runbook.AskGate {
		for _, f := range q.Notice.Failing {
			r.given = append(r.given, f.Override)
		}
	}
	return r.phrases.Ask(ctx, q)
}

// A machine whose clock is minutes off, as far as AWS still takes its signatures, makes no proof of its own time: a replica that lags is
// waited for, and no acknowledged row is lost, with a connection to both databases, to none, and to the old writer alone, where the receipt
// is SQL's and the proof AWS's.
func TestAClockThatIsMinutesOffProvesNothing(t *testing.T) {
	for name, connections := range map[string][]string{"connections to both": {east, west}, "to none": nil, "to the old writer alone": {east}} {
		for _, skew := range []time.Duration{4 * time.Minute, -4 * time.Minute} {
			t.Run(name+", "+skew.String(), func(t *testing.T) {
				inTime(t, func(t *testing.T, w *estateInTime) {
					w.lookSeldom()
					w.writeRows(5 * time.Second)
					time.Sleep(time.Minute)
					w.connectedTo(connections...)
					r := w.runner(func(o *RunnerOptions) { o.Now = func() time.Time { return time.Now().Add(skew) } })
					run := w.begun(r, Switchover, reckless{typing()})
					waitFor(t, run, is(stepScale, runbook.StateWatched))
					w.direct("stall-replica", "10m")
					stalled := time.Now()
					waitFor(t, run, is(StepPromote, runbook.StateWatched))
					if waited := time.Since(stalled); waited < 10*time.Minute {
						t.Errorf("it was promoted after %s, while the replica stood still", waited)
					}
					v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
					if v.Ending != runbook.Done || v.Pins[PinToken] == "" {
						t.Fatalf("it ended %q: %s; the proof is %q", v.Ending, v.Note, v.Pins[PinToken])
					}
					time.Sleep(time.Minute)
					acks := w.stopRows()
					if gone := lostRows(acks, w.rowsOf(west)); len(gone) > 0 || len(acks) < 30 {
						t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
					}
				})
			})
		}
	}
}

// connectedTo leaves Lifeboat a connection to the databases of these regions, and to no others.
func (w *estateInTime) connectedTo(regions ...string) {
	for _, r := range []*config.Region{&w.cfg.Regions.Primary, &w.cfg.Regions.Standby} {
		for i := range r.Databases {
			if !slices.Contains(regions, r.Name) {
				r.Databases[i].Connection = nil
			}
		}
	}
}
