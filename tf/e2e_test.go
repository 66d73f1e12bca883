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
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lifeboat/aws/sim/terraform"
)

// e2e skips what takes minutes, unless the environment asks for it.
func e2e(t *testing.T, least string) {
	t.Helper()
	if got := os.Getenv("LIFEBOAT_E2E"); got != "full" && (got != "ci" || least != "ci") {
		t.Skipf("real terraform against an emulator takes minutes: LIFEBOAT_E2E=%s runs it", least)
	}
}

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

// rolesFileOf is a roles file in which one region writes and serves: full size there, and in the other what it stands by
// with.
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

// dir prepares a root and opens its state.
func (a *account) dir(s Spec, migrate bool) (*Dir, error) {
	d, err := Prepare(s)
	if err != nil {
		return nil, err
	}
	return d, d.Init(a.t.Context(), migrate)
}

// provision plans a root, applies that very plan, keeps its outputs, and plans again: no changes.
func (a *account) provision(root string) error {
	begin := time.Now()
	d, err := a.dir(a.spec(root), false)
	if err != nil {
		return err
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil {
		return err
	}
	planned := time.Since(begin)
	if err := p.Guard(nil); err != nil {
		return err
	}
	var shown []byte
	if a.lister != nil {
		shown = a.shownPlan(d)
	}
	done := 0
	err = d.Apply(a.t.Context(), func(e Event) {
		if e.Kind == Done {
			done++
		}
	})
	if err != nil {
		return err
	}
	applied := time.Since(begin) - planned
	if a.lister != nil {
		if err := a.listed(root, shown, d); err != nil {
			return err
		}
	}
	outputs, err := d.Outputs(a.t.Context())
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.outputs[root] = outputs
	a.mu.Unlock()
	if err := a.unchanged(root); err != nil {
		return err
	}
	a.t.Logf("%-10s %s; planned in %.0f s, applied in %.0f s, then no changes", root, p.Counts().Words(), planned.Seconds(), applied.Seconds())
	if n := p.Counts(); done != n.Add+n.Change {
		return fmt.Errorf("%s: %s, and %d were told to be done", root, n.Words(), done)
	}
	return nil
}

// unchanged plans a root as it stands and finds nothing to do.
func (a *account) unchanged(root string) error {
	p, err := a.plan(a.spec(root))
	if err != nil {
		return err
	}
	if !p.Empty() {
		text, _ := json.MarshalIndent(p, "", " ")
		return fmt.Errorf("a second plan of %s: %s\n%s", root, p.Counts().Words(), text)
	}
	return nil
}

func (a *account) plan(s Spec) (*Plan, error) {
	d, err := Prepare(s)
	if err != nil {
		return nil, err
	}
	return d.Plan(a.t.Context(), PlanOptions{}, nil)
}

// together does the same with several roots side by side.
func (a *account) together(do func(root string) error, roots ...string) {
	a.t.Helper()
	var wg sync.WaitGroup
	for _, root := range roots {
		wg.Go(func() {
			if err := do(root); err != nil {
				a.t.Errorf("%s: %v", root, err)
			}
		})
	}
	wg.Wait()
	if a.t.Failed() {
		a.t.FailNow()
	}
}

func TestEveryRootIsAppliedAndThenPlansToNoChangesAlsoAfterAFailover(t *testing.T) {
	e2e(t, "full") // in CI the built program provisions every phase: views/cli
	a := newAccount(t)
	a.together(a.provision, "bootstrap")
	a.migrate()
	a.together(a.provision, "primary")
	a.noSecretInState("primary")
	a.together(a.provision, "identity")
	a.together(a.provision, "foundation", "source")
	a.together(a.provision, "data")
	a.together(a.provision, "compute")
	a.together(a.provision, "failover")
	a.noSecretInState("compute")

	full := os.Getenv("LIFEBOAT_E2E") == "full" // half an hour: give go test a -timeout
	if full {
		a.listStrategies()
	}
	a.lister.compared(t, full)
	a.whileTheOtherRegionIsDark()
	a.whileFrozen()
	a.replacementIsStopped()
	if full {
		a.cheaperStrategy()
		a.adopted()
	}
	a.failedOver()
	if full {
		a.killed()
		a.destroyed()
	}
}

// migrate moves bootstrap's state into the bucket that bootstrap made.
func (a *account) migrate() {
	a.t.Helper()
	a.moved = true
	d, err := a.dir(a.spec("bootstrap"), true)
	if err != nil {
		a.t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(d.Path(), "terraform.tfstate")); err == nil && len(bytes.TrimSpace(text)) > 0 {
		a.t.Errorf("the local state is still there: %.200s", text)
	}
	if err := a.unchanged("bootstrap"); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) noSecretInState(root string) {
	a.t.Helper()
	d, err := Prepare(a.spec(root))
	if err != nil {
		a.t.Fatal(err)
	}
	state, err := d.exec.StatePull(a.t.Context())
	if err != nil || strings.Contains(state, password) || len(state) < 1000 {
		a.t.Errorf("the state of %s (%d bytes, %v) holds a password: %t", root, len(state), err, strings.Contains(state, password))
	}
}

// whileTheOtherRegionIsDark plans what a failover may apply, with us-east-1 and all that is signed for it (IAM, CloudFront,
// Route 53) answering nothing but errors.
func (a *account) whileTheOtherRegionIsDark() {
	a.t.Helper()
	a.control("fault", map[string]any{"region": "us-east-1"})
	defer a.control("reset", map[string]any{})
	for _, root := range Roots {
		if root.Standby {
			begin := time.Now()
			if err := a.unchanged(root.Name); err != nil {
				a.t.Errorf("%s leans on us-east-1: %v", root.Name, err)
			}
			a.t.Logf("%s planned with us-east-1 dark in %.0f s", root.Name, time.Since(begin).Seconds())
		}
	}
	dark := a.python(`
try: at("iam", "us-east-1").list_roles()
except Exception as e: print(type(e).__name__)`)
	if dark == "" {
		a.t.Error("us-east-1 was not dark: IAM answers")
	}
}

func (a *account) whileFrozen() {
	a.t.Helper()
	a.keepRoles(bytes.Replace(a.roles, []byte(`"frozen_by":""`), []byte(`"frozen_by":"run-7"`), 1))
	defer a.keepRoles(a.roles)
	if _, err := a.plan(a.spec("data")); err == nil || !strings.Contains(err.Error(), "Frozen by the run run-7") {
		a.t.Errorf("a frozen estate is planned: %v", err)
	}
	own := a.spec("data")
	own.Vars["run"] = "run-7"
	if p, err := a.plan(own); err != nil || !p.Empty() {
		a.t.Errorf("the run that froze it cannot plan: %v", err)
	}
}

func (a *account) replacementIsStopped() {
	a.t.Helper()
	s := a.spec("data")
	s.Vars["database_key_arn"] = s.Vars["application_key_arn"]
	p, err := a.plan(s)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := p.Guard(nil); err == nil || !strings.Contains(err.Error(), "replace the database shop-dr-db") || !strings.Contains(err.Error(), "kms_key_id") {
		a.t.Errorf("another key would replace the database: %v", err)
	}
}

// cheaperStrategy only plans: what changes, and that neither writer nor key, bucket or repository would go.
func (a *account) cheaperStrategy() {
	a.t.Helper()
	for _, root := range []string{"foundation", "data", "compute"} {
		s := a.spec(root)
		s.Vars["strategy"], s.Vars["roles_unchecked"] = "pilot-light", "the test's own sizes"
		s.Roles = regexp.MustCompile(`"(min|max)":\d+`).ReplaceAll(a.roles, []byte(`"$1":0`))
		p, err := a.plan(s)
		if err != nil {
			a.t.Errorf("%s: %v", root, err)
			continue
		}
		a.t.Logf("%s from warm standby to pilot light: %s", root, p.Counts().Words())
		for _, f := range p.Findings() {
			if f.Name != "shop-dr-db" {
				a.t.Errorf("%s would %s", root, f.Words())
			}
		}
	}
}

// adopted takes what an owner may hold out of a state and in again: the next plan makes nothing anew and destroys nothing,
// and once applied plans to no changes.
func (a *account) adopted() {
	a.t.Helper()
	list := []struct{ root, address, id string }{
		{"source", "aws_ecr_replication_configuration.this[0]", "123456789012"},
		{"failover", "aws_cloudfront_distribution.this[0]", a.output("failover", "distribution_id")},
		{"data", "module.database[0].aws_db_instance.this", "shop-dr-db"},
	}
	for _, c := range list {
		if err := a.adopt(c.root, c.address, c.id); err != nil {
			a.t.Errorf("%s: %v", c.address, err)
		}
	}
}

func (a *account) adopt(root, address, id string) error {
	d, err := Prepare(a.spec(root))
	if err != nil {
		return err
	}
	if err := d.Forget(a.t.Context(), address); err != nil {
		return err
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil || p.Counts().Add != 1 {
		return fmt.Errorf("forgotten, it is not made anew: %v", err)
	}
	if err := d.Import(a.t.Context(), address, id); err != nil {
		return err
	}
	p, err = d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil {
		return err
	}
	if n := p.Counts(); n.Add+n.Replace+n.Destroy > 0 || len(p.Findings()) > 0 {
		return fmt.Errorf("imported, the plan is %s", n.Words())
	}
	a.t.Logf("%s imported: %s", address, p.Counts().Words())
	if !p.Empty() {
		if err := d.Apply(a.t.Context(), nil); err != nil {
			return err
		}
	}
	return a.unchanged(root)
}

// failedOver promotes the replica, fences the old writer and scales behind Terraform's back, as a failover does, and keeps
// the next roles file: every plan is empty.
func (a *account) failedOver() {
	a.t.Helper()
	a.roles = rolesFileOf(a.t, 2, "us-west-2")
	a.python(`
roles = json.loads(sys.argv[2])
at("rds", "us-west-2").promote_read_replica(DBInstanceIdentifier="shop-dr-db", BackupRetentionPeriod=7)
at("rds", "us-east-1").modify_db_instance(DBInstanceIdentifier="shop-db", VpcSecurityGroupIds=[sys.argv[3]], ApplyImmediately=True)
for region, cluster in (("us-east-1", "shop"), ("us-west-2", "shop-dr")):
    for service, bounds in roles["capacity"][region].items():
        at("application-autoscaling", region).register_scalable_target(ServiceNamespace="ecs", ResourceId="service/%s/%s-%s" % (cluster, cluster, service),
            ScalableDimension="ecs:service:DesiredCount", MinCapacity=bounds["min"], MaxCapacity=bounds["max"])
        at("ecs", region).update_service(cluster=cluster, service="%s-%s" % (cluster, service), desiredCount=bounds["min"])
`, string(a.roles), a.output("source", "primary_isolation_group_id"))
	if _, err := a.plan(a.spec("compute")); err == nil || !strings.Contains(err.Error(), "is only version 1") {
		a.t.Errorf("a roles file that the bucket does not hold is taken: %v", err)
	}
	a.keepRoles(a.roles)
	for _, root := range []string{"bootstrap", "primary", "foundation", "source", "data", "compute", "failover"} {
		if err := a.unchanged(root); err != nil {
			a.t.Errorf("after a failover %v", err)
		}
	}
	old := a.spec("compute")
	old.Roles = rolesFileOf(a.t, 1, "us-east-1")
	if _, err := a.plan(old); err == nil || !strings.Contains(err.Error(), "scale down the region that serves") {
		a.t.Errorf("an old roles file is taken: %v", err)
	}
}

// killed ends Terraform in the middle of an apply: the lock stays and says whose it is, and is taken only on request.
func (a *account) killed() {
	a.t.Helper()
	s := a.spec("source")
	s.Vars["alarm_emails"] = []string{"ada@shop.example"}
	d, err := a.dir(s, false)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := d.Plan(a.t.Context(), PlanOptions{}, nil); err != nil {
		a.t.Fatal(err)
	}
	a.control("fault", map[string]any{"region": "us-east-1", "service": "sns", "action": "Subscribe", "status": 503, "delay": 30})
	defer a.control("reset", map[string]any{})
	env, err := d.environment()
	if err != nil {
		a.t.Fatal(err)
	}
	cmd := exec.Command(a.program.Path, "apply", "-json", "-input=false", planFile)
	cmd.Dir, cmd.SysProcAttr = d.Path(), &syscall.SysProcAttr{Setpgid: true} // its provider would outlive it
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	f := &follower{log: func([]byte) {}, each: func(e Event) {
		if e.Kind == Started {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	}}
	_, _ = io.Copy(f, out)
	_ = cmd.Wait()
	a.control("reset", map[string]any{})

	_, err = d.Plan(a.t.Context(), PlanOptions{}, nil)
	lock := LockOf(err)
	if lock == nil || lock.Operation != "OperationTypeApply" || lock.Created.IsZero() || lock.Who == "" {
		a.t.Fatalf("no lock is told of: %v, %+v", err, lock)
	}
	if err := d.Unlock(a.t.Context(), lock.ID); err != nil {
		a.t.Fatal(err)
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil || p.Counts().Add != 1 {
		a.t.Fatalf("after the unlock: %v", err)
	}
	if err := d.Apply(a.t.Context(), nil); err != nil {
		a.t.Error(err)
	}
}

// unprotected is what a copy that is thrown away needs: prevent_destroy is a literal, and override files stand beside what
// they override.
const unprotected = "resource %q %q {\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n"

// destroyed takes everything down, in a copy of the stack without its protection.
func (a *account) destroyed() {
	a.t.Helper()
	a.base = a.t.TempDir()
	for _, root := range []string{"failover", "compute", "data", "source", "foundation", "identity", "primary"} {
		s := a.spec(root)
		for name, value := range map[string]any{"deletion_protection": false, "skip_final_snapshot": true} {
			s.Vars[name] = value
		}
		d, err := Prepare(s)
		if err != nil {
			a.t.Fatal(err)
		}
		for module, of := range map[string]string{"key": "aws_kms_key", "registry": "aws_ecr_repository"} {
			path := filepath.Join(d.Path(), "..", "modules", module, "copy_override.tf")
			if err := put(path, []byte(fmt.Sprintf(unprotected, of, "this"))); err != nil {
				a.t.Fatal(err)
			}
		}
		if err := a.takeDown(d); err != nil {
			a.t.Fatalf("%s: %v", root, err)
		}
	}
}

// takeDown gives up the protection, and then the root.
func (a *account) takeDown(d *Dir) error {
	begin := time.Now()
	if err := d.Init(a.t.Context(), false); err != nil {
		return err
	}
	for _, o := range []PlanOptions{{}, {Destroy: true}} {
		p, err := d.Plan(a.t.Context(), o, nil)
		if err != nil {
			return err
		}
		if err := d.Apply(a.t.Context(), nil); err != nil {
			return err
		}
		a.t.Logf("%-10s %s (%.0f s)", d.spec.Root, p.Counts().Words(), time.Since(begin).Seconds())
	}
	left, err := d.State(a.t.Context())
	if err != nil || len(left) > 0 {
		return fmt.Errorf("%d resources are left in the state, %v", len(left), err)
	}
	return nil
}
