package dr

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// The home region goes dark again in the middle, at any change, and comes back an hour later: the run waits, asks, and comes to the end of
// one that was not disturbed.
func TestAHomeRegionThatGoesDarkInTheMiddleOfAReprotectionIsWaitedFor(t *testing.T) {
	want, _, _ := withCrash(t, Reprotect, crashAt{})
	for _, operation := range some([]string{"rds:CreateDBInstanceReadReplica", "rds:CreateDBSnapshot", "rds:ModifyDBInstance", "ecs:UpdateService"}, 2) {
		t.Run("at "+operation, func(t *testing.T) {
			t.Parallel()
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.stage(Reprotect)
				var once sync.Once
				r := w.runner(func(o *RunnerOptions) {
					o.Asked = func(_ context.Context, a aws.Asked) {
						if a.Operation == operation && a.Region == east {
							once.Do(func() {
								w.direct("darken", east)
								time.AfterFunc(time.Hour, func() { _ = w.Cloud().Do("return", east) })
							})
						}
					}
				})
				result := w.run(r, Reprotect, tryingAgain(nil))
				if result.Ending != runbook.Done {
					t.Fatalf("it ended %q: %v\n%s", result.Ending, result.Err, stepsOf(result.View))
				}
				if got := w.state(); sameEnd(Reprotect, got) != sameEnd(Reprotect, want) {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

// Home goes dark before a failback has promoted: it is taken back, and users stay where they are, served as before.
func TestAFailbackWhoseHomeGoesDarkBeforeThePromotionIsTakenBack(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.stage(Failback)
		was := w.stateOf(west)
		by := &givingUp{retrying: tryingAgain(nil), w: w}
		r := w.runner(func(o *RunnerOptions) {
			o.Asked = func(_ context.Context, a aws.Asked) {
				if a.Region == west && a.Changes && strings.HasPrefix(a.Operation, "ecs:") {
					_ = w.Cloud().Do("darken", east)
				}
			}
		})
		result := w.run(r, Failback, by)
		if result.Ending != runbook.Undone {
			t.Fatalf("it ended %q: %v\n%s", result.Ending, result.Err, stepsOf(result.View))
		}
		if by.served == "" || deployments.ReplaceAllString(by.served, "") != deployments.ReplaceAllString(was, "") {
			t.Errorf("before home returned us-west-2 was\n%s\nand was\n%s", by.served, was)
		}
		time.Sleep(5 * time.Minute)
		if now := w.stateOf(west); deployments.ReplaceAllString(now, "") != deployments.ReplaceAllString(was, "") {
			t.Errorf("us-west-2 is\n%s\nand was\n%s", now, was)
		}
		if region, _, err := writerOfRecord(t.Context(), w.cfg, r.State().Archive); err != nil || region != west {
			t.Errorf("the writer of record is %s, %v", region, err)
		}
	})
}

// givingUp takes a failback back whose proof cannot be had. What cannot be taken back is tried again; home returns after that.
type givingUp struct {
	*retrying
	w      *estateInTime
	served string // what us-west-2 was when home was first needed again
}

func (g *givingUp) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	switch {
	case q.ID == "trouble "+stepToken:
		return runbook.Answer{Choice: runbook.Undo, Phrase: runbook.UndoPhrase(Failback.Phrase(west, east)), Reason: "a test", By: "arn:aws:sts::1:ops"}, nil
	case q.Kind == runbook.AskTrouble && g.served == "":
		g.served = g.w.stateOf(west)
		_ = g.w.Cloud().Do("return", east)
	}
	return g.retrying.Ask(ctx, q)
}

// What cannot be done is refused, and leaves nothing behind.
func TestNothingOnTheWayBackIsBegunThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    Kind
		prepare func(w *estateInTime)
		why     string
	}{
		{"a reprotection before any promotion", Reprotect, func(*estateInTime) {}, "no run has promoted"},
		{"a failback before any promotion", Failback, func(*estateInTime) {}, "there is nothing to fail back"},
		{"a reprotection of a dark region", Reprotect, func(w *estateInTime) { w.stage(Reprotect); w.direct("darken", east) }, "a standby cannot be made in us-east-1"},
		{"a failback without a replica at home", Failback, func(w *estateInTime) { w.stage(Reprotect) }, "us-east-1 has no replica"},
		{"a failback to a dark home", Failback, func(w *estateInTime) { w.stage(Failback); w.direct("darken", east) }, "us-east-1 is not well"},
		{"a failback while the replica stands still", Failback, func(w *estateInTime) {
			w.stage(Failback)
			w.direct("stall-replica")
			time.Sleep(20 * time.Minute)
		}, "davidshaevel-dev-db in us-east-1"},
		{"a failback without an image", Failback, func(w *estateInTime) {
			w.stage(Failback)
			w.in(func(in *cloud.World) {
				for _, repository := range in.Region(east).Repositories {
					if strings.HasSuffix(repository.Name, "backend") {
						repository.Images = nil
					}
				}
			})
		}, "every running image"},
		{"a second standby", Reprotect, func(w *estateInTime) { w.stage(Failback) }, "has a standby already"},
		{"a name that somebody has taken", Reprotect, func(w *estateInTime) {
			w.stage(Reprotect)
			w.in(func(in *cloud.World) { in.Region(west).Database("davidshaevel-dr-db").Retention = 0 })
		}, "keeps no backups"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.comeBack()
				c.prepare(w)
				time.Sleep(2 * time.Minute)
				w.refused(t, c.kind, c.why)
			})
		})
	}
}

// leaves stops a reprotection as soon as it comes to a step.
func (w *estateInTime) leaves(at string) runbook.Result {
	w.t.Helper()
	w.stage(Reprotect)
	r := w.runner()
	defer r.Close()
	run := w.begun(r, Reprotect, typing())
	waitFor(w.t, run, func(v runbook.View) bool {
		s, _ := v.Step(at)
		return s.State != runbook.StateWaiting
	})
	run.Stop("test", "called away")
	return run.Wait()
}

// A failback does not begin beside a reprotection that was left half-way: its promotion would overtake that, and what it had still to do
// would never be done. Once that is over, it begins.
func TestAFailbackWaitsForTheReprotectionThatWasLeftHalfWay(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		left := w.leaves(stepReplica)
		if left.Ending != runbook.Stopped {
			t.Fatalf("it ended %q: %v", left.Ending, left.Err)
		}
		time.Sleep(40 * time.Minute) // the replica is there by then
		w.refused(t, Failback, "run "+left.View.Run+" (reprotect us-east-1 from us-west-2) is not over")
		w.refused(t, Switchover, "is not over")
		again := w.runner()
		run, err := again.Resume(t.Context(), Order{Run: left.View.Run, Operator: typing()})
		if err != nil {
			t.Fatal(err)
		}
		if result := run.Wait(); result.Ending != runbook.Done {
			t.Fatalf("resumed it ended %q: %v", result.Ending, result.Err)
		}
		again.Close()
		time.Sleep(15 * time.Minute)
		if result := w.through(Failback, typing()); result.Ending != runbook.Done {
			t.Errorf("the failback ended %q: %v", result.Ending, result.Err)
		}
	})
}

// A run that was given up half-way is followed by another: it goes by the names of the first. There is one snapshot, one kept database, one
// replica.
func TestARunAfterOneThatWasGivenUpKeepsNothingTwice(t *testing.T) {
	want, _, _ := withCrash(t, Reprotect, crashAt{})
	for _, after := range some([]string{stepReplica, stepRename, stepSnapshot, stepStream}, 2) {
		t.Run("stopped at "+after, func(t *testing.T) {
			t.Parallel()
			inTime(t, func(t *testing.T, w *estateInTime) {
				first := w.leaves(after)
				time.Sleep(15 * time.Minute)
				second := w.through(Reprotect, typing())
				if second.Ending != runbook.Done {
					t.Fatalf("the second ended %q: %v\n%s", second.Ending, second.Err, stepsOf(second.View))
				}
				if a, b := asRebuild(t, first.View), asRebuild(t, second.View); after != stepSnapshot && (a.Kept != b.Kept || a.Old != b.Old) {
					t.Errorf("the first keeps %s, the second %s", a.Kept, b.Kept)
				}
				if got := w.state(); sameEnd(Reprotect, got) != sameEnd(Reprotect, want) {
					t.Errorf("the end is\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

func asRebuild(t *testing.T, v runbook.View) *Rebuild {
	t.Helper()
	var r Rebuild
	if err := json.Unmarshal([]byte(v.Pins[PinRebuild]), &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// Whoever takes the standby's name meanwhile keeps it: what exists is never replaced.
func TestADatabaseThatTakesTheStandbysNameIsNotReplaced(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.stage(Reprotect)
		var once sync.Once
		r := w.runner(func(o *RunnerOptions) {
			o.Asked = func(_ context.Context, a aws.Asked) {
				if a.Operation == "cloudwatch:PutMetricAlarm" {
					once.Do(func() {
						w.in(func(in *cloud.World) {
							kept := in.Region(east).Databases[0]
							other := *kept
							other.ID, other.ResourceID = "davidshaevel-dev-db", "db-SOMEBODYELSES"
							in.Region(east).Databases = append(in.Region(east).Databases, &other)
						})
					})
				}
			}
		})
		if result := w.run(r, Reprotect, typing()); result.Err == nil || !strings.Contains(result.Err.Error(), "a database that exists is never replaced") {
			t.Errorf("it ended %q: %v", result.Ending, result.Err)
		}
	})
}

// No code of ours can delete a database, a snapshot or a backup, however it is called. The simulator serves it, for those who do it by hand.
func TestNothingOfOursCanDeleteADatabase(t *testing.T) {
	deletes := regexp.MustCompile(`\b(DeleteDB|DeleteTenantDatabase|delete-db-)`)
	for _, folder := range []string{"../dr", "../aws", "../views", "../ui"} {
		_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() && strings.HasSuffix(path, "aws/sim") {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			if found := deletes.FindString(string(source)); found != "" {
				t.Errorf("%s calls %s", path, found)
			}
			return nil
		})
	}
}

// Planned as they are, both pass the lint; going unplanned is offered to a failback alone, which then leaves the building out.
func TestTheLintOfTheWayBack(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.stage(Failback)
		r := w.runner()
		plan, _, _, err := r.PlanNow(t.Context(), Order{Kind: Failback})
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := r.plan(t.Context(), Order{Kind: Failback, Run: "lint"})
		if err != nil {
			t.Fatal(err)
		}
		procedure := p.procedure()
		if err := procedure.Validate(); err != nil || plan.From != west || plan.To != east {
			t.Errorf("%v: from %s to %s", err, plan.From, plan.To)
		}
		var out []string
		for _, f := range runbook.Lint(procedure, west, runbook.Unplanned) {
			switch f.Verdict {
			case runbook.Refused:
				t.Errorf("%s: %s", f.Step, f.Why)
			case runbook.LeftOut:
				out = append(out, f.Step)
			}
		}
		for _, id := range []string{stepHealthy, stepToken, stepSnapshot, stepRename, stepReplica, stepStream, stepStanding} {
			if !slices.Contains(out, id) {
				t.Errorf("%s is not left out of an unplanned rest: %q", id, out)
			}
		}
		b := &crew{p: &planned{kind: Reprotect, from: east, to: west, rebuild: &Rebuild{Old: "db-X"}}, c: w.cfg, state: r.state}
		b.fence = &fence{crew: b}
		c := runbook.Procedure{Steps: b.reprotection()}
		refused := 0
		for _, f := range runbook.Lint(c, east, runbook.Unplanned) {
			if f.Verdict == runbook.Refused {
				refused++
			}
		}
		if refused == 0 {
			t.Error("a reprotection could go unplanned, and then make nothing")
		}
	})
}

// What is kept is seen by everybody, with what it costs, and the way back tells what comes next.
func TestTheEstateTellsWhatComesNextAndWhatIsKept(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		look := func() *Estate {
			r := w.runner()
			defer r.Close()
			return r.settled(t.Context())
		}
		if k, why := look().WayBack(); k != "" || why == "" {
			t.Errorf("before any run %q comes next: %s", k, why)
		}
		w.stage(Reprotect)
		e := look()
		if k, _ := e.WayBack(); k != Reprotect {
			t.Errorf("without a standby %q comes next", k)
		}
		text := ""
		for _, line := range e.Verdict.Lines {
			text += line.String() + "\n"
		}
		if !strings.Contains(text, "There is no standby since ") {
			t.Errorf("the verdict says %s", text)
		}
		if s := e.Split; s == nil || s.Level != Warn || !strings.Contains(s.Text, "kept, fenced since") {
			t.Errorf("of the old database it says %+v", s)
		}
		w.through(Reprotect, typing())
		e = look()
		if k, _ := e.WayBack(); k != Failback || e.Split != nil {
			t.Errorf("with a standby %q comes next; %+v", k, e.Split)
		}
		home := e.side(east)
		if len(home.Kept) != 1 || home.Kept[0].Was != "davidshaevel-dev-db" || !home.Kept[0].Priced || home.Kept[0].Monthly < 10 || home.Kept[0].Monthly > 20 {
			t.Errorf("kept: %+v", home.Kept)
		}
		if !slices.ContainsFunc(home.Findings, func(f Finding) bool {
			return f.Level == Warn && strings.HasPrefix(f.Text, "old primary davidshaevel-dev-db kept, fenced, as davidshaevel-dev-db-kept-")
		}) {
			t.Errorf("nothing is said of it: %+v", home.Findings)
		}
		w.in(func(in *cloud.World) {
			for _, a := range in.Region(east).Alarms {
				if strings.HasSuffix(a.Name, "-lag") && a.Missing != "missing" {
					t.Errorf("alarm %s goes off where there is no figure: %q", a.Name, a.Missing)
				}
			}
		})
		if home.Condition != CondReady {
			t.Errorf("us-east-1 is %s: %v", home.Condition, home.Blocking)
		}
		r := w.runner()
		r.settled(t.Context())
		time.Sleep(3 * time.Minute)
		w.direct("darken", east)
		time.Sleep(5 * time.Minute)
		if e := r.watch.Estate(); e.Split != nil || e.Record.Kept == "" {
			t.Errorf("the standby that went dark is taken for the old writer: %+v, kept as %q", e.Split, e.Record.Kept)
		}
		if len(home.Databases) != 1 {
			t.Errorf("its databases are %+v", home.Databases)
		}
	})
}
