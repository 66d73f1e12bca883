package cloud

import (
	"slices"
	"strings"
	"time"
)

// Point points a name of the first zone somewhere, where nothing has it yet.
func (w *World) Point(name, value string) {
	z := w.Zones[0]
	name, value = strings.TrimSuffix(name, "."), strings.TrimSuffix(value, ".")
	if slices.ContainsFunc(z.Records, func(r *Record) bool { return r.Name == name }) {
		return
	}
	z.Records = append(z.Records, &Record{ID: w.hex(32), Type: "CNAME", Name: name, Content: value, TTL: 60, Created: w.now, Modified: w.now})
	w.touch()
}

// rotatedAgo is when the master password was changed last, and with it both secrets: what was backed up before has the old one.
const rotatedAgo = 50 * time.Hour

// Matured gives an estate that the stack has just made the past of one that has stood for weeks: a week of snapshots with their
// copies in the other region, the newest of them still on its way, and a master password that was rotated meanwhile.
func (w *World) Matured() {
	home, away := w.Regions[0], w.Regions[1]
	born := w.now.AddDate(0, 0, -age)
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			db.Created = born
		}
		for _, b := range r.Backups {
			b.Created = born
		}
	}
	db := home.Databases[0]
	db.passwords = []credential{{value: "simulated-before"}, {since: w.now.Add(-rotatedAgo), value: FirstPassword}}
	for day := db.Retention; day >= 1; day-- {
		at := w.now.AddDate(0, 0, -day).Add(-5 * time.Hour)
		away.Snapshots = append(away.Snapshots, w.copied(w.automated(db, at), away, at.Add(copyTime)))
	}
	s, err := w.manual(db, db.ID+"-before-release")
	if err != nil {
		return // its name is free: nobody else has made one yet
	}
	s.Status, s.Percent, s.Original = available, 100, w.now.Add(-w.Scaled(10*time.Minute))
	s.Created = s.Original
	c := w.copied(s, away, w.now.Add(-w.Scaled(2*time.Minute)))
	c.Status, c.Percent = creating, 35
	away.Snapshots = append(away.Snapshots, c)
	w.After(12*time.Hour, func() { c.Status, c.Percent = available, 100 })
}
