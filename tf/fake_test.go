package tf

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/terraform"
)

// The tests' own program stands in for Terraform, so that terraform-exec's real code runs: fakeEnv says how it behaves.
const fakeEnv = "LIFEBOAT_TEST_TERRAFORM"

func TestMain(m *testing.M) {
	if how := os.Getenv(fakeEnv); how != "" {
		os.Exit(fake(how, os.Args[1:]))
	}
	if director, asked := terraform.Asked(); asked {
		os.Exit(terraform.Main(director, os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func fake(how string, args []string) int {
	switch {
	case args[0] == "version":
		fmt.Println(`{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}`)
	case args[0] == "show" && slices.ContainsFunc(args, func(a string) bool { return strings.HasSuffix(a, planFile) }):
		text, err := os.ReadFile(os.Getenv("LIFEBOAT_TEST_PLAN"))
		if err != nil {
			return 1
		}
		_, _ = os.Stdout.Write(text)
	case args[0] == "plan" && how == "locked":
		fmt.Printf(`{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":%q}}`+"\n", locked)
		return 1
	case args[0] == "plan":
		_ = os.WriteFile(planFile, []byte("plan"), 0o600)
		fmt.Print(said)
		return 2
	case args[0] == "apply":
		return fakeApply(how)
	}
	return 0
}

// fakeApply tells the secrets that it was given, as a careless provider might.
func fakeApply(how string) int {
	if _, err := os.Stat(planFile); err != nil {
		return 1
	}
	secrets, _ := os.ReadFile(secretsFile)
	fmt.Printf(`{"type":"diagnostic","diagnostic":{"severity":"error","summary":"the request was","detail":%q}}`+"\n", secrets)
	if how != "interrupted" {
		fmt.Print(said)
		return 1
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	fmt.Println(`{"type":"apply_start","hook":{"resource":{"addr":"aws_vpc.slow"},"action":"create"}}`)
	<-stop
	time.Sleep(100 * time.Millisecond)
	fmt.Println(`{"type":"apply_complete","hook":{"resource":{"addr":"aws_vpc.slow"},"action":"create","id_value":"vpc-9"}}`)
	return 1
}

// faked prepares a root that the tests' own program runs.
func faked(t *testing.T, how string, s Spec) *Dir {
	t.Helper()
	unix(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := filepath.Abs("testdata/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	s.Program, s.Base = Program{Path: self, Version: "1.11.4"}, t.TempDir()
	if s.Root == "" {
		s.Root = "data"
	}
	if s.Env == nil {
		s.Env = map[string]string{}
	}
	s.Env[fakeEnv], s.Env["LIFEBOAT_TEST_PLAN"] = how, plan
	d, err := Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
