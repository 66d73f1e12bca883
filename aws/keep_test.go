package aws_test

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// What a reprotection does with the database of old: a snapshot that is waited for, protection, another name. Nothing else of it changes.
func TestADatabaseIsKeptUnderAnotherNameWithASnapshot(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c, region := changer(t, p.spec(west), nil), reader(t, p.spec(west))
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

		name := aws.KeptName(standby, time.Now())
		if r := region.Slow(t.Context(), aws.Slow{}); r.Kept.Err != nil || len(r.Kept.Value) > 0 {
			t.Errorf("kept before: %+v", r.Kept)
		}
		must(c.Rename(t.Context(), standby, name))
		time.Sleep(5 * time.Minute)
		_, err = c.Database(t.Context(), standby)
		wantKind(t, "the old name", err, fault.NotFound)
		after, err := c.Databases(t.Context(), []string{standby, name})
		must(err)
		if len(after) != 1 || after[0].ResourceID != before.ResourceID || after[0].Endpoint == before.Endpoint || after[0].Status != "available" {
			t.Errorf("under the new name: %+v", after)
		}
		wantKind(t, "a snapshot of the same name", c.TakeSnapshot(t.Context(), name, "kept", nil), fault.Refused)
		if r := region.Slow(t.Context(), aws.Slow{}); len(r.Kept.Value) != 1 || r.Kept.Value[0].ID != name {
			t.Errorf("kept afterwards: %+v", r.Kept)
		}
		o := p.order(name)
		wantKind(t, "a replica in the place of a database", c.CreateReplica(t.Context(), o), fault.Refused)
	})
}

func TestAKeptNameSaysOfWhatAndSinceWhenAndIsNeverTooLong(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 14, 15, 0, time.UTC)
	for id, want := range map[string]string{
		"dev-db": "dev-db-kept-20261123-031415",
		"a-name-that-is-about-as-long-as-rds-lets-one-be-which-is-63-char": "a-name-that-is-about-as-long-as-rds-lets-o-kept-20261123-031415",
		"a-name-whose-cut-would-end-in-a-hyphen-abc-defghijklmnop":         "a-name-whose-cut-would-end-in-a-hyphen-abc-kept-20261123-031415",
		"a-name-whose-cut-would-end-in-a-hyphen-ab-cdefghijklmnop":         "a-name-whose-cut-would-end-in-a-hyphen-ab-kept-20261123-031415",
	} {
		name := aws.KeptName(id, at)
		of, since, ok := aws.KeptOf(name)
		if name != want || len(name) > 63 || !ok || !since.Equal(at) || !strings.HasPrefix(id, of) {
			t.Errorf("%s is kept as %s: of %s since %s", id, name, of, since)
		}
	}
	for _, id := range []string{"dev-db", "dev-db-kept", "-kept-20261123-031415", "dev-db-kept-20261123-0314"} {
		if _, _, ok := aws.KeptOf(id); ok {
			t.Errorf("%s counts as kept", id)
		}
	}
}
