package aws_test

import (
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// What a reprotection does with the database of old: a snapshot that is waited for, protection, another name. Nothing else of it changes.
func TestADatabaseIsKeptUnderAnotherNameWithASnapshot(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p.Locked(func(w *cloud.World) { database(w).DeletionProtection = false })
		must(c.ProtectFromDeletion(t.Context(), standby))
		before, err := c.Database(t.Context(), standby)
		must(err)
		want(t, "protected", before.DeletionProtection, true)
		want(t, "subnets, parameters and storage", []string{before.SubnetGroup, before.ParameterGroup, before.StorageType}, []string{dr + "-db-subnets", dr + "-db-parameters", "gp3"})
		if before.Tags["Name"] == "" && len(before.Tags) == 0 {
			t.Error("its tags were not read")
		}

		_, err = c.Snapshot(t.Context(), "kept")
		wantKind(t, "a snapshot that there is not", err, fault.NotFound)
		must(c.TakeSnapshot(t.Context(), standby, "kept", nil))
		s, err := c.Snapshot(t.Context(), "kept")
		must(err)
		want(t, "the snapshot at first", []string{s.ID, s.Database, s.Status, s.Type}, []string{"kept", standby, "creating", "manual"})
		time.Sleep(5 * time.Minute)
		if s, err = c.Snapshot(t.Context(), "kept"); err != nil || s.Status != "available" {
			t.Errorf("after five minutes: %+v, %v", s, err)
		}

		must(c.Rename(t.Context(), standby, "kept-db"))
		time.Sleep(5 * time.Minute)
		_, err = c.Database(t.Context(), standby)
		wantKind(t, "the old name", err, fault.NotFound)
		after, err := c.Databases(t.Context(), []string{standby, "kept-db"})
		must(err)
		if len(after) != 1 || after[0].ResourceID != before.ResourceID || after[0].Endpoint == before.Endpoint || after[0].Status != "available" {
			t.Errorf("under the new name: %+v", after)
		}
		wantKind(t, "a snapshot of the same name", c.TakeSnapshot(t.Context(), "kept-db", "kept", nil), fault.Refused)
		o := p.order("kept-db")
		wantKind(t, "a replica in the place of a database", c.CreateReplica(t.Context(), o), fault.Refused)
	})
}
