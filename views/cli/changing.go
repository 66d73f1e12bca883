package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// changeFlags are what the commands have in common that run things.
type changeFlags struct {
	confirm  []string
	reason   string
	json     bool
	takeOver string
}

func (f *changeFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.confirm, "confirm", nil, "pass the gate that asks for this phrase; once for each gate or override that it may meet")
	flags.StringVar(&f.reason, "reason", "", "why, for whatever is overridden, skipped or taken back")
	flags.BoolVar(&f.json, "json", false, "print one JSON object a line")
}

func (f *changeFlags) addTakeOver(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.takeOver, "take-over", "", "take the lease over before its time, with the phrase that its refusal names")
}

func (f *changeFlags) confirms() confirms { return confirms{f.confirm, f.reason} }

// changes makes a command of f that changes things. With --json, whatever it fails with is its last event.
func (a *app) changes(f *changeFlags, do func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return a.run(func(cmd *cobra.Command, args []string) error {
		err := do(cmd, args)
		var wrong *usageError
		if err == nil || !f.json || errors.As(err, &wrong) {
			return err
		}
		code := exitFailed
		var fail *failure
		if errors.As(err, &fail) {
			code = fail.code
		}
		a.code = newPrinter(a.out, true, "", a.simulated).finish(endDoc{Exit: code}, err.Error())
		return nil
	})
}

// mayChange refuses what changes things where --read-only was given.
func (a *app) mayChange(what string) error {
	if a.readOnly {
		return &failure{exitRefused, fmt.Errorf("lifeboat %s changes things, and --read-only was given: nothing was started", what)}
	}
	return nil
}

// estate is what the commands that run things begin with: the config, and where its runs are kept.
func (a *app) estate(ctx context.Context) (*config.Config, *dr.State, error) {
	c, _, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	if a.simulated = c.Simulated != nil; a.simulated {
		simulatedCredentials()
	}
	s, err := dr.OpenState(ctx, c, dr.Options{})
	if err != nil {
		return nil, nil, &failure{exitNoTell, err}
	}
	return c, s, nil
}

// whoami is who answers gates from here: the ARN that STS gives, else the user of this machine, who passes no gate that
// needs two people.
func whoami(ctx context.Context, c *config.Config) string {
	if arn, err := dr.Identity(ctx, c, dr.Options{}); err == nil {
		return arn
	}
	host, _ := os.Hostname()
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return name + "@" + host
}

// isARN says whether an identity is STS's word.
func isARN(by string) bool { return strings.HasPrefix(by, "arn:") }

// follow drives a run to its end for a command, and sets the exit code.
func (a *app) follow(ctx context.Context, c *config.Config, s *dr.State, l link, run string, f changeFlags, stops bool) error {
	defer l.Close()
	d := &driver{
		link: l, printer: newPrinter(a.out, f.json, run, c.Simulated != nil), confirms: f.confirms(),
		by: whoami(ctx, c), stops: stops, code: codePrompt(a.in, a.err), said: func() error { return said(s, run) },
	}
	d.also = newShower(d.printer, dr.ProvisionDir(c, run)).happened
	a.code = d.drive(ctx)
	return nil
}

// openLook is how many of the newest runs are looked at for one that is not over.
const openLook = 50

// openRuns are the runs that are not over, the newest first.
func openRuns(ctx context.Context, s *dr.State) ([]runbook.Kept, error) {
	kept, err := runbook.Journals(ctx, s.Archive, openLook)
	return openOf(kept), err
}

// openOf leaves out dry runs, and what a newer promotion has overtaken: they are not taken up.
func openOf(kept []runbook.Kept) []runbook.Kept {
	by := dr.Promoter(viewsOf(kept))
	var open []runbook.Kept
	for _, k := range kept {
		if v := k.View; !v.Ending.Closed() && (k.Err != nil || !v.Plan.DryRun && !dr.Overtaken(v, by)) {
			open = append(open, k)
		}
	}
	return open
}
