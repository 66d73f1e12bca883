package dr

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

func TestTheRiskIsTheLagAtTheLastContactAndTheTimeSince(t *testing.T) {
	s := well()
	e := s.join()
	if r := e.Risk; !r.Known || !r.AtMost || r.Value != 1100*time.Millisecond || r.Level != Good || r.From != "lag 1.1 s at 12:00:00, and everything since" {
		t.Errorf("%+v", r)
	}
	if r := e.RiskAt(noon.Add(14 * time.Second)); r.Value != 15100*time.Millisecond || r.Level != Good {
		t.Errorf("14 s later %s, %s; want 15.1 s", r.Value, r.Level)
	}
	if r := e.RiskAt(noon.Add(6 * time.Minute)); r.Level != Bad {
		t.Errorf("6 min later %s; want bad, beyond the RPO", r.Level)
	}
	if e.Risk.Value != 1100*time.Millisecond {
		t.Error("RiskAt changed the estate")
	}
}

func TestWhileTheSourceIsDarkTheRiskGrowsWithTheClock(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	for n := 1; n <= 6; n++ {
		s.pass(fast)
		want := 1100*time.Millisecond + fast*time.Duration(n)
		if got := s.join().Risk.Value; got != want {
			t.Errorf("%d periods after the last contact %s, want %s", n, got, want)
		}
	}
}

func TestWithoutAConnectionTheRiskIsTheReportedLagAndItsAge(t *testing.T) {
	s := well().withoutSQL().lag(0.9, 1.1, 0.8)
	r := s.join().Risk
	if !r.Known || !r.AtMost || r.Value != 60800*time.Millisecond || r.From != "reported lag 0.8 s at 11:59:00, and everything since" {
		t.Errorf("%s from %q; want 60.8 s, at most", r.Value, r.From)
	}
	if r := s.lag(0.9, 1.1, 0.8, -1).join().Risk; r.Value != 120800*time.Millisecond {
		t.Errorf("after a -1 it is %s, want 120.8 s: the datapoint before still bounds it", r.Value)
	}
	if r := s.lag().join().Risk; r.Known || r.Why != "CloudWatch has no datapoint" {
		t.Errorf("without a datapoint %+v, want unknown", r)
	}
}

func TestTheSmallerOfTwoBoundsHolds(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).mute(signalDatabase) // the way to SQL is broken, the primary is not
	for range 20 {
		s.pass(fast).lag(0.8).join()
	}
	if r := s.prev.Risk; r.Value != 60800*time.Millisecond {
		t.Errorf("%s from %q; want CloudWatch's 60.8 s: SQL was last read five minutes ago", r.Value, r.From)
	}
}

func TestWithoutAReplicaTheRiskIsTheAgeOfTheNewestRecoveryPoint(t *testing.T) {
	s := pilot(config.PilotLight)
	r := s.join().Risk
	if !r.Known || r.Value != 5*time.Minute || r.From != "replicated backups of dev-db, and everything since" {
		t.Errorf("%s from %q", r.Value, r.From)
	}
	s.west.Backups = part([]aws.Backup{{Database: "dr-db", Latest: noon}}, noon)
	if r := s.join().Risk; r.Known || r.Level != Bad || r.Why != "there is no recovery point: everything would be lost" {
		t.Errorf("%+v", r)
	}
}

func TestTheNewestRecoveryPointIsByTheTimeOfItsData(t *testing.T) {
	s := well()
	s.west.Backups = part([]aws.Backup{}, noon)
	s.west.Snapshots = part([]aws.DBSnapshot{
		{ID: "old-data-copied-now", Status: "available", Created: noon, Original: noon.Add(-23 * time.Hour)},
		{ID: "newer-data", Status: "available", Created: noon.Add(-2 * time.Hour), Original: noon.Add(-3 * time.Hour)},
		{ID: "still-being-copied", Status: "creating", Created: noon, Original: noon.Add(-time.Minute)},
		{ID: "taken-here", Status: "available", Created: noon.Add(-4 * time.Hour)},
	}, noon)
	p := s.join().Regions[1].Newest
	if !p.At.Equal(noon.Add(-3*time.Hour)) || p.From != "snapshot newer-data" {
		t.Errorf("%s from %q, want the data of three hours ago", p.At, p.From)
	}
	if p := s.prev.Regions[0].Newest; !p.At.Equal(noon.Add(-3*time.Minute)) || p.From != "automated backups of dev-db" {
		t.Errorf("%s from %q", p.At, p.From)
	}
}
