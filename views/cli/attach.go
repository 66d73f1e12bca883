package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lifeboat/dr"
)

func (a *app) attachCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "attach [RUN]",
		Short: "Watch a run that is under way, and answer gates of it",
		Long: "Attach follows a run that is under way, on this machine or, with a journal in a bucket, on another one. With --confirm it passes " +
			"the gates whose phrase it was given: so a second person passes a gate that needs two, with an identity of his own. It never stops a run.\n\n" +
			"Exit code: 0 done, 1 failed, 3 refused, 4 the run stopped, or was left.",
		Example: "lifeboat attach\nlifeboat attach --confirm \"fail over us-east-1 to us-west-2\"",
		Args:    atMostOneRun,
		RunE: a.changes(&f, func(cmd *cobra.Command, args []string) error {
			if len(f.confirm) > 0 {
				if err := a.mayChange("attach --confirm"); err != nil {
					return err
				}
			}
			return a.attachTo(cmd.Context(), args, f)
		}),
	}
	f.add(cmd)
	return cmd
}

func (a *app) attachTo(ctx context.Context, args []string, f changeFlags) error {
	c, s, err := a.estate(ctx)
	if err != nil {
		return err
	}
	run, err := theRun(ctx, s, args)
	if err != nil {
		return err
	}
	l, err := linkTo(ctx, s, run)
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return a.follow(ctx, c, s, l, run, f, false)
}

// linkTo is the best way to a run from here: the socket of its process, where that is of this machine, else its journal.
func linkTo(ctx context.Context, s *dr.State, run string) (link, error) {
	l, err := attach(ctx, s, run)
	if err == nil {
		return l, nil
	}
	if !errors.Is(err, errNoProcess) {
		return nil, err
	}
	d, err := distantly(ctx, s.Archive, run)
	if err != nil {
		return nil, err
	}
	return d, nil
}
