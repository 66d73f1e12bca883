package public

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// plane answers at one place: connections come in by whatever door, TLS or not, and leave to one handler. While dark
// says so they go dead.
type plane struct {
	server *http.Server
	queue  *queue
	config *tls.Config
	dark   func() bool
}

// newPlane serves handler until stop. certificate chooses what TLS clients are shown.
func newPlane(handler http.Handler, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), dark func() bool) *plane {
	p := &plane{
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ErrorLog: log.New(io.Discard, "", 0)},
		queue:  newQueue(),
		config: &tls.Config{GetCertificate: certificate, NextProtos: []string{"http/1.1"}},
		dark:   dark,
	}
	go func() { _ = p.server.Serve(p.queue) }() // ends with the queue
	return p
}

// take serves a connection that began as o says.
func (p *plane) take(o opening, c net.Conn) {
	c = &mute{Conn: c, dark: p.dark}
	if o.secure {
		c = tls.Server(c, p.config)
	}
	p.queue.put(c)
}

// connect is a connection to this place from inside the simulator.
func (p *plane) connect(secure bool) net.Conn {
	here, there := Pipe()
	go p.take(opening{secure: secure}, there)
	return here
}

func (p *plane) stop() {
	_ = p.queue.Close()
	_ = p.server.Close()
}

// queue is a listener whose connections are put in by hand.
type queue struct {
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func newQueue() *queue { return &queue{conns: make(chan net.Conn), ended: make(chan struct{})} }

func (q *queue) put(c net.Conn) {
	select {
	case q.conns <- c:
	case <-q.ended:
		_ = c.Close()
	}
}

// Accept waits for the next connection.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.ended:
		return nil, net.ErrClosed
	}
}

// Close ends the queue; connections put in later are closed.
func (q *queue) Close() error {
	q.once.Do(func() { close(q.ended) })
	return nil
}

// Addr is no real address: connections come from elsewhere.
func (q *queue) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
