package pgwire

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"
)

// Option changes how Serve serves.
type Option func(*server)

// WithTLS offers TLS to clients that ask for it; without it they are told that there is none.
func WithTLS(c *tls.Config) Option { return func(s *server) { s.tls = c } }

// Serve answers PostgreSQL clients on l with what source says, until ctx ends (nil) or l fails. It closes l and every
// connection, and returns when all of them are done and l is closed.
func Serve(ctx context.Context, l net.Listener, source Source, options ...Option) error {
	s := &server{source: source, sessions: map[*session]bool{}}
	for _, o := range options {
		o(s)
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() {
		<-ctx.Done()
		_ = l.Close()
	})
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			all.Go(func() { s.serve(ctx, conn) }) // which closes it at once where ctx has ended
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		default:
			return err
		}
	}
}

type server struct {
	source Source
	tls    *tls.Config

	mu       sync.Mutex
	last     uint32
	sessions map[*session]bool
}

func (s *server) serve(ctx context.Context, conn net.Conn) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer conn.Close()
	session := &session{server: s, conn: conn}
	if session.begin(ctx) == nil {
		s.enter(session)
		defer s.leave(session)
		_ = session.answerAll()
	}
}

func (s *server) enter(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[one] = true
}

func (s *server) leave(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, one)
}

func (s *server) nextPID() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return s.last
}

// grouped are the sessions that Serve itself holds, as rows of pg_stat_activity.
func (s *server) grouped() map[Connection]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	groups := map[Connection]int{}
	for one := range s.sessions {
		groups[one.who]++
	}
	return groups
}

// visible are the source's connections and the ones served here, marked as the asking session's statement does.
func (s *session) visible(d Database) []Connection {
	all := slices.Clone(d.Connections)
	for who, n := range s.server.grouped() {
		who.Count = n
		all = append(all, who)
	}
	for i, c := range all {
		all[i].Own = c.Application == "lifeboat" && c.User == s.who.User
	}
	slices.SortFunc(all, func(a, b Connection) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.User, b.User),
			cmp.Compare(a.Application, b.Application), cmp.Compare(a.Client, b.Client))
	})
	return all
}
