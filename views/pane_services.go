package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// serviceOrder is the order in which services stand, as indices: lifeboat.yaml's, and where they are more than fit on
// a common screen those that are unwell in either region first. Both regions list them in the same order.
func serviceOrder(f *frame) []int {
	regions := &f.e.Regions
	n := max(len(regions[0].Services), len(regions[1].Services))
	order := make([]int, n)
	worst := make([]int, n)
	for i := range order {
		order[i] = i
		for r := range regions {
			if i < len(regions[r].Services) {
				if l := f.serviceLevel(&regions[r].Services[i]); unwell(l) {
					worst[i] = max(worst[i], gravity(l))
				}
			}
		}
	}
	if n > fewServices {
		slices.SortStableFunc(order, func(a, b int) int { return worst[b] - worst[a] })
	}
	return order
}

// fewServices are listed in lifeboat.yaml's order: they fit, and every one keeps its place.
const fewServices = 12

// serviceLevel is the graver of a service's own level and its image's.
func (f *frame) serviceLevel(s *dr.Service) dr.Level {
	l := f.level(s.Seen, s.Level)
	if gravity(s.Image.Level) > gravity(l) && s.Image.Level != dr.Unknown {
		return s.Image.Level
	}
	return l
}

func (p *pane) services() section {
	cols := p.columns
	s := section{count: countServices}
	for _, i := range p.order {
		if i < len(p.r.Services) && p.matches(p.r.Services[i].Name) {
			sv := &p.r.Services[i]
			s.list = append(s.list, slot{
				id: p.id(rowService, sv.Name), bad: unwell(p.serviceLevel(sv)),
				draw: func() ui.Line { return p.service(sv, cols) },
			})
		}
	}
	s.slots = p.servicesHead(cols, len(s.list))
	return s
}

// serviceColumns are the widths of a service's cells: its name, each number, the pending tasks and the autoscaling range
// where any service has them, the image, and how it compares.
type serviceColumns struct{ name, number, pending, scale, image, parity int }

func (p *pane) serviceColumns() serviceColumns {
	n := p.needs
	limit := [...]int{13, 20, 30}[p.size]
	c := serviceColumns{name: max(p.label, min(n.name+1, limit)), number: 4, image: max(7, min(n.image+1, 12)), parity: 15}
	if n.pending {
		c.pending = 4
	}
	if n.scales && p.size == wide {
		c.scale = 8
	}
	return c
}

// serviceNeeds is how much room the services of both regions ask for.
type serviceNeeds struct {
	name, image     int // cells
	pending, scales bool
}

func needsOf(e *dr.Estate) serviceNeeds {
	var n serviceNeeds
	for r := range e.Regions {
		for i := range e.Regions[r].Services {
			s := &e.Regions[r].Services[i]
			n.name = max(n.name, ui.Width(ui.Clean(s.Name)))
			n.image = max(n.image, ui.Width(ui.Clean(s.Image.Short)))
			n.pending = n.pending || s.Pending > 0
			n.scales = n.scales || s.Min.Known && s.Max.Known
		}
	}
	return n
}

func (p *pane) servicesHead(c serviceColumns, shown int) []slot {
	if p.filter != "" {
		return []slot{{line: p.filtered(shown)}}
	}
	if p.size == narrow {
		return nil
	}
	m := func(s string) ui.Line { return ui.T(ui.Muted, s) }
	l := ui.Cat(m("services").Fit(c.name), m("run").Right(c.number), m("want").Right(c.number+1))
	if c.pending > 0 {
		l = ui.Cat(l, m("pend").Right(c.pending+1))
	}
	l = ui.Cat(l, m("full").Right(c.number+1), m(pick(c.scale > 0, "scales", "")).Right(c.scale), ui.Space(3), m("image").Fit(c.image+c.parity))
	if p.size == wide {
		l = ui.Cat(l, m("last event"))
	}
	return []slot{{keep: keepHeads, line: l.Cut(p.w)}}
}

// filtered says what the filter hides. What is unwell is never hidden without a word.
func (p *pane) filtered(shown int) ui.Line {
	hidden := 0
	for i := range p.r.Services {
		s := &p.r.Services[i]
		if !p.matches(s.Name) && unwell(p.serviceLevel(s)) {
			hidden++
		}
	}
	l := ui.Cat(ui.T(ui.Muted, "services"), ui.F(ui.Accent, "  /%s", p.filter),
		ui.F(ui.Muted, "  %d of %d", shown, len(p.r.Services)))
	if hidden > 0 {
		l = ui.Cat(l, ui.F(ui.Warn, "  ! %d hidden not well", hidden))
	}
	return l.Cut(p.w)
}

// matches says whether a name passes the filter.
func (f *frame) matches(name string) bool {
	return f.filter == "" || strings.Contains(strings.ToLower(name), strings.ToLower(f.filter))
}

// countServices is the line for the services that are scrolled out of view.
func countServices(hidden, bad int) ui.Line {
	return ui.T(pick(bad > 0, ui.Warn, ui.Muted), others(hidden, bad, "more"))
}

// others counts what is not shown: "96 more, all well", "96 more, 3 not well".
func others(n, bad int, what string) string {
	if bad == 0 {
		return fmt.Sprintf("%d %s, all well", n, what)
	}
	return fmt.Sprintf("! %d %s, %d not well", n, what, bad)
}

func (p *pane) service(s *dr.Service, c serviceColumns) ui.Line {
	id := p.id(rowService, s.Name)
	label := ui.T(ui.Text, s.Name)
	if p.chosen(id) {
		label = label.Bold()
	}
	value := p.unsure(s.Seen, counts(s.Running, s.Desired))
	switch {
	case value != nil && s.Seen.Known():
		label = label.In(ui.Muted)
	case value != nil:
	case s.Absent:
		value = ui.T(roleOf(s.Level), markOf(s.Level)+" absent")
	case p.size == narrow:
		value = p.serviceShort(s, c)
	default:
		value = p.serviceLong(s, c)
	}
	return ui.Cat(label.Fit(c.name-1), ui.Space(1), value).Cut(p.w)
}

// serviceShort is "1/1 → 2  3f1c2d same".
func (p *pane) serviceShort(s *dr.Service, c serviceColumns) ui.Line {
	run := ui.Cat(ui.F(roleOf(s.Level), "%d", s.Running), ui.F(ui.Text, "/%d", s.Desired))
	if s.Level == dr.Idle {
		run = ui.T(ui.Muted, counts(s.Running, s.Desired))
	}
	if s.Pending > 0 {
		run = ui.Cat(run, ui.F(ui.Muted, "+%d", s.Pending))
	}
	full := ui.Line(nil)
	if s.Full != s.Desired {
		full = ui.F(ui.Muted, "→ %d", s.Full)
	}
	l := ui.Cat(run.Fit(max(4, run.Width()+1)), full)
	l = l.Fit(max(9, l.Width()+1))
	if w := p.word(s); w != nil {
		return ui.Cat(l, w)
	}
	return ui.Cat(l, p.image(s).Fit(c.image), p.parity(s))
}

func (p *pane) serviceLong(s *dr.Service, c serviceColumns) ui.Line {
	number := func(r ui.Role, n, w int) ui.Line { return ui.F(r, "%d", n).Right(w) }
	want := ui.Text
	if s.Level == dr.Idle {
		want = ui.Muted
	}
	l := ui.Cat(number(roleOf(s.Level), s.Running, c.number), number(want, s.Desired, c.number+1))
	switch {
	case c.pending > 0 && s.Pending > 0:
		l = ui.Cat(l, number(ui.Accent, s.Pending, c.pending+1))
	case c.pending > 0:
		l = ui.Cat(l, ui.Space(c.pending+1))
	}
	full := ui.Text
	if s.Full == s.Desired {
		full = ui.Muted
	}
	l = ui.Cat(l, number(full, s.Full, c.number+1), scales(s).Right(c.scale), ui.Space(3))
	rest := p.w - c.name - l.Width()
	image := ui.Cat(p.image(s).Fit(c.image), p.parity(s))
	word := p.word(s)
	if word == nil && p.size == wide {
		word = p.event(s)
	}
	if p.size == wide || len(word) == 0 {
		return ui.Cat(l, image.Fit(max(image.Width(), c.image+c.parity)), word)
	}
	return ui.Cat(l, ui.Row(rest, 2, ui.P(1, image), ui.P(0, word)))
}

// word is what is wrong with a service, or under way: nil where nothing is.
func (p *pane) word(s *dr.Service) ui.Line {
	if s.Word == "" {
		return nil
	}
	if !unwell(s.Level) {
		return ui.T(ui.Muted, s.Word)
	}
	return ui.T(roleOf(s.Level), markOf(s.Level)+" "+s.Word)
}

func (p *pane) image(s *dr.Service) ui.Line {
	if s.Image.Short == "" {
		return ui.T(ui.Muted, "?")
	}
	return ui.T(ui.Text, s.Image.Short)
}

// parity compares the image with the serving region's.
func (p *pane) parity(s *dr.Service) ui.Line {
	im := s.Image
	words := ""
	switch im.Parity {
	case dr.ParityIs:
		return nil
	case dr.ParitySame:
		return ui.T(roleOf(im.Level), "same")
	case dr.ParityBehind:
		words = "behind"
		if im.Behind > 0 && p.size != narrow {
			words = strings.TrimSuffix(ui.Ago(im.Behind), " ago") + " behind"
		}
	case dr.ParityOther:
		words = "other"
	case dr.ParityMissing:
		words = "missing"
	default:
		return ui.T(ui.Muted, trimRight("? "+im.Why))
	}
	return ui.T(roleOf(im.Level), markOf(im.Level)+" "+words)
}

// scales is the autoscaling range.
func scales(s *dr.Service) ui.Line {
	if !s.Min.Known || !s.Max.Known {
		return nil
	}
	return ui.F(ui.Muted, "%.0f–%.0f", s.Min.Value, s.Max.Value)
}

// event is the newest line of the service's own log.
func (p *pane) event(s *dr.Service) ui.Line {
	if s.LastEvent.At.IsZero() {
		return nil
	}
	return ui.Cat(ui.T(ui.Muted, ui.Clock(s.LastEvent.At, p.now)+"  "), ui.T(ui.Muted, eventText(s.LastEvent.Message)))
}

// eventText is an event of ECS without the "(service name) " that each begins with.
func eventText(s string) string {
	if rest, ok := strings.CutPrefix(s, "(service "); ok {
		if _, after, ok := strings.Cut(rest, ") "); ok {
			return after
		}
	}
	return s
}

func counts(have, all int) string { return fmt.Sprintf("%d/%d", have, all) }

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
