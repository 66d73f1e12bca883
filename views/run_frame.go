package views

import (
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// runFrame is what drawings of a run depend on.
type runFrame struct {
	*frame
	*followed
	past runbook.Estimates
	rto  time.Duration // zero: the run has no target to meet
	ends time.Time     // of the session that changes things; zero: it does not end, or that is not known
	path *provisioned
}

func (m *root) runFrame(f *followed) *runFrame {
	r := &runFrame{frame: m.frame(), followed: f, past: m.runs.estimates(f.View), ends: m.sessionOf(f), path: &m.path}
	if !provisioning(f.View.Plan) {
		r.rto = m.o.Config.Objectives.RTO.D()
	}
	return r
}

// sessionOf is when the session ends that a run changes things with: the operator role's, or where there is none, and the run is this
// machine's, the one that this screen reads with too.
func (m *root) sessionOf(f *followed) time.Time {
	if !f.Session.IsZero() || m.o.Config.Operator.RoleARN != "" || !f.Here {
		return f.Session
	}
	for i := range m.e.Regions {
		if r := &m.e.Regions[i]; r.Name == f.View.Plan.To && !r.Session.Seen.Old {
			return r.Session.Expires
		}
	}
	return time.Time{}
}

// onlyPlanned says whether there is no run yet: what is drawn is a plan.
func (f *runFrame) onlyPlanned() bool { return f.View.Started.IsZero() }

// outage is the moment from which the time counts: when the region being left fell silent, else when the run began.
// known says that it is the former.
func (f *runFrame) outage() (since time.Time, known bool) {
	v := f.View
	if provisioning(v.Plan) {
		return v.Started, false
	}
	if at, err := time.Parse(time.RFC3339, v.Pins[dr.PinSilent]); err == nil {
		return at, true
	}
	for i := range f.e.Regions {
		r := &f.e.Regions[i]
		down := r.Condition == dr.CondDark || r.Condition == dr.CondSilent || r.Condition == dr.CondSick
		if r.Name == v.Plan.From && down && !f.aged && r.Since.Before(v.Started) && v.Started.Sub(r.Since) < 24*time.Hour {
			return r.Since, true
		}
	}
	return v.Started, false
}

// served is when users were seen to be served again; zero before.
func (f *runFrame) served() time.Time {
	if at, err := time.Parse(time.RFC3339, f.View.Pins[dr.PinServed]); err == nil {
		return at
	}
	if s, ok := f.View.Step(dr.StepPublic); ok && s.State == runbook.StateDone {
		return s.Ended
	}
	return time.Time{}
}

// running says whether a process is known to go on with the run.
func (f *runFrame) running() bool {
	return f.View.Ending == runbook.Running && f.Dead == ""
}

// reported says whether a run has come so far that its report takes the place of its steps.
func reported(f *followed) bool { return closed(f.View) }

// words is what a step was last seen to do.
func (f *runFrame) words(s runbook.StepView) string {
	if w := f.Words[s.ID]; w != "" && !s.State.Over() {
		return w
	}
	return s.Text
}

// person is an identity as people say it: the session's name of an ARN.
func person(by string) string {
	if i := strings.LastIndexAny(by, "/"); i >= 0 && i < len(by)-1 {
		return by[i+1:]
	}
	if by == "" {
		return "somebody"
	}
	return by
}

// runName is what a run is called: "FAIL OVER", "SWITCH OVER".
func runName(p runbook.Plan) string {
	words := map[string]string{string(dr.Failover): "FAIL OVER", string(dr.Switchover): "SWITCH OVER", string(dr.Provision): "PROVISION", string(dr.Failback): "FAIL BACK", string(dr.Strategy): "STRATEGY"}
	if w := words[p.Name]; w != "" {
		return w
	}
	return strings.ToUpper(p.Name)
}

// runWay is from where to where a run goes, or what it makes.
func runWay(p runbook.Plan) ui.Line {
	if provisioning(p) {
		return ui.B(ui.Text, phaseName(p))
	}
	if p.Name == string(dr.Reprotect) {
		return ui.B(ui.Text, p.From+" from "+p.To)
	}
	return ui.B(ui.Text, p.From+" → "+p.To)
}

// steady is a running time in steps that keep a resting screen at rest.
func steady(d time.Duration) time.Duration { return d.Truncate(5 * time.Second) }
