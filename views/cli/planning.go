package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// planningFlags are those of a command whose run is made of Terraform's plans.
type planningFlags struct {
	changeFlags
	planOnly, paper bool
}

func (f *planningFlags) add(cmd *cobra.Command) {
	f.changeFlags.add(cmd)
	cmd.Flags().BoolVar(&f.planOnly, "plan-only", false, "plan every root and change nothing; exit code 1 where one cannot be planned")
	cmd.Flags().BoolVar(&f.paper, "paper", false, "print the commands that a person would type instead, and start nothing")
	f.addTakeOver(cmd)
}

// given says whether any of them was.
func (f *planningFlags) given() bool {
	return f.planOnly || f.paper || len(f.confirm) > 0 || f.reason != "" || f.takeOver != ""
}

// planned runs an order, or prints it as paper.
func (a *app) planned(cmd *cobra.Command, order dr.Order, f planningFlags) error {
	if f.planOnly && f.paper {
		return usage(cmd, "--plan-only and --paper do not go together")
	}
	if err := a.mayChange(cmd.Name()); err != nil {
		return err
	}
	ctx := cmd.Context()
	c, s, err := a.estate(ctx)
	switch {
	case err != nil:
		return err
	case f.paper:
		return a.paper(ctx, c, order, f.json)
	}
	order.DryRun, order.TakeOver, order.Overrides = f.planOnly, f.takeOver, f.confirms().early()
	run, l, err := a.begin(ctx, c, s, order)
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	if err := a.follow(ctx, c, s, l, run, f.changeFlags, true); err != nil || !f.planOnly || a.code != 0 {
		return err
	}
	return unplanned(c, run)
}

// unplanned is why a run that only planned has not planned everything: a pipeline must hear of it. Roots that wait for others to be
// made are none of that.
func unplanned(c *config.Config, run string) error {
	plans, err := dr.ReadRootPlans(dr.ProvisionDir(c, run))
	if err != nil {
		return err
	}
	var bad []string
	for _, p := range plans {
		if p.Why != "" && !p.Waits {
			bad = append(bad, p.Root)
		}
	}
	if bad == nil {
		return nil
	}
	return &failure{exitFailed, fmt.Errorf("not planned: %s", strings.Join(bad, ", "))}
}
