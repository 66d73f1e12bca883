package dr

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// signed is a request to AWS as the simulator gets it: what is asked, by which identity.
type signed struct {
	service, action string
	arn             string // whom the key stands for
}

// changes says whether a request changes something. One without an action is CloudFront's, which is asked by path.
func (s signed) changes() bool {
	return slices.ContainsFunc([]string{"Update", "Register", "Promote", "Modify", "Put", "Create", "POST"}, func(verb string) bool {
		return strings.HasPrefix(s.action, verb)
	})
}

// ear listens to all that is sent to the simulator's AWS.
type ear struct {
	w    *estateInTime
	mu   sync.Mutex
	list []signed
}

func (e *ear) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := e.w.network.DialContext(ctx, network, addr)
	if err != nil || !strings.HasSuffix(e.w.Description().Endpoint, addr) {
		return c, err
	}
	from, to := io.Pipe()
	go e.listen(from)
	return &overheard{c, to}, nil
}

// overheard is a connection whose requests are told.
type overheard struct {
	net.Conn
	to *io.PipeWriter
}

func (o *overheard) Write(p []byte) (int, error) {
	_, _ = o.to.Write(p)
	return o.Conn.Write(p)
}

func (o *overheard) Close() error {
	o.to.Close()
	return o.Conn.Close()
}

func (e *ear) listen(from *io.PipeReader) {
	defer from.Close()
	for in := bufio.NewReader(from); ; {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		q, _ := wire.Read(r, nil)
		if q.AccessKey == "" {
			continue // Cloudflare's
		}
		s := signed{service: q.Service, action: q.Action}
		if s.action == "" {
			s.action = r.Method
		}
		e.w.in(func(in *cloud.World) { s.arn = in.Caller(q.AccessKey).ARN })
		e.mu.Lock()
		e.list = append(e.list, s)
		e.mu.Unlock()
	}
}

// assumed counts how often a role was taken on.
func (e *ear) assumed() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.list {
		if s.action == "AssumeRole" {
			n++
		}
	}
	return n
}

// hold fails where a change was not signed by the operator's role, or anything else was.
func (e *ear) hold(t *testing.T, role sim.RoleDescription) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	name := role.ARN[strings.LastIndex(role.ARN, "/")+1:]
	changes := 0
	for _, s := range e.list {
		as := strings.Contains(s.arn, ":assumed-role/"+name+"/")
		if s.changes() {
			changes++
		}
		if as != s.changes() {
			t.Errorf("%s %s was signed by %s", s.service, s.action, s.arn)
		}
	}
	if changes < 10 || len(e.list) < 100 {
		t.Errorf("only %d changes among %d requests were heard", changes, len(e.list))
	}
}

// codes is a person with a second factor: each of some codes in turn, and then ever new ones.
type codes struct {
	takes time.Duration // how long a person looks for one; 0: 31 s
	mu    sync.Mutex
	first []string
	asked []string // why
}

func (c *codes) code(_ context.Context, why string) (string, error) {
	time.Sleep(cmp.Or(c.takes, 31*time.Second)) // it takes a moment, and the next code
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, why)
	if n := len(c.asked); n <= len(c.first) {
		return c.first[n-1], nil
	}
	return fmt.Sprintf("%06d", 100000+len(c.asked)), nil
}

// operated has changes made by the estate's role, with a second factor or without, for so long a session.
func (w *estateInTime) operated(mfa bool, session time.Duration) sim.RoleDescription {
	role := w.Description().Roles[0]
	if mfa {
		role = w.Description().Roles[1]
	}
	w.cfg.Operator = config.Operator{RoleARN: role.ARN, MFASerial: role.MFADevice, Session: config.Duration(session)}
	return role
}

// The operator's role is taken on after the opening gate and not before, once for both regions; with a second factor that takes one code.
// What changes something carries its identity, and nothing else does.
func TestChangesAndNothingElseCarryTheOperatorsIdentity(t *testing.T) {
	for name, mfa := range map[string]bool{"without a second factor": false, "with a second factor": true} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				role := w.operated(mfa, time.Hour)
				heard, person := &ear{w: w}, &codes{}
				r := w.runner(func(o *RunnerOptions) { o.Dial, o.Code = heard.dial, person.code })
				by := &careful{phrases: typing(), before: func(q runbook.Question) {
					if q.ID != "gate open" {
						return
					}
					time.Sleep(5 * time.Minute)
					if n := heard.assumed(); n > 0 || len(person.asked) > 0 || !r.Session().IsZero() {
						t.Errorf("before the gate was passed the role was taken on %d times, and %d codes asked for", n, len(person.asked))
					}
				}}
				run := w.begun(r, Failover, by)
				v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if v.Ending != runbook.Done || len(by.failed) > 0 {
					t.Fatalf("it ended %q: %s; %q", v.Ending, v.Note, by.failed)
				}
				if n := heard.assumed(); n != 1 || len(person.asked) != map[bool]int{false: 0, true: 1}[mfa] {
					t.Errorf("the role was taken on %d times, and %d codes asked for", n, len(person.asked))
				}
				if left := time.Until(r.Session()); left <= 0 || left > time.Hour {
					t.Errorf("the session ends in %s", left)
				}
				heard.hold(t, role)
			})
		})
	}
}

// A code that is none, or that AWS does not take, is asked for again with the reason why, and the run goes on.
func TestAWrongCodeIsAskedForAgain(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		role := w.operated(true, time.Hour)
		heard, person := &ear{w: w}, &codes{first: []string{"12345", "000000"}}
		by := &careful{phrases: typing()}
		r := w.runner(func(o *RunnerOptions) { o.Dial, o.Code = heard.dial, person.code })
		if result := w.begun(r, Failover, by).Wait(); result.Ending != runbook.Done || len(by.failed) > 0 {
			t.Fatalf("it ended %q: %v; %q", result.Ending, result.Err, by.failed)
		}
		if len(person.asked) != 3 || !strings.Contains(person.asked[1], "six digits") || !strings.Contains(person.asked[2], "did not take the code") {
			t.Errorf("codes were asked for with %q", person.asked)
		}
		if n := heard.assumed(); n != 2 {
			t.Errorf("AWS was asked %d times; what is no code must not be sent", n)
		}
		heard.hold(t, role)
	})
}

// Whoever looks for his phone for minutes costs the run its fence as little as the next person: a region that answers is fenced before
// the promotion, however long the code takes.
func TestTheFenceIsNotGivenUpWhileAPersonLooksForTheCode(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		w.operated(true, time.Hour)
		person, by := &codes{takes: 9 * time.Minute}, &careful{phrases: typing()}
		r := w.runner(func(o *RunnerOptions) { o.Code = person.code })
		result := w.begun(r, Failover, by).Wait()
		if result.Ending != runbook.Done || len(by.failed) > 0 || len(person.asked) != 1 {
			t.Fatalf("it ended %q: %v; %q; %d codes", result.Ending, result.Err, by.failed, len(person.asked))
		}
		fence, _ := result.View.Step(StepFence)
		settle, _ := result.View.Step(stepSettle)
		if fence.State != runbook.StateDone || fence.Late || !strings.Contains(settle.Text, "the fence has its receipt") {
			t.Errorf("the fence is %q, and the promotion waited until %q", fence.State, settle.Text)
		}
	})
}

// A session that is shorter than the run is renewed before it ends, with a code where it takes one; no change meets one that has ended.
func TestASessionThatEndsInTheMiddleIsRenewed(t *testing.T) {
	for name, mfa := range map[string]bool{"without a second factor": false, "with a second factor": true} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				role := w.operated(mfa, 15*time.Minute)
				heard, person, by := &ear{w: w}, &codes{}, &careful{phrases: typing()}
				r := w.runner(func(o *RunnerOptions) { o.Dial, o.Code = heard.dial, person.code })
				run := w.begun(r, Switchover, by)
				waitFor(t, run, is(StepFence, runbook.StateWatched))
				w.direct("stall-replica", "25m")
				v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
				if v.Ending != runbook.Done || len(by.failed) > 0 {
					t.Fatalf("it ended %q: %s; %q", v.Ending, v.Note, by.failed)
				}
				if n := heard.assumed(); n < 2 || mfa && n != len(person.asked) {
					t.Errorf("the role was taken on %d times, with %d codes", n, len(person.asked))
				}
				heard.hold(t, role)
			})
		})
	}
}

// Sessions that AWS refuses as ended, the operator's and the reader's, stop the step that meets it; once a person has signed in again the
// next try takes the role on anew.
func TestAfterExpiredCredentialsTheNextTryTakesTheRoleOnAnew(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		role := w.operated(false, time.Hour)
		heard := &ear{w: w}
		by := tryingAgain(func(runbook.Question) { _ = w.Cloud().Do("restore") })
		r := w.runner(func(o *RunnerOptions) { o.Dial = heard.dial })
		run := w.begun(r, Switchover, by)
		waitFor(t, run, is(StepFence, runbook.StateWatched))
		w.direct("expire-credentials")
		v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if v.Ending != runbook.Done || len(by.tries) == 0 {
			t.Fatalf("it ended %q: %s; asked about %q", v.Ending, v.Note, by.tries)
		}
		heard.hold(t, role)
	})
}
