package ui

import "github.com/charmbracelet/x/ansi"

// Wrap breaks a line at words into lines of at most width cells, each but the first indented. A word that is too long
// for a line is broken.
func (l Line) Wrap(width, indent int) []Line {
	if width <= indent || l.Width() <= width {
		return []Line{l.Cut(max(width, 0))}
	}
	w := wrapper{width: width, indent: indent}
	for _, s := range l {
		w.span(s)
	}
	return append(w.done, w.line)
}

type wrapper struct {
	width, indent int
	done          []Line
	line          Line
	used          int
}

// span takes the words of a span one after another, each with the spaces before it.
func (w *wrapper) span(s Span) {
	for text := s.text; text != ""; {
		n := wordEnd(text)
		word := s
		word.text, text = text[:n], text[n:]
		word.cells = Width(word.text)
		w.word(word)
	}
}

func wordEnd(s string) int {
	i := 0
	for i < len(s) && s[i] == ' ' {
		i++
	}
	for i < len(s) && s[i] != ' ' {
		i++
	}
	return i
}

func (w *wrapper) word(s Span) {
	if w.used+s.cells > w.width && w.used > w.start() {
		w.next()
	}
	if w.used == w.start() && len(w.done) > 0 {
		s = s.trimmed()
	}
	for s.cells > w.width-w.used {
		head := s
		head.text = ansi.Truncate(s.text, w.width-w.used, "")
		if head.text == "" { // a cell too narrow for a wide letter
			return
		}
		head.cells = Width(head.text)
		s.text = s.text[len(head.text):]
		s.cells -= head.cells
		w.line = append(w.line, head)
		w.next()
	}
	w.line = append(w.line, s)
	w.used += s.cells
}

func (w *wrapper) next() {
	w.done = append(w.done, w.line)
	w.line, w.used = space(w.indent), w.indent
}

// start is where the current line begins.
func (w *wrapper) start() int {
	if len(w.done) == 0 {
		return 0
	}
	return w.indent
}

func (s Span) trimmed() Span {
	for len(s.text) > 0 && s.text[0] == ' ' {
		s.text, s.cells = s.text[1:], s.cells-1
	}
	return s
}
