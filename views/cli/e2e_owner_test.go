//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/tf"
)

// These tests are an owner whose primary database, secret, replication rule and distribution stand in a root of his own, with its state in a
// bucket of his own. First he keeps them, and writes the patches that Lifeboat prints into his root; then he changes his mind and lets go of
// them by the blocks that it prints, and the stack takes them over. All the while the plans of both are empty where nothing is to be done.
// Real terraform and the real AWS provider plan and apply both; the emulator and the test's inputs are those of the test of all phases.

const ownersYAML = `# an owner's
version: 1
estate: shop
strategy: cold-standby # no replica is waited for
objectives: {rpo: 5m, rto: 1h}
regions:
  primary:
    name: us-east-1
    environment: primary
    endpoint: %[1]s
    clusters: [{name: shop, services: {backend: shop-backend, frontend: shop-frontend}}]
    balancers: [{name: shop}] # the emulator has neither services nor a balancer here: nothing of this test is about them
    databases: [{id: shop-db}]
    secrets: [shop/database]
    repositories: [backend, frontend]
    probe: {url: "http://shop.example/api/health?us-east-1", dial: "%[2]s"}
  standby:
    name: us-west-2
    environment: dr
    endpoint: %[1]s
    secrets: [shop/database]
    probe: {url: "http://shop.example/api/health?us-west-2", dial: "%[2]s"}
services:
  - {name: backend, full: 2, standby: 0, writes: true, repository: backend}
  - {name: frontend, full: 2, standby: 0, repository: frontend}
edge:
  distribution: %[3]s
  pages: {url: "http://shop.example/", dial: "%[2]s"}
  api: {url: "http://shop.example/api/health", dial: "%[2]s"}
refresh: {fast: 2s, slow: 5s, edge: 2s, database: 2s, metrics: 1s}
waits: {poll: 500ms, hold: 1s, settle: 500ms, call: 30s, probe: 2s}
terraform:
  primary: theirs
  declined: [distribution, secret, registry, database]
  owner_state: s3://shop-terraform/prod.tfstate
  inputs: # the database's and its secret's names and ARNs are the account's to tell
    domains: [shop.example]
    origin_domain: origin.shop.example
    primary_cidrs: [10.0.0.0/16]
    primary_vpc_id: %[4]s
    operators: ["arn:aws:iam::123456789012:root"]
`

// owner is a person with a root of his own.
type owner struct {
	*provisioner
	dir string
	env []string
}

// newOwner applies the owner's root, with what has been written into it already, and writes a lifeboat.yaml for his estate.
func newOwner(t *testing.T, written ...string) *owner {
	t.Helper()
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("real terraform against an emulator takes a quarter of an hour: LIFEBOAT_E2E=full runs it")
	}
	p := newProvisioner(t)
	o := &owner{provisioner: p, dir: t.TempDir()}
	if err := os.CopyFS(o.dir, os.DirFS("testdata/owner")); err != nil {
		t.Fatal(err)
	}
	for _, patch := range written {
		o.patched(patch)
	}
	o.env = append(slices.Clone(p.env), "AWS_ENDPOINT_URL="+p.endpoint, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
	if mirror := tf.Mirror(); mirror != "" { // else his own configuration, or the registry
		path := filepath.Join(t.TempDir(), "cli.tfrc")
		text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o.env = append(o.env, "TF_CLI_CONFIG_FILE="+path)
	}
	o.asBoto3(`at("s3", "us-east-1").create_bucket(Bucket="shop-terraform")`)
	o.terraform("init", "-backend-config=use_path_style=true")
	o.apply("aws_cloudfront_distribution.main: Creation complete")
	text := fmt.Appendf(nil, ownersYAML, p.endpoint, "127.0.0.1:"+p.answering(), o.id("aws_cloudfront_distribution"), o.id("aws_vpc"))
	if err := os.WriteFile(p.config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// terraform runs it in the owner's root as he would, and gives what it printed.
func (o *owner) terraform(args ...string) string {
	o.Helper()
	out, code := o.try(args...)
	if code != 0 {
		o.Fatalf("the owner's terraform %v: exit %d\n%s", args, code, out)
	}
	return out
}

func (o *owner) try(args ...string) (string, int) {
	o.Helper()
	cmd := exec.CommandContext(o.Context(), "terraform", append(args, "-no-color")...)
	cmd.Dir, cmd.Env = o.dir, o.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		o.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// apply applies the owner's root as it stands; Terraform must say all of this.
func (o *owner) apply(want ...string) {
	o.Helper()
	begin := time.Now()
	out := o.terraform("apply", "-auto-approve")
	for _, words := range want {
		if !strings.Contains(out, words) {
			o.Errorf("the owner's terraform does not say %q:\n%s", words, out)
		}
	}
	o.Logf("the owner's root applied in %.0f s: %s", time.Since(begin).Seconds(), regexp.MustCompile(`(Apply complete!|No changes).*`).FindString(out))
	o.rests()
}

// rests sees that a plan of the owner's root is empty.
func (o *owner) rests() {
	o.Helper()
	if out, code := o.try("plan", "-detailed-exitcode"); code != 0 {
		o.Fatalf("a plan of the owner's root is not empty (exit %d):\n%s", code, out)
	}
}

// holds is what a state in a bucket of a region holds.
func (o *owner) holds(region, bucket, key string) []tf.Held {
	o.Helper()
	script := `import boto3, sys
s3 = boto3.client("s3", region_name=sys.argv[2], endpoint_url=sys.argv[1], aws_access_key_id="test", aws_secret_access_key="test")
print(s3.get_object(Bucket=sys.argv[3], Key=sys.argv[4])["Body"].read().decode())`
	out, err := exec.CommandContext(o.Context(), "python3", "-c", script, o.endpoint, region, bucket, key).Output()
	if err != nil {
		o.Fatalf("s3://%s/%s: %v", bucket, key, err)
	}
	list, err := tf.ReadState(out)
	if err != nil {
		o.Fatal(err)
	}
	return list
}

// his is what the owner's state holds.
func (o *owner) his() []tf.Held {
	o.Helper()
	return o.holds("us-east-1", "shop-terraform", "prod.tfstate")
}

// id is the id of the first resource of a type in the owner's state.
func (o *owner) id(kind string) string {
	o.Helper()
	for _, h := range o.his() {
		if h.Type == kind {
			return h.IDs[0]
		}
	}
	o.Fatalf("the owner's state has no %s", kind)
	return ""
}

// edit changes a file of the owner's root.
func (o *owner) edit(file string, change func(text string) string) {
	o.Helper()
	path := filepath.Join(o.dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		o.Fatal(err)
	}
	changed := change(string(text))
	if changed == string(text) {
		o.Fatalf("nothing of %s was changed:\n%s", file, text)
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		o.Fatal(err)
	}
}

// inBlock changes the text of the block around a line: from the line that opens it to the one that closes it, by their indentation.
func inBlock(text, within string, change func(block string) string) string {
	lines := strings.SplitAfter(text, "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, within) })
	if at < 0 {
		return text
	}
	from := at
	for from > 0 && !strings.HasPrefix(lines[from], "  ") || strings.HasPrefix(lines[from], "   ") || !strings.HasSuffix(lines[from], "{\n") {
		from--
	}
	to := at
	for lines[to] != "  }\n" {
		to++
	}
	block := strings.Join(lines[from:to+1], "")
	return strings.Join(lines[:from], "") + change(block) + strings.Join(lines[to+1:], "")
}

// set gives an attribute of a block another value.
func set(attribute string) func(block string) string {
	name, value, _ := strings.Cut(strings.TrimSpace(attribute), " = ")
	line := regexp.MustCompile(`(?m)^(\s+)` + name + `(\s*)= .*$`)
	return func(block string) string { return line.ReplaceAllString(block, "${1}"+name+"${2}= "+value) }
}

// beforeEnd puts HCL before the last closing lines of a file.
func beforeEnd(end, more string) func(text string) string {
	return func(text string) string {
		at := strings.LastIndex(text, end)
		return text[:at] + more + text[at:]
	}
}

var quoted = regexp.MustCompile(`"([^"]+)"`)

// patched writes a printed patch into the root where its own headings say.
func (o *owner) patched(patch string) {
	o.Helper()
	for _, section := range regexp.MustCompile(`(?m)^# `).Split(patch, -1) {
		heading, body, _ := strings.Cut(section, "\n")
		if body = strings.TrimSpace(body) + "\n"; body == "\n" {
			continue
		}
		name := ""
		if m := quoted.FindStringSubmatch(heading); m != nil {
			name = m[1]
		}
		switch {
		case strings.HasPrefix(heading, "In the origin "):
			o.edit("distribution.tf", func(t string) string { return inBlock(t, `origin_id   = "`+name+`"`, set(body)) })
		case strings.HasPrefix(heading, "Beside it:"):
			o.edit("distribution.tf", func(t string) string {
				return strings.Replace(t, "  ordered_cache_behavior", body+"\n  ordered_cache_behavior", 1)
			})
		case strings.HasPrefix(heading, `In the behaviour "*"`):
			o.edit("distribution.tf", func(t string) string { return inBlock(t, "default_cache_behavior", set(body)) })
		case strings.HasPrefix(heading, "In the behaviour "):
			o.edit("distribution.tf", func(t string) string { return inBlock(t, `path_pattern             = "`+name+`"`, set(body)) })
		case strings.HasPrefix(heading, "aws_secretsmanager_secret,"):
			o.edit("secret.tf", beforeEnd("}\n", body))
		case strings.HasPrefix(heading, "aws_ecr_replication_configuration,"):
			o.edit("registry.tf", beforeEnd("  }\n}\n", body))
		case strings.HasPrefix(heading, "aws_db_instance,"):
			o.edit("database.tf", beforeEnd("}\n", body))
		case strings.HasPrefix(heading, "aws_db_parameter_group,"):
			o.edit("database_groups.tf", beforeEnd("}\n", body))
		default:
			o.Fatalf("a patch says %q, and no owner would know where that belongs", heading)
		}
	}
}

// files are where the owner's resources stand, by what lifeboat.yaml calls them.
var files = map[string]string{"database": "database.tf", "secret": "secret.tf", "registry": "registry.tf", "distribution": "distribution.tf"}

// ownedOf is what a plan tells of the owner's resources, by key.
func (o *owner) ownedOf(out outcome, root string) map[string]dr.Owned {
	o.Helper()
	plan := out.plan(root)
	if plan == nil {
		o.Fatalf("%s was not planned: %s", root, out)
	}
	of := map[string]dr.Owned{}
	for _, x := range plan.Owned {
		of[x.Key] = x
	}
	return of
}

func TestWhatAnOwnersOwnTerraformHoldsOfHisDataStaysHisOrIsTakenOverAndBothPlansAreEmpty(t *testing.T) {
	o := newOwner(t)
	o.phase("foundation", "apply bootstrap", "apply identity", "apply foundation")
	o.keepsHisData()
	o.bothRest("foundation", "data")
	o.changesHisMind("database", "secret", "registry")
	o.letsGo("data", "source", []string{"apply source", "apply data"}, "database", "secret", "registry")
	o.bothRest("foundation", "data")
	o.ownsNothingTwice("database", "secret", "registry")
	if !slices.ContainsFunc(o.his(), func(h tf.Held) bool { return h.Address == "aws_db_parameter_group.main" }) {
		t.Error("the owner's parameter group is not his any more")
	}
}

func TestTheDistributionOfAnOwnersOwnTerraformStaysHisOrIsTakenOverAndBothPlansAreEmpty(t *testing.T) {
	o := newOwner(t, tf.SecretPatch("shop/database", "us-west-2", ""), tf.DatabasePatch{Name: "shop-db", Storage: 20, SlotKeepMB: 5120}.HCL())
	var pushing sync.WaitGroup
	t.Cleanup(pushing.Wait)
	pushing.Go(func() { o.pushes("us-west-2") })
	o.phase("foundation", "apply bootstrap", "apply identity", "apply foundation")
	o.phase("data", "apply source", "apply data")
	o.phase("compute", "apply compute")
	o.keepsHisDistribution()
	o.bothRest("failover")
	o.changesHisMind("distribution")
	o.letsGo("failover", "failover", []string{"apply failover", "apply identity"}, "distribution")
	o.bothRest("foundation", "compute")
	o.bothRest("failover")
	o.ownsNothingTwice("distribution")
}

// pushes brings images to a region's registry as soon as it is there.
func (o *owner) pushes(region string) {
	o.asBoto3(`
ecr = at("ecr", sys.argv[2])
for name in ("backend", "frontend"):
    while not any(r["repositoryName"] == name for r in ecr.describe_repositories()["repositories"]): time.sleep(1)
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": [],
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest()}}
    ecr.put_image(repositoryName=name, imageManifest=json.dumps(manifest), imageTag="v1")`, region)
}

// keepsHisData is told with a plan what his database, secret and registry lack, and writes that into his root; then the phase is made.
func (o *owner) keepsHisData() {
	o.Helper()
	his := o.ownedOf(o.do("provision", "--phase", "data", "--plan-only"), "source")
	for _, key := range []string{"secret", "registry", "database"} {
		if x := his[key]; x.State != dr.OwnedTheirs || x.Block == "" || x.Why != "" || !strings.HasPrefix(x.Words(), `yours, not under "no changes": `) {
			o.Fatalf("%s: %+v", key, x)
		}
		o.patched(his[key].Block)
	}
	o.apply("4 changed, 0 destroyed")
	o.asBoto3(`
rules = at("ecr", "us-east-1").describe_registry()["replicationConfiguration"]["rules"]
assert [[f["filter"] for f in r["repositoryFilters"]] for r in rules] == [["archive"], ["backend", "frontend"]], rules
assert rules[1]["destinations"] == [{"region": "us-west-2", "registryId": "123456789012"}], rules
assert at("secretsmanager", "us-west-2").describe_secret(SecretId="shop/database")["PrimaryRegion"] == "us-east-1"
db = at("rds", "us-east-1").describe_db_instances(DBInstanceIdentifier="shop-db")["DBInstances"][0]
assert db["MaxAllocatedStorage"] == 100 and db["BackupRetentionPeriod"] == 7 and db["DeletionProtection"], db
group = {p["ParameterName"]: p["ParameterValue"] for p in at("rds", "us-east-1").describe_db_parameters(DBParameterGroupName="shop-settings", Source="user")["Parameters"]}
assert group == {"log_min_duration_statement": "500", "max_slot_wal_keep_size": "5120"}, group`)
	out := o.phase("data", "apply source", "apply data")
	for key, x := range o.ownedOf(out, "source") {
		if x.State != dr.OwnedTheirs || x.Block != "" || x.Why != "" {
			o.Errorf("%s has what the standby needs, and its owner is asked for more: %+v", key, x)
		}
	}
	learned := map[string]string{}
	for _, l := range out.plan("data").Learned {
		learned[l.Name] = l.From
	}
	if learned["primary_database_arn"] != "the database shop-db in us-east-1" {
		o.Errorf("taken from the account: %v", learned)
	}
}

// keepsHisDistribution is told what it lacks, now that there is a load balancer to go on to, and writes that into his root.
func (o *owner) keepsHisDistribution() {
	o.Helper()
	his := o.ownedOf(o.phase("failover", "apply failover", "apply identity"), "failover")["distribution"]
	if his.State != dr.OwnedTheirs || !strings.Contains(his.Block, "origin_group {") {
		o.Fatalf("%+v", his)
	}
	o.patched(his.Block)
	o.apply("1 changed, 0 destroyed")
	o.asBoto3(`
d = at("cloudfront", "us-east-1").list_distributions()["DistributionList"]["Items"]
assert len(d) == 1, [x["Id"] for x in d]
c = at("cloudfront", "us-east-1").get_distribution_config(Id=d[0]["Id"])["DistributionConfig"]
origins = {x["Id"]: x["DomainName"] for x in c["Origins"]["Items"]}
assert origins["prod-alb"] == "origin.shop.example" and "us-west-2.elb" in origins["standby"], origins
group = c["OriginGroups"]["Items"][0]
assert [m["OriginId"] for m in group["Members"]["Items"]] == ["prod-alb", "standby"] and sorted(group["FailoverCriteria"]["StatusCodes"]["Items"]) == [500, 502, 503, 504], group
assert c["DefaultCacheBehavior"]["TargetOriginId"] == group["Id"]
assert [b["TargetOriginId"] for b in c["CacheBehaviors"]["Items"]] == ["prod-alb"]`)
}

// bothRest plans phases, and the owner's root, as they stand: neither has anything to do.
func (o *owner) bothRest(phases ...string) {
	o.Helper()
	o.rests()
	o.unchanged(phases...)
}

// changesHisMind has lifeboat.yaml adopt what it declined.
func (o *owner) changesHisMind(keys ...string) {
	o.Helper()
	ids := map[string]string{"database": "shop-db", "registry": "123456789012", "distribution": o.id("aws_cloudfront_distribution"), "secret": o.id("aws_secretsmanager_secret")}
	adopt, declined := map[string]string{}, []string{}
	for _, key := range config.Adoptable {
		if slices.Contains(keys, key) {
			adopt[key] = ids[key]
		} else {
			declined = append(declined, key)
		}
	}
	if err := config.Edit(o.config, config.Setting{Field: []string{"terraform", "declined"}, Value: declined}, config.Setting{Field: []string{"terraform", "adopt"}, Value: adopt}); err != nil {
		o.Fatal(err)
	}
}

// letsGo has a phase take resources over: it refuses while his state holds them, and prints what lets go of them; he applies that, and the
// run goes on.
func (o *owner) letsGo(phase, root string, phrases []string, keys ...string) {
	o.Helper()
	out := o.do(append([]string{"provision", "--phase", phase}, confirm(phrases...)...)...)
	if out.code != 1 || !strings.Contains(out.String(), "two states that hold one resource undo each other") || !strings.Contains(out.String(), "removed {") {
		o.Fatalf("what his state still holds is taken over: %s", out)
	}
	his := o.ownedOf(out, root)
	for _, key := range keys {
		x := his[key]
		if x.State != dr.OwnedHeld || !strings.HasPrefix(x.Block, "removed {\n  from = "+x.Holder+"\n") {
			o.Fatalf("%s: %+v", key, x)
		}
		o.edit(files[key], func(string) string { return x.Block })
	}
	o.apply("0 added, 0 changed, 0 destroyed")
	run := out.events[0].Run
	begin := time.Now()
	out = o.do(append([]string{"resume", run}, confirm(phrases...)...)...)
	plan := out.plan(root)
	if out.code != 0 || plan == nil || plan.Counts.Import != len(keys) || plan.Counts.Replace+plan.Counts.Destroy > 0 {
		o.Fatalf("not taken over: %+v\n%s", plan, out)
	}
	o.Logf("%s takes over %s: %s, in %.0f s", root, strings.Join(keys, ", "), plan.Counts.Words(), time.Since(begin).Seconds())
}

// ownsNothingTwice sees that the stack's states hold what the owner's held, and his holds it no more.
func (o *owner) ownsNothingTwice(keys ...string) {
	o.Helper()
	his := o.his()
	for _, key := range keys {
		a, _ := tf.AdoptionOf(key)
		ours := o.holds("us-west-2", "shop-state-123456789012-us-west-2", "terraform/"+a.Root+".tfstate")
		if !slices.ContainsFunc(ours, func(h tf.Held) bool { return h.Address == a.Address }) {
			o.Errorf("the stack does not hold %s", a.What)
		}
		if slices.ContainsFunc(his, func(h tf.Held) bool { return h.Type == a.Type() }) {
			o.Errorf("the owner's state still holds %s", a.What)
		}
	}
}
