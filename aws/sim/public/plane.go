package public

import (
	"bytes"
	"crypto/tls"
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
func newPlane(handler http.Handler, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), dark func() bool, report func(string)) *plane {
	p := &plane{
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ErrorLog: ErrorLog(report)},
		queue:  newQueue(),
		config: &tls.Config{GetCertificate: certificate, NextProtos: []string{"http/1.1"}},
		dark:   dark,
	}
	go func() { _ = p.server.Serve(p.queue) }() // ends with the queue
	return p
}

// ErrorLog passes on what is wrong with the simulator itself. Clients that break off a handshake are everyday.
func ErrorLog(report func(line string)) *log.Logger { return log.New(errorLines(report), "", 0) }

type errorLines func(line string)

func (report errorLines) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("http: TLS handshake error")) {
		report(string(bytes.TrimSpace(p)))
	}
	return len(p), nil
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
