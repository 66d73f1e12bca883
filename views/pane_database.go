package views

import (
	"lifeboat/dr"
	"lifeboat/ui"
)

func (p *pane) databases() []slot {
	var out []slot
	names := make([]string, len(p.r.Databases))
	for i := range p.r.Databases {
		names[i] = p.r.Databases[i].ID
	}
	for i, label := range labelsOf("database", names) {
		d := &p.r.Databases[i]
		out = append(out, p.database(label, d)...)
		if d.ID == p.e.Replication.Replica && p.r.Name == p.e.Replication.ReplicaRegion {
			out = append(out, p.lag()...)
		}
	}
	return out
}

func (p *pane) database(label string, d *dr.Database) []slot {
	id := p.id(rowDatabase, d.ID)
	if l := p.unsure(d.Seen, d.Role); l != nil {
		return []slot{p.row(keepAlways, id, label, l)}
	}
	if d.Absent {
		return []slot{p.row(keepAlways, id, label, ui.T(roleOf(d.Level), markOf(d.Level)+" "+d.ID+" absent"))}
	}
	room, gap := p.w-p.label, 3
	if p.size == narrow {
		gap = 2
	}
	out := []slot{p.row(keepAlways, id, label, ui.Row(room, gap,
		ui.P(0, ui.T(ui.Text, d.Role)),
		ui.P(0, p.databaseWord(d)),
		ui.P(3, ui.T(ui.Text, d.Version)),
		ui.P(9, p.wideOnly(p.databaseSize(d)))))}
	if d.Role == "writer" {
		out = append(out, p.more(keepSecond, ui.Row(room, 3, ui.P(0, p.connections(d)), ui.P(1, p.retention(d)))),
			p.more(keepExtras, p.wideOnly(p.held())))
	}
	return out
}

// held is what the replica makes the source keep.
func (p *pane) held() ui.Line {
	rep := &p.e.Replication
	if !rep.SlotLag.Known || p.old(rep.Seen) || p.r.Name != rep.SourceRegion {
		return nil
	}
	l := ui.Cat(ui.T(ui.Muted, "keeps "), ui.T(ui.Text, ui.Bytes(rep.SlotLag.Value)), ui.T(ui.Muted, " of log for the replica"))
	if rep.UntilFull > 0 {
		l = ui.Cat(l, ui.T(ui.Warn, "  ! disk full in "+ui.Long(rep.UntilFull)))
	}
	return l
}

func (p *pane) wideOnly(l ui.Line) ui.Line {
	if p.size != wide {
		return nil
	}
	return l
}

func (p *pane) databaseWord(d *dr.Database) ui.Line {
	if unwell(d.Level) {
		return ui.T(roleOf(d.Level), markOf(d.Level)+" "+d.Word)
	}
	return ui.T(roleOf(d.Level), d.Word)
}

// databaseSize is what a wide panel says of an instance beyond its state.
func (p *pane) databaseSize(d *dr.Database) ui.Line {
	zones := "one zone"
	if d.MultiAZ {
		zones = "two zones"
	}
	l := ui.T(ui.Muted, zones)
	if d.FreeStorage.Known {
		l = ui.Cat(l, ui.T(ui.Muted, " · "+ui.Bytes(d.FreeStorage.Value)+" free"))
	}
	return l
}

func (p *pane) connections(d *dr.Database) ui.Line {
	if !d.Connections.Known {
		return nil
	}
	return ui.Cat(ui.F(ui.Text, "%.0f", d.Connections.Value), ui.T(ui.Muted, " connections"))
}

func (p *pane) retention(d *dr.Database) ui.Line {
	if d.Retention == 0 {
		return ui.T(ui.Warn, "! no backups kept")
	}
	return ui.Cat(ui.T(ui.Muted, "backups "), ui.F(ui.Text, "%d d", d.Retention))
}
