package views

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
)

// Run shows the cockpit until the user quits, ctx ends, or the terminal hangs up; these three are no errors. The
// terminal is left as it was. A panic on the way is passed on as a *Crash, after the terminal was restored.
func Run(ctx context.Context, o Options) error {
	root := newRoot(o)
	guard := &guard{root: root}
	p := tea.NewProgram(guard, programOptions(ctx, o)...)

	estates, stop := o.Source.Subscribe() // before the first frame, so that no estate falls in between
	defer stop()
	if e := o.Source.Estate(); e != nil {
		root.take(e)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go relay(ctx, estates, p.Send)
	go hangUp(ctx, p.Send)
	if o.Runs != nil {
		root.runs.follow = newFollower(ctx, o.Runs, p.Send).follow
		root.path.follow = newProgressFollower(ctx, o.Runs, p.Send).follow
	}

	_, err := p.Run()
	if guard.crash != nil {
		panic(guard.crash)
	}
	if errors.Is(err, tea.ErrInterrupted) || ctx.Err() != nil {
		return nil
	}
	return err
}

// New is the cockpit's model, for a program of one's own. The estates of o.Source and the updates of o.Runs are
// for the caller to send; see Show and ShowRun.
func New(o Options) tea.Model { return newRoot(o) }

// Show is the message that brings an estate to a model of New.
func Show(e *dr.Estate) tea.Msg { return estateMsg{e} }

// ShowRun is the message that brings what is new of a run to a model of New.
func ShowRun(id string, u RunUpdate) tea.Msg { return runMsg{id: id, update: &u} }

func programOptions(ctx context.Context, o Options) []tea.ProgramOption {
	opts := []tea.ProgramOption{tea.WithContext(ctx)}
	if o.Input != nil {
		opts = append(opts, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		opts = append(opts, tea.WithOutput(o.Output))
	}
	if o.Environ != nil {
		opts = append(opts, tea.WithEnvironment(o.Environ))
	}
	if o.Width > 0 {
		opts = append(opts, tea.WithWindowSize(o.Width, o.Height))
	}
	return opts
}

// relay hands estates to the program as they come. While the program is busy only the newest waits.
func relay(ctx context.Context, estates <-chan *dr.Estate, send func(tea.Msg)) {
	for {
		select {
		case <-ctx.Done():
			return
		case e, open := <-estates:
			if !open {
				return
			}
			send(estateMsg{newest(estates, e)})
		}
	}
}

func newest(estates <-chan *dr.Estate, e *dr.Estate) *dr.Estate {
	for {
		select {
		case next, open := <-estates:
			if !open {
				return e
			}
			e = next
		default:
			return e
		}
	}
}

// hangUp ends the program in good order when its terminal goes away. (Bubble Tea sees to SIGINT and SIGTERM.)
func hangUp(ctx context.Context, send func(tea.Msg)) {
	gone := make(chan os.Signal, 1)
	signal.Notify(gone, syscall.SIGHUP)
	defer signal.Stop(gone)
	select {
	case <-ctx.Done():
	case <-gone:
		send(tea.QuitMsg{})
	}
}
