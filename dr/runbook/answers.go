package runbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Answers is where operators on other machines lay their answers to a run's questions: beside its journal, one object
// an answer, none of them ever replaced. An answer names the entry of the journal that asks its question, so that it
// answers the figures that were read and no later ones. Who may write there may answer, just as who may write the
// journal may run; Answer.By is what the one who answers says of himself, which he has from his own STS.
type Answers struct {
	objects shelf
	prefix  string // of every key: "lifeboat/answers/<run>/", or "" in a directory of the run's own
}

// shelf is as much of a bucket as answers need.
type shelf interface {
	PutIfAbsent(ctx context.Context, key string, body []byte) error
	Get(ctx context.Context, key string) (Object, error)
	List(ctx context.Context, prefix, after, delimiter string) ([]string, error)
}

// Mailbox is an archive that also keeps answers. FileArchive and ObjectArchive are.
type Mailbox interface {
	Answers(run string) (*Answers, error)
}

const (
	answersLook = 2 * time.Second // between two looks for answers while a question is open
	mostAnswers = 100             // to one question
)

// Give lays an answer to a question that is open, as the journal tells it. A wrong answer is an error at once, in words
// for the one who typed it. That it was taken is for the journal to say: the question is answered there.
func (a *Answers) Give(ctx context.Context, q Question, answer Answer) error {
	if q.Kind == AskCode || q.Asked == 0 {
		return fmt.Errorf("the question %q can be answered only on the machine that runs it", q.ID)
	}
	answer.Asked = q.Asked
	if err := q.Judge(answer); err != nil {
		return err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	for n := range mostAnswers {
		if err = a.objects.PutIfAbsent(ctx, a.key(q.Asked)+fmt.Sprintf("%03d.json", n+1), body); !errors.Is(err, ErrPrecondition) {
			return err
		}
	}
	return fmt.Errorf("the question %q was given %d answers and took none", q.ID, mostAnswers)
}

// key is what the keys of all answers to one question begin with.
func (a *Answers) key(asked int64) string { return fmt.Sprintf("%s%08d-", a.prefix, asked) }

// Deliver takes to a desk what is laid there, until ctx ends: it looks every two seconds while a question is open that
// stands in the journal. Answers that the desk refuses are left where they are. trouble is told why it could not look,
// and may be nil.
func (a *Answers) Deliver(ctx context.Context, d *Desk, trouble func(error)) {
	seen := map[string]bool{}
	for ctx.Err() == nil {
		changed, open := d.Changed(), journaled(d.Open())
		for _, q := range open {
			if err := a.deliver(ctx, d, q, seen); err != nil && trouble != nil && ctx.Err() == nil {
				trouble(fmt.Errorf("look for answers to %q: %w", q.ID, err))
			}
		}
		a.rest(ctx, changed, len(open) > 0)
	}
}

// rest waits for the next look: for a question where none is open.
func (a *Answers) rest(ctx context.Context, changed <-chan struct{}, looking bool) {
	var again <-chan time.Time
	if looking {
		timer := time.NewTimer(answersLook)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-again:
	case <-changed:
	case <-ctx.Done():
	}
}

// journaled are the questions that other machines can read of.
func journaled(open []Question) []Question {
	var out []Question
	for _, q := range open {
		if q.Asked != 0 && q.Kind != AskCode {
			out = append(out, q)
		}
	}
	return out
}

// deliver takes what was laid for one question since the last look.
func (a *Answers) deliver(ctx context.Context, d *Desk, q Question, seen map[string]bool) error {
	keys, err := a.objects.List(ctx, a.key(q.Asked), "", "")
	for _, key := range keys {
		if seen[key] || !strings.HasSuffix(key, ".json") {
			continue
		}
		o, err := a.objects.Get(ctx, key)
		if err != nil {
			return err
		}
		var answer Answer
		if err := json.Unmarshal(o.Body, &answer); err != nil {
			continue // it is being written; or it is none, and never will be
		}
		seen[key] = true
		answer.Asked = q.Asked
		if d.Answer(q.ID, answer) == nil {
			return nil
		}
	}
	return err
}
