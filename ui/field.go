package ui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
)

// Field is one value that is asked for: typed, or chosen of a list. huh does the asking; it never reads a clipboard, never
// blinks, and leaves Enter, Tab and Esc to whoever shows it.
type Field struct {
	field  huh.Field
	value  *string
	choice bool
	width  int
}

// NewField asks for text that begins as value. Suggestions complete what is typed.
func NewField(value string, suggestions ...string) *Field {
	f := &Field{value: &value}
	f.field = huh.NewInput().Prompt("› ").Suggestions(suggestions).Value(f.value)
	return f.begin()
}

// NewChoice asks for one of a list, value at first, in at most height lines.
func NewChoice(value string, choices []string, height int) *Field {
	f := &Field{value: &value, choice: true}
	list := huh.NewSelect[string]().Options(huh.NewOptions(choices...)...).Value(f.value)
	if len(choices) > height {
		list = list.Height(height)
	}
	f.field = list
	return f.begin()
}

func (f *Field) begin() *Field {
	keys := huh.NewDefaultKeyMap()
	keys.Select.Filter.SetEnabled(false) // all of it is in view, or a few keys away
	f.field = f.field.WithTheme(huh.ThemeFunc(fieldTheme)).WithKeyMap(keys)
	_ = f.field.Focus() // its command only blinks
	return f
}

// Choice says whether it is a list to choose from.
func (f *Field) Choice() bool { return f.choice }

// Update takes a key or a paste. It never waits: what huh would do later is blinking and reading the clipboard.
func (f *Field) Update(msg tea.Msg) {
	if m, _ := f.field.Update(msg); m != nil {
		if next, ok := m.(huh.Field); ok {
			f.field = next
		}
	}
}

// Value is what was typed or chosen.
func (f *Field) Value() string { return *f.value }

// Lines draws it in width cells; y and x are where the cursor stands, y < 0 where there is none.
func (f *Field) Lines(width int) (lines []Line, y, x int) {
	if width = max(width, 6); width != f.width {
		f.width, f.field = width, f.field.WithWidth(width)
		f.Update(nil) // huh finds out anew which part of the text is in view
	}
	lines, y, x = styled(f.field.View())
	for i := range lines {
		lines[i] = lines[i].Cut(width)
	}
	return lines, y, min(x, max(width-1, 0))
}

// fieldTheme is huh's styles by role: no borders, and nothing but what our theme has.
func fieldTheme(bool) *huh.Styles {
	plain := lipgloss.NewStyle()
	in := func(r Role) lipgloss.Style { return plain.Foreground(lipgloss.Color(strconv.Itoa(int(r)))) }
	var s huh.FieldStyles
	s.SelectSelector = in(Accent).SetString("› ")
	s.Option, s.UnselectedOption = plain, plain
	s.SelectedOption = plain.Bold(true)
	s.TextInput.Prompt, s.TextInput.Text = in(Accent), plain.Bold(true)
	s.TextInput.Placeholder = in(Muted)
	return &huh.Styles{Focused: s, Blurred: s}
}
