package dr

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// Text is the estate as `lifeboat status` prints it: plain text, one fact a line, nothing that a terminal could act on.
// It ends with a line feed.
func Text(e *Estate) string {
	var b strings.Builder
	t := &printer{e: e}
	t.head()
	for i := range e.Regions {
		t.region(&e.Regions[i])
	}
	t.path()
	t.replication()
	b.WriteString(t.flush())
	return b.String()
}

// printer collects lines; cells of one block are aligned.
type printer struct {
	e    *Estate
	old  bool // the region that is being printed does not tell anything new
	out  strings.Builder
	rows [][]string
}

// line prints a line of its own.
func (t *printer) line(format string, args ...any) {
	t.block()
	t.out.WriteString(strings.TrimRight(plain(fmt.Sprintf(format, args...)), " ") + "\n")
}

// row adds a line to the block that is being aligned. Empty cells at its end are left out.
func (t *printer) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *printer) block() {
	if len(t.rows) == 0 {
		return
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range t.rows {
		for i := range r {
			r[i] = plain(r[i])
		}
		fmt.Fprintln(w, "  "+strings.Join(r, "\t"))
	}
	w.Flush()
	for line := range strings.Lines(b.String()) {
		t.out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	t.rows = nil
}

func (t *printer) flush() string {
	t.block()
	return t.out.String()
}

func (t *printer) head() {
	e := t.e
	label := ""
	if e.Simulated {
		label = "  SIMULATED"
	}
	t.line("%s  %s%s  %s UTC", e.Name, e.Strategy.Words(), label, e.At.UTC().Format(time.DateTime))
	t.line("")
	for _, l := range e.Verdict.Lines {
		t.line("%s", l)
	}
}

func (t *printer) region(r *Region) {
	t.line("")
	head := fmt.Sprintf("%s  %s  %s", r.Name, r.Built, r.Condition)
	if !r.Since.IsZero() && (r.Condition == CondDark || r.Condition == CondSilent || r.Condition == CondSick) {
		head += " since " + clock(r.Since, t.e.At)
	}
	t.line("%s", head)
	if r.Why != "" {
		t.line("  why: %s", r.Why)
	}
	if r.Remedy != "" {
		t.line("  do:  %s", r.Remedy)
	}
	t.old = r.Seen.Old
	if t.old {
		t.line("  old: %s", r.Seen.Why)
	}
	for k := range r.Balancers {
		t.balancer(&r.Balancers[k])
	}
	for k := range r.Services {
		t.service(&r.Services[k])
	}
	for k := range r.Databases {
		t.database(&r.Databases[k])
	}
	t.row("newest point", "", pointText(r.Newest, t.e.At), "", t.trust(r.Newest.Seen))
	t.row("session", r.Session.Name, sessionText(r.Session, t.e.At), "", t.trust(r.Session.Seen))
	for _, f := range r.Findings {
		if f.Level == Warn || f.Level == Bad || f.Level == Unknown {
			t.row(f.ID, f.Level.String(), f.Text, "", t.trust(f.Seen))
		}
	}
}

// trust says what keeps a figure from being of now; "" where nothing does. In a region that is old as a whole the reason
// was said once.
func (t *printer) trust(s Seen) string {
	switch {
	case !s.Known():
		return "unknown: " + s.Why
	case s.Old && t.old:
		return "old, of " + clock(s.At, t.e.At)
	case s.Old:
		return "old, of " + clock(s.At, t.e.At) + ": " + s.Why
	}
	return ""
}

// trustProbe: that a question got no answer is known now, however old the last answer is.
func (t *printer) trustProbe(p ProbeResult) string {
	if p.Level != Unknown {
		return ""
	}
	return t.trust(p.Seen)
}

func (t *printer) balancer(b *Balancer) {
	var facts []string
	if b.Requests.Known {
		facts = append(facts, fmt.Sprintf("%.3g req/s", b.Requests.Value))
	}
	if b.Errors.Known {
		facts = append(facts, fmt.Sprintf("5xx %.2g %%", b.Errors.Value))
	}
	if b.P95.Known {
		facts = append(facts, "p95 "+millis(secondsOf(b.P95.Value)))
	}
	if p := probeText(b.Probe); p != "" {
		facts = append(facts, "probe "+p)
	}
	t.row("balancer", b.Name, b.Word, strings.Join(facts, ", "), t.trust(b.Seen))
}

func probeText(p ProbeResult) string {
	switch {
	case !p.Asked:
		return ""
	case p.Status == 0 || p.Seen.Old:
		return p.Word
	case p.Says != "":
		return fmt.Sprintf("%s in %s, says it is %s", p.Word, millis(p.Took), p.Says)
	}
	return p.Word + " in " + millis(p.Took)
}

func (t *printer) service(v *Service) {
	counts := "?"
	if v.Raw != nil {
		counts = fmt.Sprintf("%d of %d running", v.Running, v.Desired)
		if v.Pending > 0 {
			counts += fmt.Sprintf(", %d pending", v.Pending)
		}
		if v.Seen.Old {
			counts = "? was " + counts
		}
	}
	if v.Absent {
		counts = "absent"
	}
	image := strings.TrimSpace(v.Image.Short + " " + parityText(v.Image))
	if v.Word != "" && v.Word != counts && v.Word != "absent" && !v.Seen.Old {
		image = strings.TrimPrefix(image+"; "+v.Word, "; ")
	}
	t.row("service", v.Name, counts, image, t.trust(v.Seen))
}

func parityText(i Image) string {
	switch i.Parity {
	case ParityBehind:
		return span(i.Behind) + " behind"
	case ParitySame:
		return "same"
	case ParityOther:
		return "other"
	case ParityMissing:
		return "missing in this region's registry"
	}
	return ""
}

func (t *printer) database(db *Database) {
	facts := []string{}
	if db.Version != "" {
		facts = append(facts, db.Version)
	}
	if db.Connections.Known {
		facts = append(facts, fmt.Sprintf("%.0f connections", db.Connections.Value))
	}
	if db.Raw != nil && db.Role == "writer" {
		facts = append(facts, fmt.Sprintf("backups %d d", db.Retention))
	}
	state := db.Role + ", " + db.Word
	if db.Absent || db.Raw == nil || db.Seen.Old {
		state = db.Word
	}
	t.row("database", db.ID, state, strings.Join(facts, ", "), t.trust(db.Seen))
}

func pointText(p RecoveryPoint, now time.Time) string {
	if p.At.IsZero() {
		if p.Seen.Known() {
			return "none"
		}
		return "?"
	}
	return fmt.Sprintf("%s, %s old, %s", clock(p.At, now), span(now.Sub(p.At).Round(time.Second)), p.From)
}

func sessionText(s Session, now time.Time) string {
	switch {
	case !s.Seen.Known():
		return "?"
	case s.Expires.IsZero():
		return s.Account
	}
	return fmt.Sprintf("%s, %s left", s.Account, span(s.Expires.Sub(now).Round(time.Second)))
}

func (t *printer) path() {
	p := &t.e.Path
	t.old = false
	t.line("")
	t.line("users")
	for _, s := range []Stage{p.DNS, p.CDN} {
		if s.Asked {
			t.row(s.Name, s.ID, strings.Join(s.Notes, ", "), "", t.trust(s.Seen))
		}
	}
	to := p.To
	if to == "" {
		to = "?"
	}
	if p.Broken {
		to += ", broken"
	}
	t.row("lead to", to, "", "", "")
	if p.Bridge != "" {
		state := "pages only, by origin failover"
		if p.Bridging {
			state += ", in use now"
		}
		t.row("bridge", p.Bridge, state)
	}
	for _, q := range []struct {
		name string
		p    ProbeResult
	}{{"pages", p.Pages}, {"API", p.API}, {"writes", p.Writes}} {
		if q.p.Asked {
			t.row(q.name, "", probeText(q.p), "", t.trustProbe(q.p))
		}
	}
	if p.Asked > 0 {
		t.row("resolvers", "", fmt.Sprintf("%d of %d agree", p.Resolvers, p.Asked))
	}
	for _, f := range p.Findings {
		t.row(f.ID, f.Level.String(), f.Text)
	}
}

func (t *printer) replication() {
	r := &t.e.Replication
	t.line("")
	t.line("replication  %s", r.State)
	if r.Replica != "" {
		t.row("from", r.SourceRegion+" "+r.Source+" to "+r.ReplicaRegion+" "+r.Replica)
		t.row("reported", lagText(r.Reported, t.e.At))
		t.row("corrected", lagText(r.Corrected, t.e.At))
		if !r.LastContact.IsZero() {
			t.row("last contact", clock(r.LastContact, t.e.At))
		}
	}
	if r.Text != "" {
		t.row("note", r.Text)
	}
	risk := t.e.Risk
	if !risk.Known {
		t.row("at risk", "unknown: "+risk.Why)
		return
	}
	t.row("at risk", "at most "+atMost(risk.Value)+" of data ("+risk.From+")")
}

func lagText(l Lag, now time.Time) string {
	s := span(l.Value)
	if l.AtMost {
		s = "at most " + s
	}
	if !l.At.IsZero() {
		s += " at " + clock(l.At, now) + " (" + l.Method + ")"
	}
	switch {
	case l.Known:
		return s
	case l.At.IsZero():
		return "unknown: " + l.Why
	}
	return "unknown now: " + l.Why + "; was " + s
}
