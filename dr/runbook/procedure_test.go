package runbook_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

func sound() runbook.Procedure { return newBench().seat().failover() }

func TestAProcedureThatIsNotSoundIsRefusedWithTheReason(t *testing.T) {
	good := sound()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(p *runbook.Procedure){
		`step "fence" is there twice`:                                       func(p *runbook.Procedure) { p.Steps[1].ID = "fence" },
		`step "deploy" comes after "promot", which does not exist`:          func(p *runbook.Procedure) { p.Steps[4].After[0] = "promot" },
		"fence -> verify -> deploy -> promote -> fence":                     func(p *runbook.Procedure) { p.Steps[0].After = []string{"verify"} },
		"floors -> floors":                                                  func(p *runbook.Procedure) { p.Steps[2].After = []string{"floors"} },
		"it has no time-out":                                                func(p *runbook.Procedure) { p.Steps[2].Timeout = 0 },
		"it has a Do but no Check":                                          func(p *runbook.Procedure) { p.Steps[2].Check = nil },
		"it has a Do but names no call":                                     func(p *runbook.Procedure) { p.Steps[2].Calls = nil },
		"no command for paper mode":                                         func(p *runbook.Procedure) { p.Steps[2].Paper = nil },
		`the cost of undoing it is ""`:                                      func(p *runbook.Procedure) { p.Steps[2].Undoing = "" },
		"says that it can never be undone":                                  func(p *runbook.Procedure) { p.Steps[2].Undoing = runbook.UndoNever },
		"it has a gate but changes nothing":                                 func(p *runbook.Procedure) { p.Steps[5].Gate = p.Steps[0].Gate },
		"it is the commit point but changes nothing":                        func(p *runbook.Procedure) { p.Steps[5].Commit = true },
		"its gate has no id or no phrase":                                   func(p *runbook.Procedure) { p.Steps[6].Gate = &runbook.Gate{ID: "x", Phrase: " "} },
		`gate "open" is also the id of another gate`:                        func(p *runbook.Procedure) { p.Steps[6].Gate = &runbook.Gate{ID: "open", Phrase: "x"} },
		`call ecs:floors is on plane "", which is neither control nor data`: func(p *runbook.Procedure) { p.Steps[2].Calls[0].Plane = "" },
		"without a deadline for one attempt":                                func(p *runbook.Procedure) { p.Steps[0].Deadline = 0 },
		"has no steps":                                                      func(p *runbook.Procedure) { p.Steps = nil },
		"needs a name and a title":                                          func(p *runbook.Procedure) { p.Title = "" },
		"it has nothing to do":                                              func(p *runbook.Procedure) { p.Steps[5].Verify = nil },
	} {
		p := sound()
		spoil(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, said: %v", want, err)
		}
	}
}

func TestTheLintRefusesWhatAnUnplannedRunWouldWaitFor(t *testing.T) {
	const c, d = runbook.Control, runbook.Data
	for _, want := range []struct {
		call    runbook.Call
		more    func(*runbook.Step)
		verdict runbook.Verdict
	}{
		{runbook.Call{Operation: "rds:PromoteReadReplica", Plane: c, Region: west}, nil, runbook.Clear},
		{runbook.Call{Operation: "ecs:UpdateService", Plane: c, Region: west}, nil, runbook.Clear},
		{runbook.Call{Operation: "cloudflare:PATCH records", Plane: c}, nil, runbook.Clear},
		{runbook.Call{Operation: "sts:AssumeRole", Plane: d, Region: west}, nil, runbook.Clear},
		{runbook.Call{Operation: "s3:PutObject", Plane: d, Region: west}, nil, runbook.Clear},
		{runbook.Call{Operation: "cloudfront:GET /", Plane: d}, nil, runbook.Clear},
		{runbook.Call{Operation: "ecs:UpdateService", Plane: c, Region: east}, nil, runbook.Refused},
		{runbook.Call{Operation: "database: SELECT", Plane: d, Region: east}, nil, runbook.Refused},
		{runbook.Call{Operation: "sts:AssumeRole", Plane: d}, nil, runbook.Refused},
		{runbook.Call{Operation: "cloudfront:UpdateDistribution", Plane: c}, nil, runbook.Refused},
		{runbook.Call{Operation: "route53:ChangeResourceRecordSets", Plane: c}, nil, runbook.Refused},
		{runbook.Call{Operation: "iam:PassRole", Plane: c, Region: west}, nil, runbook.Refused},
		{runbook.Call{Operation: "rds:CreateDBInstanceReadReplica", Plane: c, Region: west}, nil, runbook.Refused},
		{runbook.Call{Operation: "rds:RestoreDBInstanceFromDBSnapshot", Plane: c, Region: west}, nil, runbook.Refused},
		{runbook.Call{Operation: "terraform:aws_lb.dr", Plane: c, Region: west}, nil, runbook.Refused},
		{runbook.Call{Operation: "ecs:UpdateService", Plane: c, Region: east, BestEffort: true}, nil, runbook.Refused},
		{runbook.Call{Operation: "ecs:UpdateService", Plane: c, Region: east, BestEffort: true}, func(s *runbook.Step) { s.Deadline = time.Minute }, runbook.BestEffort},
		{runbook.Call{Operation: "cloudfront:UpdateDistribution", Plane: c, BestEffort: true}, func(s *runbook.Step) { s.Deadline = time.Minute }, runbook.BestEffort},
		{runbook.Call{Operation: "ecs:UpdateService", Plane: c, Region: east}, func(s *runbook.Step) { s.PlannedOnly = true }, runbook.LeftOut},
		{runbook.Call{Operation: "ecs:ListTasks", Plane: c, Region: east, PlannedOnly: true}, nil, runbook.Clear},
		{runbook.Call{Operation: "rds:RestoreDBInstanceFromDBSnapshot", Plane: c, Region: west}, func(s *runbook.Step) { s.NoAlternative = "cold standby" }, runbook.Accept},
	} {
		p := sound()
		p.Steps = p.Steps[2:3]
		p.Steps[0].Calls = []runbook.Call{want.call}
		if want.more != nil {
			want.more(&p.Steps[0])
		}
		f := runbook.Lint(p, east, runbook.Unplanned)[0]
		if f.Verdict != want.verdict {
			t.Errorf("%+v: %s (%s), want %s", want.call, f.Verdict, f.Why, want.verdict)
		}
		if (f.Phrase != "") != (want.verdict == runbook.Accept) || (f.Why == "") != (want.verdict == runbook.Clear) {
			t.Errorf("%+v: %+v", want.call, f)
		}
		if f := runbook.Lint(p, east, runbook.Planned)[0]; f.Verdict != runbook.Clear {
			t.Errorf("planned, %+v: %s", want.call, f.Verdict)
		}
	}
}

func TestTheXRayNamesEveryRegionThatACallLeansOn(t *testing.T) {
	p := sound()
	p.Steps = p.Steps[2:3]
	p.Steps[0].Calls = []runbook.Call{{Operation: "rds:RestoreDBInstanceFromDBSnapshot", Plane: runbook.Control, Region: west}}
	leans := runbook.XRay(p)
	if len(leans) != 2 || leans[0].Region != west || leans[1].Region != east || !strings.Contains(leans[1].Why, "Route 53") {
		t.Errorf("%+v", leans)
	}
}

func TestATaskOutsideARunKeepsItsDecisionsInMemory(t *testing.T) {
	task := runbook.NewTask(sound(), "fence", runbook.Unplanned, runbook.Pins{"a": "1"})
	if v, err := task.Decide(context.Background(), "a", "2"); v != "1" || err != nil {
		t.Error(v, err)
	}
	if v, err := task.Decide(context.Background(), "b", "2"); v != "2" || err != nil || task.Pin("b") != "2" {
		t.Error(v, err)
	}
	if task.From != east || task.To != west || task.Mode() != runbook.Unplanned {
		t.Errorf("%+v", task)
	}
}
