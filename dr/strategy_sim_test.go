//go:build unix

package dr

import (
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

// stackAtSim is an estate that the stack has made at a simulator, where the tests' own program stands in for Terraform.
type stackAtSim struct {
	t   *testing.T
	sim *sim.Server
	cfg *config.Config
}

// stackSpeed makes a quarter of an hour of the cloud pass in under two seconds.
const stackSpeed = 600

func newStackAtSim(t *testing.T, scenario string) *stackAtSim {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	loaded, err := sim.LoadScenario(scenario)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := sim.Start(t.Context(), sim.Options{Speed: stackSpeed, Seed: 7, Scenario: loaded, CAFile: filepath.Join(dir, "ca.pem")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := s.Description()
	c := configOf(d, filepath.Join(dir, config.FileName))
	c.Strategy, c.Terraform = config.Strategy(d.Strategy), config.Terraform{Primary: config.Ours, Inputs: d.Stack.Inputs, State: config.TerraformState{Bucket: d.Stack.Bucket}}
	c.Roles = config.Roles{Bucket: d.Stack.Bucket, Key: StackRolesKey}
	for i := range c.Services {
		c.Services[i].Standby = min(c.Services[i].Full-1, 1)
	}
	c.Waits.Poll, c.Waits.Hold, c.Waits.Settle = config.Duration(100*time.Millisecond), config.Duration(100*time.Millisecond), config.Duration(100*time.Millisecond)
	c.Refresh.Fast, c.Refresh.Slow, c.Refresh.Edge, c.Refresh.Metrics = config.Duration(time.Second), config.Duration(2*time.Second), config.Duration(time.Second), config.Duration(time.Second)
	if err := config.Write(c.Path, c); err != nil {
		t.Fatal(err)
	}
	return &stackAtSim{t: t, sim: s, cfg: c}
}

// change changes the strategy to its end, and gives the questions that it asked.
func (p *stackAtSim) change(to config.Strategy) []string {
	p.t.Helper()
	c, err := config.Load(p.cfg.Path)
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := OpenRunner(p.t.Context(), c, RunnerOptions{Host: "test"})
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Close()
	o := &answering{reply: naming}
	run, err := r.Begin(p.t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(Strategy)), Kind: Strategy, Strategy: to, Operator: o})
	if err != nil {
		p.t.Fatalf("to %s: %v", to, err)
	}
	late := time.AfterFunc(4*time.Minute, func() { run.Stop("the test", "it takes too long") })
	defer late.Stop()
	if res := run.Wait(); res.Ending != runbook.Done {
		p.t.Fatalf("to %s: %s %v, asked %v\n%s", to, res.Ending, res.Err, o.ids(), allSteps(res.View))
	}
	return o.ids()
}

// lasting is what no change of strategy may touch: the writer, keys, buckets, repositories.
func (p *stackAtSim) lasting() (out string) {
	p.sim.Cloud().Locked(func(w *cloud.World) {
		for _, r := range w.Regions {
			out += fmt.Sprintf("%s keys %v", r.Name, r.Keys)
			for _, b := range r.Buckets {
				out += " bucket " + b.Name
			}
			for _, repo := range r.Repositories {
				out += fmt.Sprintf(" repository %s %d", repo.Name, len(repo.Images))
			}
		}
		out += " writer " + w.Regions[0].Databases[0].ResourceID
	})
	return out
}

// stands is what stands by: databases and what they follow, copies of backups, tasks wanted, balancers, snapshots by hand.
func (p *stackAtSim) stands() (out string) {
	p.sim.Cloud().Locked(func(w *cloud.World) {
		away, tasks, kept := w.Regions[1], 0, 0
		for _, c := range away.Clusters {
			for _, s := range c.Services {
				tasks += s.Desired
			}
		}
		for _, s := range away.Snapshots {
			if strings.Contains(s.ID, "-kept-") {
				kept++
			}
		}
		followers := 0
		for _, db := range away.Databases {
			if db.Source == w.Regions[0].Databases[0] {
				followers++
			}
		}
		out = fmt.Sprintf("%d databases, %d follow, %d copies, %d tasks, %d balancers, %d kept", len(away.Databases), followers, len(away.Backups), tasks, len(away.Balancers), kept)
	})
	return out
}

func TestStrategiesChangeToAndFroAtASimulator(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") == "" {
		t.Skip("an estate changes its strategy four times at a simulator in real time: LIFEBOAT_E2E=ci runs one change, full all")
	}
	p := newStackAtSim(t, "pilot-light")
	before := p.lasting()
	for _, c := range []struct {
		to          config.Strategy
		keep        string // what lifeboat.yaml is made to say of copies beside a replica
		stands      string
		gates, none []string
	}{
		{config.WarmStandby, "", "1 databases, 1 follow, 1 copies, 2 tasks, 1 balancers, 0 kept", []string{"gate apply-foundation", "gate apply-data", "gate apply-compute"}, []string{"gate give-up", "gate apply-data-own"}},
		{config.PilotLight, "", "0 databases, 0 follow, 1 copies, 0 tasks, 0 balancers, 1 kept", []string{"gate give-up", "gate apply-data"}, nil},
		{config.ColdStandby, "", "0 databases, 0 follow, 1 copies, 0 tasks, 1 balancers, 1 kept", []string{"gate apply-compute"}, []string{"gate give-up", "gate apply-data"}},
		{config.WarmStandby, "false", "1 databases, 1 follow, 0 copies, 2 tasks, 1 balancers, 1 kept", []string{"gate apply-data-own"}, []string{"gate give-up"}},
		{config.ColdStandby, "", "0 databases, 0 follow, 1 copies, 0 tasks, 1 balancers, 2 kept", []string{"gate apply-data-copies", "gate give-up"}, nil},
	} {
		if c.keep != "" {
			if err := config.Edit(p.cfg.Path, config.Setting{Field: keepField, Value: c.keep == "true"}); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		asked := p.change(c.to)
		t.Logf("to %s in %s: %v", c.to, time.Since(begin).Round(100*time.Millisecond), asked)
		for _, gate := range c.gates {
			if !slices.Contains(asked, gate) {
				t.Errorf("to %s: %s was not asked: %v", c.to, gate, asked)
			}
		}
		for _, gate := range c.none {
			if slices.Contains(asked, gate) {
				t.Errorf("to %s: %s was asked", c.to, gate)
			}
		}
		if got := p.stands(); got != c.stands {
			t.Errorf("to %s: %s; want %s", c.to, got, c.stands)
		}
		if now := p.lasting(); now != before {
			t.Errorf("to %s: %s\nwas %s", c.to, now, before)
		}
		if os.Getenv("LIFEBOAT_E2E") != "full" {
			return
		}
	}
}
