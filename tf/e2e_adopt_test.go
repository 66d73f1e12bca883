//go:build unix

package tf

import (
	"fmt"
)

// adopted takes what an owner may hold out of a state and in again: the next plan makes nothing anew and destroys nothing,
// and once applied plans to no changes.
func (a *account) adopted() {
	a.t.Helper()
	list := []struct{ root, address, id string }{
		{"source", "aws_ecr_replication_configuration.this[0]", "123456789012"},
		{"failover", "aws_cloudfront_distribution.this[0]", a.output("failover", "distribution_id")},
		{"data", "module.database[0].aws_db_instance.this", "shop-dr-db"},
	}
	for _, c := range list {
		if err := a.adopt(c.root, c.address, c.id); err != nil {
			a.t.Errorf("%s: %v", c.address, err)
		}
	}
}

func (a *account) adopt(root, address, id string) error {
	d, err := Prepare(a.spec(root))
	if err != nil {
		return err
	}
	if err := d.Forget(a.t.Context(), address); err != nil {
		return err
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil || p.Counts().Add != 1 {
		return fmt.Errorf("forgotten, it is not made anew: %v", err)
	}
	if err := d.Import(a.t.Context(), address, id); err != nil {
		return err
	}
	p, err = d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil {
		return err
	}
	if n := p.Counts(); n.Add+n.Replace+n.Destroy > 0 || len(p.Findings()) > 0 {
		return fmt.Errorf("imported, the plan is %s", n.Words())
	}
	a.t.Logf("%s imported: %s", address, p.Counts().Words())
	if !p.Empty() {
		if err := d.Apply(a.t.Context(), nil); err != nil {
			return err
		}
	}
	return a.unchanged(root)
}
