//go:build unix

package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// night is what is lost with a region: everything that is asked of it, and what AWS's global services are asked, whose control planes
// live there.
type night struct {
	dark atomic.Bool
	lost recorder // what was asked of it meanwhile
}

// patience is how long a dark region lets a caller wait before it hangs up on him.
const patience = 2 * time.Second

// globals are the services whose control plane is us-east-1's. At an emulator's address they are signed for any region.
var globals = []string{"iam", "cloudfront", "route53"}

// takes says whether a request goes where it is dark.
func (n *night) takes(r request) bool {
	service, _, _ := strings.Cut(r.operation, ":")
	return r.region == emulatedEast || slices.Contains(globals, service)
}

// over gives an address in front of the emulator's: a request to what is dark is kept, waits, and is hung up on.
func (p *activated) over(endpoint string) string {
	p.Helper()
	lit := p.front(p, endpoint)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return // its caller has left
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		if r := signed(q, body); p.night.dark.Load() && p.night.takes(r) {
			p.night.lost.keep(r, hangsUp, w, q)
			return
		}
		lit.ServeHTTP(w, q)
	}))
	p.Cleanup(s.Close)
	return s.URL
}

// hangsUp lets a caller wait, and answers nothing.
var hangsUp = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
	select {
	case <-q.Context().Done():
	case <-time.After(patience):
	}
	panic(http.ErrAbortHandler)
})

// asTerraform says whether Terraform has asked, or its provider, and not Lifeboat.
func (r request) asTerraform() bool { return strings.Contains(strings.ToLower(r.by), "terraform") }
