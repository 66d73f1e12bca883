package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func menuOf(names ...string) Menu {
	var items []Item
	for _, n := range names {
		items = append(items, Item{Name: n, Note: T(Muted, "what it does")})
	}
	return NewMenu(items)
}

func (m *Menu) typeIn(s string) {
	for _, r := range s {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	m.Narrow()
}

func TestTypingFindsByLettersInOrder(t *testing.T) {
	m := menuOf("zoom", "us-east-1 backend", "us-west-2 backend", "refresh", "events")
	m.typeIn("westback")
	if i, ok := m.Chosen(); !ok || i != 2 || m.Len() != 1 {
		t.Errorf("chose %d of %d", i, m.Len())
	}
}

func TestBeginningsOfWordsComeBeforeLettersInside(t *testing.T) {
	m := menuOf("suspend", "us-east-1 session", "session")
	m.typeIn("se")
	if i, _ := m.Chosen(); i != 2 {
		t.Errorf("the best for se is %d", i)
	}
}

func TestNothingMatchesIsNothingChosen(t *testing.T) {
	m := menuOf("zoom")
	m.typeIn("xyz")
	if _, ok := m.Chosen(); ok || m.Len() != 0 {
		t.Error("something was chosen")
	}
	m.Move(1)
	m.Move(-5)
	if _, ok := m.Chosen(); ok {
		t.Error("something was chosen after moving")
	}
}

func TestNewItemsKeepTheChosenOne(t *testing.T) {
	m := menuOf("a", "b", "c")
	m.Move(1)
	m.SetItems([]Item{{Name: "x"}, {Name: "a"}, {Name: "b"}})
	if i, _ := m.Chosen(); i != 2 {
		t.Errorf("stands on %d", i)
	}
}

func TestAMenuDrawsNoMoreThanItsRoom(t *testing.T) {
	m := menuOf("one", "two", "three", "four", "a name that is much too long for the room that it gets here")
	m.Move(4)
	lines := m.Lines(30, 2)
	if len(lines) != 2 || !strings.HasPrefix(lines[1].String(), "› a name") {
		t.Errorf("%q", plain(lines))
	}
	for _, l := range lines {
		if l.Width() > 30 {
			t.Errorf("%q is too wide", l)
		}
	}
}

func TestHelpSaysWhyAKeyDoesNothing(t *testing.T) {
	groups := []HelpGroup{{"cockpit", []Hint{{Key: "z", Does: "zoom"}}}, {"anywhere", []Hint{{Key: "D", Does: "director", Off: "simulated estates only"}}}}
	for _, width := range []int{30, 80, 200} {
		all := strings.Join(plain(Help(width, groups)), "\n")
		if !strings.Contains(all, "simulated estates only") || !strings.Contains(all, "zoom") {
			t.Errorf("width %d:\n%s", width, all)
		}
	}
}

func TestHintsDropFromTheLeftOnesLast(t *testing.T) {
	hints := []Hint{{Key: "Enter", Does: "details"}, {Key: "z", Does: "zoom"}, {Key: "?", Does: "help", Quiet: true}, {Key: "q", Does: "quit", Quiet: true}}
	if got := Hints(40, hints).String(); got != "Enter details   z zoom    ? help   q quit" && got != "Enter details   z zoom   ? help   q quit" {
		t.Errorf("got %q", got)
	}
	if got := Hints(34, hints).String(); strings.Contains(got, "zoom") || !strings.Contains(got, "quit") || !strings.Contains(got, "details") {
		t.Errorf("got %q", got)
	}
}
