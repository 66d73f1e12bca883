package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// planProvision decides what a run of a phase acts on, or why there can be none: what can be told before Terraform is asked.
func (r *Runner) planProvision(ctx context.Context, o Order) (performer, runbook.Pins, error) {
	pins, err := r.provisionPins(o)
	if err != nil {
		return nil, nil, err
	}
	if err := unknownInputs(r.c); err != nil {
		return nil, nil, err
	}
	e := r.settled(ctx)
	b, err := r.newBuilder(ctx, pins, o.Run)
	if err != nil {
		return nil, nil, err
	}
	if o.Phase == "validation" {
		return b, pins, nil
	}
	if err := b.learn(ctx, []string{"bootstrap"}); err != nil {
		return nil, nil, fmt.Errorf("the state of bootstrap, which tells where the others are: %w", err)
	}
	if err := b.frozen(ctx); err != nil {
		return nil, nil, err
	}
	if o.Phase == "data" {
		if id := b.managedDatabase(ctx); id != "" {
			pins[pinManaged], b.besides.managed = id, id
		}
	}
	if err := b.learnInputs(ctx, e, pins); err != nil {
		return nil, nil, err
	}
	return b, pins, b.told(e)
}

// provisionPins are the pins of a new run.
func (r *Runner) provisionPins(o Order) (runbook.Pins, error) {
	t := r.c.Terraform
	switch {
	case !slices.Contains(ProvisionPhases, o.Phase):
		return nil, &Refusal{fmt.Sprintf("there is no phase %q", o.Phase), "the phases are " + strings.Join(ProvisionPhases, ", ")}
	case t.Primary == "" && o.Phase != "validation":
		return nil, &Refusal{"whose the primary is has not been said", "write terraform: {primary: theirs} into lifeboat.yaml where it is there already, or ours where the stack shall make it"}
	case o.Phase == "primary" && t.Primary != config.Ours:
		return nil, &Refusal{"the primary is the owner's: Lifeboat does not make it", "begin with the phase foundation"}
	}
	return runbook.Pins{
		PinKind: string(Provision), PinPhase: o.Phase, pinPrimary: string(t.Primary), pinFrom: r.c.Regions.Primary.Name, pinTo: r.c.Regions.Standby.Name,
	}, nil
}

// told refuses a phase whose roots lack an input that no other root gives: it would stop in the middle.
func (b *builder) told(e *Estate) error {
	var missing, several []string
	facts := accountFacts(b.c, e)
	for _, root := range b.roots() {
		for _, name := range b.untold(root.Name) {
			if slices.Contains(missing, name) {
				continue
			}
			missing = append(missing, name)
			if len(facts[name]) > 1 {
				several = append(several, fmt.Sprintf("for %s the account shows %s", name, among(seenIn(facts[name]))))
			}
		}
	}
	if missing == nil {
		return nil
	}
	remedy := "write them below terraform: inputs in lifeboat.yaml"
	if several != nil {
		remedy += "; " + strings.Join(several, "; ")
	}
	return &Refusal{fmt.Sprintf("phase %s must be told %s", b.phase, among(missing)), remedy}
}

// seenIn are where facts were seen.
func seenIn(facts []Learned) (list []string) {
	for _, f := range facts {
		list = append(list, plain(f.From))
	}
	return list
}

// attend renews nothing: Terraform acts as whoever runs Lifeboat.
func (b *builder) attend(context.Context, *Runner, *runbook.Run) {}
