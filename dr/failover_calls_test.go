package dr

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// The x-ray, the wizard and the journal show what a step calls: a call that no step declares is one that nobody was told of. Who
// runs it and where the journal is kept belong to the run, and to no step.
func TestARunMakesNoCallThatNoStepDeclares(t *testing.T) {
	for _, kind := range []Kind{Failover, Switchover} {
		inTime(t, func(t *testing.T, w *estateInTime) {
			w.blind()
			w.operated(false, time.Hour)
			var mu sync.Mutex
			made := map[string]bool{}
			r := w.runner(func(o *RunnerOptions) {
				o.Asked = func(_ context.Context, a aws.Asked) {
					mu.Lock()
					defer mu.Unlock()
					if a.Operation != "sts:GetCallerIdentity" {
						made[callIn(a.Operation, a.Region)] = true
					}
				}
			})
			result := w.run(r, kind, typing("go on with an unproven lag", OverrideReceipt))
			if result.Ending != runbook.Done {
				t.Fatalf("%s: %q: %v", kind, result.Ending, result.Err)
			}
			declared := map[string]bool{}
			for _, s := range result.View.Plan.Steps {
				for _, c := range s.Calls {
					declared[callIn(c.Operation, c.Region)] = true
				}
			}
			var missing []string
			for call := range made {
				if !declared[call] {
					missing = append(missing, call)
				}
			}
			if slices.Sort(missing); len(missing) > 0 || len(made) < 15 || !made["sts:AssumeRole us-west-2"] {
				t.Errorf("%s: of %d kinds of calls no step declares %s", kind, len(made), strings.Join(missing, ", "))
			}
		})
	}
}

// callIn names a call; CloudFront's and Cloudflare's belong to no region.
func callIn(operation, region string) string {
	if service, _, _ := strings.Cut(operation, ":"); service == "cloudfront" || service == "cloudflare" {
		region = ""
	}
	return strings.TrimSpace(operation + " " + region)
}

func TestADryRunChangesNothingAndReportsNothing(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		r := w.runner(func(o *RunnerOptions) {
			o.Asked = func(_ context.Context, a aws.Asked) {
				if a.Changes {
					t.Errorf("a dry run called %s of %s", a.Operation, a.Target)
				}
			}
		})
		run, err := r.Begin(t.Context(), Order{Run: runbook.NewRunID(time.Now(), "switchover"), Kind: Switchover, DryRun: true, Operator: typing()})
		if err != nil {
			t.Fatal(err)
		}
		v := run.Wait().View
		if s, _ := v.Step(StepReport); v.Ending != runbook.Done || !strings.HasPrefix(s.Text, "nothing was changed") {
			t.Errorf("%q: the report says: %s", v.Ending, s.Text)
		}
		if s, _ := v.Step(StepPromote); s.State != runbook.StateWouldDo {
			t.Errorf("the promotion is %s", says(v, StepPromote))
		}
	})
}
