package views

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"
)

// terminal is an emulated screen that a whole program runs on, inside a synctest bubble.
type terminal struct {
	t       *testing.T
	em      *vt.Emulator
	mu      sync.Mutex
	written int
	keys    io.WriteCloser
	program *tea.Program
	guard   *guard
	ended   context.CancelFunc // of what runs beside the program
	over    chan error
}

// run starts a program of w by h cells on an emulated screen. o.Now is the bubble's clock where it is nil.
func run(t *testing.T, o Options, w, h int) *terminal {
	t.Helper()
	in, keys := io.Pipe()
	term := &terminal{t: t, em: vt.NewEmulator(w, h), keys: keys, over: make(chan error, 1)}
	go func() { _, _ = io.Copy(io.Discard, term.em) }() // what the terminal answers goes nowhere: a silent terminal
	o.Input, o.Output, o.Width, o.Height = in, term, w, h
	if o.Environ == nil {
		o.Environ = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}
	}
	root := newRoot(o)
	root.take(o.Source.Estate())
	term.guard = &guard{root: root}
	ctx, cancel := context.WithCancel(context.Background())
	term.ended = cancel
	term.program = tea.NewProgram(term.guard, programOptions(context.Background(), o)...)
	if o.Runs != nil {
		root.runs.follow = newFollower(ctx, o.Runs, term.program.Send).follow
	}
	go func() {
		_, err := term.program.Run()
		term.over <- err
	}()
	term.settle()
	return term
}

// Write takes what the program writes. A newline alone goes down without going left: the program maps it itself only on
// a real terminal.
func (term *terminal) Write(p []byte) (int, error) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.written += len(p)
	_, err := term.em.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// settle lets some frames pass, and the time after which an escape is a key of its own.
func (term *terminal) settle() {
	time.Sleep(300 * time.Millisecond)
	synctest.Wait()
}

// press types keys, as the bytes that a terminal sends.
func (term *terminal) press(keys ...string) {
	for _, k := range keys {
		if named, ok := map[string]string{
			"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "enter": "\r", "esc": "\x1b", "tab": "\t", "pgdown": "\x1b[6~", "backspace": "\x7f", "end": "\x1b[F", "ctrl+c": "\x03",
		}[k]; ok {
			k = named
		}
		_, _ = io.WriteString(term.keys, k)
		term.settle()
	}
}

// text is the screen.
func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.em.String()
}

func (term *terminal) shows(words ...string) {
	term.t.Helper()
	s := term.text()
	for _, w := range words {
		if !strings.Contains(s, w) {
			term.t.Fatalf("no %q on the screen:\n%s", w, s)
		}
	}
}

func (term *terminal) hides(words ...string) {
	term.t.Helper()
	s := term.text()
	for _, w := range words {
		if strings.Contains(s, w) {
			term.t.Fatalf("%q is on the screen:\n%s", w, s)
		}
	}
}

// resize is the terminal's window growing or shrinking.
func (term *terminal) resize(w, h int) {
	term.mu.Lock()
	term.em.Resize(w, h)
	term.mu.Unlock()
	term.program.Send(tea.WindowSizeMsg{Width: w, Height: h})
	term.settle()
}

// quit ends the program, if it has not ended, and gives what Run said.
func (term *terminal) quit() error {
	term.program.Quit()
	err := <-term.over
	term.ended()
	_ = term.keys.Close()
	_ = term.em.Close()
	time.Sleep(2 * time.Second) // the clock's last tick
	return err
}

// onScreen runs f with a program that shows the source's estate, at noon and then on.
func onScreen(t *testing.T, source Source, w, h int, f func(*terminal)) {
	t.Helper()
	withOptions(t, Options{Source: source}, w, h, f)
}

func withOptions(t *testing.T, o Options, w, h int, f func(*terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		o.Config, o.Now = testConfig(), func() time.Time { return noon.Add(time.Since(start)) }
		term := run(t, o, w, h)
		defer func() { // also where f has ended the test
			if err := term.quit(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
		}()
		f(term)
	})
}

// bare is a terminal without a program, and the options of one that would run on it.
func bare(t *testing.T) (*terminal, Options) {
	in, keys := io.Pipe()
	term := &terminal{t: t, em: vt.NewEmulator(120, 36), keys: keys}
	go func() { _, _ = io.Copy(io.Discard, term.em) }()
	return term, Options{Source: &still{e: healthy()}, Config: testConfig(), Now: func() time.Time { return noon },
		Input: in, Output: term, Width: 120, Height: 36, Environ: []string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}}
}

func (term *terminal) close() {
	_ = term.keys.Close()
	_ = term.em.Close()
	time.Sleep(2 * time.Second)
}
