package views

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// TestMain starts the runtime's signal goroutine before any synctest bubble: one that was started inside would belong to it.
func TestMain(m *testing.M) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	os.Exit(m.Run())
}
