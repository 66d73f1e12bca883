//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestADryRunOfAFailoverChangesNothing(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	c := s.begin(t, "failover", "--dry-run")
	if code := c.code(); code != 0 || c.last().End.Ending != "done" {
		t.Fatalf("code %d\n%s\n%s", code, c.story(), c.errs)
	}
	would := slices.ContainsFunc(c.seen, func(h happening) bool { return h.Step == "promote" && h.State == "would do" })
	did := slices.ContainsFunc(c.seen, func(h happening) bool { return h.State == "doing" || h.Type == "question" })
	if !would || did || s.serving(t) != "us-east-1" {
		t.Errorf("would promote %t, changed or asked %t\n%s", would, did, c.story())
	}
}

func TestAFailoverWithEveryPhraseMovesUsersAndIsInTheHistory(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	c := s.begin(t, append([]string{"failover"}, with("  "+opening+"\r\n", sending)...)...) // one of them pasted
	if code := c.code(); code != 0 || c.last().End.Ending != "done" {
		t.Fatalf("code %d\n%s\n%s", code, c.story(), c.errs)
	}
	if got := s.serving(t); got != "us-west-2" {
		t.Errorf("%q serves", got)
	}
	if code, out := s.lifeboat(t, "history", "verify", "--config", s.config); code != 0 || !strings.Contains(out, "ok, entries") {
		t.Errorf("verify: code %d\n%s", code, out)
	}
	if _, out := s.lifeboat(t, "history", "--config", s.config); !strings.Contains(out, opening) || !strings.Contains(out, "done") {
		t.Errorf("history:\n%s", out)
	}
	if _, out := s.lifeboat(t, "history", "show", "--config", s.config); !strings.Contains(out, "gate edge: pass by arn:aws:sts::") {
		t.Errorf("history show:\n%s", out)
	}
	left, _ := filepath.Glob(filepath.Join(s.state(), "*.json"))
	if len(left) > 0 {
		t.Errorf("its process left %v", left)
	}
	again := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	if code := again.code(); code != 3 {
		t.Errorf("within the cool-down, or from a region that serves no more: code %d\n%s", code, again.story())
	}
}

func TestAMissingPhraseStopsTheRunAndResumeGoesOn(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	c := s.begin(t, append([]string{"failover"}, with(opening)...)...)
	if code := c.code(); code != 4 || !c.last().End.Resumable || !strings.Contains(c.last().Text, `--confirm "send users to us-west-2"`) {
		t.Fatalf("code %d, %+v\n%s", code, c.last(), c.story())
	}
	if got := s.serving(t); got == "us-west-2" {
		t.Error("users were moved without the gate's phrase")
	}
	r := s.begin(t, append([]string{"resume"}, with(sending)...)...)
	if code := r.code(); code != 0 || r.last().Run != c.last().Run {
		t.Fatalf("code %d\n%s\n%s", code, r.story(), r.errs)
	}
	if got := s.serving(t); got != "us-west-2" {
		t.Errorf("%q serves", got)
	}
}

func TestAWrongOrNearlyRightPhraseChangesNothing(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	for _, phrase := range []string{"", "yes", "fail over us-west-2 to us-east-1", "fail over us-east-1 to us-west-", "Fail over us-east-1 to us-west-2", "fail over us-east-1  to us-west-2"} {
		c := s.begin(t, append([]string{"failover"}, with(phrase, sending)...)...)
		if code := c.code(); code != 4 {
			t.Errorf("%q: code %d\n%s", phrase, code, c.story())
		}
	}
	for _, path := range s.journals(t) {
		if kinds := entries(t, path); slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(k, "intent") }) {
			t.Errorf("%s: %v", path, kinds)
		}
	}
}

func TestOfTwoOperatorsWhoStartAtOnceOneRunsAndOneIsRefused(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	a := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	b := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	codes := []int{a.code(), b.code()}
	slices.Sort(codes)
	if !slices.Equal(codes, []int{0, 3}) {
		t.Fatalf("codes %v\n%s\n%s", codes, a.story(), b.story())
	}
	for _, c := range []*changing{a, b} {
		text := c.last().Text
		if c.last().End.Exit == 3 && !strings.Contains(text, "holds the lease") && !strings.Contains(text, "sorts after this one") {
			t.Errorf("refused: %q", text)
		}
	}
}

func TestARunGoesOnToItsNextGateWhenItsTerminalHangsUp(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	x := start(t, 120, 36, false, s.env, lifeboat(t), append([]string{"failover", "--config", s.config}, with(opening, sending)...)...)
	p := s.process(t)
	told := func(words string) {
		t.Helper()
		for late := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
			_, out := s.lifeboat(t, "history", "show", "--config", s.config)
			if strings.Contains(out, words) {
				return
			}
			if time.Now().After(late) {
				t.Fatalf("its journal never said %q:\n%s", words, out)
			}
		}
	}
	told("gate open: pass") // the command has answered it: nobody else would
	_ = x.pty.Close()
	_ = x.cmd.Wait()
	told("QUESTION gate edge")
	if now := s.process(t); now.PID != p.PID {
		t.Errorf("process %d executes it, and it was %d", now.PID, p.PID)
	}
	other := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	if code := other.code(); code != 3 {
		t.Errorf("it waits without its lease: another got code %d\n%s", code, other.story())
	}
	r := s.begin(t, append([]string{"resume"}, with(sending)...)...)
	if code := r.code(); code != 0 || s.serving(t) != "us-west-2" {
		t.Errorf("code %d\n%s\n%s", code, r.story(), r.errs)
	}
}

func TestAnInterruptedCommandLeavesItsRunAndSaysHowToComeBack(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	c := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	c.until("the first change", func(h happening) bool { return h.State == "doing" })
	p := s.process(t)
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := c.code(); code != 4 || c.last().End.Ending != "left" || !strings.Contains(c.last().Text, "lifeboat resume "+p.Run) {
		t.Errorf("code %d, %+v", code, c.last())
	}
	if err := syscall.Kill(p.PID, 0); err != nil {
		t.Errorf("the run's process went with it: %v", err)
	}
	if err := syscall.Kill(p.PID, syscall.SIGTERM); err != nil { // whoever ends it properly stops the run
		t.Fatal(err)
	}
	r := s.begin(t, append([]string{"resume", p.Run}, with(opening, sending)...)...)
	if code := r.code(); code != 0 && code != 4 {
		t.Errorf("code %d\n%s\n%s", code, r.story(), r.errs)
	}
}

// The process dies in the middle of a step; another one, of another command, takes the run up.
func TestAProcessKilledInTheMiddleOfAStepIsFollowedByAnother(t *testing.T) {
	for _, step := range []string{"fence", "promote", "deploy"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := runSim(t)
			c := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
			c.until(step, func(h happening) bool { return h.Step == step && h.State == "doing" })
			p := s.process(t)
			if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if code := c.code(); code != 4 || c.last().End.Ending != "abandoned" || !c.last().End.Resumable {
				t.Fatalf("code %d, %+v\n%s", code, c.last(), c.story())
			}
			if code, out := s.lifeboat(t, "history", "verify", "--config", s.config); code != 1 || !strings.Contains(out, "END MISSING") {
				t.Errorf("verify of what a dead process left: code %d\n%s", code, out)
			}
			r := s.begin(t, append([]string{"resume"}, with(opening, "promote us-west-2", sending)...)...)
			if code := r.code(); code != 0 || r.last().Run != p.Run || s.serving(t) != "us-west-2" {
				t.Fatalf("code %d\n%s\n%s", code, r.story(), r.errs)
			}
			if code, out := s.lifeboat(t, "history", "verify", "--config", s.config); code != 0 {
				t.Errorf("verify: code %d\n%s", code, out)
			}
		})
	}
}

func TestVerifyFindsWhatWasAlteredAndWhatWasCut(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	if code := s.begin(t, "failover", "--dry-run").code(); code != 0 {
		t.Fatalf("code %d", code)
	}
	path := s.journals(t)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for _, c := range []struct{ name, text, says string }{
		{"altered", strings.Replace(string(whole), "would do", "would not", 1), "BROKEN at entry"},
		{"cut inside", strings.Join(append(slices.Clone(lines[:4]), lines[6:]...), ""), "BROKEN at entry 5: missing"},
		{"swapped", strings.Join(append([]string{lines[0], lines[2], lines[1]}, lines[3:]...), ""), "BROKEN at entry 2: out of order"},
		{"cut at the end", strings.Join(lines[:len(lines)-3], ""), "END MISSING"},
		{"cut in the middle of an entry", string(whole[:len(whole)-20]), "torn"},
		{"emptied", "", "could not be verified"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := s.lifeboat(t, "history", "verify", "--config", s.config); code != 1 || !strings.Contains(out, c.says) {
			t.Errorf("%s: code %d\n%s", c.name, code, out)
		}
	}
}

func TestReadOnlyRefusesEverythingThatChanges(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	for _, args := range [][]string{
		{"failover"}, {"failover", "--dry-run"}, {"failover", "--paper"}, {"switchover"}, {"reprotect"}, {"failback"}, {"resume"}, {"attach", "--confirm", opening}, {"run", "x"},
	} {
		cmd := exec.Command(lifeboat(t), append(args, "--read-only", "--config", s.config)...)
		cmd.Env = s.env
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "--read-only was given") {
			t.Errorf("%v: code %d, %s", args, cmd.ProcessState.ExitCode(), out)
		}
	}
	if c := s.begin(t, "failover", "--read-only"); c.code() != 3 || !strings.Contains(c.last().Text, "--read-only was given") {
		t.Errorf("as JSON: %+v", c.last())
	}
	if _, err := os.Stat(s.state()); err == nil {
		t.Error("a run was ordered")
	}
}

func TestPaperIsTheCommandsWithTheirValues(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	code, out := s.lifeboat(t, "failover", "--paper", "--config", s.config)
	for _, want := range []string{"aws rds promote-read-replica", "--db-instance-identifier davidshaevel-dr-db", "# Lifeboat would ask first for: " + opening} {
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("code %d, no %q in\n%s", code, want, out)
		}
	}
	if len(s.journals(t)) > 0 {
		t.Error("a run was begun")
	}
}
