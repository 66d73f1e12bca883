package api

import (
	"context"
	"net"
	"testing"
	"time"
)

// pipes is a listener in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p <- there
	return here, nil
}

func TestTheSimulatorLivesOnAFakeClock(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		running := func() int32 { return b.service(t, east, "davidshaevel-dev-backend").RunningCount }
		b.direct(t, "stop-tasks", east, "davidshaevel-dev-backend")
		expect(t, "at once", running(), 0)
		b.direct(t, "slow", "all", "2m")
		began := time.Now()
		expect(t, "two minutes later", running(), 2)
		expect(t, "waited", time.Since(began), 2*time.Minute)
	})
}
