//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	model "lifeboat/aws/sim/cloud"
	"lifeboat/dr"
)

// This test has somebody provision an account from nothing by the built program's wizard, in a pseudo-terminal, with real terraform and
// the real AWS provider, against an emulator that others wrote with the gaps closed that two regions fall into. Around the emulator are
// inputs of the test alone, for what no emulator has:
//
//   - images are pushed by boto3: nothing copies them from one registry to the other;
//   - ReplicaLag is published by boto3;
//   - a server of the test answers on both load balancers' addresses and behind the public name, which the test's resolver leads
//     to it by the records that Lifeboat has made;
//   - Cloudflare is the simulator's API on a zone of its own. Its health checks find nobody: the emulator's load balancers are not in
//     its world.

// provisioner is an account that the program provisions.
type provisioner struct {
	*emulated
	x     *wizard
	shown strings.Builder // what the cockpits before x have written
	cells *painted

	made map[string]map[string]bool // addresses that plans had anything to do with, by root

	answers func(w http.ResponseWriter, q *http.Request, environment string) // of what stands behind both balancers
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
    probe: {url: "http://shop.example/api/health?us-east-1", dial: "127.0.0.1:%[2]s"} # the test answers
  standby:
    name: us-west-2
    environment: dr
    endpoint: %[1]s
    probe: {url: "http://shop.example/api/health?us-west-2", dial: "127.0.0.1:%[2]s"}
services:
  - {name: backend, full: 2, standby: 1, writes: true, repository: backend}
  - {name: frontend, full: 2, standby: 1, repository: frontend}
  - {name: prometheus, full: 1, standby: 0, repository: prometheus}
  - {name: grafana, full: 1, standby: 0, repository: grafana}
edge:
  cloudflare: {zone: shop.example, endpoint: %[3]s}
  resolvers: ["%[4]s"]
  pages: {url: "http://shop.example:%[2]s/", resolve: "%[4]s"}
  api: {url: "http://shop.example:%[2]s/api/health", resolve: "%[4]s"}
  write: {url: "http://shop.example:%[2]s/api/orders", resolve: "%[4]s", body: '{"n": {n}}'}
refresh: {fast: 2s, slow: 5s, edge: 2s, database: 2s, metrics: 5s}
waits: {poll: 500ms, hold: 1s, settle: 500ms, call: 30s, probe: 2s} # the emulator is one process
terraform:
  primary: ours
  inputs: # what nobody can tell but the owner
    domains: [shop.example, grafana.shop.example]
    aliases: [shop.example]
    observability: {grafana_host: grafana.shop.example}
    operators: ["arn:aws:iam::123456789012:root"]
`

func newProvisioner(t *testing.T) *provisioner {
	t.Helper()
	for _, name := range []string{"terraform", "moto_server"} {
		need(t, name)
	}
	env := append(home(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_MAX_ATTEMPTS=3", "CLOUDFLARE_API_TOKEN=test",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	for _, name := range []string{"LIFEBOAT_TERRAFORM_MIRROR", "TF_CLI_CONFIG_FILE"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	p := &provisioner{emulated: &emulated{TB: t, endpoint: motoDR(t), env: env}, cells: &painted{}, made: map[string]map[string]bool{}}
	p.answers = func(w http.ResponseWriter, q *http.Request, environment string) {
		answered(w, q, environment, environment == "primary")
	}
	t.Cleanup(p.endRuns)
	p.zone = model.New(model.Options{Zone: "shop.example"}, time.Now())
	p.config = filepath.Join(t.TempDir(), "lifeboat.yaml")
	if err := os.WriteFile(p.config, fmt.Appendf(nil, provisionYAML, p.endpoint, p.answering(), p.zoned(), p.resolving()), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// cockpit opens one. Nothing of an emulator that waits as AWS does is seen at once.
func (p *provisioner) cockpit() *terminal {
	p.Helper()
	x := start(p, 120, 36, false, p.env, lifeboat(p), "--config", p.config)
	x.patience = 15 * time.Minute
	x.watch(p.cells.see)
	return x
}

// folder is a directory of the program's environment: "XDG_STATE_HOME".
func (p *provisioner) folder(name string) string {
	for _, e := range p.env {
		if dir, ok := strings.CutPrefix(e, name+"="); ok {
			return dir
		}
	}
	p.Fatalf("%s is not set", name)
	return ""
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
	others.Go(p.publish)

	p.x = &wizard{p.cockpit()}
	p.x.see("Nothing is here yet", "Press p to provision it")
	p.x.keys("p")
	p.x.see("›◆     Primary", "5  Validation")
	p.begin("Primary", p.theCockpitIsKilled(), p.imagesArePushed("us-east-1"))
	p.begin("1 Foundation", append(p.theRunIsKilled(), p.whatIsThereIsImported()...)...)
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		p.cells.tell(t)
		p.noSecretIsKept()
		t.Log("primary and foundation were provisioned; LIFEBOAT_E2E=full provisions the other phases too, and plans again")
		return
	}
	p.begin("2 Data")
	p.begin("3 Compute", p.imagesArePushed("us-west-2")) // nothing is replicated by an emulator
	p.begin("4 Failover")
	p.begin("5 Validation")
	p.cells.tell(t)
	p.bothRegionsAreShown()
	p.isWhatTheStandInMakes()
	p.namesAreWritten()
	p.recordsAreMade()
	p.isAsItWasMade()
	p.whileTheOtherRegionIsDark()
	p.withoutTheReplica()
	p.whileFrozen()
	p.noSecretIsKept()
	p.aReplacedDatabaseIsStopped()
}

// begin provisions a phase by the wizard, and says how long each root took.
func (p *provisioner) begin(name string, list ...meets) {
	p.Helper()
	began := time.Now()
	p.x.phase(name, list...)
	p.Logf("phase %-12s in %3.0f s", strings.TrimLeft(name, "0123456789 "), time.Since(began).Seconds())
	run := p.newest()
	p.times(run)
	p.measured(run)
	p.note(run)
	if !strings.HasSuffix(name, "Validation") {
		p.x.see("opens the next: ")
	}
}

// imagesArePushed brings images to a region's registry once the wizard asks for them.
func (p *provisioner) imagesArePushed(region string) meets {
	return meets{words: regexp.MustCompile("no image yet in backend"), does: func() {
		p.x.see("docker login", "push")
		p.pushes(region)
	}}
}

// pushes brings images to a region's registry.
func (p *provisioner) pushes(region string) {
	p.Helper()
	p.asBoto3(`
ecr = at("ecr", sys.argv[2])
for name in ("backend", "frontend", "grafana", "prometheus"):
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

// asBoto3 runs a script in which at(service, region) is a client, and gives what it prints.
func (p *provisioner) asBoto3(script string, args ...string) string {
	p.Helper()
	head := "import boto3, hashlib, json, sys, time, datetime\ndef at(service, region): return boto3.client(service, region_name=region, endpoint_url=sys.argv[1], aws_access_key_id='test', aws_secret_access_key='test')\n"
	cmd := exec.CommandContext(p.Context(), "python3", append([]string{"-c", head + script, p.endpoint}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil && p.Context().Err() == nil {
		p.Errorf("%v\n%s", err, errs.String())
	}
	return string(out)
}

// bothRegionsAreShown goes back to the cockpit: both regions are there and well, and every phase is.
func (p *provisioner) bothRegionsAreShown() {
	p.Helper()
	p.x.see("phase done: validation is there, and so is every phase")
	p.x.keys("d")
	p.x.until("every phase there", func(s string) bool {
		return strings.Contains(s, "5  Validation") && strings.Count(s, "✓") >= len(dr.ProvisionPhases)
	})
	p.Logf("the path:\n%s", p.x.text())
	p.x.keys("\x1b")
	p.x.see("us-east-1 serves. us-west-2 can take over now.", "● serving", "◆ ready", "users       ━▶", "replica   streaming")
	p.Logf("the cockpit:\n%s", p.x.text())
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
}

// namesAreWritten: lifeboat.yaml says what was made and typed, and keeps what was written by hand.
func (p *provisioner) namesAreWritten() {
	p.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.Fatal(err)
	}
	for _, want := range []string{
		"# the test answers", "inputs: # what nobody", "bucket: shop-state-123456789012-us-west-2", "name: shop-dr",
		"id: shop-dr-db", "isolation_group: sg-", "distribution: ",
	} {
		if !strings.Contains(string(text), want) {
			p.Errorf("lifeboat.yaml does not say %q:\n%s", want, text)
		}
	}
}

// push brings images to a region's registry as soon as it is there, before anybody asks for them.
func (p *provisioner) push(region string) {
	p.asBoto3(`
ecr = at("ecr", sys.argv[2])
for name in ("backend", "frontend", "grafana", "prometheus"):
    while not any(r["repositoryName"] == name for r in ecr.describe_repositories()["repositories"]): time.sleep(1)`, region)
	p.pushes(region)
}
