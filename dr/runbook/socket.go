package runbook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// Server answers screens for the run that this process executes: any number of them, each at its own pace. One that
// hangs delays neither the run nor another one.
type Server struct {
	hello   Hello
	desk    *Desk
	session func() time.Time

	begun chan struct{} // closed by Show
	run   *Run
	ended chan struct{} // closed by End
	over  Over

	hard   context.Context
	cancel context.CancelFunc
	served sync.WaitGroup

	mu     sync.Mutex
	ears   []net.Listener
	closed bool
}

const (
	sessionLook = 5 * time.Second        // between two looks at the operator's session
	goodbye     = 2 * time.Second        // for screens to hear how the run ended
	lastWords   = 200 * time.Millisecond // for the reply to an order that came right before the end
)

// NewServer is for a run that is about to be begun: questions that come before it (a code) are shown too. session says
// when the operator's session ends, and may be nil.
func NewServer(hello Hello, desk *Desk, session func() time.Time) *Server {
	hello.Version = SocketVersion
	if session == nil {
		session = func() time.Time { return time.Time{} }
	}
	s := &Server{hello: hello, desk: desk, session: session, begun: make(chan struct{}), ended: make(chan struct{})}
	s.hard, s.cancel = context.WithCancel(context.Background())
	return s
}

// Serve takes screens from a listener until Close.
func (s *Server) Serve(l net.Listener) {
	s.mu.Lock()
	s.ears = append(s.ears, l)
	s.mu.Unlock()
	for {
		c, err := l.Accept()
		if err != nil && (s.hard.Err() != nil || errors.Is(err, net.ErrClosed)) {
			return
		}
		if err != nil {
			sleep(s.hard, wrongPause) // too many open files: it passes
			continue
		}
		if !s.take(newWire(c, mostOrder)) {
			c.Close()
		}
	}
}

func (s *Server) take(w *wire) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.served.Go(func() { s.serve(w) })
	}
	return !s.closed
}

// Show gives screens the run. It is called once, or never where the run could not be begun.
func (s *Server) Show(r *Run) {
	s.run = r
	close(s.begun)
}

// End tells screens how it ended: the run, as Run.Wait says, or with no ending the attempt to begin it. It is called
// once.
func (s *Server) End(ending Ending, err error) {
	s.over = overOf(ending, err)
	close(s.ended)
}

// Close gives screens a moment to hear the end, and hangs up.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.ears {
		l.Close()
	}
	s.mu.Unlock()
	heard := make(chan struct{})
	go func() { s.served.Wait(); close(heard) }()
	select {
	case <-heard:
	case <-time.After(goodbye):
	}
	s.cancel()
	<-heard
}

// serve speaks with one screen until it or the run is over.
func (s *Server) serve(w *wire) {
	ctx, stop := context.WithCancel(s.hard)
	context.AfterFunc(ctx, func() { w.Close() })
	var side sync.WaitGroup
	side.Go(func() { defer stop(); s.obey(w) })
	if w.say(told{Hello: &s.hello}) == nil {
		side.Go(func() { s.showQuestions(ctx, w) })
		if s.showRun(ctx, w) == nil && w.say(told{Over: &s.over}) == nil {
			sleep(ctx, lastWords)
		}
	}
	stop()
	side.Wait()
}

// showRun sends every event of the run, from its first one on, until it has ended.
func (s *Server) showRun(ctx context.Context, w *wire) error {
	select {
	case <-s.begun:
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	for n := int64(0); ; {
		events, err := s.run.Next(ctx, n)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := w.say(told{Event: &e}); err != nil {
				return err
			}
			n = e.N
		}
		if len(events) == 0 {
			break
		}
	}
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// showQuestions sends what is open, and the end of the operator's session, whenever they change.
func (s *Server) showQuestions(ctx context.Context, w *wire) {
	clock := time.NewTicker(sessionLook)
	defer clock.Stop()
	var session time.Time
	shown := []Question{{}}
	for {
		changed := s.desk.Changed()
		open := append([]Question{}, s.desk.Open()...)
		if !slices.EqualFunc(open, shown, sameAsking) {
			if w.say(told{Questions: &open}) != nil {
				return
			}
			shown = open
		}
		if end := s.session(); !end.Equal(session) {
			session = end
			if w.say(told{Session: &session}) != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-clock.C:
		case <-ctx.Done():
			return
		}
	}
}

func sameAsking(a, b Question) bool {
	return a.ID == b.ID && a.Asked == b.Asked && a.Attempt == b.Attempt && a.Kind == b.Kind
}

// obey does what a screen says, until it hangs up.
func (s *Server) obey(w *wire) {
	for {
		var o order
		ok, err := w.hear(&o)
		if !ok && err == nil {
			return
		}
		r := reply{ID: o.ID}
		if err == nil {
			err = s.do(o)
		}
		if err != nil {
			r.Error = err.Error()
		}
		if w.say(told{Reply: &r}) != nil || !ok {
			return
		}
	}
}

func (s *Server) do(o order) error {
	if o.Do == "answer" {
		return s.desk.Answer(o.Question, o.Answer)
	}
	select {
	case <-s.begun:
	default:
		return errors.New("the run has not begun yet")
	}
	switch o.Do {
	case "stop":
		s.run.Stop(o.Answer.By, o.Answer.Reason)
		return nil
	case "skip":
		return s.run.Skip(o.Step, o.Answer)
	case "go unplanned":
		return s.run.GoUnplanned(o.Answer)
	case "undo":
		return s.run.Undo(o.Answer)
	}
	return fmt.Errorf("this version of Lifeboat (%d) does not know the word %q", SocketVersion, o.Do)
}
