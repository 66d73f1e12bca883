package runbook_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lifeboat/dr/runbook"
)

// operator types what each gate asks for. A real one is a screen: see Desk.
type operator struct{}

func (operator) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.Kind != runbook.AskGate {
		return runbook.Answer{}, runbook.ErrNoAnswer // the run stops, and can be resumed
	}
	fmt.Println("gate:", q.Offers[0].Phrase)
	return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "arn:aws:sts::1:ops"}, nil
}

func Example() {
	dir, err := os.MkdirTemp("", "runbook")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	promoted := false
	procedure := runbook.Procedure{
		Name: "failover", Title: "fail over us-east-1 to us-west-2", From: "us-east-1", To: "us-west-2",
		Steps: []runbook.Step{{
			ID: "promote", Title: "promote replica", Why: "us-west-2 must take writes",
			Calls:   []runbook.Call{{Operation: "rds:PromoteReadReplica", Plane: runbook.Control, Region: "us-west-2"}},
			Gate:    &runbook.Gate{ID: "open", Phrase: "fail over us-east-1 to us-west-2"},
			Undoing: runbook.UndoNever, Commit: true, Timeout: time.Hour,
			Paper: func(p runbook.Pins) []string {
				return []string{"aws rds promote-read-replica --db-instance-identifier " + p["replica"]}
			},
			Check: func(context.Context, *runbook.Task) (runbook.Seen, error) { return runbook.Seen{So: promoted}, nil },
			Do: func(_ context.Context, t *runbook.Task) error {
				fmt.Println("promoting", t.Pin("replica"))
				promoted = true
				return nil
			},
		}},
	}

	archive := runbook.FileArchive{Dir: filepath.Join(dir, "runs")}
	id := runbook.NewRunID(time.Now(), procedure.Name)
	store, err := archive.Store(id)
	if err != nil {
		panic(err)
	}
	run, err := runbook.Start(context.Background(), procedure, runbook.Options{
		Run: id, Mode: runbook.Unplanned, By: "ops", Host: "laptop", Pins: runbook.Pins{"replica": "dr-db"},
		Store: store, Archive: archive, Lease: runbook.NewFileLease(dir), Operator: operator{},
	})
	if err != nil {
		panic(err)
	}
	result := run.Wait()
	fmt.Println(result.Ending, result.Err)

	report, err := runbook.Verify(context.Background(), store)
	fmt.Println("closed:", report.Closed, err)
	// Output:
	// gate: fail over us-east-1 to us-west-2
	// promoting dr-db
	// done <nil>
	// closed: true <nil>
}
