package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// runCommand is the process that executes a run. Other commands and the cockpit start it; nobody types it.
func (a *app) runCommand() *cobra.Command {
	var socket string
	cmd := &cobra.Command{
		Use:    "run ID",
		Short:  "Execute a run that was ordered, in this process",
		Hidden: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(cmd, "%s takes the id of one run", cmd.CommandPath())
			}
			return nil
		},
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			if err := a.mayChange("run"); err != nil {
				return err
			}
			return a.execute(cmd.Context(), args[0], socket)
		}),
	}
	cmd.Flags().StringVar(&socket, "socket", "", "answer screens at this path")
	return cmd
}

// executor is the process of one run.
type executor struct {
	app    *app
	config *config.Config
	state  *dr.State
	order  dr.Order
	desk   *runbook.Desk
	server *runbook.Server
	socket string

	mu     sync.Mutex
	runner *dr.Runner // nil before the run was begun
}

// execute carries out an order: it answers screens from the first moment, and ends when the run's part is over. A signal
// that ends programs stops the run, resumable.
func (a *app) execute(ctx context.Context, run, socket string) error {
	c, _, err := a.load()
	if err != nil {
		return err
	}
	x := &executor{app: a, config: c, desk: &runbook.Desk{}, socket: socket}
	if c.Simulated != nil {
		simulatedCredentials()
	}
	if x.socket == "" {
		if x.socket, err = newSocketPath(run); err != nil {
			return err
		}
	}
	host, _ := os.Hostname()
	x.server = runbook.NewServer(runbook.Hello{Run: run, PID: os.Getpid(), Host: host}, x.desk, x.session)
	ear, err := runbook.Listen(x.socket)
	if err != nil {
		return fmt.Errorf("the run's socket: %w", err)
	}
	go x.server.Serve(ear)
	ending, err := x.carryOut(ctx, run)
	if ending == runbook.Running && isRefusal(err) {
		err = &failure{exitRefused, err}
	}
	x.server.End(ending, err)
	x.server.Close()
	_ = os.Remove(filepath.Dir(x.socket)) // where it was made for this socket alone it is empty now
	if ending.Closed() {
		return nil
	}
	return err
}

// carryOut begins or resumes the run and waits for its end; with no ending it was not begun.
func (x *executor) carryOut(ctx context.Context, run string) (runbook.Ending, error) {
	hard := context.WithoutCancel(ctx) // a run is stopped, not abandoned
	var err error
	if x.state, err = dr.OpenState(hard, x.config, dr.Options{}); err != nil {
		return runbook.Running, err
	}
	if x.order, err = readOrder(x.state, run); err != nil {
		return runbook.Running, err
	}
	defer os.Remove(beside(x.state, run, orderEnd))
	defer removeEmpty(beside(x.state, run, logEnd))
	runner, err := dr.OpenRunner(hard, x.config, dr.RunnerOptions{Code: x.desk.Code})
	if err != nil {
		return runbook.Running, err
	}
	defer runner.Close()
	r, err := x.open(hard, runner)
	if err != nil {
		return runbook.Running, err
	}
	x.mu.Lock()
	x.runner = runner
	x.mu.Unlock()
	return x.host(ctx, r)
}

// open begins the run of the order, or takes it up where it has a journal.
func (x *executor) open(ctx context.Context, runner *dr.Runner) (*runbook.Run, error) {
	o := x.order
	o.Operator = x.desk
	if o.Kind == "" {
		return runner.Resume(ctx, o)
	}
	return runner.Begin(ctx, o)
}

// host shows the run to screens until its part is over.
func (x *executor) host(ctx context.Context, r *runbook.Run) (runbook.Ending, error) {
	x.server.Show(r)
	host, _ := os.Hostname()
	p := process{Run: x.order.Run, PID: os.Getpid(), Host: host, Socket: x.socket, Started: time.Now().UTC()}
	if err := p.keep(x.state); err != nil {
		fmt.Fprintf(x.app.err, "other screens cannot find this process: %v\n", err)
	}
	defer p.forget(x.state)
	listening, stop := context.WithCancel(context.Background())
	defer stop()
	go x.hearAnswers(listening)
	defer context.AfterFunc(ctx, func() {
		r.Stop("the system", "its process was told to end")
		endHard()
	})()
	res := r.Wait()
	if res.Err != nil {
		fmt.Fprintf(x.app.err, "run %s: %s: %v\n", x.order.Run, res.Ending, res.Err)
	}
	return res.Ending, res.Err
}

// hearAnswers takes what operators on other machines lay beside the journal.
func (x *executor) hearAnswers(ctx context.Context) {
	box, ok := x.state.Archive.(runbook.Mailbox)
	if !ok {
		return
	}
	answers, err := box.Answers(x.order.Run)
	if err != nil {
		return
	}
	answers.Deliver(ctx, x.desk, func(err error) { fmt.Fprintln(x.app.err, err) })
}

// session is when the operator's session ends; zero before it has begun.
func (x *executor) session() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.runner == nil {
		return time.Time{}
	}
	return x.runner.Session()
}

func removeEmpty(path string) {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		os.Remove(path)
	}
}

// isRefusal says whether a run was not begun for a reason of Lifeboat's own.
func isRefusal(err error) bool { return errors.Is(err, runbook.ErrRefused) }
