//go:build unix

package cli_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"lifeboat/views/cli"
)

// binary builds lifeboat once for all end-to-end tests of this package and says where it is.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lifeboat-e2e-")
	if err != nil {
		return "", err
	}
	cli.AtExit = append(cli.AtExit, func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "lifeboat")
	build := exec.Command("go", "build", "-o", path, "lifeboat")
	build.Stderr = os.Stderr
	return path, build.Run()
})

// lifeboat is the path of the built program.
func lifeboat(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatalf("building lifeboat: %v", err)
	}
	return path
}

// home gives a process nothing of this machine: empty directories for its state, configuration and cache.
func home(t testing.TB) []string {
	dir := t.TempDir()
	keep := []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "HOME=" + dir}
	for _, name := range []string{"XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"} {
		keep = append(keep, name+"="+filepath.Join(dir, name))
	}
	short, err := os.MkdirTemp("", "lb") // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	keep = append(keep, "XDG_RUNTIME_DIR="+short)
	return append(keep, "AWS_EC2_METADATA_DISABLED=true", "GOCOVERDIR="+dir)
}

// terminal is a program in a pseudo-terminal, drawn on an emulated screen.
type terminal struct {
	t       testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	screen  *vt.SafeEmulator
	mu      sync.Mutex
	raw     []byte
	at      time.Time // of the newest byte of raw
	reads   int       // how many pieces raw came in
	changed chan struct{}
	ended   chan struct{}

	patience time.Duration       // how long something may take to be seen
	painted  func(screen string) // told of every screen; nil: nobody is. mu guards it.
}

// start runs a command at cols x rows. A silent terminal answers none of the program's queries.
func start(t testing.TB, cols, rows int, silent bool, env []string, name string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	x := &terminal{t: t, cmd: cmd, pty: f, screen: vt.NewSafeEmulator(cols, rows),
		changed: make(chan struct{}, 1), ended: make(chan struct{}), patience: 90 * time.Second}
	go x.answer(silent)
	go x.draw()
	t.Cleanup(x.kill)
	return x
}

// answer sends what the emulated terminal says back to the program, or swallows it.
func (x *terminal) answer(silent bool) {
	buf := make([]byte, 4096)
	for {
		n, err := x.screen.Read(buf)
		if err != nil {
			return
		}
		if !silent {
			_, _ = x.pty.Write(buf[:n])
		}
	}
}

func (x *terminal) draw() {
	defer close(x.ended)
	buf := make([]byte, 64<<10)
	for {
		n, err := x.pty.Read(buf)
		if n > 0 {
			x.mu.Lock()
			x.raw, x.at, x.reads = append(x.raw, buf[:n]...), time.Now(), x.reads+1
			x.mu.Unlock()
			_, _ = x.screen.Write(buf[:n])
			x.paint()
			select {
			case x.changed <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

// paint tells whoever watches that the screen is another.
func (x *terminal) paint() {
	x.mu.Lock()
	painted := x.painted
	x.mu.Unlock()
	if painted != nil {
		painted(x.text())
	}
}

// watch has every screen from now on told to painted, which must not wait.
func (x *terminal) watch(painted func(screen string)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.painted = painted
}

// text is the screen as plain lines.
func (x *terminal) text() string { return ansi.Strip(x.screen.Render()) }

// written is how many bytes the program has written so far.
func (x *terminal) written() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.raw)
}

// last is when the program wrote last, and in how many pieces all of its output came.
func (x *terminal) last() (at time.Time, reads int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.at, x.reads
}

// output is everything that the program has written.
func (x *terminal) output() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.raw)
}

// until waits for the screen to satisfy ok, and fails with the screen after the patience of a slow machine.
func (x *terminal) until(what string, ok func(screen string) bool) {
	x.t.Helper()
	deadline := time.After(x.patience)
	for {
		if ok(x.text()) {
			return
		}
		select {
		case <-x.changed:
		case <-x.ended:
			if !ok(x.text()) {
				x.t.Fatalf("%s: never seen, the program ended; its screen:\n%s", what, x.text())
			}
			return
		case <-deadline:
			x.t.Fatalf("%s: not seen in %s; the screen:\n%s", what, x.patience, x.text())
		}
	}
}

// see waits until every one of words is on the screen.
func (x *terminal) see(words ...string) {
	x.t.Helper()
	x.until("see "+strings.Join(words, ", "), func(screen string) bool {
		for _, w := range words {
			if !strings.Contains(screen, w) {
				return false
			}
		}
		return true
	})
}

// gone waits until word is not on the screen.
func (x *terminal) gone(word string) {
	x.t.Helper()
	x.until(word+" gone", func(screen string) bool { return !strings.Contains(screen, word) })
}

// keys types each of its arguments as bytes.
func (x *terminal) keys(keys ...string) {
	x.t.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(x.pty, k); err != nil {
			x.t.Fatalf("typing %q: %v", k, err)
		}
	}
}

func (x *terminal) resize(cols, rows int) {
	x.t.Helper()
	x.screen.Resize(cols, rows)
	if err := pty.Setsize(x.pty, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		x.t.Fatalf("resizing: %v", err)
	}
}

// exit waits for the program to end and gives its exit code.
func (x *terminal) exit() int {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(60 * time.Second):
		x.t.Fatalf("the program did not end; its screen:\n%s", x.text())
	}
	_ = x.cmd.Wait()
	return x.cmd.ProcessState.ExitCode()
}

func (x *terminal) kill() {
	if x.cmd.ProcessState == nil {
		_ = syscall.Kill(-x.cmd.Process.Pid, syscall.SIGKILL)
		_ = x.cmd.Wait()
	}
	_ = x.pty.Close()
}
