package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// procedureFlags are those of the commands that begin a run.
type procedureFlags struct {
	changeFlags
	dry, paper bool
	point      string
}

func (a *app) failover() *cobra.Command {
	return a.procedure(dr.Failover, &cobra.Command{
		Use:   "failover",
		Short: "Take the service to the other region, unplanned",
		Long: "Failover takes users to the region that stands by while the one that serves may not answer: it fences the old " +
			"writers where they answer, promotes the replica, scales, deploys, verifies and moves users. What it loses is said " +
			"at its first gate and measured after.\n\n" + gateHelp,
		Example: "lifeboat failover --dry-run\nlifeboat failover --paper\n" +
			"lifeboat failover --confirm \"fail over us-east-1 to us-west-2\" \\\n  --confirm \"send users to us-west-2\"",
	})
}

const gateHelp = "Each gate asks for its phrase, and --confirm gives it beforehand; a gate whose phrase was not given stops the run, " +
	"which lifeboat resume goes on with. The run is executed by a process of its own: interrupting this command, or losing the " +
	"terminal, leaves it going on to its next gate.\n\n" +
	"Exit code: 0 done, 1 failed, 3 refused (nothing was changed), 4 stopped or left, lifeboat resume goes on."

// procedure makes a command that begins a run of a kind.
func (a *app) procedure(kind dr.Kind, cmd *cobra.Command) *cobra.Command {
	var f procedureFlags
	f.add(cmd)
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "do everything but change things, and say what would be changed")
	cmd.Flags().BoolVar(&f.paper, "paper", false, "print the commands that a person would type instead, with their values, and start nothing")
	if kind == dr.Failover {
		cmd.Flags().StringVar(&f.point, "recovery-point", "", "of a cold standby or pilot light: restore this `SNAPSHOT`, or this moment (2026-01-31T03:12:00Z) of replicated backups, instead of the newest")
	}
	f.addTakeOver(cmd)
	cmd.Args = noArgs
	cmd.RunE = a.changes(&f.changeFlags, func(cmd *cobra.Command, _ []string) error {
		if f.dry && f.paper {
			return usage(cmd, "--dry-run and --paper do not go together")
		}
		if err := a.mayChange(cmd.Name()); err != nil {
			return err
		}
		c, s, err := a.estate(cmd.Context())
		switch {
		case err != nil:
			return err
		case f.paper:
			return a.paper(cmd.Context(), c, dr.Order{Kind: kind, RecoveryPoint: f.point}, f.json)
		}
		return a.beginAndFollow(cmd.Context(), c, s, kind, f)
	})
	return cmd
}

func (a *app) beginAndFollow(ctx context.Context, c *config.Config, s *dr.State, kind dr.Kind, f procedureFlags) error {
	order := dr.Order{Kind: kind, DryRun: f.dry, RecoveryPoint: f.point, TakeOver: f.takeOver, Overrides: f.confirms().early()}
	run, l, err := a.begin(ctx, c, s, order)
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return a.follow(ctx, c, s, l, run, f.changeFlags, true)
}

// paper prints a whole procedure as it would be done by hand now.
func (a *app) paper(ctx context.Context, c *config.Config, o dr.Order, asJSON bool) error {
	r, err := dr.OpenRunner(ctx, c, dr.RunnerOptions{Code: noCode})
	if err != nil {
		return err
	}
	defer r.Close()
	sheets, err := r.Paper(ctx, o)
	if isRefusal(err) {
		return &failure{exitRefused, err}
	}
	if err != nil {
		return err
	}
	p := newPrinter(a.out, asJSON, "", c.Simulated != nil)
	for _, s := range sheets {
		p.print(p.sheet(time.Now(), s))
	}
	return p.err
}

// noCode is for what assumes no role.
func noCode(context.Context, string) (string, error) {
	return "", errors.New("nothing is changed here, so no code is asked for")
}
