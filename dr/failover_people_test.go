package dr

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// several people stand at one gate, and answer it one after the other, whoever is asked; all other gates are one person's.
type people struct {
	*phrases
	gate  string
	who   []string // the identities, in the order in which they answer
	wrong []string // why an answer was not accepted
	saw   [][]string
	moved func() bool // whether users were moved already
	early bool
}

func (p *people) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	if !strings.HasPrefix(q.ID, "gate "+p.gate) || len(p.who) == 0 {
		return p.phrases.Ask(ctx, q)
	}
	time.Sleep(time.Minute)
	p.early = p.early || p.moved()
	if q.Wrong != "" {
		p.wrong = append(p.wrong, q.Wrong)
	}
	p.saw = append(p.saw, slices.Clone(q.Passed))
	who := p.who[0]
	p.who = p.who[1:]
	return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: who}, nil
}

// A gate for two people is passed by two identities. One who types its phrase twice is told so, and nothing is changed until the second has.
func TestAGateForTwoPeopleIsPassedByTwoIdentitiesAndNotByOneTwice(t *testing.T) {
	const anna, ben = "arn:aws:sts::1:assumed-role/ops/anna", "arn:aws:sts::1:assumed-role/ops/ben"
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		w.shared()
		w.cfg.Gates.TwoPeople = []string{"edge"}
		before := w.recordsNow()
		by := &people{phrases: typing(), gate: "edge", who: []string{anna, anna, ben}}
		by.moved = func() bool { return w.recordsNow() != before }
		run := w.begun(w.elsewhere("anna"), Switchover, by)
		v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if v.Ending != runbook.Done || by.early || !by.moved() {
			t.Fatalf("it ended %q: %s; users were moved early: %t", v.Ending, v.Note, by.early)
		}
		if len(by.wrong) != 1 || !strings.Contains(by.wrong[0], "another identity must") {
			t.Errorf("one who passes it twice is told %q", by.wrong)
		}
		if want := [][]string{nil, {anna}, {anna}}; !slices.EqualFunc(by.saw, want, slices.Equal) || len(by.who) > 0 {
			t.Errorf("it showed as passed by %q", by.saw)
		}
	})
}

// recordsNow is where the zone's names lead.
func (w *estateInTime) recordsNow() string {
	var out []string
	w.in(func(in *cloud.World) {
		for _, r := range in.Zones[0].Records {
			out = append(out, r.Name+" "+r.Content)
		}
	})
	return strings.Join(out, "\n")
}
