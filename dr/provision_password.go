package dr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A database whose master password RDS manages cannot be the source of a replica. Turning that off deletes the managed secret and sets
// the password that is given at once, so it comes last: a secret of the owner's own with the same value, tasks deployed onto it, seen to
// be healthy, and only then is management turned off with the same password. A person does each; Lifeboat looks whether it is so, and
// never handles the password.

// The steps of that move.
const (
	StepPasswordSecret = "password-secret"
	StepPasswordTasks  = "password-tasks"
	StepPasswordWell   = "password-healthy"
	StepPasswordOff    = "password-off"
)

// pinManaged is the database whose password RDS managed when the run was begun; a run without it has no such steps.
const pinManaged = "password.managed"

// movePatience is how long a person may take for a part of it.
const movePatience = 24 * time.Hour

// noMove is what the steps say where there is nothing to move.
const noMove = "RDS does not manage the master password any more"

// passwordMove looks at a primary whose password RDS may manage.
type passwordMove struct {
	b      *builder
	region *config.Region
	there  *aws.Changer
}

// followsTheirs says whether the standby's database is to be a replica of one that is the owner's.
func (b *builder) followsTheirs() bool { return !b.ours() && b.c.Strategy == config.WarmStandby }

// managedDatabase is the primary's database where RDS manages its password; "" where it does not, or where that cannot be seen: the plan
// of a replica asks once more, and AWS refuses one.
func (b *builder) managedDatabase(ctx context.Context) string {
	if !b.followsTheirs() {
		return ""
	}
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return ""
	}
	db, managed, err := passwordMove{b: b, region: &b.c.Regions.Primary, there: there}.database(ctx)
	if err != nil || !managed {
		return ""
	}
	return db.ID
}

// passwordSteps come before the roots of the phase data are planned.
func (b *builder) passwordSteps(p *runbook.Procedure) {
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return // the region's own settings were checked
	}
	m := passwordMove{b: b, region: &b.c.Regions.Primary, there: there}
	steps := m.steps()
	for i := range p.Steps {
		if s := &p.Steps[i]; s.ID == "unlock-source" || s.ID == "unlock-data" {
			s.After = append(slices.Clone(s.After), steps[len(steps)-1].ID)
		}
	}
	p.Steps = append(steps, p.Steps...)
}

func (m passwordMove) steps() []runbook.Step {
	at := m.region.Name
	database := call("rds:DescribeDBInstances", runbook.Control, at)
	secret := call("secretsmanager:DescribeSecret", runbook.Control, at)
	list := []runbook.Step{
		{ID: StepPasswordSecret, Title: "a secret of your own with the password", Why: "turning management off deletes the managed secret", Calls: []runbook.Call{database, secret}, Await: m.secret, Paper: m.paper(m.copyCommand)},
		{ID: StepPasswordTasks, Title: "tasks on your own secret", Why: "tasks that read the managed secret could not start again", Calls: []runbook.Call{database, secret, call("ecs:DescribeServices", runbook.Control, at), call("ecs:DescribeTaskDefinition", runbook.Control, at)}, Await: m.tasks,
			Paper: m.paper(func(aws.Database, string) string {
				return "# register task definitions whose valueFrom names your own secret, and deploy them as you always do"
			})},
		{ID: StepPasswordWell, Title: "tasks are healthy on it", Why: "management is turned off only while everything is well", Calls: []runbook.Call{database, call("ecs:DescribeServices", runbook.Control, at), call("probe:balancer", runbook.Data, at)}, Verify: m.healthy, Paper: m.paper(func(aws.Database, string) string { return "# see that every task is healthy" })},
		{ID: StepPasswordOff, Title: "RDS manages the password no more", Why: "a managed password keeps a database from being replicated", Calls: []runbook.Call{database, call("probe:balancer", runbook.Data, at)}, Verify: m.off, Paper: m.paper(m.offCommand)},
	}
	for i := range list {
		list[i].Timeout = movePatience
		if i > 0 {
			list[i].After = []string{list[i-1].ID}
		}
	}
	return list
}

// paper is a step's command with the names as lifeboat.yaml has them.
func (m passwordMove) paper(command func(db aws.Database, own string) string) func(runbook.Pins) []string {
	return func(runbook.Pins) []string {
		name, _ := m.b.inputs()["primary_database_identifier"].(string)
		return []string{"# only where RDS manages the master password of " + name + ":", command(aws.Database{ID: name, ManagedSecret: "ARN-OF-THE-MANAGED-SECRET"}, m.own())}
	}
}

// own is the secret that the tasks are to use, by name.
func (m passwordMove) own() string {
	name, _ := m.b.inputs()["database_secret_name"].(string)
	return name
}

// database is the primary's, and whether its password is managed.
func (m passwordMove) database(ctx context.Context) (db aws.Database, managed bool, err error) {
	name, _ := m.b.inputs()["primary_database_identifier"].(string)
	if name == "" {
		return db, false, runbook.Never(errors.New("lifeboat.yaml names no database of the primary (regions.primary.databases, or the input primary_database_identifier)"))
	}
	db, err = m.there.Database(ctx, name)
	return db, db.ManagedPassword, err
}

// nothingToMove says whether a step is over since there is no managed password any more, or since it cannot be looked.
func nothingToMove(managed bool, err error) (seen runbook.Seen, over bool, _ error) {
	if err == nil && !managed {
		seen = runbook.Seen{So: true, Text: noMove}
	}
	return seen, err != nil || !managed, err
}

// secret: the owner's own secret is there, and was written after the managed one was last changed. Its value is not read.
func (m passwordMove) secret(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	db, managed, err := m.database(ctx)
	if seen, over, err := nothingToMove(managed, err); over {
		return seen, err
	}
	own, current, words, err := m.copied(ctx, db)
	if err != nil || current {
		return runbook.Seen{So: current, Text: words}, err
	}
	command := m.copyCommand(db, m.own())
	if own.ARN != "" {
		command = m.renewCommand(db, own.Name)
	}
	return runbook.Seen{Text: fmt.Sprintf("RDS manages the password of %s, so it cannot be replicated. %s. Type: %s", db.ID, words, command)}, nil
}

// copied says whether the owner's own secret holds what the managed one holds, as far as their dates tell.
func (m passwordMove) copied(ctx context.Context, db aws.Database) (own aws.Secret, current bool, words string, err error) {
	name := m.own()
	if name == "" {
		return own, false, "", runbook.Never(errors.New("lifeboat.yaml names no secret of the primary (regions.primary.secrets, or the input database_secret_name)"))
	}
	managed, err := m.there.Secret(ctx, db.ManagedSecret)
	if err != nil {
		return own, false, "", fmt.Errorf("the secret that RDS manages: %w", err)
	}
	own, err = m.there.Secret(ctx, name)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return own, false, "Its value must stand in a secret of your own, " + name, nil
	case err != nil:
		return own, false, "", err
	case own.ARN == managed.ARN:
		return own, false, "", runbook.Never(fmt.Errorf("lifeboat.yaml names the managed secret %s itself: name one of your own", plain(name)))
	case own.Changed.Before(managed.Changed):
		return own, false, fmt.Sprintf("%s was written before RDS changed the password last, at %s", plain(own.Name), clock(managed.Changed, m.b.now())), nil
	}
	words = plain(own.Name) + " was written after RDS changed the password last; its value is not read"
	if !managed.Rotates.IsZero() {
		words += "; RDS rotates next at " + clock(managed.Rotates, m.b.now()) + ": be done before, or copy again"
	}
	return own, true, words, nil
}

// tasks: no service's tasks name the managed secret, and some name the owner's own, in a deployment that is over.
func (m passwordMove) tasks(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	db, managed, err := m.database(ctx)
	if seen, over, err := nothingToMove(managed, err); over {
		return seen, err
	}
	own, current, words, err := m.copied(ctx, db)
	if err != nil || !current {
		return runbook.Seen{Text: words}, err
	}
	states, err := m.services(ctx)
	if err != nil {
		return runbook.Seen{}, err
	}
	var left, on []string
	for _, s := range states {
		d, err := m.there.Definition(ctx, s.DefinitionARN)
		if err != nil {
			return runbook.Seen{}, err
		}
		switch {
		case namesSecret(d.Secrets, db.ManagedSecret, ""):
			left = append(left, s.Name+" names the managed secret")
		case !namesSecret(d.Secrets, own.ARN, own.Name):
			continue
		case s.Deployments > 1:
			left = append(left, s.Name+" is being deployed")
		default:
			on = append(on, s.Name)
		}
	}
	switch {
	case len(left) > 0:
		return runbook.Seen{Text: commas(left) + "; deploy them with valueFrom: " + own.ARN + ":username:: and " + own.ARN + ":password::"}, nil
	case len(on) == 0:
		return runbook.Seen{Text: "no service names " + own.ARN + " yet; deploy those that reach the database with valueFrom: " + own.ARN + ":username:: and " + own.ARN + ":password::"}, nil
	}
	return runbook.Seen{So: true, Text: among(on) + " on " + plain(own.Name) + "; what reads the managed secret by itself cannot be seen"}, nil
}

// namesSecret says whether what task definitions name as secrets is one of them.
func namesSecret(valueFrom []string, arn, name string) bool {
	return slices.ContainsFunc(valueFrom, func(v string) bool {
		return arn != "" && (v == arn || strings.HasPrefix(v, arn+":")) || name != "" && (v == name || strings.HasPrefix(v, name+":"))
	})
}

// services are the primary's, as ECS has them now.
func (m passwordMove) services(ctx context.Context) ([]aws.ServiceState, error) {
	clusters := map[string][]string{}
	for _, s := range m.b.watch.Estate().side(m.region.Name).Services {
		if s.Raw != nil {
			clusters[s.Raw.Cluster] = append(clusters[s.Raw.Cluster], s.Raw.Name)
		}
	}
	if len(clusters) == 0 {
		return nil, fault.New(fault.Unavailable, "ecs:DescribeServices", m.region.Name, errors.New("its services were not read yet"))
	}
	var list []aws.ServiceState
	for cluster, named := range clusters {
		states, err := m.there.Services(ctx, cluster, named)
		if err != nil {
			return nil, err
		}
		list = append(list, states...)
	}
	slices.SortFunc(list, func(a, b aws.ServiceState) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// healthy: every task that is wanted runs, and the region's own answer is well, with its database.
func (m passwordMove) healthy(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	_, managed, err := m.database(ctx)
	if seen, over, err := nothingToMove(managed, err); over {
		return seen, err
	}
	if seen, err := m.tasks(ctx, t); err != nil || !seen.So {
		return seen, err
	}
	return m.well(ctx)
}

func (m passwordMove) well(ctx context.Context) (runbook.Seen, error) {
	states, err := m.services(ctx)
	if err != nil {
		return runbook.Seen{}, err
	}
	var left []string
	for _, s := range states {
		if s.Running < s.Desired || s.Deployments > 1 {
			left = append(left, fmt.Sprintf("%s %d/%d", s.Name, s.Running, s.Desired))
		}
	}
	if len(left) > 0 {
		return runbook.Seen{Text: "not all run: " + commas(left)}, nil
	}
	words := several(len(states), "service") + " in full"
	if m.region.Probe.URL == "" {
		return runbook.Seen{So: true, Text: words + "; lifeboat.yaml has no probe of " + m.region.Name + " to ask"}, nil
	}
	z, err := m.b.zoneDesk()
	if err != nil {
		return runbook.Seen{}, err
	}
	a, err := z.edge.Probe(ctx, question(m.region.Probe))
	if err != nil {
		return runbook.Seen{}, err
	}
	words += fmt.Sprintf(", its balancer answers %d", a.Status)
	if a.Database != "" {
		words += ", database " + plain(a.Database)
	}
	return runbook.Seen{So: a.Healthy(), Text: words}, nil
}

// off: management is off, and everything is still well.
func (m passwordMove) off(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	db, managed, err := m.database(ctx)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case managed:
		return runbook.Seen{Text: "RDS still manages the password of " + db.ID + ". Type: " + m.offCommand(db, m.own())}, nil
	case db.Status != "available":
		return runbook.Seen{Text: db.ID + " is " + db.Status}, nil
	}
	seen, err := m.well(ctx)
	if err == nil && !seen.So {
		seen.Text = "management is off, but " + seen.Text
	}
	return seen, err
}

// The commands pass the value from one program to the next: it is in no argument, file or history, and never in Lifeboat.

func (m passwordMove) readCommand(id string) string {
	return fmt.Sprintf("aws secretsmanager get-secret-value --region %s --secret-id '%s' --query SecretString --output text", m.region.Name, plain(id))
}

func (m passwordMove) copyCommand(db aws.Database, own string) string {
	return fmt.Sprintf("%s | aws secretsmanager create-secret --region %s --name '%s' --secret-string file:///dev/stdin", m.readCommand(db.ManagedSecret), m.region.Name, plain(own))
}

func (m passwordMove) renewCommand(db aws.Database, own string) string {
	return fmt.Sprintf("%s | aws secretsmanager put-secret-value --region %s --secret-id '%s' --secret-string file:///dev/stdin", m.readCommand(db.ManagedSecret), m.region.Name, plain(own))
}

// offCommand gives the same password: RDS sets the one that is given at once.
func (m passwordMove) offCommand(db aws.Database, own string) string {
	return fmt.Sprintf(`%s | jq '{DBInstanceIdentifier: "%s", ManageMasterUserPassword: false, MasterUserPassword: .password, ApplyImmediately: true}' | aws rds modify-db-instance --region %s --cli-input-json file:///dev/stdin`,
		m.readCommand(own), plain(db.ID), m.region.Name)
}

// refuseManaged refuses to plan a replica of a database whose password RDS manages. Where the primary does not answer it is not asked: the
// replica that is there needs nothing of it.
func (b *builder) refuseManaged(ctx context.Context, root string) error {
	if root != "data" {
		return nil
	}
	id := b.managedDatabase(ctx)
	if id == "" {
		return nil
	}
	return &Refusal{
		fmt.Sprintf("the master password of %s is managed by RDS in Secrets Manager: such a database cannot be the source of a replica", id),
		"a run of the phase data walks through the move, in the order in which no task is cut off: lifeboat provision --phase data",
	}
}
