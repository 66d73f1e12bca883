package runbook_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// TestMain is also the process that holds a lease until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RUNBOOK_HOLD_LEASE_IN"); dir != "" {
		l := runbook.NewFileLease(dir)
		if _, err := l.Acquire(context.Background(), claim); err == nil {
			os.Stdout.WriteString("held\n")
		}
		time.Sleep(time.Hour) // it is killed long before
		runtime.KeepAlive(l)
	}
	os.Exit(m.Run())
}

func TestAFileLeaseIsFreeTheMomentItsProcessIsKilled(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), "RUNBOOK_HOLD_LEASE_IN="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the child says %q", line)
	}
	l := runbook.NewFileLease(dir)
	var held *runbook.HeldError
	if _, err := l.Acquire(t.Context(), claim); !errors.As(err, &held) {
		t.Errorf("a living process's lock: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	if g, err := l.Acquire(t.Context(), claim); err != nil || g.Fence != 2 {
		t.Error(g, err)
	}
}
