package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"lifeboat/ui"
)

// codePrompt asks for one-time codes at a terminal, without showing what is typed; nil where there is none to type at.
// The prompt goes to w, so that it is in nobody's output.
func codePrompt(in *os.File, w io.Writer) func(ctx context.Context, why string) (string, error) {
	if !term.IsTerminal(in.Fd()) {
		return nil
	}
	return func(ctx context.Context, why string) (string, error) {
		defer fmt.Fprintln(w)
		code, err := hidden(ctx, in, func() {
			fmt.Fprintf(w, "%s\none-time code, six digits (Enter alone: go without): ", ui.Clean(why))
		})
		if err == nil && code == "" {
			err = io.EOF
		}
		return code, err
	}
}

// hidden reads a line that is not shown, and prompts for it once nothing is shown any more. When ctx ends the terminal
// shows again what is typed; the read itself ends with the process.
func hidden(ctx context.Context, in *os.File, prompt func()) (string, error) {
	before, err := term.GetState(in.Fd())
	if err != nil {
		return "", err
	}
	type read struct {
		line []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		line, err := term.ReadPassword(in.Fd())
		done <- read{line, err}
	}()
	awaitOtherState(in, before)
	prompt()
	select {
	case r := <-done:
		return strings.TrimSpace(string(r.line)), r.err
	case <-ctx.Done():
		return "", contextEnded(ctx, term.Restore(in.Fd(), before))
	}
}

// awaitOtherState waits until a terminal is not as it was, for a second at most.
func awaitOtherState(in *os.File, before *term.State) {
	for range 1000 {
		if now, err := term.GetState(in.Fd()); err != nil || !reflect.DeepEqual(now, before) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func contextEnded(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	return context.Cause(ctx)
}
