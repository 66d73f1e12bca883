package cli

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr"
	"lifeboat/dr/config"
)

// configLook is how often a cockpit looks whether its lifeboat.yaml was changed.
const configLook = time.Second

// living watches an estate whose lifeboat.yaml may change under it: what a run of provisioning has made is named there, and is
// watched from then on. A file that cannot be read, or is wrong, leaves the watch as it is.
type living struct {
	ctx  context.Context
	path string

	mu    sync.Mutex
	watch *dr.Watch
	end   context.CancelFunc // of watch
	file  string             // the file as it was read last
}

// openLiving starts to watch an estate, and its file. Both end with ctx.
func openLiving(ctx context.Context, c *config.Config) (*living, error) {
	l := &living{ctx: ctx, path: c.Path}
	l.file = l.text()
	if err := l.begin(c); err != nil {
		return nil, err
	}
	if c.Path != "" {
		go fault.Caught(l.follow)()
	}
	return l, nil
}

// begin puts a new watch in the place of the old one.
func (l *living) begin(c *config.Config) error {
	ctx, end := context.WithCancel(l.ctx)
	w, err := open(ctx, c, l.now())
	if err != nil {
		end()
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end != nil {
		l.end()
	}
	l.watch, l.end = w, end
	return nil
}

func (l *living) text() string {
	data, err := os.ReadFile(l.path)
	if err != nil {
		return ""
	}
	return string(data)
}

// follow begins anew with every lifeboat.yaml that says something else and is right.
func (l *living) follow() {
	clock := time.NewTicker(configLook)
	defer clock.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-clock.C:
		}
		text := l.text()
		if text == "" || text == l.file {
			continue
		}
		l.file = text
		if c, err := config.Load(l.path); err == nil {
			_ = l.begin(c) // the file may be half typed: the estate as it was goes on being watched
		}
	}
}

func (l *living) now() *dr.Watch {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.watch
}

// Estate implements views.Source.
func (l *living) Estate() *dr.Estate { return l.now().Estate() }

// Refresh implements views.Source.
func (l *living) Refresh() { l.now().Refresh() }

// Settled waits until everything was read once, as dr.Watch's does.
func (l *living) Settled(ctx context.Context) (*dr.Estate, error) { return l.now().Settled(ctx) }

// Subscribe implements views.Source: it goes on with whichever watch there is.
func (l *living) Subscribe() (<-chan *dr.Estate, func()) {
	ctx, stop := context.WithCancel(l.ctx)
	out := make(chan *dr.Estate, 1)
	w := l.now()
	news, leave := w.Subscribe()
	go func() {
		defer close(out)
		defer func() { leave() }()
		for {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-news:
				if ok {
					hand(out, e)
					continue
				}
			}
			next := l.now() // the watch has ended: there is another, or the cockpit ends too
			if next == w {
				return
			}
			w = next
			news, leave = w.Subscribe()
			hand(out, w.Estate())
		}
	}()
	return out, stop
}

// hand hands an estate over, in the place of one that was not fetched.
func hand(out chan *dr.Estate, e *dr.Estate) {
	select {
	case <-out:
	default:
	}
	out <- e
}

// loaded is lifeboat.yaml as it is now.
func loaded(c *config.Config) (*config.Config, error) {
	now, err := config.Load(c.Path)
	if err != nil {
		return nil, fmt.Errorf("lifeboat.yaml as it is now: %w", err)
	}
	return now, nil
}
