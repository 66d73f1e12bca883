package dr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/pg"
)

func TestTheFeedTellsOfRunsAndOfASecondWriter(t *testing.T) {
	run := begin(Failover, "us-east-1", "us-west-2", noon.Add(-time.Minute)).step(StepFence, time.Second, 0)
	s := well().journals()
	before := s.join()
	step := func(what string, change func(), want ...string) {
		t.Helper()
		s.pass(fast)
		change()
		e := s.join()
		got := slices.DeleteFunc(news(before, e), func(line string) bool {
			return !slices.ContainsFunc([]string{"run:", "writer of record:", "second writer:"}, func(word string) bool { return strings.HasPrefix(line, word) })
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n got %q\nwant %q", what, got, want)
		}
		before = e
	}
	step("begun", func() { s.journals(run) }, "run: fail over us-east-1 to us-west-2: begun by ops on desk")
	step("promoted", func() { s.journals(run.receipt(1).promotedAt().step(StepPromote, time.Second, 0)).promoteWest() },
		"writer of record: us-west-2, was us-east-1", "second writer: old writer dev-db in us-east-1 kept, fenced since 11:59:01")
	step("over", func() { run.at = s.now; s.journals(run.end("done")) }, "run: fail over us-east-1 to us-west-2: done")
	s.pass(2 * time.Minute).join()
	before = s.prev
	step("a stranger", func() { s.stray(pg.Connection{User: "app", Count: 1}) },
		"second writer: old writer dev-db in us-east-1 NOT fenced: 1 connection to it (user app) at 12:03:00")
	step("gone", func() { s.database(0, func(db *aws.Database) { db.Status = "stopped" }); s.in.Regions[0].SQL = nil },
		"second writer: dev-db in us-east-1 is none any more")
}
