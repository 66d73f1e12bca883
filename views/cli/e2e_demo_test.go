//go:build unix

package cli_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// demo opens the cockpit on a simulated estate and waits until both regions are read.
func demo(t testing.TB, cols, rows int, args ...string) *terminal {
	t.Helper()
	x := start(t, cols, rows, false, home(t), lifeboat(t), append([]string{"demo"}, args...)...)
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("us-east-1 serves", "us-west-2", "SIMULATED")
	return x
}

// stopSimulators ends the simulators that a test's home started, rather than let each idle for its minute, and the runs on them.
func stopSimulators(env []string) {
	for _, e := range env {
		if dir, ok := strings.CutPrefix(e, "XDG_STATE_HOME="); ok {
			configs, _ := filepath.Glob(filepath.Join(dir, "lifeboat", "demo", "*.yaml"))
			for _, path := range configs {
				(&simProcess{config: path}).stopRuns()
			}
		}
		if dir, ok := strings.CutPrefix(e, "HOME="); ok {
			_ = exec.Command("pkill", "-f", "sim .*"+regexp.QuoteMeta(dir)).Run()
		}
	}
}

// configOf is the config of the demo that x shows, with its path.
func configOf(t testing.TB, x *terminal) (*config.Config, string) {
	t.Helper()
	for _, e := range x.cmd.Env {
		dir, ok := strings.CutPrefix(e, "XDG_STATE_HOME=")
		if !ok {
			continue
		}
		configs, _ := filepath.Glob(filepath.Join(dir, "lifeboat", "demo", "*.yaml"))
		if len(configs) != 1 {
			t.Fatalf("the demo's configs: %q, want one", configs)
		}
		c, err := config.Load(configs[0])
		if err != nil {
			t.Fatal(err)
		}
		return c, configs[0]
	}
	t.Fatal("the demo has no state of its own")
	return nil, ""
}

// direct breaks or mends the demo's cloud, as `lifeboat sim direct` does from another shell.
func direct(t testing.TB, x *terminal, action ...string) {
	t.Helper()
	c, _ := configOf(t, x)
	cmd := exec.Command(lifeboat(t), append([]string{"sim", "direct", c.Simulated.Director}, action...)...)
	cmd.Env = x.cmd.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sim direct %v: %v\n%s", action, err, out)
	}
}

func TestTheDemoShowsBothRegionsAndLeavesTheTerminalAsItWas(t *testing.T) {
	x := demo(t, 120, 36)
	x.see("● serving", "◆ ready", "frontend", "backend", "streaming")
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
	if x.screen.IsAltScreen() {
		t.Error("the alternate screen is still on")
	}
	if out := x.output(); strings.LastIndex(out, "\x1b[?25h") < strings.LastIndex(out, "\x1b[?25l") {
		t.Error("the cursor is still hidden")
	}
}

func TestEveryKeyOfTheFooterDoesWhatItSays(t *testing.T) {
	x := demo(t, 120, 36)
	for _, screen := range []struct{ key, shows string }{
		{"?", "details of the row"},
		{"e", "Events"},
		{":", "one region, or both"},
		{"D", "darken us-east-1"},
		{"\r", "Verdict"},
	} {
		x.keys(screen.key)
		x.see(screen.shows)
		x.keys("\x1b")
		x.gone(screen.shows)
		x.see("● serving", "◆ ready")
	}
	x.keys("z")
	x.see("last event")
	x.keys("z")
	x.gone("last event")
	x.keys("/", "graf")
	x.gone("prometheus")
	x.see("grafana")
}

func TestTheCockpitFollowsItsTerminalFromTinyToHuge(t *testing.T) {
	x := demo(t, 80, 24)
	x.resize(20, 5)
	x.until("a verdict on 20x5", func(screen string) bool { return strings.Contains(screen, "us-east-1") })
	x.resize(300, 100)
	x.see("● serving", "◆ ready", "frontend", "prometheus")
	x.resize(80, 24)
	x.see("● serving", "◆ ready")
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
}

func TestADarkenedRegionIsSaidToBeDarkAndTheOtherGoesOn(t *testing.T) {
	x := demo(t, 120, 36)
	direct(t, x, "darken", "us-east-1")
	x.see("us-east-1 does not answer since", "✗ dark", "was 2/2 at", "API DOWN")
	x.until("us-west-2 still read", func(screen string) bool {
		return regexp.MustCompile(`backend +1 +1 +2 `).MatchString(screen)
	})
	direct(t, x, "restore")
	x.see("us-east-1 serves", "● serving")
}

func TestAHangUpEndsTheCockpit(t *testing.T) {
	x := demo(t, 80, 24)
	_ = x.pty.Close()
	done := make(chan struct{})
	go func() { _ = x.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the cockpit outlived its terminal")
	}
}

func TestASilentTerminalGetsItsScreenAtOnce(t *testing.T) {
	env := append(home(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	x := start(t, 80, 24, true, env, lifeboat(t), "--config", configFor(t, "http://127.0.0.1:9", "E2QWRUHAPOMQZL"))
	x.see("us-east-1", "us-west-2", "frontend")
	x.gone("● serving")
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
}

func TestWithoutColourEveryStateIsStillSaid(t *testing.T) {
	x := start(t, 120, 36, false, append(home(t), "NO_COLOR=1"), lifeboat(t), "demo")
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("● serving", "◆ ready")
	if colours := regexp.MustCompile(`\x1b\[[0-9;:]*(?:3[0-7]|38|9[0-7])[0-9;:]*m`).FindString(x.output()); colours != "" {
		t.Errorf("NO_COLOR is set, and the program wrote %q", colours)
	}
}

func TestACockpitThatIsQuitSaysWhichRunGoesOnWithoutIt(t *testing.T) {
	s := runSim(t)
	x := start(t, 120, 36, false, s.env, lifeboat(t), "--config", s.config)
	x.see("us-west-2 can take over")
	x.keys("f")
	x.see("nothing changes before you type")
	x.keys("b")
	x.see("type  " + opening)
	x.still()
	x.keys("\x03")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
	p := s.process(t)
	if out, want := x.output(), fmt.Sprintf("run %s goes on in a process of its own (%d); to come back to it: lifeboat --config %s", p.Run, p.PID, s.config); !strings.Contains(out, want) {
		t.Errorf("no %q after the screen", want)
	}
}
