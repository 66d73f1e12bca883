package edge

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
)

// hold takes all that it is sent and never answers.
func hold(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// hang takes a request and closes without a word.
func hang(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)) }

func TestSilenceSaysInWhichPhaseItWasMet(t *testing.T) {
	for name, c := range map[string]struct {
		url   string
		serve func(net.Conn)
		kind  fault.Kind
		words string
	}{
		"nothing connects":     {"https://10.0.0.1/", nil, fault.TimedOut, "(connect, 5s)"},
		"no TLS":               {"https://10.0.0.1/", hold, fault.TimedOut, "(TLS, 5s)"},
		"no answer":            {"http://10.0.0.1/", hold, fault.TimedOut, "(waiting for the answer, 5s)"},
		"closed at TLS":        {"https://10.0.0.1/", func(net.Conn) {}, fault.Unreachable, "(TLS: the connection was closed)"},
		"closed at the answer": {"http://10.0.0.1/", hang, fault.Unreachable, "(waiting for the answer: the connection was closed)"},
		"no HTTP": {"http://10.0.0.1/", func(c net.Conn) {
			hang(c)
			_, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n")
		}, fault.Unreadable, "no HTTP"},
		"half an answer": {"http://10.0.0.1/", func(c net.Conn) {
			hang(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
			hold(c)
		}, fault.Unreadable, "(status 200, then the answer broke off: nothing more in 5s)"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := &pipes{serve: map[string]func(net.Conn){"10.0.0.1:80": c.serve, "10.0.0.1:443": c.serve}}
				_, err := reader(t, Spec{Dial: net.dial}).Probe(t.Context(), Probe{URL: c.url})
				kindIs(t, err, c.kind)
				if err == nil || !strings.Contains(err.Error(), c.words) {
					t.Errorf("error %v, want %s", err, c.words)
				}
			})
		})
	}
}

func TestARefusedConnectionIsUnreachable(t *testing.T) {
	r := reader(t, Spec{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}})
	_, err := r.Probe(t.Context(), Probe{URL: "http://shop.example/api/health", Dial: "10.0.0.1:8080"})
	kindIs(t, err, fault.Unreachable)
	const want = "GET /api/health on shop.example at 10.0.0.1:8080: unreachable (connect: connection refused)"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestANameThatTheSystemDoesNotKnowIsUnreachable(t *testing.T) {
	r := reader(t, Spec{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: "shop.example", Err: "no such host", IsNotFound: true}}
	}})
	_, err := r.Probe(t.Context(), Probe{URL: "http://shop.example/"})
	kindIs(t, err, fault.Unreachable)
	if err == nil || !strings.Contains(err.Error(), "(name: shop.example: no such host)") {
		t.Errorf("error %v", err)
	}
}

func TestAQuestionThatTheCallerBreaksOffLeavesNoMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{serve: map[string]func(net.Conn){"10.0.0.1:80": web(says(200, "{}"))}}
		r := reader(t, Spec{Dial: net.dial, API: Probe{URL: "http://10.0.0.1/"}, Pages: Probe{URL: "http://10.0.0.2/"}, Resolvers: []string{"10.0.0.3:53"}})
		first := r.Probes(t.Context(), Probes{})
		if !first.API.Fresh() || first.Pages.Err == nil {
			t.Fatalf("first %+v", first)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		second := r.Probes(ctx, first)
		if second.Pages != first.Pages {
			t.Errorf("pages %+v, want %+v", second.Pages, first.Pages)
		}
		if errors.Is(second.API.Err, context.Canceled) {
			t.Errorf("API %+v", second.API)
		}
	})
}

func TestAQuestionThatTheCallerBreaksOffIsNoFaultOfTheOtherSide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		serve := map[string]func(net.Conn){"10.0.0.2:443": hold, "10.0.0.2:80": hold, "10.0.0.3:53": hold}
		for _, p := range []Probe{{URL: "http://10.0.0.1/"}, {URL: "http://10.0.0.2/"}, {URL: "https://10.0.0.2/"}, {URL: "http://shop.example/", Resolve: "10.0.0.3:53"}} {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := reader(t, Spec{Dial: (&pipes{serve: serve}).dial}).Probe(ctx, p)
			if !errors.Is(err, context.Canceled) || fault.KindOf(err) != "" {
				t.Errorf("%s: %v", p.URL, err)
			}
		}
	})
}

func TestADeadAddressDoesNotEatTheTimeOfOneThatAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{serve: map[string]func(net.Conn){
			"10.0.0.1:53": names(map[string][]string{"shop.example A": {"shop.example. 60 A 10.0.0.8", "shop.example. 60 A 10.0.0.9"}}),
			"10.0.0.9:80": web(says(200, "{}")),
		}}
		a, err := reader(t, Spec{Dial: net.dial}).Probe(t.Context(), Probe{URL: "http://shop.example/", Resolve: "10.0.0.1:53"})
		if err != nil || a.Took != 2500*time.Millisecond {
			t.Errorf("answer %+v, %v", a, err)
		}
	})
}
