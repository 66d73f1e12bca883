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
	"time"

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

func TestREADMEsSettingsOfRunsAreOnes(t *testing.T) {
	dir := t.TempDir()
	script := readme(t, "example", "sh") + "\ncat >> lifeboat.yaml <<'END'\n" + readme(t, "settings", "yaml") + "\nEND\n" + readme(t, "check", "sh")
	cmd := exec.Command("bash", "-euc", script)
	cmd.Dir, cmd.Env = dir, asUsers(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// readmeSim is README's simulator, on a port that is free here.
type readmeSim struct {
	t    *testing.T
	dir  string
	env  []string
	addr string
}

func startREADMEsSimulator(t *testing.T, more ...string) *readmeSim {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &readmeSim{t: t, dir: t.TempDir(), addr: l.Addr().String()}
	_ = l.Close()
	s.env = append(asUsers(t), "AWS_ACCESS_KEY_ID=simulated", "AWS_SECRET_ACCESS_KEY=simulated", "TERM=dumb")
	serve := exec.Command("bash", "-c", strings.Join(append([]string{"exec", s.here(readme(t, "sim", "sh"))}, more...), " "))
	serve.Dir, serve.Env = s.dir, s.env
	var said strings.Builder
	serve.Stderr = &said
	ready, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		(&simProcess{config: filepath.Join(s.dir, "lifeboat.yaml")}).stopRuns()
		_ = serve.Process.Kill()
		_ = serve.Wait()
	})
	if _, err := fmt.Fscanln(ready, new(string)); err != nil && said.Len() > 0 { // its first word: it serves
		t.Fatalf("the simulator did not start: %v\n%s", err, said.String())
	}
	return s
}

// here puts the simulator's address in the place of README's.
func (s *readmeSim) here(command string) string {
	return strings.ReplaceAll(command, "127.0.0.1:4566", s.addr)
}

// run runs commands beside the simulator, gives what they printed, and fails where one fails.
func (s *readmeSim) run(commands string) string {
	s.t.Helper()
	cmd := exec.Command("bash", "-euc", s.here(commands))
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s\n%v\n%s", commands, err, out)
	}
	return string(out)
}

func TestREADMEsSimulatorCommandsGoThrough(t *testing.T) {
	need(t, "aws")
	s := startREADMEsSimulator(t)
	if out := s.run(readme(t, "clients", "sh")); !strings.Contains(out, `"DBInstanceIdentifier": "davidshaevel-dr-db"`) {
		t.Error(out)
	}
}

func TestREADMEsPhaseIsPlannedAndApplied(t *testing.T) {
	s := startREADMEsSimulator(t, "--scenario=primary-only")
	out := s.run(readme(t, "provision", "sh"))
	for _, want := range []string{"DRY RUN: nothing is changed", "bootstrap: 10 to add", "apply-foundation  done", "a second plan: no changes"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestREADMEsTerraformSettingsAreOnes(t *testing.T) {
	script := readme(t, "example", "sh") + "\ncat >> lifeboat.yaml <<'END'\n" + readme(t, "provision-config", "yaml") + "\nEND\n" + readme(t, "check", "sh")
	cmd := exec.Command("bash", "-euc", script)
	cmd.Dir, cmd.Env = t.TempDir(), asUsers(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestREADMEsFailoverGoesThroughAndTheRegionReturnsFenced(t *testing.T) {
	s := startREADMEsSimulator(t)
	s.run("lifeboat sim direct 127.0.0.1:4566 darken us-east-1")
	out := s.run(readme(t, "failover", "sh"))
	for _, want := range []string{"DRY RUN: nothing is changed", "us-west-2 serves and writes since", " of writes are lost: ", "  ok, entries "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	s.run("lifeboat sim direct 127.0.0.1:4566 restore")
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		list := s.run("lifeboat history list --json")
		if strings.Contains(strings.SplitN(list, "\n", 2)[0], `"ending":"done"`) { // its newest run
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the run is not over:\n%s", list)
		}
	}
	if out := s.run("lifeboat status || true"); !strings.Contains(out, "us-west-2 serves.") || !strings.Contains(out, "kept, fenced since") {
		t.Error(out)
	}
	if out := s.run("lifeboat history verify"); strings.Contains(out, "not closed") {
		t.Error(out)
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
