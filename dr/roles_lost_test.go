package dr

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Users are in us-west-2, with the roles file's bucket, and us-west-2 is lost: they are taken home with this machine's copy, behind an
// override, and the bucket has the roles again when its region answers.
func TestAFailoverFromTheRegionOfTheRolesFileGoesOnWithTheLocalCopyBehindAnOverride(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.cfg.Roles = config.Roles{Bucket: w.Description().Regions[1].Buckets[0]}
		w.cfg.Defaults()
		w.stage(Failback)
		w.direct("darken", west)
		time.Sleep(time.Minute)

		refused := typing(OverrideReceipt)
		result := w.through(Failover, refused)
		if result.Ending == runbook.Done || slices.Contains(refused.asked, OverrideRoles) || !strings.Contains(failingText(refused, checkRoles), "this machine's copy of it is version ") {
			t.Fatalf("without its override it ended %q, the gate says %q", result.Ending, failingText(refused, checkRoles))
		}

		by := typing(OverrideReceipt, OverrideRoles)
		r := w.runner()
		defer r.Close()
		run := w.begun(r, Failover, by)
		v := waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
		if s, _ := v.Step(stepRolesBack); v.Ending != runbook.Running || s.State != runbook.StateNotDone || !slices.Contains(by.asked, OverrideRoles) {
			t.Fatalf("it is %q, %s, asked for %q\n%s", v.Ending, says(v, stepRolesBack), by.asked, stepsOf(v))
		}
		local := fileRoles{path: filepath.Join(r.state.Dir, rolesFile)}
		ours, _, err := local.Read(t.Context())
		if err != nil || ours.Writer != east || ours.Serving != east || !ours.NoStandby || ours.Frozen != "" {
			t.Errorf("this machine's copy is %+v, %v", ours, err)
		}
		if overridden := slices.ContainsFunc(v.Answers, func(a runbook.Answer) bool {
			return slices.ContainsFunc(a.Overrides, func(o runbook.Override) bool { return o.Phrase == OverrideRoles && o.Reason == "a test" })
		}); !overridden {
			t.Errorf("the journal does not tell of the override: %+v", v.Answers)
		}

		w.direct("return", west)
		v = waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
		if v.Ending != runbook.Done {
			t.Fatalf("with its region back it ended %q: %s\n%s", v.Ending, v.Note, stepsOf(v))
		}
		back, mark, err := r.state.Roles.Read(t.Context())
		if err != nil || mark == "" || asJSON(back) != asJSON(ours) {
			t.Errorf("the bucket has %+v, %v; want %+v", back, err, ours)
		}
	})
}

// failingText is what a gate has found failing, by its id.
func failingText(p *phrases, id string) string {
	for _, n := range p.notice {
		for _, f := range n.Failing {
			if f.ID == id {
				return f.Text
			}
		}
	}
	return ""
}
