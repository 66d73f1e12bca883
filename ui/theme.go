package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Role is what a piece of text stands for. Seven roles carry all colour.
type Role uint8

// The roles. The zero value is plain text.
const (
	Text   Role = iota
	Muted       // labels, old values, units
	Rule        // hairlines
	Accent      // keys, series, standby
	Good        // seen to be well just now, nothing else
	Warn        //
	Bad         //
	roles  = int(Bad) + 1
)

// Palette is a colour for each role, in the order of the roles: "#rrggbb", an index of the 256 that terminals number, or
// "" for the terminal's own foreground.
type Palette [roles]string

// The palettes. Their background is the terminal's own.
var (
	Dark  = Palette{"#d8dce4", "#808a96", "#3e4650", "#7eb2cd", "#8fc17c", "#e2b268", "#e76e76"}
	Light = Palette{"#24292f", "#69737d", "#d0d7de", "#0969b4", "#1a7f37", "#9a6700", "#c8222e"}
	// The nearest of 256 colours, chosen by hand: the usual arithmetic makes a grey of Dark's red.
	Dark256  = Palette{"253", "245", "239", "110", "108", "179", "167"}
	Light256 = Palette{"235", "243", "252", "25", "28", "94", "160"}
	// Sixteen maps the roles to the terminal's own colours.
	Sixteen = Palette{"", "8", "8", "6", "2", "3", "1"}
	// Plain leaves bold and the glyphs.
	Plain = Palette{}
)

// Theme turns lines into text with escape sequences. The zero Theme writes no escape sequence at all.
type Theme struct {
	on [roles][weights]string // what switches a role on, by role and weight; "" for nothing
}

// NewTheme makes a theme of a palette.
func NewTheme(p Palette) Theme {
	var t Theme
	for r := range p {
		for w := range weights {
			var s ansi.Style
			if w >= heavy {
				s = s.Bold()
			}
			if w == badged {
				s = s.Reverse(true)
			}
			if p[r] != "" {
				s = s.ForegroundColor(lipgloss.Color(p[r]))
			}
			if len(s) > 0 {
				t.on[r][w] = s.String()
			}
		}
	}
	return t
}

// Render is the line with its styles. Every style is ended again.
func (t Theme) Render(l Line) string {
	var b strings.Builder
	t.write(&b, l)
	return b.String()
}

func (t Theme) write(b *strings.Builder, l Line) {
	now, behind := "", false
	for _, s := range l {
		on := t.on[s.role][s.weight()]
		switch {
		case s.blank() && behind:
			on = ""
		case s.blank():
			on = now // spaces look alike in every colour
		}
		behind = s.badge
		if on != now {
			if now != "" {
				b.WriteString(ansi.ResetStyle)
			}
			b.WriteString(on)
			now = on
		}
		b.WriteString(s.text)
	}
	if now != "" {
		b.WriteString(ansi.ResetStyle)
	}
}
