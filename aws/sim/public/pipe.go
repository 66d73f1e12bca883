package public

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Pipe is two ends of a connection in memory. Unlike net.Pipe's, writes do not wait for the reader, as a socket's do not:
// two ends that write at once, as TLS does when both say goodbye, would wait for each other.
func Pipe() (net.Conn, net.Conn) {
	a, b := newStream(), newStream()
	return &end{in: a, out: b}, &end{in: b, out: a}
}

// stream is one direction of a pipe.
type stream struct {
	mu      sync.Mutex
	bytes   []byte
	written bool          // nothing more comes
	gone    bool          // nobody reads any more
	changed chan struct{} // closed and replaced with every change
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

// change runs f on the stream and wakes who waits for it.
func (s *stream) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// take gives what there is; where there is nothing yet, what to wait for.
func (s *stream) take(p []byte) (n int, wait <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.gone:
		return 0, nil, io.ErrClosedPipe
	case len(s.bytes) > 0 || len(p) == 0:
		n = copy(p, s.bytes)
		s.bytes = s.bytes[n:]
		return n, nil, nil
	case s.written:
		return 0, nil, io.EOF
	}
	return 0, s.changed, nil
}

// end is one end of a pipe.
type end struct {
	in, out *stream
	read    deadline
	write   deadline
}

func (e *end) Read(p []byte) (int, error) {
	for {
		late := e.read.passed()
		select {
		case <-late:
			return 0, os.ErrDeadlineExceeded
		default:
		}
		n, wait, err := e.in.take(p)
		if wait == nil {
			return n, err
		}
		select {
		case <-wait:
		case <-late:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

func (e *end) Write(p []byte) (n int, err error) {
	select {
	case <-e.write.passed():
		return 0, os.ErrDeadlineExceeded
	default:
	}
	e.out.change(func() {
		if e.out.written || e.out.gone {
			err = io.ErrClosedPipe
			return
		}
		e.out.bytes = append(e.out.bytes, p...)
		n = len(p)
	})
	return n, err
}

func (e *end) Close() error {
	e.in.change(func() { e.in.gone = true })
	e.out.change(func() { e.out.written = true })
	e.read.set(time.Time{})
	e.write.set(time.Time{})
	return nil
}

func (e *end) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (e *end) RemoteAddr() net.Addr { return e.LocalAddr() }

func (e *end) SetDeadline(t time.Time) error {
	e.read.set(t)
	e.write.set(t)
	return nil
}

func (e *end) SetReadDeadline(t time.Time) error {
	e.read.set(t)
	return nil
}

func (e *end) SetWriteDeadline(t time.Time) error {
	e.write.set(t)
	return nil
}

// deadline is a moment that may be moved while others wait for it.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	over  chan struct{} // closed when the moment has passed
}

// passed is closed when the deadline that is set now has passed.
func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		d.over = make(chan struct{})
	}
	return d.over
}

// set moves the deadline; zero is never. Who waits for the old one goes on waiting only if it had not passed.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		d.over = nil
	}
	select {
	case <-d.over: // passed without a timer
		d.over = nil
	default:
	}
	d.timer = nil
	if d.over == nil {
		d.over = make(chan struct{})
	}
	if t.IsZero() {
		return
	}
	over, left := d.over, time.Until(t)
	if left <= 0 { // not by a timer of no length: the race detector crashes on one in a testing/synctest bubble (go 1.26)
		close(over)
		return
	}
	d.timer = time.AfterFunc(left, func() { close(over) })
}
