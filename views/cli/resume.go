package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

func (a *app) resume() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Go on with a run that stopped, or take part in one that goes on",
		Long: "Resume takes a run up where its journal ends: it looks at every step again and does what is left. Without RUN it is the newest " +
			"one that is not over. Where a process of this machine executes it already, resume takes part in that.\n\n" + gateHelp,
		Example: "lifeboat resume --confirm \"send users to us-west-2\"",
		Args:    atMostOneRun,
		RunE: a.changes(&f, func(cmd *cobra.Command, args []string) error {
			if err := a.mayChange("resume"); err != nil {
				return err
			}
			c, s, err := a.estate(cmd.Context())
			if err != nil {
				return err
			}
			return a.resumeRun(cmd.Context(), c, s, args, f)
		}),
	}
	f.add(cmd)
	f.addTakeOver(cmd)
	return cmd
}

func atMostOneRun(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(cmd, "%s takes the id of one run, and was given %d", cmd.CommandPath(), len(args))
	}
	return nil
}

func (a *app) resumeRun(ctx context.Context, c *config.Config, s *dr.State, args []string, f changeFlags) error {
	run, err := theRun(ctx, s, args)
	if err != nil {
		return err
	}
	l, err := attach(ctx, s, run)
	if errors.Is(err, errNoProcess) {
		l, err = a.takeUp(ctx, c, s, run, f.takeOver)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return a.follow(ctx, c, s, l, run, f, true)
}

// theRun is the run that is meant: the one named, by its id or the beginning of one, or the newest that is not over.
func theRun(ctx context.Context, s *dr.State, args []string) (string, error) {
	if len(args) == 1 {
		return namedRun(ctx, s, args[0])
	}
	open, err := openRuns(ctx, s)
	if err != nil {
		return "", err
	}
	if len(open) == 0 {
		return "", &failure{exitRefused, fmt.Errorf("no run in %s is under way or can be resumed", s.Where)}
	}
	return open[0].Run, nil
}

func namedRun(ctx context.Context, s *dr.State, name string) (string, error) {
	runs, err := s.Archive.Runs(ctx)
	if err != nil {
		return "", err
	}
	var like []string
	for _, run := range runs {
		if run == name {
			return run, nil
		}
		if len(name) > 0 && len(run) > len(name) && run[:len(name)] == name {
			like = append(like, run)
		}
	}
	switch len(like) {
	case 1:
		return like[0], nil
	case 0:
		return "", &failure{exitRefused, fmt.Errorf("there is no run %s in %s; lifeboat history lists them", name, s.Where)}
	}
	return "", &failure{exitRefused, fmt.Errorf("%d runs begin with %s: give more of it", len(like), name)}
}
