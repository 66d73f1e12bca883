package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"lifeboat/aws/sim"
	"lifeboat/dr/config"
)

const (
	// demoSpeed makes a minute of the cloud pass in three seconds: a task starts, a target turns healthy and lag moves
	// while one looks, and there is still time to read.
	demoSpeed = 20
	// demoIdle is how long a demo's simulator lives after the last call: second cockpits meet the same cloud.
	demoIdle = time.Minute
	// demoStart is how long its simulator may take to answer.
	demoStart = 20 * time.Second
)

func (a *app) demo() *cobra.Command {
	var f simFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the cockpit on a simulated estate, with nothing set up",
		Long: "Demo starts a simulator (lifeboat sim) as a process of its own and opens the cockpit on it. No account, no config " +
			"and no network is needed. The simulator ends when nothing has called it for a minute.",
		Example: "lifeboat demo\nlifeboat demo --scenario empty\nlifeboat demo --speed 1 --services 100",
		Args:    noArgs,
		RunE: a.run(func(cmd *cobra.Command, _ []string) error {
			if _, err := f.check(cmd); err != nil {
				return err
			}
			if err := a.hasScreen(); err != nil {
				return err
			}
			return a.openDemo(cmd.Context(), f)
		}),
	}
	f.add(cmd, fmt.Sprint(demoSpeed))
	return cmd
}

func (a *app) openDemo(ctx context.Context, f simFlags) error {
	if f.speed == 0 && (f.scenario == "" || slices.Contains(sim.Scenarios(), f.scenario)) {
		f.speed = demoSpeed
	}
	path, err := startSimulator(ctx, f)
	if err != nil {
		return fmt.Errorf("the demo's simulator did not start: %w", err)
	}
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	return a.show(ctx, c)
}

// startSimulator starts this program as `lifeboat sim` in a session of its own, and gives the path of its config when
// it answers.
func startSimulator(ctx context.Context, f simFlags) (path string, err error) {
	dir := filepath.Join(xdg.StateHome, "lifeboat", "demo")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path = filepath.Join(dir, fmt.Sprintf("%s-%d.yaml", time.Now().UTC().Format("20060102T150405"), os.Getpid()))
	said, err := os.CreateTemp(dir, "sim-*.log")
	if err != nil {
		return "", err
	}
	defer said.Close()
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	args := append([]string{"sim", "--listen=127.0.0.1:0", "--exit-when-idle=" + demoIdle.String(), "--write-config=" + path}, f.args()...)
	cmd := exec.Command(self, args...)
	cmd.Stderr = said
	detach(cmd)
	if err := cmd.Start(); err != nil {
		os.Remove(said.Name())
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := awaitFile(ctx, path, ended); err != nil {
		_ = cmd.Process.Kill()
		return "", errors.Join(err, lastWords(said.Name()))
	}
	os.Remove(said.Name()) // what it says from now on concerns nobody; where the system keeps open files, it stays
	return path, nil
}

// awaitFile waits until there is a file at path. A simulator writes its config when everything answers.
func awaitFile(ctx context.Context, path string, ended <-chan error) error {
	late := time.NewTimer(demoStart)
	defer late.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		select {
		case <-look.C:
		case err := <-ended:
			return fmt.Errorf("it ended at once (%v)", err)
		case <-late.C:
			return fmt.Errorf("it does not answer after %s", demoStart)
		case <-ctx.Done():
			return errors.New("interrupted")
		}
	}
}

// lastWords is what the simulator said before it failed, as an error; nil where it said nothing.
func lastWords(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer os.Remove(path)
	defer f.Close()
	said, _ := io.ReadAll(io.LimitReader(f, 4<<10))
	if text := strings.TrimSpace(string(said)); text != "" {
		return errors.New(text)
	}
	return nil
}
