package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

func (a *app) strategy() *cobra.Command {
	var f planningFlags
	cmd := &cobra.Command{
		Use:   "strategy [NAME]",
		Short: "Show how the standby stands by, or change it",
		Long: "The standby stands by as warm-standby, cold-standby or pilot-light. Strategy shows what each way to stand by costs a month, how long users would wait and what would be lost. With a name it changes " +
			"to that one, by the stack's own Terraform: each root is planned, shown, confirmed, applied and verified.\n\n" +
			"To a cheaper one a replica goes last: first copies of the primary's backups are made in the standby's region and waited for until " +
			"one is newer than the run, then a snapshot of the replica is taken by hand and waited for, and only then a gate asks to give it up " +
			"by its name. The plan that deletes it names it again, and --confirm must, with a --reason. No writer, key, bucket or repository is " +
			"ever destroyed. To a dearer one the copies stay until the new replica follows, and after that unless terraform.inputs.keep_backups " +
			"is false.\n\n" + gateHelp,
		Example: "lifeboat strategy\nlifeboat strategy pilot-light --plan-only\n" +
			"lifeboat strategy pilot-light --confirm \"change strategy from warm-standby to pilot-light\" \\\n" +
			"  --confirm \"give up the replica shop-dr-db\" --confirm shop-dr-db --reason \"it is too dear\" \\\n" +
			"  --confirm \"apply data copies\" --confirm \"apply data\" ...",
		ValidArgs: strategyNames(),
	}
	f.add(cmd)
	cmd.RunE = a.changes(&f.changeFlags, func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return usage(cmd, "one strategy at most: %s", strings.Join(strategyNames(), ", "))
		case len(args) == 0 && f.given():
			return usage(cmd, "which strategy? %s", strings.Join(strategyNames(), ", "))
		case len(args) == 0:
			return a.showStrategies(cmd.Context(), f.json)
		}
		return a.planned(cmd, dr.Order{Kind: dr.Strategy, Strategy: config.Strategy(args[0])}, f)
	})
	return cmd
}

func strategyNames() []string {
	var names []string
	for _, s := range dr.Strategies {
		names = append(names, string(s))
	}
	return names
}

// showStrategies prints what each way to stand by costs and means now. It changes nothing.
func (a *app) showStrategies(ctx context.Context, asJSON bool) error {
	c, _, err := a.estate(ctx)
	if err != nil {
		return err
	}
	r, err := dr.OpenRunner(ctx, c, dr.RunnerOptions{Code: noCode})
	if err != nil {
		return err
	}
	defer r.Close()
	list := r.Strategies(ctx)
	if asJSON {
		return json.NewEncoder(a.out).Encode(map[string]any{"version": 1, "simulated": c.Simulated != nil, "strategy": c.Strategy, "strategies": list})
	}
	if c.Simulated != nil {
		fmt.Fprintln(a.out, "SIMULATED")
	}
	for _, f := range list {
		for _, line := range strategyLines(f) {
			fmt.Fprintln(a.out, line)
		}
	}
	return nil
}

// strategyLines are a strategy for people.
func strategyLines(f dr.StrategyFacts) []string {
	mark := " "
	if f.Now {
		mark = "●"
	}
	name := f.Strategy.Words()
	if f.Now {
		name += ", as it is now"
	}
	return []string{
		ui.Clean(fmt.Sprintf("%s %s", mark, name)),
		ui.Clean("    cost  " + f.Bill()),
		ui.Clean("    RTO   " + f.RTO),
		ui.Clean("    RPO   " + f.RPO),
	}
}
