package cloud

import (
	"testing"
	"time"
)

// clock is a wall clock that stands still until it is moved.
type clock struct{ t time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 3, 14, 7, 0, time.UTC)} }

func (c *clock) now() time.Time           { return c.t }
func (c *clock) pass(d time.Duration)     { c.t = c.t.Add(d) }
func (c *clock) options(s uint64) Options { return Options{Now: c.now, Seed: s} }

// within runs f under the lock and gives what it gives.
func within[T any](c *Cloud, f func(w *World) T) (v T) {
	c.Locked(func(w *World) { v = f(w) })
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

const (
	east    = "us-east-1"
	west    = "us-west-2"
	backend = "davidshaevel-dev-backend"
)
