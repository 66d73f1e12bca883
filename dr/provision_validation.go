package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// evidence is one thing that can be seen now, and what only a drill would show of it.
type evidence struct {
	id, title, why string
	checks         []string // of Checks; none: the balancer of region
	region         string
	drill          string
}

// validation are the steps of the phase that makes nothing: what can be checked now, each with what a drill would add.
func (b *builder) validation() []runbook.Step {
	p, s := b.c.Regions.Primary.Name, b.c.Regions.Standby.Name
	list := []evidence{
		{id: "answer-primary", title: "answer of " + p + "'s balancer", why: "the other side of every comparison", region: p, drill: "nothing: it serves"},
		{id: "answer-standby", title: "answer of " + s + "'s balancer", why: "users are sent there only if it answers as itself", region: s, drill: "that it answers under load, and with its own writer"},
		{id: "images", title: "image parity", why: "the same images must start there", checks: []string{"images", "registries", "definitions"}, drill: "that they start"},
		{id: "secrets", title: "secrets and certificate", why: "tasks that cannot log in are no standby", checks: []string{"secrets", "certificate"}, drill: "that the application logs in with them after a promotion"},
	}
	if b.c.Strategy == config.WarmStandby {
		list = append(list, evidence{id: "lag", title: "replication and its lag", why: "what would be lost this minute", checks: []string{"replica", "lag"}, drill: "how long a promotion takes, and what was lost in truth"})
	} else {
		list = append(list, evidence{id: "recovery-point", title: "the newest recovery point", why: "what would be lost this minute", checks: []string{"recovery-point", "backups"}, drill: "that it restores, and how long that takes"})
	}
	if b.c.Edge.Distribution != "" {
		list = append(list, evidence{id: "origin-group", title: "origin group", why: "pages are bridged by it without anybody's hand", checks: []string{"cdn", "origin-group"}, drill: "that pages come from the other region while the first is down"})
	}
	if b.c.Edge.Cloudflare.Zone != "" {
		list = append(list, evidence{id: "records", title: "records", why: "the first lever of a failover", checks: []string{"dns", "ttl"}, drill: "how long resolvers take to follow"})
	}
	var steps []runbook.Step
	for _, what := range list {
		steps = append(steps, b.proofStep(what))
	}
	return steps
}

// kickEvery is how often a validation has everything read anew.
const kickEvery = 30 * time.Second

func (b *builder) proofStep(what evidence) runbook.Step {
	return runbook.Step{
		ID: what.id, Title: what.title, Why: what.why, Timeout: 10 * time.Minute,
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			b.kick()
			e, err := b.watch.Settled(ctx)
			if err != nil {
				return runbook.Seen{}, err
			}
			seen := b.see(e, what)
			if seen.So {
				seen.Text += ". A drill would add: " + what.drill
			}
			return seen, nil
		},
	}
}

// kick has everything read, unless that was asked for a moment ago.
func (b *builder) kick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); now.Sub(b.kicked) >= kickEvery {
		b.kicked = now
		b.watch.Refresh()
	}
}

func (b *builder) see(e *Estate, what evidence) runbook.Seen {
	if len(what.checks) == 0 {
		return balancerSeen(e.side(what.region))
	}
	var words, left []string
	for _, c := range Checks(e, b.leaves(e), Failover) {
		if !slices.Contains(what.checks, c.ID) {
			continue
		}
		text := fmt.Sprintf("%s: %s", c.Title, c.Text)
		switch c.Verdict {
		case CheckPass:
		case CheckWarn:
			text = "warning: " + text
		default:
			left = append(left, text)
		}
		words = append(words, text)
	}
	if len(left) > 0 {
		return runbook.Seen{Text: strings.Join(left, "; ")}
	}
	return runbook.Seen{So: len(words) > 0, Text: strings.Join(words, "; ")}
}

// leaves is the region that would be left: the one that serves.
func (b *builder) leaves(e *Estate) string {
	if e.Verdict.Serving != "" {
		return e.Verdict.Serving
	}
	return b.c.Regions.Primary.Name
}

// balancerSeen is what a region's balancer answers when it is asked directly.
func balancerSeen(r *Region) runbook.Seen {
	var words, left []string
	for _, b := range r.Balancers {
		text := fmt.Sprintf("%s: %s", plain(b.Name), b.Word)
		if b.Probe.Asked {
			text += ", answers " + b.Probe.Word
			if b.Probe.Region != "" {
				text += " as " + b.Probe.Region
			}
		}
		words = append(words, text)
		if b.Level == Bad || b.Level == Unknown || b.Probe.Asked && b.Probe.Level != Good {
			left = append(left, text)
		}
	}
	switch {
	case len(words) == 0:
		return runbook.Seen{Text: "no balancer is known in " + r.Name}
	case len(left) > 0:
		return runbook.Seen{Text: strings.Join(left, "; ")}
	}
	return runbook.Seen{So: true, Text: strings.Join(words, "; ")}
}
