package ui

import (
	"cmp"
	"slices"
)

// Item is one line of a menu.
type Item struct {
	Name string // what is typed to find it
	Line Line   // how it looks; nil: its name
	Note Line   // beside it: what it does
	Off  string // why it cannot be chosen now; "" where it can
}

// Menu is a list to choose from, narrowed by what is typed.
type Menu struct {
	Input
	items []Item
	shown []int // of items, best first
	at    int   // of shown
	top   int
}

// NewMenu makes a menu of items with nothing typed.
func NewMenu(items []Item) Menu {
	m := Menu{Input: NewInput()}
	m.SetItems(items)
	return m
}

// SetItems replaces the items; what was typed stays, and the chosen line where it still exists.
func (m *Menu) SetItems(items []Item) {
	chosen := m.name()
	m.items = items
	m.Narrow()
	for i, n := range m.shown {
		if chosen != "" && items[n].Name == chosen {
			m.at = i
		}
	}
}

func (m *Menu) name() string {
	if i, ok := m.Chosen(); ok {
		return m.items[i].Name
	}
	return ""
}

// Narrow keeps the items that match what is typed, the best first, and goes to the first of them.
func (m *Menu) Narrow() {
	type hit struct{ item, score int }
	var hits []hit
	for i, it := range m.items {
		if score, ok := Fuzzy(m.Value(), it.Name); ok {
			hits = append(hits, hit{i, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	m.shown, m.at, m.top = m.shown[:0], 0, 0
	for _, h := range hits {
		m.shown = append(m.shown, h.item)
	}
}

// Move goes n lines down, or up where n is negative.
func (m *Menu) Move(n int) { m.at = max(0, min(m.at+n, len(m.shown)-1)) }

// Chosen is the index of the item that the menu stands on.
func (m *Menu) Chosen() (item int, ok bool) {
	if m.at < 0 || m.at >= len(m.shown) {
		return 0, false
	}
	return m.shown[m.at], true
}

// Len is how many items are shown.
func (m *Menu) Len() int { return len(m.shown) }

// Lines draws the menu in width by height cells; its names take no more than a third.
func (m *Menu) Lines(width, height int) []Line {
	m.top = Scroll(m.top, m.at, len(m.shown), height)
	names := m.nameWidth(width)
	var out []Line
	for i := m.top; i < min(m.top+height, len(m.shown)); i++ {
		out = append(out, m.items[m.shown[i]].draw(i == m.at, names, width))
	}
	return out
}

func (m *Menu) nameWidth(width int) int {
	w := 0
	for _, it := range m.items {
		w = max(w, it.label().Width())
	}
	return min(w, max(width*2/5, 12))
}

func (it Item) label() Line {
	if it.Line != nil {
		return it.Line
	}
	return T(Text, it.Name)
}

func (it Item) draw(chosen bool, names, width int) Line {
	mark, label, note := T(Text, "  "), it.label(), it.Note
	switch {
	case it.Off != "":
		label, note = label.In(Muted), T(Muted, it.Off)
	case chosen:
		label = label.Bold()
	}
	if chosen {
		mark = T(Accent, "› ")
	}
	return Cat(mark, label.Fit(names), space(2), note).Cut(width)
}
