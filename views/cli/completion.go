package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/aws/sim"
)

// shells are the shells that completion is written for, in the order of help.
var shells = []struct {
	name  string
	write func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) }},
}

// completion stands in for cobra's own command, which takes any word for a shell.
func (a *app) completion() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion",
		Short: "Print a completion script for a shell",
		Example: "source <(lifeboat completion bash)\nlifeboat completion zsh > \"${fpath[1]}/_lifeboat\"\n" +
			"lifeboat completion fish > ~/.config/fish/completions/lifeboat.fish\nlifeboat completion powershell | Out-String | Invoke-Expression",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, shell := range shells {
		cmd.AddCommand(&cobra.Command{
			Use:   shell.name,
			Short: "Print the script for " + shell.name,
			Args:  noArgs,
			RunE:  a.run(func(cmd *cobra.Command, _ []string) error { return shell.write(cmd.Root(), a.out) }),
		})
	}
	return cmd
}

// help stands in for cobra's own command, which takes any word for a topic.
func (a *app) help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return noArgs(about, rest)
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if about, _, err := cmd.Root().Find(args); err == nil {
				for _, c := range about.Commands() {
					if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), begun) {
						names = append(names, c.Name()+"\t"+c.Short)
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// noFiles keeps a shell from offering files where a command takes none.
func noFiles(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, c := range cmd.Commands() {
		noFiles(c)
	}
}

// orders completes what a running simulator's director takes: its actions, then their arguments.
func orders(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	if len(args) == 0 {
		return nil, none
	}
	client, err := sim.Dial(args[0])
	if err != nil {
		return nil, none
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	actions, err := client.Actions(ctx)
	if err != nil {
		return nil, none
	}
	var words []string
	for _, action := range actions {
		switch {
		case len(args) == 1:
			words = append(words, action.Name+"\t"+action.Description)
		case action.Name == args[1] && len(args)-2 < len(action.Args):
			words = append(words, action.Args[len(args)-2].Choices...)
		}
	}
	return slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, begun) }), none
}
