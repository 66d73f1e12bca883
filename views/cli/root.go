package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "lifeboat",
		Short: "See both regions of an AWS estate side by side, and take the service to the other one",
		Long: "Lifeboat shows both regions of a two-region AWS estate side by side: which one serves, whether the other " +
			"can take over, and what would be lost. It takes the service there, one confirmed step at a time: nothing " +
			"changes without a gate that asks for a typed phrase, and --read-only makes no client that could change anything.\n\n" +
			"It reads lifeboat.yaml: --config, LIFEBOAT_CONFIG, ./lifeboat.yaml, or lifeboat/lifeboat.yaml in the XDG config directory.",
		Example: "# look around, with nothing set up\nlifeboat demo\n\n# begin a config\nlifeboat config example > lifeboat.yaml\nlifeboat config check\n\n# open the cockpit\nlifeboat\n\n# what a failover would do\nlifeboat failover --dry-run",
		Args:    noArgs,
		RunE:    a.run(a.cockpit),
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd, "%s: %s", cmd.CommandPath(), err)
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.config, "config", "", "read this lifeboat.yaml")
	flags.StringVar(&a.theme, "theme", "auto", "colours for a dark or a light terminal: auto, dark, light")
	flags.BoolVar(&a.readOnly, "read-only", false, "change nothing: no client that could is made, and commands that would are refused")
	flags.Bool("no-color", false, "draw without colour (as NO_COLOR does)")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.checkTheme(cmd) }
	_ = root.RegisterFlagCompletionFunc("theme", cobra.FixedCompletions(themes, cobra.ShellCompDirectiveNoFileComp))
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml")
	root.AddCommand(a.demo(), a.status(), a.failover(), a.switchover(), a.reprotect(), a.failback(), a.deactivate(), a.provision(), a.strategy(), a.resume(), a.attachCommand(), a.history(), a.runCommand(),
		a.sim(), a.configCommand(), a.version(), a.completion())
	root.SetHelpCommand(a.help())
	noFiles(root)
	return root
}

var themes = []string{"auto", "dark", "light"}

func (a *app) checkTheme(cmd *cobra.Command) error {
	if slices.Contains(themes, a.theme) {
		return nil
	}
	return usage(cmd, "--theme %q is not known; it is auto, dark or light", a.theme)
}
