package dr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// After a run every root of the stack must plan to no changes: the next apply of anybody would undo what the plan shows else. That is
// looked at once users are served and the roles are written. What differs fails no run that has served users; it is told until a later
// look finds no difference.

const stepAgree = "agree"

// PinAgree is the name under which a run keeps what its look came to. JSON: []Agreement.
const PinAgree = "terraform.agrees"

// agreePatience is how long all roots may take to be planned.
const agreePatience = 20 * time.Minute

// plansAtOnce is how many roots are planned side by side: each has a provider in memory, which is large.
const plansAtOnce = 2

// What a root's plan says of the cloud.
const (
	AgreesYes    = "no changes"
	AgreesNot    = "differs"
	AgreesUnseen = "unchecked"
)

// Agreement is what the plan of one root said.
type Agreement struct {
	Root  string `json:"root"`
	State string `json:"state"`           // AgreesYes, AgreesNot or AgreesUnseen
	Until string `json:"until,omitempty"` // the region that must be back before it can be looked at
	Text  string `json:"text,omitempty"`  // what it would change, or why it was not looked at
}

// Words are a root's part of the report.
func (a Agreement) Words() string { return a.wordsOf(a.Root) }

// wordsOf are those of several roots of which the same is to be said.
func (a Agreement) wordsOf(roots string) string {
	switch {
	case a.State == AgreesYes:
		return roots + ": no changes"
	case a.State == AgreesNot:
		return roots + " would change what is now: " + a.Text
	case a.Until != "":
		return roots + " unchecked until " + a.Until + " is back: " + a.Text
	}
	return roots + " unchecked: " + a.Text
}

// Agreements are what a run's look at the roots came to; nil where it has not looked.
func Agreements(pins runbook.Pins) []Agreement {
	var list []Agreement
	if json.Unmarshal([]byte(pins[PinAgree]), &list) != nil {
		return nil
	}
	return list
}

// AgreementWords are what is to be said of roots that do not agree, or were not looked at: once for those that wait for one thing. same is
// how many agree.
func AgreementWords(list []Agreement) (words []string, same int) {
	var causes []Agreement
	roots := map[Agreement][]string{}
	for _, a := range list {
		if a.State == AgreesYes {
			same++
			continue
		}
		cause := a
		if a.State == AgreesUnseen {
			cause.Root = ""
		}
		if roots[cause] == nil {
			causes = append(causes, cause)
		}
		roots[cause] = append(roots[cause], a.Root)
	}
	for _, a := range causes {
		words = append(words, a.wordsOf(among(roots[a])))
	}
	return words, same
}

// agreementWords are several of them in a sentence: those that agree are counted.
func agreementWords(list []Agreement) string {
	words, same := AgreementWords(list)
	if same > 0 || len(words) == 0 {
		words = append([]string{"no changes in " + several(same, "root")}, words...)
	}
	return strings.Join(words, "; ")
}

// agreeSteps look at whether Terraform agrees; none where the run reaches no Terraform.
func (w *crew) agreeSteps(after ...string) []runbook.Step {
	if w.build == nil {
		return nil
	}
	var calls []runbook.Call
	for _, root := range w.build.all() {
		for _, region := range w.build.leansOn(root) {
			calls = append(calls, call("terraform:"+root.Name, runbook.Data, region))
		}
	}
	return []runbook.Step{{
		ID: stepAgree, Title: "Terraform agrees", Why: "the next apply of anybody would undo what its plan still shows", After: after,
		Calls: tried(calls...), Timeout: agreePatience + time.Minute, Deadline: agreePatience + time.Minute,
		Paper: func(runbook.Pins) []string {
			return []string{"# in every root of the stack, with the roles file as it is now: terraform plan -detailed-exitcode"}
		},
		Await: w.agreed,
	}}
}

// agreed plans every root once. Whatever it finds, it is so: what differs or could not be looked at is told, and stops nobody.
func (w *crew) agreed(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if t.DryRun {
		return runbook.Seen{So: true, Text: "every root would be planned, with the roles as the run leaves them"}, nil
	}
	if t.Pin(PinAgree) == "" {
		if _, err := t.Decide(ctx, PinAgree, asJSON(w.agreements(ctx, t))); err != nil {
			return runbook.Seen{}, err
		}
	}
	return runbook.Seen{So: true, Text: agreementWords(Agreements(t.Pins()))}, nil
}

// agreements are those of all roots that are there, in their order. A root whose region does not answer is not planned: Terraform would
// repeat its requests for a long time.
func (w *crew) agreements(ctx context.Context, t *runbook.Task) []Agreement {
	ctx, cancel := context.WithTimeoutCause(ctx, agreePatience, fmt.Errorf("the plans of all roots took longer than %s", span(agreePatience)))
	defer cancel()
	roots := w.build.all()
	found := make([]*Agreement, len(roots))
	var g errgroup.Group
	g.SetLimit(plansAtOnce)
	var mu sync.Mutex
	over := 0
	for i, root := range roots {
		if region, why := w.unanswered(root); region != "" {
			found[i] = &Agreement{Root: root.Name, State: AgreesUnseen, Until: region, Text: why}
			continue
		}
		g.Go(func() error {
			found[i] = w.build.agreement(ctx, root.Name)
			mu.Lock()
			defer mu.Unlock()
			over++
			t.Say("%d of %s planned", over, several(len(roots), "root"))
			return nil
		})
	}
	_ = g.Wait()
	var list []Agreement
	for _, a := range found {
		if a != nil {
			list = append(list, *a)
		}
	}
	return list
}

// unanswered is the first region that a root's plan needs and that does not answer, and why; "" where all answer.
func (w *crew) unanswered(root tf.Root) (region, why string) {
	for _, region := range w.build.leansOn(root) {
		if region != w.p.from && region != w.p.to {
			continue
		}
		if seen := w.watch.Estate().side(region).Seen; !seen.fresh() {
			return region, firstOf(seen.Why, "its AWS API was not read lately")
		}
	}
	return "", ""
}

// all are the roots of the estate's stack, in order.
func (b *builder) all() []tf.Root {
	return slices.DeleteFunc(slices.Clone(tf.Roots), func(r tf.Root) bool { return r.Name == "primary" && !b.ours() })
}

// controlHome is where IAM, CloudFront and Route 53 are changed and, in part, read.
const controlHome = "us-east-1"

// leansOn are the regions that must answer before a root can be planned: that of its state and the roles file, and that of what it holds.
func (b *builder) leansOn(root tf.Root) []string {
	regions := []string{b.c.Regions.Standby.Name}
	switch {
	case root.Standby || root.Name == "bootstrap":
	case root.Name == "identity" || root.Name == "failover":
		regions = append(regions, controlHome)
	default:
		regions = append(regions, b.c.Regions.Primary.Name)
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}

// agreement plans one root as it was applied last; nil where there is nothing of it. It changes nothing.
func (b *builder) agreement(ctx context.Context, root string) *Agreement {
	a := &Agreement{Root: root, State: AgreesUnseen}
	switch held, _ := b.held(ctx, root); {
	case held.Why != "":
		a.Text = short(held.Why)
		return a
	case held.Resources == 0:
		return nil
	}
	err := b.applyAsBefore(ctx, root)
	var m *savedPlan
	if err == nil {
		m, err = b.plan(ctx, nil, root)
	}
	if err == nil {
		err = b.settle(root)
	}
	switch {
	case err != nil:
		a.Text = short(late(ctx, err).Error())
	case m.plan.Empty():
		a.State = AgreesYes
	default:
		a.State, a.Text = AgreesNot, differenceWords(m.plan)
	}
	return a
}

// differenceWords are a plan's counts, and the first of what it would change.
func differenceWords(p *tf.Plan) string {
	const most = 3
	var names []string
	for i, c := range p.Changes {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(p.Changes)-most))
			break
		}
		names = append(names, plain(c.Address))
	}
	if len(names) == 0 {
		return planWords(p)
	}
	return planWords(p) + " (" + commas(names) + ")"
}

// applyAsBefore has a root planned with the images that its last apply has set: which of the registry's a service is to run is not for
// a look to choose.
func (b *builder) applyAsBefore(ctx context.Context, root string) error {
	if root != "compute" && root != "primary" {
		return nil
	}
	d, err := b.bare(ctx, root)
	if err != nil {
		return err
	}
	digests, err := d.Digests(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.images == nil {
		b.images = map[string]map[string]string{}
	}
	b.images[root] = digests
	return nil
}
