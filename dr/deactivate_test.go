package dr

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// resting is what stands in the region that stands by, and lasts there, but for what is kept.
func (w *estateInTime) resting() (out string) {
	w.in(func(in *cloud.World) {
		r := in.Regions[1]
		tasks, room := 0, 0
		for _, c := range r.Clusters {
			for _, s := range c.Services {
				tasks += s.Desired
			}
		}
		for _, s := range r.ScalableTargets {
			room += s.Max
		}
		repositories := 0
		for _, repo := range r.Repositories {
			repositories += len(repo.Images)
		}
		out = fmt.Sprintf("%d databases, %d copies, %d tasks of %d, %d balancers, %d images, keys %v", len(r.Databases), len(r.Backups), tasks, room, len(r.Balancers), repositories, r.Keys)
	})
	return out
}

// away takes users to the region that stands by while the other one is dark, and has that come back.
func (w *estateInTime) away(t *testing.T) {
	t.Helper()
	run, err := w.begin(t.Context(), w.runner(), "", typing(accepted()...))
	if err != nil {
		t.Fatal(err)
	}
	if v := reported(t, run); says(v, StepPublic) == "" {
		t.Fatalf("users are not served: %s", v.Note)
	}
	w.direct("return", east)
	if v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running }); v.Ending != runbook.Done {
		t.Fatalf("it ended %q: %s", v.Ending, v.Note)
	}
	time.Sleep(40 * time.Minute)
	w.again()
}

// again has the next process read lifeboat.yaml as it is now.
func (w *estateInTime) again() {
	refresh := w.cfg.Refresh
	w.cfg = configAt(w.t, w.cfg.Path)
	w.comeBack()
	w.cfg.Refresh = refresh
}

// done runs a procedure to its end.
func (w *estateInTime) done(kind Kind, by runbook.Operator) runbook.View {
	w.t.Helper()
	v := w.through(kind, by).View
	if v.Ending != runbook.Done {
		w.t.Fatalf("%s ended %q: %s\n%s", kind, v.Ending, v.Note, allSteps(v))
	}
	w.again()
	return v
}

// agrees holds that after a run every root of the stack plans to no changes.
func (w *estateInTime) agrees(v runbook.View) {
	w.t.Helper()
	if text := says(v, stepAgree); text != "done no changes in 8 roots" {
		w.t.Errorf("after %s Terraform says %q", v.Plan.Title, text)
	}
}

// takesUpWhatWasLeft: home goes dark before the region that was left rests. No copy has what home wrote since, and the name of a database
// that would be restored is taken: the one that was left is offered, behind an override. The point of its own restore is never taken again.
func (w *estateInTime) takesUpWhatWasLeft(t *testing.T) {
	t.Helper()
	w.direct("darken", east)
	time.Sleep(5 * time.Minute)
	r := w.runner()
	defer r.Close()
	p, pins, err := r.plan(t.Context(), Order{Run: "early", Kind: Failover})
	if err != nil || pins[PinLeft] == "" || pins[PinPoint] != "" {
		t.Fatalf("%v, %v", err, pins)
	}
	failing := p.(*crew).failing(r.settled(t.Context()))
	if !slices.ContainsFunc(failing, func(f runbook.Failing) bool {
		return f.Override == overrideReplica && strings.Contains(f.Text, "lacks everything since")
	}) {
		t.Errorf("it is begun without a word: %+v", failing)
	}
	w.direct("return", east)
	time.Sleep(5 * time.Minute)
}

// What users wrote away comes home, and the region rests again as it began, but for a snapshot: in a pilot light and in a cold standby.
func TestWhoHasTakenOverFromRecoveryPointsRestsAgainAsItBegan(t *testing.T) {
	for _, strategy := range []cloud.Holding{cloud.PilotLight, cloud.ColdStandby} {
		t.Run(string(strategy), func(t *testing.T) {
			if strategy == cloud.ColdStandby && os.Getenv("LIFEBOAT_E2E") != "full" {
				t.Skip("that of a pilot light goes the same way: LIFEBOAT_E2E=full has both run")
			}
			restoring(t, strategy, func(t *testing.T, w *estateInTime, _ []int) {
				w.direct("return", east)
				time.Sleep(2 * time.Minute)
				before := w.resting() + "\n" + w.shape()
				w.direct("darken", east)
				time.Sleep(2 * time.Minute)
				w.away(t)
				w.writeRows(20 * time.Second)
				w.agrees(w.done(Reprotect, typing()))
				time.Sleep(10 * time.Minute)
				back := w.done(Failback, typing())
				w.agrees(back)
				rows := w.stopRows()
				if text := says(back, StepReport); !strings.Contains(text, "us-west-2 does not rest yet") || !strings.Contains(text, "lifeboat deactivate") {
					t.Errorf("the failback says %q", text)
				}
				if lost := lostRows(rows, w.rowsOf(east)); len(lost) > 0 || len(rows) == 0 {
					t.Errorf("of %d rows %v are lost", len(rows), lost)
				}
				time.Sleep(40 * time.Minute)
				w.takesUpWhatWasLeft(t)
				o := &answering{reply: naming}
				v := w.done(Deactivate, o)
				if now := w.resting() + "\n" + w.shape(); now != before {
					t.Errorf("it rests with %s\nbegan with %s", now, before)
				}
				if text := says(v, StepReport); !strings.Contains(text, "us-west-2 rests") || !strings.Contains(text, "the snapshot davidshaevel-dr-db-kept-") {
					t.Errorf("it says %q", text)
				}
				w.in(func(in *cloud.World) {
					if !slices.ContainsFunc(in.Regions[1].Snapshots, func(s *cloud.Snapshot) bool { return strings.HasPrefix(s.ID, "davidshaevel-dr-db-kept-") }) {
						t.Error("no snapshot of the database is kept")
					}
					if b := in.Regions[1].Backups[0]; b.Source.ID != "davidshaevel-db" || b.Source != in.Regions[0].Database("davidshaevel-db") {
						t.Errorf("the copies are of %s", b.Source.ID)
					}
				})
				if r := w.cfg.Terraform.Inputs["restore"]; r != nil {
					t.Errorf("lifeboat.yaml still names %v", r)
				}
				if _, _, err := w.runner().plan(t.Context(), Order{Run: "again", Kind: Deactivate}); err == nil || !strings.Contains(err.Error(), "rests") {
					t.Errorf("it is put to rest again: %v", err)
				}
				time.Sleep(10 * time.Minute)
				w.direct("darken", east)
				time.Sleep(2 * time.Minute)
				_, pins, err := w.runner().plan(t.Context(), Order{Run: "later", Kind: Failover})
				if p, bad := readPoint(pins[PinPoint]); err != nil || bad != nil || time.Since(p.At) > 20*time.Minute {
					t.Errorf("the next failover restores %s, %v %v", pins[PinPoint], err, bad)
				}
			})
		})
	}
}
