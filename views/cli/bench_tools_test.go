//go:build unix

package cli_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// The benchmarks of this package run the built program and a simulator, each in a process of its own, as users have
// them. Every one reports figures to hold against the budgets in design.md, and asserts none of them: they depend on
// the machine, and on what else it does.

// cloud is a simulator in a process of its own.
type cloud struct {
	b        testing.TB
	env      []string
	process  *os.Process
	config   string // path of its lifeboat.yaml
	director string
}

// newCloud starts a simulator with flags of `lifeboat sim`, and waits until it answers.
func newCloud(b testing.TB, flags ...string) *cloud {
	b.Helper()
	c := &cloud{b: b, env: home(b), config: filepath.Join(b.TempDir(), "sim.yaml")}
	cmd := exec.Command(lifeboat(b), append([]string{"sim", "--write-config", c.config}, flags...)...)
	cmd.Env = c.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c.process = cmd.Process
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); c.director == "" && lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 0 && strings.Contains(lines.Text(), "sim direct") {
			c.director = words[len(words)-1]
		}
	}
	if c.director == "" {
		b.Fatal("the simulator ended before it said where its director is")
	}
	return c
}

// direct breaks or mends the cloud.
func (c *cloud) direct(action ...string) {
	c.b.Helper()
	cmd := exec.Command(lifeboat(c.b), append([]string{"sim", "direct", c.director}, action...)...)
	cmd.Env = c.env
	if out, err := cmd.CombinedOutput(); err != nil {
		c.b.Fatalf("sim direct %v: %v\n%s", action, err, out)
	}
}

// with is the cloud's config after change, as a file of its own.
func (c *cloud) with(change func(*config.Config)) string {
	c.b.Helper()
	cfg, err := config.Load(c.config)
	if err != nil {
		c.b.Fatal(err)
	}
	change(cfg)
	path := filepath.Join(c.b.TempDir(), "lifeboat.yaml")
	if err := config.Write(path, cfg); err != nil {
		c.b.Fatal(err)
	}
	return path
}

// cockpit opens a cockpit on a config and waits until both regions are known.
func (c *cloud) cockpit(cols, rows int, path string, env ...string) *terminal {
	c.b.Helper()
	x := start(c.b, cols, rows, false, append(home(c.b), env...), lifeboat(c.b), "--config", path)
	x.see("● serving", "◆ ready")
	return x
}

// every sets the periods of the clocks; the slow ones stay as they are.
func every(fast, edge, database time.Duration) func(*config.Config) {
	return func(c *config.Config) {
		c.Refresh.Fast, c.Refresh.Edge, c.Refresh.Database = config.Duration(fast), config.Duration(edge), config.Duration(database)
	}
}

// took is a set of measured times.
type took []time.Duration

// at is the time that a share of all are not above: the nearest rank.
func (d took) at(share float64) float64 {
	slices.Sort(d)
	i := min(max(int(share*float64(len(d))+0.5), 1), len(d)) - 1
	return milliseconds(d[i])
}

// report adds the best, the median and the 99th percentile to what the benchmark prints.
func (d took) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // includes starting and stopping: nobody's figure
	if len(d) == 0 {
		b.Fatal("nothing was measured")
	}
	b.ReportMetric(d.at(0), "best-ms")
	b.ReportMetric(d.at(0.5), "p50-ms")
	b.ReportMetric(d.at(0.99), "p99-ms")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// sizes are the numbers of services a region that benchmarks run with.
var sizes = []int{6, 100, 500}

func ofSize(n int) string { return fmt.Sprintf("services=%d", n) }
