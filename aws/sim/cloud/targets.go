package cloud

import (
	"fmt"
	"slices"
	"time"
)

// register puts a running task behind its service's balancer.
func (w *World) register(t *Task) {
	g := t.Service.TargetGroup
	if g == nil {
		return
	}
	t.target = &Target{
		Task: t, IP: t.IP, Port: t.Service.Port, AZ: t.AZ, group: g, seen: -1, Since: w.now,
		State: TargetInitial, Reason: "Elb.RegistrationInProgress", Description: "Target registration is in progress",
	}
	g.Targets = append(g.Targets, t.target)
	w.recheck(t.target)
}

// recheck looks at a target as its health check does. A changed sight becomes a verdict after as many checks in a row as
// the group asks for, unless the sight changes again.
func (w *World) recheck(t *Target) {
	sees := w.probe(t)
	if t.State == TargetDraining || sees == t.seen {
		return
	}
	t.seen = sees
	t.pending++
	asked, checks := t.pending, t.group.Healthy
	if !t.well() {
		checks = t.group.Unhealthy
	}
	w.After(time.Duration(checks)*t.group.Interval, func() {
		if asked == t.pending && t.State != TargetDraining {
			w.judge(t)
		}
	})
}

// probe is the HTTP status that the health check gets; 0 when nothing answers.
func (w *World) probe(t *Target) int {
	if !w.reachable(t.Task) {
		return 0
	}
	return w.answer(t.Task, Request{Method: "GET", Path: t.group.Path}, false).Status
}

func (t *Target) well() bool { return t.seen >= 200 && t.seen < 400 }

// judge gives a target the state that its checks have shown, and tells the service.
func (w *World) judge(t *Target) {
	was := t.State
	switch {
	case t.well():
		t.State, t.Reason, t.Description = TargetHealthy, "", ""
	case t.seen == 0:
		t.State, t.Reason, t.Description = TargetUnhealthy, "Target.Timeout", "Request timed out"
	default:
		t.State, t.Reason = TargetUnhealthy, "Target.ResponseCodeMismatch"
		t.Description = fmt.Sprintf("Health checks failed with these codes: [%d]", t.seen)
	}
	if t.State != was {
		t.Since = w.now
	}
	w.touch()
	w.targetJudged(t)
}

// drain takes a target out of service; it is gone after the group's deregistration delay.
func (w *World) drain(t *Target) {
	t.State, t.Since = TargetDraining, w.now
	t.Reason, t.Description = "Target.DeregistrationInProgress", "Target deregistration is in progress"
	w.touch()
	w.After(t.group.Delay, func() {
		t.group.Targets = slices.DeleteFunc(t.group.Targets, func(o *Target) bool { return o == t })
		w.touch()
	})
}
