// Package views is the cockpit: its screens and what keys do on them. Everything that is judged comes from package dr;
// views only lay it out. Update never blocks and never looks at a cloud, and every view is a pure function of its model.
package views

import (
	"context"
	"io"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// Source is where estates come from. dr's watcher is one.
type Source interface {
	// Estate is the newest estate; nil before the first.
	Estate() *dr.Estate
	// Subscribe gives every new estate until the function is called. A slow reader may miss older ones.
	Subscribe() (<-chan *dr.Estate, func())
	// Refresh asks for new readings now. It does not wait for them.
	Refresh()
}

// Director breaks a simulated cloud. It is nil in real life.
type Director interface {
	Actions(ctx context.Context) ([]Action, error)
	Do(ctx context.Context, name string, args ...string) error
}

// Action is one thing that a Director can do.
type Action struct {
	Name        string   // darken
	Usage       string   // darken REGION; an optional argument stands in brackets
	Description string   // in words
	Ends        string   // how it ends, in words; "" where it is over at once
	Active      []string // what of it is in force, as it was asked for: "darken us-east-1"
}

// Options are what a cockpit is made of.
type Options struct {
	Source    Source
	Config    *config.Config
	Simulated bool     // label every screen
	ReadOnly  string   // why Runs is nil, in a word or two for the header; "" is "read only"
	Director  Director // nil in real life
	Runs      Runs     // nil: read only, and no key offers a change
	Theme     string   // "auto" (or ""), "dark", "light"
	NoColor   bool     // only bold and glyphs
	Now       func() time.Time

	// For tests: the terminal's two ends, its environment and its size. Nil and 0: the process's own.
	Input   io.Reader
	Output  io.Writer
	Environ []string
	Width   int
	Height  int
}
