//go:build unix

package pg_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

// pair is a real primary and its streaming standby, with a Reader on each.
type pair struct {
	primary, standby *cluster
	ca               string
	p, s             *pg.Reader
}

func (x *pair) read(t *testing.T) (primary, standby pg.Reading) {
	t.Helper()
	return mustRead(t, x.p), mustRead(t, x.s)
}

// lag is the corrected lag just now.
func (x *pair) lag(t *testing.T) pg.Lag {
	t.Helper()
	primary, standby := x.read(t)
	return lagOf(t, primary, standby)
}

// caughtUp waits until all is replayed. Without a commit just before, a primary may stand in the middle of a record at
// the end of a page for up to 15 s, so the tests commit one first.
func (x *pair) caughtUp(t *testing.T) {
	t.Helper()
	eventually(t, "the standby catches up", func() bool { l := x.lag(t); return l.Behind == 0 && !l.AtMost })
}

// reader reads a cluster in another way than the pair's own.
func (x *pair) reader(t *testing.T, c *cluster, change func(*pg.Target)) *pg.Reader {
	target := c.target("other", x.ca)
	change(&target)
	r := pg.NewReader(target)
	t.Cleanup(r.Close)
	return r
}

// TestOnARealPair goes through one life of two servers; the steps lean on each other.
func TestOnARealPair(t *testing.T) {
	primary, standby, ca := startPair(t)
	x := &pair{primary: primary, standby: standby, ca: ca,
		p: pg.NewReader(primary.target("primary", ca)), s: pg.NewReader(standby.target("standby", ca))}
	t.Cleanup(x.p.Close)
	t.Cleanup(x.s.Close)
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"both say who they are", x.whoTheyAre},
		{"an idle primary's standby is not behind while its last commit grows old", x.idle},
		{"a heartbeat arrives on the standby", x.heartbeat},
		{"connections are counted without our own", x.connections},
		{"a question cannot write", x.cannotWrite},
		{"a table's name is only a name", x.oddName},
		{"a full server is not a dead one", x.full},
		{"a locked table delays nothing else", x.locked},
		{"a user without pg_monitor is told so", x.blind},
		{"refusals keep their kind", x.refusals},
		{"paused replay is seen and grows with writes", x.paused},
		{"a stopped standby's slot keeps WAL on the primary", x.slot},
		{"a server that takes no sessions yet is unavailable", x.startingUp},
		{"the standby comes back and catches up", x.back},
		{"a stopped primary is unreachable", x.primaryStops},
		{"a promotion ends recovery and begins a timeline", x.promotion},
	} {
		if !t.Run(step.name, step.do) {
			return
		}
	}
}

func (x *pair) whoTheyAre(t *testing.T) {
	x.caughtUp(t)
	eventually(t, "the standby has told how far it came", func() bool {
		r := mustRead(t, x.p)
		return len(r.Standbys) == 1 && r.Standbys[0].Replayed == r.CurrentLSN
	})
	p, s := x.read(t)
	if p.InRecovery || !s.InRecovery || p.Timeline != 1 || s.Timeline != 1 || p.SystemID == 0 || p.SystemID != s.SystemID {
		t.Errorf("primary %+v\nstandby %+v", p, s)
	}
	if p.IdentityErr != nil || s.IdentityErr != nil || p.Version == "" || strings.ContainsAny(p.Version, " (") {
		t.Errorf("version %q, %v, %v", p.Version, p.IdentityErr, s.IdentityErr)
	}
	if p.Settings != (pg.Settings{WALLevel: "replica", MaxSlotWALKeepSize: 64 << 20}) || s.Settings.MaxSlotWALKeepSize != pg.NoLimit {
		t.Errorf("settings %+v, of the standby %+v", p.Settings, s.Settings)
	}
	if len(p.Standbys) != 1 || p.Standbys[0].State != "streaming" || p.Standbys[0].Client != "127.0.0.1" {
		t.Errorf("standbys %+v, %v", p.Standbys, p.StandbysErr)
	}
	if len(p.Slots) != 1 || p.Slots[0].Name != "west" || !p.Slots[0].Active || p.Slots[0].Status != "reserved" || p.Slots[0].Safe <= 0 {
		t.Errorf("slots %+v, %v", p.Slots, p.SlotsErr)
	}
	if s.Receiver.Status != "streaming" || s.Receiver.Timeline != 1 || s.Receiver.Heard.IsZero() || s.ReceiverErr != nil || s.ReceiveLSN == 0 {
		t.Errorf("receiver %+v, %v", s.Receiver, s.ReceiverErr)
	}
	if skew, within := p.Skew(); skew < -within || skew > within {
		t.Errorf("one machine, and yet a skew of %v, give or take %v", skew, within)
	}
}

func (x *pair) idle(t *testing.T) {
	x.primary.sql(t, "INSERT INTO letters (body) VALUES ('the last one for a while')")
	x.caughtUp(t)
	_, before := x.read(t)
	x.caughtUp(t)
	_, now := x.read(t)
	was, _ := before.CommitAge()
	is, ok := now.CommitAge()
	if !ok || is <= was || !now.LastReplay.Equal(before.LastReplay) {
		t.Errorf("nothing was written, and the commit's age went from %v to %v", was, is)
	}
	if l := x.lag(t); l.Behind != 0 || l.Method != pg.ByWAL {
		t.Errorf("%+v", l)
	}
}

func (x *pair) heartbeat(t *testing.T) {
	_, before := x.read(t)
	if before.HeartbeatErr != nil || before.Heartbeat.IsZero() {
		t.Fatalf("%v, %v", before.Heartbeat, before.HeartbeatErr)
	}
	x.primary.sql(t, "UPDATE lifeboat_heartbeat SET at = now()")
	eventually(t, "the new heartbeat is there", func() bool {
		p, s := x.read(t)
		return s.Heartbeat.After(before.Heartbeat) && s.Heartbeat.Equal(p.Heartbeat)
	})
}

func (x *pair) connections(t *testing.T) {
	others := func(n int) func() bool {
		return func() bool {
			r := mustRead(t, x.p)
			return r.ConnectionsErr == nil && r.Others() == n
		}
	}
	eventually(t, "nobody but Lifeboat is connected", others(0))
	x.primary.super(t, "letters")
	x.primary.super(t, "letters")
	x.primary.super(t, pg.Application) // as another user than ours: not our own
	eventually(t, "three others are connected", others(3))
	r := mustRead(t, x.p)
	if c := r.Connections[0]; c.Application != "letters" || c.User != "boss" || c.Count != 2 || c.Client != "127.0.0.1" || c.Database != "postgres" || c.Own {
		t.Errorf("%+v", r.Connections)
	}
}

func (x *pair) cannotWrite(t *testing.T) {
	x.primary.sql(t,
		"CREATE FUNCTION scribble() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER AS $$ INSERT INTO letters (body) VALUES ('never') RETURNING now() $$",
		"CREATE VIEW trap AS SELECT scribble() AS at", "GRANT SELECT ON trap TO watcher")
	r := mustRead(t, x.reader(t, x.primary, func(t *pg.Target) { t.Heartbeat = "public.trap" }))
	if fault.KindOf(r.HeartbeatErr) != fault.Refused || !strings.Contains(r.HeartbeatErr.Error(), "read-only transaction") {
		t.Errorf("a view wrote for us: %v, %v", r.Heartbeat, r.HeartbeatErr)
	}
}

func (x *pair) oddName(t *testing.T) {
	x.primary.sql(t, `CREATE TABLE "odd""; SELECT 1; --" AS SELECT now() AS at`, `GRANT SELECT ON "odd""; SELECT 1; --" TO watcher`)
	r := mustRead(t, x.reader(t, x.primary, func(t *pg.Target) { t.Heartbeat = `public.odd"; SELECT 1; --` }))
	if r.HeartbeatErr != nil || r.Heartbeat.IsZero() {
		t.Errorf("%v, %v", r.Heartbeat, r.HeartbeatErr)
	}
}

func (x *pair) full(t *testing.T) {
	var readers []*pg.Reader
	var err error
	for err == nil && len(readers) < 30 { // there is room for 20
		r := pg.NewReader(x.primary.target("one more", x.ca))
		readers = append(readers, r)
		_, err = r.Read(t.Context())
	}
	if fault.KindOf(err) != fault.Throttled {
		t.Errorf("after %d sessions: %v", len(readers), err)
	}
	for _, r := range readers {
		r.Close()
	}
	eventually(t, "there is room again", func() bool {
		_, err := x.reader(t, x.primary, func(*pg.Target) {}).Read(t.Context())
		return err == nil
	})
}

func (x *pair) locked(t *testing.T) {
	blocker := x.primary.super(t, "maintenance")
	if _, err := blocker.Exec(t.Context(), "BEGIN; LOCK lifeboat_heartbeat").ReadAll(); err != nil {
		t.Fatal(err)
	}
	reader := x.reader(t, x.primary, func(t *pg.Target) { t.StatementTimeout = 500 * time.Millisecond })
	r := mustRead(t, reader)
	if fault.KindOf(r.HeartbeatErr) != fault.TimedOut || !strings.Contains(r.HeartbeatErr.Error(), "statement timeout") || r.ConnectionsErr != nil || r.SlotsErr != nil {
		t.Errorf("heartbeat %v, connections %v, slots %v", r.HeartbeatErr, r.ConnectionsErr, r.SlotsErr)
	}
	_ = blocker.Close(t.Context())
	eventually(t, "the lock is gone", func() bool { return mustRead(t, reader).HeartbeatErr == nil })
}

func (x *pair) blind(t *testing.T) {
	x.primary.sql(t, "UPDATE lifeboat_heartbeat SET at = now()")
	x.caughtUp(t)
	user := func(t *pg.Target) { t.User = "nobody_special" }
	p := mustRead(t, x.reader(t, x.primary, user))
	s := mustRead(t, x.reader(t, x.standby, user))
	for what, err := range map[string]error{"standbys": p.StandbysErr, "connections": p.ConnectionsErr,
		"receiver": s.ReceiverErr, "heartbeat": p.HeartbeatErr} {
		if fault.KindOf(err) != fault.Denied {
			t.Errorf("%s: %v", what, err)
		}
	}
	if p.CurrentLSN == 0 || p.SystemID == 0 || s.ReplayLSN == 0 || s.LastReplay.IsZero() || s.Timeline != 1 {
		t.Errorf("positions are for everybody: %+v\n%+v", p, s)
	}
}

func (x *pair) refusals(t *testing.T) {
	for _, c := range []struct {
		want   fault.Kind
		change func(*pg.Target)
	}{
		{fault.Denied, func(t *pg.Target) { t.Password = func(context.Context) (string, error) { return "wrong", nil } }},
		{fault.NoCredentials, func(t *pg.Target) { t.Password = nil }},
		{fault.Denied, func(t *pg.Target) { t.SSLMode = "disable" }}, // no line in pg_hba.conf
		{fault.NotFound, func(t *pg.Target) { t.Database = "nowhere" }},
		{fault.Unreachable, func(t *pg.Target) { t.Port = 1 }},
	} {
		t.Setenv("PGPASSFILE", t.TempDir()+"/none")
		_, err := x.reader(t, x.primary, c.change).Read(t.Context())
		if fault.KindOf(err) != c.want || strings.Contains(err.Error(), "wrong\"") {
			t.Errorf("want %s: %v", c.want, err)
		}
	}
}

func (x *pair) paused(t *testing.T) {
	x.primary.sql(t, "UPDATE lifeboat_heartbeat SET at = now()")
	x.caughtUp(t)
	x.standby.sql(t, "SELECT pg_wal_replay_pause()")
	x.primary.sql(t, "INSERT INTO letters (body) VALUES ('unseen')")
	eventually(t, "the standby has it, unreplayed", func() bool { _, s := x.read(t); return s.ReplayPaused && s.ReceiveLSN > s.ReplayLSN })
	first := x.lag(t)
	x.primary.sql(t, "INSERT INTO letters (body) SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
	then := x.lag(t)
	if first.Behind <= 0 || !first.AtMost || first.Bytes <= 0 || then.Behind <= first.Behind || then.Bytes < first.Bytes+1000000 {
		t.Errorf("first %+v\nthen  %+v", first, then)
	}
	x.standby.sql(t, "SELECT pg_wal_replay_resume()")
	x.caughtUp(t)
}

func (x *pair) slot(t *testing.T) {
	before := mustRead(t, x.p).Slots[0]
	x.standby.stop(t)
	x.primary.sql(t, "INSERT INTO letters (body) SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
	eventually(t, "the slot is left alone", func() bool { r := mustRead(t, x.p); return !r.Slots[0].Active && len(r.Standbys) == 0 })
	if s := mustRead(t, x.p).Slots[0]; s.Retained < before.Retained+3000000 || s.Safe > before.Safe-3000000 {
		t.Errorf("before %+v\nnow    %+v", before, s)
	}
	if _, err := x.s.Read(t.Context()); fault.KindOf(err) != fault.Unreachable {
		t.Errorf("the stopped standby: %v", err)
	}
}

func (x *pair) startingUp(t *testing.T) {
	x.standby.start(t, "-W", "-o", "-c hot_standby=off")
	eventually(t, "it says that it takes no sessions", func() bool {
		_, err := x.s.Read(t.Context())
		return fault.KindOf(err) == fault.Unavailable
	})
	x.standby.stop(t)
}

func (x *pair) back(t *testing.T) {
	x.standby.start(t)
	x.caughtUp(t)
}

func (x *pair) primaryStops(t *testing.T) {
	last := mustRead(t, x.p)
	eventually(t, "the standby has all of it", func() bool { l, ok := pg.CorrectedLag(last, mustRead(t, x.s)); return ok && l.Behind == 0 })
	x.primary.stop(t)
	if _, err := x.p.Read(t.Context()); fault.KindOf(err) != fault.Unreachable {
		t.Errorf("%v", err)
	}
	eventually(t, "the standby misses its primary", func() bool { return mustRead(t, x.s).Receiver.Status != "streaming" })
	lag := lagOf(t, last, mustRead(t, x.s))
	if now := last.At.Add(time.Minute); lag.AtRisk(now) <= 0 || lag.AtRisk(now) > time.Minute {
		t.Errorf("a minute after the last contact %v are at risk: %+v", lag.AtRisk(now), lag)
	}
}

func (x *pair) promotion(t *testing.T) {
	x.standby.do(t, "pg_ctl", "-D", x.standby.data(), "-w", "promote")
	r := mustRead(t, x.s) // on the connection that it had before
	if r.InRecovery || r.Timeline != 2 || r.CurrentLSN == 0 || r.ReplayLSN != 0 {
		t.Errorf("%+v", r)
	}
	if lag, ok := pg.CorrectedLag(pg.Reading{}, r); ok {
		t.Errorf("a writer is behind nobody: %+v", lag)
	}
}
