package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Span is a run of clean text with one role.
type Span struct {
	text  string
	cells int
	role  Role
	bold  bool
	badge bool
}

// Line is one line of a screen. The nil Line is blank.
type Line []Span

// T is a line of s in a role.
func T(r Role, s string) Line { return span(r, false, s) }

// B is a line of s in a role, bold: what is read first.
func B(r Role, s string) Line { return span(r, true, s) }

// Badge is s as a label in a role: bold, on the role's colour, with a space on either side. It is for the one word that
// must not be overlooked.
func Badge(r Role, s string) Line {
	l := span(r, true, " "+s+" ")
	for i := range l {
		l[i].badge = true
	}
	return l
}

// F is T with a format.
func F(r Role, format string, args ...any) Line { return T(r, fmt.Sprintf(format, args...)) }

func span(r Role, bold bool, s string) Line {
	if s = Clean(s); s == "" {
		return nil
	}
	return Line{{text: s, cells: Width(s), role: r, bold: bold}}
}

// Cat is several lines as one.
func Cat(lines ...Line) Line {
	n := 0
	for _, l := range lines {
		n += len(l)
	}
	all := make(Line, 0, n)
	for _, l := range lines {
		all = append(all, l...)
	}
	return all
}

// Join is the lines that are not blank, with gap cells between them.
func Join(gap int, lines ...Line) Line {
	var all Line
	for _, l := range lines {
		if len(l) == 0 {
			continue
		}
		if len(all) > 0 {
			all = append(all, space(gap)...)
		}
		all = append(all, l...)
	}
	return all
}

const spaces = "                                                                "

func space(n int) Line {
	if n <= 0 {
		return nil
	}
	s := spaces
	if n > len(s) {
		s = strings.Repeat(" ", n)
	}
	return Line{{text: s[:n], cells: n}}
}

// Space is n blank cells.
func Space(n int) Line { return space(n) }

// Width is how many cells the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += s.cells
	}
	return n
}

// String is the line without its styles.
func (l Line) String() string {
	if len(l) == 1 {
		return l[0].text
	}
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// Cut is the line in at most n cells. An ellipsis stands for what was cut, unless that was blank.
func (l Line) Cut(n int) Line {
	if n <= 0 {
		return nil
	}
	if l.Width() <= n {
		return l
	}
	if l = l.trimRight(); l.Width() <= n {
		return l
	}
	var out Line
	for _, s := range l {
		if s.cells < n {
			out, n = append(out, s), n-s.cells
			continue
		}
		s.text = ansi.Truncate(s.text, n-1, "") + "…"
		s.cells = Width(s.text)
		return append(out, s)
	}
	return out
}

// Fit is the line in exactly n cells.
func (l Line) Fit(n int) Line {
	l = l.Cut(n)
	if rest := n - l.Width(); rest > 0 {
		l = Cat(l, space(rest))
	}
	return l
}

// Right is the line in exactly n cells, against the right edge.
func (l Line) Right(n int) Line {
	l = l.Cut(n)
	return Cat(space(n-l.Width()), l)
}

// In is the line with every span in another role; boldness stays.
func (l Line) In(r Role) Line {
	out := make(Line, len(l))
	for i, s := range l {
		s.role = r
		out[i] = s
	}
	return out
}

// Bold is the line with every span bold.
func (l Line) Bold() Line {
	out := make(Line, len(l))
	for i, s := range l {
		s.bold = true
		out[i] = s
	}
	return out
}

// The weights of a span, as a theme keeps them.
const (
	regular = iota
	heavy   // bold
	badged  // bold, and its colour behind it
	weights
)

func (s Span) weight() int {
	switch {
	case s.badge:
		return badged
	case s.bold:
		return heavy
	}
	return regular
}

func (s Span) blank() bool { return !s.badge && strings.Trim(s.text, " ") == "" }
