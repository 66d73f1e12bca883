package dr

import (
	"slices"
	"strings"

	"lifeboat/dr/runbook"
)

// agreement finds the roots of the stack that do not agree with what is, by the journals: as the newest run that looked has left them, until
// a later one, a plan alone among them, has found no changes.
func (j *join) agreement() {
	r := &j.e.Record
	if j.in.Record == nil || !r.Seen.Known() {
		return
	}
	settled := map[string]bool{}
	for _, read := range slices.Backward(j.in.Record.Runs.Value) {
		v := read.View
		if list := Agreements(v.Pins); list != nil {
			for _, a := range list {
				if a.State != AgreesYes && !settled[a.Root] {
					j.disagrees(v, a)
				}
			}
			return
		}
		for _, root := range plannedEmpty(v) {
			settled[root] = true
		}
	}
}

// plannedEmpty are the roots that a run of Provision has found without changes, or has left so.
func plannedEmpty(v runbook.View) []string {
	if Kind(v.Pins[PinKind]) != Provision {
		return nil
	}
	var roots []string
	for _, s := range v.Steps {
		if root, is := strings.CutPrefix(s.ID, "plan-"); is && s.State == runbook.StateDone && s.Text == AgreesYes {
			roots = append(roots, root)
		}
		if root, is := strings.CutPrefix(s.ID, "verify-"); is && s.State == runbook.StateDone && !v.Plan.DryRun {
			roots = append(roots, root)
		}
	}
	return roots
}

// disagrees is a finding of the region that a root is in.
func (j *join) disagrees(v runbook.View, a Agreement) {
	side := &j.sides[1]
	if a.Root == "primary" || a.Root == "source" {
		side = &j.sides[0]
	}
	remedy := "see what it would change: lifeboat provision --phase " + phaseOf(a.Root) + " --plan-only"
	if a.Until != "" {
		remedy = "once " + a.Until + " is back: lifeboat provision --phase " + phaseOf(a.Root) + " --plan-only"
	}
	side.find(Finding{ID: "terraform", Level: Warn, Seen: j.e.Record.Seen, Text: short("Terraform's root " + a.Words() + ", by run " + plain(v.Run)), Remedy: remedy})
}

// phaseOf is the phase that a run of Provision plans a root in.
func phaseOf(root string) string {
	for _, phase := range ProvisionPhases {
		for _, r := range phaseRoots(phase) {
			if r.Name == root && root != "bootstrap" {
				return phase
			}
		}
	}
	return "foundation"
}
