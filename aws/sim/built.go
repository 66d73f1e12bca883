package sim

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/terraform"
)

// built makes the estate of a strategy without a replica as Lifeboat's stack makes it: root after root, by the stand-in for
// Terraform, in a world whose clock runs ahead as fast as that is done. So every root's state is in its bucket, and plans to no
// changes.
type built struct {
	holds   cloud.Holding
	clock   *hasty
	cloud   *cloud.Cloud
	at      terraform.Within
	dir     string
	vars    map[string]any            // inputs, and what roots have made
	outputs map[string]map[string]any // by root
}

// hasty is a clock that is moved on by hand until it is let go.
type hasty struct {
	mu   sync.Mutex
	now  time.Time
	then func() time.Time // once it was let go
	free bool
}

func (h *hasty) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.free {
		return h.then()
	}
	return h.now
}

func (h *hasty) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *hasty) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free = true
}

// builtAgo is when such an estate was made: as long ago as the reference estate's history begins. It is more than it takes.
const builtAgo = 4 * time.Hour

// build gives the cloud of a strategy that has no replica.
func build(o Options) (*cloud.Cloud, error) {
	dir, err := os.MkdirTemp("", "lifeboat-sim-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := newBuilt(o, dir)
	if err := b.all(); err != nil {
		return nil, fmt.Errorf("making the estate %s: %w", b.holds, err)
	}
	b.cloud.Locked(func(w *cloud.World) { w.Matured() })
	b.clock.release()
	return b.cloud, nil
}

// newBuilt is an empty account that is to become the scenario's estate.
func newBuilt(o Options, dir string) *built {
	clock := &hasty{now: o.Now().Add(-time.Duration(float64(builtAgo) / o.Speed)), then: o.Now}
	c := cloud.Reference(cloud.Options{Now: clock.Now, Seed: o.Seed, Speed: o.Speed, Services: o.Services, Holds: cloud.Nothing})
	b := &built{holds: cloud.Holding(o.Scenario.Estate), clock: clock, cloud: c, dir: dir, outputs: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.Handle(terraform.Prefix, provider(c))
	b.at = terraform.Within{Handler: mux, Pause: b.pause}
	c.Locked(func(w *cloud.World) { b.vars = builtInputs(w, b.holds) })
	return b
}

// restored is the name that the stack gives the database that it restores; "" in an estate with a replica.
func (s *Server) restored(w *cloud.World) cloud.DatabaseName {
	if !cloud.Holding(s.options.Scenario.Estate).Built() {
		return cloud.DatabaseName{}
	}
	away := w.Regions[1]
	return away.Named(w.Estate + "-dr-db")
}

// serveRestored opens the address of the database that is still to be restored, so that it can be told beforehand. Nothing answers
// there until then.
func (s *Server) serveRestored() {
	var name cloud.DatabaseName
	s.cloud.Locked(func(w *cloud.World) { name = s.restored(w) })
	if name.ID != "" {
		s.databases.serve(name)
	}
}

// resting is the cluster of a pilot light, with the names that its services will have.
func resting(w *cloud.World, services []ServiceDescription) []ClusterDescription {
	name := w.Estate + "-dr"
	c := ClusterDescription{Name: name, Services: map[string]string{}}
	for _, s := range services {
		c.Services[s.Name] = name + "-" + s.Name
	}
	return []ClusterDescription{c}
}

// builtInputs are the stack's variables for the estate, as Lifeboat gives them.
func builtInputs(w *cloud.World, holds cloud.Holding) map[string]any {
	home, away, zone := w.Regions[0].Name, w.Regions[1].Name, w.Zones[0].Name
	stack := describeStack(w, cloud.Nothing)
	vars := map[string]any{
		"estate": w.Estate, "region": away, "primary_region": home, "strategy": string(holds), "run": "", "roles_key": "lifeboat/roles.auto.tfvars.json",
		"origin_domain": "origin." + zone, "database_password": cloud.FirstPassword, "grafana_password": cloud.FirstPassword,
		"clusters":  map[string]any{home: w.Estate, away: w.Estate + "-dr"},
		"databases": map[string]any{home: w.Estate + "-db", away: w.Estate + "-dr-db"},
	}
	capacity := map[string]any{home: map[string]any{}, away: map[string]any{}}
	repositories := []string{}
	for _, p := range cloud.Parts() {
		repositories = append(repositories, p.Name)
		capacity[home].(map[string]any)[p.Name] = map[string]any{"min": p.Full, "max": max(2*p.Full, 4)}
		capacity[away].(map[string]any)[p.Name] = map[string]any{"min": 0, "max": 0}
	}
	slices.Sort(repositories)
	for name, value := range stack.Inputs {
		vars[name] = value
	}
	vars["repositories"] = repositories
	for name, value := range map[string]any{"roles_version": 1, "writer_region": home, "serving_region": home, "frozen_by": "", "capacity": capacity} {
		vars[name] = value
	}
	return vars
}

// all makes every root in the order in which a newcomer does.
func (b *built) all() error {
	if err := b.root("bootstrap", "primary"); err != nil {
		return err
	}
	if err := b.push(); err != nil {
		return err
	}
	if err := b.root("primary", "identity", "foundation", "source", "data"); err != nil {
		return err
	}
	if err := b.push(); err != nil { // again: replication is not retroactive
		return err
	}
	return b.root("compute", "failover", "identity")
}

// push brings images to the primary's registry, and waits until they are replicated.
func (b *built) push() error {
	if err := b.cloud.Do("push", "all"); err != nil {
		return err
	}
	digests := map[string]any{}
	b.cloud.Locked(func(w *cloud.World) {
		for _, r := range w.Regions[0].Repositories {
			digests[r.Name] = r.Images[0].Digest
		}
	})
	b.vars["digests"] = digests
	for range 30 {
		b.pause(time.Minute)
	}
	return nil
}

// pause lets time pass, as long as a simulated duration takes.
func (b *built) pause(d time.Duration) {
	var speed float64
	b.cloud.Locked(func(w *cloud.World) { speed = w.Speed })
	b.clock.pass(time.Duration(float64(max(d, 2*time.Second)) / speed))
	b.cloud.Locked(b.lead)
}

// lead keeps the zone as Lifeboat does: what proves certificates, what the distribution fetches from, what users call.
func (b *built) lead(w *cloud.World) {
	for _, r := range w.Regions {
		for _, c := range r.Certificates {
			for _, p := range c.Proofs {
				w.Point(p.Record.Name, p.Record.Value)
			}
		}
	}
	zone := w.Zones[0].Name
	if lb := w.Regions[0].Balancers; len(lb) > 0 {
		w.Point("origin."+zone, lb[0].DNSName)
		w.Point("grafana."+zone, lb[0].DNSName)
	}
	if len(w.Distributions) > 0 {
		w.Point(zone, w.Distributions[0].Domain)
	}
}

// root makes roots, one after the other.
func (b *built) root(names ...string) error {
	for _, name := range names {
		if err := b.one(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (b *built) one(name string) error {
	dir := filepath.Join(b.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(b.variables(name))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "estate.auto.tfvars.json"), text, 0o600); err != nil {
		return err
	}
	bucket, _ := b.outputs["bootstrap"]["state_bucket"].(string)
	where := []string{"init", "-backend-config=bucket=" + bucket, "-backend-config=key=terraform/" + name + ".tfstate", "-backend-config=region=" + b.vars["region"].(string)}
	if bucket == "" {
		where = where[:1]
	}
	for _, command := range [][]string{where, {"plan", "-out=plan"}, {"apply", "plan"}} {
		if err := b.run(dir, io.Discard, command...); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := b.run(dir, &out, "output", "-json"); err != nil {
		return err
	}
	var made map[string]struct{ Value any }
	if err := json.Unmarshal(out.Bytes(), &made); err != nil {
		return err
	}
	b.outputs[name] = map[string]any{}
	for key, o := range made {
		b.outputs[name][key] = o.Value
	}
	if name == "bootstrap" {
		return b.run(dir, io.Discard, "init", "-force-copy", "-backend-config=bucket="+b.outputs[name]["state_bucket"].(string),
			"-backend-config=key=terraform/bootstrap.tfstate", "-backend-config=region="+b.vars["region"].(string))
	}
	return nil
}

// variables are a root's: inputs, and what the roots before it have made.
func (b *built) variables(name string) map[string]any {
	vars := map[string]any{}
	for key, value := range b.vars {
		vars[key] = value
	}
	for _, of := range []string{"bootstrap", "primary", "identity", "foundation", "source", "data", "compute", "failover"} {
		for key, value := range b.outputs[of] {
			if of != name || of == "bootstrap" {
				vars[key] = value
			}
		}
	}
	side := "region"
	if name == "primary" || name == "source" {
		side = "primary_region"
	}
	b.cloud.Locked(func(w *cloud.World) { vars["environment"] = w.Region(b.vars[side].(string)).Environment })
	targets := map[string]any{}
	for region, output := range map[string]string{"primary_region": "primary_load_balancer_dns_name", "region": "load_balancer_dns_name"} {
		if host, _ := vars[output].(string); host != "" {
			targets[b.vars[region].(string)] = host
		}
	}
	if len(targets) > 0 {
		vars["health_targets"] = targets
	}
	declared := terraform.Declares(name)
	maps.DeleteFunc(vars, func(key string, _ any) bool { return !slices.Contains(declared, key) })
	return vars
}

// run runs a command of the stand-in, and gives what it complained of as an error.
func (b *built) run(dir string, out io.Writer, args ...string) error {
	var said, complaints bytes.Buffer
	code := b.at.Run(context.Background(), dir, args, io.MultiWriter(out, &said), &complaints)
	if code == 0 || args[0] == "plan" && code == 2 {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	return errors.New(cmp.Or(strings.TrimSpace(complaints.String()), strings.Join(lines[max(0, len(lines)-4):], "\n")))
}
