package dr

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// accepted are what a pilot light's failover is asked for while the region that it leaves does not answer.
func accepted() []string {
	return []string{OverrideReceipt, overrideSend, runbook.AcceptPhrase("apply-data", east), runbook.AcceptPhrase("apply-compute", east)}
}

// restoring runs f with an estate that has no replica, whose time passes fast, and whose first region goes dark after rows were written.
func restoring(t *testing.T, estate cloud.Holding, f func(t *testing.T, w *estateInTime, rows []int)) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	inTimeOf(t, string(estate), func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		every := config.Duration(2 * time.Minute)
		w.cfg.Refresh.Fast, w.cfg.Refresh.Edge, w.cfg.Refresh.Database, w.cfg.Refresh.Slow = every, every, every, every
		w.writeRows(20 * time.Second)
		time.Sleep(25 * time.Minute)
		rows := w.stopRows()
		w.direct("darken", east)
		time.Sleep(2 * time.Minute)
		f(t, w, rows)
	})
}

// begin starts a failover with a recovery point.
func (w *estateInTime) begin(ctx context.Context, r *Runner, point string, by runbook.Operator) (*runbook.Run, error) {
	return r.Begin(ctx, Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, RecoveryPoint: point, Operator: by})
}

// reported goes on until a run has told its end, or has ended.
func reported(t *testing.T, run *runbook.Run) runbook.View {
	t.Helper()
	return waitFor(t, run, func(v runbook.View) bool {
		s, _ := v.Step(StepReport)
		return s.State.Over() || v.Ending != runbook.Running
	})
}

// The whole of it with us-east-1 dark, IAM, CloudFront and Route 53 with it: everything that the run waits for is in us-west-2 or at
// Cloudflare, and the rows of before the recovery point are there, none of after it.
func TestAPilotLightTakesOverWhileTheOtherRegionIsDark(t *testing.T) {
	restoring(t, cloud.PilotLight, func(t *testing.T, w *estateInTime, rows []int) {
		var mu sync.Mutex
		var leaned []string
		asked := func(ctx context.Context, a aws.Asked) {
			global := strings.HasPrefix(a.Operation, "iam:") || strings.HasPrefix(a.Operation, "cloudfront:") || strings.HasPrefix(a.Operation, "route53:")
			if (a.Region == east || global) && !runbook.IsBestEffort(ctx) {
				mu.Lock()
				defer mu.Unlock()
				leaned = append(leaned, a.Operation+" on "+a.Region)
			}
		}
		by := typing(accepted()...)
		run, err := w.begin(t.Context(), w.runner(func(o *RunnerOptions) { o.Asked = asked }), "", by)
		if err != nil {
			t.Fatal(err)
		}
		v := reported(t, run)
		if s, _ := v.Step(StepPublic); s.State != runbook.StateDone {
			t.Fatalf("users are not served: %s; %s", says(v, StepPublic), v.Note)
		}
		if len(leaned) > 0 {
			t.Errorf("the run leaned on what is dark: %v", leaned)
		}
		w.restoredRows(v, rows)
		for _, phrase := range []string{"apply foundation", "apply data", "apply compute", SendPhrase(west), runbook.AcceptPhrase("apply-data", east)} {
			if !slices.Contains(by.asked, phrase) {
				t.Errorf("nobody was asked for %q: %q", phrase, by.asked)
			}
		}
		if n := by.notice["gate open"]; !strings.Contains(n.Data, "since the recovery point") || !strings.Contains(strings.Join(n.What, "; "), "from replicated backups of davidshaevel-db") {
			t.Errorf("the gate says %+v", n)
		}
		w.direct("return", east)
		if v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running }); v.Ending != runbook.Done {
			t.Errorf("it ended %q: %s", v.Ending, v.Note)
		}
		w.in(func(in *cloud.World) {
			if n := len(in.Regions[1].Balancers); n != 1 {
				t.Errorf("%d balancers", n)
			}
			for _, name := range []string{"davidshaevel-dr-backend", "davidshaevel-dr-frontend"} {
				if s := in.Regions[1].Service(name); s == nil {
					t.Errorf("there is no %s", name)
				} else if s.Grace >= w.cfg.Waits.Grace.D() {
					t.Errorf("%s keeps its health checks' grace of %s, and with it a task that is ill", name, s.Grace)
				}
			}
		})
	})
}

// restoredRows holds what the application shows against what was acknowledged: everything up to the recovery point, nothing after it.
func (w *estateInTime) restoredRows(v runbook.View, acknowledged []int) {
	w.t.Helper()
	p, err := readPlan(v.Pins)
	if err != nil {
		w.t.Fatal(err)
	}
	var before []int
	source := w.rowsWritten(east, p.source)
	for n, at := range source {
		if slices.Contains(acknowledged, n) && !at.After(p.point.At) {
			before = append(before, n)
		}
	}
	shown := w.rowsOf(west)
	if lost := lostRows(before, shown); len(lost) > 0 || len(before) == 0 {
		w.t.Errorf("of %d rows of before the recovery point %v are lost", len(before), lost)
	}
	for _, n := range shown {
		if at, of := source[n]; of && at.After(p.point.At) {
			w.t.Errorf("row %d of %s is there, after the recovery point %s", n, at, p.point.At)
		}
	}
}

// rowsWritten are the numbered rows of a database by their time of commit.
func (w *estateInTime) rowsWritten(region, id string) map[int]time.Time {
	rows, err := w.Cloud().Rows(region, id)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[int]time.Time{}
	for _, r := range rows {
		out[int(r.Number)] = r.At
	}
	return out
}

func TestAColdStandbyTakesOver(t *testing.T) {
	restoring(t, cloud.ColdStandby, func(t *testing.T, w *estateInTime, rows []int) {
		run, err := w.begin(t.Context(), w.runner(), "", typing(accepted()...))
		if err != nil {
			t.Fatal(err)
		}
		v := reported(t, run)
		if s, _ := v.Step(StepPublic); s.State != runbook.StateDone {
			t.Fatalf("users are not served: %s; %s", says(v, StepPublic), v.Note)
		}
		w.restoredRows(v, rows)
	})
}

// Incident 12: the snapshot is of before the password was rotated, so that the application could not log in.
func TestAfterARestoreTheApplicationLogsInThoughThePasswordWasRotatedSince(t *testing.T) {
	restoring(t, cloud.PilotLight, func(t *testing.T, w *estateInTime, _ []int) {
		w.blind() // the health answer alone must prove it
		oldest := ""
		w.in(func(in *cloud.World) { oldest = in.Regions[1].Snapshots[0].ID })
		run, err := w.begin(t.Context(), w.runner(), oldest, typing(accepted()...))
		if err != nil {
			t.Fatal(err)
		}
		v := reported(t, run)
		if text := says(v, stepVerify); !strings.Contains(text, "database connected") {
			t.Errorf("on the balancer: %s; %s", text, v.Note)
		}
		if text := v.Pins[PinPoint]; !strings.Contains(text, oldest) {
			t.Errorf("restored from %s", text)
		}
		for _, e := range entriesOf(t, w, v.Run) {
			if strings.Contains(string(e), cloud.FirstPassword) {
				t.Errorf("the password is in the journal: %s", e)
			}
		}
	})
}

// entriesOf are a run's journal as it is kept.
func entriesOf(t *testing.T, w *estateInTime, run string) [][]byte {
	t.Helper()
	s, err := w.runners[0].state.Archive.Store(run)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := runbook.Entries(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, e := range entries {
		out = append(out, []byte(asJSON(e)))
	}
	return out
}

// Incident 4: "latest" is decided once. A run that is begun again after a newer point has appeared means the first one, and a database
// that exists is never replaced.
func TestARerunNeverTakesAnotherRecoveryPointAndNeverReplacesADatabase(t *testing.T) {
	restoring(t, cloud.PilotLight, func(t *testing.T, w *estateInTime, _ []int) {
		w.direct("return", east)
		time.Sleep(2 * time.Minute)
		r := w.runner()
		by := typing(accepted()...)
		first := diesBefore(t, w, r, by, StepPromote)
		was := w.resourceOf(west, "davidshaevel-dr-db")
		w.in(func(in *cloud.World) { in.Matured() })                      // newer snapshots
		time.Sleep(40 * time.Minute)                                      // and newer moments
		w.cfg.Terraform.Inputs = configAt(t, w.cfg.Path).Terraform.Inputs // as another process reads them
		_, pins, err := w.runner().plan(t.Context(), Order{Run: "later", Kind: Failover})
		if err != nil {
			t.Fatal(err)
		}
		if pins[PinPoint] != first.Pins[PinPoint] && !samePoint(t, pins[PinPoint], first.Pins[PinPoint]) {
			t.Errorf("the second run means %s, the first %s", pins[PinPoint], first.Pins[PinPoint])
		}
		if _, _, err := w.runner().plan(t.Context(), Order{Run: "other", Kind: Failover, RecoveryPoint: time.Now().Add(-20 * time.Minute).UTC().Format(pointForm)}); err == nil || !strings.Contains(err.Error(), "never replaced") {
			t.Errorf("another point is taken for a database that exists: %v", err)
		}
		if now := w.resourceOf(west, "davidshaevel-dr-db"); now != was || was == "" {
			t.Errorf("the database is %q, and was %q", now, was)
		}
	})
}

// diesBefore begins a failover whose process ends right before a step's first entry is written.
func diesBefore(t *testing.T, w *estateInTime, r *Runner, by runbook.Operator, step string) runbook.View {
	t.Helper()
	ctx, stop := context.WithCancelCause(t.Context())
	r.state.Archive = endingArchive{r.state.Archive, `"` + step + `"`, stop}
	run, err := w.begin(ctx, r, "", by)
	if err != nil {
		t.Fatal(err)
	}
	run.Wait()
	if context.Cause(ctx) == nil {
		t.Fatalf("%s was never reached: %s", step, run.View().Note)
	}
	return run.View()
}

// endingArchive ends a process before it writes of a step.
type endingArchive struct {
	runbook.Archive
	step string
	end  context.CancelCauseFunc
}

func (a endingArchive) Store(run string) (runbook.Store, error) {
	s, err := a.Archive.Store(run)
	return endingStore{s, a.step, a.end}, err
}

type endingStore struct {
	runbook.Store
	step string
	end  context.CancelCauseFunc
}

func (s endingStore) Append(ctx context.Context, seq int64, entry []byte) error {
	if seq > 1 && strings.Contains(string(entry), s.step) {
		s.end(errCrash)
		return errCrash
	}
	return s.Store.Append(ctx, seq, entry)
}

func configAt(t *testing.T, path string) *config.Config {
	t.Helper()
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func samePoint(t *testing.T, a, b string) bool {
	t.Helper()
	p, errA := readPoint(a)
	q, errB := readPoint(b)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	return p.Same(q)
}

// resourceOf is the resource id of a database, which no other ever has; "" where there is none.
func (w *estateInTime) resourceOf(region, id string) (resource string) {
	w.in(func(in *cloud.World) {
		if db := in.Region(region).Database(id); db != nil {
			resource = db.ResourceID
		}
	})
	return resource
}

func TestRecoveryPointsAreListedByOriginalTimeAndOnlyWholeOnesAreChosen(t *testing.T) {
	inTimeOf(t, string(cloud.PilotLight), func(t *testing.T, w *estateInTime) {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		points := RestorePoints(w.runner().settled(t.Context()), west)
		if len(points) < 9 || points[0].Backups == "" && points[1].Backups == "" {
			t.Fatalf("%+v", points)
		}
		if !slices.IsSortedFunc(points, func(a, b RestorePoint) int { return b.At.Compare(a.At) }) {
			t.Error("they are not in the order of their original times")
		}
		i := slices.IndexFunc(points, func(p RestorePoint) bool { return strings.HasPrefix(p.Waits, "in progress, ") })
		if i < 0 {
			t.Fatalf("none is in progress: %+v", points)
		}
		if _, err := choosePoint(points, points[i].Snapshot); err == nil || !strings.Contains(err.Error(), "in progress") {
			t.Errorf("one in progress is chosen: %v", err)
		}
		newest, err := choosePoint(points, "")
		if err != nil || newest.Waits != "" || newest.Backups == "" {
			t.Errorf("the newest is %+v, %v", newest, err)
		}
		at := newest.At.Add(-time.Hour)
		if p, err := choosePoint(points, at.Format(time.RFC3339)); err != nil || !p.At.Equal(at) || p.Backups == "" {
			t.Errorf("an hour before it is %+v, %v", p, err)
		}
		for _, named := range []string{newest.At.Add(time.Hour).Format(time.RFC3339), "latest", "davidshaevel-db"} {
			if p, err := choosePoint(points, named); err == nil {
				t.Errorf("%q is %+v", named, p)
			}
		}
	})
}

// What speaks against a restore is said before anything is begun.
func TestARestoreThatCannotBeDoneIsNotBegun(t *testing.T) {
	inTimeOf(t, string(cloud.PilotLight), func(t *testing.T, w *estateInTime) {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		r := w.runner()
		w.in(func(in *cloud.World) { in.Regions[1].Backups, in.Regions[1].Snapshots = nil, nil })
		time.Sleep(10 * time.Minute)
		if _, err := w.begin(t.Context(), r, "", typing()); err == nil || !strings.Contains(err.Error(), "there is no recovery point") {
			t.Errorf("without any recovery point: %v", err)
		}
		if _, err := r.Begin(t.Context(), Order{Run: "s", Kind: Switchover, Operator: typing()}); err == nil {
			t.Error("a switchover is begun without a replica")
		}
	})
}

// The way home begins as that of a warm standby: the region that was left follows the database that was restored.
func TestAfterARestoreTheRegionThatWasLeftStandsByAgain(t *testing.T) {
	restoring(t, cloud.PilotLight, func(t *testing.T, w *estateInTime, _ []int) {
		run, err := w.begin(t.Context(), w.runner(), "", typing(accepted()...))
		if err != nil {
			t.Fatal(err)
		}
		reported(t, run)
		w.direct("return", east)
		if v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running }); v.Ending != runbook.Done {
			t.Fatalf("it ended %q: %s", v.Ending, v.Note)
		}
		time.Sleep(40 * time.Minute)
		w.cfg = configAt(t, w.cfg.Path)
		w.lookSeldom()
		v := w.run(w.runner(), Reprotect, typing()).View
		if v.Ending != runbook.Done || !strings.Contains(says(v, StepReport), "davidshaevel-db follows davidshaevel-dr-db") {
			t.Errorf("%s: %s; %s", v.Ending, says(v, StepReport), v.Note)
		}
		for _, root := range []string{"foundation", "data", "compute"} {
			if text := v.Pins["terraform.agrees"]; !strings.Contains(text, `{"root":"`+root+`","state":"no changes"}`) {
				t.Errorf("%s: %s", root, text)
			}
		}
		w.in(func(in *cloud.World) {
			for _, s := range in.Regions[1].ScalableTargets {
				if s.Min == 0 {
					t.Errorf("%s has no floor where it serves", s.ResourceID)
				}
			}
		})
	})
}
