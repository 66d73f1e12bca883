package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
)

// answers is a fake of Cloudflare's API: what it answers by path, and what it was asked.
type answers struct {
	t       *testing.T
	byPath  map[string]http.HandlerFunc
	changes http.HandlerFunc // answers what is no GET; nil: there must be none
	mu      sync.Mutex
	queries []string
}

func (a *answers) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if got := q.Header.Get("Authorization"); got != "Bearer secret" {
		a.t.Errorf("Authorization %q", got)
	}
	switch {
	case q.Method != http.MethodGet && a.changes == nil:
		a.t.Errorf("%s %s", q.Method, q.URL)
	case q.Method != http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		a.changes(w, q)
		return
	}
	a.mu.Lock()
	a.queries = append(a.queries, q.URL.RequestURI())
	a.mu.Unlock()
	h := a.byPath[strings.TrimPrefix(q.URL.Path, "/client/v4")]
	if h == nil {
		h = refuses(404, 7003, "Could not route")
	}
	w.Header().Set("Content-Type", "application/json")
	h(w, q)
}

// lists answers with items, cut into pages as the client asks.
func lists(items ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		page, _ := strconv.Atoi(q.URL.Query().Get("page"))
		size, _ := strconv.Atoi(q.URL.Query().Get("per_page"))
		if size == 0 || size > 20 {
			size = 20 // as Cloudflare, which gives less than it is asked for where that is too much
		}
		from := min(max(page-1, 0)*size, len(items))
		part := items[from:min(from+size, len(items))]
		_, _ = fmt.Fprintf(w, `{"success":true,"errors":[],"messages":[],"result":[%s],"result_info":{"page":%d,"per_page":%d}}`, strings.Join(part, ","), max(page, 1), size)
	}
}

func refuses(status, code int, words string) http.HandlerFunc {
	return says(status, fmt.Sprintf(`{"success":false,"errors":[{"code":%d,"message":%q}],"result":null}`, code, words))
}

func cname(name, content string, ttl int) string {
	return fmt.Sprintf(`{"id":"id-%s","type":"CNAME","name":%q,"content":%q,"ttl":%d,"proxied":%t}`, name, name, content, ttl, ttl == 1)
}

// flare is a zone of 45 records, two checks and one pool, and the reader of it.
func flare(t *testing.T) (*answers, Spec) {
	records := []string{
		cname("shop.example", "d1.cloudfront.net", 1), cname("origin.shop.example", "alb.internal", 60),
		`{"id":"t","type":"TXT","name":"shop.example","content":"v=spf1","ttl":300}`,
	}
	for n := range 42 {
		records = append(records, cname(fmt.Sprintf("n%d.shop.example", n), "elsewhere.example", 300))
	}
	records[44] = cname("grafana.shop.example", "dr-9.us-west-2.elb.amazonaws.com", 120) // on the third page
	a := &answers{t: t, byPath: map[string]http.HandlerFunc{
		"/zones":                            lists(`{"id":"z0","name":"ashop.example"}`, `{"id":"z1","name":"shop.example","account":{"id":"a1"}}`),
		"/zones/z1/dns_records":             lists(records...),
		"/zones/z1/healthchecks":            lists(`{"id":"h1","name":"api","address":"alb.internal","status":"unhealthy","failure_reason":"TCP timeout"}`, `{"id":"h2","status":"healthy","suspended":true}`),
		"/accounts/a1/load_balancers/pools": lists(`{"id":"p1","name":"main","enabled":true,"healthy":false,"origins":[{"name":"o","address":"alb.internal","enabled":true}]}`),
	}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, Spec{
		Regions: []string{"us-east-1", "us-west-2"}, Zone: "shop.example", CloudflareURL: server.URL + "/client/v4",
		CloudflareKey: func() string { return "secret\n" },
		BalancerNames: func() map[string][]string { return map[string][]string{"us-east-1": {"alb.internal"}} },
	}
}

func TestTheZoneIsReadPageByPage(t *testing.T) {
	a, spec := flare(t)
	zone := reader(t, spec).Control(t.Context(), Control{}).Zone
	if zone.Err != nil {
		t.Fatal(zone.Err)
	}
	want := []Record{
		{ID: "id-shop.example", Name: "shop.example", Type: "CNAME", Content: "d1.cloudfront.net", End: "d1.cloudfront.net", Proxied: true},
		{ID: "id-origin.shop.example", Name: "origin.shop.example", Type: "CNAME", Content: "alb.internal", End: "alb.internal", TTL: time.Minute, Region: "us-east-1"},
		{ID: "id-grafana.shop.example", Name: "grafana.shop.example", Type: "CNAME", Content: "dr-9.us-west-2.elb.amazonaws.com", End: "dr-9.us-west-2.elb.amazonaws.com", TTL: 2 * time.Minute, Region: "us-west-2"},
	}
	if zone.Value.Name != "shop.example" || !slices.Equal(zone.Value.Records, want) {
		t.Errorf("zone %+v", zone.Value)
	}
	checks := []HealthCheck{{ID: "h1", Name: "api", Address: "alb.internal", Status: "unhealthy", Reason: "TCP timeout"}, {ID: "h2", Status: "suspended"}}
	if got := zone.Value.Checks; !got.Fresh() || !slices.Equal(got.Value, checks) {
		t.Errorf("checks %+v", got)
	}
	pools := zone.Value.Pools
	if !pools.Fresh() || len(pools.Value) != 1 || pools.Value[0].Healthy == nil || *pools.Value[0].Healthy || pools.Value[0].Origins[0].Healthy != nil {
		t.Errorf("pools %+v", pools)
	}
	if len(a.queries) != 6 { // the zone, three pages of records, checks, pools
		t.Errorf("asked %d times: %v", len(a.queries), a.queries)
	}
}

func TestPartsOfAZoneFailAloneAndKeepWhatTheyHad(t *testing.T) {
	a, spec := flare(t)
	r := reader(t, spec)
	first := r.Control(t.Context(), Control{})
	a.byPath["/zones/z1/healthchecks"] = refuses(403, 10000, "Authentication error")
	a.byPath["/accounts/a1/load_balancers/pools"] = refuses(403, 1002, "load balancing not enabled for this account or zone: not entitled")
	zone := r.Control(t.Context(), first).Zone
	if zone.Err != nil || len(zone.Value.Records) != 3 {
		t.Errorf("zone %+v", zone)
	}
	kindIs(t, zone.Value.Checks.Err, fault.Denied)
	if len(zone.Value.Checks.Value) != 2 {
		t.Errorf("checks %+v", zone.Value.Checks)
	}
	kindIs(t, zone.Value.Pools.Err, fault.NotFound)
	if !strings.Contains(zone.Value.Pools.Err.Error(), "not part of this plan: load balancing not enabled") {
		t.Errorf("pools: %v", zone.Value.Pools.Err)
	}
}

func TestEveryRefusalOfCloudflareHasItsKind(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind
		words  string
	}{
		"token refused":    {refuses(403, 9109, "Invalid access token"), fault.Denied, "Invalid access token (9109)"},
		"not authorized":   {refuses(401, 10001, "Unable to authenticate request"), fault.Denied, ""},
		"malformed token":  {refuses(400, 6003, "Invalid request headers"), fault.Denied, ""},
		"expired token":    {refuses(403, 1000, "API Token has expired"), fault.Expired, ""},
		"too fast":         {refuses(429, 971, "Please wait and consider throttling your request speed"), fault.Throttled, ""},
		"broken, in HTML":  {says(502, "<html>bad gateway</html>"), fault.Unavailable, "HTTP 502"},
		"broken, in JSON":  {refuses(500, 10013, "Internal error, entitlement unknown"), fault.Unavailable, "(Internal error,"},
		"wrong argument":   {refuses(400, 1004, "Bad name"), fault.Refused, ""},
		"not there":        {refuses(404, 7003, "Could not route"), fault.NotFound, ""},
		"another answer":   {says(200, "<html>log in</html>"), fault.Unreadable, ""},
		"no such zone":     {lists(`{"id":"z0","name":"ashop.example"}`), fault.NotFound, "the token sees no zone of this name"},
		"no zone whatever": {lists(), fault.NotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, spec := flare(t)
			a.byPath["/zones"] = c.answer
			err := reader(t, spec).Control(t.Context(), Control{}).Zone.Err
			kindIs(t, err, c.kind)
			if err == nil || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v", err)
			}
			if len(a.queries) != 1 {
				t.Errorf("asked %d times: %v", len(a.queries), a.queries)
			}
		})
	}
}

func TestANamedRecordIsShownWithoutTheTextsOfItsName(t *testing.T) {
	_, spec := flare(t)
	spec.Records = []string{"shop.example"}
	zone := reader(t, spec).Control(t.Context(), Control{}).Zone
	if len(zone.Value.Records) != 1 || zone.Value.Records[0].Type != "CNAME" {
		t.Errorf("zone %+v", zone)
	}
}

func TestAListThatNeverEndsIsNoList(t *testing.T) {
	a, spec := flare(t)
	a.byPath["/zones/z1/dns_records"] = says(200, `{"success":true,"result":[{"id":"r","name":"shop.example","type":"A"}],"result_info":{"per_page":1}}`)
	kindIs(t, reader(t, spec).Control(t.Context(), Control{}).Zone.Err, fault.Unreadable)
}

func TestWithoutATokenCloudflareIsNotAsked(t *testing.T) {
	a, spec := flare(t)
	for _, key := range []func() string{nil, func() string { return " \n" }} {
		spec.CloudflareKey = key
		err := reader(t, spec).Control(t.Context(), Control{}).Zone.Err
		kindIs(t, err, fault.NoCredentials)
	}
	spec.Zone = ""
	kindIs(t, reader(t, spec).Control(t.Context(), Control{}).Zone.Err, fault.NotConfigured)
	if len(a.queries) != 0 {
		t.Errorf("asked %v", a.queries)
	}
}

func TestASilentCloudflareTimesOutOncePerRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := reader(t, Spec{Zone: "shop.example", CloudflareURL: "http://10.0.0.1/client/v4", CloudflareKey: func() string { return "secret" }, Dial: (&pipes{}).dial})
		began := time.Now()
		_, err := r.zone(t.Context(), Zone{})
		kindIs(t, err, fault.TimedOut)
		if took := time.Since(began); took != defaultTimeout {
			t.Errorf("took %s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := r.zone(ctx, Zone{}); !errors.Is(err, context.Canceled) || fault.KindOf(err) != "" {
			t.Errorf("error %v", err)
		}
	})
}

func TestAnUnreachableCloudflareSaysWhy(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	r := reader(t, Spec{Zone: "shop.example", CloudflareURL: server.URL, CloudflareKey: func() string { return "secret" }})
	_, err := r.zone(t.Context(), Zone{})
	kindIs(t, err, fault.Unreachable)
	if err == nil || err.Error() != "Cloudflare zones on shop.example: unreachable (connection refused)" {
		t.Errorf("error %v", err)
	}
}
