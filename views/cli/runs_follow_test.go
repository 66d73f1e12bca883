package cli

import (
	"slices"
	"testing"

	"lifeboat/dr/runbook"
)

func TestAnUpdateOfALongRunKeepsEveryAnswer(t *testing.T) {
	entry := func(n int64, a *runbook.Answer) runbook.Event {
		return runbook.Event{N: n, Entry: &runbook.Entry{Seq: n, Answer: a}}
	}
	live := func(n int64) runbook.Event { return runbook.Event{N: n, Text: "5/6 running"} }
	answer := &runbook.Answer{Choice: runbook.Pass}
	events := []runbook.Event{entry(1, nil), entry(2, answer), live(3), live(4), entry(5, nil), entry(6, answer), live(7), entry(8, nil)}
	for most, want := range map[int][]int64{
		8: {1, 2, 3, 4, 5, 6, 7, 8}, 7: {1, 2, 4, 5, 6, 7, 8}, 5: {1, 2, 5, 6, 8}, 4: {2, 5, 6, 8}, 2: {2, 6}, 1: {2, 6},
	} {
		var left []int64
		for _, e := range newest(slices.Clone(events), most) {
			left = append(left, e.N)
		}
		if !slices.Equal(left, want) {
			t.Errorf("of 8 events at most %d: %v, not %v", most, left, want)
		}
	}
}
