package dr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// The whole way there and back, twice in a row in one day, under writes: what was acknowledged after a failover is there in the end, and
// the estate ends as it began but for the databases that are kept.
func TestAFailoverAReprotectionAndAFailbackTwiceInARowLoseNoRowAndEndAsTheyBegan(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.comeBack()
		time.Sleep(time.Minute)
		began := w.shape()
		for round := 1; round <= 2; round++ {
			w.writeRows(20 * time.Second)
			time.Sleep(time.Minute)
			w.direct("darken", east)
			time.Sleep(time.Minute)
			r := w.runner()
			run := w.begun(r, Failover, typing(OverrideReceipt))
			waitFor(t, run, func(v runbook.View) bool { return v.Open || v.Ending != runbook.Running })
			w.direct("return", east)
			v := waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
			if v.Ending != runbook.Done {
				t.Fatalf("round %d: the failover ended %q: %s", round, v.Ending, v.Note)
			}
			r.Close()
			failedOver := w.rowsOf(west)

			by := typing()
			built := w.through(Reprotect, by)
			if built.Ending != runbook.Done {
				t.Fatalf("round %d: the reprotection ended %q: %v\n%s", round, built.Ending, built.Err, stepsOf(built.View))
			}
			if want := []string{"reprotect us-east-1 from us-west-2"}; !slices.Equal(by.asked, want) {
				t.Errorf("round %d: it asked for %q, want %q", round, by.asked, want)
			}
			if text := says(built.View, StepReport); !strings.Contains(text, "stands by again since ") || !strings.Contains(text, "beyond the ") || !strings.Contains(text, "Kept: davidshaevel-dev-db-kept-") {
				t.Errorf("round %d: the report says %s", round, text)
			}

			time.Sleep(30 * time.Minute)
			by = typing()
			back := w.through(Failback, by)
			if back.Ending != runbook.Done {
				t.Fatalf("round %d: the failback ended %q: %v\n%s", round, back.Ending, back.Err, stepsOf(back.View))
			}
			if want := []string{"fail back us-west-2 to us-east-1", "send users to us-east-1"}; !slices.Equal(by.asked, want) {
				t.Errorf("round %d: it asked for %q, want %q", round, by.asked, want)
			}
			if text := says(back.View, StepReport); !strings.Contains(text, "Nothing was lost: ") || !strings.Contains(text, "us-west-2 stands by again since ") {
				t.Errorf("round %d: the report says %s", round, text)
			}
			time.Sleep(time.Minute)
			acks := w.stopRows()
			shown := w.rowsOf(east)
			after := slices.DeleteFunc(slices.Clone(acks), func(n int) bool { return n < failedOver[len(failedOver)-1] })
			if gone := lostRows(append(after, failedOver...), shown); len(gone) > 0 || len(after) < 100 || acks[len(acks)-1] != shown[len(shown)-1] {
				t.Errorf("round %d: of %d rows acknowledged since the failover these are lost: %v", round, len(after), gone)
			}
			if gone := lostRows(shown, w.rowsOf(west)); len(gone) > 2 {
				t.Errorf("round %d: the new standby lacks %v", round, gone)
			}
			time.Sleep(40 * time.Minute)
		}
		if now := w.shape(); now != began {
			t.Errorf("the estate is\n%s\nand was\n%s", now, began)
		}
		if kept := w.kept(); len(kept) != 4 {
			t.Errorf("kept: %v", kept)
		}
	})
}

// comeBack makes Lifeboat look seldom, and a returning region prove itself in little time, for tests of many runs in a row.
func (w *estateInTime) comeBack() {
	w.lookSeldom()
	w.cfg.Refresh.Slow, w.cfg.Waits.Healthy = config.Duration(10*time.Minute), config.Duration(2*time.Minute)
}

// through runs a procedure to its end in a process of its own.
func (w *estateInTime) through(kind Kind, by runbook.Operator) runbook.Result {
	w.t.Helper()
	r := w.runner()
	defer r.Close()
	return w.run(r, kind, by)
}

// shape is what an estate is made of, kept databases left out: who writes, who follows, how many tasks run, where users are.
func (w *estateInTime) shape() string {
	var out []string
	w.in(func(in *cloud.World) {
		for _, r := range in.Regions {
			for _, s := range r.Clusters[0].Services {
				out = append(out, fmt.Sprintf("%s %s wants %d, grace %s", r.Name, s.Name, s.Desired, s.Grace))
			}
			for _, target := range r.ScalableTargets {
				out = append(out, fmt.Sprintf("%s %s: %d to %d", r.Name, target.ResourceID, target.Min, target.Max))
			}
			for _, db := range r.Databases {
				if _, _, kept := aws.KeptOf(db.ID); !kept {
					out = append(out, fmt.Sprintf("%s %s: %s, replica %t, class %s, key %s, subnets %s, parameters %s, groups %v, protected %t, storage %d to %d, tags %v",
						r.Name, db.ID, db.Status, db.Source != nil, db.Class, db.KMSKey, db.Subnets, db.Parameters, db.Groups, db.DeletionProtection, db.Storage, db.MaxStorage, len(db.Tags)))
				}
			}
		}
		for _, record := range in.Zones[0].Records {
			out = append(out, record.Name+" -> "+record.Content)
		}
	})
	return strings.Join(out, "\n")
}

// kept are the databases that are kept, each with its snapshot where that is whole.
func (w *estateInTime) kept() []string {
	var out []string
	w.in(func(in *cloud.World) {
		for _, r := range in.Regions {
			for _, db := range r.Databases {
				if _, _, ok := aws.KeptOf(db.ID); !ok {
					continue
				}
				whole := slices.ContainsFunc(r.Snapshots, func(s *cloud.Snapshot) bool { return s.ID == db.ID && s.Status == "available" })
				out = append(out, fmt.Sprintf("%s %s protected %t, snapshot %t", r.Name, db.ID, db.DeletionProtection, whole))
			}
		}
	})
	return out
}

func stepsOf(v runbook.View) string {
	var lines []string
	for _, s := range v.Steps {
		lines = append(lines, s.ID+": "+says(v, s.ID))
	}
	return strings.Join(lines, "\n")
}

// Without a connection to the databases the receipts and proofs are AWS's figures alone. The way back takes longer, and loses as little.
func TestTheWayBackWithoutConnectionsLosesNoAcknowledgedRow(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.blind()
		w.stage(Failback)
		w.writeRows(20 * time.Second)
		time.Sleep(time.Minute)
		result := w.through(Failback, typing("go on with an unproven lag", "go on with a lag beyond the RPO", "go on with an unknown lag"))
		if result.Ending != runbook.Done {
			t.Fatalf("it ended %q: %v\n%s", result.Ending, result.Err, stepsOf(result.View))
		}
		time.Sleep(time.Minute)
		acks := w.stopRows()
		if gone := lostRows(acks, w.rowsOf(east)); len(gone) > 0 || len(acks) < 50 {
			t.Errorf("of %d acknowledged rows these are lost: %v", len(acks), gone)
		}
		if k, why := func() (Kind, string) { r := w.runner(); defer r.Close(); return r.settled(t.Context()).WayBack() }(); k != "" {
			t.Errorf("%q comes next: %s", k, why)
		}
	})
}
