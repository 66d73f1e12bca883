package views

import (
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/ui"
)

// usersPage is everything that was seen between users and regions.
func (b *facts) usersPage() {
	p := &b.e.Path
	b.text(b.way(b.w))
	b.probes()
	b.resolverTable()
	b.records()
	b.distribution()
	if len(p.Findings) > 0 {
		b.section("Findings")
		b.findingRows(p.Findings)
	}
}

func (b *facts) probes() {
	p := &b.e.Path
	for _, x := range []struct {
		name string
		r    dr.ProbeResult
	}{{"Pages", p.Pages}, {"API", p.API}, {"Writes", p.Writes}} {
		b.section(x.name)
		b.probeFacts(x.r)
	}
}

func (b *facts) resolverTable() {
	if len(b.e.Path.Per) == 0 {
		return
	}
	b.section("Resolvers, asked from here")
	var rows [][]ui.Line
	for _, r := range b.e.Path.Per {
		rows = append(rows, []ui.Line{ui.T(ui.Text, r.Name), b.resolver(r),
			ui.T(ui.Muted, joined("  ", strings.Join(r.Addresses, " "), r.Seen.Why))})
	}
	b.table(rows...)
}

func (b *facts) records() {
	zone := b.e.Edge.Zone
	b.section("DNS records")
	b.stageSeen(b.e.Path.DNS)
	var rows [][]ui.Line
	for _, r := range zone.Value.Records {
		ttl := "TTL automatic"
		if r.TTL > 0 {
			ttl = "TTL " + plainInt(int(r.TTL/time.Second))
		}
		rows = append(rows, []ui.Line{ui.T(ui.Text, r.Name), ui.T(ui.Muted, r.Type),
			ui.T(ui.Text, joined("  ", "→ "+r.Content, ttl, pick(r.Proxied, "proxied", "not proxied")))})
	}
	b.table(rows...)
	for _, h := range zone.Value.Checks.Value {
		b.say("health check", joined("  ", h.Name, h.Address, h.Status, h.Reason))
	}
	for _, l := range zone.Value.Pools.Value {
		b.say("pool", joined("  ", l.Name, pick(l.Enabled, "on", "off")))
	}
}

// stageSeen says how far a stage's facts may be trusted.
func (b *facts) stageSeen(s dr.Stage) {
	if !s.Asked {
		b.text(ui.T(ui.Muted, "not in lifeboat.yaml"))
		return
	}
	b.seen(s.Seen)
}

func (b *facts) distribution() {
	d := b.e.Edge.Distribution
	b.section("CDN")
	b.stageSeen(b.e.Path.CDN)
	if !d.Known() {
		return
	}
	v := d.Value
	b.say("distribution", joined("  ", v.ID, v.Domain, v.Status, pick(v.Enabled, "", "disabled")))
	for _, o := range v.Origins {
		b.say("origin "+o.ID, joined("  ", o.Domain, o.Protocol, o.Region))
	}
	for _, g := range v.Groups {
		b.say("group "+g.ID, strings.Join(g.Members, " then ")+"  on "+ints(g.Statuses))
	}
	for _, x := range v.Behaviors {
		b.say("path "+x.Path, joined("  ", "→ "+x.Target, pick(x.Group, "an origin group: either region may answer", ""),
			strings.Join(x.Methods, " ")))
	}
}

func ints(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = plainInt(n)
	}
	return strings.Join(words, " ")
}

// findingsPage lists all findings, those that are well last.
func (b *facts) findingsPage() {
	all := b.findings()
	if len(all) == 0 {
		b.text(ui.T(ui.Muted, pick(b.e.Complete, "none", "· reading")))
	}
	for _, n := range all {
		b.hang(3, ui.Join(2, ui.T(roleOf(n.now), markOf(n.now)), ui.T(ui.Muted, n.where), ui.T(ui.Text, n.Text)))
		b.hang(3, ui.T(ui.Text, indent(n.Remedy)))
		b.hang(3, ui.T(ui.Muted, indent(n.Seen.Why)))
		if n.Seen.Known() {
			b.text(ui.T(ui.Muted, "   read "+b.ago(n.Seen.At)))
		}
		b.lines = append(b.lines, nil)
	}
}

func indent(s string) string {
	if s == "" {
		return ""
	}
	return "   " + s
}

func (b *facts) changePage(id rowID) {
	for i := range b.e.Feed {
		c := &b.e.Feed[i]
		if changeID(c) != id {
			continue
		}
		b.say("at", c.At.UTC().Format("2006-01-02 15:04:05")+" UTC, "+b.ago(c.At))
		b.say("where", joined("  ", pick(c.Region != "", c.Region, "edge"), c.Subject))
		b.fact("what", ui.T(pick(unwell(c.Level) && c.Level != dr.Unknown, roleOf(c.Level), ui.Text), c.Text))
		return
	}
	b.text(ui.T(ui.Muted, "this event is no longer kept: the newest 500 are"))
}
