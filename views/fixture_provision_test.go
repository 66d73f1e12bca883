package views

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

const makeRun = "20261123T030907-provision-77aa"

// fakeProvision is what the fake door knows of provisioning.
type fakeProvision struct {
	path     Provisioning
	pathErr  error
	inputs   []dr.Input
	set      []map[string]string
	setErr   error
	plans    []dr.RootPlan
	owned    []dr.Owned
	progress map[string]dr.RootProgress
}

func (f *fakeRuns) Provisioning(context.Context) (Provisioning, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.made.path, f.made.pathErr
}

func (f *fakeRuns) Inputs(_ context.Context, phase string) ([]dr.Input, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if phase == "validation" {
		return nil, nil
	}
	return slices.Clone(f.made.inputs), nil
}

func (f *fakeRuns) SetInputs(_ context.Context, _ string, values map[string]string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made.setErr != nil {
		return f.made.setErr
	}
	f.made.set = append(f.made.set, maps.Clone(values))
	for i := range f.made.inputs {
		if v, ok := values[f.made.inputs[i].Name]; ok {
			f.made.inputs[i].Value, f.made.inputs[i].From = v, "lifeboat.yaml"
		}
	}
	return nil
}

func (f *fakeRuns) Owned(context.Context, string) ([]dr.Owned, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.made.owned), nil
}

func (f *fakeRuns) RootPlans(context.Context, string) ([]dr.RootPlan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.made.plans, nil
}

func (f *fakeRuns) Progress(ctx context.Context, _, root string, each func(dr.RootProgress)) error {
	f.mu.Lock()
	p := f.made.progress[root]
	f.mu.Unlock()
	each(p)
	<-ctx.Done()
	return ctx.Err()
}

// testPath is an estate whose foundation is there.
func testPath() Provisioning {
	item := func(id, title string, needs ...string) dr.WorkItem {
		return dr.WorkItem{ID: id, Title: title, Needs: needs}
	}
	root := func(name, state string, n int) dr.RootState {
		r := dr.RootState{Name: name, State: state, Resources: n}
		if n > 0 {
			r.Applied = noon.Add(-12 * time.Minute)
		}
		return r
	}
	return Provisioning{Terraform: "terraform 1.11.4", Primary: "theirs", Strategies: testStrategies(), Phases: []dr.PhaseState{
		{Name: "foundation", Title: "state, roles and network", State: dr.PhaseThere, Run: makeRun,
			Items: []dr.WorkItem{item("TT-65", "Terraform environment and state"), item("TT-66", "VPC and networking", "TT-65")},
			Roots: []dr.RootState{root("bootstrap", dr.PhaseThere, 9), root("identity", dr.PhaseThere, 25), root("foundation", dr.PhaseThere, 52)}},
		{Name: "data", Title: "database and images", State: dr.PhaseNotYet, Needs: []string{"foundation"},
			Items: []dr.WorkItem{item("TT-67", "cross-region replica of the database", "TT-66"), item("TT-68", "image registry and its replication", "TT-65")},
			Roots: []dr.RootState{root("source", dr.PhaseNotYet, 0), root("data", dr.PhaseNotYet, 0)}},
		{Name: "compute", Title: "services and their balancer", State: dr.PhaseNotYet, Needs: []string{"foundation", "data"},
			Items: []dr.WorkItem{item("TT-69", "cluster, services and load balancer", "TT-66", "TT-67", "TT-68"), item("TT-70", "Prometheus and Grafana", "TT-69")},
			Roots: []dr.RootState{root("compute", dr.PhaseNotYet, 0)}},
		{Name: "failover", Title: "where users are sent", State: dr.PhaseNotYet, Needs: []string{"compute"},
			Items: []dr.WorkItem{item("TT-71", "CloudFront origin group", "TT-69"), item("TT-72", "health checks and records", "TT-71")},
			Roots: []dr.RootState{root("failover", dr.PhaseNotYet, 0)}},
		{Name: "validation", Title: "what can be seen of it now", State: dr.PhaseNotYet, Needs: []string{"failover"},
			Items: []dr.WorkItem{item("TT-73", "testing and validation", "TT-72"), item("TT-74", "runbook and documentation", "TT-73")}},
	}}
}

// notOurPath is that of an estate whose standby somebody else has made.
func notOurPath() Provisioning {
	p := testPath()
	p.Primary = ""
	return p
}

// testStrategies are the ways to stand by of an estate whose standby is warm.
func testStrategies() []dr.StrategyFacts {
	return []dr.StrategyFacts{
		{Strategy: config.WarmStandby, Now: true, Monthly: 163, Unknown: []string{"2 file systems"},
			RTO: "about 7 min (drill, 41 days ago); the promotion, which reboots the database, and the tasks' start: minutes",
			RPO: "at most 1.1 s now (lag 1.1 s at 11:59:52, and everything since): the replica's lag"},
		{Strategy: config.ColdStandby, Monthly: 60, Unknown: []string{"1 copy of the backups"},
			RTO: "unknown: no run yet; the database's restore, which grows with its size, and the tasks' start",
			RPO: "the newest recovery point's age: minutes, since RDS copies the log as it is written; none is copied yet"},
		{Strategy: config.PilotLight, Unknown: []string{"1 copy of the backups"},
			RTO: "unknown: no run yet; the database's restore, which grows with its size; gateway, balancer and services are made first",
			RPO: "the newest recovery point's age: minutes, since RDS copies the log as it is written; none is copied yet"},
	}
}

// changingStrategy is a run that has come to the gate that gives the replica up.
func changingStrategy(start time.Time) *story {
	p := runbook.Plan{Name: "strategy", Title: "change strategy from warm-standby to pilot-light", From: "us-east-1", To: "us-west-2", Mode: runbook.Planned,
		Pins: runbook.Pins{dr.PinKind: "strategy", dr.PinStrategyFrom: "warm-standby", dr.PinStrategyTo: "pilot-light", dr.PinGoing: "dr-db"}}
	last := ""
	for _, x := range [][3]string{
		{"freeze", "hold Terraform", ""}, {"note-copies", "lifeboat.yaml: copies of backups beside the replica", ""}, {"plan-data-copies", "plan data copies", ""}, {"apply-data-copies", "apply data copies", "apply-data-copies"},
		{"point", "a recovery point newer than this run", ""}, {"last-copy", "snapshot the replica", ""}, {"plan-data-release", "plan data release", ""},
		{"give-up", "give up the replica dr-db", "give-up"}, {"apply-data-release", "take the replica's protection off", "give-up"}, {"note-strategy", "lifeboat.yaml: pilot-light", ""},
		{"plan-data", "plan data", ""}, {"apply-data", "apply data", "apply-data"}, {"verify-data", "verify data", ""}, {"report", "report", ""},
	} {
		s := runbook.PlannedStep{ID: x[0], Title: x[1], Why: "it comes before what cannot be undone", Gate: x[2], Undoing: runbook.UndoHours}
		if last != "" {
			s.After = []string{last}
		}
		last = s.ID
		p.Steps = append(p.Steps, s)
	}
	s := makeStory(start, p)
	for _, x := range [][2]string{
		{"freeze", "roles version 3"}, {"note-copies", "terraform.inputs.keep_backups: true"}, {"plan-data-copies", "1 to add"}, {"apply-data-copies", "1 made"},
		{"point", "replicated backups of dev-db, with the data of 12:03:11 UTC"}, {"last-copy", "dr-db-kept-20261123-120000: available, 100 %"}, {"plan-data-release", "1 to change"},
	} {
		s.began(x[0]).after(9).done(x[0], x[1])
	}
	return s.began("give-up").asks(runbook.Question{ID: "gate give-up", Kind: runbook.AskGate, Step: "give-up", Title: "give up the replica dr-db", Attempt: 1,
		Notice: &runbook.Notice{
			What: []string{"recovery point: replicated backups of dev-db, with the data of 12:03:11 UTC", "last copy: dr-db-kept-20261123-120000: available, 100 %",
				"first the protection of dr-db is taken off; then a plan without it is shown, and asks for its name again", "data: 1 to change"},
			Data:  "from then on what is lost in a takeover is what is newer than the newest recovery point",
			Time:  "unknown: this was never applied here yet",
			Never: []string{"the deletion of dr-db: a new replica is made by a change of strategy back, and takes as long as the first"}, Fingerprint: "r1",
		},
		Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "give up the replica dr-db"}, {Choice: runbook.LookAgain}, {Choice: runbook.Skip, Reason: true}, {Choice: runbook.Stop}},
	})
}

// emptyPath is an account with nothing in it.
func emptyPath() Provisioning {
	p := testPath()
	p.Primary = "ours"
	f := &p.Phases[0]
	f.State, f.Run, f.Needs = dr.PhaseNotYet, "", []string{"primary"}
	for i := range f.Roots {
		f.Roots[i] = dr.RootState{Name: f.Roots[i].Name, State: dr.PhaseNotYet}
	}
	p.Phases = slices.Insert(p.Phases, 0, dr.PhaseState{Name: "primary", Title: "a primary to stand by for", State: dr.PhaseNotYet,
		Roots: []dr.RootState{{Name: "bootstrap", State: dr.PhaseNotYet}, {Name: "primary", State: dr.PhaseNotYet}}, Why: ""})
	return p
}

// troubledPath has a phase half made, one that cannot be read, and one whose run waits.
func troubledPath() Provisioning {
	p := testPath()
	p.Phases[0].State, p.Phases[0].Why, p.Phases[0].Run = dr.PhasePartly, "foundation was applied in part", ""
	p.Phases[0].Roots[2].State, p.Phases[0].Roots[2].Resources, p.Phases[0].Roots[2].Why = dr.PhasePartly, 34, "34 of 52 resources"
	p.Phases[1].State, p.Phases[1].Why = dr.PhaseUnknown, "the state bucket does not answer"
	p.Phases[1].Roots[0].State, p.Phases[1].Roots[1].State = dr.PhaseTheirs, dr.PhaseUnknown
	p.Phases[1].Roots[1].Why = "the state bucket does not answer"
	return p
}

func testInputs() []dr.Input {
	return []dr.Input{
		{Name: "vpc_cidr", Title: "Network", Help: "The standby's network. It must not collide with the primary's, 10.0.0.0/16: both are peered with the same offices.", Type: "string", Value: "10.1.0.0/16", From: "default", Required: true},
		{Name: "availability_zones", Title: "Availability zones", Help: "Two zones of us-west-2.", Type: "list(string)", Value: "us-west-2a, us-west-2b", From: "the account", Required: true},
		{Name: "nat", Title: "NAT gateways", Help: "none: nothing in the standby reaches the internet, and images come through endpoints. one: about $33 a month.", Type: "string", Value: "one", From: "default", Choices: []string{"none", "one"}},
		{Name: "domains", Title: "Public names", Help: "The names that users type; certificates are made for them.", Type: "list(string)", Required: true},
		{Name: "alarm_email", Title: "Alarms go to", Help: "An address that AWS sends alarms to; it has to be confirmed once.", Type: "string"},
		{Name: "database_password", Title: "Database password", Help: "Sent once, kept in no plan and no state. Left empty it is made by chance.", Type: "string", From: "made by chance", Secret: true},
	}
}

func add(module, kind, name string, fields ...dr.PlanField) dr.PlanChange {
	c := dr.PlanChange{Module: module, Type: kind, Name: name, Action: dr.PlanAdd, Fields: fields}
	c.Address = joined(".", module, kind+".this")
	return c
}

func field1(path, before, after string) dr.PlanField {
	return dr.PlanField{Path: path, Before: before, After: after}
}

// foundationPlan makes a network.
func foundationPlan() dr.RootPlan {
	known := dr.PlanField{Path: "arn", Unknown: true}
	p := dr.RootPlan{Root: "foundation", At: noon, Fingerprint: "f1", Changes: []dr.PlanChange{
		add("module.key[\"data\"]", "aws_kms_key", "", field1("description", "", `"data at rest"`), field1("enable_key_rotation", "", "true"), known),
		add("module.network", "aws_vpc", "lifeboat-dr", field1("cidr_block", "", `"10.1.0.0/16"`), field1("enable_dns_hostnames", "", "true"), known),
		add("module.network", "aws_nat_gateway", "", dr.PlanField{Path: "allocation_id", Unknown: true}),
		add("module.network", "aws_internet_gateway", "", known),
		add("module.security-groups", "aws_security_group", "lifeboat-dr-database", field1("ingress[0].from_port", "", "5432")),
	}}
	for i := range 9 {
		c := add("module.network", "aws_subnet", "", field1("cidr_block", "", fmt.Sprintf(`"10.1.%d.0/24"`, i)))
		c.Address = fmt.Sprintf("module.network.aws_subnet.this[%d]", i)
		p.Changes = append(p.Changes, c)
	}
	p.Counts.Add = len(p.Changes)
	p.Money = []dr.MoneyLine{{What: "1 NAT gateway", Monthly: 32.85, Known: true, From: "list price"}, {What: "data through it", From: "by use"}, {What: "2 keys", Monthly: 2, Known: true, From: "list price"}}
	return p
}

// riskyPlan replaces the database, destroys a repository and changes data.
func riskyPlan() dr.RootPlan {
	p := dr.RootPlan{Root: "data", At: noon, Fingerprint: "d1", Changes: []dr.PlanChange{
		{Address: "module.database.aws_db_instance.this", Module: "module.database", Type: "aws_db_instance", Name: "dr-db", Action: dr.PlanReplace, Because: []string{"kms_key_id"},
			Fields: []dr.PlanField{field1("kms_key_id", `"arn:aws:kms:us-west-2:123456789012:key/1f"`, `"arn:aws:kms:us-west-2:123456789012:key/2e"`), {Path: "password", Sensitive: true}, {Path: "endpoint", Before: `"dr-db.c1.us-west-2.rds.amazonaws.com"`, Unknown: true}}},
		{Address: "module.registry[\"grafana\"].aws_ecr_repository.this", Module: "module.registry[\"grafana\"]", Type: "aws_ecr_repository", Name: "grafana", Action: dr.PlanDestroy},
		{Address: "module.database.aws_db_parameter_group.this", Module: "module.database", Type: "aws_db_parameter_group", Name: "dr-pg15", Action: dr.PlanUpdate,
			Fields: []dr.PlanField{field1("parameter[0].value", `"1024"`, `"4096"`), field1("tags.owner", "", `"ops"`)}},
		{Address: "aws_s3_bucket.copies", Type: "aws_s3_bucket", Name: "davidshaevel-copies", Action: dr.PlanUpdate, Fields: []dr.PlanField{field1("force_destroy", "true", "false")}},
		{Address: "aws_cloudwatch_log_group.slow", Type: "aws_cloudwatch_log_group", Action: dr.PlanAdopt, ID: "/aws/rds/instance/dr-db/postgresql"},
		add("", "aws_sns_topic", "lifeboat-dr"),
	}}
	for _, c := range p.Changes {
		count(&p.Counts, c.Action)
		if c.Risk() == "replace" || c.Risk() == "destroy" {
			p.Findings = append(p.Findings, dr.PlanFinding{Address: c.Address, What: map[string]string{"aws_db_instance": "database", "aws_ecr_repository": "image repository"}[c.Type], Name: c.Name, Action: c.Action, Because: c.Because})
		}
	}
	p.Money = []dr.MoneyLine{{What: "database dr-db", Monthly: 14.6, Known: true, From: "list price"}, {What: "database dr-db, the old one", Monthly: -14.6, Known: true, From: "list price"}, {What: "topic", From: "by use"}}
	return p
}

// What an owner's own Terraform holds, at every moment of its way.
func ownedAll() []dr.Owned {
	const state = "s3://davidshaevel-terraform/prod.tfstate"
	return []dr.Owned{
		{Key: "secret", What: "the database's secret", Root: "source", State: dr.OwnedAdopted, ID: "davidshaevel/dev/database"},
		{Key: "registry", What: "the registry's replication rule", Root: "source", State: dr.OwnedFree, ID: "123456789012", From: state},
		{Key: "database", What: "the primary database", Root: "source", State: dr.OwnedHeld, ID: "davidshaevel-dev-db", From: state, Holder: "module.data.aws_db_instance.main",
			Block: "removed {\n  from = module.data.aws_db_instance.main\n\n  lifecycle {\n    destroy = false\n  }\n}\n"},
	}
}

func ownedKept() []dr.Owned {
	return []dr.Owned{{Key: "distribution", What: "the distribution", Root: "failover", State: dr.OwnedTheirs, Block: `# aws_cloudfront_distribution, E2QWRUHAPOMQZL

# In the origin "prod-alb": a name at Cloudflare, so that one record moves pages and API.
domain_name = "origin.davidshaevel.com"

# Beside it:
origin {
  origin_id           = "standby"
  domain_name         = "davidshaevel-dr-alb-1.us-west-2.elb.amazonaws.com"
  connection_attempts = 2
  connection_timeout  = 3

  custom_origin_config {
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"
    origin_ssl_protocols   = ["TLSv1.2"]
  }
}

# In the behaviour "*", which allows GET, HEAD:
target_origin_id = "bridge"
`}}
}

// withOwned is a path of which a root has resources of the owner's; without what he writes, which is read for a screen of its own.
func withOwned(p Provisioning, root string, list []dr.Owned) Provisioning {
	for i := range p.Phases {
		for j := range p.Phases[i].Roots {
			r := &p.Phases[i].Roots[j]
			if r.Name != root {
				continue
			}
			r.Owned = slices.Clone(list)
			for k := range r.Owned {
				if r.Owned[k].State == dr.OwnedTheirs {
					r.Owned[k].Block = ""
				}
			}
		}
	}
	return p
}

// ownedPath is an estate whose owner keeps his distribution and gives the rest.
func ownedPath() Provisioning {
	return withOwned(withOwned(testPath(), "source", ownedAll()), "failover", ownedKept())
}

// takingPlan takes over what an owner's root still holds.
func takingPlan() dr.RootPlan {
	p := dr.RootPlan{Root: "source", At: noon, Fingerprint: "s1", Owned: ownedAll(), Changes: []dr.PlanChange{
		{Address: "aws_ecr_replication_configuration.this[0]", Type: "aws_ecr_replication_configuration", Action: dr.PlanUpdate, ID: "123456789012"},
		{Address: "module.database[0].aws_db_instance.this", Module: "module.database[0]", Type: "aws_db_instance", Name: "davidshaevel-dev-db", Action: dr.PlanUpdate, ID: "davidshaevel-dev-db",
			Fields: []dr.PlanField{field1("max_allocated_storage", "0", "100")}},
		add("", "aws_security_group", "davidshaevel-isolation"),
	}}
	p.Learned = []dr.Learned{{Name: "primary_database_arn", Value: "arn:aws:rds:us-east-1:123456789012:db:davidshaevel-dev-db", From: "the database davidshaevel-dev-db in us-east-1"}}
	p.Counts = dr.PlanCounts{Add: 1, Change: 2, Import: 2}
	return p
}

// manyPlan has n resources in modules of 25.
func manyPlan(n int) dr.RootPlan {
	p := dr.RootPlan{Root: "foundation", At: noon, Fingerprint: fmt.Sprint("m", n)}
	for i := range n {
		c := add(fmt.Sprintf("module.part[%d]", i/25), "aws_cloudwatch_metric_alarm", fmt.Sprintf("alarm-%d", i))
		c.Address = fmt.Sprintf("%s.aws_cloudwatch_metric_alarm.this[%d]", c.Module, i)
		for k := range 12 {
			c.Fields = append(c.Fields, field1(fmt.Sprintf("field_%d", k), "", fmt.Sprintf(`"value %d of %d"`, k, i)))
		}
		p.Changes = append(p.Changes, c)
	}
	p.Counts.Add = n
	return p
}

// makePlan is a phase as dr plans it, shortly.
func makePlan(phase string, dry bool, roots ...string) runbook.Plan {
	p := runbook.Plan{Name: "provision", Title: "provision phase " + phase, From: "us-east-1", To: "us-west-2", Mode: runbook.Planned, DryRun: dry, Pins: runbook.Pins{dr.PinKind: "provision", pinPhase: phase}}
	last := ""
	for _, r := range roots {
		step := func(verb, title, why string, undo runbook.UndoCost) {
			s := runbook.PlannedStep{ID: verb + "-" + r, Title: title, Why: why, Undoing: undo}
			if last != "" {
				s.After = []string{last}
			}
			if verb == "apply" {
				s.Gate = "apply " + r
			}
			last = s.ID
			p.Steps = append(p.Steps, s)
		}
		step("plan", "plan "+r, "nothing is made that was not shown", "")
		step("apply", "apply "+r, "what was planned, and nothing else", runbook.UndoNever)
		step("verify", "verify "+r, "what Terraform says is there is looked for in the cloud", "")
		step("names", "write names of "+r, "what was made is read from now on", runbook.UndoSeconds)
	}
	return p
}

func makeStory(start time.Time, p runbook.Plan) *story {
	s := &story{now: start, words: map[string]string{}, run: makeRun}
	return s.write(runbook.Entry{Kind: runbook.EntryPlan, Plan: &p})
}

var foundationRoots = []string{"bootstrap", "identity", "foundation"}

// rootDone takes a root through all of its steps.
func (s *story) rootDone(root string, n, seconds int) *story {
	s.began("plan-"+root).after(12).done("plan-"+root, fmt.Sprintf("%d to add", n))
	s.began("apply-"+root).does("apply-"+root).after(seconds).done("apply-"+root, fmt.Sprintf("%d made", n))
	s.began("verify-"+root).after(9).done("verify-"+root, "planned again: no changes; "+ui1(root))
	return s.began("names-"+root).does("names-"+root).after(1).done("names-"+root, "written to lifeboat.yaml")
}

func ui1(root string) string {
	return map[string]string{"bootstrap": "the bucket answers", "identity": "9 roles", "foundation": "4 of 4 endpoints available"}[root]
}

func applyGate(root string, p dr.RootPlan) runbook.Question {
	q := runbook.Question{ID: "gate apply-" + root, Kind: runbook.AskGate, Step: "apply-" + root, Title: "apply " + root, Attempt: 1, Text: "",
		Notice: &runbook.Notice{What: []string{p.Counts.Words() + " in us-west-2"}, Data: "nothing is lost: nothing is destroyed or replaced", Time: "unknown: no run yet",
			Money: moneyWords(p.Money), Fingerprint: p.Fingerprint}}
	for _, f := range p.Findings {
		q.Notice.Failing = append(q.Notice.Failing, runbook.Failing{ID: f.Address, Text: f.Words(), Override: f.Name})
		q.Notice.Data = "LOST: what stands below, unless you have it elsewhere"
	}
	q.Offers = []runbook.Offer{{Choice: runbook.Pass, Phrase: "apply " + root}, {Choice: runbook.LookAgain}, {Choice: runbook.Skip, Reason: true},
		{Choice: runbook.Undo, Phrase: "undo provision phase foundation", Reason: true, Disabled: "nothing was changed yet"},
		{Choice: runbook.GoUnplanned, Phrase: runbook.UnplannedPhrase, Reason: true}, {Choice: runbook.CallOff}, {Choice: runbook.Stop}}
	return q
}

// planning has made bootstrap and plans identity.
func planning(start time.Time) *story {
	s := makeStory(start, makePlan("foundation", false, foundationRoots...)).rootDone("bootstrap", 9, 31)
	return s.began("plan-identity").after(7).say("plan-identity", "reading 14 resources")
}

func upToFoundation(start time.Time) *story {
	s := makeStory(start, makePlan("foundation", false, foundationRoots...)).rootDone("bootstrap", 9, 31).rootDone("identity", 25, 18)
	return s.began("plan-foundation").after(14).done("plan-foundation", "14 to add").began("apply-foundation")
}

func atApplyGate(start time.Time) *story {
	return upToFoundation(start).asks(applyGate("foundation", foundationPlan()))
}

func atTakingGate(start time.Time) *story {
	s := makeStory(start, makePlan("data", false, "source", "data")).began("plan-source").after(20).done("plan-source", takingPlan().Counts.Words())
	return s.began("apply-source").asks(applyGate("source", takingPlan()))
}

func atRiskyGate(start time.Time) *story {
	s := makeStory(start, makePlan("data", false, "source", "data")).rootDone("source", 6, 40)
	return s.began("plan-data").after(20).done("plan-data", riskyPlan().Counts.Words()).began("apply-data").asks(applyGate("data", riskyPlan()))
}

func applying(start time.Time) *story {
	q := applyGate("foundation", foundationPlan())
	return upToFoundation(start).asks(q).after(30).passes(q).write(runbook.Entry{Kind: runbook.EntryIntent, Step: "apply-foundation", Try: 1}).after(72)
}

func applyFailed(start time.Time) *story {
	s := applying(start).write(runbook.Entry{Kind: runbook.EntryOutcome, Step: "apply-foundation", Try: 1, Result: runbook.OutcomeUnchanged, Text: "terraform apply of foundation failed", Fault: fault.Refused})
	text := "terraform apply of foundation: creating EC2 NAT Gateway: AddressLimitExceeded"
	s.write(runbook.Entry{Kind: runbook.EntryFailed, Step: "apply-foundation", Text: text, Fault: fault.Refused})
	return s.asks(runbook.Question{ID: "trouble apply-foundation", Kind: runbook.AskTrouble, Step: "apply-foundation", Title: "apply foundation", Attempt: 1, Text: text,
		Offers: []runbook.Offer{{Choice: runbook.Retry}, {Choice: runbook.Skip, Reason: true}, {Choice: runbook.Undo, Phrase: "undo provision phase foundation", Reason: true, Disabled: "the run is past its commit point"},
			{Choice: runbook.GoUnplanned, Phrase: runbook.UnplannedPhrase, Reason: true}, {Choice: runbook.Stop}}})
}

func phaseMade(start time.Time) *story {
	s := applying(start).after(20).write(runbook.Entry{Kind: runbook.EntryOutcome, Step: "apply-foundation", Try: 1, Result: runbook.OutcomeDone}).done("apply-foundation", "14 made")
	s.began("verify-foundation").after(11).done("verify-foundation", "planned again: no changes; 4 of 4 endpoints available")
	s.began("names-foundation").does("names-foundation").done("names-foundation", "written to lifeboat.yaml")
	return s.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)})
}

func onlyPlanned(start time.Time) *story {
	s := makeStory(start, makePlan("foundation", true, "foundation")).began("plan-foundation").after(14).done("plan-foundation", "14 to add")
	for _, id := range []string{"apply", "verify", "names"} {
		s.write(runbook.Entry{Kind: runbook.EntryWouldDo, Step: id + "-foundation", Text: "would do"})
	}
	return s.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)})
}

func validated(start time.Time) *story {
	p := makePlan("validation", false)
	for _, x := range [][2]string{{"balancers", "both load balancers answer"}, {"images", "the same images run in both regions"}, {"lag", "the replica streams"}, {"origins", "the origin group is complete"}, {"records", "records and health checks"}} {
		p.Steps = append(p.Steps, runbook.PlannedStep{ID: x[0], Title: x[1], Why: "what can be checked now"})
	}
	s := makeStory(start, p)
	for _, x := range [][2]string{{"balancers", "200 in 41 ms and 200 in 78 ms"}, {"images", "4 of 4 by digest"}, {"lag", "1.1 s of 5 min"}, {"origins", "2 origins, 500 502 503 504"}, {"records", "2 records, TTL 60 s"}} {
		s.began(x[0]).after(1).done(x[0], x[1])
	}
	return s.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(runbook.Done)})
}

// testProgress is an apply under way.
func testProgress() dr.RootProgress {
	p := dr.RootProgress{Root: "foundation", Op: "apply", Began: noon.Add(-77 * time.Second), Total: 14}
	for i, c := range foundationPlan().Changes {
		l := dr.ResourceLine{Address: c.Address, Type: c.Type, Action: c.Action, State: dr.LineWaiting}
		switch {
		case i < 5 && i != 2:
			l.State, l.ID, l.Elapsed = dr.LineDone, fmt.Sprintf("id-%04x", 4096+i*77), time.Duration(3+i*4)*time.Second
			p.Done++
		case i < 8:
			l.State, l.Began = dr.LineGoing, noon.Add(-time.Duration(60-i*5)*time.Second)
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}

func failedProgress() dr.RootProgress {
	p := testProgress()
	l := &p.Lines[2]
	l.State, l.Elapsed = dr.LineFailed, 42*time.Second
	l.Problem = "creating EC2 NAT Gateway: AddressLimitExceeded: the maximum number of addresses has been reached. Release an address in us-west-2, or ask for a higher quota, then try again"
	p.Failed, p.Over = 1, true
	p.Problems = []dr.PlanProblem{{Summary: "creating EC2 NAT Gateway", Detail: "AddressLimitExceeded", Address: l.Address}, {Summary: "Provider produced a warning", Warning: true}}
	for i := range p.Lines {
		if p.Lines[i].State == dr.LineGoing {
			p.Lines[i].State, p.Lines[i].Elapsed = dr.LineDone, 31*time.Second
			p.Done++
		}
	}
	return p
}

// newFakeMaker is a door behind which an estate is provisioned; t tells its run, nil: there is none.
func newFakeMaker(t tale, path Provisioning, plans ...dr.RootPlan) *fakeRuns {
	f := newFakeRuns(t)
	f.past = runbook.Estimates{"plan-foundation": 13 * time.Second, "apply-foundation": 2 * time.Minute}
	f.made = fakeProvision{path: path, inputs: testInputs(), plans: plans, progress: map[string]dr.RootProgress{}}
	return f
}

// making is a path whose phase has a run that is open.
func withRun(p Provisioning, phase string) Provisioning {
	for i := range p.Phases {
		if p.Phases[i].Name == phase {
			p.Phases[i].State, p.Phases[i].Run, p.Phases[i].Open = dr.PhasePartly, makeRun, true
		}
	}
	return p
}

// checkLikeDr stands for the check of inputs: a network must look like one.
func checkLikeDr(name, text string) error {
	if name == "vpc_cidr" && !strings.Contains(text, "/") {
		return errors.New("a network is written like 10.1.0.0/16")
	}
	return nil
}
