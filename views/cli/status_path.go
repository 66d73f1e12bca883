package cli

import (
	"fmt"
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

// path is the way that users take, with what each question along it was answered.
func (p *page) path(d dr.DocPath) {
	way := []string{"users"}
	for _, s := range []dr.DocStage{d.DNS, d.CDN} {
		if s.Asked {
			way = append(way, strings.TrimSpace(s.Name+" "+s.ID))
		}
	}
	to := "unknown"
	if d.To != nil {
		to = *d.To
	}
	way = append(way, to)
	text := strings.Join(way, " -> ")
	if d.Broken {
		text += ", which does not answer"
	}
	if d.Bridge != nil {
		text += "; pages can go to " + *d.Bridge + " by origin failover"
	}
	if d.Bridging {
		text += ", and do"
	}
	p.text(text)
	for _, s := range []dr.DocStage{d.DNS, d.CDN} {
		if s.Asked {
			p.row(s.Level, "stage", s.Name, append(s.Notes, p.seen(s.Seen))...)
		}
	}
	for _, q := range []struct {
		name string
		dr.DocProbe
	}{{"pages", d.Pages}, {"API", d.API}, {"writes", d.Writes}} {
		if q.Asked {
			p.row(q.Level, "public", q.name, p.probe(q.DocProbe))
		}
	}
	if d.Asked > 0 {
		p.row(resolversLevel(d), "resolvers", "", fmt.Sprintf("%d of %d lead to the same region", d.Agree, d.Asked))
	}
	for _, f := range d.Findings {
		p.finding(f)
	}
}

func resolversLevel(d dr.DocPath) string {
	switch d.Agree {
	case d.Asked:
		return "good"
	case 0:
		return "unknown" // none of them leads to a region that says its name
	}
	return "warn"
}

// probe is what one question over HTTP was answered.
func (p *page) probe(q dr.DocProbe) string {
	var parts []string
	switch {
	case q.Status != nil && q.Took != nil && !q.Seen.Old:
		parts = append(parts, q.Word+" in "+ui.Millis(secs(*q.Took)))
	default:
		parts = append(parts, word(q.Word))
	}
	if q.Region != nil {
		answered := "answered by " + *q.Region
		if q.Proves {
			answered += ", which proves that it serves"
		}
		parts = append(parts, answered)
	}
	return strings.Join(filled(append(parts, p.seen(q.Seen))), ", ")
}

// replication is how far the replica is behind, in its three numbers, and what would be lost.
func (p *page) replication(d dr.Doc) {
	r := d.Replication
	if r.State == "none" {
		p.text("\nreplication: none")
	} else {
		p.text("\n" + strings.Join(filled([]string{"replication: " + r.State, from(r)}), ", "))
		p.row(r.Level, "lag", "reported", lag(r.Reported, r.ReportedWhy), p.read(r))
		p.row(r.Level, "lag", "corrected", lag(r.Corrected, r.CorrectedWhy), by(r))
		if r.Text != "" {
			p.row(r.Level, "lag", "", r.Text)
		}
		if note := p.seen(r.Seen); note != "" {
			p.row("unknown", "lag", "", note)
		}
	}
	p.row(d.Risk.Level, "data at risk", "", risk(d.Risk))
	p.serving(d.TimeToServe)
}

func from(r dr.DocReplication) string {
	if r.Source == "" || r.Replica == "" {
		return ""
	}
	return fmt.Sprintf("%s in %s to %s in %s", r.Source, r.SourceRegion, r.Replica, r.ReplicaRegion)
}

func lag(v *float64, why string) string {
	if v == nil {
		return sentence("unknown", why)
	}
	return ui.Secs(secs(*v))
}

func (p *page) read(r dr.DocReplication) string {
	if r.ReportedAt == nil {
		return ""
	}
	return "of " + ui.Clock(*r.ReportedAt, p.now)
}

func by(r dr.DocReplication) string {
	if r.Corrected == nil {
		return ""
	}
	text := "by " + r.CorrectedBy
	if r.CorrectedMost {
		text = "at most, " + text
	}
	return text
}

func risk(r dr.DocRisk) string {
	if r.Seconds == nil {
		return sentence("unknown", r.Why)
	}
	text := ui.Secs(secs(*r.Seconds))
	if r.AtMost {
		text = "at most " + text
	}
	return remedy(text, r.From)
}
