package dr

import (
	"fmt"
	"slices"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// served is how long it takes until users are served again, and what that is of.
type served struct {
	took time.Duration
	from string // "failover, 41 days ago"
}

// serveAgain is how long it takes until users are served again, by the estate's past runs in each strategy: along the critical path of the
// newest run of the kind that tells most, from its opening gate to its public answers, each step taking the median of
// all those runs and people's time apart.
func (j *join) serveAgain() {
	r, to := &j.e.Record, j.sides[1-j.busy()].cfg.Name
	if j.in.Record == nil {
		return
	}
	r.serves = map[config.Strategy]served{}
	for _, s := range Strategies {
		past := telling(j.in.Record.Runs.Value, to, s)
		if len(past) == 0 {
			continue
		}
		newest := past[len(past)-1]
		if took := serveTime(newest, past); took > 0 {
			r.serves[s] = served{took, fmt.Sprintf("%s, %s", plain(newest.Plan.Name), ago(j.now.Sub(newest.Started)))}
		}
	}
	r.Serve, r.ServeFrom = r.serves[j.cfg.Strategy].took, r.serves[j.cfg.Strategy].from
}

// strategyOf is how the standby stood by when a run began. Runs of before that was pinned were of a warm standby: no other could be taken
// over from.
func strategyOf(v runbook.View) config.Strategy {
	if s := v.Pins[PinStrategy]; s != "" {
		return config.Strategy(s)
	}
	return config.WarmStandby
}

// telling are the past runs that tell most of a takeover by a region in a strategy, oldest first: failovers to it, else failovers to
// the other, else switchovers, in which users wait for the proof that nothing is lost.
func telling(runs []RunRead, to string, in config.Strategy) []runbook.View {
	best, found := 0, []runbook.View(nil)
	for _, read := range runs {
		v := read.View
		public, _ := v.Step(StepPublic)
		rank := 2 * slices.Index([]string{"", string(Switchover), string(Failover)}, v.Plan.Name)
		if rank <= 0 || v.Plan.DryRun || public.State != runbook.StateDone || strategyOf(v) != in {
			continue
		}
		if v.Plan.To == to {
			rank++
		}
		if rank > best {
			best, found = rank, nil
		}
		if rank == best {
			found = append(found, v)
		}
	}
	return found
}

// serveTime is the critical path of a run's plan up to its public answers; 0 where it cannot be told.
func serveTime(of runbook.View, past []runbook.View) time.Duration {
	took, needed := runbook.Learn(past...), map[string]bool{}
	need(of, StepPublic, needed)
	fresh := runbook.View{Plan: of.Plan, Mode: of.Plan.Mode}
	for _, s := range of.Steps {
		if !needed[s.ID] {
			continue
		}
		if _, known := took[s.ID]; !known {
			took[s.ID] = itself(of, s) // what was given up after its deadline has cost that time too
		}
		fresh.Steps = append(fresh.Steps, runbook.StepView{PlannedStep: s.PlannedStep, State: runbook.StateWaiting})
	}
	return runbook.Project(fresh, took, time.Time{}).Left
}

// need notes a step of a run and all that must be over before it.
func need(v runbook.View, id string, needed map[string]bool) {
	if needed[id] {
		return
	}
	needed[id] = true
	s, _ := v.Step(id)
	for _, before := range s.After {
		need(v, before, needed)
	}
}

// itself is how long a past run waited for a step, people's time apart. What was done after the run had gone on without it
// was waited for until the next step began.
func itself(v runbook.View, s runbook.StepView) time.Duration {
	end := s.Ended
	for _, next := range v.Steps {
		if slices.Contains(next.After, s.ID) && !next.Began.IsZero() && next.Began.Before(end) {
			end = next.Began
		}
	}
	if s.Began.IsZero() || end.IsZero() {
		return 0
	}
	return max(0, end.Sub(s.Began)-s.Waited)
}

// ago is an age as a person says it: "41 days ago", "3 h 20 min ago".
func ago(d time.Duration) string {
	if d >= 48*time.Hour {
		return several(int(d/(24*time.Hour)), "day") + " ago"
	}
	return span(d.Round(time.Second)) + " ago"
}

// about is a time that was measured before, as a person says it: in whole minutes from two on.
func about(d time.Duration) string {
	if d < 2*time.Minute {
		return span(d.Round(time.Second))
	}
	return span(d.Round(time.Minute))
}
