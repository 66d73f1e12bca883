package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// freezeStep keeps Terraform from undoing the run: an apply from CI in its middle moved users back to the dead region.
func (w *crew) freezeStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepFreeze, Title: "hold Terraform", Why: "an apply in the middle of the run would move users and tasks back", After: after,
		Calls: w.rolesCalls(), Gate: gate, Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# set frozen_by in " + rolesFile + " (" + w.state.Where + ") and stop the pipelines that apply Terraform"}
		},
		Check: w.frozen,
		Do:    func(ctx context.Context, t *runbook.Task) error { return w.freeze(ctx, t.Run) },
		Undo:  func(ctx context.Context, _ *runbook.Task) error { return w.freeze(ctx, "") },
	}
}

// rolesCalls are those of the roles file, which may be a file of this machine.
func (w *crew) rolesCalls() []runbook.Call {
	if home := w.roles().Home(); home != "" {
		return []runbook.Call{call("s3:GetObject", runbook.Data, home), call("s3:PutObject", runbook.Data, home)}
	}
	return []runbook.Call{call("local:WriteFile", runbook.Data, "")}
}

// pinLetGo keeps that the run has written its roles down, and let Terraform go again.
const pinLetGo = "roles.written"

func (w *crew) frozen(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if t.Pin(pinLetGo) != "" {
		return runbook.Seen{So: true, Text: "let go again: the roles are written"}, nil
	}
	r, mark, err := w.roles().Read(ctx)
	if err != nil {
		return runbook.Seen{}, err
	}
	switch {
	case mark != "" && r.Frozen == t.Run:
		return runbook.Seen{So: true, Text: fmt.Sprintf("roles version %d, frozen", r.Version)}, nil
	case r.Frozen != "":
		return runbook.Seen{Text: "frozen by run " + r.Frozen}, nil
	}
	return runbook.Seen{Text: "not frozen"}, nil
}

func (w *crew) freeze(ctx context.Context, by string) error {
	return changeRoles(ctx, w.roles(), w.c, func(r *Roles) bool {
		changed := r.Frozen != by
		r.Frozen = by
		return changed
	})
}

// rolesStep writes down who writes, who serves and how many tasks run where, and lets Terraform go again.
func (w *crew) rolesStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: stepRoles, Title: "write down the roles", Why: "Terraform must plan to what is now, not to what was", After: after,
		Calls: w.rolesCalls(), Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("# in %s: writer_region and serving_region %s, no_standby as it is, frozen_by \"\", roles_version + 1, and the capacities as they are now", rolesFile, w.p.to)}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			r, _, err := w.roles().Read(ctx)
			if err != nil || w.role(t)(&r) {
				return runbook.Seen{Text: "they are those of before"}, err
			}
			return runbook.Seen{So: true, Text: fmt.Sprintf("version %d: %s writes and serves", r.Version, r.Writer)}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if _, err := t.Decide(ctx, pinLetGo, t.Run); err != nil {
				return err
			}
			return changeRoles(ctx, w.roles(), w.c, w.role(t))
		},
	}
}

// role sets the roles as the run leaves them, and says whether they were others.
func (w *crew) role(t *runbook.Task) func(r *Roles) bool {
	stands := w.p.rebuild != nil && t.State(stepStanding) == runbook.StateDone
	follows := w.p.rebuild != nil && t.State(stepStream) == runbook.StateDone
	return func(r *Roles) bool { return w.setRoles(r, stands, follows) }
}

// setRoles are the roles with the services of the region that was left as a standby's, or not, and a replica there that follows, or none.
func (w *crew) setRoles(r *Roles, stands, follows bool) bool {
	before := asJSON(r)
	r.Writer, r.Serving, r.Frozen = w.p.to, w.p.to, ""
	r.NoStandby = !follows
	if r.Capacity == nil {
		r.Capacity = map[string]map[string]Capacity{}
	}
	for _, region := range []string{w.p.from, w.p.to} {
		if r.Capacity[region] == nil {
			r.Capacity[region] = map[string]Capacity{}
		}
	}
	for _, s := range w.p.services {
		if s.To.there() && w.p.kind.Moves() {
			r.Capacity[w.p.to][s.Name] = s.capacity()
		}
		switch {
		case !s.From.there():
		case stands:
			r.Capacity[w.p.from][s.Name] = s.standing()
		case s.Writes:
			r.Capacity[w.p.from][s.Name] = Capacity{}
		}
	}
	return asJSON(r) != before
}

// fenceStep stops the old writers. It is tried beside everything else and, unplanned, given up for the moment after its deadline:
// then it is tried again until it has its receipt, and the run stays open for so long.
func (w *crew) fenceStep(gate *runbook.Gate, after ...string) runbook.Step {
	at := w.p.from
	calls := []runbook.Call{
		call("application-autoscaling:DescribeScalableTargets", runbook.Control, at), call("application-autoscaling:RegisterScalableTarget", runbook.Control, at),
		call("ecs:DescribeServices", runbook.Control, at), call("ecs:UpdateService", runbook.Control, at),
	}
	calls = append(calls, w.receiptCalls()...)
	f := w.fence
	return runbook.Step{
		ID: StepFence, Title: "fence " + at + " writers", Why: "two regions that both take writes end in two truths; the receipt proves that one has stopped",
		After: after, Gate: gate, Calls: tried(calls...), Undoing: runbook.UndoSeconds, Safety: true,
		Timeout: w.c.Waits.Step.D(), Deadline: w.c.Waits.Fence.D(), Keep: w.c.Refresh.Fast.D(),
		Paper: w.fencePaper,
		Check: f.stopped, Before: f.allowed, Do: f.stop, Undo: f.release,
		Await: f.receipt,
	}
}

// receiptCalls are those by which it is proven that no writer writes any more.
func (w *crew) receiptCalls() []runbook.Call {
	at := w.p.from
	calls := []runbook.Call{call("ecs:ListTasks", runbook.Control, at), call("ecs:DescribeTasks", runbook.Control, at), call("cloudwatch:GetMetricData", runbook.Data, at)}
	if w.sql[at] != nil {
		calls = append(calls, call("sql:pg_stat_activity", runbook.Data, at))
	}
	return calls
}

// readAgain are the calls of a step that holds the receipt against the region being left before it acts. A failover takes the newest
// refresh for that.
func (w *crew) readAgain() []runbook.Call {
	if !w.p.kind.planned() {
		return nil
	}
	calls := w.receiptCalls()
	for i := range calls {
		calls[i].PlannedOnly = true
	}
	return calls
}

func (w *crew) fencePaper(runbook.Pins) []string {
	var out []string
	for _, s := range w.p.writers() {
		at := " --region " + w.p.from
		if s.From.Scaled || !s.From.Known {
			out = append(out, "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/"+
				s.From.Cluster+"/"+s.From.ECS+" --min-capacity 0 --max-capacity 0"+at)
		}
		out = append(out, "aws ecs update-service --cluster "+s.From.Cluster+" --service "+s.From.ECS+" --desired-count 0"+at)
	}
	return append(out, "# then: no task of them is left, and nobody is connected to "+w.p.source)
}

// signingIn is how long a person may look for the code of the second factor, which the fence waits for, before a run asks what is wrong.
const signingIn = 30 * time.Minute

// settleStep decides whether the promotion waits for the fence: only while the region being left answers. It calls nothing.
func (w *crew) settleStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: stepSettle, Title: "wait for the fence, or not", Why: "a region that answers can be fenced in a minute; one that is silent is not waited for",
		After: after, Timeout: w.c.Waits.Fence.D() + signingIn, Poll: min(w.c.Waits.Poll.D(), w.c.Refresh.Fast.D()),
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if ok, _ := w.fence.holds(ctx, t); ok { // as this process has seen, a resumed one too
				return runbook.Seen{So: true, Text: "the fence has its receipt"}, nil
			}
			switch state := t.State(StepFence); {
			case state == runbook.StateNotDone || state.Over():
				return runbook.Seen{So: true, Text: "the fence is " + string(state) + ", and is tried further"}, nil
			case t.Overridden(checkReceipt):
				return runbook.Seen{So: true, Text: "the fence is tried, and not waited for: overridden"}, nil
			case w.silent():
				return runbook.Seen{So: true, Text: w.p.from + " does not answer: not waited for"}, nil
			}
			return runbook.Seen{Text: w.p.from + " answers: waiting for the receipt"}, nil
		},
	}
}

// silent says whether the region being left does not answer its API, by the newest reading.
func (w *crew) silent() bool {
	return !w.watch.Estate().side(w.p.from).silentSince().IsZero()
}

// isolation is the security group that lets nobody in to the old writer; "" where none is configured.
func (w *crew) isolation() string {
	for _, db := range regionNamed(w.c, w.p.from).Databases {
		if db.ID == w.p.source {
			return db.IsolationGroup
		}
	}
	return ""
}

// isolateStep shuts the old writer off from everybody, as soon as its region answers.
func (w *crew) isolateStep(after ...string) runbook.Step {
	at, group := w.p.from, w.isolation()
	return runbook.Step{
		ID: stepIsolate, Title: "shut off the old database", Why: "what comes back with the region must find no database to write to", After: after,
		Calls:   tried(w.isolateCalls()...),
		Undoing: runbook.UndoSeconds, Timeout: w.c.Waits.Step.D(), Deadline: w.c.Waits.Fence.D(), Keep: w.c.Refresh.Fast.D(), Before: w.fence.allowed,
		Paper: func(runbook.Pins) []string {
			return []string{"aws rds modify-db-instance --db-instance-identifier " + w.p.source + " --vpc-security-group-ids " + group + " --apply-immediately --region " + at}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.Pin(pinRename) != "" { // its name is another's, or will be
				return runbook.Seen{So: true, Text: "before it got another name"}, nil
			}
			seen, err := w.isolated(ctx)
			seen.So = seen.So || t.Pin(pinIsolate) != "" && strings.HasPrefix(seen.Text, changing)
			return seen, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if err := w.shutting(ctx, t, group); err != nil {
				return err
			}
			if _, err := t.Decide(ctx, pinIsolate, group); err != nil {
				return err
			}
			return w.leaving().SetGroups(ctx, w.p.source, []string{group})
		},
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.Pin(pinRename) != "" {
				return runbook.Seen{So: true, Text: "before it got another name"}, nil
			}
			return w.isolated(ctx)
		},
	}
}

func (w *crew) isolateCalls() []runbook.Call {
	calls := []runbook.Call{call("rds:DescribeDBInstances", runbook.Control, w.p.from), call("rds:ModifyDBInstance", runbook.Control, w.p.from)}
	if w.sql[w.p.from] != nil {
		calls = append(calls, call("sql:pg_current_wal_lsn", runbook.Data, w.p.from))
	}
	return calls
}

// pinIsolate keeps that the old writer was told to change its groups: while it is at that, RDS still shows the old ones.
const pinIsolate = "isolate"

// changing is the status of an instance that is being changed.
const changing = "modifying"

func (w *crew) isolated(ctx context.Context) (runbook.Seen, error) {
	db, err := w.leaving().Database(ctx, w.p.source)
	switch {
	case missing(err):
		return runbook.Seen{So: true, Text: w.p.source + " is gone"}, nil
	case err != nil:
		return runbook.Seen{}, err
	}
	return runbook.Seen{So: alone(db, w.isolation()), Text: db.Status + ", security groups " + commas(db.Groups)}, nil
}

func alone(db aws.Database, group string) bool { return len(db.Groups) == 1 && db.Groups[0] == group }
