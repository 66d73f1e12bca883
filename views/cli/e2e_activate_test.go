//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// This test provisions a pilot light by the built program, darkens us-east-1, and has the program take over: real terraform and the real
// AWS provider make gateway, balancer and services, and restore the database from a recovery point. Around the emulator are inputs of the
// test alone, for what no emulator has:
//
//   - a dark region: in front of the emulator stands a server of the test that keeps every request to us-east-1, IAM, CloudFront and
//     Route 53, lets it wait and hangs up on it. Route 53 names what is restored and what is made; the emulator names it by itself, so
//     that the one thing that the run leans on in the dark, and asks to be accepted, is not shown to be missing;
//   - rows: an emulator's database has none. What is held is which moment was restored, and that it was restored once;
//   - who answers: a server of the test for both load balancers and the public name, as for the provisioner. us-west-2's answers only
//     once its balancer was made, and reads its database only once that has the password of the secret;
//   - images, and the copy of a snapshot, by boto3; Cloudflare by the simulator's API on a zone of its own.

// activated is an estate that stands by as a pilot light.
type activated struct {
	*provisioner
	night    night
	password string // of the secret, since it was rotated
	began    time.Time
	dusk     time.Time // since when it is dark
}

func newActivated(t *testing.T) *activated {
	t.Helper()
	p := &activated{provisioner: newProvisioner(t)}
	text, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	p.made, p.answers = nil, p.stands
	changed := strings.NewReplacer(
		p.endpoint, p.over(p.endpoint), "strategy: warm-standby", "strategy: pilot-light", "waits: {", "waits: {fence: 5s, receipt: 1s, ",
	).Replace(string(text))
	p.writes(standbysDial.ReplaceAllString(changed, "${1}"+p.standbysBalancer()))
	return p
}

// standbysDial is the address of us-west-2's balancer in lifeboat.yaml.
var standbysDial = regexp.MustCompile(`(health\?us-west-2", dial: ")[^"]+`)

// standbysBalancer begins a server that answers for us-west-2's balancer alone, whatever it is asked, and gives its address.
func (p *activated) standbysBalancer() string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { p.stands(w, q, "dr") }))
	p.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// stands answers as what stands behind a region's balancer.
func (p *activated) stands(w http.ResponseWriter, q *http.Request, environment string) {
	switch {
	case environment == "primary" && p.night.dark.Load(), environment == "dr" && len(p.well("elasticloadbalancing:CreateLoadBalancer us-west-2")) == 0:
		hangsUp(w, q)
	case environment == "dr" && !p.letsIn():
		http.Error(w, `{"environment": "dr", "database": {"status": "password authentication failed"}}`, http.StatusServiceUnavailable)
	default:
		answered(w, q, environment, true)
	}
}

// letsIn says whether the restored database has the password that the secret holds.
func (p *activated) letsIn() bool {
	return slices.ContainsFunc(p.well("rds:ModifyDBInstance us-west-2"), func(r request) bool {
		return strings.Contains(r.of+" ", "MasterUserPassword="+p.password+" ")
	})
}

// well are the requests of a kind that were answered well.
func (p *activated) well(kind string) []request {
	return slices.DeleteFunc(p.all(), func(r request) bool { return r.kind() != kind || r.status/100 != 2 })
}

// fromNothing are the phases in the order in which they are provisioned, each with the phrases of its gates.
var fromNothing = [][]string{
	{"primary", "apply bootstrap", "apply primary", "apply primary services"},
	{"foundation", "apply bootstrap", "apply identity", "apply foundation"},
	{"data", "apply source", "apply data"},
	{"compute", "apply compute"},
	{"failover", "set up 2 records in shop.example", "apply failover", "apply identity", "set up 1 record in shop.example"},
}

func TestAPilotLightIsActivatedWithRealTerraformWhileTheOtherRegionIsDark(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("a pilot light is provisioned and activated with real terraform, a quarter of an hour: LIFEBOAT_E2E=full runs it")
	}
	p := newActivated(t)
	var others sync.WaitGroup
	t.Cleanup(others.Wait)
	for _, region := range []string{emulatedEast, emulatedWest} {
		others.Go(func() { p.push(region) })
	}
	p.lap("")
	for _, phase := range fromNothing {
		p.phase(phase[0], phase[1:]...)
		p.lap("phase " + phase[0])
	}
	p.isAtRest()
	p.isRehearsed()
	point := p.lastGoodMoment()
	p.darkens()
	run := p.stopsBeforeItsDatabase(point)
	p.copiesANewerSnapshot()
	p.meansTheSamePoint(point)
	p.restores(run)
	database := p.database()
	p.meansTheSamePoint(point)
	p.replacesNothing()
	p.takesOver(run)
	if now := p.database(); now != database || len(strings.Fields(database)) != 3 {
		t.Errorf("the database is %q, and was %q", now, database)
	}
	p.wasRestoredOnce(point)
	p.leanedOnNothingDark()
	p.noSecretIsKept()
}

// lap says how long it took since the last one.
func (p *activated) lap(what string) {
	if what != "" {
		p.Logf("%-32s %4.0f s", what, time.Since(p.began).Seconds())
	}
	p.began = time.Now()
}

// isAtRest: a pilot light has no database, gateway, balancer or service.
func (p *activated) isAtRest() {
	p.Helper()
	if made := p.asBoto3(whatRuns); made != "" {
		p.Fatalf("a pilot light at rest runs %s", made)
	}
}

// whatRuns prints what a pilot light has only once it was activated.
const whatRuns = `
west = "us-west-2"
for db in at("rds", west).describe_db_instances()["DBInstances"]: print("database", db["DBInstanceIdentifier"])
for gateway in at("ec2", west).describe_nat_gateways(Filters=[{"Name": "state", "Values": ["available"]}])["NatGateways"]: print("gateway")
for balancer in at("elbv2", west).describe_load_balancers()["LoadBalancers"]: print("balancer", balancer["LoadBalancerName"])
for cluster in at("ecs", west).list_clusters()["clusterArns"]:
    names = at("ecs", west).list_services(cluster=cluster)["serviceArns"]
    for s in names and at("ecs", west).describe_services(cluster=cluster, services=names)["services"]: print("service", s["serviceName"], s["desiredCount"])`

// isRehearsed: a dry run plans the activation and changes nothing.
func (p *activated) isRehearsed() {
	p.Helper()
	o := p.do("failover", "--dry-run")
	for root, types := range map[string][]string{"foundation": {"aws_nat_gateway"}, "data": {"aws_db_instance"}, "compute": {"aws_lb", "aws_ecs_service"}} {
		for _, kind := range types {
			if plan := o.plan(root); o.code != 0 || plan == nil || !slices.ContainsFunc(plan.Changes, func(c dr.PlanChange) bool { return c.Type == kind && c.Action == dr.PlanAdd }) {
				p.Fatalf("a dry run does not plan %s in %s: %s", kind, root, o)
			}
		}
	}
	p.isAtRest()
	p.lap("dry run")
}

// lastGoodMoment rotates the secret's password after the moment that is restored later: the database that is restored then has another.
func (p *activated) lastGoodMoment() time.Time {
	p.Helper()
	time.Sleep(2 * time.Second)
	point := time.Now().UTC().Truncate(time.Second)
	time.Sleep(2 * time.Second)
	p.password = "Rotated" + strings.Repeat("x", 12) + fmt.Sprint(point.Unix())
	p.asBoto3(`
store = at("secretsmanager", "us-east-1")
for s in store.list_secrets()["SecretList"]:
    value = store.get_secret_value(SecretId=s["Name"])["SecretString"]
    if value.startswith("{") and "username" in value:
        store.put_secret_value(SecretId=s["Name"], SecretString=json.dumps({**json.loads(value), "password": sys.argv[2]}))`, p.password)
	return point
}

func (p *activated) darkens() {
	p.dusk = time.Now()
	p.night.dark.Store(true)
}

// openInTheDark are the phrases of what is asked before anything is changed while us-east-1 does not answer.
var openInTheDark = []string{
	openEmulated, dr.OverrideReceipt, runbook.AcceptPhrase("apply-data", emulatedEast), runbook.AcceptPhrase("apply-compute", emulatedEast),
}

// stops runs a command that stops at a gate whose phrase was not given, and gives its run.
func (p *activated) stops(at string, args ...string) string {
	p.Helper()
	o := p.do(append(args, "--reason", "us-east-1 is dark")...)
	if len(o.events) == 0 || o.code != 4 || !strings.Contains(o.events[len(o.events)-1].Text, fmt.Sprintf("--confirm %q", at)) {
		p.Fatalf("it did not stop before %q: %s", at, o)
	}
	p.lap("to the gate: " + at)
	return o.events[0].Run
}

// stopsBeforeItsDatabase begins a failover to a moment, which is pinned, and makes what the network of us-west-2 lacks.
func (p *activated) stopsBeforeItsDatabase(point time.Time) string {
	p.Helper()
	args := append([]string{"failover", "--recovery-point", point.Format(time.RFC3339)}, confirm(append(openInTheDark, "apply foundation")...)...)
	return p.stops("apply data", args...)
}

// copiesANewerSnapshot: a copy that was under way when the region went dark comes to its end, and is newer than what was pinned. So are
// the copies of the backups, which reach to the moment of the question.
func (p *activated) copiesANewerSnapshot() {
	p.Helper()
	p.asBoto3(`
taken = at("rds", "us-east-1").create_db_snapshot(DBInstanceIdentifier="shop-db", DBSnapshotIdentifier="newer")["DBSnapshot"]
backups = at("rds", "us-west-2").describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
at("rds", "us-west-2").copy_db_snapshot(SourceDBSnapshotIdentifier=taken["DBSnapshotArn"], TargetDBSnapshotIdentifier="newer",
    KmsKeyId=backups[0]["KmsKeyId"], SourceRegion="us-east-1")`)
}

// meansTheSamePoint: whoever begins again is told of the point that the first run has pinned.
func (p *activated) meansTheSamePoint(point time.Time) {
	p.Helper()
	o := p.do("failover", "--dry-run")
	for _, e := range o.events {
		if e.Plan != nil {
			var pinned dr.RestorePoint
			if err := json.Unmarshal([]byte(e.Plan.Pins[dr.PinPoint]), &pinned); err != nil || pinned.Backups == "" || !pinned.At.Equal(point) {
				p.Errorf("a second run means %s, not %s (%v)", e.Plan.Pins[dr.PinPoint], point, err)
			}
			p.lap("dry run in the dark")
			return
		}
	}
	p.Fatalf("a second run cannot be planned: %s", o)
}

// restores goes on until the database is there, and is not the writer yet.
func (p *activated) restores(run string) {
	p.Helper()
	p.stops(dr.PromotePhrase(emulatedWest), append([]string{"resume", run}, confirm("apply data")...)...)
}

// replacesNothing: another point is refused for a database that exists.
func (p *activated) replacesNothing() {
	p.Helper()
	if o := p.do("failover", "--dry-run", "--recovery-point", "newer"); o.code != 3 || !strings.Contains(o.String(), "never replaced") {
		p.Errorf("another recovery point is taken for a database that exists: %s", o)
	}
}

// database is the one of us-west-2: its name, its id and when it was made.
func (p *activated) database() string {
	p.Helper()
	return strings.TrimSpace(p.asBoto3(`
for db in at("rds", "us-west-2").describe_db_instances()["DBInstances"]: print(db["DBInstanceIdentifier"], db["DbiResourceId"], db["InstanceCreateTime"].isoformat())`))
}

// takesOver goes on to the end, as far as there is one while the old region cannot be fenced: users are served by us-west-2.
func (p *activated) takesOver(run string) {
	p.Helper()
	o := p.do(append([]string{"resume", run, "--reason", "us-east-1 is dark"}, confirm(append(openInTheDark, "apply compute", dr.PromotePhrase(emulatedWest), sendEmulated)...)...)...)
	if end := o.events[len(o.events)-1]; o.code != 0 || end.End == nil || end.End.Ending != "open" {
		p.Fatalf("it did not take over: %s", o)
	}
	p.lap("users are served, roots agree")
	if text := o.says(dr.StepPublic); !strings.HasPrefix(text, "done ") {
		p.Errorf("users are not served: %s", text)
	}
	for name, end := range map[string]string{
		"origin.shop.example": ".us-west-2.elb.amazonaws.com", "grafana.shop.example": ".us-west-2.elb.amazonaws.com",
		"shop.example": ".cloudfront.net", "blog.shop.example": "blogs.example.net",
	} {
		if is := p.records()[name]; !strings.HasSuffix(is, end) {
			p.Errorf("%s leads to %q, not to one that ends in %s", name, is, end)
		}
	}
	runs := p.asBoto3(whatRuns)
	for _, want := range []string{"database shop-dr-db\n", "gateway\n", "balancer shop-dr\n", "service shop-dr-backend 2\n", "service shop-dr-frontend 2\n"} {
		if strings.Count(runs, want) != 1 {
			p.Errorf("us-west-2 does not run one %q but\n%s", want, runs)
		}
	}
	agreements := o.agreements()
	if len(agreements) < 8 {
		p.Errorf("not every root was looked at: %v", agreements)
	}
	for root, state := range agreements {
		if standbys := slices.Contains([]string{"bootstrap", "foundation", "data", "compute"}, root); standbys != (state == dr.AgreesYes) || !standbys && state != dr.AgreesUnseen {
			p.Errorf("with the roles that the run has left %s is %q", root, state)
		}
	}
}

// says is a step's newest state and words.
func (o outcome) says(step string) (words string) {
	for _, e := range o.events {
		if e.Type == "step" && e.Step == step {
			words = e.State + " " + e.Text
		}
	}
	return words
}

// agreements are what a run has seen of each root at its end.
func (o outcome) agreements() map[string]string {
	out := map[string]string{}
	for _, e := range o.events {
		if e.Type == "decided" && e.Name == dr.PinAgree {
			for _, a := range dr.Agreements(runbook.Pins{dr.PinAgree: e.Value}) {
				out[a.Root] = a.State
			}
		}
	}
	return out
}

// wasRestoredOnce: one restore in all, of the moment that was pinned.
func (p *activated) wasRestoredOnce(point time.Time) {
	p.Helper()
	restored := append(p.well("rds:RestoreDBInstanceToPointInTime us-west-2"), p.well("rds:RestoreDBInstanceFromDBSnapshot us-west-2")...)
	if len(restored) != 1 || !strings.Contains(restored[0].of, "RestoreTime="+point.Format(time.RFC3339)) || !strings.Contains(restored[0].of, "TargetDBInstanceIdentifier=shop-dr-db") {
		p.Errorf("%v was restored, not shop-dr-db of %s once", restored, point)
	}
	if deleted := p.well("rds:DeleteDBInstance us-west-2"); len(deleted) > 0 {
		p.Errorf("databases were deleted: %v", deleted)
	}
}

// leanedOnNothingDark: neither Terraform nor its provider has asked for anything that was dark. Lifeboat has, for the fence and to see
// whether it is back, and waits for none of it.
func (p *activated) leanedOnNothingDark() {
	p.Helper()
	asked, own := 0, map[string]int{}
	for _, r := range p.all() {
		if r.asTerraform() && r.at.After(p.dusk) {
			asked++
		}
	}
	for _, r := range p.night.lost.all() {
		if r.asTerraform() {
			p.Errorf("Terraform asked at %s for %s, and that is dark", r.at.Format("15:04:05"), r)
		}
		own[r.kind()]++
	}
	if asked < 500 || len(own) < 3 {
		p.Errorf("Terraform asked %d times in the dark, Lifeboat for %v: that is not all", asked, own)
	}
	p.Logf("in the dark Terraform asked %d times, all of it in us-west-2; what was dark was asked by Lifeboat alone: %v", asked, own)
}
