package dr

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// bad is a way in which the answer to a change can be bad.
type bad struct {
	name   string
	action string // the director's
	code   string // of the refusal; "" where the change takes effect
	asks   bool   // waiting does not help: a person is asked
}

var badAnswers = []bad{
	{"its answer never comes, though it took effect", "lost-answer", "", false},
	{"its answer breaks off, though it took effect", "cut-answer", "", false},
	{"it is throttled", "break-call", "ThrottlingException", false},
	{"the service is unavailable", "break-call", "ServiceUnavailableException", false},
	{"access is denied", "break-call", "AccessDeniedException", true},
	{"the credentials have expired", "break-call", "ExpiredTokenException", true},
}

// spoiler has the director give a bad answer to changing calls: to every one that takes effect all the same, else to every second one of
// a kind, so that each is met once before it goes through. With only above 0 it is the only-th changing call of the run that is met.
type spoiler struct {
	w    *estateInTime
	bad  bad
	only int
	// refuse has one call refused and the next ones answered again; nil: nothing else was done to the cloud, so that everything is taken back.
	refuse func(a aws.Asked, code string)

	mu   sync.Mutex
	all  []string
	made map[aws.Asked]int
	met  []string
}

func (s *spoiler) asked(_ context.Context, a aws.Asked) {
	if !a.Changes || !s.next(a) {
		return
	}
	if s.bad.code != "" && s.refuse != nil {
		s.refuse(a, s.bad.code)
		return
	}
	service, action := inDirectorsWords(a.Operation)
	args := []string{service, action}
	if s.bad.code != "" {
		args = append(args, s.bad.code)
	} else {
		args = append(args, "1")
	}
	if err := s.w.Cloud().Do(s.bad.action, args...); err != nil {
		s.w.t.Error(err)
	}
	if s.bad.code != "" {
		go func() { // the clock of the bubble moves on once the call was answered
			time.Sleep(time.Millisecond)
			_ = s.w.Cloud().Do("restore")
		}()
	}
}

// next counts a changing call, and says whether it is to be met.
func (s *spoiler) next(a aws.Asked) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made == nil {
		s.made = map[aws.Asked]int{}
	}
	s.all = append(s.all, a.Operation)
	s.made[a]++
	meets := s.bad.code == "" || s.made[a]%2 == 1
	if s.only > 0 {
		meets = len(s.all) == s.only
	}
	if meets {
		s.met = append(s.met, a.Operation+" "+a.Region)
	}
	return meets
}

// inDirectorsWords is a permission as the director calls it.
func inDirectorsWords(operation string) (service, action string) {
	service, action, _ = strings.Cut(operation, ":")
	if service == "cloudflare" {
		action = strings.Replace(action, "DNSRecords", "Records", 1)
	}
	return service, action
}

// again answers what a failed step asks with another try; everything else as typing does.
type retrying struct {
	*phrases
	mu    sync.Mutex
	tries []string // the steps that asked
	do    func(q runbook.Question)
}

func tryingAgain(do func(q runbook.Question), overrides ...string) *retrying {
	return &retrying{phrases: typing(overrides...), do: do}
}

func (o *retrying) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind != runbook.AskTrouble {
		return o.phrases.Ask(ctx, q)
	}
	o.mu.Lock()
	o.tries = append(o.tries, q.Step)
	n := len(o.tries)
	o.mu.Unlock()
	if n > 100 {
		return runbook.Answer{}, fmt.Errorf("%s fails for ever: %s", q.Step, q.Text)
	}
	time.Sleep(10 * time.Second) // a person reads it first
	if o.do != nil {
		o.do(q)
	}
	return runbook.Answer{Choice: runbook.Retry, By: "arn:aws:sts::1:ops"}, nil
}

// noCall is the number of a call that no run comes to.
const noCall = 1 << 30

// spoilt runs a procedure whose changing calls get bad answers, and gives the end of it all, what was met, and which steps asked a person.
func spoilt(t *testing.T, kind Kind, b bad, only int, prepare ...func(c *config.Config)) (end string, s *spoiler, asked []string) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		w.cfg.Refresh.Slow = config.Duration(10 * time.Minute) // what is left for later is tried again so often
		for _, f := range prepare {
			f(w.cfg)
		}
		w.stage(kind)
		s = &spoiler{w: w, bad: b, only: only}
		by := tryingAgain(nil, OverrideReceipt)
		r := w.runner(func(o *RunnerOptions) { o.Asked = s.asked })
		run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(kind)), Kind: kind, Operator: by})
		if err != nil {
			t.Fatal(err)
		}
		v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if v.Ending != runbook.Done {
			t.Errorf("it ended %q: %s", v.Ending, v.Note)
		}
		end, asked = w.state(), by.tries
	})
	return end, s, asked
}

// Every changing call of both procedures gets each of the bad answers that there are: the run comes to the end of one that was never
// disturbed, and nothing is done twice. In one run every call is met; each call by itself with LIFEBOAT_E2E=full.
func TestEveryChangeMayBeAnsweredBadlyAndTheEndIsTheSame(t *testing.T) {
	badlyAnswered(t, Failover, Switchover)
}

// badlyAnswered has every changing call of runs of these kinds get bad answers.
func badlyAnswered(t *testing.T, kinds ...Kind) {
	for _, kind := range kinds {
		want, _, calls := withCrash(t, kind, crashAt{})
		all := badAnswers
		if kind.rebuilds() {
			all = some(badAnswers, 4)
		}
		for _, b := range all {
			t.Run(fmt.Sprintf("%s, %s", kind, b.name), func(t *testing.T) {
				t.Parallel()
				got, s, asked := spoilt(t, kind, b, 0)
				if sameEnd(kind, got) != sameEnd(kind, want) {
					t.Errorf("the end is\n%s\nwant\n%s\nmet: %s", got, want, strings.Join(s.met, ", "))
				}
				if len(s.met) < calls-2 {
					t.Errorf("only %d of %d changing calls were met: %s", len(s.met), calls, strings.Join(s.met, ", "))
				}
				if !b.asks && b.code != "" { // all services at once are brought to a standby's size: each try may be refused to all of them
					asked = slices.DeleteFunc(asked, func(step string) bool { return step == stepStanding })
				}
				if b.asks != (len(asked) > 0) {
					t.Errorf("these steps asked a person: %q", asked)
				}
			})
			if os.Getenv("LIFEBOAT_E2E") != "full" {
				continue
			}
			for n := 1; n <= calls; n++ {
				t.Run(fmt.Sprintf("%s, call %d, %s", kind, n, b.name), func(t *testing.T) {
					t.Parallel()
					if got, s, _ := spoilt(t, kind, b, n); sameEnd(kind, got) != sameEnd(kind, want) {
						t.Errorf("the end is\n%s\nwant\n%s\nmet: %s", got, want, strings.Join(s.met, ", "))
					}
				})
			}
		}
	}
}

// Of two services that are deployed side by side the one that was is not deployed again because the other could not be.
func TestWhatWasDoneIsNotDoneAgainForWhatFailedBesideIt(t *testing.T) {
	both := func(c *config.Config) {
		for i := range c.Services {
			c.Services[i].Writes = c.Services[i].Writes || c.Services[i].Name == "frontend"
		}
	}
	want, calls, _ := spoilt(t, Failover, bad{}, noCall, both)
	promotion := slices.Index(calls.all, "rds:PromoteReadReplica") + 1
	for _, b := range badAnswers[3:] { // those that change nothing and are not repeated at once
		for _, call := range []int{promotion + 1, promotion + 2} { // what is deployed next, in whichever order
			if got, s, _ := spoilt(t, Failover, b, call, both); got != want {
				t.Errorf("%s: the end is\n%s\nwant\n%s\nmet: %s", b.name, got, want, strings.Join(s.met, ", "))
			}
		}
	}
}
