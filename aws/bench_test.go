package aws_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"lifeboat/aws"
)

// BenchmarkRefresh is a fast refresh of a region whose API takes 50 ms a call, in a steady state. Beside its time:
// calls/op, and x-least, which is that time by the least that it could take: the longer of its chain of two calls (the
// balancers, then their metrics) and all calls by eight. The budget is 1.3.
func BenchmarkRefresh(b *testing.B) {
	for _, services := range []int{6, 100, 500} {
		b.Run(fmt.Sprintf("services=%d", services), func(b *testing.B) { benchmarkRefresh(b, services) })
	}
}

func benchmarkRefresh(b *testing.B, services int) {
	const call = 50 * time.Millisecond
	hermetic(b)
	p := open(b, services)
	p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		time.Sleep(call)
		inner.ServeHTTP(w, r)
	})
	r := reader(b, p.spec(east))
	f := r.Fast(b.Context(), r.Fast(b.Context(), aws.Fast{}))
	pause := min(5*time.Second, time.Duration(services)*50*time.Millisecond) // of the 15 s between two refreshes, what Lifeboat's own pace needs
	var calls int
	var times, least time.Duration
	for b.Loop() {
		b.StopTimer()
		time.Sleep(pause)
		b.StartTimer()
		f = r.Fast(b.Context(), f)
		calls += f.Calls
		times += f.Took
		least += max(2*call, time.Duration(f.Calls)*call/8)
	}
	wantNoErrors(b, errorsOf(f))
	b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
	b.ReportMetric(float64(times)/float64(least), "x-least")
}

// BenchmarkSlowRefresh is a slow refresh of the reference estate by the same API.
func BenchmarkSlowRefresh(b *testing.B) {
	hermetic(b)
	p := open(b, 4)
	p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		time.Sleep(50 * time.Millisecond)
		inner.ServeHTTP(w, r)
	})
	r := reader(b, p.spec(west))
	for b.Loop() {
		wantNoErrors(b, errorsOfSlow(r.Slow(b.Context(), aws.Slow{})))
	}
	b.ReportMetric(float64(len(p.take()))/float64(b.N), "calls/op")
}

// BenchmarkNewReader is what a reader adds to the start of the program.
func BenchmarkNewReader(b *testing.B) {
	for b.Loop() {
		if _, err := aws.NewReader(aws.Spec{Region: east}); err != nil {
			b.Fatal(err)
		}
	}
}
