package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/runbook"
)

// verifyStep asks the new balancer itself, under the real name, before anybody is sent there: its health with a read of the database,
// and a write where there is a write probe.
func (w *crew) verifyStep(after ...string) runbook.Step {
	return runbook.Step{
		ID: stepVerify, Title: "verify on the balancer", Why: "users are sent only to what answers", After: after, Safety: true,
		Calls: []runbook.Call{call("probe:balancer", runbook.Data, w.p.to)}, Timeout: w.c.Waits.Step.D(), Verify: w.answers,
	}
}

func (w *crew) answers(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	direct := w.doorOf(t)
	a, err := w.edge.Probe(ctx, direct)
	if fault.KindOf(err) == fault.NotConfigured {
		return runbook.Seen{}, fmt.Errorf("lifeboat.yaml has no probe of %s's balancer, so nobody can ask it: %w", w.p.to, err)
	}
	if err != nil {
		return runbook.Seen{}, err
	}
	if words, ok := w.asItself(a); !ok {
		return runbook.Seen{Text: words}, nil
	}
	text := fmt.Sprintf("%d, says %s", a.Status, plain(a.Environment))
	if a.Database != "" {
		text += ", database " + plain(a.Database)
	}
	write := question(w.c.Edge.Write)
	if write.URL == "" {
		return runbook.Seen{So: true, Text: text + "; writes are not probed"}, nil
	}
	write.Dial, write.Resolve, write.CAFile = direct.Dial, direct.Resolve, direct.CAFile
	wrote, err := w.edge.Probe(ctx, write)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case !wrote.Writes() || wrote.Region != w.p.to:
		return runbook.Seen{Text: fmt.Sprintf("%s, but a write is answered %d", text, wrote.Status)}, nil
	}
	return runbook.Seen{So: true, Text: text + ", takes writes"}, nil
}

// asItself says whether an answer is a success of the region that takes over.
func (w *crew) asItself(a edge.Answer) (words string, ok bool) {
	switch {
	case !a.Healthy():
		return fmt.Sprintf("answers %d", a.Status), false
	case a.Region == "":
		return fmt.Sprintf("answers %d, but its answer names no region", a.Status), false
	case a.Region != w.p.to:
		return "answers as " + a.Region, false
	}
	return "", true
}

// edgeStep moves users by DNS, outside AWS. It is the first lever.
func (w *crew) edgeStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: stepEdge, Title: fmt.Sprintf("send users: Cloudflare %s", several(len(w.p.records), "record")), Why: "one batch of records moves pages and API, with no AWS control plane",
		After: after, Gate: gate, Undoing: runbook.UndoNever, Timeout: shortStep,
		Calls: slices.Concat(zoneCalls(), []runbook.Call{call("cloudflare:BatchDNSRecords", runbook.Control, "")}, w.sendCalls()),
		Paper: w.edgePaper,
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			done, foreign, err := w.edge.Switched(ctx, w.p.switches(t.Pins()))
			if err != nil {
				return runbook.Seen{}, w.nextLever(err)
			}
			if len(foreign) > 0 {
				return runbook.Seen{}, runbook.Never(fmt.Errorf("%s was changed by somebody else: it leads neither where it did nor where it shall", among(foreign)))
			}
			return runbook.Seen{So: done == len(w.p.records), Text: fmt.Sprintf("%d of %d switched", done, len(w.p.records))}, nil
		},
		Before: w.maySend,
		Do: func(ctx context.Context, t *runbook.Task) error {
			return w.nextLever(w.edge.SwitchRecords(ctx, w.p.switches(t.Pins())))
		},
	}
}

// nextLever says with a failure of Cloudflare's what moves users instead: the distribution where there is one, else a person.
func (w *crew) nextLever(err error) error {
	switch {
	case err == nil:
		return nil
	case w.c.Edge.Distribution != "" && len(w.p.origins) > 0:
		return fmt.Errorf("%w; skip this step to have CloudFront's origins moved instead", err)
	}
	return fmt.Errorf("%w; paper says what to change in its dashboard", err)
}

// zoneCalls are those that read the zone.
func zoneCalls() []runbook.Call {
	return []runbook.Call{call("cloudflare:ListZones", runbook.Control, ""), call("cloudflare:ListDNSRecords", runbook.Control, "")}
}

// sendCalls are those by which it is seen that users may be sent: see maySend.
func (w *crew) sendCalls() []runbook.Call {
	return append([]runbook.Call{call("probe:balancer", runbook.Data, w.p.to)}, w.readAgain()...)
}

func (w *crew) edgePaper(pins runbook.Pins) []string {
	out := []string{"# in Cloudflare's dashboard, zone " + w.c.Edge.Cloudflare.Zone + ", or by its API:"}
	for _, r := range w.p.switches(pins) {
		out = append(out, fmt.Sprintf("# %s %s: %s -> %s", r.Type, r.Name, r.From, r.To))
	}
	return out
}

// maySend: users go only to the writer of record, and only where it answers. The fence is read once more.
func (w *crew) maySend(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	region, _, err := writerOfRecord(ctx, w.c, w.state.Archive)
	if err != nil {
		return runbook.Seen{}, fmt.Errorf("the writer of record cannot be told, so no traffic is moved: %w", err)
	}
	if region != w.p.to {
		return runbook.Seen{Text: "the writer of record is " + region}, nil
	}
	if ok, words := w.fence.holds(ctx, t); !ok && !t.Overridden(checkReceipt) {
		return runbook.Seen{Text: words}, nil
	}
	seen, err := w.answers(ctx, t)
	if err != nil || !seen.So {
		seen.Text = "its balancer " + seen.Text
	}
	return seen, err
}

// cdnStep moves users by CloudFront. Its control plane lives in us-east-1, so no unplanned run waits for it.
func (w *crew) cdnStep(gate *runbook.Gate, after ...string) runbook.Step {
	calls := tried(
		call("cloudfront:GetDistribution", runbook.Control, ""), call("cloudfront:GetDistributionConfig", runbook.Control, ""),
		call("cloudfront:UpdateDistribution", runbook.Control, ""),
	)
	if w.c.Edge.Cloudflare.Zone != "" { // an origin may be a name of the zone
		calls = append(calls, zoneCalls()...)
	}
	return runbook.Step{
		ID: stepCDN, Title: "send users: CloudFront origin", Why: "where no record leads to the old region, the distribution does", After: after, Gate: gate,
		Calls: append(calls, w.sendCalls()...), Undoing: runbook.UndoNever, Timeout: w.c.Waits.Step.D(), Deadline: w.c.Waits.Fence.D(), Keep: w.c.Refresh.Fast.D(), Before: w.maySend,
		Paper: func(runbook.Pins) []string {
			var out []string
			for _, o := range w.p.origins {
				out = append(out, fmt.Sprintf("# in CloudFront, distribution %s, behaviour %s: origin %s -> %s", o.Distribution, o.Path, o.From, o.To))
			}
			return out
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if len(w.p.records) > 0 && t.State(stepEdge) == runbook.StateDone {
				return runbook.Seen{So: true, Text: "not needed: the records have moved users"}, nil
			}
			d, err := w.edge.Distribution(ctx)
			if err != nil {
				return runbook.Seen{}, err
			}
			left := w.unmoved(d)
			return runbook.Seen{So: len(left) == 0, Text: fmt.Sprintf("%d of %d switched", len(w.p.origins)-len(left), len(w.p.origins))}, nil
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			d, err := w.edge.Distribution(ctx)
			if err != nil {
				return err
			}
			return w.edge.SwitchOrigins(ctx, d, w.unmoved(d))
		},
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if len(w.p.records) > 0 && t.State(stepEdge) == runbook.StateDone {
				return runbook.Seen{So: true, Text: "not needed: the records have moved users"}, nil
			}
			ok, err := w.edge.Deployed(ctx)
			return runbook.Seen{So: ok, Text: "deploying to CloudFront's edges"}, err
		},
	}
}

// unmoved are the behaviours that still target the old origin.
func (w *crew) unmoved(d edge.Distribution) []edge.OriginChange {
	var out []edge.OriginChange
	for _, o := range w.p.origins {
		if done, _ := d.Switched([]edge.OriginChange{o}); done == 0 {
			out = append(out, o)
		}
	}
	return out
}

// publicStep is a success only when users are served by the new region, reads and writes, and stay so.
func (w *crew) publicStep(after ...string) runbook.Step {
	if len(after) == 0 {
		after = []string{stepVerify}
	}
	return runbook.Step{
		ID: StepPublic, Title: "verify publicly", Why: "what counts is what users get, through their own resolvers", After: after, Safety: true,
		Calls: []runbook.Call{call("probe:public", runbook.Data, "")}, Timeout: w.c.Waits.Step.D(), Verify: w.publicLook,
	}
}

// publicLook pins the first moment at which users were served by the new region.
func (w *crew) publicLook(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	seen, err := w.served(w.edge.Public(ctx))
	if err == nil && seen.So && t.Pin(PinServed) == "" {
		_, err = t.Decide(ctx, PinServed, w.now().UTC().Format(time.RFC3339Nano))
	}
	return seen, err
}

// served holds a round of public answers against the region that shall serve.
func (w *crew) served(p edge.Probes) (runbook.Seen, error) {
	if w.c.Edge.API.URL == "" {
		return runbook.Seen{}, fault.New(fault.NotConfigured, "the public API", "", fmt.Errorf("lifeboat.yaml has no edge.api, so who serves cannot be seen"))
	}
	words, ok := w.publicly("API", p.API)
	parts := []string{words}
	if w.c.Edge.Write.URL != "" {
		wrote, well := w.publicly("writes", p.Write)
		ok = ok && well && p.Write.Value.Writes()
		parts = append(parts, wrote)
	}
	agree := 0
	for _, r := range p.Resolvers {
		if _, well := w.publicly("", r.API); well {
			agree++
		}
	}
	if n := len(p.Resolvers); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d resolvers", agree, n))
		ok = ok && 2*agree > n
	}
	return runbook.Seen{So: ok, Text: commas(parts)}, nil
}

func (w *crew) publicly(what string, part aws.Part[edge.Answer]) (string, bool) {
	if part.Err != nil {
		return what + " " + causeText(part.Err), false
	}
	a := part.Value
	return strings.Join(strings.Fields(fmt.Sprint(what, " ", plain(a.Region), " ", a.Status)), " "), a.Healthy() && a.Region == w.p.to && !a.Cached()
}

// invalidateStep takes what the CDN remembers of the old region away. Nothing waits for it.
func (w *crew) invalidateStep(after ...string) runbook.Step {
	calls := []runbook.Call{
		call("cloudfront:ListInvalidations", runbook.Control, ""), call("cloudfront:GetInvalidation", runbook.Control, ""),
		call("cloudfront:CreateInvalidation", runbook.Control, ""),
	}
	return runbook.Step{
		ID: stepInvalidate, Title: "forget cached pages", Why: "pages that the old region made would be shown until they run out", After: after,
		Calls: tried(calls...), Undoing: runbook.UndoSeconds, Timeout: shortStep, Deadline: w.c.Waits.Fence.D(), Keep: w.c.Refresh.Slow.D(),
		Paper: func(runbook.Pins) []string {
			return []string{"aws cloudfront create-invalidation --distribution-id " + w.c.Edge.Distribution + " --paths '/*'"}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			done, err := w.edge.Invalidated(ctx, t.Run)
			switch {
			case missing(err):
				return runbook.Seen{Text: "not asked for yet"}, nil
			case err != nil:
				return runbook.Seen{}, err
			}
			return runbook.Seen{So: true, Text: map[bool]string{true: "done", false: "under way"}[done]}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error { return w.edge.Invalidate(ctx, t.Run, []string{"/*"}) },
	}
}
