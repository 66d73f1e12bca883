package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

const (
	// launchPatience is how long a run's process may take to answer. It reads nothing of the cloud before it does.
	launchPatience = 20 * time.Second
	launchLook     = 10 * time.Millisecond
	// listPatience is how long the runs that there are may take to be listed.
	listPatience = 5 * time.Second
)

// begin starts a new run in a process of its own. It gives the run's id and a link to its process as soon as that answers;
// what comes of it is told over the link.
func (a *app) begin(ctx context.Context, c *config.Config, s *dr.State, o dr.Order) (string, *runbook.Line, error) {
	runs := knownRuns(ctx, s)
	for {
		o.Run = runbook.NextRunID(time.Now(), string(o.Kind), runs)
		err := writeOrder(s, o, os.O_EXCL) // two runs of one moment are two all the same
		if errors.Is(err, os.ErrExist) {
			runs = append(runs, o.Run)
			continue
		}
		if err != nil {
			return "", nil, err
		}
		l, err := a.launch(ctx, c, s, o.Run)
		return o.Run, l, err
	}
}

// knownRuns are those that the new one must sort after. Where they cannot be listed now, its process will not start it either.
func knownRuns(ctx context.Context, s *dr.State) []string {
	ctx, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	runs, _ := s.Archive.Runs(ctx)
	return runs
}

// resume starts a process that takes a run up.
func (a *app) takeUp(ctx context.Context, c *config.Config, s *dr.State, run, takeOver string) (*runbook.Line, error) {
	if err := writeOrder(s, dr.Order{Run: run, TakeOver: takeOver}, os.O_TRUNC); err != nil {
		return nil, err
	}
	return a.launch(ctx, c, s, run)
}

// writeOrder leaves what a run's process is to do where it looks for it. how is O_EXCL or O_TRUNC.
func writeOrder(s *dr.State, o dr.Order, how int) error {
	data, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	path := beside(s, o.Run, orderEnd)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return errors.Join(err, f.Close())
}

func readOrder(s *dr.State, run string) (dr.Order, error) {
	var o dr.Order
	data, err := os.ReadFile(beside(s, run, orderEnd))
	if err != nil {
		return o, fmt.Errorf("what run %s is to do: %w", run, err)
	}
	if err := json.Unmarshal(data, &o); err != nil || o.Run != run {
		return o, fmt.Errorf("%s is not the order of run %s (%v)", beside(s, run, orderEnd), run, err)
	}
	return o, nil
}

// launch starts `lifeboat run` in a session of its own, so that neither an interrupt nor a hang-up of this terminal reaches
// it, and waits until it answers.
func (a *app) launch(ctx context.Context, c *config.Config, s *dr.State, run string) (*runbook.Line, error) {
	socket, err := newSocketPath(run)
	if err != nil {
		return nil, fmt.Errorf("a place for the run's socket: %w", err)
	}
	cmd, err := a.child(c, s, run, socket)
	if err != nil {
		return nil, fmt.Errorf("the run's process could not be started: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	l, err := awaitLine(ctx, socket, ended)
	if err != nil {
		return nil, fmt.Errorf("the run's process (%d) did not answer: %w", cmd.Process.Pid, errors.Join(err, said(s, run)))
	}
	return l, nil
}

func (a *app) child(c *config.Config, s *dr.State, run, socket string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(beside(s, run, logEnd), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(self, "run", run, "--config="+path, "--socket="+socket)
	cmd.Stderr = log
	detach(cmd)
	return cmd, cmd.Start()
}

// awaitLine connects as soon as somebody answers at a socket.
func awaitLine(ctx context.Context, socket string, ended <-chan error) (*runbook.Line, error) {
	late := time.NewTimer(launchPatience)
	defer late.Stop()
	look := time.NewTicker(launchLook)
	defer look.Stop()
	for {
		if _, err := os.Stat(socket); err == nil {
			if l, err := runbook.Attach(ctx, socket); err == nil {
				return l, nil
			}
		}
		select {
		case <-look.C:
		case err := <-ended:
			return nil, fmt.Errorf("it ended at once (%v)", err)
		case <-late.C:
			return nil, fmt.Errorf("not within %s", launchPatience)
		case <-ctx.Done():
			return nil, fmt.Errorf("%w; it goes on to its first question", errLeft)
		}
	}
}

// said is what a run's process said last, and where all of it is; nil where it said nothing.
func said(s *dr.State, run string) error {
	path := beside(s, run, logEnd)
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	const most = 4 << 10
	if info, err := f.Stat(); err == nil && info.Size() > most {
		_, _ = f.Seek(-most, io.SeekEnd)
	}
	text, _ := io.ReadAll(f)
	if len(text) == 0 {
		return nil
	}
	return fmt.Errorf("%s\n(what it said is in %s)", strings.TrimSpace(string(text)), path)
}

// newSocketPath is where a new process of a run can be reached: in the user's runtime directory, else in a directory made
// for it. Paths of sockets are short.
func newSocketPath(run string) (string, error) {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d %s", run, os.Getpid(), time.Now())
	name := fmt.Sprintf("%08x.sock", h.Sum32())
	if info, err := os.Stat(xdg.RuntimeDir); err == nil && info.IsDir() {
		if path := filepath.Join(xdg.RuntimeDir, "lifeboat", name); len(path) <= runbook.MostSocketPath {
			return path, os.MkdirAll(filepath.Dir(path), 0o700)
		}
	}
	dir, err := os.MkdirTemp("", "lifeboat-")
	return filepath.Join(dir, name), err
}
