package edge

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// Probe asks one question over a connection of its own, so that what DNS and the balancers say now is what is measured;
// no proxy of the environment has a part in it, and a redirect is an answer like any other. In a body {n} becomes a
// growing number and {time} the time (RFC 3339, UTC); a body goes as application/json where Header says nothing else.
//
// Any HTTP answer is an Answer, whatever its status. Errors are *fault.Error:
//   - fault.TimedOut, fault.Unreachable: silence. The cause begins with the phase that it was met in: "name", "connect",
//     "TLS", "waiting for the answer".
//   - fault.Refused: something answers, and not as the name that was asked for: its certificate does not hold
//     (errors.Is ErrCertificate) or it would not speak TLS. That is an answer, and no silence.
//   - fault.Unreadable: an answer came that is no HTTP, or broke off.
//   - fault.NotConfigured: the zero Probe.
func (r *Reader) Probe(ctx context.Context, p Probe) (Answer, error) {
	if p.URL == "" {
		return Answer{}, fault.New(fault.NotConfigured, "probe", "", nil)
	}
	q, err := parse(p)
	if err != nil {
		return Answer{}, fault.New(fault.Refused, "probe", p.URL, err)
	}
	return r.ask(ctx, q, func(ctx context.Context) ([]string, error) { return r.addresses(ctx, q) })
}

// addresses are what q is asked at: its own, or those that its resolver gives.
func (r *Reader) addresses(ctx context.Context, q question) ([]string, error) {
	host, port, err := net.SplitHostPort(q.dial)
	if err != nil || q.Resolve == "" || net.ParseIP(host) != nil {
		return []string{q.dial}, err
	}
	found, err := r.lookup(ctx, q.Resolve, host)
	return withPort(found.Addresses, port), err
}

// ask asks q at the first of addresses that can be connected to.
func (r *Reader) ask(ctx context.Context, q question, addresses func(context.Context) ([]string, error)) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, r.spec.Timeout)
	defer cancel()
	at := &attempt{reader: r, question: q, began: time.Now(), target: q.dial}
	trusted, err := aws.Trust(q.CAFile)
	if err != nil {
		return Answer{}, err
	}
	where, err := addresses(ctx)
	if err != nil {
		return Answer{}, at.silence(ctx, "name", err)
	}
	conn, err := at.connect(ctx, where)
	if err != nil {
		return Answer{}, at.silence(ctx, "connect", err)
	}
	defer func() { _ = conn.Close() }()
	if q.url.Scheme == "https" {
		secure := tls.Client(conn, &tls.Config{
			ServerName: q.name, RootCAs: trusted, Time: r.spec.Now, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12,
		})
		if err := secure.HandshakeContext(ctx); err != nil {
			return Answer{}, at.unproven(ctx, err)
		}
		conn = secure
	}
	return at.exchange(ctx, conn)
}

// exchange sends the question over conn and reads the answer.
func (at *attempt) exchange(ctx context.Context, conn net.Conn) (Answer, error) {
	request, err := at.request(at.reader.next, at.reader.spec.Now())
	if err != nil {
		return Answer{}, fault.New(fault.Refused, at.display, at.target, err)
	}
	given := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	transport := &http.Transport{DialContext: given, DialTLSContext: given, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return Answer{}, at.unanswered(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := readBody(response.Body)
	if err != nil {
		return Answer{}, at.brokenOff(ctx, response.StatusCode, err)
	}
	return at.reader.answer(response, body, time.Since(at.began), conn.RemoteAddr().String()), nil
}
