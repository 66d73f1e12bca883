package dr

import (
	"fmt"
	"time"

	"lifeboat/dr/runbook"
)

// noJournal is why nothing is known of past runs where nobody has said where they are kept.
const noJournal = "no journal is read"

// record is what the journals tell. It comes first: roles, replication and risk follow the writer of record.
func (j *join) record() {
	r, in := &j.e.Record, j.in.Record
	r.Writer = j.cfg.Regions.Primary.Name
	if in == nil {
		r.Seen.Why = noJournal
		return
	}
	r.Seen = seenOf(in.Runs, j.p.fast, j.now)
	r.Where, r.Shared, r.Region = in.Where, in.Shared, in.Region
	r.Lease = LeaseSeen{Held: in.Lease.Value.Held, Grant: in.Lease.Value.Grant, Scope: in.Lease.Value.Scope, Seen: seenOf(in.Lease, j.p.fast, j.now)}
	j.writerOfRecord(in.Runs.Value)
	for i := len(in.Runs.Value) - 1; i >= 0; i-- {
		v := in.Runs.Value[i].View
		switch {
		case v.Plan.DryRun || v.Seq == 0:
		case ended(v):
			if r.Last == nil {
				r.Last = &v
			}
		case r.Lease.Held && r.Lease.Grant.Run == v.Run, changes(v) && !Overtaken(v, r.Run):
			r.Open = append(r.Open, v)
		}
	}
}

// writerOfRecord is where the newest promotion in the journals leads; the primary as built before there was any.
func (j *join) writerOfRecord(runs []RunRead) {
	r := &j.e.Record
	if !r.Seen.Known() {
		r.Writer, r.Why = "", "the journals were not read: "+r.Seen.Why
		return
	}
	for i := len(runs) - 1; i >= 0; i-- {
		v := runs[i].View
		if runs[i].Err != nil && v.Changed.After(r.Promoted) {
			r.Writer, r.Why = "", "the journal of run "+plain(v.Run)+" cannot be trusted: "+short(runs[i].Err.Error())
			return
		}
		if at := promotedAt(v); promoted(v) && at.After(r.Promoted) {
			r.Writer, r.From, r.Run, r.Source, r.Promoted = v.Plan.To, v.Plan.From, v.Run, v.Pins[PinSource], at
			r.Receipt, _, r.Voided = ReceiptOf(v.Pins)
		}
	}
	for i := range runs {
		if v := runs[i].View; r.Run != "" && v.Run >= r.Run && v.Plan.From == r.From && !v.Plan.DryRun && v.Pins[PinKept] != "" {
			r.Kept = v.Pins[PinKept]
		}
	}
}

// promotedAt is when the promotion of a run was called for.
func promotedAt(v runbook.View) time.Time {
	if at, err := time.Parse(time.RFC3339Nano, v.Pins[PinPromotedAt]); err == nil {
		return at
	}
	step, _ := v.Step(StepPromote)
	return step.Began
}

// promoted says whether a run has made another region the writer of record: from the moment at which the promotion may
// have been called for.
func promoted(v runbook.View) bool {
	step, ok := v.Step(StepPromote)
	return ok && (step.Begun || step.Changed) && !v.Plan.DryRun
}

// Promoter is the newest of runs that has made a region the writer of record; "" where none has. Views may come in any order.
func Promoter(runs []runbook.View) (run string) {
	for _, v := range runs {
		if promoted(v) {
			run = max(run, v.Run)
		}
	}
	return run
}

// Overtaken says whether a run that is not over is not to be taken up any more, since the newest promotion (Promoter) came after it. Phases
// of provisioning are: who writes is nothing to them.
func Overtaken(v runbook.View, by string) bool {
	return v.Run < by && Kind(v.Plan.Name) != Provision
}

// unfinished is the newest run that was left half-way, and that must be over before what is planned begins; provisioning may wait.
func (r *Record) unfinished() error {
	for _, v := range r.Open {
		if Kind(v.Plan.Name) != Provision {
			return notOver(v)
		}
	}
	return nil
}

func notOver(v runbook.View) *Refusal {
	return &Refusal{fmt.Sprintf("run %s (%s) is not over", v.Run, plain(v.Plan.Title)), "go on with it first: lifeboat resume " + v.Run}
}

// fencedBy is the run that has stopped a region's writers on purpose: one that is open, or the one that made the other
// region the writer of record. "" where there is none.
func (j *join) fencedBy(region string) string {
	r := &j.e.Record
	for _, v := range r.Open {
		if s, _ := v.Step(StepFence); v.Plan.From == region && (s.Begun || s.Changed) {
			return v.Run
		}
	}
	if r.From == region && r.Writer != region && !j.rests() { // where it rests, none of its writers is expected to run
		return r.Run
	}
	return ""
}

// lone says whether the writer of record was promoted and nothing replicates from it: there is no standby.
func (j *join) lone() bool {
	rep := &j.e.Replication
	return j.e.Record.Run != "" && (rep.Replica == "" || rep.State == making) && !j.rests()
}

// rests says whether users are home and the region that stands by was put to rest: recovery points are its standby then, by design.
func (j *join) rests() bool {
	return j.bare() && j.e.Record.Writer == j.cfg.Regions.Primary.Name && j.absent(&j.sides[1], j.e.Record.Source)
}

// loneSince is since when there is no standby, and whether one is being made.
func (j *join) loneSince() string {
	text := "there is no standby since " + clock(j.e.Record.Promoted, j.now)
	if j.e.Replication.State == making {
		text += ", one is being made"
	}
	return text
}

// ended says whether there is nothing to take up of a run any more.
func ended(v runbook.View) bool {
	switch v.Ending {
	case runbook.Running, runbook.Stopped, runbook.LeaseLost, runbook.Abandoned:
		return false
	}
	return true
}

// changes says whether a run has changed, or may have changed, anything that was not taken back.
func changes(v runbook.View) bool {
	for _, s := range v.Steps {
		if s.Begun || s.Changed {
			return true
		}
	}
	return false
}
