//go:build unix

package dr

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// stackAtSim is an estate that the stand-in for Terraform has provisioned at a simulator, from nothing.
type stackAtSim struct {
	t   *testing.T
	sim *sim.Server
	cfg *config.Config
}

// provisionedSpeed makes a quarter of an hour of the cloud pass in under two seconds.
const provisionedSpeed = 600

func newProvisioned(t *testing.T) *stackAtSim {
	t.Helper()
	if os.Getenv("LIFEBOAT_E2E") == "" && testing.Short() {
		t.Skip("an estate is provisioned at a simulator: some seconds")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	scenario, err := sim.LoadScenario("empty")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := sim.Start(t.Context(), sim.Options{Speed: provisionedSpeed, Seed: 7, Scenario: scenario, CAFile: filepath.Join(dir, "ca.pem")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := s.Description()
	c := configOf(d, filepath.Join(dir, config.FileName))
	c.Terraform = config.Terraform{Primary: config.Ours, Inputs: d.Stack.Inputs}
	short := func(d time.Duration) config.Duration { return config.Duration(max(d, 100*time.Millisecond)) }
	c.Waits.Poll, c.Waits.Hold, c.Waits.Settle = short(0), short(0), short(0)
	c.Refresh.Fast, c.Refresh.Slow, c.Refresh.Edge, c.Refresh.Metrics = config.Duration(time.Second), config.Duration(2*time.Second), config.Duration(time.Second), config.Duration(time.Second)
	if err := config.Write(c.Path, c); err != nil {
		t.Fatal(err)
	}
	p := &stackAtSim{t: t, sim: s, cfg: c}
	go p.push(t.Context())
	for _, phase := range []string{"primary", "foundation", "data", "compute", "failover"} {
		begin := time.Now()
		if res := p.run(Order{Kind: Provision, Phase: phase}, &answering{}); res.Ending != runbook.Done {
			t.Fatalf("phase %s: %s %v", phase, res.Ending, res.Err)
		}
		t.Logf("%s in %s", phase, time.Since(begin).Round(100*time.Millisecond))
	}
	return p
}

// push brings images to the registries as soon as they are there.
func (p *stackAtSim) push(ctx context.Context) {
	for ctx.Err() == nil {
		for range 2 {
			_ = p.sim.Cloud().Do("push", "all")
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// runner is a process of Lifeboat's.
func (p *stackAtSim) runner() *Runner {
	p.t.Helper()
	c, err := config.Load(p.cfg.Path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.cfg = c
	r, err := OpenRunner(p.t.Context(), c, RunnerOptions{Host: "test"})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *stackAtSim) run(o Order, by runbook.Operator) runbook.Result {
	p.t.Helper()
	r := p.runner()
	defer r.Close()
	o.Run, o.Operator = runbook.NewRunID(time.Now(), string(o.Kind)), by
	run, err := r.Begin(p.t.Context(), o)
	if err != nil {
		p.t.Fatalf("%s %s%s: %v", o.Kind, o.Phase, o.Strategy, err)
	}
	late := time.AfterFunc(time.Minute, func() {
		for _, s := range run.View().Steps {
			p.t.Logf("%-24s %-10s %s", s.ID, s.State, s.Text)
		}
		run.Stop("the test", "it takes too long")
	})
	defer late.Stop()
	return run.Wait()
}

func TestStrategiesChangeAtASimulator(t *testing.T) {
	p := newProvisioned(t)
	for _, to := range []config.Strategy{config.PilotLight, config.WarmStandby, config.ColdStandby, config.WarmStandby} {
		begin := time.Now()
		o := &answering{}
		o.reply = naming
		res := p.run(Order{Kind: Strategy, Strategy: to}, o)
		if res.Ending != runbook.Done {
			for _, s := range res.View.Steps {
				t.Logf("%-24s %-10s %s", s.ID, s.State, s.Text)
			}
			t.Fatalf("to %s: %s %v, asked %v", to, res.Ending, res.Err, o.ids())
		}
		t.Logf("to %s in %s: %v", to, time.Since(begin).Round(100*time.Millisecond), o.ids())
		for _, s := range res.View.Steps {
			t.Logf("%-24s %-10s %s", s.ID, s.State, s.Text)
		}
		p.sim.Cloud().Locked(func(w *cloud.World) {
			t.Logf("%d databases, %d copied backups", len(w.Regions[1].Databases), len(w.Regions[1].Backups))
		})
	}
	_ = fmt.Sprint(slices.Sorted(slices.Values(strings.Fields(""))))
}
