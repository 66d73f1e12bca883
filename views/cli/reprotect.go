package cli

import (
	"github.com/spf13/cobra"

	"lifeboat/dr"
)

func (a *app) reprotect() *cobra.Command {
	return a.procedure(dr.Reprotect, &cobra.Command{
		Use:   "reprotect",
		Short: "Make a standby anew in the region that was left",
		Long: "Reprotect gives the estate a standby again after a failover or a switchover, once the region that was left has stayed well: it " +
			"fences the old database with a proof, takes a snapshot of it, keeps it under a name that says when, makes a replica of the new " +
			"writer under its old name, and waits until that streams. Users stay where they are. Nothing is ever deleted.\n\n" + gateHelp,
		Example: "lifeboat reprotect --dry-run\nlifeboat reprotect --paper\n" +
			"lifeboat reprotect --confirm \"reprotect us-east-1 from us-west-2\"",
	})
}

func (a *app) failback() *cobra.Command {
	return a.procedure(dr.Failback, &cobra.Command{
		Use:   "failback",
		Short: "Take the service home, planned: nothing is lost",
		Long: "Failback is a switchover to the primary as built. It is refused while that region is not well, while its replica has not caught " +
			"up (lifeboat reprotect makes one), or while an image or a secret is missing there. Afterwards it keeps the database where users " +
			"were, and makes a standby there anew, as reprotect does.\n\n" + gateHelp,
		Example: "lifeboat failback --dry-run\n" +
			"lifeboat failback --confirm \"fail back us-west-2 to us-east-1\" \\\n  --confirm \"send users to us-east-1\"",
	})
}
