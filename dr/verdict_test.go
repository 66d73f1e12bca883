package dr

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
)

func TestTheVerdictInPlainWords(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		want   []string
		level  Level
	}{
		"all is well": {func(*scene) {}, []string{
			"us-east-1 serves. us-west-2 can take over now.",
			"At most 1.1 s of data at risk · time unknown: no run or drill yet",
		}, Good},
		"a standby that could not take over": {func(s *scene) { s.database(1, func(db *aws.Database) { db.Status = "rebooting" }) }, []string{
			"us-east-1 serves.",
			"us-west-2 cannot take over now: database dr-db is rebooting.",
			"At most 1.1 s of data at risk · time unknown: no run or drill yet",
		}, Warn},
		"a standby of which nobody knows": {func(s *scene) { s.west.Services = failed(s.west.Services, fault.Denied, noon) }, []string{
			"us-east-1 serves.",
			"Whether us-west-2 can take over is not known: what runs in us-west-2 is not known any more: ask: denied.",
			"At most 1.1 s of data at risk · time unknown: no run or drill yet",
		}, Unknown},
		"the primary dark": {func(s *scene) { s.join(); s.pass(fast).darken(0).join(); s.periods(4) }, []string{
			"us-east-1 does not answer since 12:00:15 (AWS API, balancer, database).",
			"us-west-2 can take over: at most 62 s of data lost.",
			"Pages bridged by origin failover, API down. Time unknown: no run or drill yet.",
		}, Bad},
		"the primary dark, without SQL": {func(s *scene) { s.withoutSQL().join(); s.pass(fast).darken(0).join(); s.periods(4) }, []string{
			"us-east-1 does not answer since 12:00:15 (AWS API, balancer, writes).",
			"us-west-2 can take over: at most 2 min 16 s of data lost.",
			"Pages bridged by origin failover, API down. Time unknown: no run or drill yet.",
		}, Bad},
		"the primary dark, and the standby not ready": {func(s *scene) {
			s.join()
			s.services(1, func(all []aws.Service) { all[1].Running = 0 })
			s.pass(fast).darken(0).join()
			s.periods(4)
		}, []string{
			"us-east-1 does not answer since 12:00:15 (AWS API, balancer, database).",
			"us-west-2 cannot take over now: backend 0 of 1 running.",
			"Pages bridged by origin failover, API down. Time unknown: no run or drill yet.",
		}, Bad},
		"the standby dark": {func(s *scene) { s.join(); s.pass(fast).darken(1).join(); s.periods(4) }, []string{
			"us-east-1 serves. us-west-2 does not answer since 12:00:15.",
			"At most 1.1 s of data at risk · time unknown: no run or drill yet",
		}, Warn},
		"before the first reading": {func(s *scene) { s.in = Inputs{Config: s.in.Config} }, []string{
			"Nothing is known yet: the first reading is under way."}, Unknown},
		"after a failover that no journal tells of": {func(s *scene) {
			s.api(answered(200, "us-west-2", noon))
			s.in.Edge.Write = answered(201, "us-west-2", noon)
			s.withoutSQL()
			s.database(0, func(db *aws.Database) { db.Status = "stopped" })
			s.database(1, func(db *aws.Database) { db.Source = "" })
		}, []string{
			"us-west-2 serves. us-east-1 cannot take over now: database dev-db is stopped.",
			"us-west-2 serves, but the writer of record is us-east-1.",
			"Data at risk is not known: us-west-2 serves with a writer of its own, and the writer of record is us-east-1.",
		}, Warn},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			e := s.join()
			for i := range max(len(c.want), len(e.Verdict.Lines)) {
				got, want := "", ""
				if i < len(e.Verdict.Lines) {
					got = e.Verdict.Lines[i].String()
				}
				if i < len(c.want) {
					want = c.want[i]
				}
				if got != want {
					t.Errorf("line %d:\n got %s\nwant %s", i, got, want)
				}
			}
			if e.Verdict.Level != c.level {
				t.Errorf("level %s, want %s", e.Verdict.Level, c.level)
			}
		})
	}
}

func TestTheFirstLineFitsEightyColumns(t *testing.T) {
	s := well()
	s.in.Config.Regions.Primary.Name, s.in.Config.Regions.Standby.Name = "ap-southeast-1", "ap-northeast-2"
	s.east.Region, s.west.Region = "ap-southeast-1", "ap-northeast-2"
	for _, e := range []*Estate{s.join(), s.pass(fast).darken(0).join(), s.periods(4)} {
		if n := utf8.RuneCountInString(e.Verdict.Lines[0].String()); n > lineWidth {
			t.Errorf("%d columns: %s", n, e.Verdict.Lines[0])
		}
	}
}

func TestNoVerdictNamesAKeyThatIsNotBuilt(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	for _, l := range s.periods(4).Verdict.Lines {
		if strings.Contains(strings.ToLower(l.String()), "press ") {
			t.Errorf("%q", l)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for level, want := range map[Level]int{Good: ExitHealthy, Warn: ExitDegraded, Bad: ExitDegraded, Unknown: ExitUnknown} {
		if got := (&Estate{Verdict: Verdict{Level: level}}).Exit(); got != want {
			t.Errorf("%s: %d, want %d", level, got, want)
		}
	}
}

func TestTheTargetsOfAColdStandbyAreNotMissed(t *testing.T) {
	s := pilot(config.ColdStandby)
	s.west.Backups.Value[0].Latest = noon.Add(-1)
	if e := s.join(); e.Exit() != ExitHealthy {
		t.Errorf("exit %d: %v", e.Exit(), e.Verdict.Lines)
	}
}

func TestAStandbyThatCouldNotBeComparedIsNotSaidToBeUnable(t *testing.T) {
	for condition, want := range map[Condition]string{
		CondReady:    "us-west-2 could take over.",
		CondUnknown:  "Whether us-west-2 could is not known.",
		CondNotReady: "Whether us-west-2 could is not known.",
	} {
		j := &join{}
		assertText(t, string(condition), j.ability(&Region{Name: "us-west-2", Condition: condition}), want)
	}
	j := &join{}
	assertText(t, "bad", j.ability(&Region{Name: "us-west-2", Condition: CondNotReady, Level: Bad}), "us-west-2 could not take over.")
}
