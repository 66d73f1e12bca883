package dr

import (
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// BenchmarkFailover is a whole run of the real code on the simulator, at Lifeboat's own periods and AWS's own times, in the time of a
// testing/synctest bubble. It reports how long the run took against the critical path of its own steps (budget: 1.05), and against the
// same steps one after the other; and how long users waited, from the opening gate to the public answers.
func BenchmarkFailover(b *testing.B) {
	for _, c := range []struct {
		name string
		kind Kind
		dark bool
	}{{"unplanned, the old region dark", Failover, true}, {"unplanned, the old region answering", Failover, false}, {"planned", Switchover, false}} {
		b.Run(c.name, func(b *testing.B) {
			var f figures
			for b.Loop() {
				f = measured(b, c.kind, c.dark)
			}
			b.ReportMetric(f.wall.Seconds(), "wall-s")
			b.ReportMetric(f.served.Seconds(), "served-s")
			b.ReportMetric(float64(f.wall)/float64(f.path), "wall/critical-path")
			b.ReportMetric(float64(f.wall)/float64(f.serial), "wall/serial")
		})
	}
}

// figures are the times of one run.
type figures struct {
	wall   time.Duration // from the first step to the end of the last that the run waited for
	served time.Duration // to the public answers
	path   time.Duration // the critical path of its steps, each as long as it took
	serial time.Duration // its steps one after the other
}

// measured runs a procedure in a bubble. A bubble belongs to a test, so the benchmark runs one.
func measured(b *testing.B, kind Kind, dark bool) (f figures) {
	b.Helper()
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) {
		inTime(t, func(t *testing.T, w *estateInTime) {
			if dark {
				w.direct("darken", east)
				time.Sleep(time.Minute)
			}
			r := w.runner()
			run := w.begun(r, kind, typing(OverrideReceipt))
			v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
			if s, _ := v.Step(StepReport); s.State != runbook.StateDone {
				t.Fatalf("there is no report: %s; %s", says(v, StepReport), v.Note)
			}
			f = figuresOf(t, r, v)
			run.Stop("benchmark", "it has seen enough")
			run.Wait()
		})
	}}}) {
		b.Fatal("the run failed")
	}
	return f
}

func figuresOf(t *testing.T, r *Runner, v runbook.View) (f figures) {
	t.Helper()
	s, err := r.State().Archive.Store(v.Run)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := runbook.Entries(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	took := runbook.Learn(v)
	began := v.Started
	for _, step := range v.Steps {
		if d, ok := step.Took(); ok {
			f.serial += d
			f.wall = max(f.wall, step.Ended.Sub(began))
		}
	}
	public, _ := v.Step(StepPublic)
	f.served = public.Ended.Sub(began)
	f.path = runbook.Project(runbook.Replay(entries[:1]), took, began).Left
	return f
}
