package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// provisionFlags are those of provision.
type provisionFlags struct {
	changeFlags
	phase           string
	planOnly, paper bool
}

func (a *app) provision() *cobra.Command {
	var f provisionFlags
	cmd := &cobra.Command{
		Use:   "provision",
		Short: "Plan and apply a phase of the standby with Terraform",
		Long: "Provision makes a standby in the other region, or what a phase of it lacks, with Lifeboat's own Terraform: each root is planned, " +
			"shown, confirmed, applied and verified, and the names that it made are written into lifeboat.yaml. The phases are " +
			strings.Join(dr.ProvisionPhases, ", ") + "; primary is for those who have none. A plan that would destroy or replace a database, " +
			"a repository, a key or a bucket is applied only where --confirm names that resource, with a --reason.\n\n" + gateHelp,
		Example: "lifeboat provision --phase foundation --plan-only\nlifeboat provision --phase foundation --confirm \"apply bootstrap\" \\\n" +
			"  --confirm \"apply identity\" --confirm \"apply foundation\"",
		Args: noArgs,
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.phase, "phase", "", "the phase: "+strings.Join(dr.ProvisionPhases, ", "))
	cmd.Flags().BoolVar(&f.planOnly, "plan-only", false, "plan and change nothing; exit code 1 where a root cannot be planned")
	cmd.Flags().BoolVar(&f.paper, "paper", false, "print the commands that a person would type instead, and start nothing")
	f.addTakeOver(cmd)
	cmd.RunE = a.changes(&f.changeFlags, func(cmd *cobra.Command, _ []string) error {
		switch {
		case f.planOnly && f.paper:
			return usage(cmd, "--plan-only and --paper do not go together")
		case !slices.Contains(dr.ProvisionPhases, f.phase):
			return usage(cmd, "--phase must be one of %s", strings.Join(dr.ProvisionPhases, ", "))
		}
		if err := a.mayChange(cmd.Name()); err != nil {
			return err
		}
		c, s, err := a.estate(cmd.Context())
		switch {
		case err != nil:
			return err
		case f.paper:
			return a.paper(cmd.Context(), c, dr.Order{Kind: dr.Provision, Phase: f.phase}, f.json)
		}
		return a.provisionPhase(cmd.Context(), c, s, f)
	})
	return cmd
}

func (a *app) provisionPhase(ctx context.Context, c *config.Config, s *dr.State, f provisionFlags) error {
	order := dr.Order{Kind: dr.Provision, Phase: f.phase, DryRun: f.planOnly, TakeOver: f.takeOver, Overrides: f.confirms().early()}
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
