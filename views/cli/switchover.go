package cli

import (
	"github.com/spf13/cobra"

	"lifeboat/dr"
)

func (a *app) switchover() *cobra.Command {
	return a.procedure(dr.Switchover, &cobra.Command{
		Use:   "switchover",
		Short: "Take the service to the other region, planned: nothing is lost",
		Long: "Switchover takes users to the region that stands by while both answer: it stops the writers with a proof, waits until " +
			"the replica has everything, with a proof, promotes it, and moves users. A step that fails waits for you.\n\n" + gateHelp,
		Example: "lifeboat switchover --dry-run\n" +
			"lifeboat switchover --confirm \"switch over us-east-1 to us-west-2\" \\\n  --confirm \"send users to us-west-2\"",
	})
}
