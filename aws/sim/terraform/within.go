package terraform

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// Within is the stand-in for a simulator of this very process: it needs neither a network nor a process of its own.
type Within struct {
	Handler http.Handler        // answers below Prefix
	Pause   func(time.Duration) // between two looks at an order that goes on; nil: sleeps
}

// Run runs one command of Terraform's in a root's folder, and gives the exit code. The end of ctx is the interrupt.
func (w Within) Run(ctx context.Context, dir string, args []string, out, errs io.Writer) int {
	s := newSession(simulator{address: "simulator", client: &http.Client{Transport: called{w.Handler}}}, dir, out, errs)
	s.pause, s.stopped = w.Pause, ctx.Done
	if s.pause == nil {
		s.pause = time.Sleep
	}
	return s.main(context.WithoutCancel(ctx), args) // what has begun is finished
}

// Declares are the variables that a root takes.
func Declares(root string) (names []string) {
	for _, v := range list.Roots[root].Variables {
		names = append(names, v.Name)
	}
	return names
}

// called is a handler as something to send requests to.
type called struct{ handler http.Handler }

// RoundTrip has the handler answer.
func (c called) RoundTrip(r *http.Request) (*http.Response, error) {
	a := &answered{header: http.Header{}, status: http.StatusOK}
	c.handler.ServeHTTP(a, r)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(a.body.Len()),
	}, nil
}

// answered keeps what a handler says.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answered) Header() http.Header            { return a.header }
func (a *answered) WriteHeader(status int)         { a.status = status }
func (a *answered) Write(text []byte) (int, error) { return a.body.Write(text) }
