//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	opening = "fail over us-east-1 to us-west-2"
	sending = "send users to us-west-2"
)

// runSim is a simulated estate on which runs are short, and everything that its runs' processes leave behind.
func runSim(t *testing.T, args ...string) *simProcess {
	t.Helper()
	s := startSim(t, append([]string{"--speed=400"}, args...)...)
	s.config = s.written(t, filepath.Join(t.TempDir(), "lifeboat.yaml"), func(text string) string {
		text = regexp.MustCompile(`(?m)^  hold: .*`).ReplaceAllString(text, "  hold: 400ms")
		return regexp.MustCompile(`(?m)^  poll: .*`).ReplaceAllString(text, "  poll: 100ms")
	})
	t.Cleanup(func() {
		s.stopRuns()
	})
	return s
}

// stopRuns ends the processes that still execute runs of the estate.
func (s *simProcess) stopRuns() {
	for _, p := range s.processes() {
		_ = syscall.Kill(p.PID, syscall.SIGKILL)
	}
}

// written is a config of the estate's at another path, changed: another machine's.
func (s *simProcess) written(t *testing.T, path string, change func(string) string) string {
	t.Helper()
	data, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(data))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// state is where the runs of the estate are kept on this machine.
func (s *simProcess) state() string {
	return filepath.Join(strings.TrimSuffix(s.config, ".yaml")+"-state", "runs")
}

func (s *simProcess) journals(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.state(), "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

type runProcess struct {
	Run, Socket string
	PID         int
}

// processes are those that execute runs.
func (s *simProcess) processes() []runProcess {
	paths, _ := filepath.Glob(filepath.Join(s.state(), "*.process.json"))
	var out []runProcess
	for _, path := range paths {
		var p runProcess
		if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &p) == nil {
			out = append(out, p)
		}
	}
	return out
}

// process is the one that executes the run.
func (s *simProcess) process(t *testing.T) runProcess {
	t.Helper()
	for range 200 {
		if all := s.processes(); len(all) > 0 {
			return all[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no process executes a run")
	return runProcess{}
}

// happening is one event of --json.
type happening struct {
	Version                      int
	Type, Run, Step, State, Text string
	By                           string
	Question                     struct{ ID string }
	Answer                       struct{ Question, Choice string }
	Command                      struct{ Commands []string }
	End                          *struct {
		Ending    string
		Exit      int
		Resumable bool
	}
}

// changing is a command that runs things, as a process.
type changing struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
	errs  *bytes.Buffer
	seen  []happening
}

// begin starts a command with --json.
func (s *simProcess) begin(t *testing.T, args ...string) *changing {
	t.Helper()
	c := &changing{t: t, errs: &bytes.Buffer{}, cmd: exec.Command(lifeboat(t), append(args, "--json", "--config", s.config)...)}
	c.cmd.Env, c.cmd.Stderr = s.env, c.errs
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
	})
	c.lines = bufio.NewScanner(out)
	c.lines.Buffer(nil, 1<<20)
	return c
}

// next is the next event; false at the end.
func (c *changing) next() (happening, bool) {
	c.t.Helper()
	var h happening
	if !c.lines.Scan() {
		return h, false
	}
	if err := json.Unmarshal(c.lines.Bytes(), &h); err != nil {
		c.t.Fatalf("%v in %s", err, c.lines.Text())
	}
	c.seen = append(c.seen, h)
	return h, true
}

// until reads events up to one that is meant.
func (c *changing) until(what string, meant func(happening) bool) happening {
	c.t.Helper()
	for {
		h, more := c.next()
		if !more {
			c.t.Fatalf("%s never happened:\n%s\n%s", what, c.story(), c.errs)
		}
		if meant(h) {
			return h
		}
	}
}

// code reads to the end and gives the exit code, which the last event says too.
func (c *changing) code() int {
	c.t.Helper()
	for more := true; more; {
		_, more = c.next()
	}
	_ = c.cmd.Wait()
	code := c.cmd.ProcessState.ExitCode()
	if last := c.last(); last.End == nil || last.End.Exit != code {
		c.t.Errorf("exit code %d, and the last event is %+v\n%s", code, last, c.errs)
	}
	return code
}

func (c *changing) last() happening {
	if len(c.seen) == 0 {
		return happening{}
	}
	return c.seen[len(c.seen)-1]
}

func (c *changing) story() string {
	var b strings.Builder
	for _, h := range c.seen {
		if h.Type != "live" {
			b.WriteString(strings.Join([]string{h.Type, h.Step, h.State, h.Question.ID, h.Answer.Choice, h.Text}, " ") + "\n")
		}
	}
	return b.String()
}

// with are flags for phrases.
func with(phrases ...string) []string {
	var out []string
	for _, p := range phrases {
		out = append(out, "--confirm", p)
	}
	return out
}

// serving is the region that users are proven to be answered by.
func (s *simProcess) serving(t *testing.T) string {
	t.Helper()
	_, out := s.lifeboat(t, "status", "--json", "--config", s.config)
	var d struct{ Verdict struct{ Serving string } }
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	return d.Verdict.Serving
}

// entries are the kinds of a journal's entries and their steps: "intent promote".
func entries(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var e struct{ Kind, Step string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(e.Kind+" "+e.Step))
	}
	return out
}
