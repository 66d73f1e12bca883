package dr

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// end is what a run leaves: what was made, and what lifeboat.yaml says.
func (s *stack) end() string {
	made := s.applied()
	slices.Sort(made)
	text, _ := os.ReadFile(s.cfg.Path)
	from := strings.Index(string(text), "regions:")
	left, _ := filepath.Glob(filepath.Join(simulatedDir(s.cfg), "terraform", "*", "secrets", "*"))
	return fmt.Sprintf("%v\n%s\n%v", made, text[from:strings.Index(string(text), "services:\n")], left)
}

// crashing runs a phase whose process ends at the n-th write of its journal, before or after it, and takes it up in others.
func crashing(t *testing.T, n int, before bool) (end string, writes int) {
	s := newStack(t)
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	c := &crash{at: n, end: stop, before: before}
	r := s.runner()
	r.state.Archive = crashingArchive{r.state.Archive, c}
	var held runbook.Lease
	lease := r.state.lease
	r.state.lease = func() runbook.Lease { held = lease(); return held }
	order := Order{Run: runbook.NewRunID(time.Now(), string(Provision)), Kind: Provision, Phase: "data", Operator: &answering{}}
	if run, err := r.Begin(ctx, order); err == nil {
		run.Wait()
	}
	if held != nil {
		_ = held.Release(context.Background(), runbook.Grant{}) // the kernel does it when a process ends
	}
	for range 3 {
		again := s.runner()
		run, err := again.Resume(t.Context(), order)
		if errors.Is(err, runbook.ErrEnded) {
			return s.end(), c.seen
		}
		if err != nil {
			run, err = again.Begin(t.Context(), order)
		}
		if err != nil {
			t.Fatalf("write %d, before %t: %v", n, before, err)
		}
		if res := run.Wait(); res.Ending == runbook.Done {
			return s.end(), c.seen
		}
	}
	t.Fatalf("write %d, before %t: it does not come to its end", n, before)
	return "", 0
}

func TestAPhaseThatCrashesAtAnyWriteOfItsJournalComesToTheSameEnd(t *testing.T) {
	want, writes := crashing(t, 0, false)
	if writes < 20 || !strings.Contains(want, "aws_vpc.data") {
		t.Fatalf("%d writes, %s", writes, want)
	}
	step := 4
	if os.Getenv("LIFEBOAT_E2E") != "" { // each takes a second or two
		step = 1
	}
	for n := 1; n <= writes; n += step {
		if got, _ := crashing(t, n, n/step%2 == 0); got != want {
			t.Errorf("at write %d: %s\nwant %s", n, got, want)
		}
	}
	t.Logf("%d writes", writes)
}

func TestAProcessThatEndsInTheMiddleOfAnApplyLeavesWhatAnotherGoesOnWith(t *testing.T) {
	s := newStack(t)
	o := &answering{reply: func(q runbook.Question) (runbook.Answer, bool) {
		return runbook.Answer{Choice: runbook.Stop}, q.Kind == runbook.AskTrouble
	}}
	s.put("data.fails", "")
	order := Order{Run: runbook.NewRunID(time.Now(), string(Provision)), Kind: Provision, Phase: "data", Operator: o}
	run, err := s.runner().Begin(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if res := run.Wait(); res.Ending != runbook.Stopped || slices.Contains(s.applied(), "aws_cloudwatch_log_group.data") {
		t.Fatalf("%s %v, made %v", res.Ending, res.Err, s.applied())
	}
	path, err := ProvisionPath(t.Context(), s.cfg, s.runner().state, Options{})
	if err != nil || path[2].State != PhasePartly || !path[2].Open || path[2].Run != order.Run {
		t.Errorf("the path says %+v, %v", path[2], err)
	}
	run, err = s.runner().Resume(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if res := run.Wait(); res.Ending != runbook.Done || len(o.question("gate apply-data")) != 2 {
		t.Errorf("%s %v, asked %v", res.Ending, res.Err, o.ids())
	}
	path, err = ProvisionPath(t.Context(), s.cfg, s.runner().state, Options{})
	var states []string
	for _, p := range path {
		states = append(states, p.Name+" "+p.State)
	}
	want := []string{"primary theirs", "foundation there", "data there", "compute not yet", "failover not yet", "validation not yet"}
	if err != nil || !slices.Equal(states, want) || path[2].Roots[1].Applied.IsZero() || path[2].Roots[1].Resources != 2 || path[2].Open {
		t.Errorf("the path says %v, %v: %+v", states, err, path[2])
	}
}

func TestAPlanAloneLeavesNoPassword(t *testing.T) {
	s := newStack(t)
	for _, root := range []string{"data", "source"} {
		f := fakeRun{s.dir, root}
		f.write("state", f.wanted())
	}
	text, err := os.ReadFile(s.cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	more := "  inputs:\n    digests: {backend: \"sha256:" + strings.Repeat("b", 64) + "\", frontend: \"sha256:" + strings.Repeat("f", 64) + "\"}\n" +
		"    database_secret_arn: arn:aws:secretsmanager:us-west-2:1:secret:shop\n    domains: [shop.example]\n    origin_domain: origin.shop.example\n"
	if err := os.WriteFile(s.cfg.Path, []byte(strings.Replace(string(text), "  inputs: # what the owner says\n", more, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dry := range []bool{true, false} {
		res := s.phase("compute", &answering{}, func(o *Order) { o.DryRun = dry })
		left, _ := filepath.Glob(filepath.Join(ProvisionDir(s.cfg, res.View.Run), "secrets", "*"))
		if res.Ending != runbook.Done || len(left) > 0 {
			t.Errorf("dry %t: %s %v, left %v", dry, res.Ending, res.Err, left)
		}
	}
}
