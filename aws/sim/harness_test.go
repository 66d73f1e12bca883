package sim

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"lifeboat/aws/sim/cloud"
)

// world is a simulator on a network in memory, and clients for it.
type world struct {
	*Server
	network dialer
	pool    *x509.CertPool
}

type dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// inWorld runs f with a simulator inside a synctest bubble.
func inWorld(t *testing.T, o Options, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		if o.Network == nil {
			o.Network = memory
		} else {
			memory = o.Network.(onlyFirst).Memory
		}
		w := begin(t, o, memory)
		defer w.end(t)
		f(t, w)
	})
}

func begin(t *testing.T, o Options, network dialer) *world {
	t.Helper()
	if o.Report == nil {
		o.Report = func(line string) { t.Errorf("the simulator reports: %s", line) }
	}
	o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Server: s, network: network, pool: x509.NewCertPool()}
	if !w.pool.AppendCertsFromPEM(pem) {
		t.Fatal("the CA file holds no certificate")
	}
	return w
}

func (w *world) end(t *testing.T) {
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// got is an HTTP answer.
type got struct {
	status int
	header http.Header
	body   string
}

func (g got) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(g.body), &v); err != nil {
		t.Fatalf("the answer is no JSON: %v\n%s", err, g.body)
	}
	return v
}

// ask sends one request within 5 s to the address dial, or where resolver says that the URL's name is.
func (w *world) ask(t *testing.T, method, url, dial, body string) (got, error) {
	t.Helper()
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: w.pool},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dial != "" {
				return w.network.DialContext(ctx, network, dial)
			}
			host, port, _ := net.SplitHostPort(addr)
			return w.network.DialContext(ctx, network, net.JoinHostPort(w.resolve(t, 0, host).address, port))
		},
	}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(r)
	if err != nil {
		return got{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return got{response.StatusCode, response.Header, string(content)}, err
}

func (w *world) mustAsk(t *testing.T, method, url, dial, body string) got {
	t.Helper()
	g, err := w.ask(t, method, url, dial, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return g
}

// health is the environment that the health path at a balancer's own address names.
func (w *world) health(t *testing.T, url, dial string) string {
	t.Helper()
	g := w.mustAsk(t, "GET", url, dial, "")
	if g.status != 200 {
		t.Fatalf("%s at %q answers %d: %s", url, dial, g.status, g.body)
	}
	return g.json(t)["environment"].(string)
}

// resolved is what a resolver answers for a name.
type resolved struct {
	chain   []string
	address string
	ttl     uint32 // the smallest
}

func (w *world) resolve(t *testing.T, resolver int, name string) resolved {
	t.Helper()
	conn, err := w.network.DialContext(t.Context(), "tcp", w.Description().Edge.Resolvers[resolver])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeA)
	c := &dns.Conn{Conn: conn}
	if err := c.WriteMsg(q); err != nil {
		t.Fatal(err)
	}
	m, err := c.ReadMsg()
	if err != nil {
		t.Fatal(err)
	}
	r := resolved{ttl: 1 << 31}
	for _, rr := range m.Answer {
		r.ttl = min(r.ttl, rr.Header().Ttl)
		switch rr := rr.(type) {
		case *dns.CNAME:
			r.chain = append(r.chain, strings.TrimSuffix(rr.Target, "."))
		case *dns.A:
			r.address = rr.A.String()
		}
	}
	if len(m.Answer) == 0 && m.Rcode != dns.RcodeNameError {
		t.Fatalf("no answer for %s, and not because it does not exist: %v", name, m)
	}
	return r
}

// direct orders the director.
func (w *world) direct(t *testing.T, name string, args ...string) {
	t.Helper()
	if err := w.Cloud().Do(name, args...); err != nil {
		t.Fatal(err)
	}
}

// point makes a record of the zone lead elsewhere, as a change in Cloudflare's dashboard does.
func (w *world) point(t *testing.T, name, to string) {
	t.Helper()
	found := false
	w.Cloud().Locked(func(in *cloud.World) {
		for _, r := range in.Zones[0].Records {
			if r.Name == name {
				r.Content, found = to, true
			}
		}
	})
	if !found {
		t.Fatalf("the zone has no record %s", name)
	}
}

// onlyFirst is a network that has no loopback address but the first, as on macOS.
type onlyFirst struct{ *Memory }

func (n onlyFirst) Listen(network, addr string) (net.Listener, error) {
	if !strings.HasPrefix(addr, "127.0.0.1:") {
		return nil, &net.OpError{Op: "listen", Net: network, Err: errors.New("can't assign requested address")}
	}
	return n.Memory.Listen(network, addr)
}
