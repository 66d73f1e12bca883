package ui

import (
	"fmt"
	"strings"
	"testing"
)

// run16 is a list in the middle of a run: over of them are over, one goes on, the rest is ahead.
func run16(over int) []Step {
	var out []Step
	for i := range 16 {
		s := Step{Mark: T(Muted, "·"), Name: F(Text, "step %d", i), Fold: FoldAhead}
		switch {
		case i < over:
			s.Mark, s.Words, s.Time, s.Fold = T(Good, "✓"), T(Muted, "done"), T(Muted, "0:01"), FoldOver
		case i == over:
			s.Mark, s.Words, s.Time, s.Tag, s.Fold = T(Accent, "▸"), T(Text, "rebooting"), T(Text, "2:20"), T(Muted, "~3:10"), FoldNever
		}
		out = append(out, s)
	}
	return out
}

func TestEveryStepIsInExactlyOneLineOrCounted(t *testing.T) {
	for over := range 16 {
		for h := 1; h < 20; h++ {
			lines := Steps(run16(over), 78, h, over)
			if len(lines) > h {
				t.Fatalf("%d lines in %d", len(lines), h)
			}
			next, here := -1, false
			for _, l := range lines {
				if l.First >= 0 && next >= 0 && l.First != next {
					t.Errorf("over %d, h %d: step %d comes after %d", over, h, l.First, next-1)
				}
				next = l.First + l.Count
				here = here || l.Holds(over) && l.Count == 1
				if l.Line.Width() > 78 {
					t.Errorf("%d cells: %q", l.Line.Width(), l.Line)
				}
			}
			if h > 1 && !here {
				t.Errorf("over %d, h %d: the step that goes on is not to be seen by itself:\n%v", over, h, lines)
			}
		}
	}
}

func TestNoMoreStepsAreFoldedThanMustBe(t *testing.T) {
	for _, h := range []int{16, 15, 12, 8, 6, 4} {
		if got := len(Steps(run16(7), 78, h, 7)); got != h {
			t.Errorf("%d lines of %d are used", got, h)
		}
	}
	lines := Steps(run16(7), 78, 10, 7)
	if got := lines[9].Line.String(); got != "· step 9 · step 10 · step 11 · step 12 · step 13 · step 14 · step 15" {
		t.Errorf("ahead: %q", got)
	}
	lines = Steps(run16(15), 78, 4, 15)
	if got := lines[0].Line.String(); !strings.HasSuffix(got, "step 6 · 6 more") {
		t.Errorf("over: %q", got)
	}
}

func TestWhatDoesNotFoldIsNamedWhereAllElseIsCounted(t *testing.T) {
	steps := run16(9)
	steps[2].Mark, steps[2].Fold = T(Warn, "!"), FoldNever
	lines := plainSteps(Steps(steps, 78, 3, 9))
	want := []string{"✓ 8 over   ! step 2", "", "· step 10 · step 11 · step 12 · step 13 · step 14 · step 15"}
	if lines[0] != want[0] || lines[2] != want[2] || !strings.HasPrefix(lines[1], "▸ step 9") {
		t.Errorf("got %q", lines)
	}
	steps[12].Mark, steps[12].Fold = T(Accent, "▸"), FoldNever
	if got := plainSteps(Steps(steps, 78, 3, 9))[2]; got != "▸ step 12   · 5 ahead" {
		t.Errorf("after it: %q", got)
	}
}

func plainSteps(lines []StepLine) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Line.String())
	}
	return out
}

func TestInTwoLinesTheListIsScrolledAndCounted(t *testing.T) {
	steps := run16(0)
	for i := range steps {
		steps[i].Fold = FoldNever
	}
	lines := Steps(steps, 78, 2, 8)
	if got := lines[1].Line.String(); got != "↑ 8 more   ↓ 7 more" || !lines[0].Holds(8) {
		t.Errorf("counted: %q", got)
	}
}

func TestTheTagsLeaveFirst(t *testing.T) {
	for width, want := range map[int]bool{120: true, 44: false} {
		got := fmt.Sprint(Steps(run16(7), width, 16, 7)[7].Line.String())
		if strings.Contains(got, "~3:10") != want || !strings.Contains(got, "rebooting") || !strings.Contains(got, "2:20") {
			t.Errorf("%d cells: %q", width, got)
		}
	}
}
