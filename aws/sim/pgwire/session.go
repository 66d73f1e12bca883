package pgwire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// maxMessage bounds what a client may send at once, in bytes.
const maxMessage = 1 << 20

// errEnded ends a session that has had its last word.
var errEnded = errors.New("session ended")

// session is one client's connection.
type session struct {
	server  *server
	conn    net.Conn
	backend *pgproto3.Backend
	who     Connection
	life    string // of the server that it began with
	failed  bool   // since the last Sync, in the extended protocol
}

// begin greets a client up to the point where it may ask.
func (s *session) begin(ctx context.Context) error {
	hello, err := s.hello(ctx)
	if err != nil {
		return err
	}
	d := s.server.source.Database()
	if err := s.meet(d, "57P03"); err != nil {
		return err
	}
	if err := s.password(d, hello.Parameters["user"]); err != nil {
		return err
	}
	name := orDefault(hello.Parameters["database"], hello.Parameters["user"])
	if d.Name != "" && name != d.Name {
		return s.fatal("3D000", `database "`+name+`" does not exist`)
	}
	s.life = d.Life
	s.who = Connection{
		Database: name, User: hello.Parameters["user"], Application: hello.Parameters["application_name"],
		Client: host(s.conn), Kind: "client backend",
	}
	return s.welcome(d)
}

// hello reads the startup message, answering the requests for encryption that may come before it.
func (s *session) hello(ctx context.Context) (*pgproto3.StartupMessage, error) {
	for {
		s.backend = pgproto3.NewBackend(s.conn, s.conn)
		s.backend.SetMaxBodyLen(maxMessage)
		message, err := s.backend.ReceiveStartupMessage()
		if err != nil {
			return nil, err
		}
		if hello, ok := message.(*pgproto3.StartupMessage); ok {
			return hello, nil
		}
		if err := s.encryption(ctx, message); err != nil {
			return nil, err
		}
	}
}

// encryption answers what comes instead of a startup message.
func (s *session) encryption(ctx context.Context, message pgproto3.FrontendMessage) error {
	if d := s.server.source.Database(); d.State == Hanging || d.State == Refusing {
		return s.meet(d, "")
	}
	_, wantsTLS := message.(*pgproto3.SSLRequest)
	_, cancels := message.(*pgproto3.CancelRequest)
	switch {
	case cancels: // nothing here runs long enough to be cancelled
		return errEnded
	case !wantsTLS || s.server.tls == nil:
		_, err := s.conn.Write([]byte{'N'})
		return err
	}
	if _, err := s.conn.Write([]byte{'S'}); err != nil {
		return err
	}
	secure := tls.Server(s.conn, s.server.tls)
	s.conn = secure
	return secure.HandshakeContext(ctx)
}

func (s *session) password(d Database, user string) error {
	s.backend.Send(&pgproto3.AuthenticationCleartextPassword{})
	if err := s.backend.Flush(); err != nil {
		return err
	}
	message, err := s.backend.Receive()
	if err != nil {
		return err
	}
	given, ok := message.(*pgproto3.PasswordMessage)
	if !ok || d.Password != "" && (d.User == "" || d.User == user) && given.Password != d.Password {
		return s.fatal("28P01", `password authentication failed for user "`+user+`"`)
	}
	return nil
}

func (s *session) welcome(d Database) error {
	s.backend.Send(&pgproto3.AuthenticationOk{})
	for name, value := range map[string]string{
		"server_version": d.Version, "server_encoding": "UTF8", "client_encoding": "UTF8", "DateStyle": "ISO, MDY",
		"TimeZone": "UTC", "integer_datetimes": "on", "standard_conforming_strings": "on",
	} {
		s.backend.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	s.backend.Send(&pgproto3.BackendKeyData{ProcessID: s.server.nextPID(), SecretKey: []byte{0, 0, 0, 0}})
	s.backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	return s.backend.Flush()
}

// answerAll answers until the client leaves.
func (s *session) answerAll() error {
	for {
		message, err := s.backend.Receive()
		if err != nil {
			return err
		}
		d := s.server.source.Database()
		if err := s.meet(d, "57P01"); err != nil {
			return err
		}
		if d.Life != s.life {
			return s.fatal("57P01", "terminating connection due to administrator command")
		}
		switch m := message.(type) {
		case *pgproto3.Terminate:
			return nil
		case *pgproto3.Query:
			s.query(d, m.String)
		default:
			s.extended(m)
		}
		if err := s.backend.Flush(); err != nil {
			return err
		}
	}
}

// query answers a simple query. The statements in one are one transaction: an error ends them all. None that is known
// here has a semicolon in it.
func (s *session) query(d Database, sql string) {
	asked := false
	for one := range strings.SplitSeq(sql, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		asked = true
		if !answer(d, s, one).send(s.backend) {
			break
		}
	}
	if !asked {
		s.backend.Send(&pgproto3.EmptyQueryResponse{})
	}
	s.backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
}

// extended refuses the extended protocol in its own way: one error, then silence up to the next Sync.
func (s *session) extended(message pgproto3.FrontendMessage) {
	if _, ok := message.(*pgproto3.Sync); ok {
		s.failed = false
		s.backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		return
	}
	if !s.failed {
		s.failed = true
		s.backend.Send(failure("ERROR", "0A000", "the simulated database answers the simple query protocol only"))
	}
}

// meet lets the state of the instance decide before anything else does. code is what it says where it starts or stops:
// 57P03 (cannot connect now) to new clients, 57P01 (admin shutdown) to those inside.
func (s *session) meet(d Database, code string) error {
	switch d.State {
	case Hanging:
		return s.swallow()
	case Refusing:
		return errEnded
	case Up:
		return nil
	}
	words := "the database system is starting up"
	if d.State == Stopping {
		words = "the database system is shutting down"
	}
	if code == "57P01" {
		words = "terminating connection due to administrator command"
	}
	return s.fatal(code, words)
}

// swallow takes whatever comes and never answers, until the client gives up.
func (s *session) swallow() error {
	_, _ = io.Copy(io.Discard, s.conn)
	return errEnded
}

// fatal tells the client why the session ends.
func (s *session) fatal(code, message string) error {
	s.backend.Send(failure("FATAL", code, message))
	_ = s.backend.Flush()
	return errEnded
}

// host is the client's address; "" for a connection without one.
func host(c net.Conn) string {
	h, _, err := net.SplitHostPort(c.RemoteAddr().String())
	if err != nil {
		return ""
	}
	return h
}
