//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// said is the newest of what a command's run said of a step; "" where it said nothing.
func (c *changing) said(step string) (text string) {
	for _, h := range c.seen {
		if h.Step == step && h.Text != "" {
			text = h.Text
		}
	}
	return text
}

// lettingGo are the phrases with which states let go of what is kept.
var lettingGo = []string{"let go of the old davidshaevel-db in primary", "let go of the old davidshaevel-dr-db in data"}

// through runs a procedure with its phrases to its end.
func (s *simProcess) through(t *testing.T, procedure string, phrases ...string) *changing {
	t.Helper()
	c := s.begin(t, append([]string{procedure}, with(append(phrases, lettingGo...)...)...)...)
	if code := c.code(); code != 0 {
		t.Fatalf("%s: code %d\n%s\n%s", procedure, code, c.story(), c.errs)
	}
	return c
}

// provisionAll makes an empty simulated estate with the stack, all of it.
func (s *simProcess) provisionAll(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	defer func() { done <- struct{}{} }()
	pushing := func() { _ = exec.Command(lifeboat(t), "sim", "direct", s.director, "push", "all").Run() }
	go func() { // somebody pushes images
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Second):
				pushing()
			}
		}
	}()
	phrases := []string{"set up 2 records in davidshaevel.com", "set up 1 record in davidshaevel.com", "apply primary services"}
	for _, root := range []string{"bootstrap", "primary", "identity", "foundation", "source", "data", "compute", "failover"} {
		phrases = append(phrases, "apply "+root)
	}
	for _, phase := range []string{"primary", "foundation", "data", "compute", "failover"} {
		c := s.begin(t, append([]string{"provision", "--phase", phase}, with(phrases...)...)...)
		if code := c.code(); code != 0 {
			t.Fatalf("phase %s: code %d\n%s\n%s", phase, code, c.story(), c.errs)
		}
	}
}

// Users are taken away and home again, twice in a row, on an estate that the stack has made: after every run every root plans to no
// changes, though databases were kept under other names, and others made under theirs.
func TestTerraformAgreesAfterEveryRunThereAndBackTwiceInARow(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("an estate is provisioned, and goes there and back twice: LIFEBOAT_E2E=full has it run")
	}
	s := runSim(t, "--scenario=empty", "--speed=200")
	s.provisionAll(t)
	agrees := func(c *changing, want string) {
		t.Helper()
		if got := c.said("agree"); got != want {
			t.Fatalf("Terraform says %q, want %q\n%s", got, want, c.story())
		}
	}
	for range 2 {
		s.direct(t, "darken", "us-east-1")
		away := s.begin(t, append([]string{"failover", "--reason", "it is dark"}, with(opening, sending, "promote without a fence receipt", "go on with an unknown lag")...)...)
		away.until("the look at Terraform", func(h happening) bool { return h.Step == "agree" && h.State == "done" })
		got := away.said("agree")
		for _, want := range []string{"no changes in 4 roots; primary, identity", "source", "failover", " unchecked until us-east-1 is back: "} {
			if !strings.Contains(got, want) {
				t.Errorf("while home is dark %q is missing in %q", want, got)
			}
		}
		_, out := s.lifeboat(t, "status", "--config", s.config)
		if !strings.Contains(out, "Terraform's root primary unchecked until us-east-1 is back") {
			t.Errorf("the cockpit does not say it:\n%s", out)
		}
		s.direct(t, "return", "us-east-1")
		if code := away.code(); code != 0 {
			t.Fatalf("code %d\n%s\n%s", code, away.story(), away.errs)
		}
		s.calm()
		agrees(s.through(t, "reprotect", "reprotect us-east-1 from us-west-2"), "no changes in 8 roots")
		if _, out := s.lifeboat(t, "status", "--config", s.config); strings.Contains(out, "Terraform's root") {
			t.Errorf("it is told for ever:\n%s", out)
		}
		s.calm()
		agrees(s.through(t, "failback", "fail back us-west-2 to us-east-1", "send users to us-east-1"), "no changes in 8 roots")
		s.calm()
	}
}

// calm is the cool-down of an estate whose runs are short.
func (s *simProcess) calm() { time.Sleep(10 * time.Second) }

// direct tells the simulator what to do.
func (s *simProcess) direct(t *testing.T, args ...string) {
	t.Helper()
	if code, out := s.lifeboat(t, append([]string{"sim", "direct", s.director}, args...)...); code != 0 {
		t.Fatalf("direct %v: code %d\n%s", args, code, out)
	}
}
