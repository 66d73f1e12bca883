package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/adrg/xdg"
	"github.com/charmbracelet/x/exp/golden"
)

// asProgram makes the tests' binary the program itself: processes of runs are started from it.
const asProgram = "LIFEBOAT_TESTS_AS_PROGRAM"

// TestMain fixes what help depends on: the width that it is wrapped to.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:]))
	}
	os.Setenv("__FANG_TEST_WIDTH", "100")
	os.Setenv("NO_COLOR", "1")
	home, _ = os.Getwd()
	code := m.Run()
	for _, f := range AtExit {
		f()
	}
	os.Exit(code)
}

// AtExit is what is left to do when all tests are over.
var AtExit []func()

// home is the package's own directory, where its testdata is.
var home string

// same holds text against the test's golden file. The test may have left the directory of the package.
func same(t *testing.T, text string) {
	t.Helper()
	t.Chdir(home)
	golden.RequireEqual(t, text)
}

// result is what one run of the command line came to.
type result struct {
	code     int
	out, err string
}

// run runs the command line in this process, in an empty directory and with empty configuration and state directories.
func run(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: os.Stdin, out: &out, err: &errs}
	code := a.main(context.Background(), args)
	return result{code, out.String(), errs.String()}
}

// nowhere makes the working directory and the user's own directories empty ones, and gives the working directory.
func nowhere(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("LIFEBOAT_CONFIG", "")
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	t.Setenv("XDG_CONFIG_DIRS", filepath.Join(dir, "shared"))
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	return dir
}
