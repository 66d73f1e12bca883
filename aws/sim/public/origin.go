package public

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"lifeboat/aws/sim/cloud"
)

// answer is what asking an origin came to.
type answer struct {
	status int
	header http.Header
	body   []byte
	failed string // why the CDN has no answer of the origin's; "" where it has one
	// criterion is the status that an origin group must list for this to fail over: the origin's own, 503 where it
	// could not be connected to, 504 where it did not answer in time.
	criterion int
}

// fetcher asks origins by their configured domain names, through DNS, over connections of the simulator's own.
type fetcher struct {
	resolver *Resolver
	planes   map[Place]*plane
	trusted  *x509.CertPool
	speed    float64
}

func (f *fetcher) fetch(r *http.Request, o cloud.Origin, body []byte) answer {
	place := f.resolver.Place(o.Domain)
	target := f.planes[place]
	if target == nil || place == CDN {
		return answer{status: 502, criterion: 502, failed: "CloudFront wasn't able to resolve the origin domain name."}
	}
	connected := false
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	})
	transport := f.transport(o, target)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(f.request(ctx, r, o, body))
	if err == nil {
		defer func() { _ = response.Body.Close() }()
		var content []byte
		if content, err = io.ReadAll(response.Body); err == nil {
			return answer{status: response.StatusCode, criterion: response.StatusCode, header: response.Header, body: content}
		}
	}
	return failure(err, connected)
}

// failure puts an attempt without an answer into CloudFront's terms.
func failure(err error, connected bool) answer {
	var timeout net.Error
	late := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
	switch {
	case late && connected:
		return answer{status: 504, criterion: 504, failed: "CloudFront attempted to establish a connection with the origin, but the origin did not answer in time."}
	case late:
		return answer{status: 504, criterion: 503, failed: "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection."}
	}
	return answer{status: 502, criterion: 502, failed: "CloudFront wasn't able to connect to the origin: " + err.Error() + "."}
}

// request is the viewer's request as the origin gets it: the viewer's Host and path, at the origin.
func (f *fetcher) request(ctx context.Context, r *http.Request, o cloud.Origin, body []byte) *http.Request {
	out := r.Clone(ctx)
	out.RequestURI = ""
	out.URL.Scheme, out.URL.Host = "https", o.Domain
	if o.Protocol == "http-only" {
		out.URL.Scheme = "http"
	}
	out.Header.Del("Connection")
	out.Header.Set("Via", "1.1 "+o.ID+".cloudfront.net (CloudFront)")
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return out
}

// Patience is the longest wait for an origin, on the wall clock: CloudFront's default is 30 s before it turns to the
// second origin, and a probe of a few seconds would never see the bridge of a simulator that runs in real time.
const Patience = 3 * time.Second

// transport makes one connection under the origin's own time-outs, within Patience. An attempt that is repeated meets
// the same silence, so all attempts are one wait.
func (f *fetcher) transport(o cloud.Origin, to *plane) *http.Transport {
	connect := f.scaled(o.Connect * time.Duration(max(o.Attempts, 1)))
	return &http.Transport{
		DisableKeepAlives:     true,
		DisableCompression:    true,
		TLSHandshakeTimeout:   connect,
		ResponseHeaderTimeout: f.scaled(o.Read),
		TLSClientConfig:       &tls.Config{RootCAs: f.trusted, ServerName: o.Domain},
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return to.connect(o.Protocol != "http-only"), nil
		},
	}
}

func (f *fetcher) scaled(d time.Duration) time.Duration {
	return min(time.Duration(float64(d)/f.speed), Patience)
}
