package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/adrg/xdg"

	"lifeboat/views"
)

// crashed turns a panic of f into an error that names the file with all that is known of it. The cockpit has restored
// the terminal before its panic arrives here.
func crashed(f func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		crash := &views.Crash{Value: r, Stack: debug.Stack()}
		if passed, ok := r.(error); ok {
			errors.As(passed, &crash) // keeps the stack of where it happened
		}
		err = report(crash)
	}()
	return f()
}

// report writes the crash file.
func report(crash *views.Crash) error {
	text := fmt.Sprintf("lifeboat %s %s %s/%s\n%s\n\npanic: %v\n\n%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		time.Now().UTC().Format(time.RFC3339), crash.Value, crash.Stack)
	path, err := writeCrash(text)
	if err != nil {
		return fmt.Errorf("lifeboat crashed, and its crash file could not be written (%w):\n%s", err, text)
	}
	return fmt.Errorf("lifeboat crashed: %v\nwhat is known of it is in %s; nothing in the cloud was changed", crash.Value, path)
}

func writeCrash(text string) (string, error) {
	dir := filepath.Join(xdg.StateHome, "lifeboat")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "crash-"+time.Now().UTC().Format("20060102T150405Z")+"-*.txt")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	return f.Name(), errors.Join(err, f.Close())
}
