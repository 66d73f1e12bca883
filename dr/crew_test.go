package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/dr/runbook"
)

// A journal in a bucket is one object an entry, and everything waits for the fence: it must not read years of them first.
func TestWhetherAFenceIsStillAllowedIsReadFromTheRunsBegunSinceAlone(t *testing.T) {
	dir := t.TempDir()
	s := &shelf{FileArchive: runbook.FileArchive{Dir: dir + "/runs"}, reads: map[string]int{}}
	old := play(t, s, dir, "us-east-1", "us-west-2", nil)
	time.Sleep(2 * time.Millisecond) // ids of runs are times
	own := play(t, s, dir, "us-west-2", "us-east-1", nil)
	f := &fence{crew: &crew{state: &State{Archive: s}}}
	if seen, err := f.allowed(t.Context(), &runbook.Task{Run: own}); err != nil || !seen.So || s.reads[old]+s.reads[own] > 0 {
		t.Errorf("nobody has promoted since: %+v, %v; read %v", seen, err, s.reads)
	}
	time.Sleep(2 * time.Millisecond)
	since := play(t, s, dir, "us-east-1", "us-west-2", nil)
	seen, err := f.allowed(t.Context(), &runbook.Task{Run: own})
	if err != nil || seen.So || !strings.Contains(seen.Text, "run "+since+" has made us-west-2 the writer") || s.reads[old]+s.reads[own] > 0 {
		t.Errorf("somebody has promoted since: %+v, %v; read %v", seen, err, s.reads)
	}
}
