package views

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// Scope is where a key works.
type Scope string

// The scopes, in the order of the help.
const (
	OnCockpit   Scope = "cockpit"
	BeforeRun   Scope = "before a run"
	OnRun       Scope = "a run"
	InQuestions Scope = "a question of a run"
	OnPath      Scope = "provisioning"
	OnStrategy  Scope = "the ways to stand by"
	BeforePhase Scope = "a phase"
	OnInputs    Scope = "what a phase is told"
	InFields    Scope = "a field"
	OnPlan      Scope = "a plan"
	OnOwned     Scope = "what is yours"
	InPages     Scope = "details and events"
	InMenus     Scope = "menus and the filter"
	Anywhere    Scope = "anywhere"
)

// scopes are all of them, in that order.
var scopes = []Scope{OnCockpit, BeforeRun, OnRun, InQuestions, OnPath, OnStrategy, BeforePhase, OnInputs, InFields, OnPlan, OnOwned, InPages, InMenus, Anywhere}

// text says whether what is typed in a scope is text: the keys that work anywhere do not.
func (s Scope) text() bool { return s == InMenus || s == InQuestions || s == InFields }

// Key is a binding. Help, footer, palette and README's table all come from Keys.
type Key struct {
	Name  string   // as the palette calls it
	Keys  []string // as Bubble Tea names them; none: by name alone, in the palette
	Show  string   // as people write them
	Does  string   // in the footer, in a word or two; "": not there
	Help  string   // what it does
	Scope Scope
	Quiet bool // it stands at the footer's right edge
	Named bool // the palette offers it by name

	now  func(*root) string  // Does as it is now; nil: Does
	off  func(*root) string  // why it does nothing now; nil: it always works
	lead func(*root) bool    // now it is what one has come for: it stands first in the footer; nil: never
	run  func(*root) tea.Cmd // nil: the text field that has the keyboard sees to it
}

// Keys are all bindings that there are.
func Keys() []Key {
	return slices.Concat(startKeys(), cockpitKeys(), assessKeys(), runKeys(), questionKeys(), provisionKeys(), pageKeys(), menuKeys(), commonKeys())
}

func cockpitKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "row above", Scope: OnCockpit, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "row below", Scope: OnCockpit, run: moves(1)},
		{Name: "left", Keys: []string{"left", "h"}, Show: "← h", Help: "left region", Scope: OnCockpit, run: goAcross(0)},
		{Name: "right", Keys: []string{"right", "l"}, Show: "→ l", Help: "right region", Scope: OnCockpit, run: goAcross(1)},
		{Name: "next panel", Keys: []string{"tab"}, Show: "Tab", Help: "next panel", Scope: OnCockpit, run: tabs(1)},
		{Name: "panel before", Keys: []string{"shift+tab"}, Show: "Shift-Tab", Help: "panel before", Scope: OnCockpit, run: tabs(-1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "ten rows up", Scope: OnCockpit, run: moves(-10)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f"}, Show: "PgDn", Help: "ten rows down", Scope: OnCockpit, run: moves(10)},
		{Name: "first row", Keys: []string{"home", "g"}, Show: "Home g", Help: "first row of the panel", Scope: OnCockpit, run: moves(-manyRows)},
		{Name: "last row", Keys: []string{"end", "G"}, Show: "End G", Help: "last row of the panel", Scope: OnCockpit, run: moves(manyRows)},
		{Name: "details", Keys: []string{"enter"}, Show: "Enter", Does: "details", Help: "details of the row", Scope: OnCockpit, run: (*root).openRow},
		{Name: "zoom", Named: true, Keys: []string{"z"}, Show: "z", Does: "zoom", Help: "one region, or both", Scope: OnCockpit, run: (*root).toggleZoom},
		{Name: "events", Named: true, Keys: []string{"e"}, Show: "e", Does: "events", Help: "all events", Scope: OnCockpit, run: (*root).openEvents},
		{Name: "readiness", Named: true, Keys: []string{"c"}, Show: "c", Does: "readiness", Help: "every readiness check", Scope: OnCockpit, run: (*root).openReadiness},
		{Name: "provision", Named: true, Keys: []string{"p"}, Show: "p", Does: "provision", Help: "make the standby, phase by phase", Scope: OnCockpit, off: noRuns, lead: unprovisioned, run: (*root).openPath},
		{Name: "filter", Named: true, Keys: []string{"/"}, Show: "/", Does: "filter", Help: "narrow what is listed", Scope: OnCockpit, run: (*root).openFilter},
		{Name: "back", Keys: []string{"esc"}, Show: "Esc", Help: "end filter, then zoom", Scope: OnCockpit, run: (*root).stepBack},
	}
}

func pageKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "line up", Scope: InPages, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "line down", Scope: InPages, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "page up", Scope: InPages, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f", "space"}, Show: "PgDn", Help: "page down", Scope: InPages, run: pages(1)},
		{Name: "first line", Keys: []string{"home", "g"}, Show: "Home g", Help: "to the beginning", Scope: InPages, run: moves(-manyRows)},
		{Name: "last line", Keys: []string{"end", "G"}, Show: "End G", Help: "to the end", Scope: InPages, run: moves(manyRows)},
		{Name: "other region", Keys: []string{"left", "right", "h", "l", "tab"}, Show: "← →", Does: "other region", Help: "the other region's", Scope: InPages, off: noOtherRegion, run: (*root).flip},
		{Name: "details", Keys: []string{"enter"}, Show: "Enter", Does: "details", Help: "the event in full, the run", Scope: InPages, off: noRows, run: (*root).openRow},
		{Name: "filter", Keys: []string{"/"}, Show: "/", Does: "filter", Help: "narrow the events", Scope: InPages, off: notEvents, run: (*root).openFilter},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "back", Scope: InPages, run: (*root).stepBack},
	}
}

func menuKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "ctrl+p"}, Show: "↑", Help: "line up", Scope: InMenus, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "ctrl+n", "tab"}, Show: "↓ Tab", Help: "line down", Scope: InMenus, run: moves(1)},
		{Name: "choose", Keys: []string{"enter"}, Show: "Enter", Does: "choose", Help: "do it, keep the filter", Scope: InMenus, run: (*root).openRow},
		{Name: "close", Keys: []string{"esc"}, Show: "Esc", Does: "close", Help: "close, clear the filter", Scope: InMenus, run: (*root).stepBack},
		{Name: "quit", Keys: []string{"ctrl+c"}, Show: "Ctrl-C", Help: "quit", Scope: InMenus, run: quit},
	}
}

func commonKeys() []Key {
	return []Key{
		{Name: "refresh", Named: true, Keys: []string{"r"}, Show: "r", Does: "refresh", Help: "read everything now", Scope: Anywhere, run: (*root).refresh},
		{Name: "director", Named: true, Keys: []string{"D"}, Show: "D", Does: "director", Help: "break the simulated cloud", Scope: Anywhere, off: noDirector, run: (*root).openDirector},
		{Name: "go to", Keys: []string{":"}, Show: ":", Does: "go to", Help: "any command, any row", Scope: Anywhere, Quiet: true, run: (*root).openPalette},
		{Name: "help", Named: true, Keys: []string{"?"}, Show: "?", Does: "help", Help: "the keys", Scope: Anywhere, Quiet: true, run: (*root).openHelp},
		{Name: "suspend", Named: true, Keys: []string{"ctrl+z"}, Show: "Ctrl-Z", Help: "to the shell, fg returns", Scope: Anywhere, run: suspend},
		{Name: "quit", Named: true, Keys: []string{"q", "ctrl+c"}, Show: "q", Does: "quit", Help: "quit", Scope: Anywhere, Quiet: true, run: quit},
		{Name: "theme dark", Named: true, Help: "colours for a dark terminal", Scope: Anywhere, run: themed("dark")},
		{Name: "theme light", Named: true, Help: "colours for a light terminal", Scope: Anywhere, run: themed("light")},
	}
}

const manyRows = 1 << 20

func quit(*root) tea.Cmd    { return tea.Quit }
func suspend(*root) tea.Cmd { return tea.Suspend }

func noDirector(m *root) string {
	if m.o.Director == nil {
		return "simulated estates only"
	}
	return ""
}

func noOtherRegion(m *root) string {
	if p, ok := m.base().(*page); ok {
		if _, ok := p.id.panel.region(); ok {
			return ""
		}
	}
	return "this is not of one region"
}

func noRows(m *root) string {
	if _, ok := m.base().(*history); ok {
		return ""
	}
	return notEvents(m)
}

func notEvents(m *root) string {
	if _, ok := m.base().(*events); ok {
		return ""
	}
	return "only in the list of events"
}

// binding is the key's binding in a scope, or the one that works anywhere: of several the first that does something now.
func (m *root) binding(pressed string, scope Scope) *Key {
	var first *Key
	for i := range m.keys {
		k := &m.keys[i]
		if (k.Scope == scope || k.Scope == Anywhere && !scope.text()) && slices.Contains(k.Keys, pressed) {
			if m.why(k) == "" {
				return k
			}
			if first == nil {
				first = k
			}
		}
	}
	return first
}

// hints are the footer's keys for a scope, what one has come for first. One that is off is left out: the help says why.
func (m *root) hints(scope Scope) []ui.Hint {
	var lead, out []ui.Hint
	for _, k := range m.keys {
		here := k.Scope == scope || k.Scope == Anywhere && !scope.text()
		if !here || k.Does == "" || m.why(&k) != "" {
			continue
		}
		list := &out
		if k.lead != nil && k.lead(m) {
			list = &lead
		}
		does := k.Does
		if k.now != nil {
			does = k.now(m)
		}
		*list = append(*list, ui.Hint{Key: k.Show, Does: does, Quiet: k.Quiet})
	}
	return append(lead, out...)
}

// why is the reason that a key does nothing now; "" where it works.
func (m *root) why(k *Key) string {
	if k.off == nil {
		return ""
	}
	return k.off(m)
}
