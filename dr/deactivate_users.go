package dr

import (
	"context"
	"fmt"
	"time"

	"lifeboat/aws/edge"
	"lifeboat/dr/runbook"
)

const stepUsers = "users"

// usersStep waits until the edge has really moved: nothing leads to the region that is to rest, by the newest reading, and users were served
// by the other one for as long as any resolver may remember.
func (s *strategist) usersStep() runbook.Step {
	calls := []runbook.Call{call("probe:public", runbook.Data, "")}
	if s.c.Edge.Cloudflare.Zone != "" {
		calls = append(calls, zoneCalls()...)
	}
	if s.c.Edge.Distribution != "" {
		calls = append(calls, call("cloudfront:GetDistribution", runbook.Control, ""), call("cloudfront:GetDistributionConfig", runbook.Control, ""))
	}
	return runbook.Step{
		ID: stepUsers, Title: "users have left " + s.away().Name, Why: "what is taken down while a resolver still leads to it answers nobody",
		Calls: calls, Timeout: s.c.Waits.Step.D() + time.Hour, Safety: true, Await: s.stayAway(),
	}
}

// stayAway is so once nothing has led there for long enough without a break: since the failback was seen publicly, or since the first look.
func (s *strategist) stayAway() runbook.Look {
	since := s.home
	return func(context.Context, *runbook.Task) (runbook.Seen, error) {
		e := s.watch.Estate()
		seen := s.usersSeen(e)
		if !seen.So {
			since = time.Time{}
			return seen, nil
		}
		if since.IsZero() {
			since = s.now()
		}
		been, most := s.now().Sub(since), s.remembered(e.Edge)
		seen.So, seen.Text = been >= most, fmt.Sprintf("%s, for %s of %s", seen.Text, span(min(been, most)), span(most))
		return seen, nil
	}
}

// usersSeen says whether nothing leads to the region that stands by, as it was read last.
func (s *strategist) usersSeen(e *Estate) runbook.Seen {
	home, away := s.c.Regions.Primary.Name, s.away().Name
	zone, d := e.Edge.Zone, e.Edge.Distribution
	switch {
	case e.Record.Writer != home:
		return runbook.Seen{Text: "the writer of record is " + firstOf(e.Record.Writer, "not known")}
	case e.Verdict.Serving != home:
		return runbook.Seen{Text: "that " + home + " serves users is not proven"}
	case s.c.Edge.Cloudflare.Zone != "" && !zone.Fresh():
		return runbook.Seen{Text: "Cloudflare's records were not read: " + whyOf(zone.Err)}
	case s.c.Edge.Distribution != "" && !d.Fresh():
		return runbook.Seen{Text: "the distribution was not read: " + whyOf(d.Err)}
	}
	left := edge.PlanRecords(zone.Value.Records, d.Value, away, home, "")
	origins := edge.PlanOrigins(d.Value, home)
	switch {
	case len(left) > 0:
		return runbook.Seen{Text: fmt.Sprintf("%s still leads to %s", several(len(left), "record"), away)}
	case len(origins) > 0:
		return runbook.Seen{Text: fmt.Sprintf("%s of the distribution still targets %s", several(len(origins), "behaviour"), away)}
	case d.Known() && d.Value.Status != "Deployed":
		return runbook.Seen{Text: "the distribution is " + plain(d.Value.Status)}
	}
	for _, r := range e.Edge.Resolvers {
		if a := r.API; a.Fresh() && a.Value.Region == away {
			return runbook.Seen{Text: "resolver " + plain(r.Resolver) + " still leads to " + away}
		}
	}
	return runbook.Seen{So: true, Text: "nothing leads there, and " + home + " serves"}
}

// remembered is how long a resolver may remember the longest-lived of the estate's names. Those whose TTL is Cloudflare's own choice are
// remembered for minutes, as a region must stay well for.
func (s *strategist) remembered(e edge.Snapshot) time.Duration {
	most := s.c.Waits.Healthy.D()
	for _, r := range e.Zone.Value.Records {
		most = max(most, r.TTL)
	}
	return most
}

// usersProof is that as it stands now, for what takes the region's database: an old reading proves nothing.
func (s *strategist) usersProof() runbook.Seen {
	e := s.watch.Estate()
	most := stalePeriods * s.c.Refresh.Slow.D()
	old := func(known bool, age time.Duration) bool { return known && age > most }
	if now := s.now(); old(e.Edge.Zone.Known(), e.Edge.Zone.Age(now)) || old(e.Edge.Distribution.Known(), e.Edge.Distribution.Age(now)) {
		return runbook.Seen{Text: "where users are led was last read more than " + span(most) + " ago"}
	}
	return s.usersSeen(e)
}
