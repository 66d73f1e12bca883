//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"text/template"
	"time"

	"lifeboat/dr"
)

// need finds a program that a test cannot do without. Where it is missing the test is skipped, but not in CI.
func need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("LIFEBOAT_REQUIRE") != "" {
		t.Fatalf("%s is missing, and LIFEBOAT_REQUIRE asks for it", name)
	}
	t.Skipf("%s is missing", name)
	return ""
}

// moto starts an AWS emulator that others wrote, empty, and gives its endpoint.
func moto(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command(need(t, "moto_server"), "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Post(endpoint+"/moto-api/reset", "", nil)
		if err == nil {
			_ = answer.Body.Close()
			return endpoint
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto_server does not answer: %v\n%s", err, log.String())
		}
	}
}

// boto3 runs one command of the independent script against the emulator.
func boto3(t testing.TB, command, endpoint string, into any) {
	t.Helper()
	cmd := exec.Command(need(t, "python3"), "testdata/moto_estate.py", command, endpoint)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CA_BUNDLE=")
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("moto_estate.py %s: %v\n%s", command, err, failed.Stderr)
		}
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("moto_estate.py %s printed no JSON: %v\n%s", command, err, out)
	}
}

// status runs `lifeboat status --json` and decodes what it prints.
func status(t testing.TB, env []string, config string) dr.Doc {
	t.Helper()
	cmd := exec.Command(lifeboat(t), "status", "--json", "--config", config)
	cmd.Env = env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode() > 2) {
		t.Fatalf("status: %v\n%s", err, stderr.String())
	}
	var doc dr.Doc
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatalf("status printed no document: %v\n%s\n%s", err, out, stderr.String())
	}
	if err == nil && doc.Exit != 0 || failed != nil && doc.Exit != failed.ExitCode() {
		t.Errorf("the document says exit %d, the process ended with %v", doc.Exit, err)
	}
	return doc
}

// stamped is a time as whole seconds since the epoch, as the independent reading prints it.
func stamped(at *time.Time) any {
	if at == nil {
		return nil
	}
	return float64(at.Unix())
}

func optional[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// asBoto3 puts what Lifeboat says of a region into the shape of the independent reading.
func asBoto3(r dr.DocRegion) map[string]any {
	services, scaling, targets, balancers := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	for _, s := range r.Services {
		services[s.ECS] = map[string]any{"desired": optional(s.Desired), "running": optional(s.Running),
			"pending": optional(s.Pending), "task_definition": s.TaskDefinition}
		scaling[s.ECS] = map[string]any{"min": optional(s.Min), "max": optional(s.Max)}
	}
	for _, b := range r.Balancers {
		balancers[b.Name] = map[string]any{"dns": b.DNSName, "state": b.State, "requests_per_second": optional(b.Requests)}
		for _, g := range b.Groups {
			list := []string{}
			for _, x := range g.Targets {
				list = append(list, fmt.Sprintf("%s:%d %s", x.ID, x.Port, x.State))
			}
			sort.Strings(list)
			targets[g.Name] = list
		}
	}
	databases := map[string]any{}
	for _, d := range r.Databases {
		databases[d.ID] = map[string]any{"status": d.Status, "source": d.Source, "engine": d.Engine,
			"version": d.EngineVersion, "class": d.Class, "storage": optional(d.StorageGiB),
			"retention": optional(d.RetentionDays), "multi_az": optional(d.MultiAZ), "encrypted": optional(d.Encrypted),
			"protected": optional(d.Protected), "connections": optional(d.Connections),
			"free_storage": optional(d.FreeStorage)}
	}
	out := map[string]any{"services": services, "scaling": scaling, "targets": targets, "balancers": balancers,
		"databases": databases, "images": registry(r.Images), "identity": map[string]any{"arn": r.Session.ARN, "account": r.Session.Account}}
	snapshots, certificates := map[string]any{}, map[string]any{}
	for _, s := range r.Snapshots {
		snapshots[s.ID] = []any{s.Status, s.Type, stamped(s.Created)}
	}
	for _, c := range r.Certificates {
		certificates[c.Domain] = []any{c.Status, stamped(c.Expires)}
	}
	out["snapshots"], out["certificates"] = snapshots, certificates
	return out
}

func registry(images []dr.DocImage) map[string]any {
	out := map[string][]any{}
	for _, i := range images {
		out[i.Repository] = append(out[i.Repository], []any{i.Digest, i.Tags, stamped(i.PushedAt)})
	}
	all := map[string]any{}
	for name, list := range out {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(a.([]any)[0].(string), b.([]any)[0].(string)) })
		all[name] = list
	}
	return all
}

// plain is v as JSON knows it, so that two readings can be compared whatever made them.
func plain(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	got, want = plain(t, got), plain(t, want)
	if g, ok := got.(map[string]any); ok {
		if w, ok := want.(map[string]any); ok {
			for key := range w {
				same(t, what+" "+key, g[key], w[key])
			}
			for key := range g {
				if _, ok := w[key]; !ok {
					t.Errorf("%s: lifeboat shows %s, which the independent reading does not have", what, key)
				}
			}
			return
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: lifeboat says %v, the independent reading %v", what, got, want)
	}
}

// configFor writes the lifeboat.yaml of the estate that moto_estate.py builds.
func configFor(t testing.TB, endpoint, distribution string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lifeboat.yaml")
	var out bytes.Buffer
	of := template.Must(template.ParseFiles("testdata/moto.yaml"))
	if err := of.Execute(&out, map[string]string{"Endpoint": endpoint, "Distribution": distribution}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFigureOfStatusAgreesWithAnIndependentReadingOfTheSameEndpoint(t *testing.T) {
	endpoint := moto(t)
	var built struct{ Distribution string }
	boto3(t, "build", endpoint, &built)
	env := append(home(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	doc := status(t, env, configFor(t, endpoint, built.Distribution))
	var want map[string]map[string]any
	boto3(t, "read", endpoint, &want)

	if len(doc.Regions) != 2 {
		t.Fatalf("status shows %d regions", len(doc.Regions))
	}
	for _, r := range doc.Regions {
		same(t, r.Name, asBoto3(r), want[r.Name])
	}
	origins, behaviors := map[string]any{}, []any{}
	for _, o := range doc.Path.Origins {
		origins[o.ID] = o.Domain
	}
	for _, b := range doc.Path.Behaviors {
		behaviors = append(behaviors, []any{b.Path, b.Target})
	}
	same(t, "distribution", map[string]any{"id": doc.Path.CDN.ID, "status": want["distribution"]["status"],
		"origins": origins, "behaviors": behaviors}, want["distribution"])
	if !slices.Contains(doc.Path.CDN.Notes, "deployed") {
		t.Errorf("the distribution is %v, and the stage says %v", want["distribution"]["status"], doc.Path.CDN.Notes)
	}
	same(t, "replication", map[string]any{"lag": optional(doc.Replication.Reported),
		"slot_lag": optional(doc.Replication.SlotLag), "free_storage": optional(doc.Replication.FreeStorage)},
		want["replication"])
	if doc.Verdict.Serving != nil {
		t.Errorf("nothing answers publicly, and the verdict says that %s serves", *doc.Verdict.Serving)
	}
}
