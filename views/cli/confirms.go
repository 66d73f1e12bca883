package cli

import (
	"fmt"
	"slices"
	"strings"

	"lifeboat/dr/runbook"
)

// confirms are the phrases that were given beforehand with --confirm, and the reason for what they go against. A question
// is answered by a phrase that it asks for and that is among them, and by nothing else.
type confirms struct {
	phrases []string
	reason  string
}

func (c confirms) given(phrase string) bool {
	return slices.ContainsFunc(c.phrases, func(p string) bool { return strings.TrimSpace(p) == phrase })
}

// answer is how a question is answered, if it is; else missing says what would have to be given.
func (c confirms) answer(q runbook.Question, by string) (a runbook.Answer, missing string) {
	for _, o := range q.Offers {
		if o.Phrase == "" || o.Disabled != "" || !c.given(o.Phrase) {
			continue
		}
		a = runbook.Answer{Choice: o.Choice, Phrase: o.Phrase, Reason: c.reason, By: by, Asked: q.Asked, Overrides: c.overrides(q, by)}
		if q.Judge(a) == nil {
			return a, ""
		}
	}
	return runbook.Answer{}, c.missing(q)
}

// overrides are those of a gate's failing checks whose phrase was given.
func (c confirms) overrides(q runbook.Question, by string) []runbook.Override {
	var out []runbook.Override
	if q.Notice == nil {
		return nil
	}
	for _, f := range q.Notice.Failing {
		if c.given(f.Override) {
			out = append(out, runbook.Override{Phrase: f.Override, Reason: c.reason, By: by})
		}
	}
	return out
}

// missing names the phrases, and the reason, without which a question is not passed.
func (c confirms) missing(q runbook.Question) string {
	var want []string
	ask := func(phrase string) {
		if phrase != "" && !c.given(phrase) {
			want = append(want, fmt.Sprintf("--confirm %q", phrase))
		}
	}
	reason := false
	for _, o := range q.Offers {
		if o.Choice == runbook.Pass {
			ask(o.Phrase)
		}
	}
	if q.Notice != nil {
		for _, f := range q.Notice.Failing {
			ask(f.Override)
			reason = true
		}
	}
	if reason && strings.TrimSpace(c.reason) == "" {
		want = append(want, "--reason TEXT")
	}
	return strings.Join(want, " ")
}

// early are the overrides of what stands against starting at all.
func (c confirms) early() []runbook.Override {
	var out []runbook.Override
	for _, phrase := range []string{runbook.PhraseNoLock, runbook.PhraseCoolDown} {
		if c.given(phrase) {
			out = append(out, runbook.Override{Phrase: phrase, Reason: c.reason})
		}
	}
	return out
}
