package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim"
	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/views"
)

// cockpit is `lifeboat` without a command.
func (a *app) cockpit(cmd *cobra.Command, _ []string) error {
	c, _, err := a.load()
	if err != nil {
		return err
	}
	if err := a.hasScreen(); err != nil {
		return err
	}
	return a.show(cmd.Context(), c)
}

// open starts to watch an estate, in the place of another watch of it where after is not nil. The watch ends with ctx. An error has its
// exit code.
func open(ctx context.Context, c *config.Config, after *dr.Watch) (*dr.Watch, error) {
	if c.Simulated != nil {
		simulatedCredentials()
	}
	w, err := dr.Open(c, dr.Options{Journals: dr.JournalsOf(c, dr.Options{}), After: after})
	if err != nil {
		return nil, &failure{exitNoTell, fmt.Errorf("could not begin to watch %s: %w", c.Estate, err)}
	}
	w.Start(ctx)
	return w, nil
}

// show opens the cockpit on an estate until the user quits, ctx ends or the terminal is gone.
func (a *app) show(ctx context.Context, c *config.Config) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer fault.OnPanic(func(v any, stack []byte) { stop(&views.Crash{Value: v, Stack: stack}) })()
	w, err := openLiving(ctx, c)
	if err != nil {
		return err
	}
	go frugal(ctx, w)
	options := views.Options{
		Source: w, Config: c, Simulated: c.Simulated != nil, Theme: a.theme, NoColor: os.Getenv("NO_COLOR") != "",
	}
	if a.readOnly {
		options.ReadOnly = "--read-only"
	} else {
		door := newRuns(a, c, w.Estate)
		options.Runs = door
		defer door.leave()
	}
	if c.Simulated != nil {
		client, err := sim.Dial(c.Simulated.Director)
		if err != nil {
			return err
		}
		options.Director = director{client}
	}
	return crashed(func() error {
		err := views.Run(ctx, options)
		var crash *views.Crash
		if errors.As(context.Cause(ctx), &crash) { // of a reader: the screen has ended in good order
			return report(crash)
		}
		return err
	})
}

// frugal has garbage collected sooner, once everything was read for the first time: until then it would hold up the first
// screen. What a cockpit knows is a few megabytes and lives long, and as much again would lie about as garbage.
func frugal(ctx context.Context, w *living) {
	if _, err := w.Settled(ctx); err == nil && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
}

// director is a simulator's director as views want it.
type director struct{ client *sim.DirectorClient }

func (d director) Actions(ctx context.Context) ([]views.Action, error) {
	list, err := d.client.Actions(ctx)
	if err != nil {
		return nil, err
	}
	actions := make([]views.Action, len(list))
	for i, a := range list {
		actions[i] = views.Action{Name: a.Name, Usage: a.Usage, Description: a.Description, Ends: a.Ends, Active: a.Active}
	}
	return actions, nil
}

func (d director) Do(ctx context.Context, name string, args ...string) error {
	return d.client.Do(ctx, name, args...)
}
