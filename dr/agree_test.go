package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// disagreeing is a failover whose look found two roots that do not agree.
func disagreeing() *diary {
	list := []Agreement{
		{Root: "data", State: AgreesYes},
		{Root: "compute", State: AgreesNot, Text: "1 to change (aws_lb.this)"},
		{Root: "primary", State: AgreesUnseen, Until: "us-east-1", Text: "its AWS API does not answer"},
	}
	return whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)).pin(PinAgree, asJSON(list))
}

// lookedAgain is a run of Provision whose plans of a phase's roots said something.
func lookedAgain(root, text string, at time.Time) *diary {
	d := &diary{at: at}
	d.write(runbook.Entry{Run: runbook.NewRunID(at, string(Provision)), Kind: runbook.EntryPlan, Plan: &runbook.Plan{
		Name: string(Provision), DryRun: true, Pins: runbook.Pins{PinKind: string(Provision)}, Steps: []runbook.PlannedStep{{ID: "plan-" + root}},
	}})
	d.write(runbook.Entry{Kind: runbook.EntryBegan, Step: "plan-" + root})
	return d.write(runbook.Entry{Kind: runbook.EntryDone, Step: "plan-" + root, Result: runbook.OutcomeDone, Text: text}).end(runbook.Done)
}

func terraformFindings(e *Estate) (out []string) {
	for i := range e.Regions {
		for _, f := range e.Regions[i].Findings {
			if f.ID == "terraform" {
				out = append(out, e.Regions[i].Name+": "+f.Text+" / "+f.Remedy)
			}
		}
	}
	return out
}

func TestARootThatDoesNotAgreeIsToldUntilALaterLookFindsNoChanges(t *testing.T) {
	primary := "us-east-1: Terraform's root primary unchecked until us-east-1 is back: its AWS API does not answer, by run "
	compute := "us-west-2: Terraform's root compute would change what is now: 1 to change (aws_lb.this), by run "
	hour := noon.Add(-time.Hour)
	for name, c := range map[string]struct {
		later []*diary
		want  []string
	}{
		"nothing since":              {nil, []string{primary, compute}},
		"a plan without changes":     {[]*diary{lookedAgain("compute", "no changes", hour)}, []string{primary}},
		"a plan with changes":        {[]*diary{lookedAgain("compute", "1 to change", hour)}, []string{primary, compute}},
		"a later run that agrees":    {[]*diary{begin(Reprotect, "us-east-1", "us-west-2", hour).pin(PinAgree, asJSON([]Agreement{{Root: "compute", State: AgreesYes}})).end(runbook.Done)}, nil},
		"a later run without a look": {[]*diary{begin(Reprotect, "us-east-1", "us-west-2", hour).end(runbook.Done)}, []string{primary, compute}},
	} {
		t.Run(name, func(t *testing.T) {
			got := terraformFindings(fit().journals(append([]*diary{disagreeing()}, c.later...)...).join())
			if len(got) != len(c.want) {
				t.Fatalf("found %q, want %q", got, c.want)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(got[i], want) || !strings.Contains(got[i], " --plan-only") {
					t.Errorf("found %q, want %q", got[i], want)
				}
			}
		})
	}
}

// A root is planned where its own region, the states' and the home of what it is made by answer.
func TestRootsLeanOnTheRegionsThatTheirPlansAsk(t *testing.T) {
	b := &builder{c: &config.Config{Regions: config.Regions{Primary: config.Region{Name: "eu-west-1"}, Standby: config.Region{Name: "eu-central-1"}}}}
	got := map[string]string{}
	for _, r := range tf.Roots {
		got[r.Name] = strings.Join(b.leansOn(r), " ")
	}
	for root, want := range map[string]string{
		"bootstrap": "eu-central-1", "foundation": "eu-central-1", "data": "eu-central-1", "compute": "eu-central-1",
		"primary": "eu-central-1 eu-west-1", "source": "eu-central-1 eu-west-1", "identity": "eu-central-1 us-east-1", "failover": "eu-central-1 us-east-1",
	} {
		if got[root] != want {
			t.Errorf("%s leans on %q, want %q", root, got[root], want)
		}
	}
}

func TestWhatAnUndecidedRootSaysIsCounted(t *testing.T) {
	list := Agreements(disagreeing().view().Pins)
	want := "no changes in 1 root; compute would change what is now: 1 to change (aws_lb.this); primary unchecked until us-east-1 is back: its AWS API does not answer"
	if got := agreementWords(list); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := agreementWords([]Agreement{{Root: "data", State: AgreesYes}, {Root: "compute", State: AgreesYes}}); got != "no changes in 2 roots" {
		t.Errorf("%q", got)
	}
}

// An estate without Terraform of Lifeboat's goes there and back, and its owner is told what his root needs.
func TestTheOwnerOfARootIsToldWhatMakesHisTerraformAgree(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.stage(Reprotect)
		by := typing()
		result := w.through(Reprotect, by)
		if result.Ending != runbook.Done {
			t.Fatalf("it ended %q: %v\n%s", result.Ending, result.Err, stepsOf(result.View))
		}
		var kept Rebuild
		r := w.runner()
		defer r.Close()
		if p, err := readPlan(result.View.Pins); err != nil {
			t.Fatal(err)
		} else {
			kept = *p.rebuild
		}
		got := strings.Join(OwnerLines(result.View.Pins), "\n")
		for _, want := range []string{
			"# kept as " + kept.Kept, "terraform state rm 'aws_db_instance.NAME'", "removed {\n  from = aws_db_instance.NAME\n",
			"import {\n  to = aws_db_instance.NAME\n  id = \"" + kept.Name() + "\"\n}", "While us-west-2 writes, that has\n#    replicate_source_db = \"" + kept.Order.Source + "\"\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("not told: %s\n%s", want, got)
			}
		}
		if slices.ContainsFunc(result.View.Steps, func(s runbook.StepView) bool { return s.ID == stepAgree || s.ID == stepLetGo }) {
			t.Errorf("Terraform is run where there is none:\n%s", stepsOf(result.View))
		}
	})
}
