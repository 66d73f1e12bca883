package views

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// shows fails where words are not on the model's screen.
func (m *root) shows(t *testing.T, words ...string) {
	t.Helper()
	s := screenOf(m)
	for _, w := range words {
		if !strings.Contains(s, w) {
			t.Fatalf("no %q on the screen:\n%s", w, s)
		}
	}
}

func (m *root) hides(t *testing.T, words ...string) {
	t.Helper()
	s := screenOf(m)
	for _, w := range words {
		if strings.Contains(s, w) {
			t.Fatalf("%q is on the screen:\n%s", w, s)
		}
	}
}

// atRun is a cockpit on the screen of a run.
func atRun(s tale, keys ...string) (*root, *fakeRuns) {
	runs := newFakeRuns(s)
	m := runModel(darkEast(), runs, 120, 36)
	m.home()
	return m.types("R").types(keys...), runs
}

func TestWordsThatTheRunHasNotAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"skip": {[]string{"s", "it hangs", "enter", "esc", "s", "skip promote", "enter", "it hangs", "enter"}, "skip promote: skip promote it hangs"},
		"stop": {[]string{"x", "enter", "lunch", "enter"}, "stop: lunch"},
	} {
		m, runs := atRun(midway, c.keys...)
		if len(runs.said) != 1 || runs.said[0] != c.want {
			t.Errorf("%s: said %q\n%s", name, runs.said, screenOf(m))
		}
	}
	m, _ := atRun(midway, "u")
	m.shows(t, "undo: the run is past its commit point")
	m, _ = atRun(midway, "up", "s")
	m.shows(t, "skip: scale services to full is not under way")
}

func TestASkippedSafetyStepNeedsItsPhraseAndAReason(t *testing.T) {
	verifying := func(start time.Time) *story {
		s := atEdgeGate(start)
		s.asked = nil
		return s.write(runbook.Entry{Kind: runbook.EntryBegan, Step: "public"})
	}
	m, runs := atRun(verifying, "down")
	for range 3 {
		if screen := screenOf(m); strings.Contains(screen, "›▸ verify publicly") {
			break
		}
		m.types("up")
	}
	m.types("s", "skip publik", "enter")
	m.shows(t, "differs from letter 11")
	m.types("esc", "s", "skip public", "enter", "our resolver is down", "enter")
	if len(runs.said) != 1 || runs.said[0] != "skip public: skip public our resolver is down" {
		t.Errorf("said %q\n%s", runs.said, screenOf(m))
	}
}

func TestARunThatDiedIsResumedAndTakenOverWithThePhrase(t *testing.T) {
	runs := newFakeRuns(midway)
	runs.now.Here, runs.now.Dead = false, "its process (pid 4711) has died"
	runs.lines[0].Here, runs.lines[0].Dead = false, runs.now.Dead
	held := &runbook.HeldError{By: runbook.Grant{Fence: 17, Holder: "ana", Host: "bastion", Run: testRun}, Free: noon.Add(time.Minute)}
	runs.refuse = []error{fmt.Errorf("not resumed: %w", held)}
	m := runModel(darkEast(), runs, 120, 36)
	m.shows(t, "failover to us-west-2: its process (pid 4711) has died")
	m.types("R")
	m.shows(t, "✗ R takes it up again: its process (pid 4711) has died")
	m.types("s")
	m.shows(t, "nobody runs it now: R takes it up again")
	m.types("R", "enter")
	m.shows(t, "type  take over fence 17 from ana", "ana on bastion holds the lease")
	m.types("enter", "take over fence 17 from ana", "enter")
	want := fmt.Sprintf("resume %s \"\"|resume %s \"take over fence 17 from ana\"", testRun, testRun)
	if got := strings.Join(runs.said, "|"); got != want {
		t.Errorf("said %s", got)
	}
}

func TestARunOfALivingMachineIsHandedOverByThePhrase(t *testing.T) {
	runs := newFakeRuns(midway)
	held := &runbook.HeldError{By: runbook.Grant{Fence: 17, Holder: "ana", Host: "bastion", Run: testRun}, Free: noon.Add(time.Minute)}
	runs.refuse = []error{fmt.Errorf("not resumed: %w", held)}
	m := runModel(darkEast(), runs, 120, 36)
	m.home()
	m.types("R", "R")
	m.shows(t, "resume: it is being run here")
	runs.now.Here = false
	m.settled(runMsg{id: testRun, update: &runs.now})
	m.types("R", "enter").shows(t, "type  take over fence 17 from ana", "ana on bastion holds the lease")
	m.types("take over fence 17 from ana", "enter")
	if got := strings.Join(runs.said, "|"); !strings.HasSuffix(got, "\"take over fence 17 from ana\"") {
		t.Errorf("said %s", got)
	}
}

func TestBeginningStartsNothingButAProcessThatWaitsAtItsGate(t *testing.T) {
	runs := newFakeRuns(nil)
	m := runModel(darkEast(), runs, 120, 36)
	m.types("f")
	m.shows(t, "nothing is started", "fail over us-east-1 to us-west-2", "leans on us-east-1; tried for 1m0s")
	m.types("P")
	m.shows(t, "aws rds promote-read-replica")
	m.types("esc", "enter")
	if len(runs.begun) > 0 {
		t.Fatalf("begun %+v", runs.begun)
	}
	runs.now = atOpeningGate(noon.Add(-time.Minute)).update()
	runs.lines = []RunLine{{View: runs.now.View, Here: true}}
	m.types("b")
	if len(runs.begun) != 1 || runs.begun[0].DryRun || runs.begun[0].Kind != dr.Failover {
		t.Fatalf("begun %+v", runs.begun)
	}
	m.settled(runMsg{id: testRun, update: &runs.now})
	m.shows(t, "◆ fail over us-east-1 to us-west-2", "type  promote without a fence receipt")
}

func TestACoolDownIsOverriddenByItsPhraseAndAReason(t *testing.T) {
	runs := newFakeRuns(nil)
	runs.refuse = []error{errors.New(`run x changed things until 03:10:00 UTC; wait until 03:40:00 UTC, or type "start within the cool-down" with a reason`)}
	m := runModel(darkEast(), runs, 80, 24)
	m.types("f", "n")
	m.shows(t, "run x changed things until", "type  start within the cool-down", "1 of 2")
	m.types("start within the cool-down", "enter", "it went dark again", "enter")
	want := runbook.Override{Phrase: runbook.PhraseCoolDown, Reason: "it went dark again"}
	if len(runs.begun) != 2 || !runs.begun[1].DryRun || len(runs.begun[1].Overrides) != 1 || runs.begun[1].Overrides[0] != want {
		t.Errorf("begun %+v", runs.begun)
	}
}

func TestARefusalWithoutAWayAroundIsSaid(t *testing.T) {
	runs := newFakeRuns(nil)
	runs.refuse = []error{errors.New("the AWS API of us-west-2 does not answer: nothing can be promoted there")}
	m := runModel(darkEast(), runs, 80, 24)
	m.types("f", "b")
	m.shows(t, "✗ it was not started", "the AWS API of us-west-2 does not answer")
}

func TestDetachingLeavesTheRunAndTheCockpitLeadsBack(t *testing.T) {
	m, _ := atRun(midway, "d")
	m.shows(t, "▌ R  failover to us-west-2: under way, promote replica", "us-east-1  primary")
	m.types("f")
	m.shows(t, "failover: a run is open: R on the cockpit goes to it")
	m.types("R")
	m.shows(t, "FAIL OVER", "▸ promote replica")
}

func TestARunThatWaitsIsOfferedFirstUnlessSomebodyIsAtWork(t *testing.T) {
	runs := newFakeRuns(atOpeningGate)
	m := runModel(darkEast(), runs, 80, 24)
	m.shows(t, "◆ fail over us-east-1 to us-west-2")

	m = newRoot(Options{Source: &still{e: darkEast()}, Config: testConfig(), Runs: runs, Now: func() time.Time { return noon }, Width: 80, Height: 24, NoColor: true})
	m.take(darkEast())
	m.Update(tea.KeyPressMsg{Code: tea.KeyDown})
	m.Update(runsMsg{lines: runs.lines})
	m.shows(t, "waits at its gate", "us-east-1  primary")

	runs = newFakeRuns(midway)
	m = runModel(darkEast(), runs, 80, 24)
	m.shows(t, "under way, promote replica", "us-east-1  primary")
}

func TestASecondOperatorSeesWhoHasPassed(t *testing.T) {
	two := func(start time.Time) *story {
		s := plainEdge(start)
		s.asked[0].Passed = []string{"arn:aws:sts::123456789012:assumed-role/ops/ana"}
		return s
	}
	runs := newFakeRuns(two)
	runs.now.Here = false
	m := runModel(darkEast(), runs, 200, 60)
	m.home()
	m.types("R")
	m.shows(t, "by ana; another person must pass it too", "run by ana on bastion")
	m.types("send users to us-west-2", "enter")
	if len(runs.taken) != 1 {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestADarkWriterOffersTheKeyAndTheLatestSafeStart(t *testing.T) {
	m := runModel(darkEast(), newFakeRuns(nil), 120, 36)
	m.shows(t, "Press f to fail over.")
	m.hides(t, "Latest safe start")
	e := darkEast()
	e.Record.Serve = 7 * time.Minute
	runModel(e, newFakeRuns(nil), 120, 36).shows(t, "Press f to fail over. Latest safe start for the 1 h target: 04:05")
	runModel(e, newFakeRuns(midway), 120, 36).hides(t, "Press f")
	modelOf(e, testConfig(), 120, 36).hides(t, "Press f")
}

func TestWithoutADoorNothingCanBeChanged(t *testing.T) {
	m := modelOf(healthy(), testConfig(), 120, 36)
	m.shows(t, "read only")
	m.types("f")
	m.shows(t, "failover: read only")
	m.hides(t, "H history")
}

func TestPaperCanBeCopiedAsItStands(t *testing.T) {
	command := "aws rds promote-read-replica --region us-west-2 --db-instance-identifier dr-db --backup-retention-period 7"
	var joined string
	for _, l := range commandLines(command, 60) {
		joined += strings.TrimSuffix(strings.TrimSpace(l.String()), `\`)
	}
	if strings.Join(strings.Fields(joined), " ") != command {
		t.Errorf("got %q", joined)
	}
	for _, l := range commandLines("# "+strings.Repeat("look at it ", 20), 60) {
		if !strings.HasPrefix(strings.TrimSpace(l.String()), "#") {
			t.Errorf("a remark goes on as a command: %q", l)
		}
	}
}

func TestARunThatCannotBeFollowedSaysSo(t *testing.T) {
	m, runs := atRun(midway)
	m.settled(runMsg{id: testRun, err: errors.New("connection refused")})
	m.shows(t, "! it cannot be followed now", "connection refused", "▸ promote replica")
	m.settled(runMsg{id: testRun, update: &runs.now})
	m.hides(t, "cannot be followed")
}

func TestASessionThatEndsTooSoonIsSaid(t *testing.T) {
	m, runs := atRun(midway)
	for left, want := range map[time.Duration]string{
		2 * time.Minute: "! session 2 min, 3 min needed", 5 * time.Hour: "session 5 h", -time.Second: "✗ session ended", 10 * time.Minute: "! session 10 min",
	} {
		runs.now.Session = m.o.Now().Add(left)
		m.settled(runMsg{id: testRun, update: &runs.now})
		s, _, _ := strings.Cut(want, ",")
		m.shows(t, s)
	}
}

func TestWithoutAnOperatorRoleTheSessionThatCountsIsTheOneThatIsReadWith(t *testing.T) {
	m, runs := atRun(midway)
	runs.now.Session = time.Time{}
	m.e.Regions[1].Session.Expires = m.o.Now().Add(2 * time.Minute)
	m.settled(runMsg{id: testRun, update: &runs.now})
	m.shows(t, "! session 2 min")
	m.o.Config.Operator.RoleARN = "arn:aws:iam::123456789012:role/ops-change" // it is not taken on yet
	m.settled(runMsg{id: testRun, update: &runs.now})
	m.hides(t, "session 2 min")
}

func TestEveryMomentOfARunFitsEverySize(t *testing.T) {
	for name, state := range runStates() {
		m := state(120, 36)
		for _, size := range [][2]int{{1, 1}, {5, 2}, {20, 5}, {40, 9}, {60, 15}, {72, 19}, {79, 23}, {100, 30}, {149, 45}, {150, 45}, {300, 100}} {
			m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			checkScreen(t, m, fmt.Sprintf("%s at %v", name, size))
		}
	}
}

func TestAGateCanBeAnsweredOnAScreenOfNineLines(t *testing.T) {
	m, runs := atRun(plainEdge)
	m.Update(tea.WindowSizeMsg{Width: 50, Height: 9})
	m.stale = true
	m.shows(t, "type  send users to us-west-2", "› ", "Enter answer")
	m.types("send users to us-west-2", "enter")
	if len(runs.taken) != 1 {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestBeforeThereIsAPlanItIsSaidFromWhereToWhere(t *testing.T) {
	m := runModel(darkEast(), newFakeRuns(nil), 80, 24)
	m.push(&assess{kind: dr.Failover, asking: true})
	m.shows(t, "us-east-1 → us-west-2", "planning")
	m.hides(t, "nothing changes before you type")
}

func TestARunIsToldSinceWhenNothingOfTheRegionAnswers(t *testing.T) {
	e := darkEast()
	runs := newFakeRuns(nil)
	runModel(e, runs, 120, 36).types("f", "b")
	if want := e.Regions[0].QuietSince(); want.IsZero() || len(runs.begun) != 1 || !runs.begun[0].Silent.Equal(want) {
		t.Errorf("begun with %+v, want it silent since %s", runs.begun, want)
	}
}

func TestAnOutageCountsFromTheFirstSilenceAlsoWhenTheRegionAnswersAgain(t *testing.T) {
	runs := newFakeRuns(func(start time.Time) *story {
		s := finished(start)
		s.entries[0].Plan.Pins[dr.PinSilent] = start.Add(-40 * time.Second).Format(time.RFC3339)
		return s
	})
	m := runModel(healthy(), runs, 120, 36).types("H", "enter")
	m.shows(t, "when us-east-1 fell silent")
	m.hides(t, "when the run began")
}

func TestTheReportOfALongRunKeepsWhatWasGoneAgainst(t *testing.T) {
	runs := newFakeRuns(finished)
	runs.now.Events = runs.now.Events[len(runs.now.Events)-3:] // the rest of them is gone
	m := runModel(takenOver(), runs, 120, 36).types("H", "enter")
	m.shows(t, "! promote without a fence receipt: us-east-1 is gone, the status page says so, ana", "! send users without a fence receipt: us-east-1 is dark, ana")
}

func TestOnlyARunThatIsNotFencedSaysSoInItsReport(t *testing.T) {
	m := runModel(takenOver(), newFakeRuns(stayedOpen), 120, 36)
	m.home()
	m.types("R").shows(t, "OPEN: us-west-2 serves, old writer NOT fenced")
	m = runModel(takenOver(), newFakeRuns(finished), 120, 36).types("H", "enter")
	m.shows(t, "receipt     03:13:50, by cloudwatch")
	m.hides(t, "NOT fenced")
}
