package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// process is the process of this machine that executes a run, as it has written itself down beside the run.
type process struct {
	Run     string    `json:"run"`
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Socket  string    `json:"socket"`
	Started time.Time `json:"started"`
}

// beside is the path of what belongs to a run on this machine: its journal's directory, where that is of files.
func beside(s *dr.State, run, end string) string { return filepath.Join(s.Dir, "runs", run+end) }

const (
	processEnd = ".process.json"
	logEnd     = ".log"
	orderEnd   = ".order.json"
)

// keep writes the process down, as a whole or not at all.
func (p process) keep(s *dr.State) error {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	path := beside(s, p.Run, processEnd)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// forget takes away what keep wrote, unless another process has written itself down since.
func (p process) forget(s *dr.State) {
	if now, err := processOf(s, p.Run); err == nil && now.PID == p.PID {
		os.Remove(beside(s, p.Run, processEnd))
	}
}

// errNoProcess is a run that no process of this machine executes.
var errNoProcess = errors.New("no process of this machine executes this run")

func processOf(s *dr.State, run string) (process, error) {
	var p process
	data, err := os.ReadFile(beside(s, run, processEnd))
	if errors.Is(err, fs.ErrNotExist) {
		return p, errNoProcess
	}
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	return p, err
}

// attach connects to the process that executes a run on this machine. The error is an errNoProcess where there is none,
// and says so where there was one.
func attach(ctx context.Context, s *dr.State, run string) (*runbook.Line, error) {
	p, err := processOf(s, run)
	if err != nil {
		return nil, err
	}
	l, err := runbook.Attach(ctx, p.Socket)
	switch {
	case err == nil && l.Hello().Run == run:
		return l, nil
	case err == nil:
		l.Close()
		err = fmt.Errorf("process %d executes another run", l.Hello().PID)
	case errors.Is(err, syscall.ECONNREFUSED): // nobody listens: it was killed, and left its socket
		_ = os.Remove(p.Socket)
		_ = os.Remove(filepath.Dir(p.Socket)) // where it is empty now
	case errors.Is(err, runbook.ErrHungUp):
		return nil, fmt.Errorf("process %d executes the run and does not answer: %w", p.PID, err)
	}
	return nil, fmt.Errorf("%w any more: process %d is gone (%w)", errNoProcess, p.PID, err)
}
