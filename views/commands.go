package views

import (
	tea "charm.land/bubbletea/v2"

	"lifeboat/ui"
)

// commands are what the palette offers by name: those of a run only on its screen.
func (m *root) commands() []*Key {
	var out []*Key
	_, onRun := m.base().(*runScreen)
	for i := range m.keys {
		if k := &m.keys[i]; k.Named && (k.Scope != OnRun || onRun) {
			out = append(out, &m.keys[i])
		}
	}
	return out
}

// command runs a command that was chosen by name; one of the cockpit's runs there.
func (m *root) command(k *Key) tea.Cmd {
	if k.Scope == OnCockpit {
		m.home()
	}
	return k.run(m)
}

// destination is a row that the palette can go to.
type destination struct {
	id         rowID
	name, note string
}

// destinations are all rows that have a page.
func (m *root) destinations() []destination {
	f := m.frame()
	f.filter, f.zoom = "", noZoom
	all := compose(f, 200, 60).rows
	out := []destination{
		{rowID{panel: inVerdict, kind: rowVerdict}, "verdict", "what it was made of"},
		{usersRow, "users", "the way users take: probes, resolvers, records, CDN"},
		{findingsRow, "findings", "what wants an eye, with its remedy"},
		{readinessRow, "readiness", "every check: could users be taken over this minute"},
	}
	for i := range m.e.Regions {
		for _, id := range all[panelOf(i)] {
			out = append(out, destination{id, joined(" ", m.e.Regions[i].Name, destinationName(id)), kindWords[id.kind]})
		}
	}
	return out
}

func destinationName(id rowID) string {
	switch id.kind {
	case rowLag:
		return "replication"
	case rowRestore:
		return "recovery points"
	case rowSession:
		return "session"
	}
	return ui.Clean(id.name)
}

var kindWords = map[kind]string{
	rowRegion: "its signs of life", rowBalancer: "load balancer", rowGroup: "target group", rowService: "service",
	rowDatabase: "database", rowLag: "the three numbers, and how they came", rowRestore: "snapshots and backups",
	rowSession: "who Lifeboat is there",
}

// reach stands on a row, and brings it into view.
func (m *root) reach(id rowID) {
	if i, ok := id.panel.region(); ok && m.zoom != noZoom {
		m.zoom = i
	}
	m.filter, m.plan = "", nil
	m.stand(id)
}

func themed(name string) func(*root) tea.Cmd {
	return func(m *root) tea.Cmd {
		m.o.Theme, m.dark = name, name == "dark"
		m.paint()
		return nil
	}
}
