package dr

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// watched is a simulated estate and a Watch of it, which reads its journals.
type watched struct {
	*estateInTime
	watch *Watch
	state *State
}

// underWatch runs f with one.
func underWatch(t *testing.T, f func(t *testing.T, w *watched)) {
	inTime(t, func(t *testing.T, e *estateInTime) {
		opt := Options{Dial: e.network.DialContext}
		state, err := OpenState(t.Context(), e.cfg, opt)
		if err != nil {
			t.Fatal(err)
		}
		opt.Journals = JournalsOf(e.cfg, opt)
		watch, err := Open(e.cfg, opt)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		watch.Start(ctx)
		f(t, &watched{e, watch, state})
		cancel()
		watch.Wait()
	})
}

const (
	oldWriter = "davidshaevel-dev-db"
	newWriter = "davidshaevel-dr-db"
)

func (w *watched) changer(region string) *aws.Changer {
	w.t.Helper()
	c, err := aws.NewChanger(aws.Spec{Region: region, Endpoint: w.Description().Endpoint, Dial: w.network.DialContext}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// after lets time pass, and gives the estate then.
func (w *watched) after(d time.Duration) *Estate {
	time.Sleep(d)
	synctest.Wait()
	return w.watch.Estate()
}

// failover is as much of a failover as split brain needs: the promotion, and then, behind a gate of its own, the fence.
func (w *watched) failover() runbook.Procedure {
	here, there := w.changer(west), w.changer(east)
	promoted := func(ctx context.Context, accepted string) (runbook.Seen, error) {
		db, err := here.Database(ctx, newWriter)
		return runbook.Seen{So: db.Writer() && db.Status == "available" || accepted != "" && db.Status == accepted, Text: db.Status}, err
	}
	fenced := func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
		n, err := there.Tasks(ctx, "dev-cluster", "davidshaevel-dev-backend")
		return runbook.Seen{So: n == 0 && err == nil}, nil
	}
	paper := func(runbook.Pins) []string { return nil }
	gate := func(id, phrase string) *runbook.Gate { return &runbook.Gate{ID: id, Phrase: phrase} }
	control := func(op, region string) []runbook.Call {
		return []runbook.Call{{Operation: op, Plane: runbook.Control, Region: region, BestEffort: region == east}}
	}
	return runbook.Procedure{Name: string(Failover), Title: Failover.Phrase(east, west), From: east, To: west, Steps: []runbook.Step{
		{ID: StepPromote, Title: "promote", Timeout: time.Hour, Undoing: runbook.UndoNever, Commit: true, Paper: paper,
			Gate: gate("open", Failover.Phrase(east, west)), Calls: control("rds:PromoteReadReplica", west),
			Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return promoted(ctx, "modifying") },
			Do: func(ctx context.Context, t *runbook.Task) error {
				if _, err := t.Decide(ctx, PinPromotedAt, time.Now().Format(time.RFC3339Nano)); err != nil {
					return err
				}
				return here.Promote(ctx, newWriter, 7)
			},
			Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return promoted(ctx, "") }},
		{ID: StepFence, Title: "fence", After: []string{StepPromote}, Timeout: time.Hour, Undoing: runbook.UndoSeconds, Safety: true, Paper: paper,
			Deadline: time.Hour, Gate: gate("fence", "fence us-east-1"), Calls: control("ecs:UpdateService", east),
			Check: fenced, Await: fenced,
			Do: func(ctx context.Context, _ *runbook.Task) error {
				if err := there.SetScaling(ctx, "dev-cluster", "davidshaevel-dev-backend", 0, 0); err != nil {
					return err
				}
				return there.SetDesired(ctx, "dev-cluster", "davidshaevel-dev-backend", 0, nil)
			},
			Verify: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
				_, err := t.Decide(ctx, PinReceipt(1), `{"at":"`+time.Now().UTC().Format(time.RFC3339Nano)+`","by":"sql","text":"0 tasks"}`)
				return runbook.Seen{So: true}, err
			}},
	}}
}

// until answers gates up to one that nobody answers.
type until string

func (u until) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.ID == "gate "+string(u) {
		return runbook.Answer{}, runbook.ErrNoAnswer
	}
	return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "ops"}, nil
}

// drive runs the failover, or takes it up, as far as its operator goes.
func (w *watched) drive(id string, by runbook.Operator, open func(context.Context, runbook.Procedure, runbook.Options) (*runbook.Run, error)) {
	w.t.Helper()
	store, err := w.state.Archive.Store(id)
	if err != nil {
		w.t.Fatal(err)
	}
	run, err := open(w.t.Context(), w.failover(), runbook.Options{
		Run: id, Mode: runbook.Unplanned, By: "ops", Host: "desk", Store: store, Lease: w.state.Lease(), Operator: by,
		Pins: runbook.Pins{PinSource: oldWriter, PinReplica: newWriter},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	run.Wait()
}

// sendUsers points every record that leads to us-east-1's balancer at us-west-2's, and brings that region to full size.
func (w *watched) sendUsers() {
	d := w.Description()
	w.Cloud().Locked(func(in *cloud.World) {
		for _, r := range in.Zones[0].Records {
			if r.Content == d.Regions[0].Balancers[0].DNSName {
				r.Content = d.Regions[1].Balancers[0].DNSName
			}
		}
	})
	c := w.changer(west)
	for _, s := range d.Services {
		if err := c.SetDesired(w.t.Context(), "dr-cluster", "davidshaevel-dr-"+s.Name, s.Full, nil); err != nil {
			w.t.Fatal(err)
		}
	}
}

// wantSplit holds the second writer and the verdict against what they should be.
func (w *watched) wantSplit(what string, e *Estate, level Level, text string) {
	w.t.Helper()
	if s := e.Split; s == nil || s.Level != level || !strings.HasPrefix(s.Text, text) {
		w.t.Errorf("%s: %+v; want %s: %s", what, s, level, text)
	}
	if (e.Verdict.Level == Bad) != (level == Bad) {
		w.t.Errorf("%s: the verdict is %s: %v", what, e.Verdict.Level, e.Verdict.Lines)
	}
}

func TestSplitBrainIsRedUntilFencedAndRedAgainAtTheFirstStrayConnection(t *testing.T) {
	underWatch(t, func(t *testing.T, w *watched) {
		e := w.after(2 * time.Minute)
		if e.Verdict.Writer != east || e.Split != nil || e.Verdict.Level == Bad {
			t.Fatalf("before: writer %q, %+v, %v", e.Verdict.Writer, e.Split, e.Verdict.Lines)
		}
		for _, c := range e.Checks {
			if c.Verdict != CheckPass && !slices.Contains([]string{"origin-group", "journal", "last-run"}, c.ID) {
				t.Errorf("before: check %s: %s: %s", c.ID, c.Verdict, c.Text)
			}
		}
		w.direct("darken", east)
		w.after(2 * time.Minute)
		id := runbook.NewRunID(time.Now(), string(Failover))
		w.drive(id, until("fence"), runbook.Start)
		w.sendUsers()
		e = w.after(5 * time.Minute)
		const old = "old writer " + oldWriter + " in us-east-1 "
		w.wantSplit("dark and not fenced", e, Bad, old+"NOT fenced: there is no receipt")
		assertServes(t, e, west)

		w.direct("return", east)
		e = w.after(5 * time.Minute)
		w.wantSplit("back and not fenced", e, Bad, old+"NOT fenced: there is no receipt")
		if e.Split != nil && e.Split.Fix != "fence it: lifeboat resume "+id {
			t.Errorf("the fix is %q", e.Split.Fix)
		}
		w.drive(id, until("nobody"), runbook.Resume)
		e = w.after(5 * time.Minute)
		w.wantSplit("fenced", e, Warn, old+"kept, fenced since")
		w.direct("stray-connection", east)
		e = w.after(time.Minute)
		w.wantSplit("a stray connection", e, Bad, old+"NOT fenced: 1 connection to it (nightly-report")
		w.direct("restore")
		w.wantSplit("the stray is gone again", w.after(time.Minute), Bad, old+"NOT fenced: 1 connection to it")
	})
}

func assertServes(t *testing.T, e *Estate, region string) {
	t.Helper()
	if e.Verdict.Serving != region || e.Verdict.Writer != region {
		t.Errorf("%q serves, the writer of record is %q: %v", e.Verdict.Serving, e.Verdict.Writer, e.Verdict.Lines)
	}
}

func TestAfterAFailoverEveryLineIsOfTheNewRoles(t *testing.T) {
	underWatch(t, func(t *testing.T, w *watched) {
		w.after(time.Minute)
		w.direct("darken", east)
		w.after(2 * time.Minute)
		id := runbook.NewRunID(time.Now(), string(Failover))
		run, err := w.runner().Begin(t.Context(), Order{Run: id, Kind: Failover, Operator: typing(OverrideReceipt)})
		if err != nil {
			t.Fatal(err)
		}
		waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
		e := w.after(time.Minute)
		assertServes(t, e, west)
		since := "there is no standby since " + e.Record.Promoted.UTC().Format("15:04:05")
		assertText(t, "verdict", e.Verdict.Lines[0].String(), "us-west-2 serves. "+sentence(since))
		w.wantSplit("open without a receipt", e, Bad, "old writer "+oldWriter+" in us-east-1 NOT fenced: there is no receipt")
		assertText(t, "fix", e.Split.Fix, "run "+id+" goes on trying to fence it")
		if !e.Risk.Known || !e.Risk.Safe.Equal(e.Record.Promoted) {
			t.Errorf("at risk is %+v, want all since %s", e.Risk, e.Record.Promoted)
		}
		for _, v := range e.Regions[1].Services {
			if v.Level != Good || v.Running != v.Full {
				t.Errorf("%s in us-west-2: %s, %q, runs %d of %d", v.Name, v.Level, v.Word, v.Running, v.Full)
			}
		}
		w.direct("return", east)
		run.Wait()
		e = w.after(5 * time.Minute)
		w.wantSplit("fenced", e, Warn, "old writer "+oldWriter+" in us-east-1 kept, fenced since")
		for _, v := range e.Regions[0].Services {
			if v.Level == Bad || v.Level == Warn {
				t.Errorf("%s in us-east-1: %s, %q, though it is left on purpose", v.Name, v.Level, v.Word)
			}
		}
		assertText(t, "us-east-1", e.Regions[0].Why, since)
		if e.Record.Serve < time.Minute || e.Record.Serve > 20*time.Minute || !strings.HasPrefix(e.Record.ServeFrom, "failover, ") {
			t.Errorf("it took %s (%s)", e.Record.Serve, e.Record.ServeFrom)
		}
	})
}
