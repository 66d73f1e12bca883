package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lifeboat/views"
)

func TestAPanicWritesACrashFileAndNamesIt(t *testing.T) {
	for name, c := range map[string]struct{ value, wants any }{
		"passed on by the cockpit": {&views.Crash{Value: "boom", Stack: []byte("where it happened")}, "where it happened"},
		"of anything else":         {"boom", "crash_test.go"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := nowhere(t)
			err := crashed(func() error { panic(c.value) })
			files, _ := filepath.Glob(filepath.Join(dir, "state", "lifeboat", "crash-*.txt"))
			if len(files) != 1 || err == nil || err.Error() != "lifeboat crashed: boom\nwhat is known of it is in "+files[0]+"; nothing in the cloud was changed" {
				t.Fatalf("said %v; files %v", err, files)
			}
			text, _ := os.ReadFile(files[0])
			if !strings.Contains(string(text), "panic: boom") || !strings.Contains(string(text), c.wants.(string)) {
				t.Errorf("the file says\n%s", text)
			}
		})
	}
}

func TestAnErrorIsNoCrash(t *testing.T) {
	dir := nowhere(t)
	if err := crashed(func() error { return os.ErrClosed }); err != os.ErrClosed {
		t.Errorf("gave %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "state")); err == nil {
		t.Error("a crash file was written")
	}
}
