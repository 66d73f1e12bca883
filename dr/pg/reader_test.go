package pg_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/pgwire"
	"lifeboat/dr/pg"
)

func TestAPrimarySaysItsPositionSlotsStandbysAndConnections(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := mustRead(t, (&simulated{state: primaryDatabase()}).serve(t).reader(t))
		if r.InRecovery || r.Version != "15.12" || r.SystemID != 7312 || r.Timeline != 3 || r.CurrentLSN != 0x16B374D848 ||
			r.Settings != (pg.Settings{WALLevel: "replica", MaxSlotWALKeepSize: 10 << 30}) {
			t.Errorf("%+v", r)
		}
		slots := []pg.Slot{
			{Name: "rds_us_west_2_dr_db", Type: "physical", Active: true, Status: "reserved", Retained: 4096, Safe: 5 << 30},
			{Name: "gone", Type: "physical", Status: "lost", Safe: 0},
			{Name: "free", Type: "logical", Status: "extended", Retained: 1 << 20, Safe: pg.NoLimit},
			{Name: "late", Type: "logical", Status: "unreserved", Retained: 1 << 30, Safe: 0},
		}
		if !reflect.DeepEqual(r.Slots, slots) || r.SlotsErr != nil {
			t.Errorf("slots %+v, %v", r.Slots, r.SlotsErr)
		}
		standbys := []pg.Standby{{User: "rdsrepladmin", Application: "walreceiver", Client: "10.1.21.5", State: "streaming",
			Sync: "async", Sent: 0x16B374D848, Replayed: 0x16B374D000, ReplayLag: 1500 * time.Microsecond}}
		if !reflect.DeepEqual(r.Standbys, standbys) || r.StandbysErr != nil {
			t.Errorf("standbys %+v, %v", r.Standbys, r.StandbysErr)
		}
		if fault.KindOf(r.HeartbeatErr) != fault.NotConfigured {
			t.Errorf("heartbeat without a table: %v", r.HeartbeatErr)
		}
		if _, ok := r.CommitAge(); ok {
			t.Error("a primary has a replayed commit")
		}
	})
}

func TestAStandbySaysHowFarItCame(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := mustRead(t, (&simulated{state: standbyDatabase()}).serve(t).reader(t))
		want := pg.Receiver{Status: "streaming", Timeline: 3, Heard: time.Date(2026, 11, 23, 3, 15, 0, 0, time.UTC)}
		if !r.InRecovery || r.ReceiveLSN != 0x16B374D848 || r.ReplayLSN != 0x16B374D000 || r.Timeline != 3 ||
			!r.LastReplay.Equal(time.Date(2026, 11, 23, 3, 14, 7, 123456000, time.UTC)) || r.ReplayPaused ||
			r.Receiver.Status != want.Status || r.Receiver.Timeline != want.Timeline || !r.Receiver.Heard.Equal(want.Heard) {
			t.Errorf("%+v", r)
		}
		if len(r.Slots)+len(r.Standbys) > 0 || r.SlotsErr != nil || r.StandbysErr != nil {
			t.Errorf("a standby was asked for a primary's: %+v", r)
		}
	})
}

func TestAStandbyWithoutAReceiverHasNone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := standbyDatabase()
		d.Receiver, d.LastReplay, d.Received, d.Paused = nil, time.Time{}, 0, true
		r := mustRead(t, (&simulated{state: d}).serve(t).reader(t))
		if r.Receiver != (pg.Receiver{}) || r.ReceiverErr != nil || !r.LastReplay.IsZero() || r.ReceiveLSN != 0 || !r.ReplayPaused {
			t.Errorf("%+v", r)
		}
	})
}

func TestOurOwnConnectionsAreNotCountedAmongTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		colleague := s.reader(t)
		mustRead(t, colleague)
		stranger := s.reader(t, func(t *pg.Target) { t.User = "somebody" }) // calls itself lifeboat, as another user
		mustRead(t, stranger)
		r := mustRead(t, s.reader(t))
		own := 0
		for _, c := range r.Connections {
			if c.Own {
				own += c.Count
			}
		}
		if own != 2 || r.Others() != 13 || r.ConnectionsErr != nil {
			t.Errorf("%d own, %d others of %+v", own, r.Others(), r.Connections)
		}
	})
}

func TestOneConnectionServesManyReadings(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := s.reader(t)
		for range 5 {
			mustRead(t, r)
			time.Sleep(15 * time.Second)
		}
		if s.dialled() != 1 {
			t.Errorf("%d connections were made for 5 readings", s.dialled())
		}
	})
}

func TestEarlierPositionsAreRememberedUntilTheHistoryChanges(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := s.reader(t)
		first := mustRead(t, r)
		time.Sleep(15 * time.Second)
		idle := mustRead(t, r)
		time.Sleep(15 * time.Second)
		s.set(func(d *pgwire.Database) { d.Current += 1000 })
		wrote := mustRead(t, r)
		if len(first.Earlier) != 0 || len(idle.Earlier) != 1 || !idle.Earlier[0].Time.Equal(first.ServerTime) {
			t.Errorf("first %v, idle %v", first.Earlier, idle.Earlier)
		}
		if want := (pg.Mark{Time: idle.ServerTime, LSN: idle.CurrentLSN}); len(wrote.Earlier) != 1 || wrote.Earlier[0] != want {
			t.Errorf("an idle time is more than its last moment: %v, want %v", wrote.Earlier, want)
		}
		s.set(func(d *pgwire.Database) { d.Timeline++ })
		if promoted := mustRead(t, r); len(promoted.Earlier) != 0 {
			t.Errorf("another timeline, and yet %v", promoted.Earlier)
		}
	})
}

func TestThePositionsRememberedAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := s.reader(t)
		var last pg.Reading
		for range 300 {
			s.set(func(d *pgwire.Database) { d.Current++ })
			last = mustRead(t, r)
		}
		if n := len(last.Earlier); n != 256 || last.Earlier[n-1].LSN != last.CurrentLSN-1 {
			t.Errorf("%d are remembered, the newest %v of %v", n, last.Earlier[n-1], last.CurrentLSN)
		}
	})
}

func TestTheWayToTheServerIsNoSkew(t *testing.T) {
	r := pg.Reading{At: noon, RoundTrip: 2 * time.Second, ServerTime: after(1.5)}
	if skew, within := r.Skew(); skew != 500*time.Millisecond || within != time.Second {
		t.Errorf("skew %v, give or take %v", skew, within)
	}
}

func TestTheServersClockIsComparedWithOurs(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := mustRead(t, s.reader(t, func(t *pg.Target) { t.Now = func() time.Time { return time.Now().Add(-3 * time.Second) } }))
		if skew, within := r.Skew(); skew != 3*time.Second || within != 0 {
			t.Errorf("skew %v, give or take %v", skew, within)
		}
	})
}

func TestAHeartbeatTableIsReadByName(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := standbyDatabase()
		d.HeartbeatTable, d.Heartbeat = "ops.lifeboat_heartbeat", time.Date(2026, 11, 23, 3, 14, 0, 0, time.UTC)
		s := (&simulated{state: d}).serve(t)
		named := func(table string) *pg.Reader { return s.reader(t, func(t *pg.Target) { t.Heartbeat = table }) }
		if r := mustRead(t, named("ops.lifeboat_heartbeat")); !r.Heartbeat.Equal(d.Heartbeat) || r.HeartbeatErr != nil {
			t.Errorf("%v, %v", r.Heartbeat, r.HeartbeatErr)
		}
		if r := mustRead(t, named(`x"; DROP TABLE y; --`)); fault.KindOf(r.HeartbeatErr) == "" || r.ConnectionsErr != nil {
			t.Errorf("a strange name: %v", r.HeartbeatErr)
		}
		if r := mustRead(t, named("nothing")); fault.KindOf(r.HeartbeatErr) != fault.NotFound || !r.Heartbeat.IsZero() {
			t.Errorf("no such table: %v", r.HeartbeatErr)
		}
		s.set(func(d *pgwire.Database) { d.HeartbeatDenied = true })
		if r := mustRead(t, named("ops.lifeboat_heartbeat")); fault.KindOf(r.HeartbeatErr) != fault.Denied {
			t.Errorf("no SELECT: %v", r.HeartbeatErr)
		}
		s.set(func(d *pgwire.Database) { d.HeartbeatDenied, d.Heartbeat = false, time.Time{} })
		if r := mustRead(t, named("ops.lifeboat_heartbeat")); fault.KindOf(r.HeartbeatErr) != fault.NotFound {
			t.Errorf("empty table: %v", r.HeartbeatErr)
		}
	})
}

func TestWhatTheUserMayNotSeeIsUnknownAndNotZero(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		primary, standby := primaryDatabase(), standbyDatabase()
		primary.Blind, standby.Blind = true, true
		p := mustRead(t, (&simulated{state: primary}).serve(t).reader(t))
		s := mustRead(t, (&simulated{state: standby}).serve(t).reader(t))
		for what, err := range map[string]error{"standbys": p.StandbysErr, "connections": p.ConnectionsErr,
			"receiver": s.ReceiverErr, "connections of the standby": s.ConnectionsErr} {
			if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "pg_monitor") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if p.SlotsErr != nil || p.CurrentLSN == 0 || s.ReplayLSN == 0 || s.Timeline != 3 {
			t.Errorf("everybody may see this: %+v %+v", p, s)
		}
	})
}

func TestEveryFailureKeepsItsKind(t *testing.T) {
	starting := primaryDatabase()
	starting.State = pgwire.Starting
	stopping := primaryDatabase()
	stopping.State = pgwire.Stopping
	hanging := primaryDatabase()
	hanging.State = pgwire.Hanging
	refusing := primaryDatabase()
	refusing.State = pgwire.Refusing
	locked := primaryDatabase()
	locked.Password = "another"
	keep := func(*pg.Target) {}
	for _, c := range []struct {
		name   string
		server *simulated
		change func(*pg.Target)
		want   fault.Kind
		text   string
	}{
		{"starting up", &simulated{state: starting}, keep, fault.Unavailable, "the database system is starting up"},
		{"shutting down", &simulated{state: stopping}, keep, fault.Unavailable, "the database system is shutting down"},
		{"no answer", &simulated{state: hanging}, keep, fault.TimedOut, "no answer in time"},
		{"no answer to the request for TLS", &simulated{state: hanging}, func(t *pg.Target) { t.SSLMode = "require" }, fault.TimedOut, "no answer"},
		{"closed at once", &simulated{state: refusing}, keep, fault.Unreachable, "closed without an answer"},
		{"nobody listens", &simulated{closed: true}, keep, fault.Unreachable, "connection refused"},
		{"wrong password", &simulated{state: locked}, keep, fault.Denied, "password authentication failed"},
		{"no password", &simulated{state: locked}, func(t *pg.Target) { t.Password = nil }, fault.NoCredentials, "wants a password"},
		{"password unset", &simulated{state: locked}, func(t *pg.Target) {
			t.Password = func(context.Context) (string, error) { return "", errors.New("DB_PASSWORD is not set") }
		}, fault.NoCredentials, "DB_PASSWORD is not set"},
		{"no such database", &simulated{state: primaryDatabase()}, func(t *pg.Target) { t.Database = "nope" }, fault.NotFound, "does not exist"},
		{"TLS wanted, none there", &simulated{state: primaryDatabase()}, func(t *pg.Target) { t.SSLMode = "" }, fault.Unreadable, "refused TLS"},
		{"no host", &simulated{state: primaryDatabase()}, func(t *pg.Target) { t.Host = "" }, fault.NotConfigured, "no host"},
		{"no file of authorities", &simulated{state: primaryDatabase()}, func(t *pg.Target) {
			t.SSLMode, t.RootCA = "verify-full", filepath.Join("nowhere", "ca.pem")
		}, fault.NotConfigured, "ca.pem"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("PGPASSFILE", filepath.Join(t.TempDir(), "none"))
			inBubble(t, func(t *testing.T) {
				began := time.Now()
				_, err := c.server.serve(t).reader(t, c.change).Read(t.Context())
				if fault.KindOf(err) != c.want || !strings.Contains(err.Error(), c.text) {
					t.Errorf("got %v, want %s with %q", err, c.want, c.text)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %v to say so", took)
				}
				if err != nil && (strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "host=") || !strings.Contains(err.Error(), "us-east-1 dev-db")) {
					t.Errorf("names the password or the connection string, or not the database: %v", err)
				}
			})
		})
	}
}

func TestThePasswordFileIsReadWhereNoPasswordIsGiven(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pgpass")
	if err := os.WriteFile(file, []byte("db.example:5432:app:watcher:from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", file)
	inBubble(t, func(t *testing.T) {
		d := primaryDatabase()
		d.Password = "from the file"
		s := (&simulated{state: d}).serve(t)
		mustRead(t, s.reader(t, func(t *pg.Target) { t.Password = nil }))
		if _, err := s.reader(t).Read(t.Context()); fault.KindOf(err) != fault.Denied {
			t.Errorf("a password that is given goes before the file: %v", err)
		}
	})
}

func TestAReadingThatHangsEndsAndTheNextOneIsWell(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := s.reader(t)
		mustRead(t, r)
		s.set(func(d *pgwire.Database) { d.State = pgwire.Hanging })
		began := time.Now()
		_, err := r.Read(t.Context())
		if fault.KindOf(err) != fault.TimedOut || time.Since(began) != 6*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		s.set(func(d *pgwire.Database) { d.State = pgwire.Up })
		mustRead(t, r)
		time.Sleep(time.Minute) // the driver takes its leave of the dead connection by itself
	})
}

func TestADatabaseThatNeverAnswersDelaysNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dead := primaryDatabase()
		dead.State = pgwire.Hanging
		silent := (&simulated{state: dead}).serve(t).reader(t)
		well := (&simulated{state: standbyDatabase()}).serve(t).reader(t)
		go func() { _, _ = silent.Read(t.Context()) }()
		synctest.Wait()
		began := time.Now()
		mustRead(t, well)
		if took := time.Since(began); took != 0 {
			t.Errorf("the other took %v", took)
		}
		time.Sleep(time.Minute)
	})
}

func TestASecondReadingWaitsNoLongerThanItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dead := primaryDatabase()
		dead.State = pgwire.Hanging
		r := (&simulated{state: dead}).serve(t).reader(t)
		go func() { _, _ = r.Read(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := r.Read(ctx); fault.KindOf(err) != fault.TimedOut || time.Since(began) != time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		time.Sleep(time.Minute)
	})
}

func TestAConnectionLostBetweenReadingsIsMadeAnew(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := (&simulated{state: primaryDatabase()}).serve(t)
		r := s.reader(t)
		mustRead(t, r)
		s.set(func(d *pgwire.Database) { d.State = pgwire.Stopping })
		if _, err := r.Read(t.Context()); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "57P03") {
			t.Errorf("the old connection's end is not what is so now: %v", err)
		}
		s.set(func(d *pgwire.Database) { d.State = pgwire.Up })
		mustRead(t, r)
		if s.dialled() != 3 {
			t.Errorf("%d connections, want 3", s.dialled())
		}
	})
}

func TestAPartThatCannotBeReadHidesNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := &simulated{state: primaryDatabase()}
		flaky := &afterRole{simulated: s}
		s.serve(t)
		r := s.reader(t, func(t *pg.Target) { t.Dial = flaky.dial })
		reading := mustRead(t, r)
		if reading.CurrentLSN == 0 || reading.At.IsZero() {
			t.Errorf("%+v", reading)
		}
		for what, err := range map[string]error{"identity": reading.IdentityErr, "slots": reading.SlotsErr,
			"standbys": reading.StandbysErr, "connections": reading.ConnectionsErr} {
			if fault.KindOf(err) != fault.Unreachable {
				t.Errorf("%s: %v", what, err)
			}
		}
		mustRead(t, r)
	})
}
