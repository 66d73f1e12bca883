//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/views"
)

// door is a cockpit's door to the runs of a simulated estate. Their processes are this test's own binary.
func door(t *testing.T, change ...func(c *config.Config, d sim.Description)) *runs {
	t.Helper()
	t.Setenv(asProgram, "1")
	short, err := os.MkdirTemp("", "lb") // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	t.Setenv("TMPDIR", short)
	dir := t.TempDir()
	server, err := sim.Start(t.Context(), sim.Options{Listen: "127.0.0.1:0", Speed: 400, CAFile: filepath.Join(dir, "ca.pem"), Report: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	written := simulated(server.Description())
	written.Waits.Hold, written.Waits.Poll = config.Duration(300*time.Millisecond), config.Duration(100*time.Millisecond)
	for _, f := range change {
		f(written, server.Description())
	}
	path := filepath.Join(dir, "lifeboat.yaml")
	if err := config.Write(path, written); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED",
		"CLOUDFLARE_API_TOKEN", "PGPASSWORD", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CA_BUNDLE",
	} {
		t.Setenv(name, "") // so that what simulatedCredentials sets ends with this test
	}
	simulatedCredentials()
	r := newRuns(&app{out: t.Output(), err: t.Output()}, c, func() *dr.Estate { return nil })
	t.Cleanup(func() { killRuns(t, r) })
	return r
}

func killRuns(t *testing.T, r *runs) {
	for _, p := range processesOf(t, r) {
		_ = syscall.Kill(p.PID, syscall.SIGKILL)
	}
}

func processesOf(t *testing.T, r *runs) []process {
	s, err := r.state(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(beside(s, "*", processEnd))
	var out []process
	for _, path := range paths {
		if p, err := processOf(s, strings.TrimSuffix(filepath.Base(path), processEnd)); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// onlooker is a screen that follows a run.
type onlooker struct {
	t    *testing.T
	mu   sync.Mutex
	last views.RunUpdate
	over chan error
}

func lookOn(t *testing.T, r *runs, id string) *onlooker {
	w := &onlooker{t: t, over: make(chan error, 1)}
	go func() {
		w.over <- r.Follow(t.Context(), id, func(u views.RunUpdate) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.last = u
		})
	}()
	return w
}

// until waits for an update that is meant.
func (w *onlooker) until(what string, meant func(u views.RunUpdate) bool) views.RunUpdate {
	w.t.Helper()
	for range 3000 {
		w.mu.Lock()
		u := w.last
		w.mu.Unlock()
		if meant(u) {
			return u
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatalf("%s was never told; the last update: ending %q, here %t, dead %q, note %q, questions %+v", what, w.last.View.Ending, w.last.Here, w.last.Dead, w.last.Note, w.last.Questions)
	return views.RunUpdate{}
}

func (w *onlooker) asks(id string) views.RunUpdate {
	w.t.Helper()
	return w.until(id, func(u views.RunUpdate) bool {
		return slices.ContainsFunc(u.Questions, func(q runbook.Question) bool { return q.ID == id })
	})
}

func TestTheCockpitsDoorBeginsARunStopsItAndTakesItUp(t *testing.T) {
	r, ctx := door(t), t.Context()
	plan, err := r.Plan(ctx, dr.Failover)
	if err != nil || plan.Plan.Title != opening || len(plan.Paper) != len(plan.Findings) || !strings.Contains(plan.Where, "no other machine") {
		t.Fatalf("%v %+v", err, plan)
	}
	id, err := r.Begin(ctx, views.RunOrder{Kind: dr.Failover})
	if err != nil {
		t.Fatal(err)
	}
	w := lookOn(t, r, id)
	if u := w.asks("gate open"); !u.Here || len(u.Events) == 0 || u.View.Plan.Title != opening {
		t.Errorf("here %t, %d events", u.Here, len(u.Events))
	}
	var held *runbook.HeldError
	if _, err := r.Begin(ctx, views.RunOrder{Kind: dr.Failover}); !errors.As(err, &held) || held.By.Run != id {
		t.Errorf("a second run beside it: %v", err)
	}
	if err := r.Answer(ctx, id, "gate open", runbook.Answer{Choice: runbook.Pass, Phrase: "fail over"}); err == nil || !strings.Contains(err.Error(), opening) {
		t.Errorf("a wrong phrase: %v", err)
	}
	if err := r.Answer(ctx, id, "gate open", runbook.Answer{Choice: runbook.Pass, Phrase: opening}); err != nil {
		t.Fatal(err)
	}
	w.asks("gate edge")
	lines, err := r.List(ctx)
	if err != nil || len(lines) != 1 || !lines[0].Here || lines[0].View.Run != id {
		t.Errorf("%v %+v", err, lines)
	}
	if err := r.Stop(ctx, id, "lunch"); err != nil {
		t.Fatal(err)
	}
	w.until("that it stopped", func(u views.RunUpdate) bool { return u.View.Ending == runbook.Stopped && !u.Here && u.Dead == "" })
	if err := r.Resume(ctx, id, ""); err != nil {
		t.Fatal(err)
	}
	w.until("that it goes on", func(u views.RunUpdate) bool { return u.Here && u.View.Resumes == 1 })
	w.asks("gate edge")
	if err := r.Answer(ctx, id, "gate edge", runbook.Answer{Choice: runbook.Pass, Phrase: "send users to us-west-2"}); err != nil {
		t.Fatal(err)
	}
	if err := <-w.over; err != nil || w.last.View.Ending != runbook.Done {
		t.Errorf("%v, %s", err, w.last.View.Ending)
	}
	if past, err := r.Estimates(ctx, dr.Failover); err != nil || past["promote"] == 0 {
		t.Errorf("%v %v", past, err)
	}
}

func TestTheCockpitsDoorTellsThatAProcessDied(t *testing.T) {
	r, ctx := door(t), t.Context()
	id, err := r.Begin(ctx, views.RunOrder{Kind: dr.Failover})
	if err != nil {
		t.Fatal(err)
	}
	w := lookOn(t, r, id)
	w.asks("gate open")
	for _, p := range processesOf(t, r) {
		if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	w.until("that its process is gone", func(u views.RunUpdate) bool { return !u.Here && strings.Contains(u.Dead, "is gone") })
	lines, err := r.List(ctx)
	if err != nil || len(lines) != 1 || lines[0].Here || !strings.Contains(lines[0].Dead, "is gone") {
		t.Errorf("%v %+v", err, lines)
	}
	if sheets, err := r.Paper(ctx, id); err != nil || len(sheets) < 10 {
		t.Errorf("%v %v", sheets, err)
	}
	if err := r.Resume(ctx, id, ""); err != nil {
		t.Fatal(err)
	}
	w.until("that it goes on", func(u views.RunUpdate) bool { return u.Here && u.Dead == "" })
	w.asks("gate open")
	if err := r.Answer(ctx, id, "gate open", runbook.Answer{Choice: runbook.CallOff}); err != nil {
		t.Fatal(err)
	}
	if err := <-w.over; err != nil || w.last.View.Ending != runbook.CalledOff {
		t.Errorf("%v, %s", err, w.last.View.Ending)
	}
}

func TestTheCockpitsDoorTellsOfADeathOnAnotherMachineOnceTheLeaseRanOut(t *testing.T) {
	r, ctx := door(t, func(c *config.Config, d sim.Description) {
		c.Journal = config.Journal{Bucket: d.Regions[1].Buckets[0], Region: d.Regions[1].Name, Lease: config.Duration(5 * time.Second)}
	}), t.Context()
	id, err := r.Begin(ctx, views.RunOrder{Kind: dr.Failover})
	if err != nil {
		t.Fatal(err)
	}
	lookOn(t, r, id).asks("gate open")
	for _, p := range processesOf(t, r) {
		if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	w := lookOn(t, r, id) // it has the bucket alone
	w.until("that its lease ran out", func(u views.RunUpdate) bool { return !u.Here && strings.Contains(u.Dead, "its lease ran out at ") })
}

func TestTheCockpitsDoorSaysWhyARunWasNotBegun(t *testing.T) {
	r := door(t)
	r.config.Regions.Standby.Databases[0].ID = "davidshaevel-no-db"
	if err := config.Write(r.config.Path, r.config); err != nil {
		t.Fatal(err)
	}
	id, err := r.Begin(t.Context(), views.RunOrder{Kind: dr.Failover, DryRun: true})
	if err == nil || !errors.Is(err, runbook.ErrRefused) {
		t.Errorf("%s %v", id, err)
	}
}
