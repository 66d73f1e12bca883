package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// How long the parts of a root may take. A cross-region replica alone takes the better part of an hour.
const (
	applyPatience  = 3 * time.Hour
	verifyPatience = time.Hour
	imagesPatience = 24 * time.Hour // somebody pushes them
)

// ApplyPhrase is what the gate before an apply asks for.
func ApplyPhrase(root string) string { return "apply " + root }

// building are the steps of a phase with roots: each root's in a row, independent ones side by side.
func (b *builder) building() []runbook.Step {
	var steps []runbook.Step
	last := map[string]string{} // by root: what must be over before a root that needs it is planned
	for _, root := range b.roots() {
		var after []string
		for _, need := range slices.Concat(root.Needs, root.Later) {
			if last[need] != "" {
				after = append(after, last[need])
			}
		}
		of := b.rootSteps(root, after)
		last[root.Name] = of[len(of)-1].ID
		steps = append(steps, of...)
	}
	return steps
}

// rootSteps are those of one root, one after the other.
func (b *builder) rootSteps(root tf.Root, after []string) []runbook.Step {
	var steps []runbook.Step
	add := func(s runbook.Step) {
		s.After = after
		after = []string{s.ID}
		steps = append(steps, s)
	}
	add(b.unlockStep(root.Name))
	if root.Name == "compute" {
		add(b.imagesStep("images-compute", &b.c.Regions.Standby))
	}
	add(b.planStep(root.Name, ""))
	add(b.applyStep(root.Name, ""))
	switch root.Name {
	case "bootstrap":
		add(b.namesStep(root.Name))
		add(b.migrateStep())
		add(b.verifyStep(root.Name))
		return steps
	case "primary": // its repositories come first, its services once there are images in them
		add(b.imagesStep("images-primary", &b.c.Regions.Primary))
		add(b.planStep(root.Name, "services"))
		add(b.applyStep(root.Name, "services"))
	}
	add(b.verifyStep(root.Name))
	add(b.namesStep(root.Name))
	return steps
}

// partOf is a root's name with the part of it that a step is about.
func partOf(root, what string) string {
	if what == "" {
		return root
	}
	return root + "-" + what
}

// calls are the addresses that a root changes, for the x-ray.
func rootCall(root string) runbook.Call {
	return runbook.Call{Operation: "terraform:" + root, Plane: runbook.Control}
}

// unlockStep frees the state of a root where somebody left it locked. Only a person may decide that: the holder may still be writing.
func (b *builder) unlockStep(root string) runbook.Step {
	gate := &runbook.Gate{
		ID: "unlock-" + root, Title: "unlock the state of " + root, Phrase: "unlock " + root,
		Unless: func(ctx context.Context, _ *runbook.Task) bool {
			l, err := b.lock(ctx, root)
			return err == nil && l == nil
		},
		Show: func(ctx context.Context, _ *runbook.Task) (runbook.Notice, error) {
			l, err := b.lock(ctx, root)
			if err != nil || l == nil {
				return runbook.Notice{}, err
			}
			return runbook.Notice{
				What:   []string{"take the lock of " + root + "'s state, " + lockWords(*l, b.now()), "its id is " + plain(l.ID)},
				Never:  []string{"where the holder is still writing, two write one state: see that its process is gone"},
				Phrase: UnlockPhrase(root, l.Who),
			}, nil
		},
	}
	return runbook.Step{
		ID: "unlock-" + root, Title: "state of " + root, Why: "a process that was killed leaves the state locked, and nothing can be planned then",
		Calls:   []runbook.Call{call("s3:GetObject", runbook.Data, b.c.Regions.Standby.Name), rootCall(root)},
		Undoing: runbook.UndoNever, Timeout: shortStep, Gate: gate,
		Paper: func(runbook.Pins) []string {
			return []string{"# only where the state is locked: terraform force-unlock ID"}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			l, err := b.lock(ctx, root)
			if err != nil || l != nil {
				return runbook.Seen{Text: lockSeen(l, b.now())}, err
			}
			return runbook.Seen{So: true, Text: "not locked"}, nil
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			l, err := b.lock(ctx, root)
			if err != nil || l == nil {
				return err
			}
			d, err := b.bare(ctx, root)
			if err != nil {
				return err
			}
			return d.Unlock(ctx, l.ID)
		},
	}
}

// UnlockPhrase is what the gate before a state is unlocked asks for.
func UnlockPhrase(root, who string) string { return "unlock " + root + " held by " + plain(who) }

func lockSeen(l *tf.Lock, now time.Time) string {
	if l == nil {
		return ""
	}
	return lockWords(*l, now)
}

// lock is who holds the state of a root, nil where nobody does. A state in a file is let go of with the process that held it.
func (b *builder) lock(ctx context.Context, root string) (*tf.Lock, error) {
	if root != "bootstrap" || b.bucket() == "" {
		if err := b.learn(ctx, []string{"bootstrap"}); err != nil && b.bucket() == "" {
			return nil, err
		}
	}
	s, err := b.store()
	if err != nil || s == nil {
		return nil, err
	}
	o, err := s.Get(ctx, b.backend().Key(root)+".tflock")
	if err != nil && b.c.Simulated != nil && missing(err) {
		return nil, nil
	}
	if err != nil || !o.Found {
		return nil, err
	}
	l := &tf.Lock{}
	if err := json.Unmarshal(o.Body, l); err != nil {
		return nil, fmt.Errorf("the lock of %s's state cannot be read: %w", root, err)
	}
	return l, nil
}

// planStep plans a root and shows what it would do. It changes nothing.
func (b *builder) planStep(root, what string) runbook.Step {
	return runbook.Step{
		ID: "plan-" + partOf(root, what), Title: "plan " + strings.ReplaceAll(partOf(root, what), "-", " "),
		Why:     "what will be changed is read before it is",
		Calls:   []runbook.Call{{Operation: "terraform:" + root, Plane: runbook.Data}},
		Timeout: planPatience + time.Minute, Paper: func(runbook.Pins) []string { return b.paper(root, "terraform plan -out plan.tfplan") },
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if root == "primary" { // without its images a plan would end the services that run already
				if err := b.primaryImages(ctx, t); err != nil {
					return runbook.Seen{}, err
				}
			}
			m, err := b.plan(ctx, t, root)
			if t.DryRun { // it applies nothing, so that no password that was made up is needed again
				err = errors.Join(err, b.settle(root))
			}
			if t.DryRun && notYet(err) {
				return runbook.Seen{So: true, Text: err.Error()}, nil
			}
			if err != nil {
				return runbook.Seen{}, runbook.Never(err)
			}
			b.setPlan(root, m)
			return runbook.Seen{So: true, Text: planWords(m.plan)}, nil
		},
	}
}

// primaryImages takes what images there are for the primary's services into its plan. A dry run decides nothing by that.
func (b *builder) primaryImages(ctx context.Context, t *runbook.Task) error {
	if t.DryRun {
		_, err := b.imagesThere(ctx, &b.c.Regions.Primary)
		return err
	}
	_, err := b.pinImages(ctx, t, &b.c.Regions.Primary)
	return err
}

func planWords(p *tf.Plan) string {
	words := p.Counts().Words()
	if len(p.Changes) == 0 && len(p.Outputs) > 0 {
		words = several(len(p.Outputs), "output") + " to note"
	}
	if n := len(p.Findings()); n > 0 {
		words += fmt.Sprintf("; %d of them refused unless named", n)
	}
	return words
}

// applyStep applies the plan that was confirmed. After one that failed the root is planned anew, and confirmed anew.
func (b *builder) applyStep(root, what string) runbook.Step {
	name := partOf(root, what)
	gate := &runbook.Gate{
		ID: "apply-" + name, Title: ApplyPhrase(strings.ReplaceAll(name, "-", " ")), Phrase: ApplyPhrase(strings.ReplaceAll(name, "-", " ")),
		Fingerprint: func(*runbook.Task) string {
			if m := b.planOf(root); m != nil {
				return m.print
			}
			return ""
		},
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			n := b.notice(root)
			n.Time = b.timeWords(ctx, t.Step)
			b.ownNotice(ctx, root, &n)
			return n, nil
		},
	}
	return runbook.Step{
		ID: "apply-" + name, Title: gate.Title, Why: whyRoot[root], Calls: []runbook.Call{rootCall(root)},
		Undoing: runbook.UndoHours, Timeout: applyPatience, Gate: gate,
		Paper: func(runbook.Pins) []string { return b.paper(root, "terraform apply plan.tfplan") },
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) { return b.applicable(ctx, t, root) },
		Before: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			if err := b.frozen(ctx); err != nil {
				return runbook.Seen{}, runbook.Never(err)
			}
			if err := b.heldTwice(ctx, root); err != nil {
				return runbook.Seen{}, runbook.Never(err)
			}
			return runbook.Seen{So: true}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			if err := b.apply(ctx, t, root); err != nil {
				return err
			}
			if bucket := b.output(root, "state_bucket"); root == "bootstrap" && bucket != "" {
				_, err := t.Decide(ctx, pinBucket, bucket)
				return err
			}
			return nil
		},
	}
}

// applicable looks whether there is something to apply: by the plan that was just made, else by a new one.
func (b *builder) applicable(ctx context.Context, t *runbook.Task, root string) (runbook.Seen, error) {
	b.mu.Lock()
	tried := b.tried[root]
	b.tried[root] = false
	b.mu.Unlock()
	if tried { // a plan of what an apply has left is for the next try
		return runbook.Seen{Text: "it broke off: it is planned anew at the next try"}, nil
	}
	m := b.planOf(root)
	if m == nil {
		var err error
		if m, err = b.plan(ctx, t, root); err != nil {
			return runbook.Seen{}, runbook.Never(err)
		}
		b.setPlan(root, m)
	}
	if m.plan.Empty() {
		if b.outputsOf(root) == nil {
			out, err := m.dir.Outputs(ctx)
			if err != nil {
				return runbook.Seen{}, err
			}
			b.take(root, out)
		}
		return runbook.Seen{So: true, Text: "no changes"}, b.settle(root)
	}
	return runbook.Seen{Text: planWords(m.plan)}, nil
}

// notice is what the gate before an apply shows.
func (b *builder) notice(root string) runbook.Notice {
	m := b.planOf(root)
	if m == nil {
		return runbook.Notice{What: []string{"nothing is planned"}}
	}
	n := runbook.Notice{What: []string{root + ": " + planWords(m.plan)}}
	n.What = append(n.What, mostChanges(m.plan.Changes)...)
	for _, l := range b.learnedBy(root) {
		n.What = append(n.What, l.Words())
	}
	n.What = append(n.What, b.besideWords(m.plan.Changes)...)
	for _, f := range m.plan.Findings() {
		n.Failing = append(n.Failing, runbook.Failing{ID: guardID(root, f), Text: plain(f.Words()), Override: plain(f.Name)})
		if f.Action == PlanDestroy || f.Action == PlanReplace {
			n.Never = append(n.Never, plain(f.Words()))
		}
	}
	n.Money = MoneyWords(Money(m.plan.Changes))
	n.Data = dataOf(m.plan)
	return n
}

// timeWords is how long a step took in this estate's own past runs.
func (b *builder) timeWords(ctx context.Context, step string) string {
	past, err := stackRuns(ctx, b.state)
	if err != nil {
		return "unknown: past runs could not be read: " + whyOf(err)
	}
	if took := runbook.Learn(past...)[step]; took > 0 {
		return "about " + span(took) + ", by this estate's own past runs"
	}
	return "unknown: this was never applied here yet"
}

// mostChanges are the changes in words: all that destroy or replace, and how many of each type the rest makes.
func mostChanges(changes []PlanChange) []string {
	var out []string
	types, order := map[string]int{}, []string{}
	for _, c := range changes {
		if risk := c.Risk(); risk != "" || c.ID != "" || c.Action == PlanForget {
			words := string(c.Action)
			if c.ID != "" && c.Action != PlanAdopt {
				words = "import and " + words
			}
			out = append(out, words+" "+plain(c.Address))
			continue
		}
		key := string(c.Action) + " " + c.Type
		if types[key] == 0 {
			order = append(order, key)
		}
		types[key]++
	}
	const most = 8
	rest := 0
	for i, key := range order {
		if i >= most {
			rest += types[key]
			continue
		}
		out = append(out, fmt.Sprintf("%s ×%d", key, types[key]))
	}
	if rest > 0 {
		out = append(out, fmt.Sprintf("and %s more", several(rest, "change")))
	}
	return out
}

func dataOf(p *tf.Plan) string {
	for _, c := range p.Changes {
		if c.Asked {
			return "what " + plain(c.Address) + " holds goes: it is made anew, as the run asks"
		}
		if c.Risk() == "data" {
			return "changed in place: " + plain(c.Address)
		}
	}
	if len(p.Findings()) > 0 {
		return "what is destroyed or replaced is lost, as far as no copy of it is kept"
	}
	return "none is lost"
}

// migrateStep moves bootstrap's own state into the bucket that it made.
func (b *builder) migrateStep() runbook.Step {
	return runbook.Step{
		ID: "migrate", Title: "move the first state into its bucket", Why: "a state on one machine is lost with it",
		Calls:   []runbook.Call{rootCall("bootstrap"), call("s3:PutObject", runbook.Data, b.c.Regions.Standby.Name)},
		Undoing: runbook.UndoHours, Timeout: planPatience,
		Paper: func(runbook.Pins) []string {
			return []string{"terraform output -raw backend > backend_override.tf && terraform init -migrate-state"}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			if b.bucket() == "" {
				return runbook.Seen{Text: "there is no bucket yet"}, nil
			}
			moved, err := b.moved(ctx)
			if moved {
				return runbook.Seen{So: true, Text: "in s3://" + b.bucket()}, err
			}
			return runbook.Seen{Text: "still on this machine"}, err
		},
		Do: func(ctx context.Context, _ *runbook.Task) error { return b.migrate(ctx) },
	}
}

func (b *builder) migrate(ctx context.Context) error {
	s, err := b.spec(ctx, "bootstrap")
	if err != nil {
		return err
	}
	s.Backend, s.Local = nil, b.firstState()
	if _, err := b.ready(ctx, s); err != nil {
		return err
	}
	s.Backend, s.Local = b.backend(), ""
	d, err := tf.Prepare(s)
	if err != nil {
		return err
	}
	if err := d.Init(ctx, true); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened[d.Path()], b.migrated = s.Backend.Bucket+"/"+s.Backend.Key("bootstrap"), true
	return nil
}

// paper are the commands for a root by hand.
func (b *builder) paper(root, command string) []string {
	return []string{"cd " + root + "   # of the stack, with its inputs and the roles file beside it; tf/stack/README.md says how", command}
}

// whyRoot is why a root is there, for who has to answer for it.
var whyRoot = map[string]string{
	"bootstrap":  "states, journal and roles are kept in the standby's region, so that no step of a failover needs the other",
	"primary":    "what runs today, so that there is something to stand by for",
	"identity":   "everything that a failover needs of IAM is made beforehand: its control plane is in the other region",
	"foundation": "network and keys of the standby",
	"source":     "what the primary's region must hold for images and data to be copied",
	"data":       "the replica or the copies of backups, and the repositories",
	"compute":    "the services that take over, at the size in which they stand by",
	"failover":   "where users are sent, and what watches it",
}
