package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

const asked = "fail over us-east-1 to us-west-2"

func TestWhatWasTypedIsHeldAgainstThePhrase(t *testing.T) {
	for typed, want := range map[string]Match{
		"":                                     {},
		"fail ov":                              {Right: 7},
		"  fail ov":                            {Right: 9},
		asked:                                  {Right: len(asked), Whole: true},
		" " + asked + "  ":                     {Right: len(asked) + 3, Whole: true},
		"Fail over us-east-1 to us-west-2":     {Wrong: true},
		"fail over us-west-2":                  {Right: 13, Wrong: true},
		"fail  over us-east-1 to us-west-2":    {Right: 5, Wrong: true},
		asked + " please":                      {Right: len(asked), Wrong: true},
		"fail over us-east-1 to\u200b us-west": {Right: 22, Wrong: true},
	} {
		if got := MatchOf(typed, asked); got != want {
			t.Errorf("%q: %+v, want %+v", typed, got, want)
		}
	}
}

func TestTheFirstWrongLetterIsShown(t *testing.T) {
	in := NewInput()
	in.Update(tea.PasteMsg{Content: "fail over us-w"})
	l, x := in.Against(asked, T(Accent, "› "), 40)
	if l.String() != "› fail over us-w" || x != 16 {
		t.Errorf("%q, cursor at %d", l, x)
	}
	if last := l[len(l)-1]; last.text != "w" || last.role != Bad {
		t.Errorf("the wrong part is %+v", last)
	}
}

func TestOfALongTextThePartAroundTheCursorIsShown(t *testing.T) {
	in := NewInput()
	in.Update(tea.PasteMsg{Content: strings.Repeat("because ", 20) + "END"})
	l, x := in.Line(T(Accent, "› "), 30)
	if l.Width() > 30 || !strings.HasSuffix(l.String(), "END") || !strings.HasPrefix(l.String(), "› …") || x >= 30 {
		t.Errorf("%q, cursor at %d", l, x)
	}
}

func TestASecretShowsOnlyHowMuchWasTyped(t *testing.T) {
	in := NewSecret()
	in.Update(tea.PasteMsg{Content: "123456"})
	if l, _ := in.Line(nil, 30); l.String() != "••••••" || in.Value() != "123456" {
		t.Errorf("%q", l)
	}
}

func TestABadgeKeepsItsSpacesInEveryTheme(t *testing.T) {
	l := Cat(Badge(Bad, "FAIL OVER"), Space(1), T(Text, "x"))
	if got := NewTheme(Plain).Render(l); got != "\x1b[1;7m FAIL OVER \x1b[m x" {
		t.Errorf("%q", got)
	}
	if got := (Theme{}).Render(l); got != " FAIL OVER  x" {
		t.Errorf("%q", got)
	}
}

func TestAStopwatchRuns(t *testing.T) {
	for want, d := range map[string]int{"0:01": 1, "12:05": 725, "1:02:05": 3725, "0:00": -3} {
		if got := Stopwatch(time.Duration(d) * time.Second); got != want {
			t.Errorf("%d s is %q, want %q", d, got, want)
		}
	}
}
