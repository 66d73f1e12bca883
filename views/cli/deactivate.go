package cli

import (
	"github.com/spf13/cobra"

	"lifeboat/dr"
)

func (a *app) deactivate() *cobra.Command {
	return a.procedure(dr.Deactivate, &cobra.Command{
		Use:   "deactivate",
		Short: "Have a cold standby or pilot light rest again after users are home",
		Long: "Deactivate takes down what a failover of a cold standby or a pilot light has made, once users were taken home (lifeboat failback): " +
			"it waits until no name leads to the region any more, has copies made of the backups of the database that writes now and waits for " +
			"one that is newer than the run, takes a snapshot by hand of the database that was restored, and only then a gate asks to give that " +
			"one up by its name. The plan that deletes it names it again, and --confirm must, with a --reason. Then tasks end, and Terraform takes " +
			"the rest down, each root behind its own gate. Snapshots, image repositories, keys and buckets stay.\n\n" + gateHelp,
		Example: "lifeboat deactivate --dry-run\nlifeboat deactivate --paper\n" +
			"lifeboat deactivate --confirm \"deactivate us-west-2\" --confirm \"apply data copies\" \\\n" +
			"  --confirm \"give up the database shop-dr-db\" --confirm shop-dr-db --reason \"users are home\" ...",
	})
}
