package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func typeInto(f *Field, s string) {
	for _, r := range s {
		f.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func TestAFieldShowsWhatIsTypedInOurOwnRolesAndWhereTheCursorStands(t *testing.T) {
	f := NewField("10.0")
	typeInto(f, ".0.0/16")
	f.Update(tea.PasteMsg{Content: " x"})
	lines, y, x := f.Lines(40)
	if got := lines[0].String(); got != "› 10.0.0.0/16 x" || y != 0 || x != Width(got) {
		t.Errorf("%q, cursor at %d,%d", got, y, x)
	}
	if got := NewTheme(Plain).Render(lines[0]); strings.Contains(got, "\x1b[3") {
		t.Errorf("a colour without colours: %q", got)
	}
	if got := NewTheme(Dark).Render(lines[0]); !strings.Contains(got, "38;2;126;178;205") {
		t.Errorf("the prompt is not the theme's accent: %q", got)
	}
	if f.Value() != "10.0.0.0/16 x" {
		t.Errorf("value %q", f.Value())
	}
}

func TestAChoiceIsMovedAndMarkedWithoutColour(t *testing.T) {
	f := NewChoice("one", []string{"none", "one", "two"}, 8)
	f.Update(tea.KeyPressMsg{Code: tea.KeyDown})
	lines, _, _ := f.Lines(40)
	if f.Value() != "two" || len(lines) != 3 || strings.TrimSpace(lines[2].String()) != "› two" || strings.TrimRight(lines[0].String(), " ") != "  none" {
		t.Errorf("%q: %q", f.Value(), lines)
	}
}

func TestALongFieldKeepsTheCursorInView(t *testing.T) {
	f := NewField(strings.Repeat("a, ", 60))
	for _, w := range []int{6, 10, 80} {
		lines, y, x := f.Lines(w)
		if lines[0].Width() > w || y != 0 || x >= w {
			t.Errorf("at %d: %q, cursor %d,%d", w, lines[0], y, x)
		}
	}
}

func BenchmarkFieldKey(b *testing.B) {
	f := NewField("10.0.0.0/16")
	for b.Loop() {
		f.Update(tea.KeyPressMsg{Code: 'a', Text: "a"})
		f.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
		f.Lines(78)
	}
}
