package cli

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

// statusText is a document for people: the verdict, then a line for each thing, which begins with its level. What is
// not known says so, and why.
func statusText(d dr.Doc) string {
	p := &page{now: d.At}
	p.heading(d)
	for _, line := range d.Verdict.Lines {
		p.text(line)
	}
	for _, r := range d.Regions {
		p.region(r)
	}
	p.text("")
	p.path(d.Path)
	p.replication(d)
	p.record(d)
	p.readiness(d)
	if !d.Complete {
		p.text("\nNot everything was read in time: what is missing says unknown.")
	}
	return p.b.String()
}

// page is the text being written.
type page struct {
	b   strings.Builder
	now time.Time
	// brief: the region as a whole could not be read, and its first line says why. Its rows do not repeat it.
	brief bool
}

func (p *page) text(s string) { p.b.WriteString(s + "\n") }

// row is one line; empty parts are left out.
func (p *page) row(level, kind, name string, parts ...string) {
	line := fmt.Sprintf("  %-8s %-13s %-22s %s", level, kind, name, strings.Join(filled(parts), ", "))
	p.text(strings.TrimRight(line, " "))
}

func filled(parts []string) []string {
	var kept []string
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// sentence joins what is with why it is so.
func sentence(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// seen is a remark on figures that may not be trusted as they stand; "" for those that may.
func (p *page) seen(s dr.DocSeen) string {
	var text string
	switch {
	case s.At == nil:
		text = "never read"
	case s.Old:
		text = "old, read " + ui.Clock(*s.At, p.now)
	default:
		return ""
	}
	if p.brief {
		return text
	}
	return remedy(sentence(text, s.Why), s.Remedy)
}

// word is a state in a word, without the mark of what is unknown: the level and the remark say that.
func word(w string) string { return strings.TrimSpace(strings.TrimPrefix(w, "?")) }

func remedy(text, what string) string {
	if what == "" {
		return text
	}
	return text + " (" + what + ")"
}

func (p *page) heading(d dr.Doc) {
	parts := []string{d.Estate, config.Strategy(d.Strategy).Words()}
	if d.Simulated {
		parts = append(parts, "SIMULATED")
	}
	if !d.At.IsZero() {
		parts = append(parts, "read "+d.At.UTC().Format("2006-01-02 15:04:05")+" UTC")
	}
	p.text(strings.Join(parts, ", ") + ": " + outcome(d.Exit) + "\n")
}

func outcome(exit int) string {
	switch exit {
	case dr.ExitHealthy:
		return "healthy"
	case dr.ExitDegraded:
		return "degraded"
	}
	return "could not tell"
}

func (p *page) region(r dr.DocRegion) {
	p.text("\n" + sentence(r.Name+", built as "+r.Built+", is "+r.Condition, remedy(r.Why, r.Remedy)))
	if note := p.seen(r.Seen); note != "" {
		p.row("unknown", "reading", "", note)
		p.brief = true
	}
	for _, why := range r.Blocking {
		p.row("bad", "blocking", "", why)
	}
	for _, s := range r.Signals {
		if s.Silent {
			p.row("bad", "silent", s.Name, s.Text)
		}
	}
	for _, b := range r.Balancers {
		p.row(b.Level, "balancer", b.Name, word(b.Word), per(b.Requests, "req/s"), per(b.Errors, "% 5xx"), p95(b.P95), p.seen(b.Seen))
		if b.Probe.Asked {
			p.row(b.Probe.Level, "probe", b.Name, p.probe(b.Probe))
		}
	}
	for _, s := range r.Services {
		p.service(s)
	}
	for _, db := range r.Databases {
		p.database(db)
	}
	p.newest(r.Newest)
	p.session(r.Session)
	for _, f := range r.Findings {
		p.finding(f)
	}
	p.brief = false
}

func (p *page) service(s dr.DocService) {
	counts := ""
	if s.Running != nil && s.Desired != nil {
		counts = fmt.Sprintf("%d of %d running", *s.Running, *s.Desired)
		if s.Seen.Old {
			counts = "was " + counts
		}
		if s.Pending != nil && *s.Pending > 0 {
			counts += fmt.Sprintf(", %d pending", *s.Pending)
		}
	}
	state := s.Word
	if strings.HasPrefix(state, "?") || strings.Contains(counts, state) {
		state = "" // the counts say the same
	}
	p.row(s.Level, "service", s.Name, state, counts, image(s.Image), p.seen(s.Seen))
}

func image(i dr.DocRunning) string {
	if i.Short == "" {
		return ""
	}
	text := "image " + i.Short
	switch i.Parity {
	case "same":
		text += " same"
	case "behind":
		text += " behind"
		if i.Behind != nil {
			text += " by " + ui.Long(secs(*i.Behind))
		}
	case "other":
		text += " differs"
	case "missing":
		text += ", the serving region's image is missing here"
	}
	return text
}

func (p *page) database(db dr.DocDatabase) {
	role := word(db.Role)
	if strings.HasPrefix(db.Word, "?") {
		role = "" // the word says what it was
	}
	backups := ""
	if db.RetentionDays != nil {
		backups = "backups kept " + ui.Plural(*db.RetentionDays, "day")
	}
	p.row(db.Level, "database", db.ID, role, word(db.Word), strings.TrimSpace(db.Engine+" "+db.EngineVersion),
		per(db.Connections, "connections"), backups, p.seen(db.Seen))
}

func (p *page) newest(r dr.DocRecoveryPoint) {
	switch {
	case r.At != nil && !r.Seen.Old:
		p.row("idle", "newest point", ui.Clock(*r.At, p.now), r.From)
	case r.At != nil:
		p.row("unknown", "newest point", ui.Clock(*r.At, p.now), r.From, p.seen(r.Seen))
	case r.Seen.At != nil && !r.Seen.Old:
		p.row("warn", "newest point", "none", r.Seen.Why)
	default:
		p.row("unknown", "newest point", "", p.seen(r.Seen))
	}
}

func (p *page) session(s dr.DocSession) {
	left := ""
	if s.Expires != nil {
		left = ui.Long(s.Expires.Sub(p.now)) + " left"
	}
	p.row(s.Level, "session", s.Name, left, p.seen(s.Seen))
}

func (p *page) finding(f dr.DocFinding) {
	note := p.seen(f.Seen)
	if f.Seen.Why != "" && strings.Contains(f.Text, f.Seen.Why) {
		note = "" // the finding is that it could not be read
	}
	p.row(f.Level, f.ID, "", remedy(f.Text, f.Remedy), note)
}

// per is a figure with its unit, "" where there is none.
func per(v *float64, unit string) string {
	if v == nil {
		return ""
	}
	return ui.Number(*v) + " " + unit
}

func p95(v *float64) string {
	if v == nil {
		return ""
	}
	return "p95 " + ui.Millis(secs(*v))
}

func secs(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
