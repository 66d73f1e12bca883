package dr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/runbook"
)

// rehearse has Terraform plan what an activation would make, though nothing has changed the roles file and nothing is restored: a dry run
// then tells whether the activation still plans. What only exists once it is restored gets a name that stands for it.
func (w *crew) rehearse() {
	w.build.sizes = func(_ string, r Roles) Roles {
		w.room(&r)
		r.Frozen = "" // by the run that pinned the point, perhaps: what applies nothing may plan all the same
		return r
	}
	w.build.overlay = func(string) map[string]any {
		vars := map[string]any{"roles_unchecked": "a dry run plans what an activation would make"}
		if w.build.output("data", "database_host") == "" {
			vars["database_host"] = fmt.Sprintf("%s.restored.%s.rds.amazonaws.com", w.p.replica, w.p.to)
		}
		return vars
	}
}

// rehearsalDue is how old the newest plan of an activation may be: modules and accounts change under it.
const rehearsalDue = 7 * 24 * time.Hour

// activationRoots are those that a failover of a cold standby or a pilot light plans.
var activationRoots = []string{"foundation", "data", "compute"}

// activation tells whether what does not run could still be made: by the newest run that has planned it, a dry run above all.
func (c *checker) activation() answer {
	r := c.e.Record
	a := answer{seen: r.Seen, remedy: "lifeboat failover --dry-run plans it and changes nothing"}
	if c.in.Record == nil || !r.Seen.Known() {
		return unreadable("when it was planned last", r.Seen)
	}
	v, failed, ok := c.lastActivation()
	age := c.now.Sub(v.Changed)
	switch {
	case !ok:
		a.verdict, a.text = CheckWarn, "it was never planned"
	case failed != "":
		a.verdict, a.text = CheckFail, fmt.Sprintf("it did not plan %s: %s", ago(age), short(failed))
	case age > rehearsalDue:
		a.verdict, a.text = CheckWarn, "it was planned last "+ago(age)
	default:
		a.verdict, a.text, a.remedy = CheckPass, "it was planned "+ago(age), ""
	}
	return a
}

// lastActivation is the newest run to this region that has planned all roots of an activation, or has failed at one: then failed says why.
func (c *checker) lastActivation() (v runbook.View, failed string, ok bool) {
	for _, run := range slices.Backward(c.in.Record.Runs.Value) {
		v = run.View
		if v.Plan.Name != string(Failover) || v.Plan.To != c.to.cfg.Name {
			continue
		}
		planned := 0
		for _, root := range activationRoots {
			switch s, there := v.Step("plan-" + root); {
			case there && s.State == runbook.StateDone:
				planned++
			case there && s.State == runbook.StateFailed:
				return v, strings.TrimSpace(root + ": " + s.Text), true
			}
		}
		if planned == len(activationRoots) {
			return v, "", true
		}
	}
	return v, "", false
}
