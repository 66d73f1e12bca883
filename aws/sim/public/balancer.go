package public

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lifeboat/aws/sim/cloud"
)

// serverName labels every answer of a data plane: nothing here is production.
const serverName = "lifeboat-sim"

// balancer is a region's load balancer as its clients meet it, with the applications behind it.
type balancer struct {
	cloud  *cloud.Cloud
	region string
	port   int // the public port, in place of the 80 and 443 that the model speaks of
}

// ServeHTTP asks the model, which chooses rule and target and counts the request, and puts its answer into HTTP.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil {
		b.plain(w, http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
		return
	}
	port := 80
	if r.TLS != nil {
		port = 443
	}
	q := cloud.Request{Port: port, Method: r.Method, Host: bareName(r.Host), Path: r.URL.Path, Body: string(body)}
	a := b.cloud.Serve(b.name(q.Host), q)
	if a.Silent {
		silence(r)
	}
	take(r, a.Took)
	w.Header().Set("Server", serverName)
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case a.Location != "":
		w.Header().Set("Location", b.redirected(a.Location))
		b.plain(w, a.Status, "")
	case a.Service == "" || a.Status == http.StatusGatewayTimeout: // no application had a word in it
		b.plain(w, a.Status, a.Error)
	default:
		b.application(w, q, a)
	}
}

// name is the DNS name of the balancer that is meant: the one that host names, else the region's first; "" while it has
// none.
func (b *balancer) name(host string) (name string) {
	b.cloud.Locked(func(w *cloud.World) {
		r := w.Region(b.region)
		if r == nil || len(r.Balancers) == 0 {
			return
		}
		name = r.Balancers[0].DNSName
		if named := w.BalancerNamed(host); slices.Contains(r.Balancers, named) {
			name = named.DNSName
		}
	})
	return name
}

// redirected is the model's https://name:443/path at the port where it is really answered.
func (b *balancer) redirected(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return location
	}
	u.Host = u.Hostname() + ":" + strconv.Itoa(b.port)
	return u.String()
}

// plain is the balancer's own answer.
func (b *balancer) plain(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word+"\n")
}

// silence holds a request until the client gives up, and never answers it.
func silence(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(swallowFor):
	}
	panic(http.ErrAbortHandler)
}

// take is how long the application works.
func take(r *http.Request, d time.Duration) {
	select {
	case <-r.Context().Done():
	case <-time.After(d):
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
