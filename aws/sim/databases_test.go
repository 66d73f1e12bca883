package sim

import (
	"context"
	"errors"
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/pg"
)

// reader asks a region's database as Lifeboat does, TLS and all.
func (w *world) reader(t *testing.T, region int) *pg.Reader {
	t.Helper()
	d := w.Description().Regions[region]
	db := d.Databases[0]
	r := pg.NewReader(pg.Target{
		Region: d.Name, Name: db.ID, Host: db.Host, Port: db.Port, User: db.User, Database: db.Database,
		SSLMode: db.SSLMode, RootCA: db.RootCA, Dial: w.network.DialContext,
		Password: func(context.Context) (string, error) { return cloud.FirstPassword, nil },
	})
	t.Cleanup(r.Close)
	return r
}

func TestTheDatabasesAnswerForThemselves(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		time.Sleep(time.Minute)
		writer, err := w.reader(t, 0).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		replica, err := w.reader(t, 1).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if writer.InRecovery || !replica.InRecovery {
			t.Errorf("in recovery: the writer %t, the replica %t", writer.InRecovery, replica.InRecovery)
		}
		if writer.SystemID == 0 || writer.SystemID != replica.SystemID {
			t.Errorf("system identifiers %d and %d", writer.SystemID, replica.SystemID)
		}
		if replica.ReplayLSN == 0 || replica.ReplayLSN > replica.ReceiveLSN || replica.ReceiveLSN > writer.CurrentLSN {
			t.Errorf("written %s, received %s, replayed %s", writer.CurrentLSN, replica.ReceiveLSN, replica.ReplayLSN)
		}
		if len(writer.Slots) != 1 || !writer.Slots[0].Active || len(writer.Standbys) != 1 || replica.Receiver.Status != "streaming" {
			t.Errorf("slots %+v, standbys %+v, receiver %+v", writer.Slots, writer.Standbys, replica.Receiver)
		}
		if writer.Others() == 0 {
			t.Error("no application is connected to the writer")
		}
	})
}

func TestAStalledReplicaMakesTheWritersSlotHoldBackMore(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		before, err := w.reader(t, 0).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.direct(t, "stall-replica")
		time.Sleep(10 * time.Minute)
		after, err := w.reader(t, 0).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if after.Slots[0].Active || after.Slots[0].Retained <= before.Slots[0].Retained {
			t.Errorf("the slot was %+v and is %+v", before.Slots[0], after.Slots[0])
		}
	})
}

func TestADatabaseThatStartsSaysSo(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		w.direct(t, "reboot-database", "us-east-1")
		_, err := w.reader(t, 0).Read(t.Context())
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Unavailable {
			t.Errorf("the rebooting database answers with %v", err)
		}
	})
}

func TestADatabaseInADarkRegionNeverAnswers(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		w.direct(t, "darken", "us-east-1")
		_, err := w.reader(t, 0).Read(t.Context())
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.TimedOut {
			t.Errorf("the dark database answers with %v", err)
		}
		if _, err := w.reader(t, 1).Read(t.Context()); err != nil {
			t.Errorf("the other one: %v", err)
		}
	})
}
