package ui

// Hint is a key and what it does.
type Hint struct {
	Key, Does string
	Off       string // why it does nothing now; "" where it works
	Quiet     bool   // it leads nowhere new: help, quit
}

// Hints is a row of keys in width cells: those that do something on the left, the quiet ones against the right edge.
// Where there is no room the last of the left ones go first.
func Hints(width int, hints []Hint) Line {
	var left []Part
	for i, h := range hints {
		if !h.Quiet {
			left = append(left, P(i+1, h.line(Accent)))
		}
	}
	quiet := quietHints(width, hints)
	return Spread(width, Row(max(width-quiet.Width()-3, 0), 3, left...), quiet)
}

// Notice is a row with a note in the place of the keys that do something.
func Notice(width int, note Line, hints []Hint) Line {
	return Spread(width, note, quietHints(width, hints))
}

func quietHints(width int, hints []Hint) Line {
	var parts []Part
	for _, h := range hints {
		if h.Quiet {
			parts = append(parts, P(0, h.line(Text)))
		}
	}
	return Row(width, 3, parts...)
}

func (h Hint) line(r Role) Line {
	if h.Off != "" {
		r = Muted
	}
	return Cat(T(Muted, h.Key+" "), T(r, h.Does))
}

// HelpGroup is a headed list of keys.
type HelpGroup struct {
	Title string
	Hints []Hint
}

// Help draws groups of keys in as many columns as width has room for, the reason in place of what a key does where it does nothing now.
func Help(width int, groups []HelpGroup) []Line {
	keys, does := 0, 0
	for _, g := range groups {
		for _, h := range g.Hints {
			keys, does = max(keys, Width(h.Key)), max(does, Width(h.words()))
		}
	}
	one := keys + 2 + does
	columns := max(1, min((width+4)/(one+4), len(groups)))
	return sideBySide(helpColumns(groups, columns, keys), (width+4)/columns-4)
}

// helpColumns puts each group into the column that is shortest so far.
func helpColumns(groups []HelpGroup, n, keys int) [][]Line {
	out := make([][]Line, n)
	for _, g := range groups {
		at := 0
		for i := range out {
			if len(out[i]) < len(out[at]) {
				at = i
			}
		}
		if len(out[at]) > 0 {
			out[at] = append(out[at], nil)
		}
		out[at] = append(out[at], T(Muted, g.Title))
		for _, h := range g.Hints {
			out[at] = append(out[at], h.help(keys))
		}
	}
	return out
}

// words are what the help says of a key.
func (h Hint) words() string {
	if h.Off != "" {
		return h.Off
	}
	return h.Does
}

func (h Hint) help(keys int) Line {
	role := Text
	if h.Off != "" {
		role = Muted
	}
	return Cat(T(Accent, h.Key).Fit(keys), space(2), T(role, h.words()))
}

func sideBySide(columns [][]Line, width int) []Line {
	n := 0
	for _, c := range columns {
		n = max(n, len(c))
	}
	out := make([]Line, n)
	for i := range out {
		for j, c := range columns {
			var l Line
			if i < len(c) {
				l = c[i]
			}
			if j > 0 {
				out[i] = append(out[i], space(4)...)
			}
			out[i] = append(out[i], l.Fit(width)...)
		}
	}
	return out
}
