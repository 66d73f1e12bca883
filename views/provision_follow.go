package views

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// progressFollower follows what roots of runs are doing beside the program, each on a goroutine of its own. While the
// program is busy only the newest of each waits.
type progressFollower struct {
	ctx  context.Context
	door Provisioner
	send func(tea.Msg)

	mu    sync.Mutex
	going map[rootOf]context.CancelFunc
}

func newProgressFollower(ctx context.Context, door Provisioner, send func(tea.Msg)) *progressFollower {
	return &progressFollower{ctx: ctx, door: door, send: send, going: map[rootOf]context.CancelFunc{}}
}

// follow makes these what is followed. It never waits.
func (f *progressFollower) follow(list []rootOf) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for of, cancel := range f.going {
		if !slices.Contains(list, of) {
			cancel()
			delete(f.going, of)
		}
	}
	for _, of := range list {
		if f.going[of] == nil {
			ctx, cancel := context.WithCancel(f.ctx)
			f.going[of] = cancel
			go f.keepUp(ctx, of)
		}
	}
}

// keepUp follows one root until it is wanted no more, again and again where that breaks off.
func (f *progressFollower) keepUp(ctx context.Context, of rootOf) {
	for {
		box, handed := make(chan dr.RootProgress, 1), make(chan struct{})
		go func() {
			defer close(handed)
			for p := range box {
				if ctx.Err() == nil {
					f.send(progressMsg{of, p})
				}
			}
		}()
		err := f.door.Progress(ctx, of.run, of.root, func(p dr.RootProgress) { putNewest(box, p) })
		close(box)
		<-handed
		select {
		case <-ctx.Done():
			return
		case <-time.After(pick(err == nil, followLater, followAgain)):
		}
	}
}

// followProgress follows the roots that the shown run plans or applies now, and those that failed.
func (m *root) followProgress() {
	var list []rootOf
	if s := m.shownRun(); s != nil {
		if f := m.runs.run(s.id); f != nil && provisioning(f.View.Plan) && !closed(f.View) {
			for _, x := range f.View.Steps {
				if root := rootIn(x.ID); root != "" && terraforms(x) {
					if of := (rootOf{s.id, root}); !slices.Contains(list, of) {
						list = append(list, of)
					}
				}
			}
		}
	}
	if !slices.Equal(list, m.path.wanted) {
		m.path.wanted = list
		m.path.follow(list)
	}
}

// terraforms says whether Terraform is at work in a step, or has just failed there.
func terraforms(s runbook.StepView) bool {
	return underWay(s.State) && s.State != runbook.StateGate
}

// advanced takes what a root is doing. Lines are put in the order in which they are shown, once.
func (m *root) advanced(msg progressMsg) {
	msg.now.Lines = slices.Clone(msg.now.Lines) // the door goes on comparing what it gave
	slices.SortStableFunc(msg.now.Lines, func(a, b dr.ResourceLine) int {
		if a.State == dr.LineDone && b.State == dr.LineDone { // the newest first
			return b.Began.Add(b.Elapsed).Compare(a.Began.Add(a.Elapsed))
		}
		return lineRank(a) - lineRank(b)
	})
	m.path.progress[msg.of] = msg.now
	m.path.news++
}

// lineRank orders resources by what a person must see first: what failed, what goes on, what is done, what waits.
func lineRank(l dr.ResourceLine) int {
	switch l.State {
	case dr.LineFailed:
		return 0
	case dr.LineGoing:
		return 1
	case dr.LineDone:
		return 2
	}
	return 3
}

// rootIn is the root that a step is about, as in plan-data or apply-primary-services; "" where it is about none.
func rootIn(step string) string {
	verb, root, _ := strings.Cut(step, "-")
	if !slices.Contains([]string{"unlock", "images", "plan", "apply", "verify", "names"}, verb) {
		return ""
	}
	root, _, _ = strings.Cut(root, "-")
	return root
}
