package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// Input is one line that is typed into. It never reads a clipboard and never blinks; a paste by the terminal arrives as
// text.
type Input struct {
	in     textinput.Model
	secret bool
}

// NewInput makes an empty input.
func NewInput() Input {
	in := textinput.New()
	in.Prompt = ""
	in.KeyMap.Paste = key.NewBinding(key.WithDisabled())
	in.SetVirtualCursor(false)
	in.Focus()
	return Input{in: in}
}

// NewSecret makes an empty input that shows only how much was typed.
func NewSecret() Input {
	i := NewInput()
	i.secret = true
	return i
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

// Line is a prompt and what was typed, in width cells; x is where the cursor stands in it. Of a text that is too long
// the part around the cursor is shown.
func (i *Input) Line(prompt Line, width int) (l Line, x int) {
	return i.draw(prompt, width, func(s string, _ int) Line { return B(Text, s) })
}

// draw draws what was typed from its n-th rune on with show, which keeps its width.
func (i *Input) draw(prompt Line, width int, show func(s string, n int) Line) (l Line, x int) {
	runes := []rune(i.in.Value())
	if i.secret {
		runes = []rune(strings.Repeat("•", len(runes)))
	}
	from, at := 0, min(i.in.Position(), len(runes))
	room := max(width-prompt.Width()-2, 1)
	for from < at && Width(Clean(string(runes[from:at]))) > room {
		from++
	}
	typed := Width(Clean(string(runes[from:at])))
	if from > 0 && at > from {
		prompt = Cat(prompt, T(Muted, "…"))
	}
	l = Cat(prompt, show(string(runes[from:]), from))
	return l.Cut(width), max(min(prompt.Width()+typed, width-1), 0)
}
