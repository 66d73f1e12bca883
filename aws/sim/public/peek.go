package public

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// opening is how a connection began: in TLS or not, and under which name (without a port, lower case; "" for none).
type opening struct {
	secure bool
	name   string
}

var errPeeked = errors.New("the client's first words were read")

// peek reads a connection's first words and gives it back unread: a TLS connection says the name in its hello, plain
// HTTP in the Host header.
func peek(c net.Conn, wait time.Duration) (opening, net.Conn, error) {
	if err := c.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return opening{}, nil, err
	}
	var seen bytes.Buffer
	in := bufio.NewReader(io.TeeReader(c, &seen))
	first, err := in.Peek(1)
	if err != nil {
		return opening{}, nil, err
	}
	o := opening{secure: first[0] == 0x16} // a TLS handshake record
	if o.secure {
		o.name, err = helloName(in)
	} else {
		o.name, err = hostName(in)
	}
	if err != nil {
		return opening{}, nil, err
	}
	return o, &unread{Conn: c, in: io.MultiReader(&seen, c)}, c.SetReadDeadline(time.Time{})
}

// helloName lets crypto/tls read the hello, and stops it there.
func helloName(in io.Reader) (string, error) {
	var name string
	err := tls.Server(readOnly{in: in}, &tls.Config{
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			name = hello.ServerName
			return nil, errPeeked
		},
	}).HandshakeContext(context.Background())
	if !errors.Is(err, errPeeked) {
		return "", err
	}
	return strings.ToLower(name), nil
}

func hostName(in *bufio.Reader) (string, error) {
	r, err := http.ReadRequest(in)
	if err != nil {
		return "", err
	}
	return bareName(r.Host), nil
}

// bareName is a Host header's name without its port, in lower case.
func bareName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// unread is a connection whose first words come again.
type unread struct {
	net.Conn
	in io.Reader
}

func (u *unread) Read(p []byte) (int, error) { return u.in.Read(p) }

// readOnly is a connection that can be listened to and says nothing.
type readOnly struct {
	net.Conn
	in io.Reader
}

func (r readOnly) Read(p []byte) (int, error)         { return r.in.Read(p) }
func (r readOnly) Write([]byte) (int, error)          { return 0, io.ErrClosedPipe }
func (r readOnly) Close() error                       { return nil }
func (r readOnly) SetDeadline(time.Time) error        { return nil }
func (r readOnly) SetReadDeadline(time.Time) error    { return nil }
func (r readOnly) SetWriteDeadline(t time.Time) error { return nil }
