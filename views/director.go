package views

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// directorTime is how long the director may take to answer.
const directorTime = 5 * time.Second

// directorMsg is what the director answered: its actions, or why there are none.
type directorMsg struct {
	actions []Action
	said    string // what was just done; "" for a list alone
	err     error
}

// openDirector shows the director's palette; its actions are asked for while it opens.
func (m *root) openDirector() tea.Cmd {
	if m.director() == nil {
		s := &directorSheet{}
		s.title = ui.Join(2, ui.B(ui.Text, "Director"), ui.T(ui.Muted, "of the simulated cloud: · asking it"))
		s.prompt, s.Menu = "›", ui.NewMenu(nil)
		s.chosen, s.none = s.choose, "Enter gives the order as it is typed"
		m.push(s)
	}
	return m.ask("")
}

// directorSheet is the palette of a Director: every action, with what is in force marked.
type directorSheet struct {
	menuSheet
	orders []string
}

func (m *root) director() *directorSheet {
	s, _ := m.top().(*directorSheet)
	return s
}

// ask runs an order ("" for none) and then lists the actions. It is a command: the director is another process.
func (m *root) ask(order string) tea.Cmd {
	d := m.o.Director
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), directorTime)
		defer cancel()
		if words := strings.Fields(order); len(words) > 0 {
			if err := d.Do(ctx, words[0], words[1:]...); err != nil {
				return directorMsg{err: err}
			}
		}
		actions, err := d.Actions(ctx)
		return directorMsg{actions: actions, said: order, err: err}
	}
}

// directed takes the director's answer. After an order that was carried out the cloud is read again, so that one sees
// what it did.
func (m *root) directed(msg directorMsg) tea.Cmd {
	s := m.director()
	if msg.err != nil {
		m.say(note{text: "! director: " + msg.err.Error(), role: ui.Warn})
		if s != nil {
			s.title = ui.Join(2, ui.B(ui.Text, "Director"), ui.T(ui.Warn, "! "+msg.err.Error()))
		}
		return nil
	}
	if s != nil {
		s.title = ui.Join(2, ui.B(ui.Text, "Director"), inForce(msg.actions))
		s.fill(m, msg.actions)
	}
	if msg.said == "" {
		return nil
	}
	cmd := m.refresh()
	m.say(note{text: "director: " + msg.said})
	return cmd
}

// inForce says what of the director's work holds now.
func inForce(actions []Action) ui.Line {
	var all []string
	for _, a := range actions {
		all = append(all, a.Active...)
	}
	if len(all) == 0 {
		return ui.T(ui.Muted, "nothing is broken")
	}
	return ui.T(ui.Warn, "● "+strings.Join(all, " · "))
}

// fill makes an item of every order that can be given: regions and services are filled in, other arguments are typed.
func (s *directorSheet) fill(m *root, actions []Action) {
	s.orders = nil
	var items []ui.Item
	for _, a := range actions {
		for _, order := range m.expand(a) {
			s.orders = append(s.orders, order)
			items = append(items, orderItem(a, order))
		}
	}
	s.SetItems(items)
}

func orderItem(a Action, order string) ui.Item {
	line := ui.T(ui.Text, order)
	if i := strings.IndexFunc(order, func(r rune) bool { return r >= 'A' && r <= 'Z' || r == '[' }); i >= 0 {
		line = ui.Cat(ui.T(ui.Text, order[:i]), ui.T(ui.Muted, order[i:]))
	}
	note := ui.T(ui.Muted, joined(" · ", a.Description, a.Ends))
	if slices.Contains(a.Active, order) {
		note = ui.Cat(ui.T(ui.Warn, "● in force  "), note)
	}
	return ui.Item{Name: order, Line: line, Note: note}
}

// expand fills the regions' and their services' names into an action's usage.
func (m *root) expand(a Action) []string {
	usage := a.Usage
	if usage == "" {
		usage = a.Name
	}
	regions := &m.e.Regions
	if !strings.HasPrefix(usage, a.Name+" REGION SERVICE") {
		return filledIn([]string{usage}, "REGION", []string{regions[0].Name, regions[1].Name})
	}
	var orders []string
	for i := range regions {
		var names []string
		for _, s := range regions[i].Services[:min(len(regions[i].Services), 12)] {
			names = append(names, cmp.Or(s.ECS, s.Name))
		}
		here := filledIn([]string{usage}, "REGION", []string{regions[i].Name})
		orders = append(orders, filledIn(here, "SERVICE", names)...)
	}
	return orders
}

// filledIn replaces an argument by each of its values. An optional one may also be left out.
func filledIn(orders []string, arg string, values []string) []string {
	var out []string
	for _, o := range orders {
		words := strings.Fields(o)
		i := slices.IndexFunc(words, func(w string) bool { return w == arg || w == "["+arg+"]" })
		if i < 0 || len(values) == 0 {
			out = append(out, o)
			continue
		}
		if strings.HasPrefix(words[i], "[") {
			out = append(out, strings.Join(slices.Delete(slices.Clone(words), i, i+1), " "))
		}
		for _, v := range values {
			filled := slices.Clone(words)
			filled[i] = v
			out = append(out, strings.Join(filled, " "))
		}
	}
	return out
}

// choose gives the order under the mark. One that still lacks arguments is put into the field to be completed; what was
// typed beyond it is given as it is.
func (s *directorSheet) choose(m *root, _ *menuSheet, item int, ok bool) tea.Cmd {
	typed := strings.TrimSpace(s.Value())
	order := typed
	switch {
	case !ok && typed == "":
		return nil
	case ok && ready(s.orders[item]):
		order = given(s.orders[item])
	case ok && !strings.HasPrefix(typed, fixed(s.orders[item])+" "):
		s.Set(fixed(s.orders[item]) + " ")
		s.Narrow()
		return nil
	}
	s.Set("")
	s.Narrow()
	return m.ask(order)
}

// ready says whether an order lacks nothing but optional arguments.
func ready(order string) bool { return given(order) == fixed(order) }

// given is an order without its optional arguments.
func given(order string) string {
	words := slices.DeleteFunc(strings.Fields(order), func(w string) bool { return strings.HasPrefix(w, "[") })
	return strings.Join(words, " ")
}

// fixed is the part of an order that needs no completing: up to its first argument in capitals.
func fixed(order string) string {
	words := strings.Fields(order)
	for i, w := range words {
		if w == strings.ToUpper(w) && strings.ToLower(w) != w {
			return strings.Join(words[:i], " ")
		}
	}
	return order
}
