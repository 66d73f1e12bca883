package tf

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const said = `{"@level":"info","@message":"Terraform 1.11.4","@timestamp":"2026-11-25T21:00:00.000000Z","terraform":"1.11.4","type":"version","ui":"1.2"}
{"@timestamp":"2026-11-25T21:00:01.000000Z","change":{"resource":{"addr":"module.network.aws_vpc.this","module":"module.network","resource_type":"aws_vpc"},"action":"create"},"type":"planned_change"}
{"@timestamp":"2026-11-25T21:00:02.000000Z","hook":{"resource":{"addr":"module.network.aws_vpc.this","resource_type":"aws_vpc"},"action":"create"},"type":"apply_start"}
{"@timestamp":"2026-11-25T21:00:12.000000Z","hook":{"resource":{"addr":"module.network.aws_vpc.this","resource_type":"aws_vpc"},"action":"create","elapsed_seconds":10},"type":"apply_progress"}
{"@timestamp":"2026-11-25T21:00:13.000000Z","hook":{"resource":{"addr":"module.network.aws_vpc.this","resource_type":"aws_vpc"},"action":"create","id_key":"id","id_value":"vpc-1","elapsed_seconds":11},"type":"apply_complete"}
not JSON at all
{"@timestamp":"2026-11-25T21:00:13.500000Z","hook":{"resource":{"addr":"aws_cloudwatch_log_group.x","resource_type":"aws_cloudwatch_log_group"},"action":"create","elapsed_seconds":0},"type":"apply_errored"}
{"@timestamp":"2026-11-25T21:00:14.000000Z","diagnostic":{"severity":"error","summary":"creating CloudWatch Logs Log Group (/ecs/x): ResourceAlreadyExistsException: The specified log group already exists","detail":"","address":"aws_cloudwatch_log_group.x","range":{"filename":"main.tf","start":{"line":12}}},"type":"diagnostic"}
{"@timestamp":"2026-11-25T21:00:14.000000Z","diagnostic":{"severity":"warning","summary":"Value for undeclared variable","detail":"so what"},"type":"diagnostic"}
{"@timestamp":"2026-11-25T21:00:15.000000Z","changes":{"add":1,"change":0,"import":0,"remove":0,"operation":"apply"},"type":"change_summary"}
{"@timestamp":"2026-11-25T21:00:15.000000Z","outputs":{"password":{"sensitive":false,"value":"hunter2"}},"type":"outputs"}
`

func TestWhatTerraformSaysIsFollowedLineByLineHoweverItArrives(t *testing.T) {
	for _, size := range []int{1, 7, 4096} {
		var events []Event
		lines := 0
		f := &follower{each: func(e Event) { events = append(events, e) }, log: func([]byte) { lines++ }}
		for rest := said; rest != ""; {
			n := min(size, len(rest))
			if _, err := f.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		var got []string
		for _, e := range events {
			got = append(got, fmt.Sprintf("%s %s %s", e.Kind, e.Address, e.Action))
		}
		want := "planned module.network.aws_vpc.this add, started module.network.aws_vpc.this add, going module.network.aws_vpc.this add, " +
			"done module.network.aws_vpc.this add, failed aws_cloudwatch_log_group.x add, problem aws_cloudwatch_log_group.x , problem  , summed  "
		if strings.Join(got, ", ") != want {
			t.Errorf("in pieces of %d:\n%s", size, strings.Join(got, "\n"))
		}
		if done := events[3]; done.ID != "vpc-1" || done.Elapsed != 11*time.Second || done.At.Second() != 13 || done.Type != "aws_vpc" {
			t.Errorf("%+v", done)
		}
		if sum := events[7].Counts; sum == nil || sum.Add != 1 {
			t.Errorf("%+v", events[7])
		}
		if len(f.problems) != 1 || f.problems[0].File != "main.tf:12" || lines != 11 {
			t.Errorf("%+v, %d lines", f.problems, lines)
		}
	}
}

func TestALineOfAnyLengthIsRead(t *testing.T) {
	n := 0
	f := &follower{each: func(Event) { n++ }, log: func([]byte) {}}
	long := `{"type":"diagnostic","diagnostic":{"severity":"error","summary":"` + strings.Repeat("x", 1<<20) + `"}}` + "\n"
	_, _ = f.Write([]byte(long))
	if n != 1 || len(f.problems) != 1 {
		t.Errorf("%d events", n)
	}
}

const locked = `Error message: operation error S3: PutObject, https response error StatusCode: 412, api error PreconditionFailed: At least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        0f5ee2a4-3c0c-7a3e-9f5c-1d6a2f2d1c11
  Path:      shop-state/terraform/data.tfstate
  Operation: OperationTypeApply
  Who:       ada@bridge
  Version:   1.11.4
  Created:   2026-11-25 20:45:00.123456789 +0000 UTC
  Info:      

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`

func TestALockSaysWhoHoldsItAndForHowLong(t *testing.T) {
	err := error(&Failure{Op: "plan", Root: "data", Problems: []Diagnostic{{Summary: "Error acquiring the state lock", Detail: locked}}})
	l := lockIn(err.(*Failure).Problems)
	if l == nil || l.ID != "0f5ee2a4-3c0c-7a3e-9f5c-1d6a2f2d1c11" || l.Who != "ada@bridge" || l.Path != "shop-state/terraform/data.tfstate" || l.Operation != "OperationTypeApply" {
		t.Fatalf("%+v", l)
	}
	if age := l.Age(time.Date(2026, 11, 25, 21, 0, 0, 123456789, time.UTC)); age != 15*time.Minute {
		t.Errorf("held for %s", age)
	}
	if lockIn([]Diagnostic{{Summary: "Error: something else", Detail: locked}}) != nil {
		t.Error("another failure is taken for a lock")
	}
	if LockOf(err) != nil || LockOf(&Failure{Lock: l}) != l {
		t.Error("the lock of a failure")
	}
}

func TestResourcesThatAreThereAlreadyAreOfferedForImport(t *testing.T) {
	f := &Failure{Problems: []Diagnostic{
		{Summary: "creating ECR Repository (backend): RepositoryAlreadyExistsException: already exists", Address: `module.registry.aws_ecr_repository.this["backend"]`},
		{Summary: "creating IAM Role (x): EntityAlreadyExists", Address: "aws_iam_role.x"},
		{Summary: "creating RDS: quota exceeded", Address: "aws_db_instance.this"},
		{Summary: "the file already exists"},
	}}
	if got := strings.Join(f.Existing(), " "); got != `module.registry.aws_ecr_repository.this["backend"] aws_iam_role.x` {
		t.Error(got)
	}
}
