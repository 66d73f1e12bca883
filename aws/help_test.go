package aws_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/api"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/public"
)

const east, west = "us-east-1", "us-west-2"

// door is a network of one address in memory.
type door struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (d door) Accept() (net.Conn, error) {
	select {
	case c := <-d.conns:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}
func (d door) Close() error   { close(d.closed); return nil }
func (d door) Addr() net.Addr { return &net.TCPAddr{} }

func (d door) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := public.Pipe()
	select {
	case d.conns <- there:
		return here, nil
	case <-d.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// place is an AWS endpoint in memory: the simulator's, with what a test does to single operations.
type place struct {
	*cloud.Cloud
	door

	mu      sync.Mutex
	calls   []string // "ecs:DescribeServices", in order of arrival, with the signing name of the service
	meddled map[string]func(http.ResponseWriter, *http.Request, http.Handler)
}

// open serves an estate of so many services a region.
func open(t testing.TB, services int) *place {
	t.Helper()
	return serve(t, cloud.Reference(cloud.Options{Seed: 7, Services: services}))
}

func serve(t testing.TB, c *cloud.Cloud) *place {
	p := &place{
		Cloud: c, door: door{make(chan net.Conn), make(chan struct{})},
		meddled: map[string]func(http.ResponseWriter, *http.Request, http.Handler){},
	}
	inner := api.Handler(c)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op := operation(r)
		p.mu.Lock()
		p.calls = append(p.calls, op)
		meddle := p.meddled[op]
		if meddle == nil {
			meddle = p.meddled["*"]
		}
		p.mu.Unlock()
		if meddle != nil {
			meddle(w, r, inner)
			return
		}
		inner.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(p.door) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// meddle has f answer an operation, or all of them ("*").
func (p *place) meddle(op string, f func(w http.ResponseWriter, r *http.Request, inner http.Handler)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meddled[op] = f
}

func (p *place) leaveAlone(op string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.meddled, op)
}

// take gives the calls since the last time, sorted.
func (p *place) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := slices.Sorted(slices.Values(p.calls))
	p.calls = nil
	return calls
}

var scope = regexp.MustCompile(`Credential=[^/]+/\d+/[^/]+/([^/]+)/`)

// bodyOf reads a request's body and leaves it to be read again.
func bodyOf(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// operation names a request by the signing name of its service and its action.
func operation(r *http.Request) string {
	body := bodyOf(r)
	service := "?"
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		service = m[1]
	}
	if _, action, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return service + ":" + action
	}
	if service == "s3" {
		return service + ":" + r.Method
	}
	form, _ := url.ParseQuery(body)
	return service + ":" + form.Get("Action")
}

// hang answers nothing for as long as the caller waits.
func hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }

// say answers with a status and a body.
func say(status int, body string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hermetic keeps this machine's own AWS configuration away, and gives credentials that do for emulators.
func hermetic(t testing.TB) {
	t.Helper()
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIALIFEBOATTEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
}

// inBubble runs f where time passes only when everybody waits.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	hermetic(t)
	synctest.Test(t, f)
}

// spec names everything that a region of the simulated estate has.
func (p *place) spec(region string) aws.Spec {
	s := aws.Spec{Region: region, Endpoint: "http://aws.test", Dial: p.dial}
	p.Locked(func(w *cloud.World) {
		r := w.Region(region)
		for _, c := range r.Clusters {
			spec := aws.ClusterSpec{Name: c.Name}
			for _, service := range c.Services {
				spec.Services = append(spec.Services, service.Name)
			}
			s.Clusters = append(s.Clusters, spec)
		}
		for _, b := range r.Balancers {
			s.Balancers = append(s.Balancers, b.Name)
		}
		for _, d := range r.Databases {
			s.Databases = append(s.Databases, d.ID)
		}
		for _, repo := range r.Repositories {
			s.Repositories = append(s.Repositories, repo.Name)
		}
		for _, secret := range r.Secrets {
			s.Secrets = append(s.Secrets, secret.Name)
		}
		for _, other := range w.Regions {
			for _, d := range other.Databases {
				if other != r {
					s.Replicates = append(s.Replicates, d.ID)
				}
			}
		}
	})
	return s
}

func reader(t testing.TB, s aws.Spec) *aws.Reader {
	t.Helper()
	r, err := aws.NewReader(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// errorsOf are the errors of a fast refresh, by part.
func errorsOf(f aws.Fast) map[string]error {
	all := map[string]error{
		"identity": f.Identity.Err, "services": f.Services.Err, "scaling": f.Scaling.Err, "balancers": f.Balancers.Err,
		"databases": f.Databases.Err, "metrics": f.Metrics.Err,
	}
	for name, g := range f.Targets {
		all["target group "+name] = g.Err
	}
	for name, err := range all {
		if err == nil {
			delete(all, name)
		}
	}
	return all
}

// errorsOfSlow are the errors of a slow refresh, by part.
func errorsOfSlow(s aws.Slow) map[string]error {
	all := map[string]error{
		"images": s.Images.Err, "listeners": s.Listeners.Err, "certificates": s.Certificates.Err, "snapshots": s.Snapshots.Err, "kept": s.Kept.Err,
		"backups": s.Backups.Err, "secrets": s.Secrets.Err, "quotas": s.Quotas.Err,
	}
	for name, err := range all {
		if err == nil {
			delete(all, name)
		}
	}
	return all
}

func wantKind(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if got := fault.KindOf(err); got != kind {
		t.Errorf("%s: %q, want %q (%v)", what, got, kind, err)
	}
}

func wantNoErrors(t testing.TB, errs map[string]error) {
	t.Helper()
	for part, err := range errs {
		t.Errorf("%s: %v", part, err)
	}
}

// took is how long f lasts by the clock of its bubble.
func took(f func()) time.Duration {
	begun := time.Now()
	f()
	return time.Since(begun)
}
