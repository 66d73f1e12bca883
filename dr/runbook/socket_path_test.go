package runbook_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lifeboat/dr/runbook"
)

// short is a directory whose path is short enough for sockets wherever tests run.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

func TestASocketIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no such bits")
	}
	dir := short(t)
	l, err := runbook.Listen(filepath.Join(dir, "run.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "run.sock"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode().Perm(), err, want)
		}
	}
	open := short(t)
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := runbook.Listen(filepath.Join(open, "run.sock")); err == nil || !strings.Contains(err.Error(), "others may enter") {
		t.Errorf("a directory that others may enter: %v", err)
	}
}

func TestASocketOfADeadProcessIsTakenAwayAndALivingOneIsNot(t *testing.T) {
	path := filepath.Join(short(t), "run.sock")
	l, err := runbook.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runbook.Listen(path); err == nil || !strings.Contains(err.Error(), "another process answers") {
		t.Errorf("a living one: %v", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as if it had been killed
	l.Close()
	again, err := runbook.Listen(path)
	if err != nil {
		t.Fatalf("a dead one: %v", err)
	}
	again.Close()
	if _, err := runbook.Listen(filepath.Join(path, strings.Repeat("x", 100))); err == nil || !strings.Contains(err.Error(), "at most 100 bytes") {
		t.Errorf("a long path: %v", err)
	}
}

func TestAttachingToNobodyFails(t *testing.T) {
	if _, err := runbook.Attach(t.Context(), filepath.Join(short(t), "run.sock")); err == nil {
		t.Error("somebody answered")
	}
}

func TestARunsSocketSpeaksOverARealOne(t *testing.T) {
	path := filepath.Join(short(t), "run.sock")
	ear, err := runbook.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &runbook.Desk{}
	s := runbook.NewServer(runbook.Hello{Run: "run-1", PID: os.Getpid()}, d, nil)
	go s.Serve(ear)
	l, err := runbook.Attach(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	code := make(chan string, 1)
	go func() { c, _ := d.Code(t.Context(), "why"); code <- c }()
	for changed := l.Changed(); len(l.Questions()) == 0; changed = l.Changed() {
		<-changed
	}
	if err := l.Answer(t.Context(), "code 1", runbook.Answer{Choice: runbook.Pass, Phrase: "123456"}); err != nil || <-code != "123456" {
		t.Errorf("%v", err)
	}
	s.End(runbook.Running, os.ErrDeadlineExceeded)
	s.Close()
	<-l.Done()
	if over, ok := l.Over(); !ok || over.Error == "" || over.Refused {
		t.Errorf("%+v %t", over, ok)
	}
}
