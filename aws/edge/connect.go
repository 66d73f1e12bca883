package edge

import (
	"context"
	"errors"
	"net"
	"time"
)

// attempt is one asking of a question.
type attempt struct {
	question
	reader *Reader
	began  time.Time
	target string // what was dialled last
}

// connect tries the addresses in turn. Each has its share of the time that is left, so that a dead address does not eat
// the time of one that answers.
func (at *attempt) connect(ctx context.Context, addresses []string) (net.Conn, error) {
	err := errors.New("no address to connect to")
	for i, address := range addresses {
		at.target = address
		var conn net.Conn
		if conn, err = at.reader.dial(ctx, address, len(addresses)-i); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// dial connects to address within the time that ctx leaves, divided by share.
func (r *Reader) dial(ctx context.Context, address string, share int) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok && share > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(share))
		defer cancel()
	}
	return r.spec.Dial(ctx, "tcp", address)
}
