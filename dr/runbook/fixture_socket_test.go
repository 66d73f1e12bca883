package runbook_test

import (
	"net"
	"testing"

	"lifeboat/dr/runbook"
)

// pipes is a listener in memory: a goroutine in a real socket's read would stop a test's clock.
type pipes struct {
	calls chan net.Conn
	shut  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.shut:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.shut); return nil }
func (p *pipes) Addr() net.Addr { return nil }

// dial is a connection that nobody reads yet.
func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.calls <- there
	return here
}

func (p *pipes) join(t *testing.T) *runbook.Line {
	t.Helper()
	l, err := runbook.Join(p.dial())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// hosted is a run whose questions lie on a desk that screens reach.
type hosted struct {
	*bench
	desk   *runbook.Desk
	server *runbook.Server
	ear    *pipes
	run    *runbook.Run
	over   chan runbook.Result
}

// host begins a run as a process does that serves screens. shape may change the procedure.
func host(t *testing.T, shape func(*runbook.Procedure)) *hosted {
	t.Helper()
	h := &hosted{bench: newBench(), desk: &runbook.Desk{}, ear: newPipes(), over: make(chan runbook.Result, 1)}
	h.server = runbook.NewServer(runbook.Hello{Run: "run-1", PID: 7, Host: "seat"}, h.desk, nil)
	go h.server.Serve(h.ear)
	s := h.seat()
	p := s.failover()
	if shape != nil {
		shape(&p)
	}
	o := h.options(s)
	o.Operator = h.desk
	run, err := runbook.Start(s.context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	h.run = run
	h.server.Show(run)
	go func() {
		res := run.Wait()
		h.server.End(res.Ending, res.Err)
		h.server.Close()
		h.over <- res
	}()
	return h
}

// answerAll answers every question that comes over a line, once each, until the run is over.
func answerAll(t *testing.T, l *runbook.Line, by string) {
	answered := map[int64]bool{}
	for {
		changed := l.Changed()
		for _, q := range l.Questions() {
			if answered[q.Asked] {
				continue
			}
			answered[q.Asked] = true
			a := right(q)
			a.By = by
			if err := l.Answer(t.Context(), q.ID, a); err != nil {
				t.Logf("%s to %s: %v", by, q.ID, err)
			}
		}
		select {
		case <-l.Done():
			return
		case <-changed:
		}
	}
}
