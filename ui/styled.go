package ui

import (
	"strconv"
	"strings"
)

// Components that are not ours draw with escape sequences. They are given a role's number as its colour of the terminal's
// first eight, so that what they draw can be read back into lines, and has the theme's colours like all the rest.

// styled reads what such a component has drawn. y and x are the cell that it shows reversed, its cursor; y < 0 where it
// shows none.
func styled(s string) (lines []Line, y, x int) {
	r := styledReader{y: -1}
	for text := range strings.SplitSeq(s, "\n") {
		r.row(text)
		lines = append(lines, r.line.trimRight())
	}
	return lines, r.y, r.x
}

type styledReader struct {
	lines    int
	line     Line
	role     Role
	bold     bool
	reversed bool
	y, x     int
}

func (r *styledReader) row(text string) {
	r.line = nil
	for text != "" {
		i := strings.Index(text, "\x1b[")
		if i < 0 {
			r.put(text)
			break
		}
		r.put(text[:i])
		text = text[i+2:]
		end := strings.IndexFunc(text, func(c rune) bool { return c >= 0x40 && c <= 0x7e })
		if end < 0 {
			break
		}
		if text[end] == 'm' {
			r.set(text[:end])
		}
		text = text[end+1:]
	}
	r.lines++
}

func (r *styledReader) put(text string) {
	if text == "" {
		return
	}
	if r.reversed && r.y < 0 {
		r.y, r.x = r.lines, r.line.Width()
	}
	r.line = append(r.line, span(r.role, r.bold, text)...)
}

// set takes the parameters of one sequence.
func (r *styledReader) set(params string) {
	for p := range strings.SplitSeq(params, ";") {
		switch n, _ := strconv.Atoi(p); {
		case n == 0:
			r.role, r.bold, r.reversed = Text, false, false
		case n == 1:
			r.bold = true
		case n == 7:
			r.reversed = true
		case n == 22:
			r.bold = false
		case n == 27:
			r.reversed = false
		case n == 39:
			r.role = Text
		case n >= 30 && n < 30+roles:
			r.role = Role(n - 30)
		}
	}
}
