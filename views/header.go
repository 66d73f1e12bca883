package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// header says which estate this is, whether anything can be changed here, what time it is and how old the readings are.
func (f *frame) header(w int) ui.Line {
	right := []ui.Part{
		ui.P(2, ui.T(ui.Muted, f.readOnly)),
		ui.P(0, ui.T(ui.Text, f.now.UTC().Format("15:04:05")+" UTC")),
		ui.P(0, f.readAge()),
	}
	if f.sim {
		right = append([]ui.Part{ui.P(0, ui.B(ui.Accent, "SIMULATED"))}, right...)
	}
	left := []ui.Part{
		ui.P(1, ui.B(ui.Text, "lifeboat")),
		ui.P(0, ui.T(ui.Muted, f.e.Name)),
	}
	if words := f.e.Strategy.Words(); words != "" {
		left[1].Line = ui.Cat(left[1].Line, ui.T(ui.Muted, " · "+words))
	}
	gap := 2
	if w >= 100 {
		gap = 3
	}
	need := ui.Row(w, 2, left...).Width() + 2
	return ui.Spread(w, ui.Row(w, 2, left...), ui.Row(max(w-need, 0), gap, right...))
}

// readAge is the age of the oldest reading among the regions that answer: everything fresh on the screen is at most so
// old. Where none answers it is the newest reading's, as a warning.
func (f *frame) readAge() ui.Line {
	fresh, newest := time.Time{}, time.Time{}
	for i := range f.e.Regions {
		s := f.e.Regions[i].Seen
		if s.Known() && !f.old(s) && (fresh.IsZero() || s.At.Before(fresh)) {
			fresh = s.At
		}
		if s.At.After(newest) {
			newest = s.At
		}
	}
	switch {
	case !fresh.IsZero():
		return ui.T(ui.Muted, "read "+f.ago(fresh))
	case newest.IsZero() && !f.e.Complete:
		return ui.T(ui.Muted, "· reading")
	case newest.IsZero():
		return ui.T(ui.Warn, "! never read")
	}
	if f.aged {
		newest = f.e.At
	}
	return ui.T(ui.Warn, "! read "+f.ago(newest))
}

// verdict is what it all means, each line behind a bar in the colour of its weight.
func (f *frame) verdict(w int) []ui.Line {
	bar := ui.T(roleOf(f.e.Verdict.Level), "▌ ")
	lines := f.e.Verdict.Lines
	if f.aged {
		bar = ui.T(ui.Warn, "▌ ")
		lines = append([]dr.Line{{
			{Text: "Nothing was read since " + ui.Clock(f.e.At, f.now) + ".", Bold: true, Level: dr.Warn},
			{Text: " What follows was so then."},
		}}, lines...)
	}
	var out []ui.Line
	if len(f.banner) > 0 {
		out = append(out, f.banner.Cut(w))
	}
	for i, l := range lines {
		said := sentence(l)
		if f.aged && i > 0 {
			said = said.In(ui.Muted)
		}
		for _, part := range said.Wrap(w-2, 0) {
			out = append(out, ui.Cat(bar, part))
		}
	}
	if len(f.offer) > 0 && !f.aged {
		out = append(out, f.offer.Cut(w))
	}
	return out
}

func sentence(l dr.Line) ui.Line {
	var out ui.Line
	for _, s := range l {
		role := ui.Text
		switch {
		case s.Level != dr.Unknown:
			role = roleOf(s.Level)
		case s.Muted:
			role = ui.Muted
		}
		part := ui.T(role, s.Text)
		if s.Bold {
			part = ui.B(role, s.Text)
		}
		out = append(out, part...)
	}
	return out
}

// regionHead is the line above a region's panel.
func (f *frame) regionHead(i, w int) ui.Line {
	r := &f.e.Regions[i]
	state := f.state(r)
	left := ui.Row(max(w-state.Width()-2, 0), 2, ui.P(0, ui.B(ui.Text, r.Name)), ui.P(1, ui.T(ui.Muted, string(r.Built))))
	return ui.Spread(w, left, state)
}

// title is what the terminal's window is called: the estate and how it is.
func (f *frame) title() string {
	worst := &f.e.Regions[0]
	for i := range f.e.Regions {
		if r := &f.e.Regions[i]; gravity(r.Level) > gravity(worst.Level) {
			worst = r
		}
	}
	state := worst.Name + " " + string(worst.Condition)
	if f.aged {
		state = "nothing read since " + ui.Clock(f.e.At, f.now)
	}
	return ui.Clean(f.e.Name + ": " + state)
}
