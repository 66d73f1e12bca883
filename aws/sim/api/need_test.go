package api

import (
	"os"
	"os/exec"
	"testing"
)

// need finds a client that a test cannot do without, and tries it. Where it is missing the test is skipped; where
// LIFEBOAT_REQUIRE is set, as in CI, it fails.
func need(t *testing.T, program string, try ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		err = exec.Command(path, try...).Run()
	}
	switch {
	case err == nil:
		return path
	case os.Getenv("LIFEBOAT_REQUIRE") != "":
		t.Fatalf("%s %v: %v, and LIFEBOAT_REQUIRE asks for it", program, try, err)
	default:
		t.Skipf("%s %v: %v", program, try, err)
	}
	return ""
}
