//go:build linux

package cli_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// refreshedFor is how long a cockpit reads, all clocks at five seconds, before its memory is looked at.
const refreshedFor = 4 * time.Second

// BenchmarkMemory is the resident memory of the cockpit after it read for a while: now, at most, and how much of it is
// its own and not the program's file. Budget: 40 MB for the reference estate, 80 MB with 500 services a region.
func BenchmarkMemory(b *testing.B) {
	for _, n := range sizes {
		b.Run(ofSize(n), func(b *testing.B) {
			c := newCloud(b, "--services", strconv.Itoa(n), "--speed", "20")
			x := c.cockpit(120, 40, c.with(every(5*time.Second, 5*time.Second, 5*time.Second)))
			for b.Loop() {
				time.Sleep(refreshedFor)
			}
			b.ReportMetric(0, "ns/op")
			for name, field := range map[string]string{"rss-MB": "VmRSS", "most-MB": "VmHWM", "own-MB": "RssAnon"} {
				b.ReportMetric(megabytes(b, x.cmd.Process.Pid, field), name)
			}
		})
	}
}

// megabytes is a field of /proc/PID/status; MB are 1e6 bytes.
func megabytes(b *testing.B, pid int, field string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	m := regexp.MustCompile(field + `:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		b.Fatalf("no %s in\n%s", field, status)
	}
	kib, _ := strconv.ParseFloat(string(m[1]), 64)
	return kib * 1024 / 1e6
}
