package views

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr/runbook"
)

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
