package runbook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// ErrHungUp is a process that executed a run and is gone, or hangs. What became of the run its journal says.
var ErrHungUp = errors.New("the process that executes the run does not answer any more")

// helloPatience is how long a run's process may take to say hello.
const helloPatience = 5 * time.Second

// Line is a screen's connection to the process that executes a run. Its methods are Run's.
type Line struct {
	hello Hello
	wire  *wire
	feed  *feed
	done  chan struct{}

	mu        sync.Mutex
	questions []Question
	session   time.Time
	words     map[string]string
	waiting   map[int64]chan error
	last      int64 // order
	over      *Over
	err       error
}

// Attach connects to the socket of a run. It fails where nobody answers there, or one who speaks another version.
func Attach(ctx context.Context, path string) (*Line, error) {
	c, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return Join(c)
}

// Join is Attach over a connection. It closes it where it fails.
func Join(c net.Conn) (*Line, error) {
	l := &Line{
		wire: newWire(c, mostTold), feed: newFeed(View{}), done: make(chan struct{}),
		words: map[string]string{}, waiting: map[int64]chan error{},
	}
	if err := l.greet(); err != nil {
		c.Close()
		return nil, err
	}
	go l.listen()
	return l, nil
}

func (l *Line) greet() error {
	_ = l.wire.SetReadDeadline(time.Now().Add(helloPatience))
	var first told
	ok, err := l.wire.hear(&first)
	switch {
	case err != nil:
		return err
	case !ok || first.Hello == nil:
		return ErrHungUp
	case first.Hello.Version != SocketVersion:
		return fmt.Errorf("run %s is executed by another version of Lifeboat: its socket speaks version %d, this one %d",
			first.Hello.Run, first.Hello.Version, SocketVersion)
	}
	l.hello = *first.Hello
	return l.wire.SetReadDeadline(time.Time{})
}

// listen takes what comes until nothing does.
func (l *Line) listen() {
	var err error
	for {
		var t told
		ok, heard := l.wire.hear(&t)
		if !ok {
			err = heard
			break
		}
		l.take(t)
	}
	l.wire.Close()
	l.hangUp(err)
}

func (l *Line) take(t told) {
	l.mu.Lock()
	switch {
	case t.Event != nil && t.Event.Entry != nil:
		delete(l.words, t.Event.Step)
	case t.Event != nil:
		l.words[t.Event.Step] = t.Event.Text
	case t.Questions != nil:
		l.questions = *t.Questions
	case t.Session != nil:
		l.session = *t.Session
	case t.Over != nil && l.over == nil:
		l.over, l.questions = t.Over, nil
	case t.Reply != nil:
		if waits := l.waiting[t.Reply.ID]; waits != nil {
			delete(l.waiting, t.Reply.ID)
			waits <- wordsOf(*t.Reply)
		}
	}
	l.mu.Unlock()
	switch {
	case t.Event != nil:
		l.feed.copied(*t.Event)
	case t.Over != nil:
		l.feed.end()
	default:
		l.feed.wake()
	}
}

func wordsOf(r reply) error {
	if r.Error == "" {
		return nil
	}
	return errors.New(r.Error)
}

func (l *Line) hangUp(err error) {
	l.mu.Lock()
	if l.over == nil {
		l.err, l.questions = ErrHungUp, nil
		if err != nil && !errors.Is(err, net.ErrClosed) {
			l.err = fmt.Errorf("%w: %w", ErrHungUp, err)
		}
	}
	l.mu.Unlock()
	close(l.done)
	l.feed.end()
}

// Hello is who is at the other end.
func (l *Line) Hello() Hello { return l.hello }

// View is the run as it stands; before it has begun it is empty.
func (l *Line) View() View { return l.feed.now().clone() }

// Next is Run.Next. It fails with ErrHungUp where the process is gone.
func (l *Line) Next(ctx context.Context, n int64) ([]Event, error) {
	events, err := l.feed.next(ctx, n)
	if err == nil && len(events) == 0 {
		err = l.Err()
	}
	return events, err
}

// Events are those numbered above n that have come so far, oldest first.
func (l *Line) Events(n int64) []Event { return l.feed.since(n) }

// Changed is closed at the next thing that comes: an event, a question, the end. Take it before what it may change.
func (l *Line) Changed() <-chan struct{} { return l.feed.upcoming() }

// Questions are open now, codes included; they can be answered.
func (l *Line) Questions() []Question {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.questions)
}

// Words are what was last said of steps and is not journaled, by step.
func (l *Line) Words() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.words)
}

// Session is when the operator's session ends; zero where it is not known or does not end.
func (l *Line) Session() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session
}

// Over is how the process's part of the run ended; false before, and where it is gone without a word.
func (l *Line) Over() (Over, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over == nil {
		return Over{}, false
	}
	return *l.over, true
}

// Done is closed when nothing more comes.
func (l *Line) Done() <-chan struct{} { return l.done }

// Err is an ErrHungUp once the process is gone without saying how the run ended.
func (l *Line) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Close hangs up. The run goes on.
func (l *Line) Close() error { return l.wire.Close() }

// Answer answers a question by its id. A wrong answer is an error in words.
func (l *Line) Answer(ctx context.Context, question string, a Answer) error {
	return l.order(ctx, order{Do: "answer", Question: question, Answer: a})
}

// Stop is Run.Stop.
func (l *Line) Stop(ctx context.Context, by, reason string) error {
	return l.order(ctx, order{Do: "stop", Answer: Answer{By: by, Reason: reason}})
}

// Skip is Run.Skip.
func (l *Line) Skip(ctx context.Context, step string, a Answer) error {
	return l.order(ctx, order{Do: "skip", Step: step, Answer: a})
}

// GoUnplanned is Run.GoUnplanned.
func (l *Line) GoUnplanned(ctx context.Context, a Answer) error {
	return l.order(ctx, order{Do: "go unplanned", Answer: a})
}

// Undo is Run.Undo.
func (l *Line) Undo(ctx context.Context, a Answer) error {
	return l.order(ctx, order{Do: "undo", Answer: a})
}

// order sends an order and waits for its reply.
func (l *Line) order(ctx context.Context, o order) error {
	answer := make(chan error, 1)
	l.mu.Lock()
	l.last++
	o.ID = l.last
	l.waiting[o.ID] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.waiting, o.ID)
	}()
	if err := l.wire.say(o); err != nil {
		return fmt.Errorf("%w: %w", ErrHungUp, err)
	}
	select {
	case err := <-answer:
		return err
	case <-l.done:
		return l.unheard(answer)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// unheard is the reply to an order where the line is over: it may have come right before the end.
func (l *Line) unheard(answer chan error) error {
	select {
	case err := <-answer:
		return err
	default:
	}
	if _, over := l.Over(); over {
		return errors.New("the run has ended")
	}
	return l.Err()
}
