package pg

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"

	"github.com/jackc/pgx/v5/pgconn"

	"lifeboat/aws/fault"
)

// SQLSTATEs, from PostgreSQL's appendix A.
const (
	wrongPassword = "28P01"
	tooMany       = "53300"
)

// states gives the kind of a server's own error, by its whole SQLSTATE or by its class. What is not here is Refused.
var states = map[string]fault.Kind{
	"28":    fault.Denied,      // invalid authorisation: password, no line for this client in pg_hba.conf
	"42501": fault.Denied,      // insufficient privilege
	"3D000": fault.NotFound,    // no such database
	"42P01": fault.NotFound,    // no such table
	"3F000": fault.NotFound,    // no such schema
	tooMany: fault.Throttled,   // it serves others, and has no room for us: no sign that it is down
	"53":    fault.Unavailable, // out of disk, of memory
	"57P":   fault.Unavailable, // starting up, shutting down, crashed, not accepting connections
	"57014": fault.TimedOut,    // statement timeout
	"55P03": fault.TimedOut,    // lock timeout
	"58":    fault.Unavailable, // the server's own disk or files
	"XX":    fault.Unavailable, // internal error, data corrupted
}

// judge turns what the driver says into a fault; nil stays nil. The cause is the innermost error that says what
// happened, since the driver's own texts repeat address and user around it.
func (r *Reader) judge(op string, err error) error {
	if err == nil {
		return nil
	}
	kind, cause := kindOf(err)
	return fault.New(kind, op, r.target.String(), cause)
}

func kindOf(err error) (fault.Kind, error) {
	var (
		server      *pgconn.PgError
		network     *net.OpError
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &server):
		return kindOfState(server.Code), server
	case pgconn.Timeout(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fault.TimedOut, errors.New("no answer in time")
	case errors.Is(err, context.Canceled):
		return fault.TimedOut, context.Canceled
	case errors.As(err, &certificate):
		return fault.Unreadable, certificate
	case errors.As(err, &network):
		return fault.Unreachable, network
	case errors.As(err, &name):
		return fault.Unreachable, name
	case isLost(err):
		return fault.Unreachable, errors.New("the connection was closed without an answer")
	}
	return fault.Unreadable, err
}

// kindOfState looks for the longest beginning of code that states knows.
func kindOfState(code string) fault.Kind {
	for n := len(code); n >= 2; n-- {
		if kind, ok := states[code[:n]]; ok {
			return kind
		}
	}
	return fault.Refused
}

func isLost(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, pgconn.ErrConnClosed} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
