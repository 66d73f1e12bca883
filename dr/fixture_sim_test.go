package dr

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/terraform"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

const (
	east = "us-east-1"
	west = "us-west-2"
)

// TestMain makes every AWS client meet simulators with credentials that are worth nothing. Once for all, so that tests may run side
// by side.
func TestMain(m *testing.M) {
	if os.Getenv(stackEnv) != "" && os.Getenv(tf.ProgramEnv) != "" {
		os.Exit(fakeTerraform(os.Args[1:]))
	}
	if director, asked := terraform.Asked(); asked {
		os.Exit(terraform.Main(director, os.Args[1:], os.Stdout, os.Stderr))
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIALIFEBOATSIMULATE", "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED": "true", "CLOUDFLARE_API_TOKEN": "simulated", "PGPASSWORD": "simulated",
	} {
		os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

// estateInTime is a simulated estate inside a testing/synctest bubble, on a network in memory, with the lifeboat.yaml that leads to it.
type estateInTime struct {
	*sim.Server
	t       *testing.T
	network *sim.Memory
	cfg     *config.Config
	rows    *numbered
	wrote   int // rows before these
	runners []*Runner
}

// inTime runs f with an estate. Nothing in it takes any real time.
func inTime(t *testing.T, f func(t *testing.T, w *estateInTime)) { inTimeOf(t, "", f) }

// inTimeOf is inTime with the estate of that name.
func inTimeOf(t *testing.T, estate string, f func(t *testing.T, w *estateInTime)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		memory := sim.NewMemory()
		s, err := sim.Start(t.Context(), sim.Options{Seed: 3, Scenario: &sim.Scenario{Estate: estate}, Network: memory, CAFile: filepath.Join(dir, "ca.pem"), Report: func(line string) { t.Errorf("the simulator reports: %s", line) }})
		if err != nil {
			t.Fatal(err)
		}
		w := &estateInTime{Server: s, t: t, network: memory, cfg: configOf(s.Description(), filepath.Join(dir, "lifeboat.yaml"))}
		if s.Description().Stack != nil {
			if err := config.Write(w.cfg.Path, w.cfg); err != nil { // what Terraform is told is written there
				t.Fatal(err)
			}
		}
		defer w.end()
		f(t, w)
	})
}

// configOf is the lifeboat.yaml of a simulated estate at Lifeboat's own periods.
func configOf(d sim.Description, path string) *config.Config {
	c := &config.Config{
		Version: 1, Estate: d.Estate, Strategy: config.Strategy(d.Strategy), Path: path,
		Objectives: config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)},
		Simulated:  &config.Simulated{Director: d.Director},
		Edge: config.Edge{
			Distribution: d.Edge.Distribution, Resolvers: d.Edge.Resolvers, HealthField: d.Edge.HealthField,
			Cloudflare: config.Cloudflare{Zone: d.Edge.Zone, Records: d.Edge.Records, Endpoint: d.Cloudflare},
			Pages:      probeOf(d.Edge.Pages), API: probeOf(d.Edge.API), Write: probeOf(d.Edge.Write),
		},
	}
	if s := d.Stack; s != nil {
		c.Terraform = config.Terraform{Primary: config.Ownership(s.Primary), State: config.TerraformState{Bucket: s.Bucket}, Inputs: s.Inputs}
		c.Roles = config.Roles{Bucket: s.Bucket, Key: StackRolesKey}
	}
	for i, r := range []*config.Region{&c.Regions.Primary, &c.Regions.Standby} {
		from := d.Regions[i]
		*r = config.Region{Name: from.Name, Endpoint: d.Endpoint, Environment: from.Environment, Repositories: from.Repositories, Secrets: from.Secrets, Probe: probeOf(from.Probe)}
		for _, cl := range from.Clusters {
			r.Clusters = append(r.Clusters, config.Cluster{Name: cl.Name, Services: cl.Services})
		}
		for _, b := range from.Balancers {
			r.Balancers = append(r.Balancers, config.Balancer{Name: b.Name, TargetGroups: b.TargetGroups})
		}
		for _, db := range from.Databases {
			r.Databases = append(r.Databases, config.Database{ID: db.ID, IsolationGroup: db.IsolationGroup, Connection: &config.Connection{
				Host: db.Host, Port: db.Port, User: db.User, Database: db.Database, SSLMode: db.SSLMode, RootCA: db.RootCA,
			}})
		}
	}
	for _, s := range d.Services {
		c.Services = append(c.Services, config.Service{Name: s.Name, Full: s.Full, Standby: s.Standby, Writes: s.Writes, Repository: s.Repository, Container: s.Container})
	}
	c.Defaults()
	return c
}

func probeOf(p sim.Probe) config.Probe {
	return config.Probe{URL: p.URL, Dial: p.Dial, Host: p.Host, CAFile: p.CAFile, Method: p.Method, Body: p.Body, Headers: p.Headers, Resolve: p.Resolve}
}

// blind takes the database connections away: Lifeboat must do with what AWS says.
func (w *estateInTime) blind() {
	for _, r := range []*config.Region{&w.cfg.Regions.Primary, &w.cfg.Regions.Standby} {
		for i := range r.Databases {
			r.Databases[i].Connection = nil
		}
	}
}

// lookSeldom makes Lifeboat look less often, for tests that run it hundreds of times.
func (w *estateInTime) lookSeldom() {
	c := w.cfg
	c.Refresh.Fast, c.Refresh.Edge, c.Refresh.Database = config.Duration(time.Minute), config.Duration(time.Minute), config.Duration(time.Minute)
	c.Refresh.Slow, c.Waits.Poll = config.Duration(time.Hour), config.Duration(15*time.Second)
}

// runner opens one; it ends with the test.
func (w *estateInTime) runner(change ...func(*RunnerOptions)) *Runner {
	w.t.Helper()
	opt := RunnerOptions{Options: Options{Dial: w.network.DialContext, Terraform: w.Terraform().Run}, Host: "test"}
	for _, f := range change {
		f(&opt)
	}
	r, err := OpenRunner(w.t.Context(), w.cfg, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.runners = append(w.runners, r)
	return r
}

// end closes everything, and leaves connections that are still being made the time to give up.
func (w *estateInTime) end() {
	for _, r := range w.runners {
		r.Close()
	}
	time.Sleep(3 * time.Minute)
	if err := w.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *estateInTime) direct(name string, args ...string) {
	w.t.Helper()
	if err := w.Cloud().Do(name, args...); err != nil {
		w.t.Fatal(err)
	}
}

// run starts a procedure and goes through it.
func (w *estateInTime) run(r *Runner, kind Kind, by runbook.Operator) runbook.Result {
	w.t.Helper()
	run, err := r.Begin(w.t.Context(), Order{Run: runbook.NewRunID(time.Now(), string(kind)), Kind: kind, Operator: by})
	if err != nil {
		w.t.Fatal(err)
	}
	return run.Wait()
}

// in reads the simulated cloud as it is.
func (w *estateInTime) in(f func(*cloud.World)) { w.Cloud().Locked(f) }

// phrases answers every gate, with the overrides that it has been given; everything else stops the run.
type phrases struct {
	mu     sync.Mutex
	given  []string // overrides that may be typed
	asked  []string // gates passed, and what was overridden, in order
	notice map[string]runbook.Notice
}

func typing(overrides ...string) *phrases {
	return &phrases{given: overrides, notice: map[string]runbook.Notice{}}
}

func (p *phrases) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if q.Kind == runbook.AskAccept && slices.Contains(p.given, q.Offers[0].Phrase) {
		p.asked = append(p.asked, q.Offers[0].Phrase)
		return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "arn:aws:sts::1:ops"}, nil
	}
	if q.Kind != runbook.AskGate {
		return runbook.Answer{}, fmt.Errorf("%s: %s (%s)", q.ID, q.Text, q.Wrong)
	}
	if q.Wrong != "" {
		return runbook.Answer{}, errors.New(q.Wrong)
	}
	a := runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "arn:aws:sts::1:ops"}
	p.asked = append(p.asked, q.Offers[0].Phrase)
	p.notice[q.ID] = *q.Notice
	for _, f := range q.Notice.Failing {
		if !slices.Contains(p.given, f.Override) {
			return runbook.Answer{}, fmt.Errorf("%s wants %q: %s", q.ID, f.Override, f.Text)
		}
		p.asked = append(p.asked, f.Override)
		a.Overrides = append(a.Overrides, runbook.Override{Phrase: f.Override, Reason: "a test"})
	}
	return a, nil
}

// numbered writes numbered rows through the public name, one after the other, and keeps which of them were acknowledged.
type numbered struct {
	mu   sync.Mutex
	n    int
	acks []int
	stop context.CancelFunc
	done chan struct{}
}

// writeRows begins to write, every so often.
func (w *estateInTime) writeRows(every time.Duration) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	rows := &numbered{n: w.wrote, stop: stop, done: make(chan struct{})}
	w.rows = rows
	edge, err := (&Runner{c: w.cfg, opt: RunnerOptions{Options: Options{Dial: w.network.DialContext, Now: time.Now, Env: os.Getenv}}, watch: &Watch{}}).edge()
	if err != nil {
		w.t.Fatal(err)
	}
	go func() {
		defer close(rows.done)
		for ctx.Err() == nil {
			rows.mu.Lock()
			rows.n++
			n := rows.n
			rows.mu.Unlock()
			p := question(w.cfg.Edge.Write)
			p.Body = fmt.Sprintf(`{"n": %d, "text": "row"}`, n)
			if a, err := edge.Probe(ctx, p); err == nil && a.Status == 201 {
				rows.mu.Lock()
				rows.acks = append(rows.acks, n)
				rows.mu.Unlock()
			}
			select {
			case <-ctx.Done():
			case <-time.After(every):
			}
		}
	}()
}

// stopRows ends the writing, and gives the rows that were acknowledged.
func (w *estateInTime) stopRows() []int {
	w.rows.stop()
	<-w.rows.done
	w.wrote = w.rows.n
	return w.rows.acks
}

// rowsOf are the numbered rows that the application of a region shows, asked at its balancer's own address.
func (w *estateInTime) rowsOf(region string) []int {
	w.t.Helper()
	pool, err := aws.Trust(w.Description().CAFile)
	if err != nil {
		w.t.Fatal(err)
	}
	place := regionNamed(w.cfg, region).Probe
	transport := &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return w.network.DialContext(ctx, network, place.Dial)
		},
	}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get(strings.Replace(place.URL, "/api/health", "/api/rows", 1))
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var shown struct {
		Rows []struct {
			N    int
			Text string
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&shown); err != nil || response.StatusCode != 200 {
		w.t.Fatalf("the rows of %s: %d, %v", region, response.StatusCode, err)
	}
	var out []int
	for _, r := range shown.Rows {
		if r.Text == "row" {
			out = append(out, r.N)
		}
	}
	slices.Sort(out)
	return out
}

// lost are the acknowledged rows that a region's database does not show.
func lostRows(acknowledged, shown []int) []int {
	var out []int
	for _, n := range acknowledged {
		if !slices.Contains(shown, n) {
			out = append(out, n)
		}
	}
	return out
}

// says is the newest text of a step of a run.
func says(v runbook.View, step string) string {
	s, _ := v.Step(step)
	return strings.TrimSpace(string(s.State) + " " + s.Text)
}
