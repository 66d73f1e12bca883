package views

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
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

// plainEdge asks for nothing but its phrase.
func plainEdge(start time.Time) *story {
	s := atEdgeGate(start)
	s.asked[0].Notice.Failing = nil
	return s
}

func TestNothingButThePhrasePassesAGate(t *testing.T) {
	for typed, why := range map[string]string{
		"":                          "type the phrase",
		"send users to us-west-1":   "differs from letter 23",
		"Send users to us-west-2":   "differs from letter 1",
		"send users  to us-west-2":  "differs from letter 12",
		"send users to us-west-2.":  "differs from letter 24",
		"send users to us-west":     "the phrase goes on",
		"send users to us‑west‑2":   "differs from letter 17",
		"send users to\nus-west-2x": "differs from letter",
	} {
		m, runs := atRun(plainEdge)
		if typed != "" {
			m.types(typed)
		}
		m.types("enter")
		if len(runs.taken) > 0 || runs.wrong > 0 {
			t.Errorf("%q was sent: %+v", typed, runs.taken)
		}
		m.shows(t, why)
	}
}

func TestThePhraseTypedOrPastedPassesItOnce(t *testing.T) {
	for name, keys := range map[string][]string{
		"typed":  strings.Split("send users to us-west-2", ""),
		"pasted": {"  send users to us-west-2\n"},
		"mended": {"send users to us-west-3", "backspace", "2"},
	} {
		m, runs := atRun(plainEdge)
		m.types(keys...)
		m.shows(t, "✓ Enter")
		if len(runs.taken) > 0 {
			t.Errorf("%s: it was passed without Enter", name)
		}
		m.types("enter", "enter")
		if len(runs.taken) != 1 || runs.taken[0].Choice != runbook.Pass || runs.taken[0].Phrase != "send users to us-west-2" || runs.taken[0].By != "" {
			t.Errorf("%s: taken %+v", name, runs.taken)
		}
	}
}

func TestAFailingCheckAsksForItsPhraseThenForAReasonThenForTheGates(t *testing.T) {
	m, runs := atRun(atEdgeGate)
	m.shows(t, "type  send users without a fence receipt", "1 of 3")
	m.types("send users to us-west-2", "enter")
	m.shows(t, "that is not the phrase", "1 of 3")
	m.settled(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl})
	m.types("send users without a fence receipt", "enter")
	m.shows(t, "write  a reason", "why: send users without a fence receipt", "2 of 3")
	m.types("enter")
	m.shows(t, "write the reason")
	m.types("  the region is gone ", "enter")
	m.shows(t, "type  send users to us-west-2", "3 of 3")
	m.types("send users to us-west-2", "enter")
	want := runbook.Override{Phrase: "send users without a fence receipt", Reason: "the region is gone"}
	if len(runs.taken) != 1 || len(runs.taken[0].Overrides) != 1 || runs.taken[0].Overrides[0] != want {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestAPhraseIsForgottenWhenItIsLeft(t *testing.T) {
	m, runs := atRun(plainEdge, "send users to us-west-2", "esc", "enter", "enter")
	m.shows(t, "type the phrase")
	if len(runs.taken) > 0 {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestARefusalOfTheRunIsSaidAndThePhraseIsAskedForAgain(t *testing.T) {
	m, runs := atRun(plainEdge)
	runs.now.Questions[0].Passed = []string{""} // it was passed by us already, as the run sees it
	m.types("send users to us-west-2", "enter")
	m.shows(t, "has passed it already", "› ")
	m.types("enter")
	if len(runs.taken) > 0 {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestAQuestionThatChangedIsReadAgain(t *testing.T) {
	m, runs := atRun(plainEdge, "send users to us-w")
	u := runs.now
	n := *u.Questions[0].Notice
	n.Data = "at most 140 s of writes lost"
	u.Questions = []runbook.Question{u.Questions[0]}
	u.Questions[0].Notice = &n
	runs.now = u
	m.Update(runMsg{id: testRun, update: &u})
	m.stale = true
	m.shows(t, "at most 140 s", "keys are passed over")
	m.hides(t, "› send users")
}

func TestAGateThatAppearsByItselfTakesNoKeyUntilTheKeyboardIsStill(t *testing.T) {
	now := noon
	runs := newFakeRuns(plainEdge)
	m := newRoot(Options{Source: &still{e: darkEast()}, Config: testConfig(), Runs: runs, Now: func() time.Time { return now }, Width: 120, Height: 36, NoColor: true})
	m.take(darkEast())
	m.Update(runsMsg{lines: runs.lines})
	quiet := runs.now
	quiet.Questions = nil
	m.Update(runMsg{id: testRun, update: &quiet})
	m.home()
	m.Update(tea.KeyPressMsg{Code: 'R', Text: "R"})
	m.Update(runMsg{id: testRun, update: &runs.now}) // the gate appears under the fingers
	press := func(after time.Duration, msg tea.Msg) {
		now = now.Add(after)
		m.Update(msg)
	}
	const phrase = "send users to us-west-2"
	press(100*time.Millisecond, tea.PasteMsg{Content: phrase})
	press(499*time.Millisecond, tea.KeyPressMsg{Code: tea.KeyEnter})
	press(499*time.Millisecond, tea.KeyPressMsg{Code: tea.KeyEscape})
	press(10*time.Millisecond, tea.PasteMsg{Content: phrase})
	m.shows(t, "keys are passed over until the keyboard has been still")
	if s := m.top().(*runScreen); s.form == nil || s.form.fields[0].Value() != "" {
		t.Fatalf("something was taken: %+v", s.form)
	}
	press(500*time.Millisecond, tea.PasteMsg{Content: phrase})
	if got := m.top().(*runScreen).form.fields[0].Value(); got != phrase {
		t.Errorf("after half a second it took %q", got)
	}
	m.hides(t, "keys are passed over")
}

func TestTheQuietEndsByItself(t *testing.T) {
	var q quiet
	q.begin(noon)
	if !q.swallows(noon.Add(400 * time.Millisecond)) {
		t.Error("a key after 400 ms was taken")
	}
	if q.settle(noon.Add(500*time.Millisecond)) == nil || !q.on {
		t.Error("it ended 100 ms after a key")
	}
	if q.settle(noon.Add(900*time.Millisecond)) != nil || q.on {
		t.Error("it goes on half a second after the last key")
	}
}

func TestAGateWaitsBehindASheetThatIsOverIt(t *testing.T) {
	m, runs := atRun(midway, "?")
	u := plainEdge(noon.Add(-5 * time.Minute)).update()
	runs.now = u
	m.Update(runMsg{id: testRun, update: &u})
	m.stale = true
	m.shows(t, "Keys", "a run")
	_, _ = m.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
	m.stale = true
	m.shows(t, "type  send users to us-west-2", "keys are passed over")
}

func TestACodeIsNeitherShownNorKept(t *testing.T) {
	m, runs := atRun(wantsCode, "98765", "enter")
	m.shows(t, "•••••", "the code has six digits")
	m.hides(t, "98765")
	s := m.top().(*runScreen)
	f := s.form
	m.types("4", "enter")
	m.hides(t, "98765")
	if len(runs.taken) != 1 || runs.taken[0].Phrase != "987654" || f.fields[0].Value() != "" {
		t.Errorf("taken %+v, kept %q", runs.taken, f.fields[0].Value())
	}
}

func TestAFailedStepIsTriedAgainSkippedUndoneOrStopped(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want runbook.Answer
	}{
		"try again": {[]string{"t", "enter"}, runbook.Answer{Choice: runbook.Retry}},
		"skip":      {[]string{"s", "enter", "skip promote", "enter", "by hand", "enter"}, runbook.Answer{Choice: runbook.Skip, Phrase: "skip promote", Reason: "by hand"}},
		"undo":      {[]string{"u", "undo fail over us-east-1 to us-west-2", "enter", "it answers again", "enter"}, runbook.Answer{Choice: runbook.Undo, Phrase: "undo fail over us-east-1 to us-west-2", Reason: "it answers again"}},
		"stop":      {[]string{"x", "enter"}, runbook.Answer{Choice: runbook.Stop}},
	} {
		m, runs := atRun(troubled, c.keys...)
		if len(runs.taken) != 1 || fmt.Sprint(runs.taken[0]) != fmt.Sprint(c.want) {
			t.Errorf("%s: taken %+v\n%s", name, runs.taken, screenOf(m))
		}
	}
	m, runs := atRun(troubled, "enter", "g")
	m.shows(t, "go unplanned: the run is unplanned already")
	if len(runs.taken) > 0 {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestARunIsCalledOffAtItsOpeningGateAndNotLater(t *testing.T) {
	_, runs := atRun(atOpeningGate, "esc", "c", "enter")
	if len(runs.taken) != 1 || runs.taken[0].Choice != runbook.CallOff {
		t.Errorf("taken %+v", runs.taken)
	}
	m, runs := atRun(atEdgeGate, "esc", "c", "enter")
	m.shows(t, "1 of 3")
	if len(runs.taken) > 0 {
		t.Errorf("taken %+v", runs.taken)
	}
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
	m.shows(t, "failover: a run is open: R goes to it")
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

func TestARunIsFollowedWhileTheProgramRuns(t *testing.T) {
	runs := newFakeRuns(midway)
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.shows("R  failover to us-west-2: under way, promote replica")
		term.press("R")
		term.shows("▸ promote replica", "rebooting")
		runs.set(plainEdge(noon.Add(-5 * time.Minute)).update())
		term.settle()
		term.shows("keys are passed over")
		time.Sleep(time.Second)
		synctest.Wait()
		term.hides("keys are passed over")
		term.press("send users to us-west-2", "enter")
		if len(runs.taken) != 1 {
			t.Errorf("taken %+v", runs.taken)
		}
		runs.set(finished(noon.Add(-20 * time.Minute)).update())
		term.settle()
		term.shows("Report", "done: us-west-2 has taken over")
		term.press("d")
		term.hides("R  failover")
	})
}

func TestFollowingBeginsAnewWhereItBreaksOff(t *testing.T) {
	runs := newFakeRuns(midway)
	other := runs.now
	other.View.Run = "another"
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.press("R")
		was := runs.now
		runs.set(other) // the door has no such run any more
		term.settle()
		term.shows("cannot be followed now")
		runs.set(was)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		term.hides("cannot be followed now")
	})
}

func TestAStoppedRunThatIsResumedIsFollowedAgain(t *testing.T) {
	runs := newFakeRuns(func(start time.Time) *story {
		return midway(start).write(runbook.Entry{Kind: runbook.EntryStopped, Text: "stopped by ana: lunch"})
	})
	stopped := runs.now
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.shows("stopped, can be resumed")
		term.press("R")
		term.shows("! R takes it up again: stopped by ana: lunch")
		term.press("R")
		term.shows("take the run up where its journal ends")
		s := midway(noon.Add(-5 * time.Minute))
		s.write(runbook.Entry{Kind: runbook.EntryResumed})
		runs.set(s.update())
		term.press("enter")
		term.shows("elapsed", "raise scaling floors")
		term.hides("takes it up again")
		runs.set(stopped)
		term.settle()
		term.shows("! R takes it up again")
	})
}

func TestAtRestARunWritesLittle(t *testing.T) {
	for name, s := range map[string]tale{"under way": midway, "at a gate": plainEdge, "over": finished} {
		runs := newFakeRuns(s)
		withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 40, func(term *terminal) {
			term.press("H", "enter")
			time.Sleep(3 * time.Second)
			before := term.total()
			for i := range 60 {
				if i%15 == 0 {
					e := darkEast()
					e.Revision, e.At = uint64(i+2), noon.Add(time.Duration(i)*time.Second)
					term.program.Send(Show(e))
				}
				time.Sleep(time.Second)
				synctest.Wait()
			}
			got := (term.total() - before) / 60
			t.Logf("%s: %d B/s at rest", name, got)
			if most := map[bool]int{true: 2, false: 60}[name == "over"]; got >= most {
				t.Errorf("%s: %d bytes a second at rest, the budget is %d", name, got, most)
			}
		})
	}
}
