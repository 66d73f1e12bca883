package views

import (
	"strings"

	"lifeboat/dr"
	"lifeboat/ui"
)

func (b *facts) balancerPage(r *dr.Region, id rowID) {
	for i := range r.Balancers {
		lb := &r.Balancers[i]
		if id.kind == rowBalancer && lb.Name == id.name {
			b.balancer(r, lb)
			return
		}
		for j := range lb.Groups {
			if id.kind == rowGroup && lb.Groups[j].Name == id.name {
				b.seen(lb.Groups[j].Seen)
				b.say("balancer", lb.Name)
				b.section("Targets")
				b.groupTargets(&lb.Groups[j])
				return
			}
		}
	}
	b.text(ui.T(ui.Muted, "? "+id.name+" is not in this estate any more"))
}

func (b *facts) balancer(r *dr.Region, lb *dr.Balancer) {
	b.seen(lb.Seen)
	b.word("targets", b.level(lb.Seen, lb.Level), lb.Word)
	b.rawBalancer(r, lb.Name)
	b.section("Traffic")
	b.figure("requests", lb.Requests, func(v float64) string { return ui.Number(v) + " a second" })
	b.figure("5xx", lb.Errors, func(v float64) string { return ui.Number(v) + " % of requests" })
	b.figure("p95", lb.P95, func(v float64) string { return ui.Millis(seconds(v)) })
	b.section("Asked directly, at its own address under the real host")
	b.probeFacts(lb.Probe)
	for i := range lb.Groups {
		g := &lb.Groups[i]
		healthy, all := g.Healthy()
		b.section(g.Name + "  " + counts(healthy, all) + " healthy")
		if b.old(g.Seen) || !g.Seen.Known() {
			b.seen(g.Seen)
		}
		b.groupTargets(g)
	}
}

// rawBalancer is what the slow clock read of a balancer.
func (b *facts) rawBalancer(r *dr.Region, name string) {
	if r.Raw == nil {
		return
	}
	for _, raw := range r.Raw.Balancers.Value {
		if raw.Name == name {
			b.say("state", joined("  ", raw.State, raw.StateReason))
			b.say("name", raw.DNSName)
		}
	}
	for _, l := range r.Raw.Listeners.Value {
		if l.Balancer == name {
			b.say("listener", joined("  ", l.Protocol+" "+plainInt(l.Port), l.Default))
		}
	}
	for _, c := range r.Raw.Certificates.Value {
		if !c.NotAfter.IsZero() {
			b.say("certificate", c.Domain+", "+strings.ToLower(c.Status)+", until "+c.NotAfter.UTC().Format("2006-01-02")+
				" ("+ui.Long(c.NotAfter.Sub(b.now))+")")
		}
	}
}

func (b *facts) groupTargets(g *dr.TargetGroup) {
	var rows [][]ui.Line
	for _, t := range g.Targets {
		l := dr.Good
		if t.State != "healthy" {
			l = g.Level
		}
		l = b.level(g.Seen, l)
		rows = append(rows, []ui.Line{
			ui.T(roleOf(l), markOf(l)+" "+t.State),
			ui.T(ui.Text, t.ID+":"+plainInt(t.Port)),
			ui.T(ui.Muted, t.Zone),
			ui.T(ui.Text, joined(": ", t.Reason, t.Description)),
		})
	}
	if len(rows) == 0 && g.Seen.Known() {
		b.text(ui.T(ui.Muted, "no target"))
	}
	b.table(rows...)
}

// probeFacts is all that one question over HTTP brought.
func (b *facts) probeFacts(p dr.ProbeResult) {
	if !p.Asked {
		b.fact("probe", ui.T(ui.Muted, "not configured in lifeboat.yaml"))
		return
	}
	b.seen(p.Seen)
	l, now := b.probed(p)
	if !p.Seen.Known() && !now {
		return
	}
	line := ui.T(roleOf(l), markOf(l)+" "+p.Word)
	if p.Status != 0 {
		line = ui.Cat(line, ui.T(ui.Muted, " in "+ui.Millis(p.Took)))
	}
	b.fact("answer", line)
	b.say("says it is", joined(", which is ", p.Says, p.Region))
	b.say("via", p.Via)
	b.say("proof", pick(p.Proof, "yes, of who serves: its path has a single origin", "none of who serves"))
}
