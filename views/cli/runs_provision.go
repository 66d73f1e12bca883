package cli

import (
	"context"
	"reflect"
	"time"

	"lifeboat/dr"
	"lifeboat/views"
)

var _ views.Provisioner = (*runs)(nil)

// Provisioning implements views.Provisioner.
func (r *runs) Provisioning(ctx context.Context) (views.Provisioning, error) {
	c, err := loaded(r.config)
	if err != nil {
		return views.Provisioning{}, err
	}
	s, err := r.state(ctx)
	if err != nil {
		return views.Provisioning{}, err
	}
	phases, err := dr.ProvisionPath(ctx, c, s, dr.Options{})
	out := views.Provisioning{Phases: phases, Terraform: dr.TerraformWords(ctx, c), Primary: string(c.Terraform.Primary)}
	if e := r.estate(); e != nil {
		out.Strategies = dr.StrategiesOf(c, e)
	}
	return out, err
}

// Inputs implements views.Provisioner.
func (r *runs) Inputs(ctx context.Context, phase string) ([]dr.Input, error) {
	c, err := loaded(r.config)
	if err != nil {
		return nil, err
	}
	return dr.ProvisionInputs(ctx, c, r.estate(), phase)
}

// SetInputs implements views.Provisioner.
func (r *runs) SetInputs(_ context.Context, phase string, values map[string]string) error {
	c, err := loaded(r.config)
	if err != nil {
		return err
	}
	return dr.SetInputs(c, phase, values)
}

// Owned implements views.Provisioner.
func (r *runs) Owned(ctx context.Context, phase string) ([]dr.Owned, error) {
	c, err := loaded(r.config)
	if err != nil {
		return nil, err
	}
	s, err := r.state(ctx)
	if err != nil {
		return nil, err
	}
	return dr.ProvisionOwned(ctx, c, s, dr.Options{}, phase)
}

// RootPlans implements views.Provisioner.
func (r *runs) RootPlans(_ context.Context, run string) ([]dr.RootPlan, error) {
	return dr.ReadRootPlans(dr.ProvisionDir(r.config, run))
}

// progressEvery is how often a screen hears of an apply.
const progressEvery = 100 * time.Millisecond

// Progress implements views.Provisioner.
func (r *runs) Progress(ctx context.Context, run, root string, each func(dr.RootProgress)) error {
	reader := dr.NewProgressReader(dr.ProvisionDir(r.config, run), root)
	clock := time.NewTicker(progressEvery)
	defer clock.Stop()
	for told := (dr.RootProgress{}); ; {
		p, err := reader.Read()
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(p, told) {
			each(p)
			told = p
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-clock.C:
		}
	}
}
