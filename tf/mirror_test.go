package tf

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestAMirrorCountsOnlyWithAProviderThatTheStackAcceptsForThisMachine(t *testing.T) {
	machine := runtime.GOOS + "_" + runtime.GOARCH
	for _, c := range []struct {
		path string
		want bool
	}{
		{"5.100.0/" + machine + "/provider", true}, {"6.20.0/" + machine + "/provider", true}, {"5.99.1/" + machine + "/provider", false},
		{"7.0.0/" + machine + "/provider", false}, {"5.100.0/plan9_mips/provider", false},
		{"terraform-provider-aws_5.100.0_" + machine + ".zip", true}, {"terraform-provider-aws_4.0.0_" + machine + ".zip", false},
		{"terraform-provider-aws_5.100.0_plan9_mips.zip", false},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.FromSlash(provider), filepath.FromSlash(c.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(MirrorEnv, dir)
		if got := Mirror(); (got == dir) != c.want || !c.want && got != "" {
			t.Errorf("%s: mirror %q", c.path, got)
		}
	}
}

func TestTheNamedMirrorIsTheOnlyOne(t *testing.T) {
	t.Setenv(MirrorEnv, t.TempDir())
	if got := Mirror(); got != "" {
		t.Errorf("an empty folder was named, and %q is taken", got)
	}
}

func TestTheConfigurationTakesFromTheMirrorWhatItHoldsAndTheRestFromTheRegistry(t *testing.T) {
	got := cliConfig(`/a "b"`)
	for _, want := range []string{"disable_checkpoint = true", `path    = "/a \"b\""`, `include = ["registry.terraform.io/hashicorp/aws"]`, "direct {"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(cliConfig(""), "provider_installation") {
		t.Error("without a mirror Terraform's own way stands")
	}
}

func TestAUsersOwnConfigurationStaysInForceAndAMissingOneDoesNot(t *testing.T) {
	t.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(t.TempDir(), "missing"))
	if got := ownConfig(); got != "" {
		t.Errorf("a file that is not there: %q", got)
	}
	own := filepath.Join(t.TempDir(), "own.tfrc")
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_CLI_CONFIG_FILE", own)
	if got := ownConfig(); got != own {
		t.Errorf("%q", got)
	}
}
