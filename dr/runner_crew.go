package dr

import (
	"context"
	"fmt"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// crew makes what the steps act through.
func (r *Runner) crew(ctx context.Context, pins runbook.Pins, run string) (*crew, error) {
	p, err := readPlan(pins)
	if err != nil {
		return nil, fmt.Errorf("the plan of run %s cannot be read: %w", run, err)
	}
	w := &crew{
		p: p, c: r.c, now: r.opt.Now, watch: r.watch, state: r.state, run: run,
		there: map[string]*aws.Changer{}, sql: map[string]sqlReader{},
	}
	w.fence = &fence{crew: w, guarded: make(chan struct{})}
	if err := r.operator(p.to); err != nil {
		return nil, err
	}
	w.by = r.by
	for _, region := range []string{p.from, p.to} {
		if w.there[region], err = aws.NewChanger(r.spec(region), r.by); err != nil {
			return nil, err
		}
	}
	for region, id := range map[string]string{p.from: p.source, p.to: p.replica} {
		for _, db := range regionNamed(r.c, region).Databases {
			if db.ID == id && db.Connection != nil {
				w.sql[region] = newOneAtATime(pg.NewReader(target(r.c, regionNamed(r.c, region), db, r.opt.Options)))
			}
		}
	}
	w.build, w.unbuilt = r.builderOf(ctx, pins, run)
	w.uncheckedRoles()
	w.edge, err = r.edge()
	return w, err
}

// operator makes the session that changes things, where one is configured: one for both regions, of the STS of the region that takes
// over.
func (r *Runner) operator(to string) (err error) {
	o := r.c.Operator
	if o.RoleARN == "" || r.by != nil {
		return nil
	}
	spec := r.spec(to)
	if o.Profile != "" {
		spec.Profile, spec.RoleARN = o.Profile, ""
	}
	r.by, err = aws.NewOperator(spec, aws.OperatorSpec{RoleARN: o.RoleARN, MFASerial: o.MFASerial, Session: o.Session.D(), Code: r.opt.Code})
	return err
}

func (r *Runner) spec(region string) aws.Spec {
	s := accessSpec(regionNamed(r.c, region), r.opt.Options)
	s.CallTimeout, s.MetricEvery, s.Asked = r.c.Waits.Call.D(), r.c.Refresh.Metrics.D(), r.opt.Asked
	return s
}

func (r *Runner) edge() (*edge.Changer, error) {
	spec := edgeSpec(r.c, r.opt.Options, r.watch.balancerNames)
	spec.Asked, spec.By = r.opt.Asked, r.by
	return edge.NewChanger(spec)
}
