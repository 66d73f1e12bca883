package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// pipes is a listener in memory: a goroutine in a real socket's read would stop a test's clock.
type pipes struct {
	calls chan net.Conn
	shut  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.shut:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.shut); return nil }
func (p *pipes) Addr() net.Addr { return nil }

// toy is a run of two steps behind a gate each, in a process that answers screens.
type toy struct {
	t       *testing.T
	ear     *pipes
	desk    *runbook.Desk
	archive runbook.FileArchive
	made    [2]atomic.Bool
	denied  atomic.Bool // the second change is refused
	people  int
	over    chan runbook.Result
	run     *runbook.Run
}

func newToy(t *testing.T) *toy {
	return &toy{
		t: t, ear: &pipes{make(chan net.Conn), make(chan struct{})}, desk: &runbook.Desk{}, archive: runbook.FileArchive{Dir: t.TempDir()},
		over: make(chan runbook.Result, 1),
	}
}

func (y *toy) step(n int, id, phrase string, after ...string) runbook.Step {
	return runbook.Step{
		ID: id, Title: "step " + id, After: after, Gate: &runbook.Gate{ID: id, Phrase: phrase, People: y.people}, Undoing: runbook.UndoSeconds, Timeout: time.Hour,
		Calls: []runbook.Call{{Operation: "ecs:" + id, Plane: runbook.Control, Region: "us-west-2"}},
		Paper: func(runbook.Pins) []string { return []string{"do " + id} },
		Check: func(context.Context, *runbook.Task) (runbook.Seen, error) {
			return runbook.Seen{So: y.made[n].Load()}, nil
		},
		Do: func(context.Context, *runbook.Task) error {
			if n == 1 && y.denied.Load() {
				return fault.New(fault.Denied, "ecs:"+id, "us-west-2", nil)
			}
			y.made[n].Store(true)
			return nil
		},
		Undo: func(context.Context, *runbook.Task) error { y.made[n].Store(false); return nil },
	}
}

// start begins the run, and gives a link to it.
func (y *toy) start() *runbook.Line {
	p := runbook.Procedure{Name: "failover", Title: opening, From: "us-east-1", To: "us-west-2", Steps: []runbook.Step{
		y.step(0, "fence", opening), y.step(1, "edge", "send users to us-west-2", "fence"),
	}}
	store, err := y.archive.Store("run-1")
	if err != nil {
		y.t.Fatal(err)
	}
	server := runbook.NewServer(runbook.Hello{Run: "run-1"}, y.desk, nil)
	go server.Serve(y.ear)
	y.run, err = runbook.Start(context.Background(), p, runbook.Options{
		Run: "run-1", Mode: runbook.Planned, By: "ops", Host: "there", Store: store, Lease: runbook.NewFileLease(y.archive.Dir), Operator: y.desk,
	})
	if err != nil {
		y.t.Fatal(err)
	}
	server.Show(y.run)
	go func() {
		res := y.run.Wait()
		server.End(res.Ending, res.Err)
		server.Close()
		y.over <- res
	}()
	return y.join()
}

func (y *toy) join() *runbook.Line {
	here, there := net.Pipe()
	y.ear.calls <- there
	l, err := runbook.Join(here)
	if err != nil {
		y.t.Fatal(err)
	}
	return l
}

// driven is a driver of a run for an identity, and what it prints.
func driven(l link, by string, c confirms) (*driver, *bytes.Buffer) {
	out := &bytes.Buffer{}
	return &driver{
		link: l, printer: newPrinter(out, true, "run-1", false), confirms: c, by: by, stops: true, said: func() error { return nil },
	}, out
}

// ending is the last event printed.
func ending(t *testing.T, out *bytes.Buffer) event {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var e event
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &e); err != nil || e.End == nil {
		t.Fatalf("the last event is %s (%v)", lines[len(lines)-1], err)
	}
	return e
}

const ann, bob = "arn:aws:sts::1:assumed-role/ops/ann", "arn:aws:sts::1:assumed-role/ops/bob"

var both = confirms{phrases: []string{opening, "send users to us-west-2"}, reason: "a drill"}

func TestACommandWithEveryPhraseDrivesARunToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		d, out := driven(y.start(), ann, both)
		if code := d.drive(t.Context()); code != 0 || !y.made[1].Load() {
			t.Errorf("code %d, printed\n%s", code, out)
		}
		if e := ending(t, out); e.End.Ending != "done" || e.End.Resumable {
			t.Errorf("%+v", e.End)
		}
		<-y.over
	})
}

func TestAGateWhosePhraseWasNotGivenStopsTheRun(t *testing.T) {
	for _, given := range [][]string{{opening}, {opening, "send users to us-west-1"}, {opening, "Send users to us-west-2"}} {
		synctest.Test(t, func(t *testing.T) {
			y := newToy(t)
			d, out := driven(y.start(), ann, confirms{phrases: given})
			code := d.drive(t.Context())
			e := ending(t, out)
			if code != exitStopped || y.made[1].Load() || !e.End.Resumable || !strings.Contains(e.Text, `--confirm "send users to us-west-2"`) {
				t.Errorf("%v: code %d, %+v %q", given, code, e.End, e.Text)
			}
			if res := <-y.over; res.Ending != runbook.Stopped || !strings.Contains(res.Err.Error(), ann) {
				t.Errorf("%s %v", res.Ending, res.Err)
			}
		})
	}
}

func TestAStepThatFailsEndsTheCommandAsFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		y.denied.Store(true)
		d, out := driven(y.start(), ann, both)
		code := d.drive(t.Context())
		if e := ending(t, out); code != exitFailed || !e.End.Resumable || !strings.Contains(e.Text, "step edge failed") {
			t.Errorf("code %d, %+v %q", code, e.End, e.Text)
		}
		<-y.over
	})
}

func TestWhoeverOnlyTakesPartStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		d, out := driven(y.start(), ann, confirms{phrases: []string{opening}})
		d.stops = false
		code := make(chan int)
		go func() { code <- d.drive(t.Context()) }()
		time.Sleep(time.Minute)
		if v := y.run.View(); len(v.Questions) != 1 || v.Questions[0].ID != "gate edge" {
			t.Errorf("open: %+v", v.Questions)
		}
		y.run.Stop("bob", "enough")
		if got := <-code; got != exitStopped || !strings.Contains(out.String(), "gate edge is open") {
			t.Errorf("code %d, printed\n%s", got, out)
		}
		<-y.over
	})
}

func TestAGateForTwoIsPassedByTwoCommandsOfTwoIdentities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		y.people = 2
		first, out := driven(y.start(), ann, both)
		codes := make(chan int)
		go func() { codes <- first.drive(t.Context()) }()
		time.Sleep(time.Minute)
		nobody, said := driven(y.join(), "ops@laptop", both)
		same, _ := driven(y.join(), ann, both)
		for _, d := range []*driver{nobody, same} {
			d.stops = false
			go d.drive(t.Context())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if y.made[0].Load() || !strings.Contains(said.String(), "STS vouches for") || !strings.Contains(out.String(), "waits for another identity") {
			t.Errorf("changed %t\n%s\n%s", y.made[0].Load(), out, said)
		}
		second, _ := driven(y.join(), bob, both)
		second.stops = false
		go func() { codes <- second.drive(t.Context()) }()
		if a, b := <-codes, <-codes; a != 0 || b != 0 {
			t.Errorf("codes %d and %d\n%s", a, b, out)
		}
		<-y.over
	})
}

func TestAnInterruptedCommandLeavesTheRunGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		y.people = 2 // it waits for a second person
		ctx, interrupt := context.WithCancel(t.Context())
		d, out := driven(y.start(), ann, both)
		code := make(chan int)
		go func() { code <- d.drive(ctx) }()
		time.Sleep(time.Minute)
		interrupt()
		if got := <-code; got != exitStopped {
			t.Errorf("code %d", got)
		}
		if e := ending(t, out); e.End.Ending != endingLeft || !strings.Contains(e.Text, "lifeboat resume run-1") {
			t.Errorf("%+v %q", e.End, e.Text)
		}
		if y.run.View().Ending != runbook.Running {
			t.Error("the run ended with the command")
		}
		y.run.Stop("ann", "")
		<-y.over
	})
}

func TestAOneTimeCodeIsAskedForAtTheTerminalAndWithoutOneTheRunStops(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			y := newToy(t)
			y.people = 2
			d, out := driven(y.start(), ann, both)
			if terminal {
				codes := []string{"12345", "123456"}
				d.code = func(context.Context, string) (string, error) {
					code := codes[0]
					codes = codes[1:]
					return code, nil
				}
			}
			ended := make(chan int, 1)
			go func() { ended <- d.drive(t.Context()) }()
			code, err := y.desk.Code(t.Context(), "the operator's role asks for it")
			if terminal != (code == "123456") || terminal != (err == nil) {
				t.Errorf("terminal %t: %q %v", terminal, code, err)
			}
			if terminal {
				y.run.Stop("ann", "")
			}
			if got := <-ended; got != exitStopped || strings.Contains(out.String(), "123456") {
				t.Errorf("code %d, printed\n%s", got, out)
			}
			<-y.over
		})
	}
}

func TestARunOnAnotherMachineIsFollowedAndAnsweredByItsJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		here := y.start()
		answers, err := y.archive.Answers("run-1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		go answers.Deliver(ctx, y.desk, nil)
		far, err := distantly(ctx, y.archive, "run-1")
		if err != nil {
			t.Fatal(err)
		}
		d, out := driven(far, bob, both)
		d.stops = false
		if code := d.drive(t.Context()); code != 0 || !y.made[1].Load() {
			t.Errorf("code %d, printed\n%s", code, out)
		}
		if err := far.Stop(t.Context(), bob, ""); err == nil || !strings.Contains(err.Error(), "executed on there") {
			t.Errorf("stopped from afar: %v", err)
		}
		<-y.over
		stop()
		here.Close()
		far.Close()
	})
}

func TestAnAnswerFromAfarThatNobodyTakesIsSaidSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newToy(t)
		here := y.start()
		far, err := distantly(t.Context(), y.archive, "run-1")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		a, _ := both.answer(far.Questions()[0], bob)
		if err := far.Answer(t.Context(), "gate fence", a); err == nil || !strings.Contains(err.Error(), "it may be dead") {
			t.Errorf("%v", err)
		}
		if err := far.Answer(t.Context(), "gate shut", a); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		y.run.Stop("ann", "")
		<-y.over
		here.Close()
		far.Close()
	})
}
