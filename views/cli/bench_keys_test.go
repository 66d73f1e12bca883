//go:build unix

package cli_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// keysEach is how many keys one iteration measures: whole walks.
const keysEach = 102

// BenchmarkKeyToPaint is the time from a key to the screen that it asks for, while every call to AWS takes 1.5 s longer
// and both regions are read all the time. Budget: 30 ms (p99).
func BenchmarkKeyToPaint(b *testing.B) {
	for _, n := range sizes {
		b.Run(ofSize(n), func(b *testing.B) {
			c := newCloud(b, "--services", strconv.Itoa(n), "--speed", "20")
			x := c.cockpit(120, 40, c.with(every(5*time.Second, 5*time.Second, 5*time.Second)))
			c.direct("slow", "all", "1500ms")
			x.keys("l") // into a region
			x.see("›")
			var all took
			for b.Loop() {
				for i := range keysEach {
					all = append(all, x.keyToPaint(i))
				}
			}
			all.report(b)
		})
	}
}

// asked is what is on the screen after each key of a walk: from region to region, one region alone and both again, a page
// and back. None of it depends on what is read meanwhile.
var asked = []struct {
	key string
	see func(screen string) bool
}{
	{"h", func(screen string) bool { return column(screen) == 0 }},
	{"l", func(screen string) bool { return column(screen) > 0 }},
	{"z", func(screen string) bool { return !strings.Contains(screen, "│") }},
	{"z", func(screen string) bool { return strings.Contains(screen, "│") }},
	{"e", func(screen string) bool { return strings.Contains(screen, "Events") }},
	{"\x7f", func(screen string) bool { return strings.Contains(screen, "│") }},
}

// keyToPaint types the i-th key of the walk.
func (x *terminal) keyToPaint(i int) time.Duration {
	x.t.Helper()
	time.Sleep(20*time.Millisecond + time.Duration(i*7%17)*time.Millisecond) // a person's pace, and no frame's
	step := asked[i%len(asked)]
	if step.see(x.text()) {
		x.t.Fatalf("what %q asks for is there before it:\n%s", step.key, x.text())
	}
	typed := time.Now()
	x.keys(step.key)
	x.until("what "+strconv.Quote(step.key)+" asks for", step.see)
	at, _ := x.last()
	return at.Sub(typed)
}

// column is where the mark of the chosen row stands; -1 where there is none.
func column(screen string) int {
	for line := range strings.Lines(screen) {
		if before, _, ok := strings.Cut(line, "›"); ok {
			return utf8.RuneCountInString(before)
		}
	}
	return -1
}

// BenchmarkFramesInAFlood is how many pieces of output a second come of 500 keys a second. Budget: 60.
func BenchmarkFramesInAFlood(b *testing.B) {
	c := newCloud(b)
	x := c.cockpit(120, 40, c.config)
	var flooded time.Duration
	_, before := x.last()
	for b.Loop() {
		begun := time.Now()
		for i := range 500 {
			if _, err := io.WriteString(x.pty, []string{"j", "k"}[i/5%2]); err != nil {
				b.Fatal(err)
			}
			time.Sleep(time.Until(begun.Add(time.Duration(i) * 2 * time.Millisecond)))
		}
		flooded += time.Since(begun)
	}
	_, after := x.last()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(after-before)/flooded.Seconds(), "frames/s")
}
