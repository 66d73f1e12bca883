package cli

import (
	"errors"
	"slices"
	"testing"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// A command without a run takes up the newest that can be: one that a newer promotion has overtaken would be refused, and is not meant.
func TestWhatIsTakenUpWithoutAName(t *testing.T) {
	kept := func(id string, kind dr.Kind, ending runbook.Ending, err error) runbook.Kept {
		v := runbook.View{Run: id, Ending: ending, Plan: runbook.Plan{Name: string(kind)}}
		if kind == dr.Failover {
			v.Steps = []runbook.StepView{{PlannedStep: runbook.PlannedStep{ID: dr.StepPromote}, Begun: true}}
		}
		return runbook.Kept{Run: id, View: v, Err: err}
	}
	dry := kept("6", dr.Switchover, runbook.Stopped, nil)
	dry.View.Plan.DryRun = true
	var got []string
	for _, k := range openOf([]runbook.Kept{
		dry, kept("5", dr.Reprotect, runbook.Stopped, nil), kept("4", dr.Failover, runbook.Done, nil), kept("3", dr.Reprotect, runbook.Stopped, nil),
		kept("2", dr.Provision, runbook.Stopped, nil), kept("1", dr.Switchover, runbook.Stopped, errors.New("its journal is broken")),
	}) {
		got = append(got, k.Run)
	}
	if want := []string{"5", "2", "1"}; !slices.Equal(got, want) {
		t.Errorf("open are %q, want %q", got, want)
	}
}
