package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"lifeboat/aws/fault"
)

// ErrCertificate marks a fault.Refused of a probe whose counterpart showed a certificate that does not hold: expired,
// of another name, or signed by nobody who is trusted.
var ErrCertificate = errors.New("certificate")

// silence is a question that nothing answered, in a phase of it.
func (at *attempt) silence(ctx context.Context, phase string, err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		phase = "name"
	}
	kind, cause := fault.Unreachable, fmt.Errorf("%s: %w", phase, reason(err))
	if late(ctx, err) {
		kind = fault.TimedOut
	}
	if kind == fault.TimedOut && fault.KindOf(err) == "" { // a resolver's own words say more than the time
		cause = fmt.Errorf("%s, %s", phase, spent(time.Since(at.began)))
	}
	return at.fault(ctx, kind, cause)
}

// unproven is a TLS handshake that failed: by silence, or by a counterpart that is not who it should be.
func (at *attempt) unproven(ctx context.Context, err error) error {
	var certificate *tls.CertificateVerificationError
	switch {
	case late(ctx, err) || cut(err):
		return at.silence(ctx, "TLS", err)
	case errors.As(err, &certificate):
		return at.fault(ctx, fault.Refused, fmt.Errorf("%w for %s: %w", ErrCertificate, at.name, certificate.Err))
	}
	return at.fault(ctx, fault.Refused, fmt.Errorf("TLS: %w", err))
}

// unanswered is a question that was sent and got no HTTP back.
func (at *attempt) unanswered(ctx context.Context, err error) error {
	if late(ctx, err) || cut(err) {
		return at.silence(ctx, "waiting for the answer", err)
	}
	return at.fault(ctx, fault.Unreadable, fmt.Errorf("no HTTP: %w", err))
}

// brokenOff is an answer that began and did not end: neither silence nor health.
func (at *attempt) brokenOff(ctx context.Context, status int, err error) error {
	why := reason(err).Error()
	if late(ctx, err) {
		why = "nothing more in " + spent(time.Since(at.began))
	}
	return at.fault(ctx, fault.Unreadable, fmt.Errorf("status %d, then the answer broke off: %s", status, why))
}

// fault is the error of this attempt. One that the caller broke off stays what it is: it says nothing of the other side.
func (at *attempt) fault(ctx context.Context, kind fault.Kind, cause error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s on %s: %w", at.display, at.target, context.Canceled)
	}
	target := at.target
	if host, _, _ := net.SplitHostPort(target); host != at.name {
		target = at.name + " at " + target
	}
	return &fault.Error{Kind: kind, Op: at.display, Target: target, Cause: cause}
}

// late says whether err is a wait that was given up.
func late(ctx context.Context, err error) bool {
	var timeout net.Error
	return errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout() || fault.KindOf(err) == fault.TimedOut
}

// cut says whether err is a connection that was ended without a word.
func cut(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// reason is err in the fewest words that say why.
func reason(err error) error {
	var number syscall.Errno
	var dns *net.DNSError
	switch {
	case errors.As(err, &number):
		return number
	case errors.As(err, &dns):
		return fmt.Errorf("%s: %s", dns.Name, dns.Err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed):
		return errors.New("the connection was closed")
	}
	return err
}

// spent is a time as a person says it.
func spent(d time.Duration) string {
	unit := 100 * time.Millisecond
	if d < time.Second {
		unit = 10 * time.Millisecond
	}
	return d.Round(unit).String()
}
