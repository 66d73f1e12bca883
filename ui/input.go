package ui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// Input is one line that is typed into. It never reads a clipboard and never blinks; a paste by the terminal arrives as
// text.
type Input struct{ in textinput.Model }

// NewInput makes an empty input.
func NewInput() Input {
	in := textinput.New()
	in.Prompt = ""
	in.KeyMap.Paste = key.NewBinding(key.WithDisabled())
	in.SetVirtualCursor(false)
	in.Focus()
	return Input{in}
}

// Update takes a key or a paste.
func (i *Input) Update(msg tea.Msg) { i.in, _ = i.in.Update(msg) }

// Value is what was typed.
func (i *Input) Value() string { return i.in.Value() }

// Set replaces what was typed, with the cursor at its end.
func (i *Input) Set(s string) {
	i.in.SetValue(s)
	i.in.CursorEnd()
}

// Line is a prompt and what was typed, in width cells; x is where the cursor stands in it.
func (i *Input) Line(prompt Line, width int) (l Line, x int) {
	before := []rune(i.in.Value())
	typed := Width(string(before[:i.in.Position()]))
	l = Cat(prompt, B(Text, i.in.Value()))
	return l.Cut(width), min(prompt.Width()+typed, width-1)
}
