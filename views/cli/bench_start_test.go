//go:build unix

package cli_test

import (
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// startsEach is how many starts one iteration measures.
const startsEach = 20

// BenchmarkStart is the time from exec to a usable screen: both regions named, and the footer's keys painted. Budget: 60 ms.
func BenchmarkStart(b *testing.B) {
	for _, of := range []struct {
		name   string
		silent bool           // the terminal answers no query
		then   syscall.Signal // what befalls the network before the start
	}{
		{name: "terminal=answers"},
		{name: "terminal=silent", silent: true},
		{name: "network=refuses", then: syscall.SIGKILL},
		{name: "network=hangs", then: syscall.SIGSTOP},
	} {
		b.Run(of.name, func(b *testing.B) {
			c := newCloud(b)
			path := c.with(func(*config.Config) {}) // outlives the simulator
			if of.then != 0 {
				if err := c.process.Signal(of.then); err != nil {
					b.Fatal(err)
				}
			}
			measureStarts(b, of.silent, path)
		})
	}
}

func measureStarts(b *testing.B, silent bool, path string) {
	var all took
	env := home(b)
	for b.Loop() {
		for range startsEach {
			begun := time.Now()
			x := start(b, 120, 40, silent, env, lifeboat(b), "--config", path)
			x.until("a usable screen", usable)
			at, _ := x.last()
			all = append(all, at.Sub(begun))
			x.keys("q")
			if code := x.exit(); code != 0 {
				b.Fatalf("quitting ended with %d", code)
			}
			x.kill()
		}
	}
	all.report(b)
}

// usable says whether a screen names both regions and the keys that work on it.
func usable(screen string) bool {
	for _, word := range []string{"us-east-1", "us-west-2", "details", "help", "quit"} {
		if !strings.Contains(screen, word) {
			return false
		}
	}
	return true
}

// BenchmarkFirstData is the time from exec until the services of both regions were read (first), and until it is known
// who serves and who could take over (proven). Rounds are how much later either comes when every call to AWS takes a
// fifth of a second longer, in calls: how many of them wait for one another. Budget: the longest chain of dependent calls.
func BenchmarkFirstData(b *testing.B) {
	for _, n := range sizes {
		b.Run(ofSize(n), func(b *testing.B) {
			c := newCloud(b, "--services", strconv.Itoa(n))
			path := c.with(every(5*time.Second, 5*time.Second, 5*time.Second))
			const delay = 200 * time.Millisecond
			var first, proven, lateFirst, lateProven took
			for b.Loop() {
				f, p := c.firstData(path)
				first, proven = append(first, f), append(proven, p)
				c.direct("slow", "all", delay.String())
				f, p = c.firstData(path)
				lateFirst, lateProven = append(lateFirst, f), append(lateProven, p)
				c.direct("restore")
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(first.at(0.5), "first-ms")
			b.ReportMetric(proven.at(0.5), "proven-ms")
			b.ReportMetric((lateFirst.at(0.5)-first.at(0.5))/milliseconds(delay), "first-rounds")
			b.ReportMetric((lateProven.at(0.5)-proven.at(0.5))/milliseconds(delay), "proven-rounds")
		})
	}
}

// bothRead matches a service whose counts were read in both regions.
var bothRead = regexp.MustCompile(`frontend +\d.*│.*frontend +\d`)

// firstData starts a cockpit, and takes the times until it shows what is read, and what that proves.
func (c *cloud) firstData(path string) (first, proven time.Duration) {
	begun := time.Now()
	x := start(c.b, 120, 40, false, home(c.b), lifeboat(c.b), "--config", path)
	defer x.kill()
	x.until("the services of both regions", bothRead.MatchString)
	at, _ := x.last()
	first = at.Sub(begun)
	x.see("● serving", "◆ ready")
	at, _ = x.last()
	return first, at.Sub(begun)
}
