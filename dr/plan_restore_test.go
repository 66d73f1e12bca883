package dr

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A point that lifeboat.yaml still names counts while its activation is under way: without its database and without an open run it is of one
// that is over, and the newest data is restored.
func TestAPointOfAnActivationThatIsOverIsNotRestoredAgain(t *testing.T) {
	old := RestorePoint{Snapshot: "of-spring", At: noon.Add(-90 * 24 * time.Hour), Of: "dev-db"}
	for name, c := range map[string]struct {
		runs []*diary
		want string
	}{
		"it is over":           {nil, "of-today"},
		"its run is open":      {[]*diary{restoringRun(old).asked(StepPoint).end(runbook.Stopped)}, "of-spring"},
		"its run was answered": {[]*diary{restoringRun(old).step(StepPoint, time.Second, 0).end(runbook.Done)}, "of-today"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pilot(config.PilotLight)
			s.west.Backups = part([]aws.Backup{}, noon)
			s.west.Snapshots = part([]aws.DBSnapshot{
				{ID: "of-today", Status: "available", Original: noon.Add(-2 * time.Hour), SourceRegion: east, Database: "dev-db"},
				{ID: "of-spring", Status: "available", Original: old.At, SourceRegion: east, Database: "dev-db"},
			}, noon)
			s.in.Config.Terraform.Inputs = map[string]any{"restore": old.input()}
			s.journals(c.runs...)
			e := s.join()
			m := planner{c: s.in.Config, e: e, kind: Failover, from: e.side(east), to: e.side(west)}
			if err := m.choose(); err != nil || m.p.point.Snapshot != c.want {
				t.Errorf("%v: %+v, want %s", err, m.p.point, c.want)
			}
		})
	}
}

// restoringRun is a failover that has pinned a recovery point.
func restoringRun(p RestorePoint) *diary {
	d, plan := &diary{at: noon.Add(-time.Hour)}, failoverPlan(Failover, east, west)
	plan.Pins[PinPoint] = asJSON(p)
	plan.Steps = append(plan.Steps, runbook.PlannedStep{ID: StepPoint, Title: "pin the recovery point"})
	return d.write(runbook.Entry{Run: runbook.NewRunID(d.at, string(Failover)), Kind: runbook.EntryPlan, Plan: plan})
}
