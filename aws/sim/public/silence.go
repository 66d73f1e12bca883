package public

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// swallowFor is how long a dead connection is held, so that a client without a time-out of its own is let go.
const swallowFor = 2 * time.Minute

// mute is a connection that goes dead when dark says so, as in a region that is gone, and stays so: it takes what it is
// sent, and nothing ever comes back.
type mute struct {
	net.Conn
	dark func() bool
	dead atomic.Bool
}

func (m *mute) gone() bool {
	if m.dark() {
		m.dead.Store(true)
	}
	return m.dead.Load()
}

// Read looks after the wait, not before it: a connection that idles must not answer what comes after the dark began.
func (m *mute) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if err != nil || !m.gone() {
		return n, err
	}
	return 0, swallow(m.Conn)
}

// Write loses an answer that was being made when the dark began.
func (m *mute) Write(p []byte) (int, error) {
	if m.gone() {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// swallow takes all that comes until the client gives up, and then ends the connection without a word.
func swallow(c net.Conn) error {
	_ = c.SetReadDeadline(time.Now().Add(swallowFor))
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
	return io.ErrUnexpectedEOF
}
