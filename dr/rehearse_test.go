package dr

import (
	"os"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A dry run plans the activated form of a pilot light against the estate as it is, and changes nothing: readiness then says how old
// that is.
func TestADryRunPlansWhatAnActivationWouldMake(t *testing.T) {
	restoring(t, cloud.PilotLight, func(t *testing.T, w *estateInTime, _ []int) {
		w.direct("return", east)
		time.Sleep(4 * time.Minute)
		file, _ := os.ReadFile(w.cfg.Path)
		was, roles := w.state(), asJSON(w.rolesNow())
		r := w.runner()
		if c := checkOf(t, r.settled(t.Context()).Checks, "activation"); c.Verdict != CheckWarn || c.Text != "it was never planned" {
			t.Errorf("before any: %s: %s", c.Verdict, c.Text)
		}
		rehearse := func() runbook.View {
			run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "failover"), Kind: Failover, DryRun: true, Operator: typing()})
			if err != nil {
				t.Fatal(err)
			}
			return run.Wait().View
		}
		v := rehearse()
		for step, want := range map[string]string{"plan-foundation": " to add", "plan-data": " to add", "plan-compute": " to add"} {
			if text := says(v, step); !strings.HasPrefix(text, "done ") || !strings.Contains(text, want) {
				t.Errorf("%s: %s", step, text)
			}
		}
		if now, _ := os.ReadFile(w.cfg.Path); w.state() != was || string(now) != string(file) || asJSON(w.rolesNow()) != roles {
			t.Error("a dry run has changed something")
		}
		time.Sleep(5 * time.Minute)
		if c := checkOf(t, r.settled(t.Context()).Checks, "activation"); c.Verdict != CheckPass || !strings.HasPrefix(c.Text, "it was planned ") {
			t.Errorf("after one: %s: %s", c.Verdict, c.Text)
		}
	})
}

// rolesNow is the roles file as it is.
func (w *estateInTime) rolesNow() Roles {
	w.t.Helper()
	r := w.runner()
	defer r.Close()
	roles, _, err := r.state.Roles.Read(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return roles
}

// What did not plan fails, what was planned long ago is not known to plan now, and a warm standby has nothing to activate.
func TestAnActivationIsJudgedByItsNewestPlan(t *testing.T) {
	rehearsed := func(age time.Duration, last runbook.EntryKind) *diary {
		d, plan := &diary{at: noon.Add(-age)}, failoverPlan(Failover, east, west)
		plan.DryRun = true
		for _, root := range activationRoots {
			plan.Steps = append(plan.Steps, runbook.PlannedStep{ID: "plan-" + root, Title: "plan " + root})
		}
		d.write(runbook.Entry{Run: runbook.NewRunID(d.at, string(Failover)), Kind: runbook.EntryPlan, Plan: plan})
		d.step("plan-foundation", time.Minute, 0).step("plan-data", time.Minute, 0)
		d.write(runbook.Entry{Kind: runbook.EntryBegan, Step: "plan-compute"}).later(time.Minute)
		return d.write(runbook.Entry{Kind: last, Step: "plan-compute", Text: "Error: Unsupported argument"}).end(runbook.Stopped)
	}
	for name, c := range map[string]struct {
		runs    []*diary
		verdict CheckVerdict
		text    string
	}{
		"planned yesterday":     {[]*diary{rehearsed(24*time.Hour, runbook.EntryDone)}, CheckPass, "it was planned 23 h 57 min ago"},
		"planned long ago":      {[]*diary{rehearsed(9*24*time.Hour, runbook.EntryDone)}, CheckWarn, "it was planned last 8 days ago"},
		"broken since":          {[]*diary{rehearsed(24*time.Hour, runbook.EntryDone), rehearsed(time.Hour, runbook.EntryFailed)}, CheckFail, "it did not plan 57 min ago: compute: Error: Unsupported argument"},
		"a run of another kind": {[]*diary{whole(Switchover, east, west, noon.Add(-time.Hour))}, CheckWarn, "it was never planned"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pilot(config.PilotLight)
			s.journals(c.runs...)
			if got := checkOf(t, Checks(s.join(), east, Failover), "activation"); got.Verdict != c.verdict || got.Text != c.text || got.Blocking {
				t.Errorf("%+v", got)
			}
		})
	}
	for _, c := range Checks(fit().join(), east, Failover) {
		if c.ID == "activation" {
			t.Errorf("a warm standby is asked: %+v", c)
		}
	}
}
