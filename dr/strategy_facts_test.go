package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

func TestWhatStandsByIsPricedAndWhatIsNotKnownIsSaid(t *testing.T) {
	s := well()
	list := StrategiesOf(s.in.Config, s.join())
	if len(list) != 3 || !list[0].Now || list[1].Now || list[2].Now {
		t.Fatalf("%+v", list)
	}
	warm, cold, pilot := list[0], list[1], list[2]
	if warm.Monthly <= cold.Monthly || cold.Monthly <= pilot.Monthly || pilot.Monthly != 0 {
		t.Errorf("%.2f, %.2f, %.2f a month", warm.Monthly, cold.Monthly, pilot.Monthly)
	}
	if pilot.Bill() != "by use 1 copy of the backups" || !strings.HasPrefix(cold.Bill(), "about $") || !strings.HasSuffix(cold.Bill(), ", and by use 1 copy of the backups") {
		t.Errorf("%s; %s", pilot.Bill(), cold.Bill())
	}
	for _, f := range list {
		if !strings.HasPrefix(f.RTO, "unknown: no run yet; ") {
			t.Errorf("%s: %s", f.Strategy, f.RTO)
		}
	}
	if !strings.HasPrefix(warm.RPO, "at most ") || !strings.HasPrefix(pilot.RPO, "the newest recovery point's age: ") {
		t.Errorf("%s; %s", warm.RPO, pilot.RPO)
	}
}

func TestTheReplicaThatThereIsNotHasNoLag(t *testing.T) {
	s := pilot(config.PilotLight)
	s.west.Backups = part([]aws.Backup{{Database: "dev-db", SourceRegion: "us-east-1", Latest: noon.Add(-40 * time.Second)}}, noon)
	list := StrategiesOf(s.in.Config, s.join())
	if !strings.Contains(list[0].RPO, "unknown: there is no replica now") || !strings.Contains(list[2].RPO, "40 s now (replicated backups of dev-db)") || !list[2].Now {
		t.Errorf("%s; %s", list[0].RPO, list[2].RPO)
	}
}

func TestASnapshotOfAReplicaNeedsAVersionThatRDSTakesItOf(t *testing.T) {
	for version, older := range map[string]bool{"13.9": true, "14.0": true, "14": true, "14.1": false, "15.12": false, "16": false, "": false, "what": false} {
		if olderThan(version, leastSnapshotVersion) != older {
			t.Errorf("%q: %t", version, !older)
		}
	}
}

func TestAPilotLightsBalancerThatIsNotThereYetIsIdle(t *testing.T) {
	for strategy, want := range map[config.Strategy]Level{config.PilotLight: Idle, config.ColdStandby: Bad} {
		s := pilot(strategy)
		s.west.Balancers = part([]aws.Balancer{}, noon)
		s.in.Config.Regions.Standby.Probe = config.Probe{URL: "https://example.com/api/health", Dial: "west:443"}
		if b := s.join().Regions[1].Balancers; len(b) != 1 || b[0].Word != "absent" || b[0].Level != want || b[0].Probe.Asked == (want == Idle) {
			t.Errorf("%s: %+v", strategy, b)
		}
	}
}
