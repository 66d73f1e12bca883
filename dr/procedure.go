package dr

import (
	"context"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/runbook"
)

// The steps' ids. Estimates and phrases are made of them, so they stay. Those that others read are exported, beside the pins.
const (
	stepFreeze     = "freeze"
	stepSettle     = "settle"
	stepFloors     = "floors"
	stepScale      = "scale"
	stepToken      = "token"
	stepDeploy     = "deploy"
	stepTargets    = "targets"
	stepVerify     = "verify"
	stepEdge       = "edge"
	stepCDN        = "cdn"
	stepInvalidate = "invalidate"
	stepIsolate    = "isolate"
	stepProtect    = "protect"
	stepGrace      = "grace"
	stepRoles      = "roles"
)

// short is the time-out of a step that a few calls make up.
const shortStep = 2 * time.Minute

// procedure makes the graph of a run from its plan. Unplanned, nothing that the run waits for leans on the region being left: the
// fence is tried beside everything else, and the promotion waits for its receipt only while that region answers.
func (w *crew) procedure() runbook.Procedure {
	p := runbook.Procedure{
		Name: string(w.p.kind), Title: w.p.kind.Phrase(w.p.from, w.p.to), From: w.p.from, To: w.p.to,
	}
	if w.p.kind == Reprotect {
		p.Steps = w.reprotection()
	} else {
		p.Steps = w.takeover()
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Do != nil && s.Await == nil && s.Verify == nil && !strings.HasPrefix(s.ID, "apply-") {
			s.Await = s.Check // a change counts when it is seen, not when it was answered
		}
		if s := &p.Steps[i]; w.c.Operator.RoleARN != "" && s.Do != nil && slices.ContainsFunc(s.Calls, asOperator) {
			s.Calls = append([]runbook.Call{call("sts:AssumeRole", runbook.Data, w.p.to)}, s.Calls...)
			s.Ready = w.signedIn
		}
	}
	return p
}

// takeover is the graph of a run that takes users to another region, from the fence to the report. A failback is a switchover that begins
// once the region has stayed well, and ends with a standby made anew where users were.
func (w *crew) takeover() []runbook.Step {
	if w.p.point != nil {
		return w.restoration()
	}
	var p runbook.Procedure
	open, promote, edge := w.openGate(), w.promoteGate(), w.edgeGate()
	freeze := w.freezeStep(open)
	if w.p.kind == Failback {
		p.Steps, freeze = append(p.Steps, w.healthyStep(w.p.to)), w.freezeStep(open, stepHealthy)
	}
	if w.p.kind.planned() {
		p.Steps = append(p.Steps, freeze, w.floorsStep(open, stepFreeze), w.scaleStep(open, stepFloors), w.fenceStep(open, stepScale), w.tokenStep(StepFence),
			w.promoteStep(promote, stepToken, stepScale))
	} else {
		p.Steps = append(p.Steps, freeze, w.fenceStep(open, stepFreeze), w.settleStep(stepFreeze), w.floorsStep(open, stepFreeze), w.scaleStep(open, stepFloors),
			w.writerStep(promote, stepSettle))
	}
	p.Steps = append(p.Steps, w.deployStep(StepPromote, stepScale), w.targetsStep(stepDeploy), w.verifyStep(stepTargets))
	return append(p.Steps, w.arrival(open, edge)...)
}

// arrival are the steps from where the region that takes over answers as it should: users are moved, and what they came from is settled.
func (w *crew) arrival(open, edge *runbook.Gate) []runbook.Step {
	var p runbook.Procedure
	public := []string{}
	if len(w.p.records) > 0 {
		p.Steps = append(p.Steps, w.edgeStep(edge, stepVerify))
		public = append(public, stepEdge)
	}
	if w.c.Edge.Distribution != "" && len(w.p.origins) > 0 {
		cdn := w.cdnStep(edge, append([]string{stepVerify}, public...)...)
		p.Steps = append(p.Steps, cdn)
		if w.p.kind.planned() || len(public) == 0 {
			public = append(public, stepCDN)
		}
	}
	p.Steps = append(p.Steps, w.publicStep(public...))
	if w.c.Edge.Distribution != "" {
		p.Steps = append(p.Steps, w.invalidateStep(StepPublic))
	}
	if w.isolation() != "" {
		p.Steps = append(p.Steps, w.isolateStep(StepPublic))
	}
	p.Steps = append(p.Steps, w.protectStep(StepPublic), w.graceStep(StepPublic))
	written := StepPublic
	if w.p.kind == Failback && w.p.rebuild != nil {
		after := []string{StepPublic, stepProtect}
		if w.isolation() != "" {
			after = append(after, stepIsolate)
		}
		p.Steps = append(p.Steps, w.rebuildSteps(open, after...)...)
		p.Steps, written = w.repointed(p.Steps)
	}
	return append(p.Steps, w.closing(written, StepPublic, stepProtect, stepGrace)...)
}

// repointed adds, after the standby was made, what has Terraform's states follow it, and gives the last step of all.
func (w *crew) repointed(steps []runbook.Step) ([]runbook.Step, string) {
	steps = append(steps, w.stateSteps(stepStanding)...)
	return steps, steps[len(steps)-1].ID
}

// closing are the last steps of every run: the roles are written, Terraform is asked whether it agrees, and the report says what came of it.
func (w *crew) closing(written string, before ...string) []runbook.Step {
	before = append(slices.Clone(before), stepRoles)
	steps := append([]runbook.Step{w.rolesStep(written)}, w.rolesBackSteps(stepRoles)...)
	if agree := w.agreeSteps(before...); len(agree) > 0 {
		steps, before = append(steps, agree...), append(before, stepAgree)
	}
	return append(steps, w.reportStep(before...))
}

// writerStep gives an unplanned run its writer: a replica is promoted, or, where there is none, what was left is taken up again.
func (w *crew) writerStep(gate *runbook.Gate, after ...string) runbook.Step {
	switch {
	case w.p.left != nil:
		return w.retakeStep(gate, after...)
	case w.p.point != nil:
		return w.restoredStep(gate, after...)
	}
	return w.promoteStep(gate, after...)
}

// asOperator says whether a call of a step that changes things is made in the operator's role, which is taken on where that is needed: at
// the STS of the region that takes over.
func asOperator(c runbook.Call) bool {
	service, _, _ := strings.Cut(c.Operation, ":")
	return slices.Contains([]string{"application-autoscaling", "ecs", "rds", "cloudwatch", "cloudfront"}, service)
}

// signedIn has the operator's role taken on, however long a person looks for the code of the second factor: a fence that was given up
// meanwhile would let the promotion go ahead of it.
func (w *crew) signedIn(ctx context.Context, _ *runbook.Task) error {
	_, err := w.by.Identity(ctx)
	return err
}

// call is one operation of a step in a region.
func call(operation string, plane runbook.Plane, region string) runbook.Call {
	return runbook.Call{Operation: operation, Plane: plane, Region: region}
}

// tried marks calls that nothing waits for once their region is being left.
func tried(calls ...runbook.Call) []runbook.Call {
	for i := range calls {
		calls[i].BestEffort = true
	}
	return calls
}
