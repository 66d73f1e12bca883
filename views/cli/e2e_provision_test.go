//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// This test has the built program provision an account from nothing, with real terraform and the real AWS provider, against an emulator
// that others wrote with the gaps closed that two regions fall into. Around the emulator are inputs of the test alone, for what no
// emulator has: images are pushed by boto3 (nothing copies them from one registry to the other), ReplicaLag is published by boto3, and
// a server of the test answers on both load balancers' addresses.

// provisioner is an account that the program provisions.
type provisioner struct {
	*emulated
	answers string // host:port of what answers for both load balancers

	made map[string]map[string]bool // addresses that plans had anything to do with, by root
}

const provisionYAML = `# provisioned by a test
version: 1
estate: shop
strategy: warm-standby
objectives: {rpo: 5m, rto: 1h}
regions:
  primary:
    name: us-east-1
    environment: primary
    endpoint: %[1]s
    probe: {url: "http://shop.example/api/health?us-east-1", dial: "%[2]s"} # the test answers
  standby:
    name: us-west-2
    environment: dr
    endpoint: %[1]s
    probe: {url: "http://shop.example/api/health?us-west-2", dial: "%[2]s"}
services:
  - {name: backend, full: 2, standby: 1, writes: true, repository: backend}
  - {name: frontend, full: 2, standby: 1, repository: frontend}
  - {name: prometheus, full: 1, standby: 0, repository: prometheus}
  - {name: grafana, full: 1, standby: 0, repository: grafana}
edge:
  pages: {url: "http://shop.example/", dial: "%[2]s"}
  api: {url: "http://shop.example/api/health", dial: "%[2]s"}
refresh: {fast: 2s, slow: 5s, edge: 2s, database: 2s, metrics: 1s}
waits: {poll: 500ms, hold: 1s, settle: 500ms, call: 30s, probe: 2s} # the emulator is one process
terraform:
  primary: ours
  inputs: # what nobody can tell but the owner
    domains: [shop.example, grafana.shop.example]
    aliases: [shop.example]
    origin_domain: origin.shop.example
    observability: {grafana_host: grafana.shop.example}
    operators: ["arn:aws:iam::123456789012:root"]
`

func newProvisioner(t *testing.T) *provisioner {
	t.Helper()
	for _, name := range []string{"terraform", "moto_server"} {
		need(t, name)
	}
	env := append(home(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_MAX_ATTEMPTS=3",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	for _, name := range []string{"LIFEBOAT_TERRAFORM_MIRROR", "TF_CLI_CONFIG_FILE"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	p := &provisioner{emulated: &emulated{TB: t, endpoint: motoDR(t), env: env}, made: map[string]map[string]bool{}}
	t.Cleanup(p.endRuns)
	p.answers = strings.TrimPrefix(p.serveBoth(), "http://")
	p.config = filepath.Join(t.TempDir(), "lifeboat.yaml")
	if err := os.WriteFile(p.config, fmt.Appendf(nil, provisionYAML, p.endpoint, p.answers), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// serveBoth answers for both load balancers, each as itself.
func (p *provisioner) serveBoth() string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		environment := "primary"
		if q.URL.RawQuery == "us-west-2" {
			environment = "dr"
		}
		answered(w, q, environment, false)
	}))
	p.Cleanup(s.Close)
	return s.URL
}

// event is as much of an event as this test reads.
type provisionEvent struct {
	Type, Step, State, Text, Run string
	Planned                      *dr.RootPlan
	Resource                     *struct{ Root, Type, State string }
	Question                     *runbook.Question
	End                          *struct {
		Ending string
		Exit   int
	}
}

// note takes down what a plan has anything to do with. Until the phases are made commands follow each other.
func (p *provisioner) note(plan *dr.RootPlan) {
	if plan == nil || p.made == nil {
		return
	}
	if p.made[plan.Root] == nil {
		p.made[plan.Root] = map[string]bool{}
	}
	for _, c := range plan.Changes {
		p.made[plan.Root][c.Address] = true
	}
}

// isWhatTheStandInMakes holds what real Terraform has made of the stack against the list from which the simulator's stand-in plans.
func (p *provisioner) isWhatTheStandInMakes() {
	p.Helper()
	text, err := os.ReadFile("../../aws/sim/terraform/resources.json")
	if err != nil {
		p.Fatal(err)
	}
	var list struct {
		Roots map[string]struct {
			Resources []struct {
				Address string
				In      []string
			}
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		p.Fatal(err)
	}
	words := strings.NewReplacer("{region}", "us-west-2", "{primary_region}", "us-east-1", "{origin_domain}", "origin.shop.example", "{domains.0}", "shop.example")
	for root, of := range list.Roots {
		for _, r := range of.Resources {
			if len(r.In) > 0 && !slices.Contains(r.In, "warm-standby") {
				continue
			}
			address := words.Replace(r.Address)
			if !p.made[root][address] {
				p.Errorf("the stand-in makes %s of %s, and real Terraform does not", address, root)
			}
			delete(p.made[root], address)
		}
		for address := range p.made[root] {
			p.Errorf("real Terraform makes %s of %s, and the stand-in does not", address, root)
		}
	}
	p.made = nil
}

// outcome is what a command told, and how it ended.
type outcome struct {
	code   int
	events []provisionEvent
	errs   string
}

func (o outcome) plan(root string) (last *dr.RootPlan) {
	for _, e := range o.events {
		if e.Planned != nil && e.Planned.Root == root {
			last = e.Planned
		}
	}
	return last
}

func (o outcome) String() string {
	var b strings.Builder
	for _, e := range o.events {
		if e.Type != "live" && e.Type != "resource" {
			fmt.Fprintf(&b, "%s %s %s %s\n", e.Type, e.Step, e.State, e.Text)
		}
	}
	return fmt.Sprintf("exit %d\n%s%s", o.code, b.String(), o.errs)
}

// do runs a command. each is told of every event as it comes, and may end the command.
func (p *provisioner) do(each func(*exec.Cmd, provisionEvent), args ...string) outcome {
	p.Helper()
	cmd := exec.Command(lifeboat(p), append(args, "--json", "--config", p.config)...)
	cmd.Env = p.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.Fatal(err)
	}
	var o outcome
	in := bufio.NewReader(out)
	for {
		line, err := in.ReadBytes('\n')
		var e provisionEvent
		if len(line) > 0 && json.Unmarshal(line, &e) == nil {
			o.events = append(o.events, e)
			p.note(e.Planned)
			if each != nil {
				each(cmd, e)
			}
		}
		if err != nil {
			break
		}
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	o.code, o.errs = cmd.ProcessState.ExitCode(), errs.String()
	return o
}

func confirm(phrases ...string) (args []string) {
	for _, phrase := range phrases {
		args = append(args, "--confirm", phrase)
	}
	return args
}

// phase provisions a phase to its end.
func (p *provisioner) phase(name string, phrases ...string) outcome {
	p.Helper()
	begin := time.Now()
	o := p.do(nil, append([]string{"provision", "--phase", name}, confirm(phrases...)...)...)
	if o.code != 0 {
		p.Fatalf("phase %s: %s", name, o)
	}
	p.Logf("phase %-10s in %3.0f s", name, time.Since(begin).Seconds())
	return o
}

// asBoto3 runs a script in which at(service, region) is a client.
func (p *provisioner) asBoto3(script string, args ...string) {
	p.Helper()
	head := "import boto3, hashlib, json, sys, time, datetime\ndef at(service, region): return boto3.client(service, region_name=region, endpoint_url=sys.argv[1], aws_access_key_id='test', aws_secret_access_key='test')\n"
	cmd := exec.CommandContext(p.Context(), "python3", append([]string{"-c", head + script, p.endpoint}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil && p.Context().Err() == nil {
		p.Errorf("%v\n%s", err, out)
	}
}

// push brings images to a region's registry as soon as it is there.
func (p *provisioner) push(region string) {
	p.asBoto3(`
ecr = at("ecr", sys.argv[2])
for name in ("backend", "frontend", "grafana", "prometheus"):
    while not any(r["repositoryName"] == name for r in ecr.describe_repositories()["repositories"]): time.sleep(1)
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": [],
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest()}}
    ecr.put_image(repositoryName=name, imageManifest=json.dumps(manifest), imageTag="v1")`, region)
}

// publish has CloudWatch know the replica's lag, as it does of itself.
func (p *provisioner) publish() {
	p.asBoto3(`
while True:
    at("cloudwatch", "us-west-2").put_metric_data(Namespace="AWS/RDS", MetricData=[{"MetricName": "ReplicaLag", "Value": 1.0, "Unit": "Seconds",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "shop-dr-db"}], "Timestamp": datetime.datetime.now(datetime.timezone.utc)}])
    time.sleep(2)`)
}

// process is the pid of the process that executes a run; 0 where there is none.
func (p *provisioner) process(run string) int {
	for _, e := range p.env {
		dir, ok := strings.CutPrefix(e, "XDG_STATE_HOME=")
		if !ok {
			continue
		}
		found, _ := filepath.Glob(filepath.Join(dir, "lifeboat", "estates", "*", "runs", run+".process.json"))
		for _, path := range found {
			var kept struct{ PID int }
			if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &kept) == nil {
				return kept.PID
			}
		}
	}
	return 0
}

// groups are the process groups of what a process has started: a killed Terraform's provider would outlive it.
func groups(t testing.TB, parent int) (list []int) {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "ppid=,pgid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) == 2 && f[0] == strconv.Itoa(parent) && f[1] != strconv.Itoa(parent) {
			pgid, _ := strconv.Atoi(f[1])
			list = append(list, pgid)
		}
	}
	return list
}

func TestEveryPhaseIsProvisionedWithRealTerraformThroughTheDeathOfItsProcesses(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") == "" {
		t.Skip("real terraform against an emulator takes a quarter of an hour: LIFEBOAT_E2E=ci runs it")
	}
	if os.Getenv("LIFEBOAT_E2E_PROVISION") == "beside" {
		t.Skip("it runs beside the other tests: .ci/run")
	}
	p := newProvisioner(t)
	var others sync.WaitGroup
	t.Cleanup(others.Wait)
	for _, do := range []func(){func() { p.push("us-east-1") }, func() { p.push("us-west-2") }, p.publish} {
		others.Go(do)
	}
	p.withoutItsCommand()
	p.afterItsProcessWasKilled()
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Log("primary and foundation were provisioned; LIFEBOAT_E2E=full provisions the other phases too, and plans again")
		return
	}
	p.phase("data", "apply source", "apply data")
	p.phase("compute", "apply compute")
	p.phase("failover", "apply failover", "apply identity")
	p.isWhatTheStandInMakes()
	p.unchanged("foundation", "data", "compute") // no two of these plan one root
	p.unchanged("primary", "failover")
	p.whileTheOtherRegionIsDark()
	p.withoutTheReplica()
	p.whileFrozen()
	text, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# the test answers", "inputs: # what nobody", "bucket: shop-state-123456789012-us-west-2", "name: shop-dr", "id: shop-dr-db", "isolation_group: sg-", "distribution: "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("lifeboat.yaml does not say %q:\n%s", want, text)
		}
	}
	p.noSecretIsKept()
}

// withoutItsCommand kills the command in the middle of an apply: the run goes on to its next gate, and another command goes on there.
func (p *provisioner) withoutItsCommand() {
	p.Helper()
	run, killed := "", false
	p.do(func(cmd *exec.Cmd, e provisionEvent) {
		run = e.Run
		if e.Resource != nil && !killed {
			killed = true
			_ = cmd.Process.Kill()
		}
	}, append([]string{"provision", "--phase", "primary"}, confirm("apply bootstrap")...)...)
	if !killed || p.process(run) == 0 || syscall.Kill(p.process(run), 0) != nil {
		p.Fatalf("killed %t: the run's process has ended with its command", killed)
	}
	o := p.do(nil, append([]string{"resume", run}, confirm("apply primary", "apply primary services")...)...)
	if o.code != 0 {
		p.Fatalf("after its command was killed: %s", o)
	}
	if !slices.ContainsFunc(o.events, func(e provisionEvent) bool {
		return e.Step == "apply-bootstrap" && e.State == string(runbook.StateDone)
	}) {
		p.Errorf("what was being applied was not applied to its end: %s", o)
	}
}

// afterItsProcessWasKilled kills the run's process and its Terraform in the middle of an apply. The state stays locked, and what was
// made is in no state: the lock is taken behind its gate, and what is found there is imported.
func (p *provisioner) afterItsProcessWasKilled() {
	p.Helper()
	run, killed := "", false
	phrases := []string{"apply bootstrap", "apply identity", "apply foundation"}
	o := p.do(func(_ *exec.Cmd, e provisionEvent) {
		run = e.Run
		if e.Resource == nil || killed || e.Resource.Root != "foundation" || e.Resource.Type != "aws_kms_alias" {
			return
		}
		killed = true
		pid := p.process(run)
		left := groups(p, pid)
		_ = syscall.Kill(pid, syscall.SIGKILL)
		for _, pgid := range left {
			_ = syscall.Kill(-pgid, syscall.SIGKILL)
		}
	}, append([]string{"provision", "--phase", "foundation"}, confirm(phrases...)...)...)
	if !killed || o.code != 4 {
		p.Fatalf("killed %t: %s", killed, o)
	}
	o = p.do(nil, append([]string{"resume", run}, confirm(phrases...)...)...)
	unlock := ""
	for _, e := range o.events {
		if e.Question != nil && e.Question.ID == "gate unlock-foundation" {
			unlock = e.Question.Offers[0].Phrase
		}
	}
	if o.code != 4 || !strings.HasPrefix(unlock, "unlock foundation held by ") {
		p.Fatalf("the lock is not shown (%q): %s", unlock, o)
	}
	imported := 0
	phrases = append(phrases, unlock)
	for try := 0; try < 6; try++ {
		o = p.do(nil, append([]string{"resume", run}, confirm(phrases...)...)...)
		for _, e := range o.events {
			if e.Planned != nil && e.Planned.Root == "foundation" {
				imported = max(imported, e.Planned.Counts.Import)
			}
		}
		if o.code == 0 {
			break
		}
		if !strings.Contains(o.String(), "there already: the next try imports") {
			p.Fatalf("try %d: %s", try, o)
		}
	}
	if o.code != 0 || imported == 0 {
		p.Fatalf("imported %d: %s", imported, o)
	}
}

// unchanged plans phases side by side: none has anything to do.
func (p *provisioner) unchanged(phases ...string) {
	p.Helper()
	p.planned(phases, func(phase string, o outcome) {
		if o.code != 0 {
			p.Errorf("planned again, phase %s: %s", phase, o)
		}
		for _, e := range o.events {
			if e.Planned != nil && !e.Planned.Empty {
				p.Errorf("a second plan of %s: %s %s", e.Planned.Root, e.Planned.Counts.Words(), e.Planned.Why)
			}
		}
	})
}

func (p *provisioner) planned(phases []string, look func(phase string, o outcome)) {
	p.Helper()
	var all sync.WaitGroup
	for _, phase := range phases {
		all.Go(func() { look(phase, p.do(nil, "provision", "--phase", phase, "--plan-only")) })
	}
	all.Wait()
}

func (p *provisioner) control(what string, body map[string]any) {
	p.Helper()
	text, _ := json.Marshal(body)
	answer, err := http.Post(p.endpoint+"/dr/"+what, "application/json", bytes.NewReader(text))
	if err != nil {
		p.Fatal(err)
	}
	_ = answer.Body.Close()
}

// whileTheOtherRegionIsDark plans what a failover may apply, with us-east-1 and all that is signed for it (IAM, CloudFront, Route 53)
// answering nothing but errors.
func (p *provisioner) whileTheOtherRegionIsDark() {
	p.Helper()
	p.control("fault", map[string]any{"region": "us-east-1"})
	defer p.control("reset", map[string]any{})
	root := map[string]string{"foundation": "foundation", "data": "data", "compute": "compute"}
	p.planned([]string{"foundation", "data", "compute"}, func(phase string, o outcome) {
		if plan := o.plan(root[phase]); plan == nil || !plan.Empty {
			p.Errorf("%s cannot be planned while us-east-1 is dark: %+v\n%s", root[phase], plan, o)
		}
		if source := o.plan("source"); phase == "data" && (source == nil || source.Why == "" || o.code != 1) {
			p.Errorf("us-east-1 was not dark, or that is not said: %s", o)
		}
	})
}

// withoutTheReplica plans a cheaper strategy: what would destroy the database is refused unless its name is given.
func (p *provisioner) withoutTheReplica() {
	p.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = os.WriteFile(p.config, text, 0o600) }()
	cheaper := strings.Replace(string(text), "strategy: warm-standby", "strategy: cold-standby", 1)
	if err := os.WriteFile(p.config, []byte(cheaper), 0o600); err != nil {
		p.Fatal(err)
	}
	o := p.do(nil, "provision", "--phase", "data", "--plan-only")
	plan := o.plan("data")
	if plan == nil || len(plan.Findings) != 1 || plan.Findings[0].Name != "shop-dr-db" || !strings.Contains(o.String(), `and for "shop-dr-db"`) {
		p.Errorf("the replica would be destroyed without a word: %s", o)
	}
}

func (p *provisioner) whileFrozen() {
	p.Helper()
	const change = `
at3 = at("s3", "us-west-2")
where = dict(Bucket="shop-state-123456789012-us-west-2", Key="lifeboat/roles.auto.tfvars.json")
roles = json.loads(at3.get_object(**where)["Body"].read())
roles["frozen_by"] = sys.argv[2]
at3.put_object(Body=json.dumps(roles), ContentType="application/json", **where)`
	p.asBoto3(change, "20260101T000000.000Z-failover")
	defer p.asBoto3(change, "")
	o := p.do(nil, "provision", "--phase", "data", "--confirm", "apply data")
	if o.code != 3 || !strings.Contains(o.String(), "frozen by the run 20260101T000000.000Z-failover") {
		p.Errorf("a frozen estate: %s", o)
	}
}

// noSecretIsKept looks through everything that runs left on this machine for what was made up.
func (p *provisioner) noSecretIsKept() {
	p.Helper()
	for _, e := range p.env {
		dir, ok := strings.CutPrefix(e, "XDG_CACHE_HOME=")
		if !ok {
			continue
		}
		left, _ := filepath.Glob(filepath.Join(dir, "lifeboat", "terraform", "*", "*", "secrets", "*"))
		if len(left) > 0 {
			p.Errorf("passwords are kept after their roots were applied: %v", left)
		}
	}
}
