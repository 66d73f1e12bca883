package cli

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// record is what the journals of past runs tell: who is the writer of record, whether the old one is fenced, which runs
// are open.
func (p *page) record(d dr.Doc) {
	r := d.Record
	if s := d.Split; s != nil {
		p.row(s.Level, "second writer", s.Database, remedy(s.Text, s.Fix))
	}
	if r.Where == "" {
		return
	}
	p.text("\nruns, kept on " + r.Where)
	if note := p.seen(r.Seen); note != "" {
		p.row("unknown", "reading", "", note)
	}
	switch {
	case r.Writer == nil:
		p.row("unknown", "writer", "", r.Why)
	case r.Promoted == nil:
		p.row("idle", "writer", *r.Writer, "as built")
	default:
		p.row("idle", "writer", *r.Writer, "promoted "+ui.Clock(*r.Promoted, p.now), "by run "+r.Run, receipt(r.Receipt, p.now))
	}
	for _, v := range r.Open {
		p.row("warn", "open run", v.ID, v.Title, v.State)
	}
	if v := r.Last; v != nil {
		p.row("idle", "last run", v.ID, v.Title, v.State, "ended "+ui.Clock(v.Changed, p.now))
	}
	if l := r.Lease; l.Held {
		p.row("warn", "lease", l.Holder, "on "+l.Host, "run "+l.Run)
	}
}

func receipt(r *dr.DocReceipt, now time.Time) string {
	switch {
	case r == nil:
		return "no fence receipt"
	case !r.Holds:
		return sentence("its fence receipt is void", r.Void)
	}
	return "old writer fenced " + ui.Clock(r.At, now)
}

// readiness is what a failover of this minute would meet: how many checks pass, and each that does not.
func (p *page) readiness(d dr.Doc) {
	if len(d.Checks) == 0 {
		return
	}
	passed := 0
	for _, c := range d.Checks {
		if c.Verdict == "pass" {
			passed++
		}
	}
	p.text(fmt.Sprintf("\nready for a failover: %d of %d checks pass", passed, len(d.Checks)))
	for _, c := range d.Checks {
		if c.Verdict == "pass" {
			continue
		}
		gate := ""
		if c.Blocking {
			gate = "a gate asks for: " + c.Override
		}
		p.row(levelOf(c.Verdict), "check", c.ID, remedy(c.Title+": "+c.Text, c.Remedy), gate)
	}
}

// levelOf is a check's verdict as a level.
func levelOf(verdict string) string {
	return strings.NewReplacer("pass", "good", "fail", "bad").Replace(verdict)
}

// serving is how long it takes to serve again, and what that is known from.
func (p *page) serving(t dr.DocTimeToServe) {
	if t.Seconds == nil {
		p.row("unknown", "time to serve", "", "unknown: "+t.Why)
		return
	}
	p.row("idle", "time to serve", "", "about "+ui.Long(secs(*t.Seconds)), t.From)
}
