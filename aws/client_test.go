package aws_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/api"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/public"
)

// realNames serves the simulator under AWS's own names, by TLS, and notes which were dialled.
type realNames struct {
	*cloud.Cloud
	ca    string // file
	dial  func(context.Context, string, string) (net.Conn, error)
	mu    sync.Mutex
	addrs []string
	paths []string
}

func underRealNames(t *testing.T) *realNames {
	t.Helper()
	authority, err := public.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	n := &realNames{Cloud: cloud.Reference(cloud.Options{Seed: 7}), ca: filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(n.ca, authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	inner, d := api.Handler(n.Cloud), door{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.paths = append(n.paths, r.URL.Path)
		n.mu.Unlock()
		if name, _, s3 := strings.Cut(r.Host, ".s3."); s3 { // AWS knows a bucket by its host
			r.URL.Path = "/" + name + r.URL.Path
		}
		inner.ServeHTTP(w, r)
	})}
	secured := tls.NewListener(d, &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return authority.Leaf([]string{h.ServerName}, time.Now().Add(time.Hour))
	}})
	go func() { _ = server.Serve(secured) }()
	t.Cleanup(func() { _ = server.Close() })
	n.dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		n.mu.Lock()
		n.addrs = append(n.addrs, addr)
		n.mu.Unlock()
		return d.dial(ctx, network, addr)
	}
	return n
}

func (n *realNames) spec() aws.Spec {
	s := (&place{Cloud: n.Cloud}).spec(west)
	s.Endpoint, s.Dial, s.CAFile = "", n.dial, n.ca
	return s
}

func TestWithoutAnOverrideTheRegionsOwnEndpointsAreAsked(t *testing.T) {
	hermetic(t)
	n := underRealNames(t)
	s := n.spec()
	s.RoleARN = role
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	wantNoErrors(t, errorsOf(f))
	if !slices.Contains(n.addrs, "sts.us-west-2.amazonaws.com:443") {
		t.Errorf("the role does not come from the region's own STS: %v", n.addrs)
	}
	for _, addr := range n.addrs {
		if !strings.Contains(addr, "."+west+".amazonaws.com:443") {
			t.Errorf("%s was dialled, which is not in %s", addr, west)
		}
	}
	if !slices.Contains(n.paths, "/service/GraniteServiceVersion20100801/operation/GetMetricData") {
		t.Errorf("CloudWatch was not asked in the SDK's own protocol: %v", n.paths)
	}
	if lag := f.Metrics.Value.Databases["davidshaevel-dr-db"].ReplicaLag; len(lag) == 0 {
		t.Error("there is no lag")
	}
}

func TestWithoutAnOverrideTheRegionsOwnEndpointsAreChanged(t *testing.T) {
	hermetic(t)
	n := underRealNames(t)
	s, p := n.spec(), &place{Cloud: n.Cloud}
	by := p.operator(t, s, &person{})
	c := changer(t, s, by)
	for name, change := range change {
		if slices.Contains([]string{"Protect", "SetGroups", "TakeSnapshot", "Rename"}, name) { // the instance is busy with its promotion
			continue
		}
		if err := change.do(t.Context(), c, p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if alarms, err := c.Alarms(t.Context(), []string{lagAlarm.Name}); err != nil || len(alarms) != 1 {
		t.Errorf("alarms are %+v (%v)", alarms, err)
	}
	journals(t, bucket(t, s, by, p.state()), time.Now)
	for _, addr := range n.addrs {
		if !strings.Contains(addr, "."+west+".amazonaws.com:443") {
			t.Errorf("%s was dialled, which is not in %s", addr, west)
		}
	}
	if !slices.Contains(n.addrs, p.state()+".s3.us-west-2.amazonaws.com:443") {
		t.Errorf("the bucket was not asked at its own address: %v", n.addrs)
	}
}

func TestAnUnknownAuthorityMakesARegionUnreachable(t *testing.T) {
	hermetic(t)
	s := underRealNames(t).spec()
	s.CAFile = ""
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	for part, err := range errorsOf(f) {
		wantKind(t, part, err, fault.Unreachable)
		if !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s does not say that it is the certificate: %v", part, err)
		}
	}
}

func TestASpecThatCannotBeReadIsRefused(t *testing.T) {
	for text, s := range map[string]aws.Spec{
		"its name is missing":               {},
		"read ca_file on":                   {Region: west, CAFile: filepath.Join(t.TempDir(), "missing.pem")},
		"there is no PEM certificate in it": {Region: west, CAFile: file(t, "not PEM")},
	} {
		if _, err := aws.NewReader(s); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %q", s, err, text)
		}
	}
}

func TestTheUsualVariableForEmulatorsIsAnOverrideToo(t *testing.T) {
	hermetic(t)
	p := open(t, 4)
	s := p.spec(west)
	t.Setenv("AWS_ENDPOINT_URL", s.Endpoint)
	s.Endpoint = ""
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	wantNoErrors(t, errorsOf(f))
	if !slices.Contains(p.take(), "monitoring:GetMetricData") {
		t.Error("CloudWatch was not asked in the protocol that emulators know")
	}
}

func TestMakingAReaderTouchesNothing(t *testing.T) {
	hermetic(t)
	t.Setenv("AWS_CONFIG_FILE", file(t, "[profile broken")) // would fail if it were read
	_, err := aws.NewReader(aws.Spec{Region: west, Profile: "nobody", Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("it dials")
		return nil, net.ErrClosed
	}})
	if err != nil {
		t.Error(err)
	}
}
