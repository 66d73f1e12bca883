package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// driver follows a run for a command: it prints what happens, answers what it was given the phrases for, and stops the run
// at a question that it cannot answer where it is the one to do so.
type driver struct {
	link
	*printer
	confirms
	by    string // who answers: an STS ARN
	stops bool   // false: it only takes part
	// code asks for a one-time code at the terminal; nil: there is none.
	code func(ctx context.Context, why string) (string, error)
	// said is what the run's process has said outside of its journal, and where that is; nil for nothing.
	said func() error
	// also is told of what has happened, after it was printed; nil: nobody.
	also func(events []runbook.Event)

	seen    int64 // the last event printed
	handled map[string]bool
	why     string // why it stopped the run, "" where it did not
	exit    int    // the exit code for that
	mine    context.CancelFunc
}

// errLeft is an interrupted command: the run goes on.
var errLeft = errors.New("interrupted")

// drive follows until the run is over, stays open, or ctx ends.
func (d *driver) drive(ctx context.Context) int {
	d.handled = map[string]bool{}
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	d.mine = cancel
	for {
		changed := d.Changed()
		over := d.isOver()
		d.show()
		if over {
			return d.ended()
		}
		if d.View().Open && d.stops {
			return d.stayed()
		}
		d.respond(asking)
		select {
		case <-changed:
		case <-d.Done():
		case <-ctx.Done():
			return d.left()
		}
	}
}

func (d *driver) isOver() bool {
	select {
	case <-d.Done():
		return true
	default:
	}
	_, over := d.Over()
	return over
}

func (d *driver) show() {
	events := d.Events(d.seen)
	d.happened(events)
	if d.also != nil {
		d.also(events)
	}
	if n := len(events); n > 0 {
		d.seen = events[n-1].N
	}
}

// respond takes care of every question that it has not seen yet.
func (d *driver) respond(ctx context.Context) {
	for _, q := range d.Questions() {
		key := fmt.Sprintf("%s %d %d", q.ID, q.Asked, q.Attempt)
		if d.handled[key] || d.why != "" {
			continue
		}
		d.handled[key] = true
		if q.Kind == runbook.AskCode {
			d.askCode(ctx, q)
		} else {
			d.answerQuestion(ctx, q)
		}
	}
}

func (d *driver) answerQuestion(ctx context.Context, q runbook.Question) {
	if slices.Contains(q.Passed, d.by) {
		d.say("%s: waits for another identity than %s", q.ID, d.by)
		return
	}
	if q.People > 1 && !isARN(d.by) {
		d.say("%s needs the identities of %d people, and %s is not one that STS vouches for", q.ID, q.People, d.by)
		return
	}
	a, missing := d.answer(q, d.by)
	if missing == "" && a.Choice == "" {
		missing = "another choice"
	}
	if a.Choice == "" {
		d.unanswered(ctx, q, missing)
		return
	}
	if err := d.Answer(ctx, q.ID, a); err != nil && ctx.Err() == nil {
		d.say("%s: not answered: %v", q.ID, err)
	}
}

// unanswered stops the run where nobody else is there to answer.
func (d *driver) unanswered(ctx context.Context, q runbook.Question, missing string) {
	switch {
	case !d.stops:
		d.say("%s is open, and nothing that was given here answers it", q.ID)
	case q.Kind == runbook.AskTrouble:
		d.halt(ctx, exitFailed, fmt.Sprintf("step %s failed: %s", q.Step, q.Text))
	default:
		d.halt(ctx, exitStopped, fmt.Sprintf("%s was not passed: it needs %s", q.ID, missing))
	}
}

// halt stops the run, resumable.
func (d *driver) halt(ctx context.Context, code int, why string) {
	d.why, d.exit = why, code
	if err := d.Stop(ctx, d.by, why); err != nil && ctx.Err() == nil {
		d.say("could not stop the run: %v", err)
	}
}

// askCode asks at the terminal, without holding up what else happens.
func (d *driver) askCode(ctx context.Context, q runbook.Question) {
	if d.code == nil {
		if d.stops {
			_ = d.Answer(ctx, q.ID, runbook.Answer{Choice: runbook.Stop})
			d.halt(ctx, exitStopped, "a one-time code is asked for, and there is no terminal to type it at: "+q.Text)
		}
		return
	}
	go func() {
		for ctx.Err() == nil {
			code, err := d.code(ctx, q.Text)
			a := runbook.Answer{Choice: runbook.Pass, Phrase: code, By: d.by}
			if err != nil {
				a = runbook.Answer{Choice: runbook.Stop, By: d.by}
			}
			if wrong := q.Judge(a); wrong != nil {
				continue
			}
			_ = d.Answer(ctx, q.ID, a)
			return
		}
	}()
}

// ended is the last event and the exit code of a run whose process has done its part.
func (d *driver) ended() int {
	d.mine()
	v := d.View()
	end := endDoc{Taints: v.Taints()}
	over, told := d.Over()
	if !told && !errors.Is(d.Err(), runbook.ErrHungUp) { // its journal cannot be read
		end.Ending, end.Exit = endingLeft, exitNoTell
		return d.finish(end, fmt.Sprint(d.Err()))
	}
	if !told { // the process is gone
		end.Ending, end.Exit, end.Resumable = string(runbook.Abandoned), exitStopped, true
		text := fmt.Sprintf("%v; %s", d.Err(), d.again())
		if words := d.said(); words != nil {
			text += "; " + words.Error()
		}
		return d.finish(end, text)
	}
	end.Ending, end.Resumable = string(over.Ending), over.Ending != "" && !over.Ending.Closed()
	end.Exit = d.exitOf(over)
	text := over.Error
	if d.why != "" && over.Ending == runbook.Stopped {
		text = d.why
	}
	if end.Resumable {
		text = strings.TrimPrefix(text+"; "+d.again(), "; ")
	}
	return d.finish(end, text)
}

func (d *driver) exitOf(o runbook.Over) int {
	switch {
	case o.Refused:
		return exitRefused
	case o.Ending == runbook.Done:
		return 0
	case o.Ending == runbook.Stopped && d.why != "":
		return d.exit
	case o.Ending == runbook.Stopped, o.Ending == runbook.LeaseLost, o.Ending == runbook.Abandoned:
		return exitStopped
	}
	return exitFailed
}

func (d *driver) again() string { return "to go on: lifeboat resume " + d.run }

// stayed is a run that has done all but what it keeps trying.
func (d *driver) stayed() int {
	v := d.View()
	text := fmt.Sprintf("its process goes on with what is not done yet, and keeps the lease; lifeboat attach %s follows it", d.run)
	return d.finish(endDoc{Ending: endingOpen, Taints: v.Taints()}, strings.TrimPrefix(dr.Unfenced(v)+"; "+text, "; "))
}

// left is a command that was interrupted.
func (d *driver) left() int {
	text := fmt.Sprintf("%s: the run goes on to its next question and waits there with its lease; to take part again: lifeboat resume %s, or the cockpit", errLeft, d.run)
	return d.finish(endDoc{Ending: endingLeft, Exit: exitStopped, Resumable: true}, text)
}
