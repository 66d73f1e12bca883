//go:build unix

package cli_test

import (
	"regexp"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// bytesFor is how long one iteration counts what the cockpit writes; three are a round of its usual clocks.
const bytesFor = 5 * time.Second

// BenchmarkBytesAtRest is what the cockpit writes at 120x40 while nothing happens in the cloud: with the clock alone
// ticking, in 256 colours and in all; and with the readings of the usual clocks, whose latencies and lag are never quite
// the same. Budget: 60 B/s.
func BenchmarkBytesAtRest(b *testing.B) {
	still := every(time.Hour, time.Hour, time.Hour)
	b.Run("clock", func(b *testing.B) { restingBytes(b, still).count(b) })
	b.Run("clock/colours=all", func(b *testing.B) { restingBytes(b, still, "COLORTERM=truecolor").count(b) })
	b.Run("clock+readings", func(b *testing.B) { restingBytes(b, func(*config.Config) {}).count(b) })
}

// BenchmarkBytesOneChangingPanel is what the cockpit writes at 120x40 while a stalled replica falls behind: its lag is
// read once a second and is another each time, and nothing else is read. Budget: 600 B/s.
func BenchmarkBytesOneChangingPanel(b *testing.B) {
	x := restingBytes(b, every(time.Hour, time.Hour, time.Second))
	x.cloud.direct("stall-replica")
	x.see("stalled")
	x.settle()
	before := trueLag.FindString(x.text())
	x.count(b)
	if after := trueLag.FindString(x.text()); after == before {
		b.Fatalf("the lag did not change:\n%s", x.text())
	}
}

// trueLag matches the corrected lag.
var trueLag = regexp.MustCompile(`\S+ \S+ true`)

// resting is a cockpit whose first round of readings is drawn.
type resting struct {
	*terminal
	cloud *cloud
}

func restingBytes(b *testing.B, change func(*config.Config), env ...string) resting {
	b.Helper()
	c := newCloud(b, "--speed", "1")
	x := c.cockpit(120, 40, c.with(change), env...)
	x.settle()
	return resting{x, c}
}

func (x resting) count(b *testing.B) {
	b.Helper()
	var counted time.Duration
	before := x.written()
	for b.Loop() {
		begun := time.Now()
		time.Sleep(bytesFor)
		counted += time.Since(begun)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(x.written()-before)/counted.Seconds(), "B/s")
}

// settle waits until a first round of every reader is drawn: until nothing but the clock was written for two seconds.
func (x *terminal) settle() {
	x.t.Helper()
	const little = 200 // bytes a second
	for quiet, deadline := 0, time.Now().Add(time.Minute); quiet < 2; {
		before := x.written()
		time.Sleep(time.Second)
		if quiet++; x.written()-before > little {
			quiet = 0
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("the screen does not come to rest:\n%s", x.text())
		}
	}
}
