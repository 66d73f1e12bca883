// Package cli is the command line: flags in, the parts built and joined, a screen opened or text and JSON printed. Each
// command has a file.
//
// Exit codes, of every command:
//
//	0   done; of status: healthy
//	1   failed; of status: degraded; of config check: the config has problems
//	2   could not tell, or could not begin: no config, none that can be read, no terminal for a screen
//	3   of commands that change things: refused, and nothing was changed
//	4   of those: stopped, or left, and lifeboat resume goes on
//	64  the command line was wrong: nothing was started
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"lifeboat/aws/sim/terraform"
)

const (
	exitFailed  = 1
	exitNoTell  = 2
	exitRefused = 3
	exitStopped = 4
	exitUsage   = 64
)

// app is one run of the command line.
type app struct {
	in       *os.File
	out, err io.Writer
	config   string // --config
	theme    string // --theme
	readOnly bool   // --read-only

	simulated bool // the estate that a command found is
	code      int
}

// Main runs the command line and gives the exit code. A signal that ends programs (interrupt, terminate, hang-up) ends
// the command cleanly.
//
// Where a simulated estate's runs start this program in Terraform's place, it is that: see package aws/sim/terraform.
func Main(args []string) int {
	if director, asked := terraform.Asked(); asked {
		return terraform.Main(director, args, os.Stdout, os.Stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings...)
	defer stop()
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	return a.main(ctx, args)
}

func (a *app) main(ctx context.Context, args []string) int {
	if colourless(args) {
		os.Setenv("NO_COLOR", "1") // every part that draws honours it
	}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithoutCompletions(), fang.WithErrorHandler(printUsageError))
	if err != nil {
		return exitUsage // run keeps every other error to itself
	}
	return a.code
}

// colourless says whether --no-color is among the flags. It is looked for before the flags are parsed, because help and
// errors about flags are drawn too.
func colourless(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--no-color") || slices.Contains(args, "--no-color=true")
}

// failure is an error with the exit code that stands for it.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usageError is a wrong command line.
type usageError struct {
	message string
	command string // whose --help helps
}

func (e *usageError) Error() string { return e.message }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...), command: cmd.CommandPath()}
}

// run makes a command of f. An error of f is printed and becomes the exit code here; only a wrong command line is left
// to cobra, since drawing its errors asks the terminal for its colours.
func (a *app) run(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd, args)
		var wrong *usageError
		if err == nil || errors.As(err, &wrong) {
			return err
		}
		a.code = exitFailed
		var fail *failure
		if errors.As(err, &fail) {
			a.code = fail.code
		}
		if text := err.Error(); text != "" {
			fmt.Fprintln(a.err, text)
		}
		return nil
	}
}

func printUsageError(w io.Writer, _ fang.Styles, err error) {
	fmt.Fprintln(w, err)
	var wrong *usageError
	if errors.As(err, &wrong) {
		fmt.Fprintf(w, "%s --help says what there is\n", wrong.command)
	}
}

// noArgs refuses every argument, and says which command may have been meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return usage(cmd, "%s takes no argument, and was given %q", cmd.CommandPath(), args[0])
	}
	message := fmt.Sprintf("%s has no command %q", cmd.CommandPath(), args[0])
	cmd.SuggestionsMinimumDistance = 2 // letters
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		message += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(cmd, "%s", message)
}
