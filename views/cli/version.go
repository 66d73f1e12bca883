package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "lifeboat %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
}

// version is the module's version, or the commit that it was built from: "v0.3.0", "1f0c2ab9d3e4 of 2026-11-23",
// "... with changes". "unknown" where the build does not say.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	if info.Main.Sum != "" && info.Main.Version != "" {
		return info.Main.Version // go install module@version
	}
	said := map[string]string{}
	for _, s := range info.Settings {
		said[s.Key] = s.Value
	}
	commit, when := said["vcs.revision"], said["vcs.time"]
	if commit == "" {
		return "unknown"
	}
	text := commit[:min(12, len(commit))]
	if len(when) >= len("2006-01-02") {
		text += " of " + when[:len("2006-01-02")]
	}
	if said["vcs.modified"] == "true" {
		text += " with changes"
	}
	return text
}
