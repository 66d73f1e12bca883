package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// stored answers `state pull`, `state rm`, `state push` and `import` by a root's whole state, where the test has one; else by how many
// resources there are. A command that changes it is noted, and fails once after it has, where a file says so.
func (f fakeRun) stored(args []string) int {
	text, err := os.ReadFile(f.path("tfstate"))
	if err != nil {
		fmt.Println(f.pulled())
		return 0
	}
	s := map[string]any{}
	if json.Unmarshal(text, &s) != nil {
		return 1
	}
	switch {
	case args[0] == "state" && args[1] == "pull":
		_, _ = os.Stdout.Write(text)
		return 0
	case args[0] == "state" && args[1] == "rm":
		s["resources"], args = []any{}, []string{"rm", args[len(args)-1]}
	case args[0] == "state" && args[1] == "push":
		pushed := map[string]any{}
		if text, err := os.ReadFile(args[len(args)-1]); err != nil || json.Unmarshal(text, &pushed) != nil || pushed["serial"] != s["serial"].(float64)+1 {
			return 1
		}
		s, args = pushed, []string{"push"}
		s["serial"] = s["serial"].(float64) - 1
	case args[0] == "import":
		if list, _ := s["resources"].([]any); len(list) > 0 {
			return 1
		}
		args = args[len(args)-2:]
		s["resources"] = []any{heldDatabase("db-"+args[1], `{"skip_final_snapshot": true, "delete_automated_backups": true}`)}
		args = []string{"import", args[0], args[1]}
	}
	s["serial"] = s["serial"].(float64) + 1
	out, _ := json.Marshal(s)
	if os.WriteFile(f.path("tfstate"), out, 0o600) != nil {
		return 1
	}
	note, _ := os.OpenFile(filepath.Join(f.dir, "repointed"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	defer note.Close()
	fmt.Fprintln(note, strings.Join(args, " "))
	if os.Remove(f.path(args[0]+".fails")) == nil {
		fmt.Fprintln(os.Stderr, "\nError: the answer was lost")
		return 1
	}
	return 0
}

// heldDatabase is the standby's database as a state has it, with more attributes.
func heldDatabase(id, more string) map[string]any {
	attributes := map[string]any{}
	_ = json.Unmarshal([]byte(more), &attributes)
	attributes["id"] = id
	return map[string]any{"module": "module.database[0]", "mode": "managed", "type": "aws_db_instance", "name": "this", "provider": "p",
		"instances": []any{map[string]any{"schema_version": 2, "attributes": attributes}}}
}

// following is a stack whose root data follows the kept database.
func following(t *testing.T) *stack {
	t.Helper()
	s := newStack(t)
	state, _ := json.Marshal(map[string]any{"version": 4, "serial": 7, "lineage": "l", "outputs": map[string]any{},
		"resources": []any{heldDatabase("db-OLD", `{"skip_final_snapshot": false, "final_snapshot_identifier": "shop-dr-db-final", "delete_automated_backups": false, "password_wo_version": 1}`)}})
	s.put("data.tfstate", string(state))
	s.put("shop-dr-db.database", "<DbiResourceId>db-shop-dr-db</DbiResourceId><ReadReplicaSourceDBInstanceIdentifier>"+homeARN+"</ReadReplicaSourceDBInstanceIdentifier>")
	return s
}

const homeARN = "arn:aws:rds:us-east-1:123456789012:db:shop-db"

// repointing is the end of a failback in a process of its own: the standby is made, and the states are to follow it.
func (s *stack) repointing(run string) (*Runner, *crew) {
	s.t.Helper()
	r := s.runner()
	pins := runbook.Pins{}
	r.pinBuild(s.t.Context(), pins, run)
	b, why := r.builderOf(s.t.Context(), pins, run)
	if b == nil {
		s.t.Fatal(why)
	}
	at, err := aws.NewChanger(r.spec(west), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &planned{kind: Failback, from: west, to: east, replica: "shop-db", source: "shop-dr-db", rebuild: &Rebuild{
		Order: aws.ReplicaOrder{ID: "shop-dr-db", Source: homeARN}, Old: "db-OLD", Kept: "shop-dr-db-kept-20261126-120000",
	}}
	return r, &crew{p: p, c: r.c, now: time.Now, there: map[string]*aws.Changer{west: at}, watch: r.watch, state: r.state, run: run, build: b}
}

func (w *crew) repointingProcedure() runbook.Procedure {
	p := runbook.Procedure{Name: "failback", Title: "fail back", From: west, To: east, Steps: w.stateSteps()}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Do != nil {
			s.Await = s.Check
		}
	}
	return p
}

// repointed is what the state holds, and which commands have changed it.
func (s *stack) repointed() (state string, commands []string) {
	text, _ := os.ReadFile(fakeRun{s.dir, "data"}.path("tfstate"))
	var f struct {
		Resources []struct {
			Instances []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal(text, &f); err != nil {
		s.t.Fatal(err)
	}
	for _, r := range f.Resources {
		state += fmt.Sprint(r.Instances[0].Attributes)
	}
	noted, _ := os.ReadFile(filepath.Join(s.dir, "repointed"))
	return state, lines(string(noted))
}

const (
	followsStandby = "map[delete_automated_backups:false final_snapshot_identifier:shop-dr-db-final id:db-shop-dr-db password_wo_version:1 skip_final_snapshot:false]"
	letGoOfOld     = "let go of the old shop-dr-db in data"
)

func TestAStateLetsGoOfTheKeptDatabaseAndTakesOnTheNewOneBehindOneGate(t *testing.T) {
	s, o := following(t), &answering{}
	run := runbook.NewRunID(time.Now(), string(Failback))
	r, w := s.repointing(run)
	options, err := r.options(Order{Run: run, Kind: Failback, Operator: o})
	if err != nil {
		t.Fatal(err)
	}
	options.Mode = runbook.Planned
	started, err := runbook.Start(t.Context(), w.repointingProcedure(), options)
	if err != nil {
		t.Fatal(err)
	}
	if res := started.Wait(); res.Ending != runbook.Done {
		t.Fatalf("%s %v\n%s", res.Ending, res.Err, stepsOf(res.View))
	}
	state, commands := s.repointed()
	if want := []string{"rm module.database[0].aws_db_instance.this", "import module.database[0].aws_db_instance.this shop-dr-db", "push"}; state != followsStandby || !slices.Equal(commands, want) {
		t.Errorf("the state holds %s after %q", state, commands)
	}
	if len(o.asked) != 1 || o.asked[0].Offers[0].Phrase != letGoOfOld || !strings.Contains(strings.Join(o.asked[0].Notice.What, "\n"), "the state has it as db-OLD now") {
		t.Errorf("asked %+v", o.asked)
	}
}

// repointThrough runs the steps whose process ends at the n-th write of its journal, and takes them up in others.
func repointThrough(t *testing.T, n int, before bool, fails string) (state string, commands []string, writes int) {
	s := following(t)
	if fails != "" {
		s.put("data."+fails+".fails", "")
	}
	run := runbook.NewRunID(time.Now(), string(Failback))
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	c := &crash{at: n, end: stop, before: before}
	for try := range 4 {
		r, w := s.repointing(run)
		if try == 0 {
			r.state.Archive = crashingArchive{r.state.Archive, c}
		} else {
			ctx = t.Context()
		}
		options, err := r.options(Order{Run: run, Kind: Failback, Operator: &answering{}})
		if err != nil {
			t.Fatal(err)
		}
		options.Mode = runbook.Planned
		take := runbook.Resume
		if try == 0 {
			take = runbook.Start
		}
		going, err := take(ctx, w.repointingProcedure(), options)
		if errors.Is(err, runbook.ErrEnded) {
			break
		}
		if err != nil { // nothing of it was written
			going, err = runbook.Start(ctx, w.repointingProcedure(), options)
		}
		if err == nil && going.Wait().Ending == runbook.Done {
			break
		}
		_ = options.Lease.Release(context.Background(), runbook.Grant{}) // the kernel does it when a process ends
	}
	state, commands = s.repointed()
	return state, commands, c.seen
}

func TestARepointingThatCrashesAtAnyWriteOfItsJournalComesToTheSameEnd(t *testing.T) {
	_, _, writes := repointThrough(t, 0, false, "")
	if writes < 8 {
		t.Fatalf("only %d writes", writes)
	}
	step := 5
	if os.Getenv("LIFEBOAT_E2E") != "" { // each takes a second or two
		step = 1
	}
	for n := 1; n <= writes; n += step {
		for _, before := range []bool{false, true} {
			state, commands, _ := repointThrough(t, n, before, "")
			if state != followsStandby || len(commands) > 3 {
				t.Errorf("write %d, before %t: the state holds %s after %q", n, before, state, commands)
			}
		}
	}
	t.Logf("%d writes", writes)
}

func TestARepointingWhoseAnswersAreLostChangesNothingTwice(t *testing.T) {
	for _, fails := range []string{"rm", "import", "push"} {
		if state, commands, _ := repointThrough(t, 0, false, fails); state != followsStandby || len(commands) != 3 {
			t.Errorf("%s: the state holds %s after %q", fails, state, commands)
		}
	}
}

func TestAStateThatNeverHeldTheDatabaseTakesOnNone(t *testing.T) {
	s := following(t)
	s.put("data.tfstate", `{"version": 4, "serial": 1, "lineage": "l", "resources": []}`)
	run := runbook.NewRunID(time.Now(), string(Failback))
	r, w := s.repointing(run)
	o := &answering{}
	options, err := r.options(Order{Run: run, Kind: Failback, Operator: o})
	if err != nil {
		t.Fatal(err)
	}
	options.Mode = runbook.Planned
	going, err := runbook.Start(t.Context(), w.repointingProcedure(), options)
	if err != nil {
		t.Fatal(err)
	}
	res := going.Wait()
	if _, commands := s.repointed(); res.Ending != runbook.Done || len(commands) > 0 || len(o.asked) > 0 {
		t.Errorf("%s %v, %q, asked %v", res.Ending, res.Err, commands, o.ids())
	}
}
