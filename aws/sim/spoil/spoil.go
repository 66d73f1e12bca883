// Package spoil does to an HTTP call what the model's gate says of it. Both control planes, AWS's and Cloudflare's, send
// their calls through it.
package spoil

import (
	"net/http"
	"time"

	"lifeboat/aws/sim/cloud"
)

// Before holds a call for as long as the fault says, for ever if need be. False: the client has given up, and nothing is
// to be done for it. The request's body must have been read, or a client that leaves is not noticed.
func Before(f cloud.Fault, r *http.Request) bool {
	if f.Hang {
		<-r.Context().Done()
		return false
	}
	if f.Delay == 0 {
		return true
	}
	select {
	case <-time.After(f.Delay):
		return true
	case <-r.Context().Done():
		return false
	}
}

// Answer writes the answer of a call that has been carried out: as it is, never, or half of it.
func Answer(f cloud.Fault, w http.ResponseWriter, r *http.Request, write func(http.ResponseWriter)) {
	switch {
	case f.Lost:
		<-r.Context().Done()
	case f.Cut:
		write(&cutting{w})
	default:
		write(w)
	}
}

// cutting sends half of what is written first, and breaks the connection.
type cutting struct{ http.ResponseWriter }

// Write never returns.
func (c *cutting) Write(p []byte) (int, error) {
	_, _ = c.ResponseWriter.Write(p[:len(p)/2])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}
