//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// request is one request to AWS or Cloudflare as it came over the wire.
type request struct {
	at        time.Time
	region    string // of its signature; "" for CloudFront and Cloudflare, which have none
	operation string // as steps name it: "ecs:UpdateService"
	of        string // what it says: "cluster=dr-api desiredCount=2 service=dr-backend", or a path
	key       string // the access key that it is signed with
	by        string // the program that asks, as it names itself
	status    int    // of the answer; 0 before it came
}

// kind is what steps declare: operation and region.
func (r request) kind() string { return strings.TrimSpace(r.operation + " " + r.region) }

func (r request) String() string { return r.kind() + ": " + r.of }

// changes says whether a request changes anything. A session that is begun changes nothing.
func (r request) changes() bool {
	_, action, _ := strings.Cut(r.operation, ":")
	return !slices.ContainsFunc([]string{"Describe", "List", "Get", "Assume"}, func(p string) bool { return strings.HasPrefix(action, p) })
}

// recorder stands between lifeboat and the clouds, and keeps every request.
type recorder struct {
	mu   sync.Mutex
	list []request
}

// all is what has come so far, in order.
func (c *recorder) all() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// done says whether such a request was answered well.
func (c *recorder) done(operation string) bool {
	return slices.ContainsFunc(c.all(), func(r request) bool { return r.operation == operation && r.status/100 == 2 })
}

// keep records a request while next answers it.
func (c *recorder) keep(r request, next http.Handler, w http.ResponseWriter, q *http.Request) {
	r.at = time.Now()
	c.mu.Lock()
	n := len(c.list)
	c.list = append(c.list, r)
	c.mu.Unlock()
	kept := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(kept, q)
	c.mu.Lock()
	c.list[n].status = kept.status
	c.mu.Unlock()
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// before gives an address whose requests are recorded and answered by the emulator at endpoint.
func (c *recorder) before(t testing.TB, endpoint string) string {
	t.Helper()
	s := httptest.NewServer(c.front(t, endpoint))
	t.Cleanup(s.Close)
	return s.URL
}

// front records requests and has the emulator at endpoint answer them.
func (c *recorder) front(t testing.TB, endpoint string) http.Handler {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, ModifyResponse: inWords,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }, // its caller has left
	}
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		c.keep(signed(q, body), proxy, w, q)
	})
}

// number is a container's share of its host, which ECS says in words and the emulator in numbers: boto3 takes both.
var number = regexp.MustCompile(`"(cpu|memory)": (\d+)`)

// inWords puts what the emulator says of tasks into ECS's own form.
func inWords(r *http.Response) error {
	if !strings.HasSuffix(r.Request.Header.Get("X-Amz-Target"), ".DescribeTasks") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body = number.ReplaceAll(body, []byte(`"$1": "$2"`))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// scope is what a signature says of a request: key, region and service.
var scope = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request`)

// signed reads a request to AWS.
func signed(q *http.Request, body []byte) request {
	m := scope.FindStringSubmatch(q.Header.Get("Authorization"))
	if m == nil {
		return request{operation: "unsigned:" + q.Method, of: q.URL.String()}
	}
	r := request{key: m[1], region: m[2], by: q.UserAgent()}
	service := m[3]
	if service == "monitoring" { // as CloudWatch signs
		service = "cloudwatch"
	}
	_, action, ok := strings.Cut(q.Header.Get("X-Amz-Target"), ".")
	form, _ := url.ParseQuery(string(body))
	switch {
	case ok:
		r.of = saidInJSON(body)
	case form.Get("Action") == "PutMetricAlarm":
		action, r.of = form.Get("Action"), form.Get("AlarmName")
	case form.Get("Action") != "":
		action, r.of = form.Get("Action"), saidInForm(form)
	default:
		action, r.of = restAction(service, q), strings.TrimPrefix(q.URL.Path, "/")
	}
	if r.operation = service + ":" + action; service == "cloudfront" {
		r.region = "" // it has one endpoint for all
	}
	return r
}

func saidInJSON(body []byte) string {
	var said map[string]any
	if json.Unmarshal(body, &said) != nil {
		return string(body)
	}
	for _, name := range []string{"ServiceNamespace", "ScalableDimension"} { // always those of ECS's counts
		delete(said, name)
	}
	return words(said)
}

func saidInForm(form url.Values) string {
	said := map[string]any{}
	for name := range form {
		if name != "Action" && name != "Version" {
			said[name] = form.Get(name)
		}
	}
	return words(said)
}

// words are names and values, by name.
func words(said map[string]any) string {
	var list []string
	for name, value := range said {
		list = append(list, fmt.Sprintf("%s=%v", name, value))
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}

// restActions are the operations whose names are a method and a path; the first that fits counts.
var restActions = []struct {
	service, method, path string
	action                string
}{
	{"cloudfront", "GET", `/distribution/[^/]+$`, "GetDistribution"},
	{"cloudfront", "GET", `/distribution/[^/]+/config$`, "GetDistributionConfig"},
	{"cloudfront", "PUT", `/distribution/[^/]+/config$`, "UpdateDistribution"},
	{"cloudfront", "GET", `/invalidation$`, "ListInvalidations"},
	{"cloudfront", "GET", `/invalidation/[^/]+$`, "GetInvalidation"},
	{"cloudfront", "POST", `/invalidation$`, "CreateInvalidation"},
	{"s3", "GET", `^/[^/]+/?$`, "ListObjectsV2"},
	{"s3", "GET", ``, "GetObject"},
	{"s3", "PUT", ``, "PutObject"},
	{"cloudflare", "GET", `/zones$`, "ListZones"},
	{"cloudflare", "GET", `/dns_records$`, "ListDNSRecords"},
	{"cloudflare", "POST", `/dns_records/batch$`, "BatchDNSRecords"},
	{"cloudflare", "GET", `/healthchecks$`, "ListHealthChecks"},
	{"cloudflare", "GET", `/pools$`, "ListPools"},
}

func restAction(service string, q *http.Request) string {
	for _, a := range restActions {
		if a.service == service && a.method == q.Method && regexp.MustCompile(a.path).MatchString(q.URL.Path) {
			return a.action
		}
	}
	return q.Method + " " + q.URL.Path
}

// cloudflare records the requests to Cloudflare's API that next answers.
func (c *recorder) cloudflare(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		c.keep(request{operation: "cloudflare:" + restAction("cloudflare", q)}, next, w, q)
	})
}
