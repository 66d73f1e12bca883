package dr

import (
	"os"
	"strings"
	"testing"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// What a run of the way there or back reaches Terraform by is pinned with its plan, and the same for every process that takes it up.
func TestARunReachesTerraformByWhatItHasPinned(t *testing.T) {
	s := newStack(t)
	r := s.runner()
	pins := runbook.Pins{}
	r.pinBuild(t.Context(), pins, "run-1")
	if pins[pinBucket] != "shop-state" || pins[pinPrimary] != string(config.Theirs) || pins[pinUnbuilt] != "" {
		t.Fatalf("pinned: %v", pins)
	}
	b, why := r.builderOf(t.Context(), pins, "run-1")
	if b == nil || why != "" || b.bucket() != "shop-state" || b.run != "run-1" {
		t.Fatalf("no builder: %s", why)
	}
	if err := b.learn(t.Context(), []string{"foundation"}); err != nil || b.output("foundation", "application_key_arn") == "" {
		t.Errorf("what foundation gives: %v, %v", b.outputsOf("foundation"), err)
	}

	s.edit("primary: theirs", "primary: ours")
	if b, why := s.runner().builderOf(t.Context(), pins, "run-1"); b != nil || !strings.Contains(why, `"ours" now`) {
		t.Errorf("after lifeboat.yaml has changed: %v, %s", b, why)
	}
}

// Whatever is unknown of Terraform makes a run go without it, with the reason.
func TestARunWithoutTerraformSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *stack, r *Runner)
		want   string
	}{
		"no owner is named": {func(_ *stack, r *Runner) { r.c.Terraform.Primary = "" }, "whose the primary is"},
		"there is no bucket": {func(s *stack, r *Runner) {
			r.c.Terraform.State.Bucket = ""
			if err := os.Remove(fakeRun{s.dir, "bootstrap"}.path("state")); err != nil {
				t.Fatal(err)
			}
		}, "no bucket of states"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStack(t)
			r := s.runner()
			c.change(s, r)
			pins := runbook.Pins{}
			r.pinBuild(t.Context(), pins, "run-1")
			if !strings.Contains(pins[pinUnbuilt], c.want) || pins[pinPrimary] != "" {
				t.Errorf("pinned: %v", pins)
			}
			if b, why := r.builderOf(t.Context(), pins, "run-1"); b != nil || why != pins[pinUnbuilt] {
				t.Errorf("%v, %q", b, why)
			}
		})
	}
	if b, why := (&Runner{}).builderOf(t.Context(), runbook.Pins{}, "old"); b != nil || why == "" {
		t.Errorf("a journal of before: %v, %q", b, why)
	}
}

// edit changes lifeboat.yaml.
func (s *stack) edit(old, new string) {
	s.t.Helper()
	text, err := os.ReadFile(s.path)
	if err == nil && !strings.Contains(string(text), old) {
		s.t.Fatalf("lifeboat.yaml has no %q", old)
	}
	if err == nil {
		err = os.WriteFile(s.path, []byte(strings.Replace(string(text), old, new, 1)), 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
