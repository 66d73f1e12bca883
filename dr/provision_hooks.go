package dr

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// besides is what provisioning does beside Terraform: names at Cloudflare, certificates that are proven while an apply waits.
type besides struct {
	mu      sync.Mutex
	zone    *zoneDesk
	provers map[string]*prover // of the apply that goes on, by root
	managed string             // pinManaged
}

// zoneDesk is what sets up the zone, made once.
func (b *builder) zoneDesk() (*zoneDesk, error) {
	b.besides.mu.Lock()
	defer b.besides.mu.Unlock()
	if b.besides.zone != nil {
		return b.besides.zone, nil
	}
	balancers := func() map[string][]string { return nil }
	if b.watch != nil {
		balancers = b.watch.balancerNames
	}
	spec := edgeSpec(b.c, b.opt, balancers)
	spec.Asked = b.asked
	by, err := edge.NewChanger(spec)
	if err != nil {
		return nil, fmt.Errorf("edge: %w", err)
	}
	b.besides.zone = &zoneDesk{c: b.c, edge: by, writer: b.writer, facts: b.zoneFacts, certificates: b.certificates}
	return b.besides.zone, nil
}

// writer is the region of the writer of record.
func (b *builder) writer(ctx context.Context) (string, error) {
	region, _, err := writerOfRecord(ctx, b.c, b.state.Archive)
	return region, err
}

// certificates reads those of a region: one of the estate's, or CloudFront's own.
func (b *builder) certificates(region string) (*aws.Changer, error) {
	for _, r := range []*config.Region{&b.c.Regions.Primary, &b.c.Regions.Standby} {
		if r.Name == region {
			return b.changer(r)
		}
	}
	spec := cloudFrontSpec(b.c, b.opt)
	spec.Region, spec.Asked = region, b.asked
	return aws.NewChanger(spec, nil)
}

// zoneFacts are what roots have made, and where that is the owner's, what lifeboat.yaml and the account say.
func (b *builder) zoneFacts(ctx context.Context) (zoneFacts, error) {
	if err := b.learn(ctx, []string{"primary", "compute", "failover"}); err != nil {
		return zoneFacts{}, err
	}
	vars := b.inputs()
	f := zoneFacts{Names: textsOf(vars["aliases"]), CDN: b.output("failover", "distribution_domain"), Balancers: map[string]string{}}
	f.Origin, _ = vars["origin_domain"].(string)
	for _, name := range textsOf(vars["domains"]) {
		if !slices.Contains(f.Names, name) && name != f.Origin {
			f.Direct = append(f.Direct, name)
		}
	}
	home, away := b.c.Regions.Primary.Name, b.c.Regions.Standby.Name
	for region, name := range map[string]string{home: b.output("primary", "primary_load_balancer_dns_name"), away: b.output("compute", "load_balancer_dns_name")} {
		if name == "" {
			name = b.balancerSeen(region)
		}
		if name != "" {
			f.Balancers[region] = name
		}
	}
	if f.CDN == "" && b.c.Edge.Distribution != "" {
		z, err := b.zoneDesk()
		if err != nil {
			return f, err
		}
		d, err := z.edge.Distribution(ctx)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return f, err
		}
		f.CDN = d.Domain
	}
	return f, nil
}

// inputs are what the account has told and lifeboat.yaml says, which stands over that, without what roots have made.
func (b *builder) inputs() map[string]any {
	vars := defaultsOf(b.c)
	for name, fact := range b.learned {
		if vars[name] == nil {
			vars[name] = fact.Value
		}
	}
	maps.Copy(vars, b.c.Terraform.Inputs)
	return vars
}

// balancerSeen is the name of a region's balancer as it was read last, where there is one alone; "" where that cannot be told.
func (b *builder) balancerSeen(region string) string {
	if b.watch == nil {
		return ""
	}
	if names := b.watch.balancerNames()[region]; len(names) == 1 {
		return names[0]
	}
	return ""
}

// textsOf is a list of texts, as a file or the stack's outputs give it.
func textsOf(v any) []string {
	switch list := v.(type) {
	case []string:
		return slices.Clone(list)
	case []any:
		var out []string
		for _, one := range list {
			if s, ok := one.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// besideWords are what the gate before an apply says of what Lifeboat does while it goes on.
func (b *builder) besideWords(changes []tf.Change) []string {
	z, err := b.zoneDesk()
	if err != nil {
		return []string{"names cannot be set up: " + err.Error()}
	}
	return z.proofWords(changes)
}

// heard is told of everything that an apply tells, while it goes on; ctx ends with the apply. It does not wait.
func (b *builder) heard(ctx context.Context, t *runbook.Task, root string, e tf.Event) {
	if !strings.HasPrefix(e.Type, certificateType) {
		return
	}
	z, err := b.zoneDesk()
	if err != nil {
		return // the gate has said so
	}
	b.besides.mu.Lock()
	defer b.besides.mu.Unlock()
	p := b.besides.provers[root]
	if p == nil || p.ctx.Err() != nil {
		var plan []tf.Change
		if m := b.planOf(root); m != nil {
			plan = m.plan.Changes
		}
		p = z.prove(ctx, plan, t.Say)
		if b.besides.provers == nil {
			b.besides.provers = map[string]*prover{}
		}
		b.besides.provers[root] = p
	}
	p.take(e)
}

// amend adds to the procedure of the run's phase what is no root's: steps of their own, which come after others and before others.
func (b *builder) amend(p *runbook.Procedure) {
	if b.phase == "data" && b.besides.managed != "" {
		b.passwordSteps(p)
	}
	if b.phase != "failover" {
		return
	}
	z, err := b.zoneDesk()
	if err != nil {
		return // lifeboat.yaml was checked: its probes are URLs
	}
	steps := z.steps("verify-failover")
	p.Steps = append(p.Steps, steps...)
	for i := range p.Steps {
		if s := &p.Steps[i]; s.ID == "apply-failover" && len(steps) > 0 {
			s.After = append(s.After, StepOrigin)
		}
	}
}
