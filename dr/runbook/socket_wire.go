package runbook

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

// SocketVersion is the version of what is spoken on a run's socket: lines of JSON, texts as they are (whoever draws
// them makes them harmless). The process that executes the run says Hello first; then each side says what it has to.
const SocketVersion = 1

// Hello is what a run's socket says first.
type Hello struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	PID     int    `json:"pid"`
	Host    string `json:"host"`
}

// Over is how the process's part of a run ended; with Ending "" the run was never begun, and Error says why.
type Over struct {
	Ending  Ending `json:"ending,omitempty"`
	Error   string `json:"error,omitempty"`
	Refused bool   `json:"refused,omitempty"` // the error is an ErrRefused

	Held *HeldError `json:"held,omitempty"` // the error is that another holds the lease
}

// overOf is what screens are told of an ending.
func overOf(ending Ending, err error) Over {
	o := Over{Ending: ending, Refused: errors.Is(err, ErrRefused)}
	if err != nil {
		o.Error = err.Error()
	}
	errors.As(err, &o.Held)
	return o
}

// Err is the error again: a *HeldError, an ErrRefused or another one; nil where there is none.
func (o Over) Err() error {
	switch {
	case o.Held != nil:
		return o.Held
	case o.Refused:
		return refused("%s", o.Error)
	case o.Error != "":
		return errors.New(o.Error)
	}
	return nil
}

// told is a line from the process that executes the run; one field is set.
type told struct {
	Hello     *Hello      `json:"hello,omitempty"`
	Event     *Event      `json:"event,omitempty"`
	Questions *[]Question `json:"questions,omitempty"` // all that are open now
	Session   *time.Time  `json:"session,omitempty"`   // when the operator's session ends
	Reply     *reply      `json:"reply,omitempty"`
	Over      *Over       `json:"over,omitempty"` // the last line
}

// order is a line from a screen, and reply its answer; Error is in words for the one who typed.
type order struct {
	ID       int64  `json:"id"`
	Do       string `json:"do"` // answer, stop, skip, go unplanned, undo
	Question string `json:"question,omitempty"`
	Step     string `json:"step,omitempty"`
	Answer   Answer `json:"answer"`
}

type reply struct {
	ID    int64  `json:"id"`
	Error string `json:"error,omitempty"`
}

const (
	writePatience = 10 * time.Second // with a side that does not read
	mostOrder     = 1 << 20          // bytes of a line from a screen
	mostTold      = 64 << 20         // and of one to it
)

// wire is a connection that carries lines of JSON. Many may write to it, one reads.
type wire struct {
	net.Conn
	lines *bufio.Scanner
	turn  turn
}

func newWire(c net.Conn, most int) *wire {
	w := &wire{Conn: c, lines: bufio.NewScanner(c), turn: newTurn()}
	w.lines.Buffer(nil, most)
	return w
}

// say writes a line. A side that does not read for a while is hung up on.
func (w *wire) say(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := w.turn.take(context.Background()); err != nil {
		return err
	}
	defer w.turn.give()
	if err := w.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
		return err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		w.Close()
		return err
	}
	return nil
}

// hear reads a line; false where there is none any more.
func (w *wire) hear(v any) (bool, error) {
	if !w.lines.Scan() {
		return false, w.lines.Err()
	}
	if err := json.Unmarshal(w.lines.Bytes(), v); err != nil {
		return false, fmt.Errorf("a line on the run's socket is not understood: %w", err)
	}
	return true, nil
}
