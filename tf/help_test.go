package tf

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
)

func unix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
}

// need finds a program that a test cannot do without, or skips the test; where everything is required it fails.
func need(t testing.TB, program, how string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return path
	case os.Getenv("LIFEBOAT_REQUIRE") != "":
		t.Fatalf("%s is missing: %s", program, how)
	default:
		t.Skipf("%s is missing (%s)", program, how)
	}
	return ""
}
