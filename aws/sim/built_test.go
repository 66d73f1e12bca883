package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
)

// madeBy is the estate of a strategy, and how it was made.
func madeBy(t *testing.T, strategy cloud.Holding) (*cloud.Cloud, *built) {
	t.Helper()
	b := newBuilt(Options{Seed: 7, Scenario: &Scenario{Estate: string(strategy)}}.withScenario(), t.TempDir())
	if err := b.all(); err != nil {
		t.Fatal(err)
	}
	b.cloud.Locked(func(w *cloud.World) { w.Matured() })
	return b.cloud, b
}

func TestAnEstateWithoutAReplicaIsAsItsStrategyHasIt(t *testing.T) {
	for _, c := range []struct {
		strategy            cloud.Holding
		balancers, services int
	}{{cloud.ColdStandby, 1, 4}, {cloud.PilotLight, 0, 0}} {
		t.Run(string(c.strategy), func(t *testing.T) {
			made, b := madeBy(t, c.strategy)
			if left := time.Until(b.clock.Now()); left > 0 {
				t.Errorf("it was made until %s from now: nothing may lie in the future", left)
			}
			made.Locked(func(w *cloud.World) {
				home, away := w.Regions[0], w.Regions[1]
				services := 0
				for _, cl := range away.Clusters {
					services += len(cl.Services)
					for _, s := range cl.Services {
						if s.Desired != 0 || s.Count(cloud.Running) != 0 {
							t.Errorf("%s has tasks", s.Name)
						}
					}
				}
				if len(away.Balancers) != c.balancers || services != c.services || len(away.Databases) != 0 {
					t.Errorf("%s has %d balancers, %d services, %d databases", away.Name, len(away.Balancers), services, len(away.Databases))
				}
				if len(away.Backups) != 1 || away.Backups[0].Status != "Replicating" || len(away.Snapshots) < 7 {
					t.Errorf("recovery points: %d backups, %d snapshots", len(away.Backups), len(away.Snapshots))
				}
				if !slices.ContainsFunc(away.Snapshots, func(s *cloud.Snapshot) bool { return s.Status == "creating" }) {
					t.Error("no copy is on its way")
				}
				for _, s := range home.Clusters[0].Services {
					if s.Count(cloud.Running) != s.Desired || s.Desired == 0 {
						t.Errorf("%s runs %d of %d", s.Name, s.Count(cloud.Running), s.Desired)
					}
				}
			})
		})
	}
}

func TestEveryRootOfSuchAnEstatePlansToNoChanges(t *testing.T) {
	_, b := madeBy(t, cloud.PilotLight)
	for name := range b.outputs {
		dir := filepath.Join(b.dir, name)
		text, err := json.Marshal(b.variables(name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "estate.auto.tfvars.json"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		var said, complaints bytes.Buffer
		if code := b.at.Run(context.Background(), dir, []string{"plan", "-out=plan"}, &said, &complaints); code != 0 {
			t.Errorf("%s: %d, %s %s", name, code, said.String(), complaints.String())
		}
	}
}

// Incident 12: a restored database has the password of the moment that it was restored to, and the secret today's.
func TestARestoredDatabaseHasThePasswordAndTheRowsOfItsMoment(t *testing.T) {
	made, b := madeBy(t, cloud.ColdStandby)
	var oldest, copying string
	made.Locked(func(w *cloud.World) {
		for _, s := range w.Regions[1].Snapshots {
			if s.Status == "creating" {
				copying = s.ID
			}
		}
		oldest = w.Regions[1].Snapshots[0].ID
	})
	for _, text := range []string{"one", "two"} {
		if _, err := made.Insert(w1, "davidshaevel-db", text); err != nil {
			t.Fatal(err)
		}
		b.pause(time.Minute)
	}
	wait := func(d time.Duration) {
		b.clock.pass(d)
		made.Locked(func(*cloud.World) {})
	}
	wait(time.Hour)
	made.Locked(func(w *cloud.World) {
		away := w.Regions[1]
		if _, err := w.Restore(away, cloud.RestoreOrder{ID: "x", Snapshot: copying}); err == nil || !strings.Contains(err.Error(), "not available") {
			t.Errorf("a copy on its way is restored: %v", err)
		}
		if _, err := w.Restore(away, cloud.RestoreOrder{ID: "x", Backups: away.Backups[0].ARN, At: w.Now()}); err == nil {
			t.Error("a moment that was not replicated yet is restored")
		}
		for _, o := range []cloud.RestoreOrder{{ID: "old", Snapshot: oldest}, {ID: "new", Backups: away.Backups[0].ARN}} {
			if _, err := w.Restore(away, o); err != nil {
				t.Error(err)
			}
		}
	})
	wait(20 * time.Minute)
	for id, want := range map[string]struct {
		rows     int
		password string
	}{"old": {0, "simulated-before"}, "new": {2, cloud.FirstPassword}} {
		rows, err := made.Rows(w2, id)
		if err != nil || len(rows) != want.rows {
			t.Errorf("%s shows %d rows, %v", id, len(rows), err)
		}
		if pg, err := made.SQL(w2, id); err != nil || pg.Password != want.password || pg.Starting {
			t.Errorf("%s: %+v, %v", id, pg, err)
		}
	}
}

const w1, w2 = "us-east-1", "us-west-2"
