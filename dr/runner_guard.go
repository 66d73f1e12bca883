package dr

import (
	"context"
	"time"

	"lifeboat/dr/runbook"
)

// attend reads the fence's receipt again with every refresh for as long as the run goes on.
func (w *crew) attend(ctx context.Context, r *Runner, run *runbook.Run) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		<-run.Done()
		stop()
		for _, reader := range w.sql {
			reader.Close()
		}
	}()
	go w.fence.guard(ctx, run.Task(StepFence))
	if r.by != nil {
		go r.keepSession(ctx)
	}
}

// sessionAhead is how long before its end the operator's session is renewed, so that no step waits for a person in its middle.
const sessionAhead = 10 * time.Minute

// keepSession renews the session in time, and asks for a code where that takes one. What it cannot do now it tries again; a change that
// needs the session asks for itself.
func (r *Runner) keepSession(ctx context.Context) {
	clock := time.NewTicker(r.c.Refresh.Fast.D())
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			_ = r.by.Renew(ctx, sessionAhead)
		}
	}
}
