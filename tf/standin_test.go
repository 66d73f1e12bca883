//go:build unix

package tf

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
)

// simulated is an empty account at the simulator, on which the tests' own program stands in for Terraform.
type simulated struct {
	*account
	sim *sim.Server
}

// atOnce is how fast the simulated cloud lives in these tests: a replica of a quarter of an hour takes under two seconds.
const atOnce = 600

func newSimulated(t *testing.T, scenario string) *simulated {
	t.Helper()
	unix(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	loaded, err := sim.LoadScenario(scenario)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sim.Start(t.Context(), sim.Options{Speed: atOnce, Seed: 7, Scenario: loaded})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, base: t.TempDir(), outputs: map[string]map[string]any{}, standIn: server.Description().Director}
	a.program = Program{Path: self, Version: "1.11.4"}
	a.inputs = testInputs()
	a.roles = rolesFileOf(t, 1, "us-east-1")
	return &simulated{account: a, sim: server}
}

// prove publishes at Cloudflare what proves certificates, as soon as they ask for it, and origin.<zone>, as Lifeboat does.
func (s *simulated) prove(ctx context.Context) {
	for ctx.Err() == nil {
		s.sim.Cloud().Locked(func(w *cloud.World) {
			for _, r := range w.Regions {
				for _, c := range r.Certificates {
					for _, p := range c.Proofs {
						publish(w, p.Record.Name, p.Record.Value)
					}
				}
			}
		})
		time.Sleep(20 * time.Millisecond)
	}
}

func publish(w *cloud.World, name, value string) {
	name, value = strings.TrimSuffix(name, "."), strings.TrimSuffix(value, ".")
	z := w.Zones[0]
	if !slices.ContainsFunc(z.Records, func(r *cloud.Record) bool { return r.Name == name }) {
		z.Records = append(z.Records, &cloud.Record{ID: name, Type: "CNAME", Name: name, Content: value, TTL: 60})
	}
}

func (s *simulated) push() {
	s.t.Helper()
	if err := s.sim.Cloud().Do("push", "all"); err != nil {
		s.t.Fatal(err)
	}
	digests := map[string]any{}
	s.sim.Cloud().Locked(func(w *cloud.World) {
		for _, repo := range w.Regions[0].Repositories {
			digests[repo.Name] = repo.Images[0].Digest
		}
	})
	s.inputs["digests"] = digests
}

func TestOnAnEmptySimulatedAccountEveryRootIsAppliedAndThenPlansToNoChanges(t *testing.T) {
	s := newSimulated(t, "empty")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.prove(ctx)
	delete(s.inputs, "digests")
	s.together(s.provision, "bootstrap")
	s.migrate()
	s.together(s.provision, "primary")
	s.push()
	s.together(s.provision, "primary", "identity")
	s.together(s.provision, "foundation", "source")
	s.together(s.provision, "data")
	s.push() // again: replication is not retroactive
	s.together(s.provision, "compute")
	s.together(s.provision, "failover")
	s.whole()
}

// whole waits until every service runs what it is to run, and finds both regions as a reader would.
func (s *simulated) whole() {
	s.t.Helper()
	var left string
	for range 200 {
		s.sim.Cloud().Locked(func(w *cloud.World) { left = missing(w) })
		if left == "" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Error(left)
}

// missing says what of the estate is not there, or does not work; "" where all is well.
func missing(w *cloud.World) string {
	home, away := w.Regions[0], w.Regions[1]
	for _, r := range w.Regions {
		if len(r.Clusters) != 1 || len(r.Clusters[0].Services) != 4 || len(r.Balancers) != 1 || len(r.Databases) != 1 || len(r.Repositories) != 4 {
			return r.Name + " is not whole"
		}
		for _, svc := range r.Clusters[0].Services {
			if svc.Count(cloud.Running) != svc.Desired || svc.Deployments[0].Rollout != "COMPLETED" {
				return fmt.Sprintf("%s runs %d of %d", svc.Name, svc.Count(cloud.Running), svc.Desired)
			}
		}
	}
	if status, _, _ := away.Databases[0].Replication(w); status != "replicating" || away.Databases[0].Source != home.Databases[0] {
		return "the replica is " + status
	}
	if len(w.Distributions) != 1 || w.Distributions[0].Status != "Deployed" || len(w.Distributions[0].Groups) != 1 {
		return "the distribution is not deployed"
	}
	return ""
}
