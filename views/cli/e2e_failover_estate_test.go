//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	model "lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/cloudflare"
)

// motoDR starts the emulator that others wrote with the gaps closed that two regions fall into, empty, and gives its endpoint.
func motoDR(t testing.TB) string {
	t.Helper()
	python := need(t, "python3")
	if out, err := exec.Command(python, "-c", "import boto3, moto.moto_server.werkzeug_app").CombinedOutput(); err != nil {
		if os.Getenv("LIFEBOAT_REQUIRE") != "" {
			t.Fatalf("Python has no moto server, and LIFEBOAT_REQUIRE asks for it: %v\n%s", err, out)
		}
		t.Skip("Python has no moto server (pip install 'moto[server]==5.2.1')")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command(python, "../../tf/testdata/moto-dr", fmt.Sprint(port))
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if at := strings.LastIndex(log.String(), "Traceback"); at >= 0 && t.Failed() {
			t.Logf("what the emulator failed at last:\n%s", log.String()[at:])
		}
	})
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get(endpoint + "/moto-api/")
		if err == nil {
			_ = answer.Body.Close()
			return endpoint
		}
		if time.Now().After(deadline) {
			t.Fatal("the emulator does not answer: ", err)
		}
	}
}

const (
	emulatedEast = "us-east-1"
	emulatedWest = "us-west-2"
)

// emulated is an estate in an emulator that others wrote, with what stands around it: the zone, the application's answers, and a
// recorder of everything that lifeboat asks for.
type emulated struct {
	testing.TB
	recorder
	endpoint string       // the emulator's own, unrecorded
	zone     *model.Cloud // nil: users are moved by the CDN alone
	env      []string
	config   string
	built    struct {
		Distribution, Domain, Isolated, Role string
		Balancers                            map[string]string
	}
}

// emulation is a kind of estate: how users come to it, how often lifeboat looks at it, and how long it waits for a fence.
type emulation struct {
	origin     string // what the CDN fetches from, a name of the zone; "": there is no zone, and it is the primary's balancer itself
	fast, slow string // refresh
	fence      string // waits.fence
}

// seldom is an estate that is read once, before the plan is made: from then on every request is one of a step.
var seldom = emulation{origin: "origin.example.com", fast: "1h", slow: "24h", fence: "1m"}

func emulate(t testing.TB, e emulation) *emulated {
	t.Helper()
	w := &emulated{TB: t, endpoint: motoDR(t), env: append(home(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "CLOUDFLARE_API_TOKEN=test")}
	t.Cleanup(w.endRuns)
	w.script(&w.built, "build", w.endpoint, e.origin)
	w.live()
	names := map[string]string{
		"Endpoint": w.before(t, w.endpoint), "Isolated": w.built.Isolated, "Role": w.built.Role, "Distribution": w.built.Distribution,
		"CA": filepath.Join(t.TempDir(), "ca.pem"), "Fast": e.fast, "Slow": e.slow, "Fence": e.fence,
	}
	if e.origin != "" {
		names["Cloudflare"] = w.zoned()
	}
	for name, answers := range map[string]http.HandlerFunc{"East": w.east, "West": w.west, "Public": w.public} {
		names[name] = w.serve(answers, names["CA"])
	}
	w.config = filepath.Join(t.TempDir(), "lifeboat.yaml")
	var out bytes.Buffer
	if err := template.Must(template.ParseFiles("testdata/moto_failover.yaml")).Execute(&out, names); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.config, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// endRuns ends processes of runs that a test has left, rather than have them try for ever.
func (w *emulated) endRuns() {
	for _, e := range w.env {
		if dir, ok := strings.CutPrefix(e, "XDG_STATE_HOME="); ok {
			left, _ := filepath.Glob(filepath.Join(dir, "lifeboat", "estates", "*", "runs", "*.process.json"))
			for _, path := range left {
				var p struct{ PID int }
				if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &p) == nil && p.PID > 0 {
					_ = syscall.Kill(p.PID, syscall.SIGKILL)
				}
			}
		}
	}
}

// script runs one command of the independent script.
func (w *emulated) script(into any, args ...string) {
	w.Helper()
	cmd := exec.Command(need(w, "python3"), append([]string{"testdata/moto_failover.py"}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		w.Fatalf("moto_failover.py %v: %v\n%s%s", args, err, out, errs.String())
	}
}

// live begins what the emulator leaves out of a living estate.
func (w *emulated) live() {
	w.Helper()
	cmd := exec.Command(need(w, "python3"), "testdata/moto_failover.py", "live", w.endpoint)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if _, err := out.Read(make([]byte, 1)); err != nil {
		w.Fatalf("the estate does not come to life: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// zoned makes the zone and gives the address of Cloudflare's API: a name for users, the CDN's origin, one that leads straight to the
// balancer, and one that is none of the estate's.
func (w *emulated) zoned() string {
	w.zone = model.New(model.Options{Zone: "example.com"}, time.Now())
	w.zone.Locked(func(world *model.World) {
		z := &model.Zone{ID: strings.Repeat("e", 32), Name: "example.com", Account: strings.Repeat("a", 32)}
		for i, r := range []model.Record{
			{Name: "example.com", Content: w.built.Domain}, {Name: "origin.example.com", Content: w.built.Balancers[emulatedEast]},
			{Name: "old.example.com", Content: w.built.Balancers[emulatedEast]}, {Name: "blog.example.com", Content: "blogs.example.net"},
		} {
			r.ID, r.Type, r.TTL, r.Created, r.Modified = fmt.Sprintf("%032x", i+1), "CNAME", 60, time.Now(), time.Now()
			z.Records = append(z.Records, &r)
		}
		world.Zones = append(world.Zones, z)
	})
	api := httptest.NewServer(w.cloudflare(cloudflare.Handler(w.zone)))
	w.Cleanup(api.Close)
	return api.URL + cloudflare.Prefix
}

// records are the zone's, by name.
func (w *emulated) records() map[string]string {
	out := map[string]string{}
	w.zone.Locked(func(world *model.World) {
		for _, r := range world.Zones[0].Records {
			out[r.Name] = r.Content
		}
	})
	return out
}

// serve answers over TLS, under a certificate that it writes to ca, and gives the address.
func (w *emulated) serve(answers http.Handler, ca string) string {
	w.Helper()
	s := httptest.NewTLSServer(answers)
	w.Cleanup(s.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(ca, authority, 0o600); err != nil {
		w.Fatal(err)
	}
	return s.Listener.Addr().String()
}

// answered is the application's answer: as its region, and a refusal to writes where its database takes none.
func answered(w http.ResponseWriter, q *http.Request, environment string, writes bool) {
	w.Header().Set("Content-Type", "application/json")
	if q.Method == http.MethodPost && !writes {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	fmt.Fprintf(w, `{"environment": %q, "database": {"status": "connected"}}`, environment)
}

func (w *emulated) east(out http.ResponseWriter, q *http.Request) {
	answered(out, q, "primary", !w.done("rds:PromoteReadReplica"))
}

func (w *emulated) west(out http.ResponseWriter, q *http.Request) {
	answered(out, q, "dr", w.done("rds:PromoteReadReplica"))
}

// public goes where the CDN's origin leads now.
func (w *emulated) public(out http.ResponseWriter, q *http.Request) {
	if w.done("cloudfront:UpdateDistribution") || w.zone != nil && w.records()["origin.example.com"] == w.built.Balancers[emulatedWest] {
		w.west(out, q)
		return
	}
	w.east(out, q)
}

// reading is what the independent script reads of everything that a failover may change.
type reading = map[string]any

func (w *emulated) read() reading {
	w.Helper()
	var out reading
	w.script(&out, "read", w.endpoint)
	return out
}

// tell posts to the emulator's own switches.
func (w *emulated) tell(path, body string) {
	w.Helper()
	answer, err := http.Post(w.endpoint+path, "application/json", strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	_ = answer.Body.Close()
}

// lifeboat runs the program on the estate, and gives its exit code and what it printed with --json.
func (w *emulated) lifeboat(args ...string) (int, []byte) {
	w.Helper()
	cmd := exec.Command(lifeboat(w), append(args, "--json", "--config", w.config)...)
	cmd.Env = w.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		w.Fatal(err)
	}
	code := cmd.ProcessState.ExitCode()
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("lifeboat %s ended with %d:\n%s%s", strings.Join(args, " "), code, out, errs.String())
		}
	})
	return code, out
}

// run is a command that begins or resumes a run.
func (w *emulated) run(args ...string) (int, told) {
	w.Helper()
	code, out := w.lifeboat(args...)
	var events told
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var h happened
		if err := d.Decode(&h); err != nil {
			w.Fatalf("lifeboat %v: %v in\n%s", args, err, out)
		}
		events = append(events, h)
	}
	if end := events.end(w); end.End.Exit != code {
		w.Errorf("lifeboat %v ended with %d, and says %d", args, code, end.End.Exit)
	}
	return code, events
}
