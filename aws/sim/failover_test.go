package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"lifeboat/aws/sim/cloud"
)

const (
	east    = "us-east-1"
	west    = "us-west-2"
	home    = "davidshaevel-dev-db"
	standby = "davidshaevel-dr-db"
)

// settle waits until a database has a status.
func (w *world) settle(t *testing.T, region, id, status string) {
	t.Helper()
	for range 7200 {
		if db := w.instance(t, region, id); db != nil && *db.DBInstanceStatus == status {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%s is never %s", id, status)
}

// write writes the numbers from..to through a balancer's own address, or the public name, and gives those acknowledged.
func (w *world) write(t *testing.T, dial string, from, to int) (acknowledged []int) {
	t.Helper()
	d := w.Description().Edge
	for n := from; n < to; n++ {
		g, err := w.ask(t, "POST", d.Write.URL, dial, fmt.Sprintf(`{"n": %d, "text": "row"}`, n))
		if err == nil && g.status == http.StatusCreated {
			acknowledged = append(acknowledged, n)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return acknowledged
}

// batch sends a batch of changes to Cloudflare.
func (w *world) batch(t *testing.T, changes map[string]any) {
	t.Helper()
	ask := func(method, path string, body []byte) (answer struct {
		Result []struct{ ID, Name string }
	}) {
		r, err := http.NewRequestWithContext(t.Context(), method, w.Description().Cloudflare+path, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer simulated")
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: w.network.DialContext}}).Do(r)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%s %s: %+v, %v", method, path, response, err)
		}
		defer func() { _ = response.Body.Close() }()
		_ = json.NewDecoder(response.Body).Decode(&answer) // a batch's result is another shape
		return answer
	}
	zone := "/zones/" + ask("GET", "/zones", nil).Result[0].ID
	var patches []map[string]any
	for _, r := range ask("GET", zone+"/dns_records", nil).Result {
		if to := changes[r.Name]; to != nil {
			patches = append(patches, map[string]any{"id": r.ID, "content": to})
		}
	}
	body, _ := json.Marshal(map[string]any{"patches": patches})
	ask("POST", zone+"/dns_records/batch", body)
}

// The whole of an unplanned failover by hand, over the network, and what is left of each row afterwards.
func TestAnUnplannedFailoverLosesWhatWasNotReplayedAndBothWritersAnswerAfterwards(t *testing.T) {
	inWorld(t, Options{Seed: 3}, func(t *testing.T, w *world) {
		d := w.Description()
		before := w.write(t, "", 0, 40)
		if len(before) != 40 {
			t.Fatalf("%d of 40 rows were acknowledged", len(before))
		}
		w.direct(t, "stall-replica")
		lost := w.write(t, "", 40, 60)
		replayed := w.listed(t, 1)
		w.direct(t, "darken", east)
		if g, err := w.ask(t, "POST", d.Edge.Write.URL, "", `{"n": 999}`); err == nil && g.status == 201 {
			t.Fatal("a dark region took a write")
		}

		if _, err := w.rds(west).PromoteReadReplica(t.Context(), &rds.PromoteReadReplicaInput{DBInstanceIdentifier: aws.String(standby)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ecs(west).UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Cluster: aws.String("dr-cluster"), Service: aws.String("davidshaevel-dr-backend"), DesiredCount: aws.Int32(2), HealthCheckGracePeriodSeconds: aws.Int32(1200),
		}); err != nil {
			t.Fatal(err)
		}
		w.settle(t, west, standby, "available")
		time.Sleep(3 * time.Minute)
		w.batch(t, map[string]any{"origin." + d.Edge.Zone: d.Regions[1].Balancers[0].DNSName, "grafana." + d.Edge.Zone: d.Regions[1].Balancers[0].DNSName})
		time.Sleep(61 * time.Second)
		if at := w.health(t, d.Edge.API.URL, ""); at != "dr" {
			t.Errorf("the API is served by %s", at)
		}
		after := w.write(t, "", 1000, 1010)
		want := strings.TrimSuffix(replayed, "]") + " " + strings.Trim(fmt.Sprint(after), "[]") + "]"
		if rows := w.listed(t, 1); rows != want || len(after) != 10 {
			t.Errorf("the new writer shows\n%s, want\n%s", rows, want)
		}

		w.direct(t, "return", east)
		time.Sleep(5 * time.Minute)
		stray := w.write(t, d.Regions[0].Probe.Dial, 2000, 2001)
		if rows, want := w.listed(t, 0), fmt.Sprint(append(append(before, lost...), stray...)); rows != want {
			t.Errorf("the old writer shows\n%s, want\n%s", rows, want)
		}
		old, err := w.reader(t, 0).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		promoted, err := w.reader(t, 1).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if old.InRecovery || promoted.InRecovery || old.SystemID != promoted.SystemID || promoted.Timeline != old.Timeline+1 {
			t.Errorf("the old writer says %+v, the new one %+v", old, promoted)
		}
		if old.Others() == 0 {
			t.Error("the tasks that came back with the region are not connected to the old writer")
		}
	})
}

func TestANewInstanceAnswersWhereTheOneOfItsNameDid(t *testing.T) {
	inWorld(t, Options{Seed: 3}, func(t *testing.T, w *world) {
		ctx := t.Context()
		before := w.DatabaseAddress(east, home)
		old, err := w.reader(t, 0).Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.rds(west).PromoteReadReplica(ctx, &rds.PromoteReadReplicaInput{DBInstanceIdentifier: aws.String(standby)}); err != nil {
			t.Fatal(err)
		}
		w.settle(t, west, standby, "available")
		kept := home + "-kept"
		if _, err := w.rds(east).ModifyDBInstance(ctx, &rds.ModifyDBInstanceInput{
			DBInstanceIdentifier: aws.String(home), NewDBInstanceIdentifier: &kept, ApplyImmediately: aws.Bool(true),
		}); err != nil {
			t.Fatal(err)
		}
		w.settle(t, east, kept, "available")
		if _, err := w.reader(t, 0).Read(ctx); err == nil {
			t.Error("the old name answers though no instance has it")
		}
		if a := w.DatabaseAddress(east, kept); a == "" || a == before {
			t.Errorf("the renamed instance answers at %q", a)
		}
		writer := w.instance(t, west, standby)
		if _, err := w.rds(east).CreateDBInstanceReadReplica(ctx, &rds.CreateDBInstanceReadReplicaInput{
			DBInstanceIdentifier: aws.String(home), SourceDBInstanceIdentifier: writer.DBInstanceArn, KmsKeyId: aws.String("alias/aws/rds"),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.reader(t, 0).Read(ctx); err == nil {
			t.Error("an instance answers while it is created")
		}
		w.settle(t, east, home, "available")
		fresh, err := w.reader(t, 0).Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !fresh.InRecovery || fresh.SystemID != old.SystemID || w.DatabaseAddress(east, home) != before {
			t.Errorf("at %s answers %+v", before, fresh)
		}
	})
}

func TestAStrayConnectionIsSeenUntilItIsTakenBack(t *testing.T) {
	inWorld(t, Options{Seed: 3}, func(t *testing.T, w *world) {
		ctx := t.Context()
		if _, err := w.ecs(east).UpdateService(ctx, &ecs.UpdateServiceInput{
			Cluster: aws.String("dev-cluster"), Service: aws.String("davidshaevel-dev-backend"), DesiredCount: aws.Int32(0),
		}); err != nil {
			t.Fatal(err)
		}
		w.Cloud().Locked(func(in *cloud.World) {
			for _, target := range in.Region(east).ScalableTargets {
				target.Min = 0
			}
		})
		time.Sleep(time.Minute)
		read := func() (others int, at string) {
			r, err := w.reader(t, 0).Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return r.Others(), r.CurrentLSN.String()
		}
		if n, _ := read(); n != 0 {
			t.Fatalf("%d connections are left after the fence", n)
		}
		w.direct(t, "stray-connection", east)
		n, first := read()
		time.Sleep(3 * time.Minute)
		if m, later := read(); n != 1 || m != 1 || first == later {
			t.Errorf("%d and %d connections, at %s and %s", n, m, first, later)
		}
		w.direct(t, "restore")
		if n, _ := read(); n != 0 {
			t.Errorf("%d connections after restore", n)
		}
	})
}
