//go:build unix

package tf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws/sim/terraform"
)

// account is an account at moto-dr, and what is made of it root after root. Its inputs are a test's: no image was pushed,
// and certificates are issued by themselves.
type account struct {
	t        *testing.T
	program  Program
	endpoint string
	base     string
	inputs   map[string]any
	roles    []byte
	moved    bool // bootstrap's own state is in its bucket
	lister   *lister
	standIn  string // the director of a simulator, where the tests' own program stands in for Terraform; else ""

	mu      sync.Mutex
	outputs map[string]map[string]any // by root
}

func newAccount(t *testing.T) *account {
	t.Helper()
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	a := &account{t: t, program: real(t), endpoint: motoDR(t), base: t.TempDir(), outputs: map[string]map[string]any{}, lister: newLister()}
	a.roles = rolesFileOf(t, 1, "us-east-1")
	a.inputs = testInputs()
	return a
}

// testInputs are what a person would give.
func testInputs() map[string]any {
	digest := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	return map[string]any{
		"estate": "shop", "strategy": "warm-standby", "domains": []string{"shop.example", "grafana.shop.example"}, "aliases": []string{"shop.example"},
		"origin_domain": "origin.shop.example", "repositories": []string{"backend", "frontend", "grafana", "prometheus"},
		"observability": map[string]any{"grafana_host": "grafana.shop.example"},
		"clusters":      map[string]string{"us-east-1": "shop", "us-west-2": "shop-dr"}, "databases": map[string]string{"us-east-1": "shop-db", "us-west-2": "shop-dr-db"},
		"operators": []string{"arn:aws:iam::123456789012:root"},
		"digests":   map[string]string{"backend": digest("b"), "frontend": digest("f"), "grafana": digest("a"), "prometheus": digest("e")},
	}
}

// rolesFileOf is a roles file in which one region writes and serves: full size there, and in the other what it stands by with. Where that
// is not the primary's the old writer is left as it is: nothing stands by yet.
func rolesFileOf(t *testing.T, version int, serving string) []byte {
	t.Helper()
	bounds := func(least int) map[string]any {
		b := map[string]any{}
		for _, s := range []string{"frontend", "backend"} {
			b[s] = map[string]int{"min": least, "max": 6}
		}
		for _, s := range []string{"prometheus", "grafana"} {
			b[s] = map[string]int{"min": least / 2, "max": 1}
		}
		return b
	}
	standby := map[string]string{"us-east-1": "us-west-2", "us-west-2": "us-east-1"}[serving]
	text, err := json.Marshal(map[string]any{
		"roles_version": version, "writer_region": serving, "serving_region": serving, "no_standby": serving != "us-east-1", "frozen_by": "",
		"capacity": map[string]any{serving: bounds(2), standby: bounds(1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// motoDR starts the emulator that the stack is applied to, and gives its endpoint.
func motoDR(t *testing.T) string {
	t.Helper()
	need(t, "moto_server", "pip install 'moto[server]==5.2.1'")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command(need(t, "python3", "the emulator is a Python program"), "testdata/moto-dr", fmt.Sprint(port))
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if answer, err := http.Post(endpoint+"/dr/reset", "application/json", strings.NewReader("{}")); err == nil {
			_ = answer.Body.Close()
			return endpoint
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto-dr does not answer:\n%s", log.String())
		}
	}
}

// control tells moto-dr something.
func (a *account) control(what string, body map[string]any) {
	a.t.Helper()
	text, _ := json.Marshal(body)
	answer, err := http.Post(a.endpoint+"/dr/"+what, "application/json", bytes.NewReader(text))
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

// python runs a script of boto3 in which at(service, region) is a client: what others change in the account.
func (a *account) python(script string, args ...string) string {
	a.t.Helper()
	head := "import boto3, json, sys\ndef at(service, region): return boto3.client(service, region_name=region, endpoint_url=sys.argv[1], aws_access_key_id='test', aws_secret_access_key='test')\n"
	cmd := exec.CommandContext(a.t.Context(), "python3", append([]string{"-c", head + script, a.endpoint}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		a.t.Fatalf("%v\n%s", err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// keepRoles writes a roles file where Lifeboat keeps it.
func (a *account) keepRoles(roles []byte) {
	a.t.Helper()
	a.python(`at("s3", "us-west-2").put_object(Bucket=sys.argv[2], Key="lifeboat/roles.auto.tfvars.json", Body=sys.argv[3], ContentType="application/json")`,
		a.output("bootstrap", "state_bucket"), string(roles))
}

func (a *account) output(root, name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, _ := a.outputs[root][name].(string)
	return s
}

// spec is how a root is run: the inputs, the outputs of the roots that it needs, the roles file, the state in its bucket.
func (a *account) spec(root string) Spec {
	r, _ := RootOf(root)
	vars := maps.Clone(a.inputs)
	a.mu.Lock()
	for _, need := range append(r.Needs, r.Later...) {
		maps.Copy(vars, a.outputs[need])
	}
	if root == "failover" {
		vars["health_targets"] = map[string]any{"us-east-1": a.outputs["primary"]["primary_load_balancer_dns_name"], "us-west-2": a.outputs["compute"]["load_balancer_dns_name"]}
	}
	if root == "bootstrap" && a.outputs["bootstrap"] != nil {
		vars["roles_bucket"] = a.outputs["bootstrap"]["roles_bucket"]
	}
	a.mu.Unlock()
	s := Spec{Program: a.program, Base: a.base, Root: root, Vars: vars, Roles: a.roles, Env: map[string]string{
		"AWS_ENDPOINT_URL": a.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "3",
	}}
	if a.standIn != "" {
		s.Env = map[string]string{terraform.Env: a.standIn}
	}
	if bucket := a.output("bootstrap", "state_bucket"); bucket != "" && (root != "bootstrap" || a.moved) {
		s.Backend = &Backend{Bucket: bucket, Region: "us-west-2"}
	}
	if root == "primary" || root == "compute" {
		s.Secrets = map[string]string{"database_password": password, "grafana_password": password}
	}
	return s
}

const password = "correcthorsebatterystaple"
