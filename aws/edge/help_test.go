package edge

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/public"
)

// TestMain has a proxy in the environment of every test, which must never be asked by a probe.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Setenv(name, "http://proxy.example:3128")
	}
	os.Exit(m.Run())
}

// reader is a Reader of spec, which must be one.
func reader(t *testing.T, spec Spec) *Reader {
	t.Helper()
	r, err := NewReader(spec)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kindIs fails where err is of another kind.
func kindIs(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("error %v is %q, want %q", err, fault.KindOf(err), kind)
	}
}

// secure is a TLS server on loopback that shows a certificate for names until the given time; ca is the file that
// trusts it.
func secure(t *testing.T, until time.Time, handler http.Handler, names ...string) (address, ca string) {
	t.Helper()
	authority, err := public.NewAuthority(time.Now().Add(-48 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := authority.Leaf(names, until)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{*leaf}}
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.Listener.Addr().String(), ca
}

// stranger is a CA file that has signed nothing that is shown here.
func stranger(t *testing.T) string {
	t.Helper()
	authority, err := public.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(authority.PEM())
	file := filepath.Join(t.TempDir(), "stranger.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// says is a handler that answers status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// pipes is a network in memory: what serves an address is called with each connection to it. An address that nothing
// serves never answers a connection.
type pipes struct {
	mu    sync.Mutex
	serve map[string]func(net.Conn)
	asked []string
}

func (p *pipes) dial(ctx context.Context, network, address string) (net.Conn, error) {
	p.mu.Lock()
	p.asked = append(p.asked, network+" "+address)
	serve := p.serve[address]
	p.mu.Unlock()
	if serve == nil {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
	here, there := net.Pipe()
	go func() {
		serve(there)
		_ = there.Close()
	}()
	return here, nil
}

// web serves HTTP on one connection at a time.
func web(handler http.Handler) func(net.Conn) {
	return func(c net.Conn) {
		l := &single{conn: make(chan net.Conn, 1), done: make(chan struct{})}
		l.conn <- &watched{Conn: c, closed: l.close}
		server := &http.Server{Handler: handler, ErrorLog: quiet}
		_ = server.Serve(l)
	}
}

// single is a listener of one connection, and ends with it.
type single struct {
	conn chan net.Conn
	once sync.Once
	done chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *single) close()         { l.once.Do(func() { close(l.done) }) }
func (l *single) Close() error   { l.close(); return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{} }

type watched struct {
	net.Conn
	closed func()
}

func (w *watched) Close() error {
	w.closed()
	return w.Conn.Close()
}

var quiet = log.New(io.Discard, "", 0)
