package dr

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// touched keeps everything that a run does beyond reading: changes, and roles taken on.
type touched struct {
	mu   sync.Mutex
	list []string
}

func (c *touched) asked(_ context.Context, a aws.Asked) {
	if a.Changes || a.Operation == "sts:AssumeRole" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.list = append(c.list, a.Operation+" "+a.Region)
	}
}

// A run that is refused leaves nothing behind: no journal, no lease, no roles file, no role taken on, and nothing that was changed.
func TestARefusedRunLeavesNothingBehind(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    Kind
		prepare func(w *estateInTime)
		why     string
	}{
		{"a restore without Terraform", Failover, func(w *estateInTime) {
			w.cfg.Strategy, w.cfg.Regions.Standby.Databases = config.PilotLight, []config.Database{{ID: "nothing"}}
		}, "Terraform makes what does not run in us-west-2, and it cannot be run"},
		{"the region that shall take over is dark", Failover, func(w *estateInTime) { w.direct("darken", west) }, "us-west-2 cannot take over"},
		{"a switchover from a dark region", Switchover, func(w *estateInTime) { w.direct("darken", east) }, "a switchover needs both regions"},
		{"there is no such replica", Failover, func(w *estateInTime) {
			w.cfg.Regions.Standby.Databases = []config.Database{{ID: "nothing"}}
		}, "no replica that could be promoted"},
		{"there is no such balancer", Failover, func(w *estateInTime) {
			w.cfg.Regions.Standby.Balancers = []config.Balancer{{Name: "nothing"}}
		}, "no load balancer"},
		{"Cloudflare was never read", Failover, func(w *estateInTime) { w.direct("cloudflare-down") }, "Cloudflare's records were never read"},
		{"no such procedure", Kind("drill"), func(*estateInTime) {}, "is no procedure"},
		{"a journal that was altered", Failover, func(w *estateInTime) {
			dir := filepath.Join(simulatedDir(w.cfg), "runs")
			_ = os.MkdirAll(dir, 0o700)
			if err := os.WriteFile(filepath.Join(dir, "20000101T000000.000Z-failover.jsonl"), []byte("{}\n"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, "who the writer of record is cannot be told"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				w.operated(false, time.Hour)
				was := w.state()
				c.prepare(w)
				time.Sleep(2 * time.Minute)
				w.refused(t, c.kind, c.why)
				if now := w.state(); now != was {
					t.Errorf("it left\n%s\nwas\n%s", now, was)
				}
			})
		})
	}
}

// refused begins a run that is not to be started, and looks for what it left.
func (w *estateInTime) refused(t *testing.T, kind Kind, why string) {
	t.Helper()
	did := &touched{}
	r := w.runner(func(o *RunnerOptions) { o.Asked = did.asked })
	before, err := r.State().Archive.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	roles, _, err := r.State().Roles.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: kind, Operator: typing()})
	if run != nil || err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("it gives %v, want %q", err, why)
	}
	if after, err := r.State().Archive.Runs(t.Context()); err != nil || len(after) != len(before) {
		t.Errorf("the archive has %q, had %q: %v", after, before, err)
	}
	if _, held, err := r.State().Lease().Held(t.Context()); held || err != nil {
		t.Errorf("the lease is held: %t, %v", held, err)
	}
	if now, _, err := r.State().Roles.Read(t.Context()); err != nil || asJSON(now) != asJSON(roles) {
		t.Errorf("the roles are %s, were %s: %v", asJSON(now), asJSON(roles), err)
	}
	if len(did.list) > 0 {
		t.Errorf("it made these calls: %q", did.list)
	}
}

// Right after a run there is the cool-down; what it refuses leaves nothing either.
func TestTheCoolDownRefusesAndLeavesNothingBehind(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		by := &choosing{phrases: typing("go on with an unproven lag"), question: "gate promote", choose: takeBack(Failover)}
		w.direct("stray-connection", east)
		if result := w.begun(w.runner(), Failover, by).Wait(); result.Ending != runbook.Undone {
			t.Fatalf("it ended %q: %v", result.Ending, result.Err)
		}
		w.direct("restore")
		time.Sleep(10 * time.Minute)
		was := w.state()
		w.refused(t, Failover, "changed things until")
		if now := w.state(); now != was {
			t.Errorf("it left\n%s\nwas\n%s", now, was)
		}
		time.Sleep(30 * time.Minute)
		run := w.begun(w.runner(), Failover, typing())
		run.Stop("test", "it has begun")
		run.Wait()
	})
}

// A dry run goes through everything and changes nothing: no lease, no role taken on, no gate.
func TestADryRunChangesNothing(t *testing.T) {
	for _, kind := range []Kind{Failover, Switchover} {
		inTime(t, func(t *testing.T, w *estateInTime) {
			w.lookSeldom()
			w.operated(false, time.Hour)
			was, did, by := w.state(), &touched{}, typing()
			r := w.runner(func(o *RunnerOptions) { o.Asked = did.asked })
			run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "dry"), Kind: kind, DryRun: true, Operator: by})
			if err != nil {
				t.Fatal(err)
			}
			v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
			if v.Ending != runbook.Done || len(by.asked) > 0 || len(did.list) > 0 || w.state() != was {
				t.Errorf("%s: it ended %q: %s; asked for %q, made %q, left\n%s", kind, v.Ending, v.Note, by.asked, did.list, w.state())
			}
			if grant, err := r.State().Lease().Acquire(t.Context(), runbook.Claim{Run: "another"}); err != nil || grant.Fence != 1 {
				t.Errorf("%s: the lease gives %+v, %v", kind, grant, err)
			}
			if roles, _, err := r.State().Roles.Read(t.Context()); err != nil || roles.Version != 0 {
				t.Errorf("%s: the roles are %+v, %v", kind, roles, err)
			}
			if region, _, err := writerOfRecord(t.Context(), w.cfg, r.State().Archive); err != nil || region != east {
				t.Errorf("%s: the writer of record is %s, %v", kind, region, err)
			}
		})
	}
}
