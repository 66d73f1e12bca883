package sim

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// activity knows when the simulator was last called.
type activity struct {
	last atomic.Pointer[time.Time]
}

// touch notes a call. time.Time is kept whole, for its monotonic reading: a clock that is set must not end a demo.
func (a *activity) touch() {
	now := time.Now()
	a.last.Store(&now)
}

// quiet returns true when nothing has called for d, false when ctx ends first.
func (a *activity) quiet(ctx context.Context, d time.Duration) bool {
	for {
		left := d - time.Since(*a.last.Load())
		if left <= 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(left):
		}
	}
}

// requests notes every request to next.
func (a *activity) requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.touch()
		next.ServeHTTP(w, r)
	})
}

// connections notes every connection to l.
func (a *activity) connections(l net.Listener) net.Listener { return noted{Listener: l, activity: a} }

type noted struct {
	net.Listener
	activity *activity
}

func (n noted) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		n.activity.touch()
	}
	return c, err
}
