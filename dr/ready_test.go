package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

func TestAStandbyIsReadyOnlyIfNothingThatATakeoverNeedsIsBadOrUnknown(t *testing.T) {
	west := func(change func(s *aws.Snapshot)) func(*scene) { return func(s *scene) { change(s.west) } }
	for name, c := range map[string]struct {
		change func(*scene)
		want   Condition
		level  Level
		why    string
	}{
		"all is well": {func(*scene) {}, CondReady, Good, ""},
		"its API does not answer": {func(s *scene) { silentAPI(s.west, noon) }, CondNotReady, Unknown,
			"the state of us-west-2 is not known any more"},
		"its session is over": {west(func(s *aws.Snapshot) { s.Identity = failed(s.Identity, fault.Expired, noon) }), CondNotReady, Unknown,
			"no session in us-west-2: ask: credentials expired"},
		"its services may not be listed": {west(func(s *aws.Snapshot) { s.Services = failed(aws.Part[[]aws.Service]{}, fault.Denied, noon) }), CondNotReady, Unknown,
			"what runs in us-west-2 is not known: ask: denied"},
		"its services are old": {west(func(s *aws.Snapshot) { s.Services = failed(s.Services, fault.Throttled, noon) }), CondNotReady, Unknown,
			"what runs in us-west-2 is not known any more: ask: throttled"},
		"nothing was read yet": {func(s *scene) {
			s.in.Regions[1] = RegionInput{}
			s.in.Edge.Balancers = map[string]aws.Part[edge.Answer]{"us-east-1": s.in.Edge.Balancers["us-east-1"]}
			s.in.Complete = false
		}, CondUnknown, Unknown, "nothing of it was asked yet"},
		"the registry was not read yet": {west(func(s *aws.Snapshot) { s.Images = aws.Part[[]aws.Image]{} }), CondUnknown, Unknown, "still reading"},
		"the registry could not be read": {west(func(s *aws.Snapshot) { s.Images = failed(aws.Part[[]aws.Image]{}, fault.Denied, noon) }), CondNotReady, Unknown,
			"frontend's image is not known: the registry here was not read (ask: denied)"},
		"a service is absent": {func(s *scene) { s.services(1, func(all []aws.Service) { all[1].Name = "other" }) }, CondNotReady, Warn, "backend absent"},
		"fewer tasks than stand by": {func(s *scene) { s.services(1, func(all []aws.Service) { all[1].Running = 0; all[1].Pending = 1 }) },
			CondNotReady, Warn, "backend runs 0 of 1"},
		"a failed rollout": {func(s *scene) { s.services(1, func(all []aws.Service) { all[0].Rollout = "FAILED" }) }, CondNotReady, Warn, "frontend rollout failed"},
		"an older image whose newer one is there": {func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1] = service("dr", "backend", 1, "88e0c4aa", noon) })
		},
			CondReady, Good, ""},
		"the image is not in its registry": {west(func(s *aws.Snapshot) { s.Images = part(s.Images.Value[:1], noon) }), CondNotReady, Warn,
			"backend's image is not in the registry of us-west-2"},
		"no healthy target": {west(func(s *aws.Snapshot) {
			for name, p := range s.Targets {
				g := p.Value
				g.Targets = []aws.Target{{State: "unhealthy"}}
				s.Targets[name] = part(g, noon)
			}
		}), CondNotReady, Warn, "dr-alb 0/2 healthy"},
		"its balancer answers 503": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", answered(503, "us-west-2", noon))
		},
			CondNotReady, Warn, "its balancer answers: 503"},
		"its balancer is the other region's": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", answered(200, "us-east-1", noon))
		},
			CondNotReady, Warn, "its balancer says it is primary"},
		"its database reboots": {func(s *scene) { s.database(1, func(db *aws.Database) { db.Status = "rebooting" }) }, CondNotReady, Warn, "database dr-db is rebooting"},
		"its source reboots, which is no fault of its own": {func(s *scene) {
			s.database(0, func(db *aws.Database) { db.Status = "rebooting" })
		}, CondReady, Good, ""},
		"replication is broken": {func(s *scene) {
			s.database(1, func(db *aws.Database) { db.ReplicationState, db.ReplicationMessage = "error", "WAL removed" })
		}, CondNotReady, Warn, "database dr-db is stopped: replication error: WAL removed"},
		"no replica":             {func(s *scene) { s.database(1, func(db *aws.Database) { db.Source = "" }) }, CondNotReady, Warn, "us-west-2 has no replica"},
		"its database is absent": {func(s *scene) { s.west.Databases = part([]aws.Database{}, noon) }, CondNotReady, Warn, "us-west-2 has no replica"},
		"its databases may not be listed": {func(s *scene) {
			s.west.Databases = failed(aws.Part[[]aws.Database]{}, fault.Denied, noon)
			s.in.Regions[1].SQL = nil
		}, CondNotReady, Unknown, "replication is not known: the databases of us-west-2 were not read (ask: denied)"},
		"a lag beyond the RPO": {func(s *scene) {
			p := primaryReading(noon)
			p.Earlier = []pg.Mark{{Time: noon.Add(-400 * time.Second), LSN: 900}}
			r := standbyReading(noon)
			r.LastReplay = noon.Add(-400 * time.Second)
			s.in.Regions[0].SQL, s.in.Regions[1].SQL = with(s.in.Regions[0].SQL, "dev-db", part(p, noon)), with(s.in.Regions[1].SQL, "dr-db", part(r, noon))
		}, CondNotReady, Warn, "lag 6 min 40 s is more than the RPO of 5 min"},
		"a lag that nobody knows": {func(s *scene) {
			s.withoutSQL()
			s.west.Metrics = part(aws.Metrics{Databases: map[string]aws.DatabaseMetrics{"dr-db": {ReplicaLag: lagSeries(noon, -1)}}}, noon)
		}, CondNotReady, Unknown, "the replica's lag is not known: CloudWatch says -1: not known"},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			r := s.join().Regions[1]
			if r.Condition != c.want || r.Level != c.level || !strings.HasPrefix(r.Why, c.why) {
				t.Errorf("%s, %s: %q; want %s, %s: %q", r.Condition, r.Level, r.Why, c.want, c.level, c.why)
			}
			if healthy := s.prev.Exit() == ExitHealthy; healthy && c.want != CondReady {
				t.Errorf("exit %d with a standby that is %s", s.prev.Exit(), r.Condition)
			}
		})
	}
}

func TestAStandbyWhosePrimaryIsDarkIsJudgedByTheLastContact(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	e := s.periods(40) // ten minutes, twice the RPO
	r := e.Regions[1]
	if r.Condition != CondReady {
		t.Errorf("us-west-2 is %s (%s), want ready: its replica was in step when it lost its source", r.Condition, r.Why)
	}
	assertText(t, "loss", e.Verdict.Lines[1].String(), "us-west-2 can take over: at most 11 min of data lost.")
}

func TestColdAndPilotLightStandbysAreReadyWithARecentRecoveryPoint(t *testing.T) {
	for _, strategy := range []config.Strategy{config.ColdStandby, config.PilotLight} {
		for name, c := range map[string]struct {
			change func(*scene)
			want   Condition
			why    string
		}{
			"a point within the RPO": {func(s *scene) { s.west.Backups.Value[0].Latest = noon.Add(-4 * time.Minute) }, CondReady, ""},
			"a point beyond it": {func(s *scene) { s.west.Backups.Value[0].Latest = noon.Add(-40 * time.Minute) }, CondNotReady,
				"the newest recovery point is 40 min old, the RPO is 5 min"},
			"a fresh copy of old data": {func(s *scene) {
				s.west.Backups.Value[0].Latest = time.Time{}
				s.west.Snapshots = part([]aws.DBSnapshot{{ID: "copy", Status: "available", Created: noon.Add(-time.Minute), Original: noon.Add(-23 * time.Hour), SourceRegion: "us-east-1"}}, noon)
			}, CondNotReady, "the newest recovery point is 23 h old, the RPO is 5 min"},
			"none": {func(s *scene) { s.west.Backups = part([]aws.Backup{}, noon) }, CondNotReady, "there is no recovery point in us-west-2"},
			"one that could not be looked for": {func(s *scene) {
				s.west.Backups, s.west.Snapshots = failed(aws.Part[[]aws.Backup]{}, fault.Denied, noon), failed(aws.Part[[]aws.DBSnapshot]{}, fault.Denied, noon)
			}, CondNotReady, "the newest recovery point is not known: ask: denied"},
		} {
			t.Run(string(strategy)+", "+name, func(t *testing.T) {
				s := pilot(strategy)
				c.change(s)
				r := s.join().Regions[1]
				if r.Condition != c.want || !strings.HasPrefix(r.Why, c.why) {
					t.Errorf("%s: %q; want %s: %q", r.Condition, r.Why, c.want, c.why)
				}
			})
		}
	}
}

// pilot is an estate whose standby runs nothing.
func pilot(strategy config.Strategy) *scene {
	s := well()
	s.in.Config.Strategy = strategy
	for i := range s.in.Config.Services {
		s.in.Config.Services[i].Standby = 0
	}
	s.in.Config.Regions.Standby.Probe = config.Probe{}
	s.west.Services = part([]aws.Service{}, noon)
	s.west.Databases = part([]aws.Database{}, noon)
	s.west.Targets = nil
	s.in.Regions[1].SQL = nil
	return s
}

func TestWhatAPilotLightHasNotYetIsIdleAndNotBad(t *testing.T) {
	s := pilot(config.PilotLight)
	r := s.join().Regions[1]
	for _, v := range r.Services {
		if !v.Absent || v.Level != Idle {
			t.Errorf("%s: absent %t, %s; want absent, idle", v.Name, v.Absent, v.Level)
		}
	}
	if db := r.Databases[0]; !db.Absent || db.Level != Idle {
		t.Errorf("%s: absent %t, %s; want absent, idle", db.ID, db.Absent, db.Level)
	}
	if rep := s.prev.Replication; rep.State != noReplica || rep.Level != Idle {
		t.Errorf("replication %s, %s; want none, idle", rep.State, rep.Level)
	}
}

func TestAPilotLightWithoutTheImageIsNotReady(t *testing.T) {
	s := pilot(config.PilotLight)
	s.west.Backups.Value[0].Latest = noon.Add(-time.Minute)
	s.west.Images = part([]aws.Image{}, noon)
	if r := s.join().Regions[1]; r.Condition != CondNotReady || !strings.HasPrefix(r.Why, "frontend's image is not in the registry") {
		t.Errorf("%s: %s", r.Condition, r.Why)
	}
}
