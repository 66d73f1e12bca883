package tf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// ProgramEnv names the program to run, where it is not the terraform or tofu of PATH.
const ProgramEnv = "LIFEBOAT_TERRAFORM"

// Program is a Terraform or OpenTofu that can run the stack.
type Program struct {
	Path    string
	Version string // 1.11.4
	Tofu    bool
	Within  Within // runs it instead of Path; nil: it is a process
}

// Words is the program as a person calls it: "terraform 1.11.4".
func (p Program) Words() string {
	if p.Tofu {
		return "tofu " + p.Version
	}
	return "terraform " + p.Version
}

// The oldest of both that the stack runs with: states locked in their bucket, passwords that no state holds.
const oldest = "1.11.0"

// Why there is no program. Both say what to do.
var (
	ErrNoProgram = errors.New("neither terraform nor tofu is on PATH: install terraform " + oldest +
		" or newer (https://developer.hashicorp.com/terraform/install), or name one in " + ProgramEnv)
	ErrOldProgram = errors.New("version " + oldest + " or newer is needed")
)

// Find looks for a program: the one that ProgramEnv names, else terraform, else tofu of PATH. It fails with ErrNoProgram,
// or with ErrOldProgram and the version that was found.
func Find(ctx context.Context) (Program, error) { return FindAt(ctx, "") }

// FindAt is Find, and looks for a program by its path, where that is not "", instead of in PATH. ProgramEnv goes before it.
func FindAt(ctx context.Context, path string) (Program, error) {
	if named := os.Getenv(ProgramEnv); named != "" {
		path = named
	}
	path, err := look(path)
	if err != nil {
		return Program{}, err
	}
	p, err := ask(ctx, path)
	if err != nil {
		return Program{}, err
	}
	if before(p.Version, oldest) {
		return Program{}, fmt.Errorf("%s is %s: %w", path, p.Words(), ErrOldProgram)
	}
	return p, nil
}

func look(named string) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("the program %s, which %s or lifeboat.yaml names: %w", named, ProgramEnv, err)
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", ErrNoProgram
}

// ask has a program tell its version. A CLI configuration that it cannot read must not stand in the way: what is run later
// has one of its own.
func ask(ctx context.Context, path string) (Program, error) {
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=", "TF_CLI_ARGS_version=")
	out, err := cmd.Output()
	if err != nil {
		return Program{}, fmt.Errorf("%s does not tell its version: %w", path, err)
	}
	// Both programs use Terraform's name for the field; only their plain text tells them apart.
	var v struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &v); err != nil || v.Version == "" {
		return Program{}, fmt.Errorf("%s does not tell its version as Terraform does: %.80q", path, out)
	}
	cmd = exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=", "TF_CLI_ARGS_version=")
	text, err := cmd.Output()
	if err != nil {
		return Program{}, fmt.Errorf("%s does not tell its name: %w", path, err)
	}
	return Program{Path: path, Version: v.Version, Tofu: strings.HasPrefix(string(text), "OpenTofu")}, nil
}

// before says whether version a is older than b. What follows a dash is not looked at: a preview counts as its release.
func before(a, b string) bool {
	x, y := numbers(a), numbers(b)
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func numbers(version string) (n [3]int) {
	release, _, _ := strings.Cut(version, "-")
	for i, s := range strings.SplitN(release, ".", len(n)) {
		n[i], _ = strconv.Atoi(s)
	}
	return n
}
