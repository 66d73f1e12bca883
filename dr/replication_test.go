package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

func (s *scene) lag(values ...float64) *scene {
	m := s.west.Metrics.Value.Databases
	s.west.Metrics = part(aws.Metrics{Databases: with(m, "dr-db", aws.DatabaseMetrics{Period: time.Minute, ReplicaLag: lagSeries(s.now, values...)})}, s.now)
	return s
}

func (s *scene) slotBytes(values ...float64) *scene {
	all := s.east.Metrics.Value.Databases
	m := all["dev-db"]
	m.SlotLag = lagSeries(s.now, values...)
	s.east.Metrics = part(aws.Metrics{Databases: with(all, "dev-db", m)}, s.now)
	return s
}

func TestReplicationIsThreeNumbers(t *testing.T) {
	r := well().join().Replication
	if r.Source != "dev-db" || r.SourceRegion != "us-east-1" || r.Replica != "dr-db" || r.ReplicaRegion != "us-west-2" || r.State != streaming {
		t.Errorf("%s %s to %s %s, %s", r.SourceRegion, r.Source, r.ReplicaRegion, r.Replica, r.State)
	}
	if !r.Reported.Known || r.Reported.Value != 800*time.Millisecond || r.Reported.Method != "CloudWatch" || !r.Reported.At.Equal(noon.Add(-time.Minute)) {
		t.Errorf("reported %+v", r.Reported)
	}
	if !r.Corrected.Known || r.Corrected.Value != 1100*time.Millisecond || r.Corrected.Method != "wal" || !r.Corrected.At.Equal(noon) {
		t.Errorf("corrected %+v", r.Corrected)
	}
	if !r.LastContact.Equal(noon) || len(r.Series) != 3 || !r.SlotLag.Known || !r.FreeStorage.Known {
		t.Errorf("contact %s, %d points, slot %+v, free %+v", r.LastContact, len(r.Series), r.SlotLag, r.FreeStorage)
	}
}

func TestALagThatCloudWatchDoesNotKnowIsUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		why    string
	}{
		"-1":               {func(s *scene) { s.lag(0.8, -1) }, "CloudWatch says -1: not known"},
		"no datapoint":     {func(s *scene) { s.lag() }, "CloudWatch has no datapoint"},
		"an old datapoint": {func(s *scene) { s.lag(0.8); s.now = s.now.Add(4 * time.Minute) }, "the newest datapoint is 5 min old"},
		"not read": {func(s *scene) { s.west.Metrics = failed(aws.Part[aws.Metrics]{}, fault.Throttled, noon) },
			"CloudWatch was not read (ask: throttled)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := well().withoutSQL()
			c.change(s)
			r := s.join().Replication
			if r.Reported.Known || r.Reported.Why != c.why {
				t.Errorf("known %t, %q; want unknown, %q", r.Reported.Known, r.Reported.Why, c.why)
			}
			if r.Level == Good {
				t.Error("a replica whose lag nobody knows is called good")
			}
			for _, p := range r.Series {
				if p.Value < 0 {
					t.Error("-1 is drawn as a lag")
				}
			}
		})
	}
}

func TestWithoutAConnectionTheCorrectedLagIsUnknownAndSaysWhy(t *testing.T) {
	r := well().withoutSQL().join().Replication
	if r.Corrected.Known || r.Corrected.Why != "no database connection is configured" {
		t.Errorf("%+v", r.Corrected)
	}
	s := well()
	s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.TimedOut, noon))
	if r := s.join().Replication; r.Corrected.Known || r.Corrected.Why != "ask: timed out" || r.Corrected.At.IsZero() {
		t.Errorf("%+v; want the last figure with its time, not known now", r.Corrected)
	}
}

func TestAPrimaryReadAfterItsStandbyDoesNotLookLikeLag(t *testing.T) {
	s := well()
	s.join()
	// A period later the primary has been read again, its standby not yet: all that was written since is no lag.
	s.now = s.now.Add(fast)
	later := primaryReading(s.now)
	later.CurrentLSN, later.Earlier = 9000, []pg.Mark{{Time: noon.Add(-1100 * time.Millisecond), LSN: 900}, {Time: noon, LSN: 1000}}
	s.in.Regions[0].SQLBefore = map[string]pg.Reading{"dev-db": primaryReading(noon)}
	s.in.Regions[0].SQL = map[string]aws.Part[pg.Reading]{"dev-db": part(later, s.now)}
	if r := s.join().Replication; r.Corrected.Value != 1100*time.Millisecond {
		t.Errorf("corrected %s, want 1.1 s, of the readings that belong together", r.Corrected.Value)
	}
}

func TestWhetherTheReplicaFollows(t *testing.T) {
	standby := func(change func(r *pg.Reading)) func(*scene) {
		return func(s *scene) {
			r := standbyReading(s.now)
			change(&r)
			s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(r, s.now)}
		}
	}
	for name, c := range map[string]struct {
		change func(*scene)
		state  string
		level  Level
		text   string
	}{
		"it does": {func(*scene) {}, streaming, Good, ""},
		"its source reboots": {func(s *scene) {
			s.database(0, func(db *aws.Database) { db.Status = "rebooting" })
			s.database(1, func(db *aws.Database) { db.ReplicationState = "error" })
		}, stalled, Warn, "nothing arrives: dev-db is rebooting"},
		"its source starts up": {func(s *scene) {
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.Unavailable, noon))
		}, stalled, Warn, "nothing arrives: dev-db is starting up"},
		"RDS says error": {func(s *scene) {
			s.database(1, func(db *aws.Database) { db.ReplicationState, db.ReplicationMessage = "error", "slot lost" })
		}, stopped, Bad, "replication error: slot lost"},
		"RDS says terminated":             {func(s *scene) { s.database(1, func(db *aws.Database) { db.ReplicationState = "terminated" }) }, stopped, Bad, "replication terminated"},
		"replay is paused":                {standby(func(r *pg.Reading) { r.ReplayPaused = true }), stalled, Bad, "replay is paused"},
		"no receiver":                     {standby(func(r *pg.Reading) { r.Receiver = pg.Receiver{} }), stalled, Bad, "the replica receives nothing"},
		"a lag of more than half the RPO": {func(s *scene) { s.withoutSQL().lag(160, 155, 160) }, streaming, Warn, ""},
		"a lag of more than the RPO":      {func(s *scene) { s.withoutSQL().lag(360, 340, 350) }, streaming, Bad, ""},
		"its source does not answer":      {func(s *scene) { s.darken(0) }, stalled, Warn, "nothing arrives: us-east-1 does not answer since 12:00:00"},
		"falling behind while the slot grows": {func(s *scene) { s.withoutSQL().lag(1, 61, 121, 181).slotBytes(1e6, 3e6, 9e6, 20e6) },
			stalled, Bad, "the replica falls behind as fast as time passes; the source keeps 19.1 MiB of WAL for it"},
		"falling behind for longer than any idle primary": {func(s *scene) { s.withoutSQL().lag(200, 260, 320, 380) }, stalled, Bad, "the replica falls behind"},
		"RDS says nothing, and the lag is small":          {func(s *scene) { s.withoutSQL().database(1, func(db *aws.Database) { db.ReplicationState = "" }) }, streaming, Good, ""},
		"nobody says anything": {func(s *scene) {
			s.withoutSQL().lag()
			s.database(1, func(db *aws.Database) { db.ReplicationState = "" })
		}, stateUnknown, Unknown, "neither RDS nor CloudWatch says"},
		"the replica's region is not read": {func(s *scene) { silentAPI(s.west, noon) }, stateUnknown, Unknown, "the replica was not read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			r := s.join().Replication
			if r.State != c.state || r.Level != c.level || !strings.HasPrefix(r.Text, c.text) {
				t.Errorf("%s, %s: %q; want %s, %s: %q", r.State, r.Level, r.Text, c.state, c.level, c.text)
			}
		})
	}
}

func TestAReceiverThatIsGoneForAMomentIsNoStall(t *testing.T) {
	s := well()
	s.join()
	for n, want := range []string{streaming, streaming, streaming, stalled} {
		s.pass(fast)
		r := standbyReading(s.now)
		r.Receiver, r.LastReplay = pg.Receiver{}, noon
		s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(r, s.now)}
		p := primaryReading(s.now)
		p.Standbys = nil
		s.in.Regions[0].SQL = map[string]aws.Part[pg.Reading]{"dev-db": part(p, s.now)}
		s.west.Metrics = part(aws.Metrics{}, s.now)
		if got := s.join().Replication.State; got != want {
			t.Errorf("%d periods without a receiver: %s, want %s", n+1, got, want)
		}
	}
}

func TestTheIdleClimbIsNamedOnlyWhereTheEvidenceSupportsIt(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		idle   bool
	}{
		"SQL says that it follows": {func(s *scene) {
			s.lag(170, 230, 290)
			p, r := primaryReading(noon), standbyReading(noon)
			p.CurrentLSN, r.LastReplay = 900, noon.Add(-290*time.Second)
			s.in.Regions[0].SQL = map[string]aws.Part[pg.Reading]{"dev-db": part(p, noon)}
			s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(r, noon)}
		}, true},
		"SQL says that it is behind": {func(s *scene) {
			s.lag(170, 230, 290).slotBytes(1e6, 1e6, 1e6)
			p := primaryReading(noon)
			p.Earlier = []pg.Mark{{Time: noon.Add(-290 * time.Second), LSN: 800}}
			r := standbyReading(noon)
			r.ReplayLSN, r.LastReplay = 850, noon.Add(-290*time.Second)
			s.in.Regions[0].SQL = map[string]aws.Part[pg.Reading]{"dev-db": part(p, noon)}
			s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(r, noon)}
		}, false},
		"a climb and a slot that stands":   {func(s *scene) { s.withoutSQL().lag(1, 61, 121, 181).slotBytes(1e6, 1.01e6, 1e6, 1.02e6) }, true},
		"a climb and a slot that grows":    {func(s *scene) { s.withoutSQL().lag(1, 61, 121, 181).slotBytes(1e6, 1.2e6, 1.5e6, 2e6) }, false},
		"a climb like the teeth before it": {func(s *scene) { s.withoutSQL().lag(180, 240, 5, 65, 125, 185).slotBytes() }, true},
		"teeth before it, and a slot that grows now": {func(s *scene) {
			s.withoutSQL().lag(180, 240, 5, 65, 125, 185).slotBytes(1e6, 1e6, 1e6, 1.2e6, 1.5e6, 2e6)
		}, false},
		"a climb of which nothing else is known": {func(s *scene) { s.withoutSQL().lag(1, 61, 121, 181).slotBytes() }, false},
		"a climb beyond RDS's heartbeat":         {func(s *scene) { s.withoutSQL().lag(170, 230, 290, 350).slotBytes(1e6, 1e6, 1e6, 1e6) }, false},
		"a climb slower than time":               {func(s *scene) { s.withoutSQL().lag(1, 21, 41, 61).slotBytes(1e6, 1e6, 1e6, 1e6) }, false},
		"a small lag":                            {func(s *scene) { s.withoutSQL().slotBytes(1e6, 1e6, 1e6) }, false},
		"its source does not answer":             {func(s *scene) { s.withoutSQL().lag(1, 61, 121, 181).slotBytes(1e6, 1e6, 1e6, 1e6).darken(0) }, false},
		"RDS calls replication broken": {func(s *scene) {
			s.withoutSQL().lag(1, 61, 121, 181).slotBytes(1e6, 1e6, 1e6, 1e6)
			s.database(1, func(db *aws.Database) { db.ReplicationState = "error" })
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			e := s.join()
			r := e.Replication
			if r.Idle != c.idle {
				t.Errorf("idle %t (%s: %s), want %t", r.Idle, r.State, r.Text, c.idle)
			}
			if c.idle && (e.Regions[1].Condition != CondReady || e.Risk.Level == Bad || r.State != streaming) {
				t.Errorf("an idle primary makes its standby %s, the risk %s, replication %s", e.Regions[1].Condition, e.Risk.Level, r.State)
			}
			if c.idle && !r.Corrected.Known && !strings.HasPrefix(r.Text, "probably idle") {
				t.Errorf("%q: without SQL it is only probable, and said so", r.Text)
			}
		})
	}
}

func TestTheTimeUntilTheSourcesDiskIsFull(t *testing.T) {
	free := Figure{Value: 10e9, Known: true}
	for name, c := range map[string]struct {
		slot []float64
		free Figure
		want time.Duration
	}{
		"growing by 1 GB a minute": {[]float64{1e9, 2e9, 3e9}, free, 10 * time.Minute},
		"standing":                 {[]float64{3e9, 3e9, 3e9}, free, 0},
		"falling":                  {[]float64{3e9, 2e9, 1e9}, free, 0},
		"small":                    {[]float64{1e3, 2e3, 3e3}, free, 0},
		"two points":               {[]float64{1e9, 2e9}, free, 0},
		"no slot":                  {[]float64{-1, -1, -1}, free, 0},
		"unknown space":            {[]float64{1e9, 2e9, 3e9}, Figure{}, 0},
	} {
		if got := untilFull(lagSeries(noon, c.slot...), c.free); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	s := well().slotBytes(1e9, 2e9, 3e9)
	f := s.join().Regions[0].Findings
	if last := f[len(f)-1]; last.ID != "slot" || last.Level != Bad || !strings.Contains(last.Text, "its disk is full in") {
		t.Errorf("%+v, want a slot finding", last)
	}
}

func TestTheReplicaIsFoundInWhicheverRegionItIs(t *testing.T) {
	s := well().withoutSQL()
	s.api(answered(200, "us-west-2", noon))
	s.database(1, func(db *aws.Database) { db.Source = "" })
	s.database(0, func(db *aws.Database) {
		db.Source, db.ReplicationState = "arn:aws:rds:us-west-2:1:db:dr-db", "replicating"
	})
	s.east.Metrics.Value.Databases["dev-db"] = aws.DatabaseMetrics{ReplicaLag: lagSeries(noon, 2)}
	r := s.join().Replication
	if r.Source != "dr-db" || r.Replica != "dev-db" || r.Reported.Value != 2*time.Second {
		t.Errorf("%s to %s, lag %s; want dr-db to dev-db, 2 s", r.Source, r.Replica, r.Reported.Value)
	}
}
