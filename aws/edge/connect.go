package edge

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"lifeboat/aws/fault"
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

// trust is the system's certificate authorities and those of file; nil for the system's alone. The file is read each
// time, since one that is replaced must count at once.
func trust(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(unreadFile(err), "read ca_file", file, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Unreadable, "read ca_file", file, fmt.Errorf("there is no PEM certificate in it"))
	}
	return pool, nil
}

func unreadFile(err error) fault.Kind {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.NotFound
	case errors.Is(err, fs.ErrPermission):
		return fault.Denied
	}
	return fault.Unreadable
}
