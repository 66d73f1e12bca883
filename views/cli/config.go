package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lifeboat/dr/config"
	"lifeboat/ui"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check lifeboat.yaml, or print one to start from",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "check",
		Short: "Say what is wrong with lifeboat.yaml, or what was understood",
		Long: "Check reads lifeboat.yaml, calls nothing, and says everything that is wrong with it, or what was understood.\n\n" +
			"Exit code: 0 it is right (there may be warnings), 1 it has problems, 2 there is none or it cannot be read.",
		Args: noArgs,
		RunE: a.run(a.checkConfig),
	}, &cobra.Command{
		Use:     "example",
		Short:   "Print an annotated lifeboat.yaml",
		Example: "lifeboat config example > lifeboat.yaml",
		Args:    noArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.out, config.Example())
			return err
		}),
	})
	return cmd
}

// load finds and reads the config. Its error says what to do next, and has the exit code.
func (a *app) load() (*config.Config, []config.Problem, error) {
	path, err := config.Find(a.config)
	var missing *config.NotFoundError
	switch {
	case errors.As(err, &missing):
		return nil, nil, &failure{exitNoTell, errors.New(nextSteps(missing))}
	case err != nil:
		return nil, nil, &failure{exitNoTell, err}
	}
	c, warnings, err := config.Inspect(path)
	if err != nil {
		return nil, nil, &failure{exitNoTell, err}
	}
	return c, warnings, nil
}

// nextSteps is what someone without a config can do.
func nextSteps(missing *config.NotFoundError) string {
	return "no lifeboat.yaml: looked at " + strings.Join(missing.Looked, ", ") + "\n" +
		"lifeboat demo                                    shows a simulated estate, with nothing set up\n" +
		"lifeboat config example > lifeboat.yaml          begins a config of your own"
}

func (a *app) checkConfig(*cobra.Command, []string) error {
	c, warnings, err := a.load()
	var problems config.Errors
	if errors.As(err, &problems) {
		return &failure{exitFailed, fmt.Errorf("%w\n%s", problems, ui.Plural(len(problems), "problem"))}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is right.\n\n", c.Path)
	summary(a.out, c)
	if len(warnings) > 0 {
		fmt.Fprintf(a.out, "\n%s:\n", ui.Plural(len(warnings), "warning"))
		for _, w := range warnings {
			fmt.Fprintln(a.out, w)
		}
	}
	return nil
}

// summary is what was understood of a config, for its owner to compare with what was meant.
func summary(w io.Writer, c *config.Config) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("estate", "%s, %s, at most %s of data lost, users served again within %s", c.Estate, c.Strategy.Words(), c.Objectives.RPO, c.Objectives.RTO)
	if c.Simulated != nil {
		line("", "SIMULATED, its director is at %s", c.Simulated.Director)
	}
	line("primary", "%s", regionSummary(c.Regions.Primary))
	line("standby", "%s", regionSummary(c.Regions.Standby))
	var services []string
	for _, s := range c.Services {
		text := fmt.Sprintf("%s %d/%d", s.Name, s.Full, s.Standby)
		if s.Writes {
			text += " writes"
		}
		services = append(services, text)
	}
	line("services", "%s (tasks full/standby)", strings.Join(services, ", "))
	edgeSummary(line, c.Edge)
	line("reading", "every %s, images and certificates every %s, an answer is awaited for %s", c.Refresh.Fast, c.Refresh.Slow, c.Waits.Call)
}

func regionSummary(r config.Region) string {
	parts := []string{r.Name}
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, ui.Plural(n, what))
		}
	}
	add(len(r.Clusters), "cluster")
	add(len(r.Balancers), "balancer")
	add(len(r.Databases), "database")
	if n := connections(r); n > 0 {
		parts = append(parts, fmt.Sprintf("%d asked over SQL", n))
	}
	if r.Discover.Prefix != "" {
		parts = append(parts, "the rest found by the prefix "+r.Discover.Prefix)
	}
	if t := r.Discover.Tag; t != nil {
		parts = append(parts, "the rest found by the tag "+t.Key+"="+t.Value)
	}
	if r.Environment != "" {
		parts = append(parts, "says it is "+r.Environment)
	}
	if r.Endpoint != "" {
		parts = append(parts, "at "+r.Endpoint)
	}
	return strings.Join(parts, ", ")
}

func connections(r config.Region) (n int) {
	for _, db := range r.Databases {
		if db.Connection != nil {
			n++
		}
	}
	return n
}

func edgeSummary(line func(name, format string, args ...any), e config.Edge) {
	var parts []string
	if e.Distribution != "" {
		parts = append(parts, "CloudFront "+e.Distribution)
	}
	if e.Cloudflare.Zone != "" {
		parts = append(parts, "Cloudflare "+e.Cloudflare.Zone+" (token from "+e.Cloudflare.TokenEnv+")")
	}
	if n := len(e.Resolvers); n > 0 {
		parts = append(parts, ui.Plural(n, "resolver"))
	}
	if len(parts) > 0 {
		line("edge", "%s", strings.Join(parts, ", "))
	}
	for _, p := range []struct{ name, url string }{{"pages", e.Pages.URL}, {"API", e.API.URL}, {"writes", e.Write.URL}} {
		if p.url != "" {
			line(p.name, "%s", p.url)
		}
	}
}
