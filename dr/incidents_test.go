package dr

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// incident is one of the things that happened to the people who built a standby by hand with scripts, and what shows that it cannot happen
// here.
type incident struct {
	happened string
	instead  string   // what Lifeboat does
	tests    []string // each is there, in some package
}

var incidents = []incident{
	{"the activation was never run again, and a later change to a shared module broke its plan",
		"CI plans every root in its activated form; a dry run plans it against the real estate, and readiness says how old the last one is",
		[]string{"TestADryRunPlansWhatAnActivationWouldMake", "TestAnActivationIsJudgedByItsNewestPlan", "TestEveryRootPassesItsOwnTests"}},
	{"recovery points were a day old while documents said an hour; the copy job died silently",
		"a recovery point counts by the original time of its data, and one beyond the RPO fails readiness",
		[]string{"TestTheNewestRecoveryPointIsByTheTimeOfItsData", "TestColdAndPilotLightStandbysAreReadyWithARecentRecoveryPoint", "TestACopyJobThatDiedSilentlyIsFailedByTheAgeOfItsData"}},
	{"the failover path needed the failed region: state, lock and global STS were there",
		"the lint refuses such a step, a test blackholes the region, and what a run needs is kept in the standby's",
		[]string{"TestTheLintFindsNothingThatAnUnplannedRunWaitsFor", "TestNoUntaggedCallOfAnUnplannedRunLeansOnTheRegionBeingLeft", "TestAnUnplannedRunComesToTheSameEndWhenEveryTaggedRequestVanishes",
			"TestAPilotLightTakesOverWhileTheOtherRegionIsDark", "TestRootsThatAFailoverAppliesHoldNothingOutsideTheStandbysRegion"}},
	{"\"latest snapshot\": a re-run picked a newer one, and would have replaced the database",
		"the recovery point is pinned once, and a plan that replaces a database is refused",
		[]string{"TestARerunNeverTakesAnotherRecoveryPointAndNeverReplacesADatabase", "TestRecoveryPointsAreListedByOriginalTimeAndOnlyWholeOnesAreChosen",
			"TestAReplacedDatabaseIsRefusedUntilItsNameIsTyped", "TestADatabaseThatTakesTheStandbysNameIsNotReplaced"}},
	{"traffic was switched without a health check; \"N/A\" would have been written into CloudFront",
		"users are sent only to a balancer that answers as its region, with its database; what is no name is never written",
		[]string{"TestUsersAreNotSentToWhatDoesNotAnswerOrIsNoWriterOfRecord", "TestARecordIsNeverPointedAtWhatIsNoName", "TestUsersAreNotLedToADistributionThatDoesNotAnswer"}},
	{"a failed CloudFront update still printed COMPLETE and exited 0",
		"a step counts when its effect is seen publicly; a refused change asks a person, and the run does not end in success",
		[]string{"TestARefusedUpdateChangesNothingAndSaysWhy", "TestARunWhoseLeversAreRefusedDoesNotEndInSuccess"}},
	{"the origin was changed by position; a later apply in the primary's Terraform reverted it",
		"origins are matched by id, and every root plans to no changes with the roles that a run wrote",
		[]string{"TestAnOriginIsReplacedByTheOneThatItsGroupNames", "TestADistributionThatSomebodyElseChangedIsNotOverwritten", "TestEveryRootIsAppliedAndThenPlansToNoChangesAlsoAfterAFailover"}},
	{"failback brought no data back, and deactivation destroyed the database without a last snapshot",
		"a failback is a switchover with proof; what is replaced is kept with a snapshot, and nothing of ours deletes a database",
		[]string{"TestAFailoverAReprotectionAndAFailbackTwiceInARowLoseNoRowAndEndAsTheyBegan", "TestNothingOfOursCanDeleteADatabase", "TestWhatCannotBeMadeGoodIsNeverDestroyedByAPlan"}},
	{"an expired token was reported as \"no snapshots found\"; an unknown flag was ignored and the real thing ran",
		"what could not be looked at is unknown, with its kind and remedy; an unknown flag is refused with 64",
		[]string{"TestExpiredCredentialsAreNeverAnEmptyList", "TestNothingIsSaidToBeAbsentThatCouldNotBeRead", "TestAWrongCommandLineExitsWith64AndStartsNothing"}},
	{"no image, no task, a dead balancer and traffic on the wrong region gave \"12 passed, 0 failed\"",
		"each of them fails a check of its own, and what was never read has not passed",
		[]string{"TestAStandbyOfNothingFailsEveryCheckThatLooksAtIt", "TestWhatIsWrongFailsItsCheck", "TestWhatWasNeverReadHasNotPassed"}},
	{"a re-run after a failed apply said \"already active\", by an output flag",
		"a resumed run looks at the cloud; a phase is there when its readers see it and its plan is empty",
		[]string{"TestARunThatCrashesAnywhereComesToTheSameEnd", "TestAFailedApplyIsPlannedAndConfirmedAnew", "TestAProcessThatEndsInTheMiddleOfAnApplyLeavesWhatAnotherGoesOnWith"}},
	{"after a restore the application could not log in: the secret held the other region's password",
		"the standby's own secret is what the restored database is given, and a login is proven before users are sent",
		[]string{"TestAfterARestoreTheApplicationLogsInThoughThePasswordWasRotatedSince", "TestAManagedPasswordIsMovedInTheOrderThatCutsNobodyOff"}},
	{"a log group that existed already stopped the apply half-way",
		"what is there is found and imported with the next plan",
		[]string{"TestWhatIsThereAlreadyIsImportedAtTheNextTry", "TestResourcesThatAreThereAlreadyAreOfferedForImport"}},
	{"a stale lock; a session that ended half-way; images deleted by a plan that nobody read",
		"a lock is shown with holder and age and taken behind a gate, a session is renewed in time, and a plan that deletes a repository wants its name",
		[]string{"TestALockedStateIsShownAndFreedOnlyBehindItsGate", "TestASessionThatEndsInTheMiddleIsRenewed", "TestAPlanThatWouldLoseDataIsRefusedUntilEachNameIsTyped"}},
	{"hand-copied balancer names changed, and Grafana's record was forgotten in both directions",
		"names are read when they are needed, and every record that leads to the region moves, there and back",
		[]string{"TestEveryNameThatLeadsToTheRegionIsPointedAtTheOther", "TestTheWayBackIsPlannedAsTheWayThere"}},
	{"documents said 15 minutes and 4 hours; no run was ever timed",
		"every step of every run is timed, and the gate shows this estate's own times or says that there is none",
		[]string{"TestTimeToServeIsTheCriticalPathOfPastRunsWithoutPeople"}},
}

// The sixteen incidents each have tests that show what happens instead, and these are there.
func TestEveryIncidentHasItsTests(t *testing.T) {
	if len(incidents) != 16 {
		t.Errorf("%d incidents", len(incidents))
	}
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	_ = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		for _, m := range declared.FindAllSubmatch(source, -1) {
			there[string(m[1])] = true
		}
		return nil
	})
	for i, in := range incidents {
		if in.happened == "" || in.instead == "" || len(in.tests) == 0 {
			t.Errorf("incident %d: %+v", i+1, in)
		}
		for _, name := range in.tests {
			if !there[name] {
				t.Errorf("incident %d: there is no %s", i+1, name)
			}
		}
	}
}

// Copies that go on arriving while their data grows old are told by the data: no copy's own time makes them newer.
func TestACopyJobThatDiedSilentlyIsFailedByTheAgeOfItsData(t *testing.T) {
	s := pilot(config.ColdStandby)
	s.west.Backups = part([]aws.Backup{}, noon)
	for age := 10 * time.Minute; age < 25*time.Hour; age += 4 * time.Hour {
		s.west.Snapshots = part([]aws.DBSnapshot{
			{ID: "copied-just-now", Status: "available", Created: noon.Add(-time.Minute), Original: noon.Add(-age), SourceRegion: east},
			{ID: "on-its-way", Status: "creating", Created: noon, Original: noon, SourceRegion: east},
		}, noon)
		e := s.join()
		if c := checkOf(t, e.Checks, "recovery-point"); c.Verdict != CheckFail || !strings.Contains(c.Text, span(age)) {
			t.Errorf("%s old: %s: %s", age, c.Verdict, c.Text)
		}
		if r := e.Regions[1]; r.Condition == CondReady {
			t.Errorf("%s old: us-west-2 is %s", age, r.Condition)
		}
	}
}

// A session that is over says so of everything that it was to read. Nothing is called missing, empty or well for it.
func TestExpiredCredentialsAreNeverAnEmptyList(t *testing.T) {
	for _, strategy := range []config.Strategy{config.WarmStandby, config.ColdStandby, config.PilotLight} {
		s := fit()
		if strategy != config.WarmStandby {
			s = pilot(strategy)
		}
		w := s.west
		w.Identity = failed(w.Identity, fault.Expired, noon)
		w.Snapshots, w.Backups = failed(aws.Part[[]aws.DBSnapshot]{}, fault.Expired, noon), failed(aws.Part[[]aws.Backup]{}, fault.Expired, noon)
		w.Databases, w.Images, w.Secrets = failed(aws.Part[[]aws.Database]{}, fault.Expired, noon), failed(aws.Part[[]aws.Image]{}, fault.Expired, noon), failed(aws.Part[[]aws.Secret]{}, fault.Expired, noon)
		e := s.join()
		for _, id := range []string{"recovery-point", "images", "replica"} {
			c := checkOf(t, e.Checks, id)
			if c.Verdict == CheckPass || c.Verdict == CheckWarn || strings.Contains(c.Text, "none") || strings.Contains(c.Text, "no recovery point") {
				t.Errorf("%s, %s: %s: %s", strategy, id, c.Verdict, c.Text)
			}
		}
		if c := checkOf(t, e.Checks, "session"); c.Verdict != CheckFail || !strings.Contains(c.Text, "expired") {
			t.Errorf("%s, session: %s: %s", strategy, c.Verdict, c.Text)
		}
		if r := e.Regions[1]; r.Condition == CondReady {
			t.Errorf("%s: us-west-2 is %s", strategy, r.Condition)
		}
	}
}

// A standby that has no image, no task and a balancer that is dead fails each check that looks at it, and is not ready.
func TestAStandbyOfNothingFailsEveryCheckThatLooksAtIt(t *testing.T) {
	s := fit()
	s.west.Images = part([]aws.Image{}, noon)
	s.services(1, func(all []aws.Service) {
		for i := range all {
			all[i].Running, all[i].Desired, all[i].Pending = 0, 0, 0
		}
	})
	s.in.Edge.Balancers = with(s.in.Edge.Balancers, west, failed(aws.Part[edge.Answer]{}, fault.Unreachable, noon))
	e := s.join()
	for _, id := range []string{"images", "services", "probe"} {
		if c := checkOf(t, e.Checks, id); c.Verdict != CheckFail {
			t.Errorf("%s: %s: %s", id, c.Verdict, c.Text)
		}
	}
	if r := e.Regions[1]; r.Condition == CondReady || r.Why == "" {
		t.Errorf("us-west-2 is %s: %q", r.Condition, r.Why)
	}
	// And users who are served from another region than that of the writer of record are no healthy estate.
	s = fit()
	s.api(answered(200, west, noon))
	for i := range s.in.Edge.Resolvers {
		s.in.Edge.Resolvers[i].API = answered(200, west, noon)
	}
	if e := s.join(); e.Exit() == 0 {
		t.Errorf("users are in us-west-2, the writer of record is in us-east-1, and all is well: %s", e.Verdict.Lines)
	}
}

// Cloudflare is down, and CloudFront refuses its change: users stay, and the run does not end in success, whatever else has gone well.
func TestARunWhoseLeversAreRefusedDoesNotEndInSuccess(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		by := &leverless{phrases: typing(), most: 1}
		run := w.begun(w.runner(), Switchover, by)
		waitFor(t, run, is(StepPromote, runbook.StateWatched))
		w.direct("cloudflare-down")
		w.direct("break-call", "cloudfront", "UpdateDistribution", "AccessDenied")
		v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if v.Ending == runbook.Done || !strings.Contains(v.Note, "AccessDenied") {
			t.Errorf("it ended %q: %s", v.Ending, v.Note)
		}
		for _, id := range []string{stepCDN, StepPublic, StepReport} {
			if s, _ := v.Step(id); s.State == runbook.StateDone {
				t.Errorf("%s is said to be done: %s", id, says(v, id))
			}
		}
	})
}
