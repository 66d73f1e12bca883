//go:build unix

package views

import (
	"context"
	"io"
	"syscall"
	"testing"
	"time"
)

// gate is an output that says when the first frame has been written.
type gate struct {
	open chan struct{}
	done bool
}

func (g *gate) Write(p []byte) (int, error) {
	if !g.done {
		g.done = true
		close(g.open)
	}
	return len(p), nil
}

func TestALostTerminalEndsTheCockpitWithoutError(t *testing.T) {
	in, keys := io.Pipe()
	defer func() { _ = keys.Close() }()
	out := &gate{open: make(chan struct{})}
	over := make(chan error, 1)
	go func() {
		over <- Run(context.Background(), Options{Source: &still{e: healthy()}, Config: testConfig(), Input: in, Output: out, Width: 80, Height: 24, Environ: []string{"TERM=xterm"}})
	}()
	<-out.open
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-over:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the cockpit goes on without a terminal")
	}
}
