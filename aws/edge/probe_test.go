package edge

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lifeboat/aws/fault"
)

func TestAnyHTTPAnswerIsAnAnswer(t *testing.T) {
	for _, status := range []int{200, 204, 301, 403, 404, 500, 502, 503, 504} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path != "/api/health" {
				t.Errorf("asked for %s: a redirect was followed", q.URL.Path)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		a, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: server.URL + "/api/health"})
		server.Close()
		if err != nil || a.Status != status {
			t.Errorf("status %d gave %d, %v", status, a.Status, err)
		}
	}
}

func TestAProbeAsksItsDialAddressUnderTheRealHost(t *testing.T) {
	var host, name atomic.Value
	address, ca := secure(t, time.Now().Add(time.Hour), http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		host.Store(q.Host)
		name.Store(q.TLS.ServerName)
		says(200, `{"environment":"dr"}`)(w, q)
	}), "shop.example", "origin.shop.example")
	r := reader(t, Spec{Environments: map[string]string{"dr": "us-west-2"}})
	for _, p := range []struct {
		Probe
		host, name string
	}{
		{Probe{URL: "https://shop.example/api/health", Dial: address, CAFile: ca}, "shop.example", "shop.example"},
		{Probe{URL: "https://shop.example:8443/", Dial: address, CAFile: ca}, "shop.example:8443", "shop.example"},
		{Probe{URL: "https://" + address + "/", Host: "origin.shop.example", CAFile: ca}, "origin.shop.example", "origin.shop.example"},
	} {
		a, err := r.Probe(t.Context(), p.Probe)
		if err != nil {
			t.Fatal(err)
		}
		if host.Load() != p.host || name.Load() != p.name {
			t.Errorf("%+v: Host %v, TLS name %v; want %s, %s", p.Probe, host.Load(), name.Load(), p.host, p.name)
		}
		if a.Region != "us-west-2" || a.Address != address || a.Took <= 0 {
			t.Errorf("answer %+v", a)
		}
	}
}

func TestACertificateThatDoesNotHoldIsAnAnswerAndNoSilence(t *testing.T) {
	good, expired := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	for name, c := range map[string]struct {
		until time.Time
		names []string
		ca    func(own string) string
		words string
	}{
		"expired":            {expired, []string{"shop.example"}, func(own string) string { return own }, "expired"},
		"of another name":    {good, []string{"other.example"}, func(own string) string { return own }, "other.example"},
		"signed by no one":   {good, []string{"shop.example"}, func(string) string { return "" }, "unknown authority"},
		"signed by somebody": {good, []string{"shop.example"}, func(string) string { return stranger(t) }, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			address, ca := secure(t, c.until, says(200, "{}"), c.names...)
			_, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: "https://shop.example/", Dial: address, CAFile: c.ca(ca)})
			kindIs(t, err, fault.Refused)
			if !errors.Is(err, ErrCertificate) || fault.KindOf(err).Silent() || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestACertificateIsJudgedByTheReadersClock(t *testing.T) {
	until := time.Now().Add(time.Hour)
	address, ca := secure(t, until, says(200, "{}"), "shop.example")
	r := reader(t, Spec{Now: func() time.Time { return until.Add(time.Minute) }})
	_, err := r.Probe(t.Context(), Probe{URL: "https://shop.example/", Dial: address, CAFile: ca})
	if !errors.Is(err, ErrCertificate) {
		t.Errorf("error %v", err)
	}
}

func TestAServerThatSpeaksNoTLSIsNotSilent(t *testing.T) {
	server := httptest.NewServer(says(200, "{}"))
	defer server.Close()
	_, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: "https://" + server.Listener.Addr().String()})
	kindIs(t, err, fault.Refused)
	if errors.Is(err, ErrCertificate) || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("error %v", err)
	}
}

func TestACAFileThatCannotBeReadIsNoAnswerOfTheOtherSide(t *testing.T) {
	_, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: "https://shop.example/", CAFile: t.TempDir() + "/gone.pem"})
	kindIs(t, err, fault.NotFound)
}

func TestEveryQuestionHasAConnectionOfItsOwn(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(says(200, "{}"))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	r := reader(t, Spec{})
	for range 3 {
		if _, err := r.Probe(t.Context(), Probe{URL: server.URL}); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 3 {
		t.Errorf("%d connections for 3 questions", connections.Load())
	}
}

func TestTheEnvironmentsProxyHasNoPartInAProbe(t *testing.T) {
	server := httptest.NewServer(says(200, "{}"))
	defer server.Close()
	var dialled []string
	r := reader(t, Spec{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}})
	if _, err := r.Probe(t.Context(), Probe{URL: "http://shop.example/"}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(dialled, []string{"shop.example:80"}) {
		t.Errorf("dialled %v", dialled)
	}
}

func TestAnEndlessAnswerIsReadToItsLimitOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		line := []byte(strings.Repeat("x", 4096))
		for {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	a, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: server.URL})
	if err != nil || a.Status != 200 || a.Environment != "" {
		t.Errorf("answer %+v, %v", a, err)
	}
}

func TestAHealthAnswerIsReadAndAPageIsNoError(t *testing.T) {
	spec := Spec{Field: "site.name", Environments: map[string]string{"dr": "us-west-2", "7": "us-east-1"}}
	for body, want := range map[string]Answer{
		`{"site":{"name":"dr"},"database":{"status":"up"}}`: {Environment: "dr", Region: "us-west-2", Database: "up"},
		`{"site":{"name":"blue"}}`:                          {Environment: "blue"},
		`{"site":{"name":7}}`:                               {Environment: "7", Region: "us-east-1"},
		`{"site":{"name":{"deeper":"dr"}}}`:                 {},
		`{"site":"dr"}`:                                     {},
		`{"site":null}`:                                     {},
		`["dr"]`:                                            {},
		`{"site":{"name":"dr"`:                              {},
		`<html>dr</html>`:                                   {},
		``:                                                  {},
	} {
		server := httptest.NewServer(says(503, body))
		a, err := reader(t, spec).Probe(t.Context(), Probe{URL: server.URL})
		server.Close()
		if err != nil || a.Status != 503 || a.Environment != want.Environment || a.Region != want.Region || a.Database != want.Database {
			t.Errorf("%s gave %+v, %v", body, a, err)
		}
	}
}

func TestTheCDNsOwnWordIsKept(t *testing.T) {
	for _, c := range []struct {
		header, value string
		cached        bool
	}{
		{"X-Cache", "Hit from cloudfront", true}, {"X-Cache", "RefreshHit from cloudfront", true},
		{"X-Cache", "Miss from cloudfront", false}, {"X-Cache", "Error from cloudfront", false},
		{"CF-Cache-Status", "HIT", true}, {"CF-Cache-Status", "DYNAMIC", false}, {"X-None", "Hit", false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(c.header, c.value)
			w.Header().Set("Server", "CloudFront")
		}))
		a, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: server.URL})
		server.Close()
		if err != nil || a.Cached() != c.cached || a.Server != "CloudFront" {
			t.Errorf("%s: %s gave %+v, cached %t, %v", c.header, c.value, a, a.Cached(), err)
		}
	}
}

func TestAWriteCarriesAGrowingNumberAndTheTime(t *testing.T) {
	type row struct {
		N    int64     `json:"n"`
		Time time.Time `json:"time"`
	}
	var rows []row
	var methods, types []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		var r row
		if err := json.NewDecoder(q.Body).Decode(&r); err != nil {
			t.Error(err)
		}
		rows, methods, types = append(rows, r), append(methods, q.Method), append(types, q.Header.Get("Content-Type"))
	}))
	defer server.Close()
	now := time.Date(2026, 11, 23, 3, 14, 7, 0, time.UTC)
	r := reader(t, Spec{Now: func() time.Time { return now }})
	p := Probe{URL: server.URL, Method: "POST", Body: `{"n": {n}, "time": "{time}"}`}
	for range 2 {
		if _, err := r.Probe(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	p.Header = map[string]string{"content-type": "application/vnd.shop+json"}
	if _, err := r.Probe(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if rows[0].N != now.UnixMilli() || rows[1].N != rows[0].N+1 || rows[2].N != rows[1].N+1 || !rows[0].Time.Equal(now) {
		t.Errorf("rows %+v", rows)
	}
	if methods[0] != "POST" || !slices.Equal(types, []string{"application/json", "application/json", "application/vnd.shop+json"}) {
		t.Errorf("methods %v, types %v", methods, types)
	}
}

func TestOnlyASuccessThatNamesItsSiteClaimsWrites(t *testing.T) {
	for _, c := range []struct {
		Answer
		writes bool
	}{
		{Answer{Status: 201, Environment: "dr"}, true}, {Answer{Status: 200, Environment: "dr"}, true},
		{Answer{Status: 201}, false}, {Answer{Status: 301, Environment: "dr"}, false}, {Answer{Status: 503, Environment: "dr"}, false},
	} {
		if c.Writes() != c.writes {
			t.Errorf("%+v: writes %t", c.Answer, c.Writes())
		}
	}
}

func TestAnAnswerThatBreaksOffIsNeitherSilenceNorHealth(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"environment":`)
	}))
	defer server.Close()
	_, err := reader(t, Spec{}).Probe(t.Context(), Probe{URL: server.URL})
	kindIs(t, err, fault.Unreadable)
	if fault.KindOf(err).Silent() || !strings.Contains(err.Error(), "status 200") {
		t.Errorf("error %v", err)
	}
}

func TestASpecThatNoAnswerCouldComeOfIsRefused(t *testing.T) {
	for _, spec := range []Spec{
		{Pages: Probe{URL: "shop.example"}}, {API: Probe{URL: "ftp://shop.example"}}, {Write: Probe{URL: "https://"}},
		{Balancers: map[string]Probe{"us-east-1": {URL: "https://shop.example", Dial: "10.0.0.1"}}}, {Resolvers: []string{"1.1.1.1"}},
	} {
		if _, err := NewReader(spec); err == nil {
			t.Errorf("%+v was taken", spec)
		}
	}
}
