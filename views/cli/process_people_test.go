//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// account is the number of the simulated estate's.
func (s *simProcess) account(t *testing.T) string {
	t.Helper()
	_, out := s.lifeboat(t, "status", "--json", "--config", s.config)
	var d struct {
		Regions []struct{ Session struct{ Account string } }
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil || len(d.Regions) == 0 || d.Regions[0].Session.Account == "" {
		t.Fatalf("%v: no account in\n%s", err, out)
	}
	return d.Regions[0].Session.Account
}

// twoMachines are an estate whose runs are kept in a bucket, and the config of a second operator's machine: another
// directory, and another role to read with.
func twoMachines(t *testing.T, gates string) (first, second *simProcess) {
	t.Helper()
	s := runSim(t)
	account := s.account(t)
	shared := fmt.Sprintf("\njournal: {bucket: davidshaevel-dr-state-%s, region: us-west-2, lease: 5s}\n%s\n", account, gates)
	s.config = s.written(t, filepath.Join(t.TempDir(), "first.yaml"), func(text string) string { return text + shared })
	other := *s
	other.config = s.written(t, filepath.Join(t.TempDir(), "second.yaml"), func(text string) string {
		role := "\n    role_arn: arn:aws:iam::" + account + ":role/davidshaevel-ops-change"
		return regexp.MustCompile(`(?m)^    name: us-(east-1|west-2)$`).ReplaceAllString(text, "$0"+role)
	})
	return s, &other
}

func TestAGateForTwoIsPassedFromTwoMachinesByTwoIdentities(t *testing.T) {
	t.Parallel()
	first, second := twoMachines(t, "gates: {two_people: [open, edge]}")
	a := first.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	a.until("the first has passed it", func(h happening) bool { return strings.Contains(h.Text, "waits for another identity") })
	same := first.begin(t, append([]string{"attach"}, with(opening, sending)...)...)
	same.until("the same identity waits too", func(h happening) bool { return strings.Contains(h.Text, "waits for another identity") })
	b := second.begin(t, append([]string{"attach"}, with(opening, sending)...)...)
	if code := b.code(); code != 0 {
		t.Errorf("second: code %d\n%s\n%s", code, b.story(), b.errs)
	}
	if code := a.code(); code != 0 {
		t.Fatalf("first: code %d\n%s\n%s", code, a.story(), a.errs)
	}
	passed := map[string][]string{}
	for _, h := range a.seen {
		if h.Answer.Choice == "pass" {
			passed[strings.TrimSuffix(h.Answer.Question, " first")] = append(passed[strings.TrimSuffix(h.Answer.Question, " first")], h.By)
		}
	}
	for _, gate := range []string{"gate open", "gate edge"} {
		if who := passed[gate]; len(who) != 2 || who[0] == who[1] {
			t.Errorf("%s was passed by %v", gate, who)
		}
	}
	if code, out := second.lifeboat(t, "history", "verify", "--config", second.config); code != 0 {
		t.Errorf("verify from the second machine: code %d\n%s", code, out)
	}
}

func TestAnotherMachineTakesOverARunWhoseMachineDied(t *testing.T) {
	t.Parallel()
	first, second := twoMachines(t, "")
	a := first.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	a.until("the deployment", func(h happening) bool { return h.Step == "deploy" && h.State == "doing" })
	if err := syscall.Kill(first.process(t).PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	refused := second.begin(t, append([]string{"resume"}, with(opening, sending)...)...)
	code := refused.code()
	phrase := regexp.MustCompile(`take over fence \d+ from \S+`).FindString(refused.last().Text)
	if code != 3 || phrase == "" {
		t.Fatalf("while the lease is held: code %d, %+v", code, refused.last())
	}
	b := second.begin(t, append([]string{"resume", "--take-over", phrase}, with(opening, sending)...)...)
	if code := b.code(); code != 0 || b.last().Run != a.last().Run || second.serving(t) != "us-west-2" {
		t.Errorf("code %d\n%s\n%s", code, b.story(), b.errs)
	}
}

func TestTheOperatorsCodeIsTypedAtTheTerminalAndShownNowhere(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	account := s.account(t)
	operator := fmt.Sprintf("\noperator: {role_arn: \"arn:aws:iam::%s:role/davidshaevel-ops-change-mfa\", mfa_serial: \"arn:aws:iam::%s:mfa/operator\"}\n", account, account)
	s.config = s.written(t, filepath.Join(t.TempDir(), "operator.yaml"), func(text string) string { return text + operator })
	x := start(t, 200, 50, false, s.env, lifeboat(t), append([]string{"failover", "--config", s.config}, with(opening, sending)...)...)
	asked := 0
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if n := strings.Count(x.output(), "one-time code"); n > asked {
			asked = n
			x.keys(fmt.Sprintf("40291%d\r", n))
		}
		select {
		case <-x.ended:
			deadline = time.Time{}
		default:
		}
	}
	if code := x.exit(); code != 0 || asked == 0 {
		t.Fatalf("code %d, asked %d times\n%s", code, asked, x.output())
	}
	journal, err := os.ReadFile(s.journals(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	typed := regexp.MustCompile(`\b40291\d\b`)
	if shown, kept := typed.FindString(x.output()), typed.Find(journal); shown != "" || kept != nil {
		t.Errorf("the code is shown (%q), or kept (%q):\n%s", shown, kept, x.output())
	}
	if !strings.Contains(string(journal), "ops-read") {
		t.Error("the journal does not say who ran it")
	}
}

func TestACodeThatNobodyCanTypeStopsTheRun(t *testing.T) {
	t.Parallel()
	s := runSim(t)
	account := s.account(t)
	operator := fmt.Sprintf("\noperator: {role_arn: \"arn:aws:iam::%s:role/davidshaevel-ops-change-mfa\", mfa_serial: \"arn:aws:iam::%s:mfa/operator\"}\n", account, account)
	s.config = s.written(t, filepath.Join(t.TempDir(), "operator.yaml"), func(text string) string { return text + operator })
	c := s.begin(t, append([]string{"failover"}, with(opening, sending)...)...)
	if code := c.code(); code != 4 || !strings.Contains(c.last().Text, "no terminal to type it at") {
		t.Errorf("code %d, %+v\n%s\n%s", code, c.last(), c.story(), c.errs)
	}
}
