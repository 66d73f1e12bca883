package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/dr"
)

// statusPatience is how long `lifeboat status` waits for the first round of all readers. Each call has a deadline of
// its own (waits in lifeboat.yaml), so that a dark region is known to be dark well before.
const statusPatience = 30 * time.Second

// statusFlags are the ways to print a reading.
type statusFlags struct {
	json, watch bool
	timeout     time.Duration
}

func (a *app) status() *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print one reading of both regions, or go on printing changes",
		Long: "Status reads both regions and the way users take once, and prints what was seen. Each line begins with a level: " +
			"good, idle, warn, bad or unknown.\n\n" +
			"With --json it prints one JSON document, whose version field changes when a field changes its meaning. " +
			"With --watch it goes on, and prints each change as a line with its time in UTC, until it is interrupted; this is the mode for screen readers.\n\n" +
			"Exit code: 0 healthy (a region is proven to serve, the other could take over), 1 degraded, 2 could not tell. With --watch: 0.",
		Example: "lifeboat status\nlifeboat status --json | jq .verdict\nlifeboat status --watch",
		Args:    noArgs,
		RunE:    a.run(func(cmd *cobra.Command, _ []string) error { return a.runStatus(cmd, f) }),
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "print one JSON document")
	flags.BoolVar(&f.watch, "watch", false, "go on, and print each change as a line")
	flags.DurationVar(&f.timeout, "timeout", statusPatience, "print what is known after so long, complete or not")
	return cmd
}

func (a *app) runStatus(cmd *cobra.Command, f statusFlags) error {
	switch {
	case f.json && f.watch:
		return usage(cmd, "--json and --watch do not go together: --json prints one reading")
	case f.timeout <= 0:
		return usage(cmd, "--timeout %s is no time to wait", f.timeout)
	}
	c, _, err := a.load()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	w, err := open(ctx, c, nil)
	if err != nil {
		return err
	}
	estates, unsubscribe := w.Subscribe()
	defer unsubscribe()
	first := settled(ctx, w, f.timeout)
	switch {
	case ctx.Err() != nil && f.watch:
		return nil // interrupted: that is how a watch ends
	case ctx.Err() != nil:
		return &failure{exitNoTell, errors.New("interrupted before everything was read")}
	case f.watch:
		return follow(ctx, a.out, first, estates)
	}
	if err := printStatus(a.out, first, f.json); err != nil {
		return err
	}
	a.code = first.Exit()
	return nil
}

// settled is the estate after every reader's first round, or what is known when patience is over.
func settled(ctx context.Context, w *dr.Watch, patience time.Duration) *dr.Estate {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	e, _ := w.Settled(ctx) // the error says that it is not Complete, and so does the estate
	return e
}

func printStatus(w io.Writer, e *dr.Estate, asJSON bool) error {
	d := dr.Document(e)
	if !asJSON {
		_, err := io.WriteString(w, statusText(d))
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(d)
}
