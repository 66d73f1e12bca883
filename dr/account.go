package dr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// accountStep says what the old writer holds that never replicated, now that its region is back: what was estimated at the promotion is
// held against what it says itself.
func (w *crew) accountStep(after ...string) runbook.Step {
	s := runbook.Step{
		ID: stepAccount, Title: "account for what never replicated", Why: "what was lost was estimated while the old writer could not be asked", After: after, Timeout: shortStep,
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			text := t.Pin(PinAccount)
			if text == "" && t.DryRun {
				text = w.account(ctx)
			} else if text == "" {
				var err error
				if text, err = t.Decide(ctx, PinAccount, w.account(ctx)); err != nil {
					return runbook.Seen{}, err
				}
			}
			return runbook.Seen{So: true, Text: text}, nil
		},
	}
	if w.sql[w.p.from] != nil {
		s.Calls = []runbook.Call{call("sql:pg_current_wal_lsn", runbook.Data, w.p.from)}
	}
	return s
}

// account is what can be told now of what the promotion lost.
func (w *crew) account(ctx context.Context) string {
	last := w.p.last
	if last == nil {
		return ""
	}
	if last.Proven != "" {
		return "Nothing was lost: " + last.Proven
	}
	end := last.End
	if end == "" {
		end = w.oldPosition(ctx)
	}
	words := []string{last.estimate(), last.beyond(end, w.p.source)}
	if last.arrived(end) { // what was reckoned at the failover is said after what is known now
		words = []string{"Nothing was lost: " + words[1], "The failover had reckoned otherwise: " + words[0]}
	}
	if r := w.p.rebuild; r != nil && r.Old != "" {
		words = append(words, fmt.Sprintf("To look into it: restore snapshot %s under another name, or connect to %s", r.Kept, r.Kept))
	}
	return strings.Join(words, ". ")
}

// arrived says whether the replica had everything when it was promoted, by both positions.
func (p *Promotion) arrived(end string) bool {
	was, errWas := pg.ParseLSN(p.Position)
	is, errIs := pg.ParseLSN(end)
	return errWas == nil && errIs == nil && is <= was
}

// estimate is what the run that promoted said itself.
func (p *Promotion) estimate() string {
	return LossAfter(runbook.Pins{PinCommit: p.Commit, PinPromotedAt: p.At, PinSilent: p.Silent, PinPosition: p.Position})
}

// beyond compares where the old writer stands with where the replica was when it was promoted, and gives the window of the writes that
// never came through: from the last commit that did to the moment at which the old writers were proven to have stopped.
func (p *Promotion) beyond(end, source string) string {
	was, errWas := pg.ParseLSN(p.Position)
	is, errIs := pg.ParseLSN(end)
	commit, stopped := stampTime(p.Commit), stampTime(p.Stopped)
	window := ""
	if stopped.After(commit) && !commit.IsZero() {
		window = fmt.Sprintf("; its writers had stopped by %s, so what never replicated was committed between %s and then", moment(stopped), moment(commit))
	}
	switch {
	case errIs != nil:
		return source + " could not be asked how far it had come" + window
	case errWas != nil:
		return fmt.Sprintf("%s stands at %s, and how far the replica had come was not read", source, is) + window
	case is <= was:
		return fmt.Sprintf("%s stands at %s, not beyond the %s of the promotion: it holds nothing that did not come through", source, is, was)
	}
	return fmt.Sprintf("%s stands at %s, beyond the %s of the promotion (RDS's own heartbeats move it too)", source, is, was) + window
}

func moment(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
