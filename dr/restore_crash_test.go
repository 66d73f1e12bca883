package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/terraform"
	"lifeboat/dr/runbook"
)

// Where a failover that restores ends its process, beside what crashAt names: right after a changing call has taken effect, whose answer
// never comes; as Terraform makes a change, which it ends in order; and right after one has taken effect, with Terraform, which neither
// keeps its state nor lets go of it.
const (
	beforeWrite = "before write"
	afterWrite  = "after write"
	atCall      = "call"
	atAnswer    = "answer"
	atOrder     = "order"
	atPowerCut  = "power cut at order"
)

// orders are the changes that Terraform makes, as the simulated cloud is asked for them.
type orders struct {
	http.Handler
	*crash
	hard bool // it dies with the change that it has just made

	mu   sync.Mutex
	dead bool
	made []string // "create aws_db_instance.this", of those that were not refused
}

func (o *orders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	dead := o.dead
	o.mu.Unlock()
	if dead {
		http.Error(w, "whoever asks has ended", http.StatusServiceUnavailable)
		return
	}
	text, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(text)))
	var order terraform.Order
	if !strings.HasSuffix(r.URL.Path, "/begin") || err != nil || json.Unmarshal(text, &order) != nil || order.Do == terraform.Read {
		o.Handler.ServeHTTP(w, r)
		return
	}
	ends := o.now()
	if ends && !o.hard {
		o.end(errCrash)
	}
	answer := httptest.NewRecorder()
	o.Handler.ServeHTTP(answer, r)
	var work terraform.Work
	o.mu.Lock()
	if json.Unmarshal(answer.Body.Bytes(), &work) == nil && work.Error == "" {
		o.made = append(o.made, order.Do+" "+order.Piece.Address)
	}
	o.dead = ends && o.hard
	o.mu.Unlock()
	if ends && o.hard {
		o.end(errCrash)
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// endedArchive is the archive of a process: once that has ended it writes nothing more.
type endedArchive struct {
	runbook.Archive
	of context.Context
}

func (a endedArchive) Store(run string) (runbook.Store, error) {
	s, err := a.Archive.Store(run)
	return endedStore{s, a.of}, err
}

type endedStore struct {
	runbook.Store
	of context.Context
}

func (s endedStore) Append(ctx context.Context, seq int64, entry []byte) error {
	if cause := context.Cause(s.of); cause != nil {
		return cause
	}
	return s.Store.Append(ctx, seq, entry)
}

// lit is a failover that restores, and what it came to.
type lit struct {
	*estateInTime
	t     *testing.T
	id    string
	made  []string // by Terraform
	moved int      // how often users were sent somewhere
	tries []string // the steps that asked a person

	spoils func(ctx context.Context, a aws.Asked) // is told of every changing call; nil: nobody
	meets  func(v runbook.View)                   // sees the run every few seconds; nil: nobody

	writes, calls, orders int // on how many occasions it could have crashed
}

// process is one that performs the run: begun, or taken up from another. It says whether the run is over; else the process has ended at an
// occasion, or yielded.
func (l *lit) process(at crashAt) (over bool) {
	ctx, stop := context.WithCancelCause(l.t.Context())
	defer stop(nil)
	crashes := func(what ...string) *crash {
		c := &crash{end: stop, before: at.what == beforeWrite}
		if slices.Contains(what, at.what) {
			c.at = at.n
		}
		return c
	}
	journal, call, made := crashes(beforeWrite, afterWrite), crashes(atCall, atAnswer), crashes(atOrder, atPowerCut)
	o := &orders{Handler: l.Terraform().Handler, crash: made, hard: at.what == atPowerCut}
	l.cfg = configAt(l.t, l.cfg.Path) // as another process reads it
	l.lookSeldom()
	r := l.runner(func(opt *RunnerOptions) {
		opt.Terraform = terraform.Within{Handler: o}.Run
		opt.Asked = func(ctx context.Context, a aws.Asked) {
			if a.Changes && l.spoils != nil {
				l.spoils(ctx, a)
			}
			switch {
			case !a.Changes:
			case !call.now():
				l.sent(a)
			case at.what == atCall:
				l.refused(a, "ServiceUnavailableException") // it is never sent
				stop(errCrash)
			default:
				l.sent(a)
				service, action := inDirectorsWords(a.Operation)
				l.direct("lost-answer", service, action, "1")
				go func() { // the clock of the bubble moves on once the call has taken effect
					time.Sleep(time.Millisecond)
					stop(errCrash)
				}()
			}
		}
	})
	defer r.Close()
	var held runbook.Lease
	r.state.Archive = crashingArchive{endedArchive{r.state.Archive, ctx}, journal}
	lease := r.state.lease
	r.state.lease = func() runbook.Lease { held = lease(); return held }
	by := &yielding{retrying: tryingAgain(nil, accepted()...)}
	run, err := l.started(ctx, r, by)
	if errors.Is(err, runbook.ErrEnded) {
		return true
	}
	if err == nil {
		l.follow(run)
	}
	l.made, l.tries = append(l.made, o.made...), append(l.tries, by.tries...)
	l.writes, l.calls, l.orders = journal.seen, call.seen, made.seen
	if context.Cause(ctx) != nil {
		if held != nil {
			_ = held.Release(l.t.Context(), runbook.Grant{}) // the kernel does it when a process ends
		}
		return false
	}
	if err != nil {
		l.t.Fatalf("%s: %v", at, err)
	}
	if v := run.View(); by.yielded {
		return false
	} else if v.Ending != runbook.Done {
		l.t.Fatalf("%s: it ended %q: %s\n%s", at, v.Ending, v.Note, stepsOf(v))
	}
	return true
}

// started begins the run, or takes it up where it has a journal.
func (l *lit) started(ctx context.Context, r *Runner, by runbook.Operator) (*runbook.Run, error) {
	order := Order{Run: l.id, Kind: Failover, Operator: by}
	if v, err := r.view(ctx, l.id); err == nil && v.Run != "" {
		return r.Resume(ctx, order)
	}
	return r.Begin(ctx, order)
}

// yielding stops a run whose Terraform has left its state locked, as its words say: who takes the run up is asked whether to unlock it.
type yielding struct {
	*retrying
	yielded bool
}

func (y *yielding) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind == runbook.AskTrouble && strings.Contains(q.Text, "acquiring the state lock") {
		y.yielded = true
		return runbook.Answer{Choice: runbook.Stop, By: "arn:aws:sts::1:ops"}, nil
	}
	return y.retrying.Ask(ctx, q)
}

// follow goes on to the end of a run, or of its process; the region that was left returns once users are served.
func (l *lit) follow(run *runbook.Run) {
	over := make(chan struct{})
	go func() {
		run.Wait()
		close(over)
	}()
	for {
		select {
		case <-over:
			return
		case <-time.After(10 * time.Second):
		}
		v := run.View()
		if l.meets != nil {
			l.meets(v)
		}
		if s, _ := v.Step(StepReport); s.State.Over() {
			_ = l.Cloud().Do("return", east) // it may have returned already
		}
	}
}

func (l *lit) sent(a aws.Asked) {
	if a.Operation == "cloudflare:BatchDNSRecords" {
		l.moved++
	}
}

// refused has a call refused that is about to be sent. What a region that is left is asked meanwhile is not answered anyway.
func (l *lit) refused(a aws.Asked, code string) {
	if strings.HasPrefix(a.Operation, "cloudflare:") {
		l.direct("cloudflare-down", "1s")
		return
	}
	if l.dark() && a.Region != west {
		return
	}
	service, action := inDirectorsWords(a.Operation)
	l.direct("break-call", service, action, code, "1", a.Region)
	go func() { // the clock of the bubble moves on once the call was answered
		time.Sleep(time.Millisecond)
		_ = l.Cloud().Do("restore", a.Region)
	}()
}

func (l *lit) dark() (dark bool) {
	l.in(func(in *cloud.World) { dark = in.Region(east).Dark })
	return dark
}

// lighting runs f with a failover that restores, ready to be begun: its home is dark.
func lighting(t *testing.T, estate cloud.Holding, f func(l *lit)) {
	inTimeOf(t, string(estate), func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		time.Sleep(25 * time.Minute)
		w.direct("darken", east)
		time.Sleep(2 * time.Minute)
		f(&lit{estateInTime: w, t: t, id: runbook.NewRunID(time.Now(), string(Failover))})
	})
}

// restoreCrash is a failover of an estate without a replica whose process ends at an occasion, or that is not disturbed where at is zero.
func restoreCrash(t *testing.T, estate cloud.Holding, at crashAt) (end string, l *lit) {
	lighting(t, estate, func(of *lit) {
		l = of
		t, w := l.t, l.estateInTime
		if l.process(at) {
			if at.n > 0 {
				t.Fatalf("%s: nothing crashed", at)
			}
		} else {
			was := w.resourceOf(west, "davidshaevel-dr-db")
			if !l.process(crashAt{}) {
				t.Fatalf("%s: taken up, it crashed again", at)
			}
			if now := w.resourceOf(west, "davidshaevel-dr-db"); was != "" && now != was {
				t.Errorf("%s: the database is %s, and was %s", at, now, was)
			}
		}
		end = l.end()
	})
	return end, l
}

// drawn are names that a simulated cloud draws anew each time.
var drawn = regexp.MustCompile(`-[0-9]{6,}\.us|sg-[0-9a-f]+|auto-backup:[a-z0-9-]+|\b[dE][0-9a-fA-F]{10,}`)

// end is everything that the run has changed, line by line, in no order of its own.
func (l *lit) end() string {
	file, err := os.ReadFile(l.cfg.Path)
	if err != nil {
		l.t.Fatal(err)
	}
	written := strings.Split(strings.ReplaceAll(string(file), filepath.Dir(l.cfg.Path), ""), "\n")
	slices.Sort(written)
	state := strings.Split(deployments.ReplaceAllString(l.state(), ""), "\n")
	slices.Sort(state)
	lines := append(append(state, asJSON(l.rolesNow()), moved(l.moved)), written...)
	return drawn.ReplaceAllString(strings.Join(lines, "\n"), "DRAWN")
}

// moved says how often users were sent somewhere.
func moved(times int) string { return fmt.Sprintf("users were moved %d times", times) }

// other are the lines of a text that another does not have, and the other way round.
func other(got, want string) string {
	var out []string
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "- "+line)
		}
	}
	return strings.Join(out, "\n")
}

// making are the changes of Terraform's, of a resource type or of all.
func (l *lit) making(of string) string {
	var out []string
	for _, made := range l.made {
		if strings.Contains(made, of) {
			out = append(out, made)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// occasions are all of them with LIFEBOAT_E2E=full, of the writes every step-th; else a few.
func (l *lit) occasions(step int) (list []crashAt) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		few := []crashAt{{atPowerCut, l.orders / 2}, {afterWrite, l.writes * 2 / 3}, {atAnswer, l.calls / 2}, {atOrder, l.orders / 2}}
		return few[:max(1, len(few)/step)]
	}
	for n := 1; n <= l.writes; n += step {
		list = append(list, crashAt{beforeWrite, n}, crashAt{afterWrite, n})
	}
	for n := 1; n <= l.calls; n++ {
		list = append(list, crashAt{atCall, n}, crashAt{atAnswer, n})
	}
	for n := 1; n <= l.orders; n++ {
		list = append(list, crashAt{atOrder, n}, crashAt{atPowerCut, n})
	}
	return list
}

// oneDatabase holds that Terraform has made one, and ended none. One that is imported may be changed in place.
func (l *lit) oneDatabase() {
	l.t.Helper()
	made := strings.ReplaceAll(l.making("aws_db_instance."), "\nupdate module.database[0].aws_db_instance.this", "")
	if made != "create module.database[0].aws_db_instance.this" {
		l.t.Errorf("of databases Terraform has made\n%s", made)
	}
}

// A failover that restores its database may end anywhere: taken up by another process it restores the same recovery point into the one
// database that there is, sends users once, and leaves the same roles and the same lifeboat.yaml.
func TestAFailoverThatRestoresMayCrashAnywhereAndComesToTheSameEnd(t *testing.T) {
	for estate, step := range map[cloud.Holding]int{cloud.PilotLight: 1, cloud.ColdStandby: 5} {
		want, whole := restoreCrash(t, estate, crashAt{})
		t.Logf("%s: %d journal writes, %d changing calls, %d changes of Terraform's", estate, whole.writes, whole.calls, whole.orders)
		if whole.writes < 100 || whole.calls < 12 || whole.orders < 10 || whole.moved != 1 || whole.making("aws_db_instance.") != "create module.database[0].aws_db_instance.this" {
			t.Fatalf("the test does not see them: users were moved %d times, made: %s", whole.moved, whole.making(""))
		}
		for _, at := range whole.occasions(step) {
			t.Run(fmt.Sprintf("%s, %s", estate, at), func(t *testing.T) {
				t.Parallel()
				got, l := restoreCrash(t, estate, at)
				l.t = t // its bubble is over
				if got != want {
					t.Errorf("the end is another:\n%s", other(got, want))
				}
				if at.what == atPowerCut {
					l.oneDatabase()
					return // what it had begun is in no state, and is found there, or made once more
				}
				if made := l.making(""); made != whole.making("") {
					t.Errorf("Terraform made something else:\n%s", other(made, whole.making("")))
				}
				if len(l.tries) > 0 {
					t.Errorf("these steps asked a person: %q", l.tries)
				}
			})
		}
	}
}
