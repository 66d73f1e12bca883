package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"

	"lifeboat/aws/sim/public"
)

// Memory is a network that lives in this process: addresses look like 127.0.0.2:20001, connections are public.Pipes, so
// that a simulator and its clients run inside testing/synctest. It carries streams only; DNS goes over it in TCP's form.
type Memory struct {
	mu        sync.Mutex
	listeners map[string]*memoryListener
	last      int // the newest port given out for :0
}

// NewMemory is an empty network.
func NewMemory() *Memory { return &Memory{listeners: map[string]*memoryListener{}, last: 20000} }

// Listen opens addr (host:port, port 0 for any).
func (m *Memory) Listen(_, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if port == "0" {
		m.last++
		port = strconv.Itoa(m.last)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("listen %s: the port must be a number", addr)
	}
	at := &net.TCPAddr{IP: net.ParseIP(host), Port: number}
	if m.listeners[at.String()] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: at, Err: syscall.EADDRINUSE}
	}
	l := &memoryListener{network: m, at: at, conns: make(chan net.Conn), closed: make(chan struct{})}
	m.listeners[at.String()] = l
	return l, nil
}

// ListenPacket is refused: this network has no datagrams.
func (m *Memory) ListenPacket(_, addr string) (net.PacketConn, error) {
	return nil, fmt.Errorf("listen for datagrams on %s: %w", addr, errors.ErrUnsupported)
}

// DialContext connects to addr; it refuses as an operating system does where nobody listens. It fits http.Transport
// and every client of Lifeboat that takes a dialer.
func (m *Memory) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	at, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	l := m.listeners[at.String()]
	m.last++
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: m.last}
	m.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	here, there := public.Pipe()
	select {
	case l.conns <- &memoryConn{Conn: there, local: at, remote: from}:
		return &memoryConn{Conn: here, local: from, remote: at}, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: ctx.Err()}
	}
}

type memoryListener struct {
	network *Memory
	at      *net.TCPAddr
	conns   chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		delete(l.network.listeners, l.at.String())
	})
	return nil
}

func (l *memoryListener) Addr() net.Addr { return l.at }

// memoryConn is one end of a pipe, with addresses.
type memoryConn struct {
	net.Conn
	local, remote net.Addr
}

func (c *memoryConn) LocalAddr() net.Addr  { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr { return c.remote }
