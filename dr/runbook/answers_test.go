package runbook_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// elsewhere is an operator on another machine: he has the journal, and lays his answers beside it.
type elsewhere struct {
	store   runbook.Store
	answers *runbook.Answers
}

func (e elsewhere) view(t *testing.T) runbook.View {
	t.Helper()
	entries, err := runbook.Entries(t.Context(), e.store)
	if err != nil {
		t.Fatal(err)
	}
	return runbook.Replay(entries)
}

// pass passes a question that is open, by the journal's word, as somebody.
func (e elsewhere) pass(t *testing.T, id, by string) error {
	t.Helper()
	q := e.question(t, id)
	a := right(q)
	a.By = by
	return e.answers.Give(t.Context(), q, a)
}

func (e elsewhere) question(t *testing.T, id string) runbook.Question {
	t.Helper()
	for range 600 {
		open := e.view(t).Questions
		if i := slices.IndexFunc(open, func(q runbook.Question) bool { return q.ID == id }); i >= 0 {
			return open[i]
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%s was never open", id)
	return runbook.Question{}
}

// forTwo is a hosted run whose opening gate two people must pass, and the seat of one on another machine.
func forTwo(t *testing.T) (*hosted, elsewhere, context.CancelFunc) {
	t.Helper()
	h := host(t, func(p *runbook.Procedure) { p.Steps[0].Gate.People = 2 })
	far, err := runbook.ObjectArchive{Objects: h.bucket, Prefix: "lifeboat/"}.Answers("run-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go far.Deliver(ctx, h.desk, nil)
	return h, elsewhere{h.store, far}, stop
}

func TestAGateForTwoIsPassedFromTwoMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far, stop := forTwo(t)
		defer stop()
		l := h.ear.join(t)
		time.Sleep(time.Second)
		q := l.Questions()[0]
		a := right(q)
		a.By = "ann"
		if err := l.Answer(t.Context(), q.ID, a); err != nil {
			t.Fatal(err)
		}
		if err := far.pass(t, "gate open", "ann"); err == nil || !strings.Contains(err.Error(), "another identity") {
			t.Errorf("the same identity passed it twice: %v", err)
		}
		if len(h.w.asked()) != 0 {
			t.Errorf("changed by one of two: %v", h.w.asked())
		}
		if err := far.pass(t, "gate open", "bob"); err != nil {
			t.Fatal(err)
		}
		go answerAll(t, l, "ann")
		if res := <-h.over; res.Ending != runbook.Done {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
		var who []string
		entries, _ := runbook.Entries(t.Context(), h.store)
		for _, e := range entries {
			if e.Kind == runbook.EntryAnswered && strings.HasPrefix(e.Name, "gate open") {
				who = append(who, e.Answer.By)
			}
		}
		if !slices.Equal(who, []string{"ann", "bob"}) {
			t.Errorf("the journal says that %v passed it", who)
		}
	})
}

func TestEveryGateCanBeAnsweredFromAnotherMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far, stop := forTwo(t)
		defer stop()
		for _, who := range []struct{ id, by string }{
			{"gate open first", "ann"}, {"gate open", "bob"}, {"gate promote", "bob"}, {"gate edge", "ann"},
		} {
			if err := far.pass(t, who.id, who.by); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
		}
		if res := <-h.over; res.Ending != runbook.Done {
			t.Errorf("%s %v", res.Ending, res.Err)
		}
	})
}

func TestAnAnswerToOldFiguresIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far, stop := forTwo(t)
		defer stop()
		old := far.question(t, "gate open first")
		if err := h.desk.Answer(old.ID, runbook.Answer{Choice: runbook.LookAgain, By: "ann"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := far.answers.Give(t.Context(), old, right(old)); err != nil {
			t.Fatal(err)
		}
		a := right(old)
		a.Asked = old.Asked
		if err := h.desk.Answer(old.ID, a); err == nil || !strings.Contains(err.Error(), "asked anew") {
			t.Errorf("over the socket: %v", err)
		}
		time.Sleep(time.Minute)
		if now := far.view(t).Questions; len(now) != 1 || now[0].ID != old.ID || now[0].Asked == old.Asked {
			t.Errorf("open now: %+v", now)
		}
		h.run.Stop("ann", "")
		<-h.over
	})
}

func TestAnswersThatAreNoneAreLeftLying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far, stop := forTwo(t)
		defer stop()
		q := far.question(t, "gate open first")
		h.bucket.set(func(b *bucket) {
			key := fmt.Sprintf("lifeboat/answers/run-1/%08d-", q.Asked)
			b.objects[key+"001.json"] = []byte(`{"choice":"pass","phra`)
			b.objects[key+"002.json"] = []byte(`{"choice":"pass","phrase":"fail over","by":"eve"}`)
		})
		time.Sleep(time.Minute)
		if len(h.w.asked()) != 0 {
			t.Errorf("changed: %v", h.w.asked())
		}
		if err := far.pass(t, q.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		if now := far.question(t, "gate open"); !slices.Equal(now.Passed, []string{"ann"}) {
			t.Errorf("passed by %v", now.Passed)
		}
		h.run.Stop("ann", "")
		<-h.over
	})
}

func TestNothingIsLookedForWhileNoQuestionIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &runbook.Desk{}
		far, err := runbook.ObjectArchive{Objects: newBucket()}.Answers("run-1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		go far.Deliver(ctx, d, func(err error) { t.Error(err) })
		go func() { _, _ = d.Code(ctx, "why") }() // a code is no question for other machines
		began := time.Now()
		time.Sleep(time.Hour)
		stop()
		synctest.Wait()
		if time.Since(began) != time.Hour {
			t.Error("the clock did not stand still")
		}
		q := runbook.Question{ID: "code 1", Kind: runbook.AskCode, Offers: []runbook.Offer{{Choice: runbook.Pass}}}
		if err := far.Give(t.Context(), q, runbook.Answer{Choice: runbook.Pass, Phrase: "123456"}); err == nil {
			t.Error("a code was laid in the bucket")
		}
	})
}

func TestAnswersLieInFilesBesideAJournalOfFiles(t *testing.T) {
	dir := t.TempDir()
	archive := runbook.FileArchive{Dir: dir}
	far, err := archive.Answers("run-1")
	if err != nil {
		t.Fatal(err)
	}
	d := &runbook.Desk{}
	q := runbook.Question{ID: "gate open", Kind: runbook.AskGate, Asked: 12, Offers: []runbook.Offer{{Choice: runbook.Pass, Phrase: "go"}}}
	got := make(chan runbook.Answer)
	go func() { a, _ := d.Ask(t.Context(), q); got <- a }()
	for _, a := range []runbook.Answer{{Choice: runbook.Pass, Phrase: "go", By: "ann"}, {Choice: runbook.Pass, Phrase: "go", By: "bob"}} {
		if err := far.Give(t.Context(), q, a); err != nil {
			t.Fatal(err)
		}
	}
	go far.Deliver(t.Context(), d, func(err error) { t.Error(err) })
	if a := <-got; a.By != "ann" {
		t.Errorf("%+v", a)
	}
	files, _ := os.ReadDir(filepath.Join(dir, "run-1.answers"))
	if len(files) != 2 || files[0].Name() != "00000012-001.json" {
		t.Errorf("%v", files)
	}
	if runs, err := archive.Runs(t.Context()); err != nil || len(runs) != 0 {
		t.Errorf("answers are taken for runs: %v %v", runs, err)
	}
	for _, bad := range []string{"", "../x", "a/b"} {
		if _, err := archive.Answers(bad); err == nil {
			t.Errorf("%q is taken for a run", bad)
		}
	}
}
