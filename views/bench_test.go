package views

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
)

// BenchmarkRender draws the whole cockpit anew at 200x60, as after a new estate.
func BenchmarkRender(b *testing.B) {
	for _, n := range []int{6, 100, 500} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			e, c := many(n)
			m := newRoot(Options{Source: &still{}, Config: c, Now: func() time.Time { return noon }, Width: 200, Height: 60})
			m.take(e)
			b.ReportAllocs()
			for b.Loop() {
				m.Update(estateMsg{e})
				m.View()
			}
		})
	}
}

// BenchmarkKey moves down a row and draws.
func BenchmarkKey(b *testing.B) {
	for _, n := range []int{6, 500} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			e, c := many(n)
			m := newRoot(Options{Source: &still{}, Config: c, Now: func() time.Time { return noon }, Width: 200, Height: 60})
			m.take(e)
			for b.Loop() {
				m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
				m.View()
			}
		})
	}
}

// BenchmarkViewAtRest is what a frame costs that nothing has changed.
func BenchmarkViewAtRest(b *testing.B) {
	e, c := many(100)
	m := newRoot(Options{Source: &still{}, Config: c, Now: func() time.Time { return noon }, Width: 200, Height: 60})
	m.take(e)
	for b.Loop() {
		m.View()
	}
}

// counter counts what is written to it.
type counter struct{ atomic.Int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.Add(int64(len(p)))
	return len(p), nil
}

// BenchmarkBytes runs the cockpit at 120x40 for some real seconds and reports what it writes: at rest, where only the
// clock ticks, and where one panel changes each second. (The tests of the same name hold the budget on a fake clock.)
func BenchmarkBytes(b *testing.B) {
	for _, changing := range []bool{false, true} {
		b.Run(pick(changing, "changing", "rest"), func(b *testing.B) {
			total, seconds := 0.0, 0.0
			for b.Loop() {
				n, s := realBytes(changing, 4*time.Second)
				total, seconds = total+float64(n), seconds+s
			}
			b.ReportMetric(total/seconds, "B/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func realBytes(changing bool, d time.Duration) (bytes int64, seconds float64) {
	in, keys := io.Pipe()
	out := &counter{}
	began := time.Now()
	o := Options{Source: &still{e: healthy()}, Config: testConfig(), Now: func() time.Time { return noon.Add(time.Since(began)) },
		Input: in, Output: out, Width: 120, Height: 40, Environ: []string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}}
	root := newRoot(o)
	root.take(healthy())
	p := tea.NewProgram(&guard{root: root}, programOptions(context.Background(), o)...)
	over := make(chan struct{})
	go func() { _, _ = p.Run(); close(over) }()
	time.Sleep(500 * time.Millisecond)
	before, start := out.Load(), time.Now()
	for s := 0; time.Since(start) < d; s++ {
		if changing {
			p.Send(Show(changed(s)))
		}
		time.Sleep(time.Second)
	}
	bytes, seconds = out.Load()-before, time.Since(start).Seconds()
	p.Quit()
	<-over
	_ = keys.Close()
	return bytes, seconds
}

// changed is the healthy estate after s seconds, with another traffic.
func changed(s int) *dr.Estate {
	e := later(s)
	b := &e.Regions[0].Balancers[0]
	b.Requests, b.P95, b.Errors = fig(float64(10+s%7)), fig(0.080+float64(s%13)/1000), fig(float64(s%5)/10)
	b.Probe.Took = time.Duration(40+s%9) * time.Millisecond
	b.Healthy = 3 + s%2
	b.Word = fmt.Sprintf("%d/4 healthy", b.Healthy)
	return e
}
