package pg_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/sim/pgwire"
	"lifeboat/dr/pg"
)

// simulated is a database behind pipes: nothing of it waits for a socket, so it lives inside synctest.
type simulated struct {
	mu     sync.Mutex
	state  pgwire.Database
	dials  int
	closed bool // nobody listens
	line   chan net.Conn
	down   chan struct{}
}

func (s *simulated) Database() pgwire.Database {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.state
	d.Now = time.Now()
	return d
}

func (s *simulated) set(change func(*pgwire.Database)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}

func (s *simulated) dialled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

// dial counts, and refuses where nobody listens.
func (s *simulated) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	s.mu.Lock()
	closed := s.closed
	s.dials++
	s.mu.Unlock()
	if closed {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	here, there := net.Pipe()
	select {
	case s.line <- there:
		return here, nil
	case <-s.down:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *simulated) Accept() (net.Conn, error) {
	select {
	case c := <-s.line:
		return c, nil
	case <-s.down:
		return nil, net.ErrClosed
	}
}

func (s *simulated) Close() error   { close(s.down); return nil }
func (s *simulated) Addr() net.Addr { return &net.UnixAddr{} }

// serve lets it answer until the end of the test.
func (s *simulated) serve(t *testing.T, options ...pgwire.Option) *simulated {
	s.line, s.down = make(chan net.Conn), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- pgwire.Serve(ctx, s, s, options...) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// target is the way to it.
func (s *simulated) target() pg.Target {
	return pg.Target{
		Region: "us-east-1", Name: "dev-db", Host: "db.example", User: "watcher", Database: "app", SSLMode: "disable",
		Password: func(context.Context) (string, error) { return "open sesame", nil }, Dial: s.dial,
	}
}

// reader reads it; it is closed before the server is.
func (s *simulated) reader(t *testing.T, change ...func(*pg.Target)) *pg.Reader {
	target := s.target()
	for _, c := range change {
		c(&target)
	}
	r := pg.NewReader(target)
	t.Cleanup(r.Close)
	return r
}

// mustRead reads and wants an answer.
func mustRead(t *testing.T, r *pg.Reader) pg.Reading {
	t.Helper()
	reading, err := r.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

// inBubble runs f on a clock of its own, in which waiting takes no time.
func inBubble(t *testing.T, f func(*testing.T)) { synctest.Test(t, f) }

func primaryDatabase() pgwire.Database {
	left, used, lag := int64(5<<30), int64(-4096), int64(1500)
	return pgwire.Database{
		Version: "15.12", System: 7312, Timeline: 3, Current: 0x16B374D848, MaxSlotWALKeep: 10 << 30, Name: "app",
		Slots: []pgwire.Slot{
			{Name: "rds_us_west_2_dr_db", Type: "physical", Active: true, Status: "reserved", Safe: &left, Retained: 4096},
			{Name: "gone", Type: "physical", Status: "lost"},
			{Name: "free", Type: "logical", Status: "extended", Retained: 1 << 20},
			{Name: "late", Type: "logical", Status: "unreserved", Safe: &used, Retained: 1 << 30},
		},
		Standbys: []pgwire.Standby{{User: "rdsrepladmin", Application: "walreceiver", Client: "10.1.21.5", State: "streaming",
			Sync: "async", Sent: 0x16B374D848, Replayed: 0x16B374D000, ReplayLag: &lag}},
		Connections: []pgwire.Connection{
			{Database: "app", User: "backend", Application: "api", Client: "10.0.11.4", Kind: "client backend", Count: 10},
			{Database: "app", User: "rdsadmin", Kind: "client backend", Count: 2},
		},
	}
}

func standbyDatabase() pgwire.Database {
	return pgwire.Database{
		Version: "15.12", System: 7312, Timeline: 3, Standby: true, Received: 0x16B374D848, Replayed: 0x16B374D000,
		LastReplay: time.Date(2026, 11, 23, 3, 14, 7, 123456000, time.UTC), Name: "app",
		Receiver: &pgwire.Receiver{Status: "streaming", Timeline: 3, Heard: time.Date(2026, 11, 23, 3, 15, 0, 0, time.UTC)},
	}
}
