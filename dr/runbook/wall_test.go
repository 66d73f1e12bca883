package runbook_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// times is what the steps of the failover take by themselves, and what its critical path and their sum are.
var times = map[string]time.Duration{
	"fence": 20 * time.Second, "scale": 108 * time.Second, "floors": 2 * time.Second, "promote": 150 * time.Second, "deploy": 38 * time.Second,
	"verify": 30 * time.Second, "edge": 5 * time.Second, "public": time.Minute, "protect": 30 * time.Second,
}

const critical = (20 + 150 + 38 + 30 + 5 + 60) * time.Second

func wall(t testing.TB, b *bench) (time.Duration, runbook.Result) {
	s := b.seat()
	began := time.Now()
	run, err := runbook.Start(s.context(), s.failover(), b.options(s))
	if err != nil {
		t.Fatal(err)
	}
	res := run.Wait()
	s.die()
	return time.Since(began), res
}

func TestSideBySideStepsTakeNoLongerThanTheirCriticalPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, _ := wall(t, newBench())
		if took < critical || took > critical*105/100 {
			t.Errorf("%s, the critical path is %s", took, critical)
		}
	})
}

// BenchmarkWallTime gives the wall time of a failover against its critical path and against its steps one after the
// other, in the steps' own time; ns/op is what the engine costs the machine.
func BenchmarkWallTime(b *testing.B) {
	var took, sum time.Duration
	for _, d := range times {
		sum += d
	}
	for b.Loop() {
		synctest.Test(new(testing.T), func(*testing.T) { took, _ = wall(b, newBench()) })
	}
	b.ReportMetric(took.Seconds(), "wall-s")
	b.ReportMetric(critical.Seconds(), "critical-s")
	b.ReportMetric(sum.Seconds(), "one-by-one-s")
	b.ReportMetric(took.Seconds()/critical.Seconds(), "wall/critical")
}

func TestPeoplesTimeIsNoPartOfAStepsEstimate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.op.delays = 7 * time.Minute
		_, res := wall(t, b)
		past := runbook.Learn(res.View)
		for id, want := range times {
			if got := past[id]; got < want || got > want+3*time.Second {
				t.Errorf("%s took %s, learned %s", id, want, got)
			}
		}
	})
}

func TestTheProjectionFollowsTheCriticalPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		s := b.seat()
		run := b.start(t, s, s.failover())
		time.Sleep(30 * time.Second)
		past := runbook.Estimates(maps.Clone(times))
		p := runbook.Project(run.View(), past, time.Now())
		if want := critical - 30*time.Second; !p.Known() || p.Left < want-3*time.Second || p.Left > want+3*time.Second {
			t.Errorf("left %s, want about %s (unknown %v)", p.Left, want, p.Unknown)
		}
		if want := []string{"promote", "deploy", "verify", "edge", "public"}; !slices.Equal(p.Path, want) {
			t.Errorf("path %v", p.Path)
		}
		delete(past, "edge")
		if p := runbook.Project(run.View(), past, time.Now()); p.Known() || !slices.Equal(p.Unknown, []string{"edge"}) {
			t.Errorf("edge was never timed: %v", p.Unknown)
		}
		run.Wait()
		if p := runbook.Project(run.View(), nil, time.Now()); p.Left != 0 || !p.Known() {
			t.Errorf("nothing is left: %+v", p)
		}
	})
}

func TestPastRunsAreLearnedFromWithoutDryRunsAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := runbook.FileArchive{Dir: t.TempDir()}
		for i, dry := range []bool{false, true} {
			b := newBench()
			s := b.seat()
			o := b.options(s)
			o.DryRun, o.Run = dry, runbook.NewRunID(time.Now(), fmt.Sprint("failover-", i))
			o.Store, _ = archive.Store(o.Run)
			run, err := runbook.Start(context.Background(), s.failover(), o)
			if err != nil {
				t.Fatal(err)
			}
			run.Wait()
		}
		past, err := runbook.Past(t.Context(), archive, "failover")
		if err != nil || len(past) != len(times) || past["promote"] < times["promote"] {
			t.Errorf("%v %v", past, err)
		}
		if past, _ := runbook.Past(t.Context(), archive, "switchover"); len(past) != 0 {
			t.Errorf("another procedure's times: %v", past)
		}
	})
}
