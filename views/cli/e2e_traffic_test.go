//go:build unix

package cli_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// traffic is what users write while somebody works at the cockpit: numbered rows, one after the other, each to where the public name
// leads just then.
type traffic struct {
	t    testing.TB
	c    *config.Config
	mu   sync.Mutex
	acks []ack
	stop context.CancelFunc
	done chan struct{}
}

// ack is a row whose writing was acknowledged.
type ack struct {
	N           int       // the row's own number
	Environment string    // of the region that has it: primary, dr
	At          time.Time // of its commit
}

// writes has users write to a demo, until the test ends.
func writes(t testing.TB, c *config.Config) *traffic {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w := &traffic{t: t, c: c, stop: stop, done: make(chan struct{})}
	go w.run(ctx)
	t.Cleanup(func() { w.ended() })
	return w
}

func (w *traffic) run(ctx context.Context) {
	defer close(w.done)
	client := client(w.c.Edge.Write.CAFile, func(ctx context.Context, address string) (string, error) { return w.publicly(ctx, address) })
	defer client.CloseIdleConnections()
	for n := 1; ctx.Err() == nil; n++ {
		var a ack
		body := strings.NewReader(fmt.Sprintf(`{"n": %d, "text": "row"}`, n))
		if code, err := exchange(ctx, client, http.MethodPost, w.c.Edge.Write.URL, body, &a); err == nil && code == http.StatusCreated {
			w.mu.Lock()
			w.acks = append(w.acks, a)
			w.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// publicly is where an address leads that has a name, as the estate's first resolver tells.
func (w *traffic) publicly(ctx context.Context, address string) (string, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.c.Edge.Write.Resolve)
	}}
	found, err := resolver.LookupIP(ctx, "ip4", name)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(found[0].String(), port), nil
}

// acknowledged are the rows acknowledged so far.
func (w *traffic) acknowledged() []ack {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.acks)
}

// more waits until n more rows are acknowledged by the region whose environment that is.
func (w *traffic) more(environment string, n int) {
	w.t.Helper()
	before := len(w.acknowledged())
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		of := w.acknowledged()[before:]
		if len(slices.DeleteFunc(of, func(a ack) bool { return a.Environment != environment })) >= n {
			return
		}
	}
	w.t.Fatalf("no %d rows are acknowledged by %s", n, environment)
}

// ended stops the writing, and gives all rows that were acknowledged.
func (w *traffic) ended() []ack {
	w.stop()
	<-w.done
	return w.acknowledged()
}

// rows are the numbers of the rows that the application of a region shows, asked at its own balancer.
func (w *traffic) rows(r config.Region) map[int]bool {
	w.t.Helper()
	client := client(r.Probe.CAFile, func(context.Context, string) (string, error) { return r.Probe.Dial, nil })
	defer client.CloseIdleConnections()
	var shown struct {
		Rows []struct {
			N    int
			Text string
		}
	}
	url := strings.Replace(r.Probe.URL, "/api/health", "/api/rows", 1)
	if code, err := exchange(context.Background(), client, http.MethodGet, url, nil, &shown); err != nil || code != http.StatusOK {
		w.t.Fatalf("the rows of %s: %d, %v", r.Name, code, err)
	}
	out := map[int]bool{}
	for _, row := range shown.Rows {
		if row.Text == "row" { // the cockpit's write probe writes rows too
			out[row.N] = true
		}
	}
	return out
}

// client dials, for every request anew, what to gives for its address.
func client(ca string, to func(ctx context.Context, address string) (string, error)) *http.Client {
	trusted := x509.NewCertPool()
	if pem, err := os.ReadFile(ca); err == nil {
		trusted.AppendCertsFromPEM(pem)
	}
	return &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			place, err := to(ctx, address)
			if err != nil {
				return nil, err
			}
			return (&net.Dialer{}).DialContext(ctx, network, place)
		},
	}}
}

// exchange asks, and reads a JSON answer into v where the answer is a good one.
func exchange(ctx context.Context, c *http.Client, method, url string, body io.Reader, v any) (int, error) {
	q, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return 0, err
	}
	a, err := c.Do(q)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	if a.StatusCode/100 != 2 {
		return a.StatusCode, nil
	}
	return a.StatusCode, json.NewDecoder(a.Body).Decode(v)
}
