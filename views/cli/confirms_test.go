package cli

import (
	"testing"

	"lifeboat/dr/runbook"
)

const opening = "fail over us-east-1 to us-west-2"

func openingGate() runbook.Question {
	return runbook.Question{ID: "gate open", Kind: runbook.AskGate, Asked: 3, Offers: []runbook.Offer{
		{Choice: runbook.Pass, Phrase: opening}, {Choice: runbook.LookAgain}, {Choice: runbook.CallOff}, {Choice: runbook.Stop},
	}}
}

func TestOnlyAPhraseThatWasGivenAnswersAGate(t *testing.T) {
	for given, passes := range map[string]bool{
		opening: true, "  " + opening + "\r\n": true,
		"": false, "fail over": false, "Fail over us-east-1 to us-west-2": false, "fail over us-east-1 to us-west-": false,
		"fail over us-west-2 to us-east-1": false, "fail over us-east-1  to us-west-2": false, "pass": false, "stop": false, "call off": false,
	} {
		a, missing := confirms{phrases: []string{given}}.answer(openingGate(), "ann")
		if (a.Choice == runbook.Pass) != passes || (missing == "") != passes {
			t.Errorf("%q: %+v, missing %q", given, a, missing)
		}
		if passes && (a.By != "ann" || a.Asked != 3) {
			t.Errorf("%q: %+v", given, a)
		}
	}
	if _, missing := (confirms{}).answer(openingGate(), "ann"); missing != `--confirm "fail over us-east-1 to us-west-2"` {
		t.Errorf("missing: %s", missing)
	}
}

func TestAFailingCheckNeedsItsPhraseAndTheReasonOnTheCommandLineToo(t *testing.T) {
	q := openingGate()
	q.Notice = &runbook.Notice{Failing: []runbook.Failing{{ID: "receipt", Text: "no receipt", Override: "promote without a fence receipt"}}}
	for _, c := range []struct {
		confirms
		missing string
	}{
		{confirms{[]string{opening}, ""}, `--confirm "promote without a fence receipt" --reason TEXT`},
		{confirms{[]string{opening}, "dark"}, `--confirm "promote without a fence receipt"`},
		{confirms{[]string{opening, "promote without a fence receipt"}, " "}, `--reason TEXT`},
		{confirms{[]string{"promote without a fence receipt"}, "dark"}, `--confirm "fail over us-east-1 to us-west-2"`},
		{confirms{[]string{opening, "promote without a fence receipt"}, "dark"}, ""},
	} {
		a, missing := c.answer(q, "ann")
		if missing != c.missing || (a.Choice == runbook.Pass) != (c.missing == "") {
			t.Errorf("%+v: %+v, missing %q", c.confirms, a, missing)
		}
		if missing == "" && (len(a.Overrides) != 1 || a.Overrides[0].Reason != "dark" || a.Overrides[0].By != "ann") {
			t.Errorf("%+v", a.Overrides)
		}
	}
}

func TestAStepThatFailedIsAnsweredByWhatWasGivenForThatToo(t *testing.T) {
	q := runbook.Question{ID: "trouble fence", Kind: runbook.AskTrouble, Offers: []runbook.Offer{
		{Choice: runbook.Retry}, {Choice: runbook.Skip, Phrase: "skip fence", Reason: true},
		{Choice: runbook.Undo, Phrase: "undo " + opening, Reason: true, Disabled: "past its commit point"}, {Choice: runbook.Stop},
	}}
	for _, c := range []struct {
		confirms
		choice runbook.Choice
	}{
		{confirms{nil, "r"}, ""},
		{confirms{[]string{"skip fence"}, ""}, ""},
		{confirms{[]string{"undo " + opening}, "r"}, ""},
		{confirms{[]string{"skip fence"}, "r"}, runbook.Skip},
	} {
		if a, _ := c.answer(q, "ann"); a.Choice != c.choice {
			t.Errorf("%+v: %q, want %q", c.confirms, a.Choice, c.choice)
		}
	}
}

func TestWhatStandsAgainstStartingIsOverriddenByItsOwnPhraseAlone(t *testing.T) {
	c := confirms{[]string{opening, runbook.PhraseCoolDown}, "dark"}
	if early := c.early(); len(early) != 1 || early[0] != (runbook.Override{Phrase: runbook.PhraseCoolDown, Reason: "dark"}) {
		t.Errorf("%+v", early)
	}
}
