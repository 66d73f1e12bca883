package dr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// The steps of a failover that restores its database, beside those that it shares with a promotion.
const (
	StepPoint    = "recovery-point"
	stepLight    = "activate"
	stepBalancer = "balancer"
	stepPassword = "password"
)

// What such a run decides on its way.
const (
	pinPassword = "password.set" // that the restored database has the password of the standby's own secret, and lets it in
	pinLearned  = "balancer.made"
	pinMade     = "terraform.made." // and the root's name: that this run has made and verified it
)

// restoration is the graph of a failover of a cold standby or a pilot light: Terraform makes what does not run and restores the database
// from the point that is pinned; users are moved once its application has logged in.
func (w *crew) restoration() []runbook.Step {
	open, promote, edge := w.openGate(), w.promoteGate(), w.edgeGate()
	steps := []runbook.Step{
		w.freezeStep(open), w.fenceStep(open, stepFreeze), w.settleStep(stepFreeze), w.pointStep(open, stepFreeze), w.lightStep(open, stepFreeze),
	}
	last := []string{stepLight, StepPoint}
	for _, name := range []string{"foundation", "data", "compute"} {
		root, _ := tf.RootOf(name)
		of := w.leaning(madeOnce(name, w.build.rootSteps(root, last)))
		steps, last = append(steps, of...), []string{of[len(of)-1].ID}
	}
	steps = append(steps, w.writerStep(promote, stepSettle, "verify-data"), w.passwordStep(StepPromote),
		w.floorsStep(open, slices.Concat(last, []string{stepPassword})...), w.scaleStep(open, stepFloors), w.targetsStep(stepScale))
	verify := []string{stepTargets}
	if w.p.lit {
		steps, verify = append(steps, w.balancerStep(last...)), append(verify, stepBalancer)
	}
	return append(append(steps, w.verifyStep(verify...)), w.arrival(open, edge)...)
}

// leaning marks the steps of a root that lean on the region being left in spite of all: what gets a DNS name of its own is made by Route
// 53's control plane.
func (w *crew) leaning(steps []runbook.Step) []runbook.Step {
	for i := range steps {
		s := &steps[i]
		switch {
		case s.ID == "apply-data":
			s.Calls = append(s.Calls, call("terraform:aws_db_instance.this", runbook.Control, w.p.to))
			s.NoAlternative = "a database that is restored gets a DNS name"
			w.tellPoint(s.Gate)
		case s.ID == "apply-compute" && w.p.lit:
			s.Calls = append(s.Calls, call("terraform:aws_lb.this", runbook.Control, w.p.to))
			s.NoAlternative = "a balancer that is made gets a DNS name"
		}
	}
	return steps
}

// madeOnce has the steps of a root that this run has made and verified over for good. The run changes floors and counts of what Terraform has
// made, before the roles say so: a process that takes it up and plans the root anew would be asked to take that back.
func madeOnce(root string, steps []runbook.Step) []runbook.Step {
	for i := range steps {
		s := &steps[i]
		s.Check, s.Await = unlessMade(root, s.Check), unlessMade(root, s.Await)
		if s.ID != "verify-"+root {
			continue
		}
		look := s.Await
		s.Await = func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			seen, err := look(ctx, t)
			if err == nil && seen.So && !t.DryRun {
				_, err = t.Decide(ctx, pinMade+root, seen.Text)
			}
			return seen, err
		}
	}
	return steps
}

// unlessMade is a look that finds everything so once a root is made.
func unlessMade(root string, look func(context.Context, *runbook.Task) (runbook.Seen, error)) func(context.Context, *runbook.Task) (runbook.Seen, error) {
	if look == nil {
		return nil
	}
	return func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
		if words := t.Pin(pinMade + root); words != "" {
			return runbook.Seen{So: true, Text: "made by this run: " + words}, nil
		}
		return look(ctx, t)
	}
}

// tellPoint has the gate before the database is made say what it is restored from, and what that loses.
func (w *crew) tellPoint(g *runbook.Gate) {
	show := g.Show
	g.Show = func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
		n, err := show(ctx, t)
		if m := w.build.planOf("data"); err == nil && m != nil && slices.ContainsFunc(m.plan.Changes, makesDatabase) {
			n.What = append(n.What, w.p.replica+" is restored from "+w.p.point.Words(w.now()))
			n.Data = w.dataWords(w.watch.Estate())
		}
		return n, err
	}
}

func makesDatabase(c PlanChange) bool { return c.Type == "aws_db_instance" && c.Action == PlanAdd }

// pointStep writes the recovery point where every later plan reads it: one that named another, or none, would end the database.
func (w *crew) pointStep(gate *runbook.Gate, after ...string) runbook.Step {
	set := config.Setting{Field: []string{"terraform", "inputs", "restore"}, Value: w.p.point.input()}
	return runbook.Step{
		ID: StepPoint, Title: "pin the recovery point", Why: "a later plan that names another point, or none, would replace the database", After: after, Gate: gate,
		Calls: []runbook.Call{call("file:lifeboat.yaml", runbook.Data, "")}, Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# in lifeboat.yaml, below terraform: inputs:  restore: " + asJSON(w.p.point.input())}
		},
		Check: func(context.Context, *runbook.Task) (runbook.Seen, error) {
			c, err := config.Load(w.c.Path)
			if err != nil {
				return runbook.Seen{}, err
			}
			p, ok := pointOfInput(c)
			return runbook.Seen{So: ok && p.Same(*w.p.point), Text: w.p.point.Words(w.now())}, nil
		},
		Do: func(context.Context, *runbook.Task) error {
			w.build.writing.Lock()
			defer w.build.writing.Unlock()
			if err := config.Edit(w.c.Path, set); err != nil {
				return fault.New(fault.Refused, "write", w.c.Path, err)
			}
			return nil
		},
		Undo: func(context.Context, *runbook.Task) error {
			w.build.writing.Lock()
			defer w.build.writing.Unlock()
			return config.Edit(w.c.Path, config.Setting{Field: set.Field})
		},
	}
}

// lightStep gives the region that takes over room for tasks in the roles file, by which the stack knows that it is to make what does not
// run. It starts none: nothing may write to the database before it is the writer of record.
func (w *crew) lightStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepLight, Title: "make room for tasks in " + w.p.to, Why: "the stack makes gateway, balancer and services where the roles file has room for tasks", After: after, Gate: gate,
		Calls: w.rolesCalls(), Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("# in %s: the maximum of every service in %s, and roles_version + 1", rolesFile, w.p.to)}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			r, _, err := w.state.Roles.Read(ctx)
			if err != nil {
				return runbook.Seen{}, err
			}
			if t.Pin(pinLetGo) != "" || !w.room(&r) {
				return runbook.Seen{So: true, Text: fmt.Sprintf("roles version %d", r.Version)}, nil
			}
			return runbook.Seen{Text: "none has room"}, nil
		},
		Do: func(ctx context.Context, _ *runbook.Task) error { return changeRoles(ctx, w.state.Roles, w.c, w.room) },
		Undo: func(ctx context.Context, _ *runbook.Task) error {
			return changeRoles(ctx, w.state.Roles, w.c, func(r *Roles) bool {
				before := asJSON(r)
				r.Capacity[w.p.to] = firstRoles(w.c).Capacity[w.p.to]
				return asJSON(r) != before
			})
		},
	}
}

// room makes room in roles, and says whether there was less.
func (w *crew) room(r *Roles) bool {
	before := asJSON(r)
	if r.Capacity == nil {
		r.Capacity = map[string]map[string]Capacity{}
	}
	if r.Capacity[w.p.to] == nil {
		r.Capacity[w.p.to] = map[string]Capacity{}
	}
	for _, s := range w.p.arriving() {
		c := r.Capacity[w.p.to][s.Name]
		c.Max = max(c.Max, s.capacity().Max)
		r.Capacity[w.p.to][s.Name] = c
	}
	return asJSON(r) != before
}

// restoredStep is the commit point: from it on the restored database is the writer of record. Nothing of the cloud is changed by it.
func (w *crew) restoredStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: StepPromote, Title: "make it the writer", Why: w.p.to + " must take writes; what " + w.p.from + " wrote since the recovery point stays behind", After: after, Gate: gate, Commit: true,
		Calls: append([]runbook.Call{call("journal:decide", runbook.Data, "")}, w.readAgain()...), Undoing: runbook.UndoNever, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# from here on " + w.p.replica + " in " + w.p.to + " is the writer of record"}
		},
		Check: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			return runbook.Seen{So: t.Pin(PinPromotedAt) != "", Text: w.p.replica + ", of " + clock(w.p.point.At, w.now())}, nil
		},
		Before: w.mayPromote,
		Do: func(ctx context.Context, t *runbook.Task) error {
			if _, err := t.Decide(ctx, PinCommit, stampOf(w.p.point.At)); err != nil {
				return err
			}
			_, err := t.Decide(ctx, PinPromotedAt, stampOf(w.now()))
			return err
		},
	}
}

// passwordStep: a restored database has the master password of the moment that it was restored to, and the standby's secret holds
// today's. The secret of a region that may be lost is never asked: the standby has its own.
func (w *crew) passwordStep(after ...string) runbook.Step {
	at := w.p.to
	calls := []runbook.Call{
		call("secretsmanager:GetSecretValue", runbook.Data, at), call("rds:DescribeDBInstances", runbook.Control, at), call("rds:ModifyDBInstance", runbook.Control, at),
	}
	if w.connection() != nil {
		calls = append(calls, call("sql:login", runbook.Data, at))
	}
	return runbook.Step{
		ID: stepPassword, Title: "set the password of the secret", Why: "a restored database has the password of its moment, and the application today's", After: after,
		Calls: calls, Undoing: runbook.UndoNever, Timeout: w.c.Waits.Step.D(), Paper: w.passwordPaper,
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.Pin(pinPassword) != "" {
				return runbook.Seen{So: true, Text: t.Pin(pinPassword)}, nil
			}
			db, err := w.arriving().Database(ctx, w.p.replica)
			return runbook.Seen{So: err == nil && db.Status == resetting, Text: db.Status}, err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			_, password, err := w.credentials(ctx)
			if err != nil {
				return err
			}
			return w.arriving().SetMasterPassword(ctx, w.p.replica, password)
		},
		Await: w.loggedIn,
	}
}

// resetting is the status of an instance whose master password is being set.
const resetting = "resetting-master-credentials"

// loggedIn proves what can be proven before a task runs: by SQL, where a connection is configured. In any case the balancer's health
// answer, with a read of the database, is asked before users are moved.
func (w *crew) loggedIn(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if t.Pin(pinPassword) != "" {
		return runbook.Seen{So: true, Text: t.Pin(pinPassword)}, nil
	}
	db, err := w.arriving().Database(ctx, w.p.replica)
	if err != nil || !serving(db) {
		return runbook.Seen{Text: db.Status}, err
	}
	words := "set; the balancer's health answer proves it"
	if w.connection() != nil {
		if err := w.login(ctx); err != nil {
			return runbook.Seen{}, err
		}
		words = "set; the secret's user has logged in"
	}
	words, err = t.Decide(ctx, pinPassword, words)
	return runbook.Seen{So: err == nil, Text: words}, err
}

// connection is how the restored database is asked; nil where lifeboat.yaml has none.
func (w *crew) connection() *config.Database {
	for _, db := range regionNamed(w.c, w.p.to).Databases {
		if db.ID == w.p.replica && db.Connection != nil {
			return &db
		}
	}
	return nil
}

// login logs in as the application does.
func (w *crew) login(ctx context.Context) error {
	user, password, err := w.credentials(ctx)
	if err != nil {
		return err
	}
	to := target(w.c, regionNamed(w.c, w.p.to), *w.connection(), w.build.opt)
	to.User, to.Password = user, func(context.Context) (string, error) { return password, nil }
	r := pg.NewReader(to)
	defer r.Close()
	_, err = r.Read(ctx)
	return err
}

// credentials are what the standby's own secret holds. They are in no journal, log or word.
func (w *crew) credentials(ctx context.Context) (user, password string, err error) {
	name, err := w.build.databaseSecret(ctx)
	if err != nil {
		return "", "", runbook.Never(err)
	}
	return w.arriving().Credentials(ctx, name)
}

// databaseSecret is the secret that the standby's tasks read, by name or ARN.
func (b *builder) databaseSecret(ctx context.Context) (string, error) {
	if b.ours() {
		if err := b.learn(ctx, []string{"primary"}); err != nil {
			return "", err
		}
		if arn := b.output("primary", "database_secret_arn"); arn != "" {
			return arn, nil
		}
	}
	for _, name := range []string{"database_secret_arn", "database_secret_name"} {
		if s, _ := b.inputs()[name].(string); s != "" {
			return s, nil
		}
	}
	return "", errors.New("which secret the standby's tasks read is not known: write database_secret_arn below terraform: inputs in lifeboat.yaml")
}

func (w *crew) passwordPaper(runbook.Pins) []string {
	return []string{fmt.Sprintf(`aws secretsmanager get-secret-value --region %s --secret-id SECRET --query SecretString --output text | jq '{DBInstanceIdentifier: "%s", MasterUserPassword: .password, ApplyImmediately: true}' | aws rds modify-db-instance --region %s --cli-input-json file:///dev/stdin`,
		w.p.to, w.p.replica, w.p.to)}
}

// balancerStep learns the name of the balancer that the run has made: no name of before is ever written to an edge.
func (w *crew) balancerStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: stepBalancer, Title: "learn the balancer's name", Why: "a balancer that is made anew has another name each time", After: after,
		Calls: []runbook.Call{{Operation: "terraform:compute", Plane: runbook.Data}}, Timeout: shortStep,
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if name := t.Pin(pinLearned); name != "" {
				return runbook.Seen{So: true, Text: name}, nil
			}
			if t.DryRun {
				return runbook.Seen{So: true, Text: "once it is made"}, nil
			}
			if err := w.build.learn(ctx, []string{"compute"}); err != nil {
				return runbook.Seen{}, err
			}
			name := w.build.output("compute", "load_balancer_dns_name")
			if !strings.Contains(name, ".") {
				return runbook.Seen{}, runbook.Never(fmt.Errorf("compute gives no name of a balancer (%q): users are not sent to what has none", name))
			}
			name, err := t.Decide(ctx, pinLearned, name)
			return runbook.Seen{So: err == nil, Text: name}, err
		},
	}
}

// balancerOf is the name of the balancer that users are sent to; "" while it is not made.
func (p *planned) balancerOf(pins runbook.Pins) string { return firstOf(p.balancer, pins[pinLearned]) }

// switches are the records that are moved, with the balancer's name as it is known now.
func (p *planned) switches(pins runbook.Pins) []edge.RecordChange {
	if !p.lit {
		return p.records
	}
	list := slices.Clone(p.records)
	for i := range list {
		list[i].To = p.balancerOf(pins)
	}
	return list
}

// doorOf is the question that a region's balancer is asked, at the balancer that the run has made where it made one.
func (w *crew) doorOf(t *runbook.Task) edge.Probe {
	q := question(regionNamed(w.c, w.p.to).Probe)
	host, port, found := strings.Cut(q.Dial, ":")
	if !w.p.lit || q.Dial != "" && !strings.HasSuffix(host, ".elb.amazonaws.com") {
		return q // its own address, as lifeboat.yaml says
	}
	if !found {
		port = "443"
	}
	q.Dial = w.p.balancerOf(t.Pins()) + ":" + port
	return q
}
