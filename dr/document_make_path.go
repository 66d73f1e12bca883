package dr

import (
	"slices"

	"lifeboat/aws/edge"
)

func docPath(p Path, raw EdgeSnapshot) DocPath {
	dist := raw.Distribution.Value
	return DocPath{
		DNS: docStage(p.DNS), CDN: docStage(p.CDN), To: named(p.To), Broken: p.Broken, Bridge: named(p.Bridge), Bridging: p.Bridging,
		Pages: docProbe(p.Pages), API: docProbe(p.API), Writes: docProbe(p.Writes), Agree: p.Resolvers, Asked: p.Asked,
		Resolvers: list(p.Per, docResolver),
		Origins:   list(dist.Origins, docOrigin),
		Behaviors: list(dist.Behaviors, func(b edge.Behavior) DocBehavior { return docBehavior(b, dist.Groups) }),
		Records:   list(raw.Zone.Value.Records, docRecord),
		Findings:  list(p.Findings, docFinding),
	}
}

func docStage(s Stage) DocStage {
	return DocStage{
		Asked: s.Asked, Name: s.Name, ID: s.ID, Notes: list(s.Notes, func(n string) string { return n }),
		Level: s.Level.String(), Seen: docSeen(s.Seen),
	}
}

func docResolver(r Resolver) DocResolver {
	return DocResolver{
		Name: r.Name, Addresses: list(r.Addresses, func(a string) string { return a }),
		TTL: seconds(len(r.Addresses) > 0, r.TTL), API: docProbe(r.API), Seen: docSeen(r.Seen),
	}
}

func docOrigin(o edge.Origin) DocOrigin {
	return DocOrigin{
		ID: o.ID, Domain: o.Domain, Protocol: o.Protocol, Region: named(o.Region),
		Attempts: o.ConnectAttempts, Connect: o.ConnectTimeout.Seconds(), Read: o.ReadTimeout.Seconds(),
	}
}

func docBehavior(b edge.Behavior, groups []edge.OriginGroup) DocBehavior {
	d := DocBehavior{
		Path: b.Path, Target: b.Target, Group: b.Group, Members: []string{}, Statuses: []int{},
		Methods: list(b.Methods, func(m string) string { return m }),
	}
	if i := slices.IndexFunc(groups, func(g edge.OriginGroup) bool { return b.Group && g.ID == b.Target }); i >= 0 {
		d.Members, d.Statuses = append(d.Members, groups[i].Members...), append(d.Statuses, groups[i].Statuses...)
	}
	return d
}

func docRecord(r edge.Record) DocRecord {
	return DocRecord{
		Name: r.Name, Type: r.Type, Content: r.Content, TTL: r.TTL.Seconds(), Proxied: r.Proxied, Region: named(r.Region),
	}
}
