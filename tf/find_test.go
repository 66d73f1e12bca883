package tf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program writes a stand-in that tells a version, and gives the folder that it is in.
func program(t *testing.T, name, version, text string) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in *-json*) echo '{\"terraform_version\":\"" + version + "\"}';; *) echo '" + text + "';; esac\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTerraformIsFoundBeforeTofuAndTheNamedOneBeforeBoth(t *testing.T) {
	unix(t)
	terraform, tofu := program(t, "terraform", "1.11.4", "Terraform v1.11.4"), program(t, "tofu", "1.11.1", "OpenTofu v1.11.1")
	t.Setenv(ProgramEnv, "")
	t.Setenv("PATH", tofu+string(os.PathListSeparator)+terraform+string(os.PathListSeparator)+"/usr/bin:/bin")
	if p, err := Find(t.Context()); err != nil || p.Words() != "terraform 1.11.4" {
		t.Errorf("%+v, %v", p, err)
	}
	t.Setenv(ProgramEnv, filepath.Join(tofu, "tofu"))
	if p, err := Find(t.Context()); err != nil || p.Words() != "tofu 1.11.1" || !p.Tofu {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAMissingAnOldAndAStrangeProgramSayWhatToDo(t *testing.T) {
	unix(t)
	t.Setenv(ProgramEnv, "")
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context()); !errors.Is(err, ErrNoProgram) || !strings.Contains(err.Error(), "install terraform 1.11.0 or newer") {
		t.Errorf("none: %v", err)
	}
	t.Setenv("PATH", program(t, "terraform", "1.9.8", "Terraform v1.9.8")+":/usr/bin:/bin")
	if _, err := Find(t.Context()); !errors.Is(err, ErrOldProgram) || !strings.Contains(err.Error(), "terraform 1.9.8") {
		t.Errorf("old: %v", err)
	}
	t.Setenv("PATH", program(t, "terraform", "", "hello")+":/usr/bin:/bin")
	if _, err := Find(t.Context()); err == nil || !strings.Contains(err.Error(), "does not tell its version") {
		t.Errorf("strange: %v", err)
	}
	t.Setenv(ProgramEnv, "/nowhere/terraform")
	if _, err := Find(t.Context()); err == nil || !strings.Contains(err.Error(), ProgramEnv) {
		t.Errorf("named: %v", err)
	}
}

func TestVersionsAreComparedByNumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"1.9.9", "1.11.0", true}, {"1.11.0", "1.11.0", false}, {"1.12.0-alpha1", "1.11.0", false}, {"2.0", "1.11.0", false}, {"1.11", "1.11.1", true}} {
		if got := before(c.a, c.b); got != c.want {
			t.Errorf("%s before %s: %t", c.a, c.b, got)
		}
	}
}
