package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/aws/sim"
)

// directing is how long the director of a running simulator may take to answer.
const directing = 10 * time.Second

func (a *app) direct() *cobra.Command {
	return &cobra.Command{
		Use:   "direct ADDR [ACTION] [ARGUMENT...]",
		Short: "Break and mend a running simulator",
		Long:  "Direct tells the simulator at ADDR what befalls its estate: a region goes dark, a replica stalls, tasks stop. Without an action it lists them, with what is in force now.",
		Example: "lifeboat sim direct 127.0.0.1:4566\nlifeboat sim direct 127.0.0.1:4566 darken us-east-1\n" +
			"lifeboat sim direct 127.0.0.1:4566 restore us-east-1",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, "%s needs the address of a running simulator, which lifeboat sim prints", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: orders,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			client, err := sim.Dial(args[0])
			if err != nil {
				return usage(cmd, "%s", err)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), directing)
			defer cancel()
			if len(args) > 1 {
				return client.Do(ctx, args[1], args[2:]...)
			}
			actions, err := client.Actions(ctx)
			if err != nil {
				return err
			}
			return listActions(a.out, actions)
		}),
	}
}

// listActions prints what the director can do, and under each what of it is in force.
func listActions(w io.Writer, actions []sim.Action) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, action := range actions {
		text := action.Description
		if action.Ends != "" {
			text += " (ends: " + action.Ends + ")"
		}
		fmt.Fprintf(table, "%s\t%s\n", action.Usage, text)
		for _, order := range action.Active {
			fmt.Fprintf(table, "  in force\t%s\n", order)
		}
	}
	return table.Flush()
}
