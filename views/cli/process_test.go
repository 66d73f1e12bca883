//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// simProcess is a `lifeboat sim` of its own, with the config that it wrote.
type simProcess struct {
	cmd              *exec.Cmd
	env              []string
	config, director string
}

var directorAddress = regexp.MustCompile(`^# Director: +lifeboat sim direct (\S+)`)

func startSim(t *testing.T, args ...string) *simProcess {
	t.Helper()
	s := &simProcess{env: home(t), config: filepath.Join(t.TempDir(), "lifeboat.yaml")}
	s.cmd = exec.Command(lifeboat(t), append([]string{"sim", "--write-config=" + s.config}, args...)...)
	s.cmd.Env, s.cmd.Stderr = s.env, os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := directorAddress.FindStringSubmatch(lines.Text()); m != nil {
			s.director = m[1]
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s
		}
	}
	t.Fatal("the simulator ended without naming its director")
	return nil
}

// lifeboat runs a command beside the simulator, and gives its exit code and what it printed.
func (s *simProcess) lifeboat(t *testing.T, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(lifeboat(t), args...)
	cmd.Env = s.env
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestASimulatorIsAProcessThatAnotherDirectsAndAThirdReads(t *testing.T) {
	s := startSim(t, "--speed=20")
	code, out := s.lifeboat(t, "status", "--json", "--config", s.config)
	var d struct {
		Version   int
		Simulated bool
		Exit      int
		Verdict   struct{ Serving string }
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if code != 0 || d.Exit != 0 || d.Version != 1 || !d.Simulated || d.Verdict.Serving != "us-east-1" {
		t.Errorf("well: code %d, document %+v", code, d)
	}
	if code, _ := s.lifeboat(t, "sim", "direct", s.director, "darken", "us-east-1"); code != 0 {
		t.Fatalf("darken: code %d", code)
	}
	if code, out := s.lifeboat(t, "status", "--config", s.config); code != 1 || !strings.Contains(out, "us-east-1 does not answer") {
		t.Errorf("dark: code %d\n%s", code, out)
	}
	if code, _ := s.lifeboat(t, "sim", "direct", "127.0.0.1:1"); code != 1 {
		t.Errorf("nobody there: code %d, want 1", code)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("terminated, it ended with %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(s.config)); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
}

func TestStatusOfAnEstateThatCannotBeReachedCouldNotTell(t *testing.T) {
	s := startSim(t)
	gone := s.config + ".gone"
	data, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	// Every address of the estate now leads to a port where nobody is; one each, since no resolver may be named twice.
	port := 0
	text := regexp.MustCompile(`127\.0\.0\.\d+:\d+|port: \d+|\.com:\d+`).ReplaceAllStringFunc(string(data), func(s string) string {
		port++
		return s[:strings.LastIndexAny(s, ": ")+1] + strconv.Itoa(port)
	})
	if err := os.WriteFile(gone, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := s.lifeboat(t, "status", "--config", gone)
	if code != 2 || !strings.Contains(out, ": could not tell\n") || strings.Contains(out, "  good ") {
		t.Errorf("code %d, want 2\n%s", code, out)
	}
}

func TestAWatchEndsWithItsInterruptAndIsNoFailure(t *testing.T) {
	s := startSim(t, "--speed=20")
	cmd := exec.Command(lifeboat(t), "status", "--watch", "--config", s.config)
	var errs bytes.Buffer
	cmd.Env, cmd.Stderr = s.env, &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasSuffix(lines.Text(), " us-west-2: ready") {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || errs.Len() > 0 {
		t.Errorf("ended with %v, said %q", err, errs.String())
	}
}
