package tf

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// real is the program that stands here, or the test is skipped.
func real(t testing.TB) Program {
	t.Helper()
	need(t, "terraform", "install terraform 1.11 or newer")
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// repository copies the stack with its tests, as it stands in a repository, into a folder in which Terraform may write.
func repository(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir("stack", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == ".terraform" {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, "stack"))
		if e.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		if !strings.HasSuffix(path, ".hcl") && !strings.HasSuffix(path, ".tf") || strings.HasSuffix(path, ".lock.hcl") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// byHand runs Terraform as a person would, with the provider that Lifeboat would take.
func byHand(t testing.TB, p Program, dir string, args ...string) (string, error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "cli.tfrc")
	if err := os.WriteFile(config, []byte(cliConfig(Mirror())), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), p.Path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func TestTheStackIsFormatted(t *testing.T) {
	p := real(t)
	if out, err := byHand(t, p, repository(t), "fmt", "-check", "-recursive", "-diff"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

var passed = regexp.MustCompile(`Success! (\d+) passed, 0 failed\.`)

// Every root is valid, and its own tests hold with mocked providers: counts by strategy, no public database, a complete
// origin group, refused roles files.
func TestEveryRootPassesItsOwnTests(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute and more of Terraform")
	}
	p := real(t)
	if Mirror() == "" && os.Getenv("LIFEBOAT_REQUIRE") == "" {
		t.Skip("no local provider mirror: the registry is not asked by tests")
	}
	dir := repository(t)
	tested := []string{"modules/roles"}
	for _, root := range Roots {
		tested = append(tested, root.Name)
	}
	for _, name := range tested {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := filepath.Join(dir, filepath.FromSlash(name))
			if out, err := byHand(t, p, in, "init", "-backend=false", "-no-color"); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// It validates the root before it runs anything.
			out, err := byHand(t, p, in, "test", "-no-color")
			m := passed.FindStringSubmatch(out)
			if err != nil || m == nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s runs passed", m[1])
		})
	}
}
