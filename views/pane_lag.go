package views

import (
	"slices"
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// lag is how far the replica is behind: three numbers, and their course against the RPO.
func (p *pane) lag() []slot {
	rep, id := &p.e.Replication, p.id(rowLag, "")
	out := []slot{p.row(keepAlways, id, "lag", p.lagNumbers(rep))}
	if p.e.Replication.Text != "" && rep.Seen.Known() && !p.old(rep.Seen) {
		role := ui.Muted
		if unwell(rep.Level) {
			role = roleOf(rep.Level)
		}
		for _, l := range ui.T(role, rep.Text).Wrap(p.w-p.label, 0) {
			out = append(out, p.more(pick(p.size == narrow, keepSecond, keepHeads), l))
		}
	}
	return append(out, p.sparkline(rep)...)
}

func (p *pane) lagNumbers(rep *dr.Replication) ui.Line {
	room := p.w - p.label
	if l := p.unsure(rep.Seen, lagWas(rep)); l != nil {
		return l
	}
	if !rep.Reported.Known && !rep.Corrected.Known {
		return p.lagUnknown(rep)
	}
	role := ui.Text
	if unwell(rep.Level) {
		role = roleOf(rep.Level)
	}
	name := "reported"
	if rep.Idle && p.size == narrow {
		name = "idle climb" // wider panels say it in a line of its own
	}
	reported, corrected := p.lagOf(rep.Reported, role, name), p.lagOf(rep.Corrected, role, "true")
	if p.size == narrow && rep.Reported.Known && rep.Corrected.Known {
		reported = ui.B(role, ui.Secs(rep.Reported.Value))
	}
	return ui.Row(room, 2, ui.P(0, reported), ui.P(0, corrected), ui.P(1, p.lagAge(rep)))
}

// lagUnknown is the last contact, where neither measure has a value.
func (p *pane) lagUnknown(rep *dr.Replication) ui.Line {
	contact := ui.Line(nil)
	if !rep.LastContact.IsZero() {
		contact = ui.T(ui.Warn, "last contact "+p.ago(rep.LastContact))
	}
	return ui.Row(p.w-p.label, 2, ui.P(0, ui.T(ui.Muted, "?")), ui.P(0, contact), ui.P(1, ui.T(ui.Muted, rep.Reported.Why)))
}

// lagWas is the lag at the last contact.
func lagWas(rep *dr.Replication) string {
	switch {
	case rep.Corrected.Known:
		return ui.Secs(rep.Corrected.Value)
	case rep.Reported.Known:
		return ui.Secs(rep.Reported.Value)
	}
	return ""
}

func (p *pane) lagOf(l dr.Lag, role ui.Role, name string) ui.Line {
	if !l.Known {
		if l.Why == "" || name == "true" {
			return nil
		}
		return ui.Cat(ui.T(ui.Muted, "? "+name+": "+l.Why))
	}
	most := ""
	if l.AtMost {
		most = "≤ "
	}
	return ui.Cat(ui.B(role, most+ui.Secs(l.Value)), ui.T(ui.Muted, " "+name))
}

// lagAge is how old the newest of the two measures is.
func (p *pane) lagAge(rep *dr.Replication) ui.Line {
	at := rep.Reported.At
	if rep.Corrected.Known && rep.Corrected.At.After(at) {
		at = rep.Corrected.At
	}
	if at.IsZero() {
		return nil
	}
	if p.size == narrow {
		return ui.T(ui.Muted, p.ago(at))
	}
	return ui.T(ui.Muted, "read "+p.ago(at))
}

// sparkline is the reported lag's course; taller where there is room.
func (p *pane) sparkline(rep *dr.Replication) []slot {
	if len(rep.Series) == 0 {
		return nil
	}
	rpo := p.e.Objectives.RPO.D()
	caption := ui.F(ui.Muted, "RPO %s ┄┄", ui.Secs(rpo))
	if p.size == wide {
		caption = ui.F(ui.Muted, "highest %s · RPO %s ┄┄", ui.Secs(highest(rep.Series)), ui.Secs(rpo))
	}
	values := spread(rep.Series, p.now, max(p.w-p.label-caption.Width()-2, 1))
	course := func(rows int) []ui.Line {
		lines := ui.Spark(values, rpo.Seconds(), len(values), rows)
		for i, l := range lines {
			lines[i] = p.faded(rep, l)
		}
		lines[rows-1] = ui.Cat(lines[rows-1], ui.Space(2), caption)
		return lines
	}
	low := p.more(keepCourse, course(1)[0])
	if p.size != wide {
		return []slot{low}
	}
	low.gone = keepAmple
	out := []slot{low, p.more(keepAmple, ui.T(ui.Muted, dots(len(values))))}
	for _, l := range course(4) {
		out = append(out, p.more(keepAmple, l))
	}
	return out
}

func dots(n int) string {
	s := make([]rune, n)
	for i := range s {
		s[i] = '┄'
	}
	return string(s)
}

// faded takes the colour from a course that is old.
func (p *pane) faded(rep *dr.Replication, l ui.Line) ui.Line {
	if p.old(rep.Seen) {
		return l.In(ui.Muted)
	}
	return l
}

func highest(series []dr.Point) time.Duration {
	v := slices.MaxFunc(series, func(a, b dr.Point) int {
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	return seconds(v.Value)
}

// spread puts a series on n columns of one period each, the newest at the right edge. Periods without a datapoint are
// gaps; the last three may still come, so they are no gap yet.
func spread(series []dr.Point, now time.Time, n int) []float64 {
	period := periodOf(series)
	last := series[len(series)-1].At
	end := last
	if now.Sub(last) > 3*period {
		end = now
	}
	columns := min(n, int(end.Sub(series[0].At)/period)+1)
	out := make([]float64, max(columns, 1))
	for i := range out {
		out[i] = ui.Gap
	}
	for _, p := range series {
		if i := len(out) - 1 - int((end.Sub(p.At)+period/2)/period); i >= 0 && i < len(out) {
			out[i] = p.Value
		}
	}
	return out
}

// periodOf is the usual time between two datapoints.
func periodOf(series []dr.Point) time.Duration {
	if len(series) < 2 {
		return time.Minute
	}
	gaps := make([]time.Duration, 0, len(series)-1)
	for i := 1; i < len(series); i++ {
		gaps = append(gaps, series[i].At.Sub(series[i-1].At))
	}
	slices.Sort(gaps)
	return max(gaps[len(gaps)/2], time.Second)
}
