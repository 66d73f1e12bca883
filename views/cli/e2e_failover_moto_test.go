//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// These tests have the built program take an estate over that lives in an AWS emulator which others wrote, and hold what came over the
// wire against what its plan said. Around the emulator are inputs of the test alone, for what no emulator has:
//
//   - who answers on the balancers' addresses and on the public name: servers of the test, by whether the emulator was told to
//     promote and where the zone or the CDN leads;
//   - Cloudflare: the simulator's API on a zone of its own;
//   - ECS's scheduler, which the emulator lacks: a script runs and stops tasks so that every service has as many as it says. Each
//     service has a cluster of its own, since the emulator lists all tasks of a cluster whatever service is asked for, and the
//     recorder puts cpu and memory of tasks in words, which the emulator says in numbers;
//   - CloudWatch's datapoints of RDS: the same script publishes connections, free storage and lag, once a second instead of once a
//     minute, and refresh.metrics says so;
//   - the digests of running images, which its tasks do not have, and Fargate's quotas: a switchover overrides that images are unknown.
//
// The emulator checks no signature's secret and no permission: that the operator's session may do what it does is not shown here, only
// that every change is signed with it.

// sized is what the region that takes over is made of.
type sized struct {
	frontend, frontendMost, backendMost int // tasks and ceilings
	retention                           int // of backups, days
	zones                               bool
}

var (
	// asItWas: the frontend was scaled out to 4 under load, and the load comes along.
	asItWas = sized{4, 8, 6, 14, true}
	// asBuilt is what lifeboat.yaml says, where the region being left was never read.
	asBuilt = sized{3, 6, 4, 7, false}
)

// changed are the changes that taking this estate over makes, by step, with everything that they say. The roles are kept in the bucket
// that the journal is in, under a key of their own.
func (w *emulated) changed(s sized) map[string][]string {
	roles := "s3:PutObject us-west-2: shop-state/lifeboat/roles.auto.tfvars.json"
	want := map[string][]string{
		"freeze": {roles},
		"fence": {
			"application-autoscaling:RegisterScalableTarget us-east-1: MaxCapacity=0 MinCapacity=0 ResourceId=service/shop-api/shop-backend",
			"ecs:UpdateService us-east-1: cluster=shop-api desiredCount=0 service=shop-backend",
		},
		"floors": {
			fmt.Sprintf("application-autoscaling:RegisterScalableTarget us-west-2: MaxCapacity=%d MinCapacity=3 ResourceId=service/dr-web/dr-frontend", s.frontendMost),
			fmt.Sprintf("application-autoscaling:RegisterScalableTarget us-west-2: MaxCapacity=%d MinCapacity=2 ResourceId=service/dr-api/dr-backend", s.backendMost),
		},
		"scale": {
			fmt.Sprintf("ecs:UpdateService us-west-2: cluster=dr-web desiredCount=%d healthCheckGracePeriodSeconds=1200 service=dr-frontend", s.frontend),
			"ecs:UpdateService us-west-2: cluster=dr-api desiredCount=2 healthCheckGracePeriodSeconds=1200 service=dr-backend",
		},
		"promote": {fmt.Sprintf("rds:PromoteReadReplica us-west-2: BackupRetentionPeriod=%d DBInstanceIdentifier=dr-db", s.retention)},
		"deploy":  {"ecs:UpdateService us-west-2: cluster=dr-api forceNewDeployment=true service=dr-backend"},
		"invalidate": {
			"cloudfront:CreateInvalidation: 2020-05-31/distribution/" + w.built.Distribution + "/invalidation",
		},
		"isolate": {
			"rds:ModifyDBInstance us-east-1: ApplyImmediately=true DBInstanceIdentifier=shop-db VpcSecurityGroupIds.VpcSecurityGroupId.1=" + w.built.Isolated,
		},
		"protect": {"cloudwatch:PutMetricAlarm us-west-2: lifeboat-shop-dr-db-storage"},
		"grace": {
			"ecs:UpdateService us-west-2: cluster=dr-web healthCheckGracePeriodSeconds=30 service=dr-frontend",
			"ecs:UpdateService us-west-2: cluster=dr-api healthCheckGracePeriodSeconds=45 service=dr-backend",
		},
		"roles": {roles},
	}
	if s.zones {
		want["protect"] = append(want["protect"], "rds:ModifyDBInstance us-west-2: ApplyImmediately=true DBInstanceIdentifier=dr-db MultiAZ=true")
	}
	if w.zone != nil {
		want["edge"] = []string{"cloudflare:BatchDNSRecords: "}
	} else {
		want["cdn"] = []string{"cloudfront:UpdateDistribution: 2020-05-31/distribution/" + w.built.Distribution + "/config"}
	}
	return want
}

// takenOver is the estate after that, as boto3 reads it, by how it was read before.
func (w *emulated) takenOver(run string, s sized, before reading) reading {
	groups := before[emulatedWest].(map[string]any)["database"].(map[string]any)["groups"]
	service := func(n, grace, floor, ceiling int) map[string]any {
		return map[string]any{"desired": n, "running": n, "tasks": n, "grace": grace, "floor": floor, "ceiling": ceiling}
	}
	api := "standby"
	if w.zone != nil {
		api = "origin" // a name of the zone: it was moved there
	}
	capacity := func(least, most int) map[string]any { return map[string]any{"min": least, "max": most} }
	return reading{
		emulatedEast: map[string]any{
			"services": map[string]any{"frontend": service(4, 60, 3, 8), "backend": service(0, 60, 0, 0)},
			"database": map[string]any{"status": "available", "source": "", "replicas": []any{}, "retention": 14, "multi_az": true, "groups": []any{w.built.Isolated}},
			"alarms":   []any{},
		},
		emulatedWest: map[string]any{
			"services": map[string]any{"frontend": service(s.frontend, 30, 3, s.frontendMost), "backend": service(2, 45, 2, s.backendMost)},
			"database": map[string]any{"status": "available", "source": "", "replicas": []any{}, "retention": s.retention, "multi_az": s.zones, "groups": groups},
			"alarms": []any{map[string]any{
				"name": "lifeboat-shop-dr-db-storage", "metric": "FreeStorageSpace", "comparison": "LessThanThreshold", "threshold": 4 << 30,
				"dimensions": map[string]any{"DBInstanceIdentifier": "dr-db"},
			}},
		},
		"edge": map[string]any{
			"behaviors":     map[string]any{"*": "pages", "/api/*": api},
			"invalidations": []any{[]any{run, []any{"/*"}}, []any{"release-1", []any{"/*"}}},
		},
		"roles": map[string]any{
			"roles_version": 2, "writer_region": emulatedWest, "serving_region": emulatedWest, "no_standby": true, "frozen_by": "",
			"capacity": map[string]any{
				emulatedEast: map[string]any{"frontend": capacity(3, 6), "backend": capacity(0, 0)},
				emulatedWest: map[string]any{"frontend": capacity(3, s.frontendMost), "backend": capacity(2, s.backendMost)},
			},
		},
	}
}

// deployments takes the ids of the deployments out of a reading: they are of the emulator's making.
func deployments(r reading) map[string]any {
	out := map[string]any{}
	for _, region := range []string{emulatedEast, emulatedWest} {
		for name, s := range r[region].(map[string]any)["services"].(map[string]any) {
			s := s.(map[string]any)
			out[region+" "+name] = s["deployment"]
			delete(s, "deployment")
		}
	}
	return out
}

// holdEstate holds the estate that the emulator has now against what a run was to make of it.
func (w *emulated) holdEstate(run string, s sized, before reading) {
	w.Helper()
	after := w.read()
	was, is := deployments(before), deployments(after)
	for service := range was {
		if anew := service == emulatedWest+" backend"; (was[service] != is[service]) != anew {
			w.Errorf("%s: deployment %v, then %v", service, was[service], is[service])
		}
	}
	same(w.TB.(*testing.T), "the plan against the emulator", w.takenOver(run, s, before), after)
	if w.zone == nil {
		return
	}
	same(w.TB.(*testing.T), "the plan against the zone", map[string]string{
		"example.com": w.built.Domain, "origin.example.com": w.built.Balancers[emulatedWest], "old.example.com": w.built.Balancers[emulatedWest],
		"blog.example.com": "blogs.example.net",
	}, w.records())
}

// Requests of the run that belong to no step: who it is, and where its journal and its lease are kept.
func ofNoStep(r request) bool {
	return strings.HasPrefix(r.operation, "sts:") || strings.HasPrefix(r.operation, "s3:") && !strings.HasSuffix(r.of, "/lifeboat/roles.auto.tfvars.json")
}

// since are the requests from a moment on that belong to steps: those that changed something, and the others.
func (w *emulated) since(at time.Time) (changes, reads []request) {
	for _, r := range w.all() {
		switch {
		case r.at.Before(at) || ofNoStep(r):
		case !r.changes():
			reads = append(reads, r)
		case r.status/100 == 2:
			changes = append(changes, r)
		}
	}
	return changes, reads
}

// holdCalls holds every request of a run against its plan.
func (w *emulated) holdCalls(e told) {
	w.Helper()
	plan, at := e.plan(w)
	changes, reads := w.since(at)
	of := shared(w, plan, changes, w.changed(asItWas))
	holdChanges(w, e, plan, of)
	reads = slices.DeleteFunc(reads, func(r request) bool {
		return !e.executed().covers(r.at) || readAgain(plan, e, r) || ofFirstRounds(r) && r.at.Before(at.Add(5*time.Second))
	})
	holdReads(w, e, plan, slices.Concat(changes, reads))
	w.Logf("%d changes and %d other requests of %d steps", len(changes), len(reads), len(plan.Steps))
	w.holdSession(e, changes)
}

// ofFirstRounds says whether a request may be one by which the watch reads the edge once more when it has learned the balancers' names:
// such a round may last into the run.
func ofFirstRounds(r request) bool {
	return slices.Contains([]string{"cloudflare:ListZones", "cloudflare:ListDNSRecords", "cloudflare:ListHealthChecks", "cloudflare:ListPools",
		"cloudfront:GetDistribution"}, r.operation)
}

// readAgain says whether a request is of a process that has taken the run up, and reads the receipt again that it found.
func readAgain(plan *runbook.Plan, e told, r request) bool {
	i := slices.IndexFunc(plan.Steps, func(s runbook.PlannedStep) bool { return s.ID == "fence" })
	resumed := slices.ContainsFunc(e, func(h happened) bool { return h.Type == "resumed" && h.Time.Before(r.at) })
	return resumed && declares(plan.Steps[i], r.kind())
}

// holdSession: whoever changes things is the operator, whose role was taken on once, after a gate, in the region that takes over. The
// roles file is kept as the journal is, by whoever reads.
func (w *emulated) holdSession(e told, changes []request) {
	w.Helper()
	_, at := e.plan(w)
	processes := 0
	for _, h := range e {
		if h.End != nil {
			processes++
		}
	}
	var assumed []request
	for _, r := range w.all() {
		if r.operation == "sts:AssumeRole" && !r.at.Before(at) {
			assumed = append(assumed, r)
		}
	}
	if len(assumed) != processes {
		w.Errorf("the role was taken on %d times by %d processes", len(assumed), processes)
	}
	for _, r := range assumed {
		if gate := e.passed("gate open"); r.region != emulatedWest || gate.IsZero() || !r.at.After(gate) {
			w.Errorf("%s at %s, and the gate was passed at %s", r, r.at, gate)
		}
	}
	for _, r := range changes {
		service, _, _ := strings.Cut(r.operation, ":")
		if operator := strings.HasPrefix(r.key, "ASIA"); operator != (service != "s3" && service != "cloudflare") {
			w.Errorf("%s is signed with %q", r, r.key)
		}
	}
}

// holdJournals: every journal that is kept is what was written, and closed.
func (w *emulated) holdJournals(runs ...string) {
	w.Helper()
	code, out := w.lifeboat("history", "verify")
	var closed []string
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var v struct {
			Run    string
			Closed bool
			Error  string
		}
		if err := d.Decode(&v); err != nil {
			w.Fatalf("%v in\n%s", err, out)
		}
		if v.Closed && v.Error == "" {
			closed = append(closed, v.Run)
		}
	}
	slices.Sort(closed)
	if slices.Sort(runs); code != 0 || !slices.Equal(closed, runs) {
		w.Errorf("history verify ends with %d and finds %q whole, want %q", code, closed, runs)
	}
}

const (
	openEmulated = "fail over us-east-1 to us-west-2"
	sendEmulated = "send users to us-west-2"
)

func TestAFailoverMakesTheCallsInAnEmulatorThatItSaysItMakes(t *testing.T) {
	w := emulate(t, seldom)
	before := w.read()

	code, dry := w.run("switchover", "--dry-run")
	_, at := dry.plan(t)
	if changes, reads := w.since(at); code != 0 || len(changes) > 0 || len(reads) < 10 {
		t.Errorf("a dry run ends with %d, changed %v and asked for %d things", code, changes, len(reads))
	}
	for _, id := range []string{"freeze", "fence", "floors", "scale", "promote", "deploy", "edge", "protect", "roles"} {
		if state, text := dry.step(id); state != "would do" {
			t.Errorf("in a dry run %s is %s (%s)", id, state, text)
		}
	}
	same(t, "before a dry run and after", before, w.read())

	code, e := w.run("failover", "--confirm", openEmulated, "--confirm", sendEmulated)
	if end := e.end(t); code != 0 || end.End.Ending != "done" {
		t.Fatalf("the failover ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	w.holdCalls(e)
	w.holdEstate(e[0].Run, asItWas, before)
	w.holdJournals(dry[0].Run, e[0].Run)
	holdReceipt(t, e)
}

// holdReceipt: the fence was proven by CloudWatch, over periods that were over.
func holdReceipt(t *testing.T, e told) {
	t.Helper()
	value, at := e.decided("receipt.1")
	var r struct {
		At time.Time
		By string
	}
	if err := json.Unmarshal([]byte(value), &r); err != nil {
		t.Fatalf("the receipt %q: %v", value, err)
	}
	if r.By != "cloudwatch" || r.At.After(at) {
		t.Errorf("the receipt of %s is by %s, of %s", at, r.By, r.At)
	}
}

// longer is for tests that show a variant of what is shown already.
func longer(t *testing.T) {
	t.Helper()
	if os.Getenv("LIFEBOAT_E2E") == "" {
		t.Skip("LIFEBOAT_E2E=full has it run")
	}
}

func TestAFailoverThatWasNotToldToSendUsersStopsAndIsResumedWithoutDoingAnythingTwice(t *testing.T) {
	longer(t)
	w := emulate(t, seldom)
	before := w.read()
	code, first := w.run("failover", "--confirm", openEmulated)
	if end := first.end(t); code != 4 || end.End.Ending != "stopped" || !strings.Contains(end.Text, fmt.Sprintf("--confirm %q", sendEmulated)) {
		t.Fatalf("without the second phrase it ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	if w.done("cloudflare:BatchDNSRecords") {
		t.Error("users were sent, and nobody had said so")
	}
	code, second := w.run("resume", first[0].Run, "--confirm", sendEmulated)
	if end := second.end(t); code != 0 || end.End.Ending != "done" {
		t.Fatalf("resumed, it ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	w.holdCalls(slices.Concat(first, second))
	w.holdEstate(first[0].Run, asItWas, before)
	w.holdJournals(first[0].Run)
}

func TestASwitchoverMakesTheCallsInAnEmulatorThatItSaysItMakesAndProvesThatNothingIsLost(t *testing.T) {
	longer(t)
	w := emulate(t, seldom)
	before := w.read()
	code, e := w.run("switchover", "--confirm", "switch over us-east-1 to us-west-2", "--confirm", sendEmulated,
		"--confirm", "start with unknown images", "--reason", "the emulator's tasks have no digests")
	if end := e.end(t); code != 0 || end.End.Ending != "done" {
		t.Fatalf("the switchover ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	w.holdCalls(e)
	w.holdEstate(e[0].Run, asItWas, before)
	w.holdJournals(e[0].Run)
	holdReceipt(t, e)
	if token, _ := e.decided("token"); !strings.HasPrefix(token, "ReplicaLag ") {
		t.Errorf("the token says %q", token)
	}
}

func TestWithoutAZoneUsersAreMovedInAnEmulatorByTheDistributionsOrigin(t *testing.T) {
	longer(t)
	alone := seldom
	alone.origin = ""
	w := emulate(t, alone)
	before := w.read()
	code, e := w.run("failover", "--confirm", openEmulated, "--confirm", sendEmulated)
	if end := e.end(t); code != 0 || end.End.Ending != "done" {
		t.Fatalf("the failover ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	w.holdCalls(e)
	w.holdEstate(e[0].Run, asItWas, before)
	w.holdJournals(e[0].Run)
}

// The region being left answers 503 to everything, and so does CloudFront, whose control plane lives there.
func TestARunAwayFromADarkRegionOfAnEmulatorGoesOnFencingUntilThatAnswers(t *testing.T) {
	longer(t)
	w := emulate(t, emulation{origin: seldom.origin, fast: "1s", slow: "2s", fence: "5s"})
	before := w.read()
	if code, _ := w.run("failover", "--dry-run"); code != 0 { // what is read last of the edge is kept
		t.Fatalf("the dry run ended with %d", code)
	}
	w.tell("/dr/fault", `{"region": "us-east-1", "service": "*", "action": "*", "status": 503}`)
	code, e := w.run("failover", "--confirm", openEmulated, "--confirm", sendEmulated,
		"--confirm", "promote without a fence receipt", "--reason", "the region is dark")
	if end := e.end(t); code != 0 || end.End.Ending != "open" {
		t.Fatalf("away from a dark region it ended with %d, %s: %s", code, end.End.Ending, end.Text)
	}
	plan, at := e.plan(t)
	changes, _ := w.since(at)
	for _, r := range changes {
		if r.region == emulatedEast || strings.HasPrefix(r.operation, "cloudfront:") {
			t.Errorf("%s was answered, and the region is dark", r)
		}
	}
	w.tell("/dr/reset", "{}")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if w.closed(e[0].Run) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a minute after the region's return the run is not closed")
		}
	}
	changes, _ = w.since(at)
	shared(t, plan, changes, w.changed(asBuilt))
	w.holdEstate(e[0].Run, asBuilt, before)
}

// closed says whether a run's journal is.
func (w *emulated) closed(run string) bool {
	w.Helper()
	_, out := w.lifeboat("history", "verify", run)
	var v struct{ Closed bool }
	return json.Unmarshal(out, &v) == nil && v.Closed
}
