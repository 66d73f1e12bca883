package runbook_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

func TestARunIsFollowedAndAnsweredOverItsSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		l := h.ear.join(t)
		answerAll(t, l, "ann")
		res := <-h.over
		if res.Ending != runbook.Done || !maps.Equal(h.w.once(), everything) {
			t.Fatalf("%s %v: %v", res.Ending, res.Err, h.w.once())
		}
		over, ok := l.Over()
		if !ok || over.Ending != runbook.Done || l.Hello().Run != "run-1" {
			t.Errorf("the line says %+v %t of %+v", over, ok, l.Hello())
		}
		if got, want := l.View(), res.View; got.Seq != want.Seq || !reflect.DeepEqual(states(got), states(want)) {
			t.Errorf("seen over the socket: %v\nthe run's own: %v", states(got), states(want))
		}
	})
}

// states is where every step of a run stands, with its words and times.
func states(v runbook.View) []string {
	var out []string
	for _, s := range v.Steps {
		out = append(out, strings.Join([]string{s.ID, string(s.State), s.Text, s.Began.String(), s.Ended.String(), s.Waited.String()}, " "))
	}
	return out
}

func TestEveryScreenSeesEveryEventFromTheFirstOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		first := h.ear.join(t)
		go answerAll(t, first, "ann")
		time.Sleep(90 * time.Second)
		late := h.ear.join(t)
		<-late.Done()
		<-first.Done()
		mine, theirs := all(t, first.Next), all(t, late.Next)
		if len(mine) < 40 || !reflect.DeepEqual(mine, theirs) || mine[0].Entry.Kind != runbook.EntryPlan {
			t.Errorf("the first saw %d events, the late one %d", len(mine), len(theirs))
		}
		if words := late.Words(); len(words) != 0 {
			t.Errorf("words of a run that is over: %v", words)
		}
		<-h.over
	})
}

func all(t *testing.T, next func(context.Context, int64) ([]runbook.Event, error)) []runbook.Event {
	t.Helper()
	var out []runbook.Event
	for {
		events, err := next(t.Context(), int64(len(out)))
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			return out
		}
		out = append(out, events...)
	}
}

func TestAScreenThatHangsDelaysNeitherTheRunNorAnother(t *testing.T) {
	took := func(hang bool) time.Duration {
		var took time.Duration
		synctest.Test(t, func(t *testing.T) {
			h := host(t, nil)
			if hang {
				dead := h.ear.dial() // it never reads
				half := h.ear.dial()
				_, _ = io.ReadFull(half, make([]byte, 40)) // and this one stops in the middle
				defer dead.Close()
				defer half.Close()
			}
			began := time.Now()
			answerAll(t, h.ear.join(t), "ann")
			res := <-h.over
			took = time.Since(began)
			if res.Ending != runbook.Done {
				t.Errorf("%s %v", res.Ending, res.Err)
			}
		})
		return took
	}
	if well, hung := took(false), took(true); hung-well > 3*time.Second {
		t.Errorf("%s beside a screen that hangs, %s without", hung, well)
	}
}

func TestWrongAnswersAreRefusedInWordsOverTheSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		l := h.ear.join(t)
		time.Sleep(time.Second)
		for phrase, words := range map[string]string{
			"":                                 "type: fail over us-east-1 to us-west-2",
			"fail over us-east-1 to us-west-1": "the phrase is not the one asked for",
			"Fail over us-east-1 to us-west-2": "the phrase is not the one asked for",
		} {
			err := l.Answer(t.Context(), "gate open", runbook.Answer{Choice: runbook.Pass, Phrase: phrase})
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%q: %v", phrase, err)
			}
		}
		if err := l.Answer(t.Context(), "gate shut", runbook.Answer{}); err == nil || !strings.Contains(err.Error(), "not open") {
			t.Errorf("a question that is not open: %v", err)
		}
		if len(h.w.asked()) != 0 {
			t.Errorf("changed: %v", h.w.asked())
		}
		pasted := runbook.Answer{Choice: runbook.Pass, Phrase: " fail over us-east-1 to us-west-2\r\n", By: "ann"}
		if err := l.Answer(t.Context(), "gate open", pasted); err != nil {
			t.Error(err)
		}
		go answerAll(t, l, "ann")
		<-h.over
	})
}

func TestUninvitedWordsOverTheSocketDoWhatTheRunsOwnDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		l := h.ear.join(t)
		go answerAll(t, l, "ann")
		time.Sleep(30 * time.Second)
		ctx := t.Context()
		for what, err := range map[string]error{
			"skip without a reason":            l.Skip(ctx, "scale", runbook.Answer{By: "ann"}),
			"skip what is not under way":       l.Skip(ctx, "edge", runbook.Answer{Reason: "r"}),
			"go unplanned without its phrase":  l.GoUnplanned(ctx, runbook.Answer{Reason: "r"}),
			"take back without its own phrase": l.Undo(ctx, runbook.Answer{Phrase: "undo", Reason: "r"}),
		} {
			if err == nil {
				t.Errorf("%s: it was done", what)
			}
		}
		if err := l.Skip(ctx, "scale", runbook.Answer{By: "ann", Reason: "enough tasks run"}); err != nil {
			t.Error(err)
		}
		if err := l.Stop(ctx, "ann", "lunch"); err != nil {
			t.Error(err)
		}
		res := <-h.over
		scale, _ := res.View.Step("scale")
		if res.Ending != runbook.Stopped || !strings.Contains(res.Err.Error(), "lunch") || scale.State != runbook.StateSkipped {
			t.Errorf("%s %v, scale %s", res.Ending, res.Err, scale.State)
		}
	})
}

func TestAScreenIsToldWhyARunCouldNotBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ear, desk := newPipes(), &runbook.Desk{}
		s := runbook.NewServer(runbook.Hello{Run: "run-1"}, desk, nil)
		go s.Serve(ear)
		l := ear.join(t)
		if err := l.Stop(t.Context(), "ann", ""); err == nil || !strings.Contains(err.Error(), "not begun") {
			t.Errorf("stopping what has not begun: %v", err)
		}
		s.End(runbook.Running, &runbook.HeldError{By: runbook.Grant{Holder: "bob", Host: "b", Run: "run-0", Fence: 3}})
		s.Close()
		<-l.Done()
		over, ok := l.Over()
		if !ok || !over.Refused || !strings.Contains(over.Error, "bob on b holds the lease") {
			t.Errorf("%+v %t", over, ok)
		}
		var held *runbook.HeldError
		if err := over.Err(); !errors.As(err, &held) || held.By.Fence != 3 || !errors.Is(err, runbook.ErrRefused) {
			t.Errorf("the error itself: %v", err)
		}
		if events, err := l.Next(t.Context(), 0); len(events) != 0 || err != nil {
			t.Errorf("%v %v", events, err)
		}
	})
}

func TestAProcessThatDiesHangsUpOnItsScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		here := h.ear.dial()
		l, err := runbook.Join(here)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		here.Close()
		<-l.Done()
		if !errors.Is(l.Err(), runbook.ErrHungUp) || !errors.Is(l.Stop(t.Context(), "ann", ""), runbook.ErrHungUp) {
			t.Errorf("%v", l.Err())
		}
		h.run.Stop("ann", "")
		<-h.over
	})
}

func TestAnotherVersionOnASocketIsNamed(t *testing.T) {
	for line, words := range map[string]string{
		`{"hello":{"version":2,"run":"run-1"}}`: "speaks version 2, this one 1",
		`{"hello":`:                             "not understood",
		`{}`:                                    "does not answer",
	} {
		synctest.Test(t, func(t *testing.T) {
			ear := newPipes()
			go func() {
				c, _ := ear.Accept()
				_, _ = io.WriteString(c, line+"\n")
			}()
			if _, err := runbook.Join(ear.dial()); err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v", line, err)
			}
		})
	}
}

func TestACodeIsAskedForOverTheSocketAndStandsInNoJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host(t, nil)
		l := h.ear.join(t)
		code := make(chan string)
		go func() {
			c, err := h.desk.Code(t.Context(), "the operator's role asks for it")
			if err != nil {
				t.Error(err)
			}
			code <- c
		}()
		time.Sleep(time.Second)
		i := slices.IndexFunc(l.Questions(), func(q runbook.Question) bool { return q.Kind == runbook.AskCode })
		if i < 0 {
			t.Fatalf("open: %+v", l.Questions())
		}
		q := l.Questions()[i]
		for _, wrong := range []string{"", "12345", "1234567", "12345a", "12 456"} {
			err := l.Answer(t.Context(), q.ID, runbook.Answer{Choice: runbook.Pass, Phrase: wrong})
			if err == nil || wrong != "" && strings.Contains(err.Error(), wrong) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if err := l.Answer(t.Context(), q.ID, runbook.Answer{Choice: runbook.Pass, Phrase: "402918\n"}); err != nil {
			t.Fatal(err)
		}
		if got := <-code; got != "402918" {
			t.Errorf("%q", got)
		}
		go answerAll(t, l, "ann")
		<-h.over
		for _, r := range h.store.lines {
			if strings.Contains(string(r), "402918") {
				t.Errorf("the code is in the journal: %s", r)
			}
		}
	})
}

func TestGoingWithoutACodeIsAnErrorForWhoeverNeedsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &runbook.Desk{}
		failed := make(chan error)
		go func() { _, err := d.Code(t.Context(), "why"); failed <- err }()
		synctest.Wait()
		if err := d.Answer(d.Open()[0].ID, runbook.Answer{Choice: runbook.Stop}); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; !errors.Is(err, runbook.ErrNoAnswer) {
			t.Error(err)
		}
	})
}
