package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr"
)

func (a *app) provision() *cobra.Command {
	var f planningFlags
	var phase string
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
	cmd.Flags().StringVar(&phase, "phase", "", "the phase: "+strings.Join(dr.ProvisionPhases, ", "))
	cmd.RunE = a.changes(&f.changeFlags, func(cmd *cobra.Command, _ []string) error {
		if !slices.Contains(dr.ProvisionPhases, phase) {
			return usage(cmd, "--phase must be one of %s", strings.Join(dr.ProvisionPhases, ", "))
		}
		return a.planned(cmd, dr.Order{Kind: dr.Provision, Phase: phase}, f)
	})
	return cmd
}
