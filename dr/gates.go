package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/runbook"
)

// The gates' ids, and the id of the one check that only a run can make.
const (
	gateOpen     = "open"
	gatePromote  = "promote"
	gateEdge     = "edge"
	checkReceipt = "receipt"
)

// OverrideReceipt is what is typed to promote while nothing proves that the old writer has stopped.
const OverrideReceipt = "promote without a fence receipt"

// SendPhrase is what the gate before users are moved asks for.
func SendPhrase(to string) string { return "send users to " + to }

// PromotePhrase is what the promotion's own gate asks for. It is asked only where there is no receipt.
func PromotePhrase(to string) string { return "promote " + to }

func (w *crew) people(gate string) int {
	if slices.Contains(w.c.Gates.TwoPeople, gate) {
		return 2
	}
	return 1
}

// openGate stands before everything.
func (w *crew) openGate() *runbook.Gate {
	return &runbook.Gate{
		ID: gateOpen, Phrase: w.p.kind.Phrase(w.p.from, w.p.to), Title: w.p.kind.Phrase(w.p.from, w.p.to), People: w.people(gateOpen), Opening: true,
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			e := w.settled(ctx)
			n := w.notice(e)
			n.What = w.whatHappens()
			if w.p.kind == Reprotect {
				n.Data = firstOf(w.account(ctx), n.Data)
				return n, nil
			}
			if t.Pin(PinPromotedAt) == "" { // a run taken up after it has promoted is past what readiness is about
				n.Never = w.commits()
				n.Failing = append(w.failing(e), w.failingRoles(ctx)...)
			}
			return n, nil
		},
	}
}

// settled is the estate once everything was read: a process that has just taken a run up knows nothing at first, and a gate shows what
// is. What does not answer in the time that a gate's figures have is shown as it is.
func (w *crew) settled(ctx context.Context) *Estate {
	e, _ := w.watch.Settled(ctx)
	return e
}

func (w *crew) whatHappens() []string {
	if w.p.kind == Reprotect {
		return w.whatIsBuilt()
	}
	writers := among(serviceNames(w.p.writers()))
	out := []string{
		fmt.Sprintf("fence %s: %s to 0 tasks", w.p.from, writers),
		w.takes(),
		w.p.to + " to full: " + w.counts(),
	}
	if n := len(w.p.records); n > 0 {
		out = append(out, fmt.Sprintf("then, behind a gate of its own: %s to %s's balancer", several(n, "record"), w.p.to))
	} else {
		out = append(out, "then, behind a gate of its own: move CloudFront's origin to "+w.p.to)
	}
	if w.p.kind == Failback {
		out = append(out, w.whatIsBuilt()...)
	}
	return out
}

// whatIsBuilt is how a standby is made anew, in order.
func (w *crew) whatIsBuilt() []string {
	r := w.p.rebuild
	var out []string
	if r == nil {
		return []string{fmt.Sprintf("%s in %s stays as it is, fenced: lifeboat deactivate has %s rest again", w.p.source, w.p.from, w.p.from)}
	}
	if r.Old != "" {
		out = append(out, fmt.Sprintf("keep %s in %s: protected, a snapshot, and its name from then on %s; nothing of it is deleted", r.Name(), w.p.from, r.Kept))
	}
	return append(out,
		fmt.Sprintf("make %s anew in %s: a replica of %s in %s, %s", r.Name(), w.p.from, w.p.replica, w.p.to, firstOf(r.Order.Class, "its source's class")),
		"alarms on it; once it streams "+w.p.from+"'s services to standby size: "+w.standCounts(),
		w.whoseState())
}

// whoseState says how Terraform's state comes to follow what was built.
func (w *crew) whoseState() string {
	if h, ours := w.seat(); ours {
		return fmt.Sprintf("then, behind a gate of its own: the state of %s lets go of the old database and takes on the new one", h.root)
	}
	return "the report has what the owner of the root does that holds " + w.p.rebuild.Name() + ": a state follows a database under its new name"
}

func (w *crew) standCounts() string {
	var out []string
	for _, s := range w.p.standby() {
		out = append(out, fmt.Sprintf("%s %d", s.Name, s.Stand))
	}
	return commas(out)
}

// takes is how the region that takes over gets its writer, in words, and commits is what of it cannot be undone.
func (w *crew) takes() string {
	if w.p.left != nil {
		return fmt.Sprintf("take up %s in %s again, which was left at %s", w.p.replica, w.p.to, moment(stampTime(w.p.left.Since)))
	}
	if w.p.point != nil {
		return fmt.Sprintf("restore %s in %s from %s", w.p.replica, w.p.to, w.p.point.Words(w.now()))
	}
	return fmt.Sprintf("promote %s in %s", w.p.replica, w.p.to)
}

func (w *crew) commits() []string {
	if w.p.left != nil {
		return []string{"what " + w.p.from + " wrote since then stays behind in it: nothing brings it over but people", "the way back is failback"}
	}
	if w.p.point != nil {
		return []string{"once " + w.p.replica + " is the writer, what " + w.p.from + " wrote after " + moment(w.p.point.At) + " stays behind in it: the way back is failback"}
	}
	return []string{"the promotion of " + w.p.replica + ": the way back is failback"}
}

func (w *crew) counts() string {
	var out []string
	for _, s := range w.p.arriving() {
		out = append(out, fmt.Sprintf("%s %d", s.Name, s.Want))
	}
	return commas(out)
}

// notice is what every gate of the run says: the loss as it stands, the time from past runs, the money.
func (w *crew) notice(e *Estate) runbook.Notice {
	return runbook.Notice{Data: w.dataWords(e), Time: w.timeWords(e), Money: w.moneyWords(e)}
}

// dataWords is the loss with its source and age, as it stands now; what the plan pinned where it is not known any more.
func (w *crew) dataWords(e *Estate) string {
	if w.p.kind == Reprotect {
		return "nothing is lost by it: users stay where they are"
	}
	if w.p.kind.planned() {
		return "nothing is lost: the promotion waits for proof that the replica has everything"
	}
	loss := lossOf(e)
	if w.p.point != nil {
		loss = w.restoreLoss()
	}
	if !loss.Known {
		loss = w.p.loss
	}
	if !loss.Known {
		return "how much is lost is not known: " + loss.From
	}
	return fmt.Sprintf("at most %s of writes lost (%s)", atMost(time.Duration(loss.Seconds*float64(time.Second))), loss.From)
}

func (w *crew) timeWords(e *Estate) string {
	words := "unknown: " + noRunYet
	if e.Record.Serve > 0 {
		words = "about " + span(e.Record.Serve) + " (" + e.Record.ServeFrom + ")"
	}
	if w.p.kind == Reprotect {
		return "the copying of a snapshot between regions: 15 to 30 min for 20 GB, hours for a large database; users do not wait"
	}
	if w.p.kind.planned() && (w.sql[w.p.from] == nil || w.sql[w.p.to] == nil) {
		words += "; without a connection to both databases the proof alone takes 6 to 10 min"
	}
	if end := e.side(w.p.to).Session.Expires; !end.IsZero() {
		words += "; your session ends in " + span(end.Sub(w.now()))
	}
	return words
}

// failing are the blocking checks that do not pass, each with what overrides it.
func (w *crew) failing(e *Estate) []runbook.Failing {
	var out []runbook.Failing
	for _, c := range Checks(e, w.p.from, w.p.kind) {
		if c.Blocking && c.Verdict != CheckPass {
			out = append(out, runbook.Failing{ID: c.ID, Text: c.Title + ": " + c.Text, Override: c.Override})
		}
	}
	if w.p.kind == Failover && w.silent() {
		out = append(out, runbook.Failing{
			ID:       checkReceipt,
			Text:     w.p.from + " does not answer, so nothing can prove that its writers have stopped; fencing goes on being tried",
			Override: OverrideReceipt,
		})
	}
	return out
}

// promoteGate stands before the promotion where no receipt holds and nobody has overridden that in this process, and where the run was
// confirmed in an earlier one: what was typed then was typed over older figures.
func (w *crew) promoteGate() *runbook.Gate {
	return &runbook.Gate{
		ID: gatePromote, Phrase: PromotePhrase(w.p.to), Title: w.takes(), People: w.people(gatePromote),
		Unless: func(ctx context.Context, t *runbook.Task) bool {
			ok, _ := w.fence.holds(ctx, t)
			return t.Confirmed(gateOpen) && (ok || t.Overridden(checkReceipt))
		},
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			n := w.notice(w.settled(ctx))
			n.What, n.Never = []string{w.takes()}, w.commits()
			if ok, words := w.fence.holds(ctx, t); !ok {
				n.What = append(n.What, "go on fencing "+w.p.from+" until there is a receipt; the run stays open for so long")
				n.Failing = []runbook.Failing{{ID: checkReceipt, Text: words, Override: OverrideReceipt}}
			}
			return n, nil
		},
	}
}

// edgeGate stands before users are moved. The steps of both levers share it.
func (w *crew) edgeGate() *runbook.Gate {
	return &runbook.Gate{
		ID: gateEdge, Phrase: SendPhrase(w.p.to), Title: "send users to " + w.p.to, People: w.people(gateEdge),
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			n := w.notice(w.settled(ctx))
			n.What, n.Never = w.moves(t.Pins()), []string{"moving users back: " + w.p.from + " is no writer any more; the way back is failback"}
			n.Data = w.lost(t)
			ok, words := w.fence.holds(ctx, t)
			if !ok && !t.Overridden(checkReceipt) {
				n.Failing = append(n.Failing, runbook.Failing{ID: checkReceipt, Text: words, Override: "send users without a fence receipt"})
			}
			return n, nil
		},
	}
}

func (w *crew) moves(pins runbook.Pins) []string {
	var names []string
	records := w.p.switches(pins)
	for _, r := range records {
		names = append(names, strings.TrimSuffix(r.Name, "."))
	}
	if len(names) == 0 {
		return []string{"CloudFront's behaviours are pointed at " + w.p.to + "'s origin; deploying takes minutes"}
	}
	first := records[0]
	what := []string{
		fmt.Sprintf("%s, TTL %s, kept: %s", several(len(names), "Cloudflare record"), ttlWords(first.TTL), among(names)),
		"from " + first.From,
		"to   " + first.To,
	}
	if age := w.now().Sub(w.p.edgeSeen); age > stalePeriods*w.c.Refresh.Slow.D() {
		what = append(what, "as read "+span(age)+" ago; each record is looked at before it is changed")
	}
	if w.p.cdnUnread {
		what = append(what, "the distribution was never read on this machine: names that lead to it are left alone, and whether that is enough is seen publicly")
	}
	return what
}

func ttlWords(d time.Duration) string {
	if d == 0 {
		return "automatic"
	}
	return span(d)
}
