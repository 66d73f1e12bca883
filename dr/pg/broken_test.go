package pg_test

import (
	"bytes"
	"context"
	"net"
)

// afterRole dials connections that break after the answer to the first question.
type afterRole struct{ *simulated }

func (a *afterRole) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := a.simulated.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &breaking{Conn: c}, nil
}

type breaking struct {
	net.Conn
	questions int
}

func (b *breaking) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("SET TRANSACTION READ ONLY")) {
		b.questions++
	}
	if b.questions > 1 {
		_ = b.Conn.Close()
	}
	return b.Conn.Write(p)
}
