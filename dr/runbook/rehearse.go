package runbook

import (
	"context"
	"fmt"
	"strings"

	"lifeboat/aws/fault"
)

// rehearse is a step of a dry run: everything is looked at once, nothing is changed, and nothing is waited for that a
// change would have brought about.
func (r *Run) rehearse(f *flight) error {
	s := f.step
	b := r.budget(s)
	if s.Do == nil {
		return r.glanceAll(f, b)
	}
	seen, err := r.glance(f, b, s.Check)
	switch {
	case err != nil:
		return r.wouldDo(f, "it could not be seen whether it is so: "+err.Error(), fault.KindOf(err))
	case seen.So:
		return r.log(Entry{Kind: EntryDone, Step: s.ID, Result: OutcomeAlready, Text: seen.Text})
	}
	text := "would call " + s.operations()
	if s.Gate != nil && !r.unneeded(f, s.Gate) {
		text += r.wouldAsk(f)
	}
	if s.Before != nil {
		now, err := r.glance(f, b, s.Before)
		if err != nil || !now.So {
			text += "; as things are it would not be allowed: " + wordsFor(now, err)
		}
	}
	return r.wouldDo(f, text, "")
}

// wouldAsk is what a step's gate would ask now.
func (r *Run) wouldAsk(f *flight) string {
	notice := r.figures(f, f.step.Gate)
	text := fmt.Sprintf("; would ask for %q", f.step.Gate.phrase(notice))
	for _, failing := range notice.Failing {
		text += fmt.Sprintf(", and for %q, since %s", failing.Override, failing.Text)
	}
	return text
}

func (s *Step) operations() string {
	var names []string
	for _, c := range s.Calls {
		names = append(names, c.Operation)
	}
	return strings.Join(names, ", ")
}

func (r *Run) wouldDo(f *flight, text string, kind fault.Kind) error {
	return r.log(Entry{Kind: EntryWouldDo, Step: f.step.ID, Text: text, Fault: kind})
}

// glanceAll looks once at what a step that changes nothing would watch.
func (r *Run) glanceAll(f *flight, b *budget) error {
	var last Seen
	for _, w := range f.step.watches(r.o.Timing) {
		seen, err := r.glance(f, b, w.look)
		if err != nil || !seen.So {
			return r.wouldDo(f, "would be watched until it is so: "+wordsFor(seen, err), fault.KindOf(err))
		}
		last = seen
	}
	return r.log(Entry{Kind: EntryDone, Step: f.step.ID, Result: OutcomeAlready, Text: last.Text})
}

func (r *Run) glance(f *flight, b *budget, look Look) (seen Seen, err error) {
	err = b.spend(f.look, func(ctx context.Context) error {
		seen, err = safeLook(ctx, look, f.task)
		return err
	})
	return seen, err
}
