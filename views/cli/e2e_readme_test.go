//go:build unix

package cli_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lifeboat/aws/sim"
)

// readme is README.md's fenced block that follows a mark.
func readme(t *testing.T, mark, language string) string {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "<!-- "+mark+" -->\n```"+language+"\n")
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("README.md has no ```%s block after <!-- %s -->", language, mark)
	}
	return strings.TrimSpace(block)
}

// asUsers puts the built program on a shell's path, as after `go install .`.
func asUsers(t *testing.T) []string {
	t.Helper()
	env := home(t)
	for i, e := range env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			env[i] = "PATH=" + filepath.Dir(lifeboat(t)) + ":" + path
		}
	}
	return env
}

func TestREADMEsFirstCommandShowsBothRegionsMoving(t *testing.T) {
	env := home(t)
	for _, name := range []string{"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN", "GOSUMDB"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	x := start(t, 120, 36, false, env, "bash", "-c", "cd ../.. && exec "+readme(t, "try", "sh"))
	t.Cleanup(func() { stopSimulators(x.cmd.Env) })
	x.see("SIMULATED", "us-east-1 serves", "● serving", "◆ ready")
	clock := regexp.MustCompile(`\d\d:\d\d:\d\d UTC`)
	first := clock.FindString(x.text())
	x.until("the clock moving", func(screen string) bool { return clock.FindString(screen) != first })
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
}

func TestREADMEsSetUpCommandsGoThrough(t *testing.T) {
	cmd := exec.Command("bash", "-euc", readme(t, "example", "sh")+"\n"+readme(t, "check", "sh"))
	cmd.Dir, cmd.Env = t.TempDir(), asUsers(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestREADMEsSimulatorCommandsGoThrough runs them on a port that is free here.
func TestREADMEsSimulatorCommandsGoThrough(t *testing.T) {
	need(t, "aws")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	here := func(s string) string { return strings.ReplaceAll(s, "127.0.0.1:4566", addr) }
	dir, env := t.TempDir(), asUsers(t)
	serve := exec.Command("bash", "-c", "exec "+here(readme(t, "sim", "sh")))
	serve.Dir, serve.Env = dir, env
	var said strings.Builder
	serve.Stderr = &said
	ready, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	if _, err := fmt.Fscanln(ready, new(string)); err != nil && said.Len() > 0 { // its first word: it serves
		t.Fatalf("the simulator did not start: %v\n%s", err, said.String())
	}

	client := exec.Command("bash", "-euc", here(readme(t, "clients", "sh")))
	client.Dir = dir
	client.Env = append(env, "AWS_ACCESS_KEY_ID=simulated", "AWS_SECRET_ACCESS_KEY=simulated", "TERM=dumb")
	out, err := client.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"DBInstanceIdentifier": "davidshaevel-dr-db"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestREADMEsScenarioIsOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(readme(t, "scenario", "yaml")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.LoadScenario(path); err != nil {
		t.Error(err)
	}
}
